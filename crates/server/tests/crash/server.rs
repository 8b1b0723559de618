//! The program as a process of its own.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::store::Store;

pub struct Server {
    child: Child,
    log: std::path::PathBuf,
}

impl Server {
    /// Starts it on the store, and does not wait.
    pub fn start(store: &Store, with_directory: bool) -> Self {
        let folder = &store.folder;
        let log = folder.at("log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_grantor"));
        command.args(["serve", "--http", "--listen", "127.0.0.1:0", "--data"]).arg(folder.at("data"));
        if let Some(database) = &store.database {
            command.args(["--database", &database.url]);
        }
        if with_directory {
            command.arg("--directory").arg(folder.at("contoso.toml"));
        }
        let stderr = File::options().create(true).append(true).open(&log).unwrap();
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        Self { child, log }
    }

    /// Waits until it is ready and says where: `HOST:PORT`.
    pub fn ready(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("ready http://").map(str::to_owned);
        address.unwrap_or_else(|| {
            panic!("it did not start: {line:?}\n{}", std::fs::read_to_string(&self.log).unwrap_or_default())
        })
    }

    /// SIGKILL: it cannot finish anything.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
