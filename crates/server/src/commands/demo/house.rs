//! The platform and the Colors API of the demo, each on a free port of this machine.

use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use grantor_environment::{Clock, ManualClock};
use grantor_outgoing::{HttpClient, Outgoing, OutgoingSettings};
use grantor_protocol::PublicUrl;
use grantor_resource_server::{Verifier, VerifierSettings};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::narrator::Narrator;
use super::temporary::TemporaryFolder;
use crate::listen::{Limits, serve};
use crate::platform::{Platform, database_of, follow, summary};
use crate::{local_authority, tls};

/// The directory that the journey runs on, built into the program.
const DIRECTORY: &str = include_str!("../../../../../examples/contoso/contoso.toml");
const TENANT: &str = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490";
const COLORS_API: &str = "c0105000-0000-4000-8000-00000000a001";

/// Everything that runs for the demo.
pub struct House {
    /// Where the platform is.
    pub public: PublicUrl,
    /// Where the colors are.
    pub colors_url: String,
    /// Sends requests, trusting the platform's own certificate authority.
    pub http: Arc<dyn HttpClient>,
    doors: Vec<Door>,
    following: JoinHandle<()>,
    // Dropped last: the platform's files lie in it.
    _folder: TemporaryFolder,
}

/// A listener with the task that answers on it.
struct Door {
    close: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Door {
    fn open(listener: TcpListener, tls: Option<Arc<rustls::ServerConfig>>, router: Router) -> Self {
        let (close, closed) = oneshot::channel();
        let stop = async {
            let _ = closed.await;
        };
        let task = tokio::spawn(async move {
            serve(listener, tls, router, stop, Limits::of_this_process()).await;
        });
        Self { close, task }
    }
}

impl House {
    /// Starts everything.
    pub async fn open(narrator: &Narrator, time: Arc<ManualClock>) -> anyhow::Result<Self> {
        let folder = TemporaryFolder::make(&grantor_environment::SystemEntropy)?;
        let data = folder.path().join("data");
        let platform = Platform::open(&data, &database_of(&data), Some(Arc::clone(&time))).await?;
        let applied = platform.apply_text("contoso.toml", DIRECTORY).await?;
        narrator.detail(&format!("directory contoso.toml: {}", summary(&applied)));

        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let public = PublicUrl::parse(&format!("https://localhost:{}", listener.local_addr()?.port()))?;
        let now = grantor_environment::SystemClock.now();
        let certificate = local_authority::issue(&platform.folder, &[public.host()], now, platform.entropy.as_ref())?;
        let tls = tls::server_config(tls::Certificate::new(certificate))?;
        let app = Arc::new(platform.app(public.clone(), None).await?);
        narrator.detail("signing key made, kept encrypted; a certificate for localhost from an authority of our own");
        let mut doors = vec![Door::open(listener, Some(tls), grantor_web::router(app))];
        narrator.detail(&format!("the platform answers at {public}"));

        let authority = platform.folder.path().join(local_authority::CA_FILE);
        let authority = std::fs::read(&authority).with_context(|| format!("{} cannot be read", authority.display()))?;
        let http: Arc<dyn HttpClient> = Arc::new(Outgoing::new(&OutgoingSettings {
            extra_ca_pem: vec![authority],
            ..OutgoingSettings::default()
        })?);
        let settings = VerifierSettings {
            realm: "colors".to_owned(),
            ..VerifierSettings::new(public.at(&format!("/{TENANT}/v2.0")), [COLORS_API])
        };
        let clock: Arc<dyn Clock> = time;
        let verifier = Arc::new(Verifier::new(settings, Arc::clone(&http), clock)?);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let colors_url = format!("http://{}/colors", listener.local_addr()?);
        doors.push(Door::open(listener, None, colors_api::router(verifier)));
        narrator.detail(&format!(
            "the Colors API answers at {colors_url}; it knows the platform's issuer and nothing else"
        ));
        let following = tokio::spawn(follow(Arc::clone(&platform.storage)));
        Ok(Self { public, colors_url, http, doors, following, _folder: folder })
    }

    /// Stops everything and waits until it has stopped.
    pub async fn close(self) -> anyhow::Result<()> {
        // Connections that are kept alive for a next request would hold the doors open.
        drop(self.http);
        for door in self.doors {
            let _ = door.close.send(());
            door.task.await?;
        }
        self.following.abort();
        // It holds the store, whose files go next.
        let _ = self.following.await;
        Ok(())
    }
}
