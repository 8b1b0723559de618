//! From a configuration to a running platform: the data folder, the store, the keys, the clock, the directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use grantor_directory_file::{KnownApi, parse_with};
use grantor_environment::{Clock, Entropy, ManualClock, SystemClock, SystemEntropy, SystemMonotonic, Timestamp};
use grantor_flows::directory::{Means, has_kept_secrets};
use grantor_flows::{ClientSecrets, Env, Passwords, Recorder, directory, start};
use grantor_jose::SealingKey;
use grantor_outgoing::OutgoingError;
use grantor_protocol::PublicUrl;
use grantor_rules::Settings;
use grantor_rules::credentials::Ending;
use grantor_rules::directory::{Applied, Outcome, WantedDirectory};
use grantor_storage::Storage;
use grantor_storage_cache::{CachedStorage, FOLLOW_EVERY};
use grantor_storage_sql::{PostgresStorage, SqliteStorage};
use grantor_web::App;

use crate::config::{Database, OutgoingConfig};
use crate::data_folder::DataFolder;
use crate::way_out::WayOut;

/// The file that holds the master key, under which everything secret in the store is sealed.
/// What the secrets of a deployment are sealed under, as it is called in the data folder.
pub const MASTER_KEY: &str = "master.key";
/// How many events are kept in memory: some two megabytes at the most.
const EVENTS: usize = 4096;

/// What belongs to one running process.
pub struct Platform {
    /// Held so that no other process uses the folder.
    pub folder: DataFolder,
    /// The store, with the directory in memory before it for as long as somebody runs [`follow`].
    pub storage: Arc<CachedStorage>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The clock that can be moved, under `--dev`.
    pub dev_clock: Option<Arc<ManualClock>>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Where passwords are hashed.
    pub passwords: Passwords,
    /// How others are contacted; closed until [`Platform::contacting`] opens it.
    pub way_out: WayOut,
}

impl Platform {
    /// Opens the data folder and the store.
    ///
    /// # Errors
    /// One line that says what is in the way.
    pub async fn open(data: &Path, database: &Database, dev_clock: Option<Arc<ManualClock>>) -> anyhow::Result<Self> {
        let folder = DataFolder::open(data)?;
        let storage: Arc<dyn Storage> = match database {
            Database::Sqlite(path) => Arc::new(SqliteStorage::open(path)?),
            Database::Postgres(url) => Arc::new(PostgresStorage::open(url).await?),
        };
        let clock: Arc<dyn Clock> = match &dev_clock {
            Some(clock) => Arc::<ManualClock>::clone(clock),
            None => Arc::new(SystemClock),
        };
        let nobody = OutgoingError::Settings { detail: "this command contacts nobody".to_owned() };

        Ok(Self {
            folder,
            storage: Arc::new(CachedStorage::over(storage, Arc::new(SystemMonotonic))),
            way_out: WayOut::closed(nobody, Arc::clone(&clock)),
            clock,
            dev_clock,
            entropy: Arc::new(SystemEntropy),
            passwords: Passwords::for_this_machine(),
        })
    }

    /// Lets the platform contact others at addresses that applications registered.
    ///
    /// # Errors
    /// One line that says why the file with authorities cannot be used.
    pub fn contacting(mut self, config: &OutgoingConfig) -> anyhow::Result<Self> {
        self.way_out = WayOut::open(config, Arc::clone(&self.clock))?;
        Ok(self)
    }

    /// Applies a directory file and returns what became of each thing in it.
    ///
    /// # Errors
    /// Every error of the file with its line and column; then nothing of it was applied.
    pub async fn apply(&self, file: &Path) -> anyhow::Result<Vec<Applied>> {
        let wanted = read(self.storage.as_ref(), file).await?;
        self.apply_wanted(&wanted).await
    }

    /// As [`Self::apply`], with the text at hand.
    ///
    /// # Errors
    /// As [`Self::apply`].
    pub async fn apply_text(&self, name: &str, text: &str) -> anyhow::Result<Vec<Applied>> {
        let wanted = read_text(self.storage.as_ref(), name, text).await?;
        self.apply_wanted(&wanted).await
    }

    async fn apply_wanted(&self, wanted: &WantedDirectory) -> anyhow::Result<Vec<Applied>> {
        let client_secrets =
            if has_kept_secrets(wanted) { Some(ClientSecrets::of(&self.master().await?)) } else { None };
        let means = Means {
            passwords: &self.passwords,
            entropy: self.entropy.as_ref(),
            client_secrets: client_secrets.as_ref(),
        };
        apply(self.storage.as_ref(), &means, self.clock.now(), wanted).await
    }

