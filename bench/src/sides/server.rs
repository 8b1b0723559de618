//! A server that was started to be measured, and its end.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};

use super::launch::Passing;
use super::{Launch, Side, Store};
use crate::cluster::Cluster;
use crate::proc;

/// A server that runs, as one process or as several. Dropped, it is ended and its data is gone.
pub struct Server {
    /// Whose it is.
    pub side: Side,
    /// Where it listens.
    pub addresses: Vec<SocketAddr>,
    /// Its name in addresses.
    pub host: String,
    // Ended before what they use is taken away: fields are dropped in this order.
    processes: Vec<Process>,
    data: Option<Passing>,
}

/// A process that said that it is ready. Dropped, it is ended.
struct Process {
    child: Child,
    host: String,
}

impl Server {
    /// Starts a side afresh and waits until it is ready.
    ///
    /// # Errors
    /// It does not get ready; the error holds what it said.
    pub fn start(launch: &Launch, side: Side, store: &Store) -> anyhow::Result<Self> {
        let data = launch.folder()?.over(store)?;
        let command = launch.command(side, &data.folder, data.url().as_deref());
        let log = data.folder.join("stderr.log");
        Self::run(side, command, &log, Some(data))
    }

    /// Runs a command that prints `ready http://localhost:PORT`; what it says else goes to `log`.
    ///
    /// # Errors
    /// It does not get ready.
    pub fn run(side: Side, command: Command, log: &Path, data: Option<Passing>) -> anyhow::Result<Self> {
        let process = Process::start(side.name(), command, log)?;
        let port = process.host.rsplit(':').next().and_then(|port| port.parse().ok());
        let address = (Ipv4Addr::LOCALHOST, port.context("a port follows the host")?).into();
        Ok(Self { side, addresses: vec![address], host: process.host.clone(), processes: vec![process], data })
    }

    /// Starts several nodes of Grantor on one database, each on a core of its own.
    ///
    /// # Errors
    /// One does not get ready.
    pub fn nodes(launch: &Launch, cluster: &Arc<Cluster>, cores: &[usize]) -> anyhow::Result<Self> {
        let data = launch.folder()?.over(&Store::Postgres(Arc::clone(cluster)))?;
        let url = data.url().context("they share a database")?;
        let addresses = cores.iter().map(|_| free_address()).collect::<anyhow::Result<Vec<_>>>()?;
        let host = format!("localhost:{}", addresses.first().context("there is at least one node")?.port());
        let mut processes = Vec::new();
        for (number, (core, address)) in cores.iter().zip(&addresses).enumerate() {
            let own = data.folder.join(number.to_string());
            let serve = launch.grantor(&own, Some(&url));
            let mut command = Command::new("taskset");
            command.args(["--cpu-list", &core.to_string()]).arg(serve.get_program()).args(serve.get_args());
            command.args(["--listen", &address.to_string(), "--public-url", &format!("http://{host}")]);
            if number == 0 {
                command.arg("--directory").arg(launch.directory());
            } else {
                hand_over_master_key(&data.folder.join("0"), &own)?;
            }
            processes.push(Process::start("Grantor", command, &own.with_extension("log"))?);
        }
        Ok(Self { side: Side::Grantor, addresses, host, processes, data: Some(data) })
    }

    /// Where it, or its first process, listens.
    pub fn address(&self) -> SocketAddr {
        self.addresses[0]
    }

    /// The processor time that it has taken.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn processor_time(&self) -> anyhow::Result<Duration> {
        self.processes.iter().map(|process| proc::time(process.child.id())).sum()
    }

    /// The processor time that its database has taken, if that runs apart.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn database_time(&self) -> anyhow::Result<Duration> {
        self.data.as_ref().and_then(Passing::cluster).map_or(Ok(Duration::ZERO), Cluster::processor_time)
    }

    /// The memory that it holds, in KiB.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn resident_kib(&self) -> anyhow::Result<u64> {
        self.processes.iter().map(|process| proc::resident_kib(process.child.id())).sum()
    }

    /// Asks it to end in order, and waits for that.
    ///
    /// # Errors
    /// It ends otherwise.
    pub fn end(mut self) -> anyhow::Result<()> {
        self.processes.iter_mut().try_for_each(|process| process.end(self.side.name()))
    }
}

impl Process {
    fn start(name: &str, mut command: Command, log: &Path) -> anyhow::Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(log)?)
            .spawn()
            .with_context(|| format!("{} cannot be started", command.get_program().display()))?;
        let out = child.stdout.take().context("standard output is piped")?;
        let mut process = Self { child, host: String::new() };
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line)?;
        let Some(host) = line.trim().strip_prefix("ready http://") else {
            let said = std::fs::read_to_string(log)?;
            anyhow::bail!("{name} does not start: {line}{said}");
        };
        host.clone_into(&mut process.host);
        Ok(process)
    }

    fn end(&mut self, name: &str) -> anyhow::Result<()> {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        ensure!(asked.success(), "the signal was not sent");
        let ended = self.child.wait()?;
        ensure!(ended.success(), "{name} ended with {ended}");
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address that nobody listens on: what several nodes are called must be known before the first one starts.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// What is sealed in a database can be opened by nodes with the same master key alone.
fn hand_over_master_key(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir(to)?;
    std::fs::copy(from.join("master.key"), to.join("master.key"))?;
    Ok(())
}
