//! What servers are started from, and over what.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context;

use super::Side;
use crate::cluster::Cluster;

/// What is needed to start servers.
pub struct Launch {
    /// Where the release binaries are.
    pub programs: PathBuf,
    /// The folder of this crate.
    pub bench: PathBuf,
    /// Where data folders are made. On a real disk, since commits wait for it.
    pub scratch: PathBuf,
}

/// Where a side keeps what must outlive it.
#[derive(Clone)]
pub enum Store {
    /// In a file of its own.
    Sqlite,
    /// In a database of its own.
    Postgres(Arc<Cluster>),
}

impl Launch {
    /// Everything beside this program.
    ///
    /// # Errors
    /// It lies nowhere.
    pub fn here() -> anyhow::Result<Self> {
        let program = std::env::current_exe()?;
        let programs = program.parent().context("this program lies in a folder")?.to_owned();
        let scratch = programs.with_file_name("bench");
        Ok(Self { programs, bench: PathBuf::from(env!("CARGO_MANIFEST_DIR")), scratch })
    }

    /// The Node.js that runs the peer: the one that is installed with it, else the machine's.
    pub fn node(&self) -> PathBuf {
        let machine = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
        let own = self.bench.join(format!("peers/node_modules/node-linux-{machine}/bin/node"));
        if own.exists() { own } else { "node".into() }
    }

    /// A folder that is not used yet, and gone when what is returned is dropped.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn folder(&self) -> anyhow::Result<Passing> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = self.scratch.join(format!("{}-{count}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(Passing { folder, database: None })
    }

    /// Grantor over a data folder, told nothing about its directory.
    pub fn grantor(&self, data: &Path, database: Option<&str>) -> Command {
        let mut command = Command::new(self.programs.join("grantor"));
        command.args(["serve", "--http", "--data"]).arg(data);
        if let Some(database) = database {
            command.args(["--database", database]);
        }
        command
    }

    /// The directory that Grantor is measured with.
    pub fn directory(&self) -> PathBuf {
        self.bench.join("bench.toml")
    }

    /// The command that starts a side over a folder, with what must outlive it in `database`, else in the folder.
    pub fn command(&self, side: Side, folder: &Path, database: Option<&str>) -> Command {
        match side {
            Side::Grantor => {
                let mut command = self.grantor(&folder.join("data"), database);
                command.args(["--listen", "127.0.0.1:0", "--directory"]).arg(self.directory());
                command
            }
            Side::Peer => {
                let mut command = Command::new(self.node());
                command.arg(self.bench.join("peers/oidc-provider.js"));
                match database {
                    Some(database) => command.arg(database),
                    None => command.arg(folder.join("peer.db")),
                };
                command.env("NODE_ENV", "production");
                command
            }
            Side::Floor => {
                let mut command = Command::new(self.programs.join("grantor-floor"));
                command.arg(folder.join("floor.db"));
                command
            }
        }
    }
}

/// A folder, and a database if there is one, which are gone when this is dropped.
pub struct Passing {
    /// The folder.
    pub folder: PathBuf,
    database: Option<(Arc<Cluster>, String)>,
}

impl Passing {
    /// Adds a database where the store is one.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn over(mut self, store: &Store) -> anyhow::Result<Self> {
        if let Store::Postgres(cluster) = store {
            self.database = Some((Arc::clone(cluster), cluster.database()?));
        }
        Ok(self)
    }

    /// Where the database is.
    pub fn cluster(&self) -> Option<&Cluster> {
        self.database.as_ref().map(|(cluster, _)| cluster.as_ref())
    }

    /// The name of the database, and how it is reached.
    pub fn database(&self) -> Option<(String, String)> {
        self.database.as_ref().map(|(cluster, name)| (name.clone(), cluster.url(name)))
    }

    /// How the database is reached.
    pub fn url(&self) -> Option<String> {
        self.database.as_ref().map(|(cluster, name)| cluster.url(name))
    }
}

impl Drop for Passing {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
        if let Some((cluster, name)) = &self.database {
            let _ = cluster.drop_database(name);
        }
    }
}
