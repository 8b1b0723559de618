//! A PostgreSQL server of our own, made when it is first needed and gone with this program. One database per test.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::NoTls;

/// The superuser's password.
pub const PASSWORD: &str = "not-a-secret";

/// A running server.
pub struct Cluster {
    port: u16,
    /// Its folder: sockets, data, certificates.
    folder: PathBuf,
}

/// Whether acknowledged commits must outlive the machine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    Flushed,
    Trusted,
}

/// The server that all tests of this program share. `None`, and a word about it, when there is to be none.
pub fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::start(Disk::Trusted)).as_ref()
}

impl Cluster {
    /// Starts a server, which ends with this program.
    pub fn start(disk: Disk) -> Option<Self> {
        if std::env::var_os("GRANTOR_SKIP_POSTGRES").is_some_and(|skip| skip == "1") {
            eprintln!("nothing is tested on PostgreSQL, since GRANTOR_SKIP_POSTGRES=1");
            return None;
        }
        let bin = binaries().expect(
            "no PostgreSQL server to test with: install the package postgresql, or name the folder of its programs in PG_BIN, \
             or set GRANTOR_SKIP_POSTGRES=1 to go without these tests",
        );
        let cluster = Self { port: free_port(), folder: folder() };
        cluster.make(&bin);
        cluster.run(&bin, disk);
        Some(cluster)
    }

    /// Makes the data, and a certificate for `localhost` by an authority of our own.
    fn make(&self, bin: &Path) {
        std::fs::write(self.folder.join("password"), PASSWORD).unwrap();
        self.make_certificate();
        let owner = owner();
        if let Some(owner) = owner {
            for name in ["", "password", "server.pem", "server.key"] {
                std::os::unix::fs::chown(self.folder.join(name), Some(owner.0), Some(owner.1)).unwrap();
            }
        }
        let made = as_owner(owner)
            .arg(bin.join("initdb"))
            .args([
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--username=grantor",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ])
            .arg("--pwfile=password")
            .args(["-D", "data"])
            .current_dir(&self.folder)
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
    }

    fn make_certificate(&self) {
        use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        std::fs::write(self.authority(), authority.pem()).unwrap();
        std::fs::write(self.folder.join("server.pem"), certificate.pem()).unwrap();
        let mut file = private(&self.folder.join("server.key"));
        file.write_all(key.serialize_pem().as_bytes()).unwrap();
    }

    /// Runs the server. A shell waits until this program is gone, however that comes about, and then ends it.
    #[expect(clippy::zombie_processes, reason = "it outlives this program")]
    fn run(&self, bin: &Path, disk: Disk) {
        let flush = if disk == Disk::Flushed { "on" } else { "off" };
        let script = r#"
            "$1/postgres" -D data -p "$2" -k "$PWD" -h 127.0.0.1 -c fsync="$3" -c max_connections=300 \
                -c ssl=on -c ssl_cert_file=../server.pem -c ssl_key_file=../server.key >log 2>&1 &
            server=$!
            echo started
            cat >/dev/null
            kill -INT "$server"
            wait "$server"
            cd / && rm -rf "$4"
        "#;
        let mut shell = as_owner(owner())
            .args(["sh", "-c", script, "sh"])
            .arg(bin)
            .args([&self.port.to_string(), flush])
            .arg(&self.folder)
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut started = [0];
        shell.stdout.take().unwrap().read_exact(&mut started).unwrap();
        // Kept open until this program ends.
        std::mem::forget(shell.stdin.take());
        self.wait_until_ready(bin);
    }

    fn wait_until_ready(&self, bin: &Path) {
        let ready = || {
            let mut ask = Command::new(bin.join("pg_isready"));
            ask.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]).status().unwrap().success()
        };
        for _ in 0..600 {
            if ready() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!("the PostgreSQL server did not start: {log}");
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
        self.folder.join("authority.pem")
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
pub struct Database {
    pub cluster: &'static Cluster,
    pub name: String,
}

impl Database {
    /// How to reach it, without TLS.
    pub fn url(&self) -> String {
        format!("{}?sslmode=disable&pool_size=8", self.cluster.url(&self.name))
    }

    /// A connection of our own, to look behind the store.
    pub async fn behind(&self) -> tokio_postgres::Client {
        self.cluster.behind(&self.name).await
    }

    /// Runs statements behind the store.
    pub async fn spoil(&self, statements: &str) {
        self.behind().await.batch_execute(statements).await.unwrap();
    }
}

/// The server's programs: in `PG_BIN`, or the newest where Debian puts them.
fn binaries() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("PG_BIN") {
        let named = PathBuf::from(named);
        assert!(named.join("initdb").exists(), "PG_BIN is {}, where there is no initdb", named.display());
        return Some(named);
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| {
            let version = version.ok()?;
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin"))).filter(|(_, bin)| bin.join("initdb").exists())
        })
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

fn folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("grantor-pg-{}-{number}", std::process::id()));
    // What an earlier program with the same process id left behind.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn private(path: &Path) -> std::fs::File {
    use std::os::unix::fs::OpenOptionsExt as _;
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The server refuses to run as root: then it runs as the user that its package has made.
fn owner() -> Option<(u32, u32)> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let said = Command::new("id").args(arguments).output().ok().filter(|said| said.status.success())?;
        String::from_utf8(said.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let postgres = id(&["-u", "postgres"]).zip(id(&["-g", "postgres"]));
    Some(postgres.expect("as root, PostgreSQL needs a user named postgres to run as"))
}

fn as_owner(owner: Option<(u32, u32)>) -> Command {
    let Some((user, group)) = owner else { return Command::new("env") };
    let mut command = Command::new("setpriv");
    command.args([format!("--reuid={user}"), format!("--regid={group}"), "--clear-groups".to_owned()]);
    command.arg("env");
    command
}
