//! A PostgreSQL cluster of our own, on the disk where the data folders are, with PostgreSQL's defaults: every commit is flushed.

use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use crate::proc;

const USER: &str = "grantor";
const PASSWORD: &str = "only-for-the-benchmark";
const LONGEST_START: Duration = Duration::from_mins(1);

/// A running cluster. Dropped, it is stopped in order.
pub struct Cluster {
    child: Child,
    folder: PathBuf,
    bin: PathBuf,
    port: u16,
    /// Whether its data is to be gone with it.
    passing: bool,
    /// The version of the server, as it says.
    pub version: String,
}

impl Cluster {
    /// A cluster that is gone when it is dropped.
    ///
    /// # Errors
    /// PostgreSQL is not installed, or does not start.
    pub fn passing(scratch: &Path) -> anyhow::Result<Self> {
        let folder = scratch.join(format!("postgres-{}", std::process::id()));
        let mut cluster = Self::at(&folder, &[])?;
        cluster.passing = true;
        Ok(cluster)
    }

    /// The cluster in that folder, made if it is not there. `settings` are more of PostgreSQL's own, as `name=value`.
    ///
    /// # Errors
    /// As [`Self::passing`].
    pub fn at(folder: &Path, settings: &[&str]) -> anyhow::Result<Self> {
        let bin = binaries()?;
        if !folder.join("data/PG_VERSION").exists() {
            make(folder, &bin)?;
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = as_owner(owner()?);
        command.arg(bin.join("postgres")).args(["-D", "data", "-h", "127.0.0.1", "-k", ""]);
        command.args(["-p", &port.to_string(), "-c", "max_connections=100"]);
        for setting in settings {
            command.args(["-c", setting]);
        }
        let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("log"))?;
        let child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("PostgreSQL cannot be started")?;
        let mut cluster = Self { child, folder: folder.to_owned(), bin, port, passing: false, version: String::new() };
        cluster.wait_until_ready()?;
        cluster.version = cluster.ask("postgres", "SHOW server_version")?;
        Ok(cluster)
    }

    fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let log = self.folder.join("log");
        for _ in 0..LONGEST_START.as_millis() / 50 {
            if let Some(ended) = self.child.try_wait()? {
                bail!("PostgreSQL ended with {ended}: see {}", log.display());
            }
            let mut ready = Command::new(self.bin.join("pg_isready"));
            if ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]).status()?.success() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("PostgreSQL is not ready after {} s: see {}", LONGEST_START.as_secs(), log.display());
    }

    /// Makes an empty database.
    ///
    /// # Errors
    /// The server refuses.
    pub fn database(&self) -> anyhow::Result<String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("bench_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        self.ask("postgres", &format!("CREATE DATABASE {name}"))?;
        Ok(name)
    }

    /// Ends a database; whoever is connected is cut off. It leaves nothing to be written later.
    ///
    /// # Errors
    /// The server refuses.
    pub fn drop_database(&self, name: &str) -> anyhow::Result<()> {
        self.ask("postgres", &format!("DROP DATABASE {name} WITH (FORCE)")).map(drop)
    }

    /// How a database is reached, without TLS.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// Runs one statement and returns what it answers, as text.
    ///
    /// # Errors
    /// It fails.
    pub fn ask(&self, database: &str, statement: &str) -> anyhow::Result<String> {
        let output = self.psql(database).args(["-c", statement]).output()?;
        ensure!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// The command-line client, connected to a database, which stops at the first error.
    pub fn psql(&self, database: &str) -> Command {
        let mut command = Command::new(self.bin.join("psql"));
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]);
        command.arg(self.url(database));
        command
    }

    /// The processor time that all its processes have taken, those that ended too.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn processor_time(&self) -> anyhow::Result<Duration> {
        proc::time_of_tree(self.child.id())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A fast shutdown: connections are cut, and what was written is kept in order.
        let asked = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
        if self.passing {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

fn make(folder: &Path, bin: &Path) -> anyhow::Result<()> {
    let owner = owner()?;
    // What an earlier attempt left behind.
    let _ = std::fs::remove_dir_all(folder);
    if let Some(parent) = folder.parent() {
        std::fs::create_dir_all(parent)?;
    }
    std::fs::DirBuilder::new().mode(0o700).create(folder)?;
    let password = folder.join("password");
    std::fs::File::create_new(&password)?.write_all(PASSWORD.as_bytes())?;
    if let Some((user, group)) = owner {
        chown(folder, Some(user), Some(group))?;
        chown(&password, Some(user), Some(group))?;
    }
    let made = as_owner(owner)
        .arg(bin.join("initdb"))
        .args(["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--pwfile=password", "-D", "data"])
        .arg(format!("--username={USER}"))
        .current_dir(folder)
        .output()
        .context("initdb cannot be run")?;
    ensure!(
        made.status.success(),
        "initdb in {}, where the user postgres must be let in: {}",
        folder.display(),
        String::from_utf8_lossy(&made.stderr)
    );
    Ok(())
}

/// The server's programs: in `PG_BIN`, or the newest where Debian puts them.
fn binaries() -> anyhow::Result<PathBuf> {
    if let Some(named) = std::env::var_os("PG_BIN") {
        return Ok(named.into());
    }
    let absent = "no PostgreSQL server: install the package postgresql, or name the folder of its programs in PG_BIN";
    let versions = std::fs::read_dir("/usr/lib/postgresql").context(absent)?;
    let found = versions.filter_map(|version| {
        let version = version.ok()?;
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        Some((number, version.path().join("bin"))).filter(|(_, bin)| bin.join("initdb").exists())
    });
    found.max().map(|(_, bin)| bin).context(absent)
}

/// The server refuses to run as root: then it runs as the user that its package has made.
fn owner() -> anyhow::Result<Option<(u32, u32)>> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let said = Command::new("id").args(arguments).output().ok().filter(|said| said.status.success())?;
        String::from_utf8(said.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return Ok(None);
    }
    let postgres = id(&["-u", "postgres"]).zip(id(&["-g", "postgres"]));
    postgres.context("as root, PostgreSQL needs a user named postgres to run as").map(Some)
}

/// A command that runs as that user and ends with this program, however that ends.
fn as_owner(owner: Option<(u32, u32)>) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=INT");
    if let Some((user, group)) = owner {
        command.args([format!("--reuid={user}"), format!("--regid={group}"), "--clear-groups".to_owned()]);
    }
    command
}