    /// The master key, made at the first start. Another one than that which sealed what is there would open nothing.
    async fn master(&self) -> anyhow::Result<SealingKey> {
        Ok(SealingKey::from_bytes(if start::has_run_before(self.storage.as_ref()).await? {
            self.folder.kept_secret(MASTER_KEY)?
        } else {
            self.folder.secret(MASTER_KEY, self.entropy.as_ref())?
        }))
    }

    /// Reads the keys, making them at the first start, and puts everything together. The world reaches it at `public`, and
    /// applications that show certificates at `mtls`.
    ///
    /// # Errors
    /// One line that says what is in the way.
    pub async fn app(&self, public: PublicUrl, mtls: Option<PublicUrl>) -> anyhow::Result<App> {
        let master = self.master().await?;
        let prepared =
            start::prepare(self.storage.as_ref(), &master, self.clock.as_ref(), self.entropy.as_ref()).await?;
        let env = Env {
            credential_uses: grantor_flows::CredentialUses::default(),
            key_readers: grantor_flows::key_readers::KeyReaders::default(),
            unknown_names: grantor_flows::UnknownNames::default(),
            storage: Arc::<CachedStorage>::clone(&self.storage),
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            keys: prepared.keys,
            request_keys: prepared.request_keys,
            salt: prepared.salt,
            refresh_tokens: prepared.refresh_tokens,
            client_secrets: prepared.client_secrets,
            initial_access_tokens: prepared.initial_access_tokens,
            dpop_nonces: prepared.dpop_nonces,
            passwords: self.passwords.clone(),
            settings: Settings::default(),
            recorder: Recorder::new(EVENTS),
            outside: Arc::new(self.way_out.clone()),
            public,
            mtls,
        };
        Ok(App::new(env, self.dev_clock.clone()))
    }
}

/// Reads a directory file for a store.
///
/// # Errors
/// Every error of the file with its line and column.
pub async fn read(storage: &dyn Storage, file: &Path) -> anyhow::Result<WantedDirectory> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    read_text(storage, &file.display().to_string(), &text).await
}

async fn read_text(storage: &dyn Storage, name: &str, text: &str) -> anyhow::Result<WantedDirectory> {
    let there = directory::applications_there(storage).await?;
    let known: Vec<KnownApi> = there.iter().map(|application| KnownApi::from(application.as_ref())).collect();
    parse_with(name, text, &known).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}\nnothing of the file was applied", lines.join("\n"))
    })
}

/// Applies what a directory file wants to a store and returns what became of each thing in it.
///
/// # Errors
/// What is named and not there; then nothing was applied.
pub async fn apply(
    storage: &dyn Storage,
    means: &Means<'_>,
    now: Timestamp,
    wanted: &WantedDirectory,
) -> anyhow::Result<Vec<Applied>> {
    warn_of_credentials_that_end(wanted, now);
    Ok(directory::apply(storage, means, now, wanted).await?)
}

/// Says which credentials of a file end within a month, or have ended: nobody has to find out by a token that does not come.
fn warn_of_credentials_that_end(wanted: &WantedDirectory, now: Timestamp) {
    for one in wanted.tenants.iter().flat_map(|tenant| &tenant.applications) {
        let secrets = one.secrets.iter().map(|secret| (&secret.kept.description, secret.kept.expires_at));
        let certificates = one.application.certificates.iter();
        let certificates = certificates.map(|certificate| (&certificate.description, Some(certificate.expires_at)));
        for (credential, end) in secrets.chain(certificates) {
            let client = one.application.client_id.as_str();
            match Ending::of(end, now) {
                Ending::Far => {}
                Ending::Soon { days } => {
                    tracing::warn!(client, credential, days, "a credential of an application ends soon");
                }
                Ending::Past => tracing::warn!(client, credential, "a credential of an application has ended"),
            }
        }
    }
}

/// Takes up what other nodes on the same database change in the directory, for as long as the process runs.
pub async fn follow(storage: Arc<CachedStorage>) {
    let mut failing = false;
    loop {
        let followed = storage.follow().await;
        // Said once, not four times a second.
        match &followed {
            Ok(()) if failing => tracing::info!("the directory is kept in memory again"),
            Err(error) if !failing => {
                tracing::warn!(%error, "what other nodes change cannot be read: nothing is answered from memory until it can");
            }
            _ => {}
        }
        failing = followed.is_err();
        tokio::time::sleep(FOLLOW_EVERY).await;
    }
}

/// What an apply did, in one line: `created 12, changed 1, left 3`.
pub fn summary(applied: &[Applied]) -> String {
    let count = |outcome| applied.iter().filter(|one| one.outcome == outcome).count();
    format!("created {}, changed {}, left {}", count(Outcome::Created), count(Outcome::Changed), count(Outcome::Left))
}

/// Where the database file of a data folder is.
pub fn database_of(data: &Path) -> Database {
    Database::Sqlite(PathBuf::from(data).join(crate::config::DATABASE_FILE))
}
