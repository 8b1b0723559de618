//! A server that runs, from its start to its end.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};

use super::Side;

/// Ticks of processor time in a second, as Linux tells them to programs on every machine.
const TICKS: u64 = 100;

/// What is needed to start servers.
pub struct Launch {
    /// Where the release binaries are.
    pub programs: PathBuf,
    /// The folder of this crate.
    pub bench: PathBuf,
    /// Where data folders are made. On a real disk, since commits wait for it.
    pub scratch: PathBuf,
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

    /// A data folder that is not used yet.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn folder(&self) -> anyhow::Result<PathBuf> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = self.scratch.join(format!("{}-{count}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        Ok(folder)
    }

    /// The command that starts a side over a data folder.
    pub fn command(&self, side: Side, data: &Path) -> Command {
        match side {
            Side::Grantor => {
                let mut command = Command::new(self.programs.join("grantor"));
                command.args(["serve", "--http", "--listen", "127.0.0.1:0", "--data"]).arg(data.join("data"));
                command.arg("--directory").arg(self.bench.join("bench.toml"));
                command
            }
            Side::Peer => {
                let mut command = Command::new(self.node());
                command.arg(self.bench.join("peers/oidc-provider.js")).arg(data.join("peer.db"));
                command.env("NODE_ENV", "production");
                command
            }
            Side::Floor => {
                let mut command = Command::new(self.programs.join("grantor-floor"));
                command.arg(data.join("floor.db"));
                command
            }
        }
    }
}

/// A server that runs. Dropped, it is ended and its data is gone.
pub struct Server {
    /// Whose it is.
    pub side: Side,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its name in addresses.
    pub host: String,
    child: Child,
    folder: PathBuf,
}

impl Server {
    /// Starts a side afresh and waits until it is ready.
    ///
    /// # Errors
    /// It does not get ready; the error holds what it said.
    pub fn start(launch: &Launch, side: Side) -> anyhow::Result<Self> {
        let folder = launch.folder()?;
        Self::run(side, launch.command(side, &folder), folder)
    }

    /// Runs a command that prints `ready http://localhost:PORT`.
    ///
    /// # Errors
    /// It does not.
    pub fn run(side: Side, mut command: Command, folder: PathBuf) -> anyhow::Result<Self> {
        let said = folder.join("stderr.log");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&said)?)
            .spawn()
            .with_context(|| format!("{} cannot be started", command.get_program().display()))?;
        let mut line = String::new();
        let out = child.stdout.take().context("standard output is piped")?;
        BufReader::new(out).read_line(&mut line)?;
        let Some(host) = line.trim().strip_prefix("ready http://") else {
            child.kill()?;
            child.wait()?;
            let said = std::fs::read_to_string(&said)?;
            std::fs::remove_dir_all(&folder)?;
            anyhow::bail!("{} does not start: {line}{said}", side.name());
        };
        let port = host.rsplit(':').next().and_then(|port| port.parse().ok()).context("a port follows the host")?;
        Ok(Self { side, address: (Ipv4Addr::LOCALHOST, port).into(), host: host.to_owned(), child, folder })
    }

    /// The processor time that it has taken.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn processor_time(&self) -> anyhow::Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let ticks: Vec<u64> =
            after_name.split_whitespace().skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
        Ok(Duration::from_millis(ticks.iter().sum::<u64>() * 1000 / TICKS))
    }

    /// The memory that it holds, in KiB.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn resident_kib(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS stands in /proc")?;
        line.trim().trim_end_matches("kB").trim().parse().context("VmRSS is a number")
    }

    /// Asks it to end in order, and waits for that.
    ///
    /// # Errors
    /// It ends otherwise.
    pub fn end(mut self) -> anyhow::Result<()> {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        ensure!(asked.success(), "the signal was not sent");
        let ended = self.child.wait()?;
        ensure!(ended.success(), "{} ended with {ended}", self.side.name());
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
