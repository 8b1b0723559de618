//! `grantor-bench storm`: token requests alone, and beside more password sign-ins than the machine can check.
//!
//! The storm does not wait for answers: a sign-in is sent at each tick, whatever became of those before, so a server that only
//! gets slower would drown in it. What it cannot do it is to refuse at once with 503 and `Retry-After`.

mod sender;

use std::fmt::{self, Write as _};
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use crate::generator::{self, Outcome, Pace};
use crate::machine::{self, Machine};
use crate::prepare::Stage;
use crate::proof::Algorithm::Es256;
use crate::report::{self, Hash, head, line, median, millis, thousands};
use crate::rows::Row;
use crate::run::{RunOptions, note, time_of_a_hash};
use crate::sides::{Launch, Server, Side, Store};
use sender::{Answered, Storm};

const ROWS: [Row; 2] = [Row::Credentials(Es256), Row::Refresh(Es256)];
/// A load of token requests that leaves the machine time for something else, and one that does not.
const PACES: [Pace; 2] = [Pace::PerSecond(500.0), Pace::Pressing];
/// How much of what the machine can check the storm asks for.
const STORM: f64 = 3.0;
/// How long a storm takes until the queue before the hashing threads is full.
const GATHERING: Duration = Duration::from_secs(3);

/// One measurement.
struct Sample {
    row: Row,
    pace: Pace,
    rate: f64,
    median: f64,
    p99: f64,
    storm: Option<Answered>,
}

/// Measures, prints and writes.
///
/// # Errors
/// An answer is wrong.
pub fn run(options: &RunOptions) -> anyhow::Result<()> {
    let launch = Launch::here()?;
    let machine = Machine::look(&launch)?;
    println!("{machine}");
    let (mut samples, mut hashes, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.runs {
        hashes.push(time_of_a_hash()?);
        let hash = fastest(&hashes)?;
        for row in ROWS.into_iter().filter(|row| options.wants(*row)) {
            let server = Server::start(&launch, Side::Grantor, &Store::Sqlite)?;
            let mut stage = Stage::new(&server, options.connections);
            for pace in PACES {
                for beside in [false, true] {
                    match sample(&mut stage, options, row, pace, beside.then_some(hash)) {
                        Ok(sample) => {
                            println!("{sample}");
                            samples.push(sample);
                        }
                        Err(error) => note(&mut wrong, format!("{}: {error:#}", row.name())),
                    }
                }
            }
        }
    }
    let hash = fastest(&hashes)?;
    let mut text = machine.list();
    let _ = writeln!(text, "- load average after the last run: {}", machine::load());
    let _ = writeln!(
        text,
        "- {}; medians; the storm sends {:.0} sign-ins a second, {STORM} × what {} cores can check\n",
        options.describe(),
        STORM * hash.most_per_second(),
        hash.cores
    );
    text.push_str(&table(&samples)?);
    report::finish(&launch, "storm", text, options.dry, &wrong)
}

/// What a hash takes where nothing disturbs it: a storm that is judged by less would be too weak.
fn fastest(times: &[Duration]) -> anyhow::Result<Hash> {
    let cores = std::thread::available_parallelism().context("the number of cores is known")?.get();
    Ok(Hash { time: *times.iter().min().context("--runs is at least 1")?, cores })
}

fn sample(
    stage: &mut Stage<'_>,
    options: &RunOptions,
    row: Row,
    pace: Pace,
    beside: Option<Hash>,
) -> anyhow::Result<Sample> {
    let (warm_up, duration) = (Duration::from_secs_f64(options.warm_up), Duration::from_secs_f64(options.seconds));
    let addresses = &stage.server.addresses;
    let scripts = generator::run(addresses, stage.scripts(row, 0)?, warm_up)?.scripts;
    let token_requests = |scripts| generator::run_at(addresses, scripts, duration, pace);
    let (Outcome { times, elapsed, .. }, storm) = match beside {
        None => (token_requests(scripts)?, None),
        Some(hash) => {
            let per_second = STORM * hash.most_per_second();
            let whole = GATHERING + duration;
            let storm = Storm::gather(stage, per_second, whole)?.break_loose();
            std::thread::sleep(GATHERING);
            let outcome = token_requests(scripts)?;
            (outcome, Some(storm.end()?))
        }
    };
    ensure!(times.total() > 0, "no token request was answered in time");
    if let Some(wrong) = storm.as_ref().and_then(|storm| storm.first_wrong.as_deref()) {
        bail!("a sign-in of the storm was answered wrongly: {wrong}");
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
    let rate = times.total() as f64 / elapsed.as_secs_f64();
    let (median, p99) = (millis(times.permille(500)), millis(times.permille(990)));
    Ok(Sample { row, pace, rate, median, p99, storm })
}

impl fmt::Display for Sample {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let beside = if self.storm.is_some() { "beside the storm" } else { "alone" };
        let Self { rate, median, p99, .. } = self;
        let name = format!("{}, {}", self.row.name(), self.pace);
        write!(formatter, "{name:<70} {beside:<16} {rate:>8.0}/s  p50 {median:>8.2} ms  p99 {p99:>8.2} ms")?;
        if let Some(storm) = &self.storm {
            let Answered { signed_in, refused, .. } = storm;
            write!(formatter, "  {} signed in, {} refused", signed_in.total(), refused.total())?;
        }
        Ok(())
    }
}

fn table(samples: &[Sample]) -> anyhow::Result<String> {
    let mut text = String::new();
    let columns = [
        "alone: per second, median and p99 in ms",
        "beside the storm",
        "p99 against alone",
        "signed in per second",
        "refused with 503 and Retry-After, of all",
        "median of a refusal in ms",
    ];
    head(&mut text, "token requests", columns.map(str::to_owned));
    for (row, pace) in ROWS.into_iter().flat_map(|row| PACES.map(|pace| (row, pace))) {
        let found = |beside| -> Vec<&Sample> {
            let of = |one: &&Sample| one.row == row && one.pace == pace && one.storm.is_some() == beside;
            samples.iter().filter(of).collect()
        };
        if found(false).is_empty() || found(true).is_empty() {
            continue;
        }
        let middle = |beside, what: fn(&Sample) -> f64| {
            median(found(beside).into_iter().map(what).collect()).context("both were measured")
        };
        let three = |beside| -> anyhow::Result<String> {
            let rate = middle(beside, |one| one.rate)?;
            let (median, p99) = (middle(beside, |one| one.median)?, middle(beside, |one| one.p99)?);
            Ok(format!("{}, {median:.2}, {p99:.2}", thousands(rate)))
        };
        let of_storm = |what: fn(&Answered) -> f64| {
            let storms = found(true).into_iter().filter_map(|one| one.storm.as_ref());
            median(storms.map(what).collect()).context("there was a storm")
        };
        let cells = [
            three(false)?,
            three(true)?,
            format!("{:.2} ×", middle(true, |one| one.p99)? / middle(false, |one| one.p99)?),
            thousands(of_storm(Answered::signed_in_per_second)?),
            format!("{:.0} %", 100.0 * of_storm(Answered::share_refused)?),
            format!("{:.2}", of_storm(|storm| millis(storm.refused.permille(500)))?),
        ];
        line(&mut text, format!("{}, {}", row.name(), pace), cells);
    }
    Ok(text)
}
