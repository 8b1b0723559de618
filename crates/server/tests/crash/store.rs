//! What the program keeps its data in: a folder, and perhaps a PostgreSQL server of its own.

use std::fmt;
use std::sync::OnceLock;

use grantor_testkit::{CONTOSO_DIRECTORY, Folder};
use grantor_testkit_postgres::{Cluster, Disk};

pub struct Store {
    pub folder: Folder,
    pub database: Option<Database>,
}

/// An empty database, and the server that may be killed with it.
pub struct Database {
    pub cluster: &'static Cluster,
    pub url: String,
}

impl Store {
    pub fn sqlite() -> Self {
        Self { folder: prepared(), database: None }
    }

    /// `None` when nothing is to be tested on PostgreSQL.
    pub fn postgres() -> Option<Self> {
        let cluster = Cluster::start(Disk::Flushed)?;
        let url = in_runtime(async { cluster.database().await.url() });
        Some(Self { folder: prepared(), database: Some(Database { cluster, url }) })
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.database.is_some() { "PostgreSQL" } else { "SQLite" })
    }
}

fn prepared() -> Folder {
    let folder = Folder::new();
    std::fs::write(folder.at("contoso.toml"), CONTOSO_DIRECTORY).unwrap();
    folder
}

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Runtime::new().unwrap()).block_on(work)
}
