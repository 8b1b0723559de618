//! The server's processes: run, stopped, killed, run again.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use crate::machine::as_owner;

/// Between two looks at what another process does.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A shell runs the server once for each line that it reads, and says its process id. When it can read no more, this program
/// is gone, however that came about, and it tidies up.
const KEEPER: &str = r#"
    while read -r line; do
        if [ -n "$server" ]; then wait "$server"; fi
        "$1/postgres" -D data -p "$2" -k "$PWD" -h 127.0.0.1 -c fsync="$3" -c max_connections=300 \
            -c ssl=on -c ssl_cert_file=../server.pem -c ssl_key_file=../server.key </dev/null >>log 2>&1 &
        server=$!
        echo "$server"
    done
    if kill -INT "$server" 2>/dev/null; then wait "$server"; fi
    cd / && rm -rf "$4"
"#;

/// A server, and the shell that keeps it.
#[derive(Debug)]
pub struct Process {
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
    server: u32,
    to_keeper: ChildStdin,
    from_keeper: BufReader<ChildStdout>,
}

impl Process {
    /// Runs a server. `None` when it ends at once, as it does when its port is taken.
    #[expect(clippy::zombie_processes, reason = "the keeper outlives this program")]
    pub fn start(bin: &Path, folder: &Path, port: u16, flush: bool) -> Option<Self> {
        let mut keeper = as_owner()
            .args(["sh", "-c", KEEPER, "sh"])
            .arg(bin)
            .args([port.to_string().as_str(), if flush { "on" } else { "off" }])
            .arg(folder)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to_keeper, from_keeper) = (keeper.stdin.take().unwrap(), keeper.stdout.take().unwrap());
        let mut process = Self {
            bin: bin.to_owned(),
            folder: folder.to_owned(),
            port,
            server: 0,
            to_keeper,
            from_keeper: BufReader::new(from_keeper),
        };
        process.run().then_some(process)
    }

    /// Has it run again once it has ended, and says whether it does.
    pub fn run(&mut self) -> bool {
        self.to_keeper.write_all(b"run\n").unwrap();
        let mut line = String::new();
        self.from_keeper.read_line(&mut line).unwrap();
        self.server = line.trim_end().parse().unwrap();
        // By the socket in its own folder: at the port, a server of somebody else might answer.
        let ready = || {
            let mut ask = Command::new(self.bin.join("pg_isready"));
            ask.arg("-q").arg("-h").arg(&self.folder).args(["-p", &self.port.to_string()]).status().unwrap().success()
        };
        for _ in 0..3000 {
            if ready() {
                return true;
            }
            if !any_alive(&[self.server]) {
                return false;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        false
    }

    /// Ends all its processes at one moment.
    pub fn kill(&self) {
        // Stopped first, so that it starts nothing new while we look whom it has started.
        signal("STOP", &[self.server]);
        let mut processes = children_of(self.server);
        processes.push(self.server);
        signal("KILL", &processes);
        wait_for(&processes);
    }

    /// Ends it in order, without waiting for its clients.
    pub fn stop(&self) {
        signal("INT", &[self.server]);
        wait_for(&[self.server]);
    }
}

fn signal(name: &str, processes: &[u32]) {
    // Some may have ended by themselves in the meantime.
    let mut kill = Command::new("kill");
    kill.arg(format!("-{name}")).args(texts(processes)).stderr(Stdio::null()).status().unwrap();
}

fn children_of(process: u32) -> Vec<u32> {
    let said = Command::new("pgrep").args(["-P", &process.to_string()]).output().unwrap();
    String::from_utf8(said.stdout).unwrap().lines().map(|line| line.trim().parse().unwrap()).collect()
}

fn wait_for(processes: &[u32]) {
    for _ in 0..3000 {
        if !any_alive(processes) {
            return;
        }
        std::thread::sleep(LOOK_EVERY);
    }
    panic!("the PostgreSQL server does not end");
}

/// Whether one of them still runs. One that has ended may stay in the list for a while, until somebody has taken note of it.
fn any_alive(processes: &[u32]) -> bool {
    let said = Command::new("ps").args(["-o", "stat=", "-p", &texts(processes).join(",")]).output().unwrap();
    String::from_utf8(said.stdout).unwrap().lines().any(|state| !state.starts_with('Z'))
}

fn texts(processes: &[u32]) -> Vec<String> {
    processes.iter().map(ToString::to_string).collect()
}
