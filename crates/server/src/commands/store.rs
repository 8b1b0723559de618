//! The store that an administrative command works on: that of a data folder or a database, beside the servers that run on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;
use clap::Args;
use grantor_environment::{Clock, Entropy, SystemClock, SystemEntropy, Timestamp};
use grantor_flows::{ClientSecrets, Passwords, start};
use grantor_jose::SealingKey;
use grantor_storage::Storage;
use grantor_storage_sql::{PostgresStorage, SqliteStorage};

use super::Usage;
use crate::config::{self, Database};
use crate::data_folder::DataFolder;
use crate::platform::{MASTER_KEY, database_of};

/// Where the store is.
#[derive(Args, Debug)]
pub struct StoreOptions {
    /// The data folder of the platform, also while a server uses it
    #[arg(long, value_name = "DIR", env = "GRANTOR_DATA", default_value = "./grantor-data", global = true)]
    data: PathBuf,
    /// The database, if it is not in the data folder: sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL", env = "GRANTOR_DATABASE", hide_env_values = true, global = true)]
    database: Option<Address>,
}

/// What becomes of a store that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMissing {
    /// It is made.
    Make,
    /// It is refused: whoever looks for something in it has named the wrong place.
    Refuse,
}

/// An open store, with what acts on it need.
pub struct Store {
    /// The store itself.
    pub storage: Arc<dyn Storage>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Where passwords are hashed.
    pub passwords: Passwords,
    /// The data folder that was named, where the master key is.
    data: PathBuf,
    /// Whether the master key is made if the deployment has none: not for a database that servers elsewhere have.
    may_make_key: bool,
    // After the store, so that no server opens it before it is closed.
    _folders: Vec<DataFolder>,
}

impl Store {
    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What the secrets of applications that sign with them are sealed under.
    ///
    /// # Errors
    /// One line that says that the master key is not there, or may not be read.
    pub async fn client_secrets(&self) -> anyhow::Result<ClientSecrets> {
        Ok(ClientSecrets::of(&self.master_key().await?))
    }

    /// What the secrets of the deployment are sealed under; where nothing has run yet, it is made.
    ///
    /// # Errors
    /// One line that says that it is not there, or may not be read.
    pub async fn master_key(&self) -> anyhow::Result<SealingKey> {
        let folder = DataFolder::open_or_beside(&self.data)?;
        let made = self.may_make_key && !start::has_run_before(self.storage.as_ref()).await?;
        let key =
            if made { folder.secret(MASTER_KEY, self.entropy.as_ref())? } else { folder.kept_secret(MASTER_KEY)? };
        Ok(SealingKey::from_bytes(key))
    }
}

impl StoreOptions {
    /// Opens the store.
    ///
    /// # Errors
    /// One line that says what is in the way.
    pub async fn open(&self, if_missing: IfMissing) -> anyhow::Result<Store> {
        let database = self.database()?;
        let may_make_key = matches!(database, Database::Sqlite(_));
        let (storage, folders): (Arc<dyn Storage>, Vec<DataFolder>) = match database {
            Database::Postgres(url) => (Arc::new(PostgresStorage::open(&url).await?), Vec::new()),
            Database::Sqlite(file) => {
                if if_missing == IfMissing::Refuse && !file.is_file() {
                    bail!(
                        "there is no store at {}: name its data folder with --data, or make one with grantor apply",
                        file.display()
                    );
                }
                let folders = self.folders(&file)?;
                let beside = folders.iter().any(DataFolder::is_beside);
                let storage = if beside { SqliteStorage::open_beside(&file)? } else { SqliteStorage::open(&file)? };
                (Arc::new(storage), folders)
            }
        };
        Ok(Store {
            storage,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            passwords: Passwords::for_this_machine(),
            data: self.data.clone(),
            may_make_key,
            _folders: folders,
        })
    }

    fn database(&self) -> anyhow::Result<Database> {
        match &self.database {
            Some(address) if !address.0.is_empty() => address.database("--database"),
            _ => Ok(database_of(&self.data)),
        }
    }

    /// Held so that no server opens the file meanwhile: a server holds its data folder, which need not be the one that the file is
    /// in. One that has it already goes on beside us.
    fn folders(&self, file: &Path) -> anyhow::Result<Vec<DataFolder>> {
        let is_in_data = file.parent().is_some_and(|parent| same_folder(parent, &self.data));
        let mut folders = Vec::new();
        if is_in_data || self.data.is_dir() {
            folders.push(DataFolder::open_or_beside(&self.data)?);
        }
        if !is_in_data {
            folders.extend(DataFolder::around_or_beside(file)?);
        }
        Ok(folders)
    }
}

fn same_folder(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// What was given for a database. It may hold a password, also when it is none: it is never shown.
#[derive(Clone)]
pub struct Address(String);

impl Address {
    /// The database that it means; `flag` is what it was given for.
    ///
    /// # Errors
    /// [`Usage`], when it means none.
    pub fn database(&self, flag: &str) -> anyhow::Result<Database> {
        config::database(&self.0).map_err(|expected| Usage(format!("{flag}: {expected}")).into())
    }
}

impl From<String> for Address {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Address(..)")
    }
}
