//! `grantor serve`: the platform.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use grantor_environment::{Clock, ManualClock, SystemClock, SystemMonotonic};
use grantor_protocol::PublicUrl;
use grantor_storage::Storage;
use grantor_web::{App, Edge};
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::clock_watch::ClockWatch;
use crate::config::{MutualTlsConfig, ServeConfig, Tls};
use crate::listen::{Limits, serve};
use crate::mutual::Mutual;
use crate::platform::{Platform, follow, summary};
use crate::signals::shutdown_signal;
use crate::tls::Trusted;
use crate::{local_authority, logging, messenger, tls};

/// How often the signing keys in memory are compared with the database: what one node changes holds on every other within a
/// second. (The directory in memory has its own rhythm: `grantor_storage_cache::FOLLOW_EVERY`.)
const REFRESH_EVERY: Duration = Duration::from_millis(500);
/// How often it is asked whether a signing key is due: much more often than one ever is.
const ROTATE_EVERY: Duration = Duration::from_mins(1);
/// How long after the start the keys of algorithms are made that nobody has used.
const PREPARE_AFTER: Duration = Duration::from_mins(1);
/// How often what has ended is forgotten, how much of it in one commit, and how long everybody else goes first after that: at
/// most some 5,000 rows of each kind in a second.
const FORGET_EVERY: Duration = Duration::from_secs(10);
const FORGET_AT_A_TIME: u32 = 100;
const FORGET_PAUSE: Duration = Duration::from_millis(20);

/// Serves until it is told to stop.
///
/// # Errors
/// One line that says what is in the way.
pub async fn run(config: ServeConfig) -> anyhow::Result<()> {
    logging::start(config.log_format, std::env::var("GRANTOR_LOG").ok().as_deref())?;
    let stop = shutdown_signal().context("signals cannot be handled")?;
    let dev_clock = config.dev.then(|| Arc::new(ManualClock::running()));
    let platform = Platform::open(&config.data, &config.database, dev_clock).await?.contacting(&config.outgoing)?;
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "{} cannot be listened on; choose another address with --listen (port 0 picks a free one)",
            config.listen
        )
    })?;
    let public = config.public_url_at(listener.local_addr()?.port());
    for file in &config.directories {
        let applied = platform.apply(file).await?;
        tracing::info!(file = %file.display(), outcome = summary(&applied), "directory applied");
    }
    let certificate = match &config.tls {
        Tls::None => None,
        Tls::LocalAuthority => Some(local_authority::issue(
            &platform.folder,
            &[public.host()],
            platform.clock.now(),
            platform.entropy.as_ref(),
        )?),
        Tls::Files { cert, key } => Some(tls::from_files(cert, key)?),
    };
    let certificate = certificate.map(tls::Certificate::new);
    let mutual = match (&config.mtls, &certificate) {
        (Some(mutual), Some(certificate)) => {
            Some(SecondListener::bind(mutual, &public, Arc::clone(certificate)).await?)
        }
        _ => None,
    };
    let tls = certificate.map(tls::server_config).transpose()?;
    let mtls = mutual.as_ref().map(|mutual| mutual.public.clone());
    let app = Arc::new(platform.app(public.clone(), mtls).await?);
    if platform.storage.list_tenants().await?.is_empty() {
        tracing::warn!("there is no tenant yet: give a directory file with --directory, or to `grantor apply`");
    }
    // The clock of `--dev` is moved on purpose, so what it says has ended has ended.
    let watch = Arc::new(ClockWatch::over(Arc::new(SystemClock), Arc::new(SystemMonotonic)));
    let rotating = tokio::spawn(rotate(Arc::clone(&app), Arc::clone(&watch)));
    let preparing = tokio::spawn(prepare(Arc::clone(&app)));
    let refreshing = tokio::spawn(refresh(Arc::clone(&app)));
    let following = tokio::spawn(follow(Arc::clone(&platform.storage)));
    let forgetting = tokio::spawn(forget(Arc::clone(&app.env.storage), Arc::clone(&platform.clock), watch));
    let telling = tokio::spawn(messenger::run(Arc::clone(&app)));
    ready(&public.to_string())?;
    let (stopped, stopping) = watch::channel(());
    let second = mutual.map(|mutual| tokio::spawn(mutual.serve(Edge::new(Arc::clone(&app)), stopping)));
    let ended = serve(listener, tls, Edge::new(app), stop, Limits::of_this_process()).await;
    drop(stopped);
    if let Some(second) = second {
        let _ = second.await;
    }
    telling.abort();
    forgetting.abort();
    following.abort();
    refreshing.abort();
    preparing.abort();
    rotating.abort();
    tracing::info!(cut = ended.cut, "stopped");
    Ok(())
}

