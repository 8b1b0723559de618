//! How fast `grantor serve` starts and how much memory it holds at rest.
//!
//! Each figure is the median of several starts of the release build, measured from outside: from the moment the process is
//! started to the last byte of its first answer, over plain HTTP on loopback. The first start makes the data folder, the
//! database, the certificate authority's key and the signing key; a later one reads them.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use crate::proc;

const STARTS: usize = 9;

/// Measures and prints.
///
/// # Errors
/// What could not be built, started or read.
pub fn run() -> anyhow::Result<()> {
    let program = program()?;
    let folder = std::env::temp_dir().join(format!("grantor-figures-{}", std::process::id()));
    let figures = measure(&program, &folder);
    let _ = std::fs::remove_dir_all(&folder);
    figures
}

/// The release build, made if it is not there or older than its sources.
fn program() -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args(["build", "--release", "--package", "grantor-server"])
        .status()
        .context("cargo cannot be run")?;
    ensure!(built.success(), "the release build failed");
    let here = std::env::current_exe()?;
    let folder = here.parent().context("this program lies in a folder")?;
    Ok(folder.join("grantor"))
}

fn measure(program: &Path, folder: &Path) -> anyhow::Result<()> {
    let mut first = Vec::new();
    let mut later = Vec::new();
    let mut resident = Vec::new();
    for number in 0..STARTS {
        let data = folder.join(number.to_string());
        first.push(start(program, &data)?.0);
        let (time, kib) = start(program, &data)?;
        later.push(time);
        resident.push(kib);
    }
    println!("{STARTS} starts of each kind, release build, plain HTTP on loopback:");
    print_times("first start, data folder empty, to the first answer", &mut first);
    print_times("later start, to the first answer", &mut later);
    resident.sort_unstable();
    println!("  resident at rest, two seconds after the answer: {:.1} MiB (median)", mib(resident[STARTS / 2]));
    Ok(())
}

fn print_times(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    println!(
        "  {what}: {:.0} ms (median; {:.0} to {:.0})",
        millis(times[times.len() / 2]),
        millis(times[0]),
        millis(times[times.len() - 1])
    );
}

#[expect(clippy::cast_precision_loss, reason = "kibibytes of a process are far below 2^52")]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

/// Starts the platform, asks one question, lets it rest, and ends it. Returns how long the answer took and how many KiB are
/// resident.
#[expect(clippy::disallowed_methods, reason = "a measurement takes the machine's time")]
fn start(program: &Path, data: &Path) -> anyhow::Result<(Duration, u64)> {
    let began = Instant::now();
    let mut child = Command::new(program)
        .args(["serve", "--http", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("{} cannot be started", program.display()))?;
    let outcome = asked(&mut child).and_then(|()| {
        let time = began.elapsed();
        std::thread::sleep(Duration::from_secs(2));
        Ok((time, proc::resident_kib(child.id())?))
    });
    child.kill()?;
    child.wait()?;
    outcome
}

fn asked(child: &mut Child) -> anyhow::Result<()> {
    let out = child.stdout.take().context("standard output is piped")?;
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    let Some(address) = line.trim().strip_prefix("ready http://localhost:") else {
        bail!("the platform said {line:?}")
    };
    let mut stream = TcpStream::connect(format!("127.0.0.1:{address}"))?;
    stream.write_all(b"GET /common/discovery/v2.0/keys HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200"), "the platform answered {:?}", answer.lines().next());
    Ok(())
}
