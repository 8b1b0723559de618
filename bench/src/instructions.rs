//! `grantor-bench instructions`: how many instructions an answer costs, which no neighbour on the machine can change.
//!
//! The server runs on one thread under callgrind, once for N requests and once for 2N; the difference is N requests' worth,
//! without the start and without the preparation, which is the same in both.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::generator::{self, Script};
use crate::prepare::Stage;
use crate::proof::Algorithm::Es256;
use crate::report::{self, thousands};
use crate::rows::Row;
use crate::scripts::Limited;
use crate::sides::{Launch, Server, Side};

const HOTTEST: [Row; 5] = [Row::Credentials(Es256), Row::Refresh(Es256), Row::Code(Es256), Row::Me, Row::Discovery];
const LONGEST: Duration = Duration::from_mins(5);

/// How to count.
#[derive(clap::Args)]
pub struct CountOptions {
    /// How many requests are counted for each path
    #[arg(long, default_value_t = 1000)]
    requests: usize,
    /// Print only, and leave docs/performance.md as it is
    #[arg(long)]
    dry: bool,
}

/// Counts, prints and writes.
///
/// # Errors
/// valgrind is not there, or an answer is wrong.
pub fn run(options: &CountOptions) -> anyhow::Result<()> {
    let launch = Launch::here()?;
    let valgrind = Command::new("valgrind").arg("--version").output().context("valgrind cannot be run: install it")?;
    let valgrind = String::from_utf8_lossy(&valgrind.stdout).trim().to_owned();
    let data = launch.folder()?;
    let counted = count(&launch, &data.folder, options.requests);
    let mut text = format!(
        "- {valgrind}, callgrind, one worker thread and one connection (so every commit is alone), difference between {n} and {twice} requests\n\n\
         | path | instructions per answer |\n| --- | --- |\n",
        n = options.requests,
        twice = options.requests * 2
    );
    for (row, each) in counted? {
        writeln!(text, "| {} | {} |", row.name(), thousands(each))?;
    }
    report::finish(&launch, "instructions", text, options.dry, &[])
}

#[expect(clippy::cast_precision_loss, reason = "instructions of a run are far below 2^52")]
fn count(launch: &Launch, data: &Path, requests: usize) -> anyhow::Result<Vec<(Row, f64)>> {
    // Keys and passwords are made at full speed, and then copied for each run.
    let command = launch.command(Side::Grantor, data, None);
    Server::run(Side::Grantor, command, &data.join("stderr.log"), None)?.end()?;
    let mut counted = Vec::new();
    for row in HOTTEST {
        let once = instructions(launch, data, row, requests, requests * 2)?;
        let twice = instructions(launch, data, row, requests * 2, requests * 2)?;
        let each = (twice as f64 - once as f64) / requests as f64;
        println!("{:<40} {:>12} instructions", row.name(), thousands(each));
        counted.push((row, each));
    }
    Ok(counted)
}

/// What a server takes from its start to its end, with so many requests of so many that were prepared.
fn instructions(launch: &Launch, made: &Path, row: Row, requests: usize, prepared: usize) -> anyhow::Result<u64> {
    let data = launch.folder()?;
    let folder = &data.folder;
    let copied = Command::new("cp").arg("-r").arg(made.join("data")).arg(folder).status()?;
    ensure!(copied.success(), "the data folder cannot be copied");
    let counts = folder.with_extension("callgrind");
    let serve = launch.command(Side::Grantor, folder, None);
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--quiet"]).arg(format!("--callgrind-out-file={}", counts.display()));
    command.arg(serve.get_program()).args(serve.get_args()).env("TOKIO_WORKER_THREADS", "1");
    let log = folder.join("stderr.log");
    let server = Server::run(Side::Grantor, command, &log, Some(data))?;
    let mut scripts = Stage::new(&server, 1).scripts(row, prepared)?;
    let script = scripts.pop().context("there is one connection")?;
    let limited: Box<dyn Script> = Box::new(Limited::new(script, requests));
    let outcome = generator::run(&server.addresses, vec![limited], LONGEST)?;
    let answered = usize::try_from(outcome.times.total())?;
    ensure!(answered == requests, "{answered} of {requests} requests were answered in time");
    server.end()?;
    let total = total(&counts)?;
    std::fs::remove_file(&counts)?;
    Ok(total)
}

fn total(counts: &Path) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(counts).context("callgrind has written its counts")?;
    let line = text.lines().find_map(|line| line.strip_prefix("summary:").or(line.strip_prefix("totals:")));
    line.context("callgrind has summed up")?.trim().parse().context("a count of instructions")
}