/// Where applications show certificates.
struct SecondListener {
    listener: TcpListener,
    tls: Arc<ServerConfig>,
    trusted: Trusted,
    public: PublicUrl,
}

impl SecondListener {
    async fn bind(
        config: &MutualTlsConfig,
        public: &PublicUrl,
        certificate: Arc<tls::Certificate>,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(config.listen).await.with_context(|| {
            format!("{} cannot be listened on; choose another address with --mtls-listen", config.listen)
        })?;
        let public = config.public_url_at(public, listener.local_addr()?.port());
        tracing::info!(%public, "applications may show certificates");
        let trusted = config.ca.as_deref().map_or_else(|| Ok(Trusted::nobody()), Trusted::from_file)?;
        Ok(Self { listener, tls: tls::mutual_config(certificate)?, trusted, public })
    }

    async fn serve(self, edge: Edge, mut stopping: watch::Receiver<()>) {
        // An error means that the other listener has stopped, which is what is waited for.
        let stop = async move { while stopping.changed().await.is_ok() {} };
        let answers = Mutual::new(edge, self.trusted);
        serve(self.listener, Some(self.tls), answers, stop, Limits::of_this_process()).await;
    }
}

/// The one line on standard output: whoever started us may go on.
fn ready(public: &str) -> anyhow::Result<()> {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    writeln!(out, "ready {public}")?;
    Ok(out.flush()?)
}

/// Makes the signing keys that are due and forgets those that have ended, for as long as the process runs.
async fn rotate(app: Arc<App>, watch: Arc<ClockWatch>) {
    loop {
        if watch.is_trusted() {
            let env = &app.env;
            let rotated = env.keys.rotate(env.storage.as_ref(), env.now(), env.entropy.as_ref(), &env.settings).await;
            if let Err(error) = rotated {
                tracing::warn!(%error, "the signing keys could not be rotated; it is tried again");
            }
        }
        tokio::time::sleep(ROTATE_EVERY).await;
    }
}

/// Makes the keys of algorithms that nobody has used yet. Not at once: who starts wants to serve first.
async fn prepare(app: Arc<App>) {
    tokio::time::sleep(PREPARE_AFTER).await;
    let env = &app.env;
    if let Err(error) = env.keys.prepare(env.storage.as_ref(), env.now(), env.entropy.as_ref()).await {
        tracing::warn!(%error, "the keys of unused algorithms could not be made; each is made when it is asked for");
    }
}

/// Takes up what other nodes on the same database have changed and this one keeps in memory: the signing keys.
async fn refresh(app: Arc<App>) {
    let mut failing = false;
    loop {
        tokio::time::sleep(REFRESH_EVERY).await;
        let refreshed = app.env.keys.refresh(app.env.storage.as_ref()).await;
        // Said once and not twice a second, however long the store is out of reach.
        match &refreshed {
            Err(error) if !failing => {
                tracing::warn!(%error, "the signing keys could not be read again; those at hand stay in use");
            }
            Ok(()) if failing => tracing::info!("the signing keys can be read again"),
            _ => {}
        }
        failing = refreshed.is_err();
    }
}

/// Forgets what has ended, in small steps, for as long as the process runs.
async fn forget(storage: Arc<dyn Storage>, clock: Arc<dyn Clock>, watch: Arc<ClockWatch>) {
    loop {
        tokio::time::sleep(FORGET_EVERY).await;
        while watch.is_trusted() {
            match storage.forget_ended(clock.now(), FORGET_AT_A_TIME).await {
                Ok(gone) if gone >= u64::from(FORGET_AT_A_TIME) => {}
                Ok(_) => break,
                Err(fault) => {
                    tracing::warn!(%fault, "what has ended could not be forgotten; it is tried again");
                    break;
                }
            }
            tokio::time::sleep(FORGET_PAUSE).await;
        }
    }
}
