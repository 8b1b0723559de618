//! Where and with what it was measured.

use std::fmt;
use std::process::Command;

use anyhow::Context;

use crate::cluster::Cluster;
use crate::sides::Launch;

/// A machine and what is installed on it.
pub struct Machine {
    /// The lines that describe it.
    pub lines: Vec<String>,
}

impl Machine {
    /// Looks around.
    ///
    /// # Errors
    /// What is measured is not installed.
    pub fn look(launch: &Launch) -> anyhow::Result<Self> {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let cpuinfo = read("/proc/cpuinfo");
        let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("an unknown processor");
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let memory = read("/proc/meminfo");
        let memory = memory.lines().next().and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        let kernel = read("/proc/sys/kernel/osrelease");
        std::fs::create_dir_all(&launch.scratch)?;
        let disk = said("df", &["--output=fstype", &launch.scratch.display().to_string()]);
        let disk = disk.and_then(|table| Some(table.lines().last()?.to_owned()));
        let lines = vec![
            format!(
                "{}, {cores} cores shared by server and generator, {} GiB, Linux {}, data on {}",
                model.trim_start_matches([':', ' ', '\t']),
                memory.unwrap_or(0) / 1024 / 1024,
                kernel.trim(),
                disk.unwrap_or_else(|| "an unknown file system".to_owned()),
            ),
            format!("load average before the first run: {}", load()),
            format!("Grantor {}, {}", env!("CARGO_PKG_VERSION"), said("rustc", &["--version"]).unwrap_or_default()),
        ];
        Ok(Self { lines })
    }

    /// The lines as a Markdown list.
    pub fn list(&self) -> String {
        format!("- {}\n", self.lines.join("\n- "))
    }

    /// With the peer and what it keeps its store by.
    ///
    /// # Errors
    /// It is not installed.
    pub fn with_peer(mut self, launch: &Launch, store: &str) -> anyhow::Result<Self> {
        self.lines.push(format!(
            "oidc-provider {}, {store} {}, Node.js {}",
            package(launch, "oidc-provider")?,
            package(launch, store)?,
            said(&launch.node().display().to_string(), &["--version"]).unwrap_or_default(),
        ));
        Ok(self)
    }

    /// With the server of databases.
    pub fn with_postgres(mut self, cluster: &Cluster) -> Self {
        let Cluster { version, .. } = cluster;
        self.lines.push(format!("PostgreSQL {version} with its defaults (fsync and synchronous_commit on)"));
        self
    }
}

/// The version of an installed package.
fn package(launch: &Launch, name: &str) -> anyhow::Result<String> {
    let path = launch.bench.join("peers/node_modules").join(name).join("package.json");
    version(&std::fs::read_to_string(path).context("the peers are not installed: scripts/bench does that")?)
}

impl fmt::Display for Machine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.lines.join("\n"))
    }
}

/// How many programs wanted to run at a time, on average over one, five and fifteen minutes.
pub fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(", ")
}

fn version(package: &str) -> anyhow::Result<String> {
    let package: serde_json::Value = serde_json::from_str(package)?;
    Ok(package["version"].as_str().unwrap_or_default().to_owned())
}

fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
