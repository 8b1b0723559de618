//! A server with its databases.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock};

use tokio_postgres::NoTls;

use crate::folder;
use crate::machine;
use crate::process::Process;

/// The superuser's password.
pub const PASSWORD: &str = "not-a-secret";

/// Whether acknowledged commits must outlive the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disk {
    /// They must: every commit is flushed.
    Flushed,
    /// They need not: that is faster.
    Trusted,
}

/// A running server.
#[derive(Debug)]
pub struct Cluster {
    port: u16,
    /// Its folder: sockets, data, certificates.
    folder: PathBuf,
    process: Mutex<Process>,
}

/// The server that all tests of this program share. `None`, and a word about it, when there is to be none.
pub fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<&'static Cluster>> = OnceLock::new();
    *SHARED.get_or_init(|| Cluster::start(Disk::Trusted))
}

impl Cluster {
    /// Starts a server, which ends with this program. `None`, and a word about it, when there is to be none.
    pub fn start(disk: Disk) -> Option<&'static Self> {
        if std::env::var_os("GRANTOR_SKIP_POSTGRES").is_some_and(|skip| skip == "1") {
            eprintln!("nothing is tested on PostgreSQL, since GRANTOR_SKIP_POSTGRES=1");
            return None;
        }
        let bin = machine::binaries().expect(
            "no PostgreSQL server to test with: install the package postgresql, or name the folder of its programs in PG_BIN, \
             or set GRANTOR_SKIP_POSTGRES=1 to go without these tests",
        );
        let mut said = String::new();
        // Another program may take the port between the look and the start.
        for _ in 0..5 {
            let (port, folder) = (machine::free_port(), folder::made(&bin));
            if let Some(process) = Process::start(&bin, &folder, port, disk == Disk::Flushed) {
                return Some(Box::leak(Box::new(Self { port, folder, process: Mutex::new(process) })));
            }
            said = folder::log(&folder);
        }
        panic!("the PostgreSQL server did not start: {said}");
    }

    /// Ends it with all its processes by SIGKILL: it cannot finish anything.
    pub fn kill(&self) {
        self.process.lock().unwrap().kill();
    }

    /// Stops it in order, cutting its connections.
    pub fn stop(&self) {
        self.process.lock().unwrap().stop();
    }

    /// Runs it again after it was killed or stopped, at the same port, and waits until it takes connections.
    pub fn run_again(&self) {
        assert!(
            self.process.lock().unwrap().run(),
            "the PostgreSQL server did not start: {}",
            folder::log(&self.folder)
        );
    }

    /// Makes an empty database.
    pub async fn database(&'static self) -> Database {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let database = Database { cluster: self, name };
        database.cluster.administer(&format!("CREATE DATABASE {}", database.name)).await;
        database
    }

    /// Runs statements in the database of the server itself.
    pub async fn administer(&self, statements: &str) {
        self.behind("postgres").await.batch_execute(statements).await.unwrap();
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// The folder with its sockets.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The certificate of the authority that vouches for it.
    pub fn authority(&self) -> PathBuf {
        folder::authority(&self.folder)
    }

    /// A connection past every password.
    async fn behind(&self, database: &str) -> tokio_postgres::Client {
        let mut config = tokio_postgres::Config::new();
        config.host_path(&self.folder).port(self.port).user("grantor").dbname(database);
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://grantor:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }
}

/// A database for one test.
#[derive(Debug)]
pub struct Database {
    /// Its server.
    pub cluster: &'static Cluster,
    /// Its name.
    pub name: String,
}

impl Database {
    /// How to reach it, without TLS.
    pub fn url(&self) -> String {
        format!("{}?sslmode=disable&pool_size=8", self.cluster.url(&self.name))
    }

    /// A connection of the test's own, to look behind the store.
    pub async fn behind(&self) -> tokio_postgres::Client {
        self.cluster.behind(&self.name).await
    }

    /// All of it as statements that another connection can run, as `pg_dump` writes them: without what is the server's own
    /// and what only its shell understands.
    pub fn dump(&self) -> String {
        let mut dump = Command::new(machine::binaries().unwrap().join("pg_dump"));
        dump.args(["--inserts", "--no-owner", "--no-privileges", "--username=grantor"]);
        dump.arg("--host").arg(&self.cluster.folder).args(["--port", &self.cluster.port.to_string(), &self.name]);
        let dumped = dump.output().unwrap();
        assert!(dumped.status.success(), "pg_dump: {}", String::from_utf8_lossy(&dumped.stderr));
        let text = String::from_utf8(dumped.stdout).unwrap();
        let ours = |line: &&str| {
            let others = ["--", "\\", "SET ", "SELECT pg_catalog.set_config"];
            !line.is_empty() && !others.iter().any(|start| line.starts_with(start))
        };
        text.lines().filter(ours).fold(String::new(), |dump, line| dump + line + "\n")
    }

    /// Runs statements behind the store.
    pub async fn spoil(&self, statements: &str) {
        self.behind().await.batch_execute(statements).await.unwrap();
    }
}
