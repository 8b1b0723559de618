//! What the machine has: the server's programs, a user to run them as, a free port.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};

/// The server's programs: in `PG_BIN`, or the newest where Debian puts them.
pub fn binaries() -> Option<PathBuf> {
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

/// A port that can be listened on, from below those that the system hands out to whoever connects: it stays free, also
/// while the server is down. Each process begins somewhere else.
pub fn free_port() -> u16 {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    static TRIED: AtomicU16 = AtomicU16::new(0);
    let begin = u16::try_from(std::process::id().wrapping_mul(2_654_435_761) % u32::from(COUNT)).unwrap_or_default();
    let ports = std::iter::repeat_with(|| FIRST + (begin + TRIED.fetch_add(1, Ordering::Relaxed) % COUNT) % COUNT);
    let mut free = ports.take(COUNT.into()).filter(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok());
    free.next().expect("every port is taken")
}

/// The server refuses to run as root: then it runs as the user that its package has made.
pub fn owner() -> Option<(u32, u32)> {
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

/// A command that runs as the owner of the server's files.
pub fn as_owner() -> Command {
    let Some((user, group)) = owner() else { return Command::new("env") };
    let mut command = Command::new("setpriv");
    command.args([format!("--reuid={user}"), format!("--regid={group}"), "--clear-groups".to_owned()]);
    command.arg("env");
    command
}
