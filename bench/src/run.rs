//! `grantor-bench run`: every row on every side, in turns, on servers that are started afresh.

use std::time::Duration;

use anyhow::{Context, ensure};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::browser::Browser;
use crate::clock::now;
use crate::generator;
use crate::machine::Machine;
use crate::prepare::Stage;
use crate::proof;
use crate::report::{self, Figures, Hash, Measured, Page};
use crate::rows::{GROUPS, Row};
use crate::sides::{Launch, Server, Side};

/// How to run.
#[derive(clap::Args)]
pub struct RunOptions {
    /// How often each row is measured on each side
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Seconds that each measurement takes
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Seconds before each that do not count
    #[arg(long, default_value_t = 2.0)]
    warm_up: f64,
    /// Connections
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Only rows whose name holds this text
    #[arg(long)]
    only: Option<String>,
    /// Print only, and leave docs/performance.md as it is
    #[arg(long)]
    dry: bool,
}

/// Runs, prints and writes.
///
/// # Errors
/// Something could not be measured; what could is printed and written before.
pub fn run(options: &RunOptions) -> anyhow::Result<()> {
    let launch = Launch::here()?;
    let machine = Machine::look(&launch)?;
    println!("{machine}");
    let mut figures = Figures::default();
    let (mut wrong, mut hashes) = (Vec::new(), Vec::new());
    for round in 0..options.runs {
        hashes.push(time_of_a_hash()?);
        for group in GROUPS {
            let rows: Vec<Row> = group.iter().copied().filter(|row| options.wants(*row)).collect();
            // Who comes first changes, so that nobody always has the quiet or the busy moment.
            for turn in 0..Side::ALL.len() {
                let side = Side::ALL[(round + turn) % Side::ALL.len()];
                let rows: Vec<Row> = rows.iter().copied().filter(|row| row.is_of(side)).collect();
                if rows.is_empty() {
                    continue;
                }
                let hash = typical(&mut hashes)?;
                if let Err(error) = measure_group(&launch, options, side, &rows, hash, &mut figures, &mut wrong) {
                    note(&mut wrong, format!("{}: {error:#}", side.name()));
                }
            }
        }
    }
    let hash = typical(&mut hashes)?;
    let page = Page { machine: &machine, figures: &figures, hash, options: options.describe(), wrong: &wrong };
    let text = report::table(&page);
    println!("\n{text}");
    if !options.dry {
        report::write(&launch, "speed", &text)?;
    }
    ensure!(wrong.is_empty(), "not everything was measured: see the lines above");
    Ok(())
}

impl RunOptions {
    fn wants(&self, row: Row) -> bool {
        self.only.as_ref().is_none_or(|text| row.name().contains(text.as_str()))
    }

    fn describe(&self) -> String {
        let Self { runs, seconds, warm_up, connections, .. } = self;
        format!("{runs} runs of {seconds} s each after {warm_up} s of warm-up, {connections} connections")
    }
}

fn note(wrong: &mut Vec<String>, line: String) {
    println!("not measured: {line}");
    if !wrong.contains(&line) {
        wrong.push(line);
    }
}

fn measure_group(
    launch: &Launch,
    options: &RunOptions,
    side: Side,
    rows: &[Row],
    hash: Hash,
    figures: &mut Figures,
    wrong: &mut Vec<String>,
) -> anyhow::Result<()> {
    let server = Server::start(launch, side)?;
    let mut stage = Stage::new(&server, options.connections);
    for row in rows {
        match measure(&mut stage, options, *row, hash) {
            Ok(measured) => {
                println!("{:<14} {:<40} {measured}", side.name(), row.name());
                figures.add(*row, side, measured);
            }
            Err(error) => note(wrong, format!("{}, {}: {error:#}", side.name(), row.name())),
        }
    }
    Ok(())
}

fn measure(stage: &mut Stage<'_>, options: &RunOptions, row: Row, hash: Hash) -> anyhow::Result<Measured> {
    let (warm_up, duration) = (Duration::from_secs_f64(options.warm_up), Duration::from_secs_f64(options.seconds));
    let scripts = match row {
        // What is consumed is prepared for as long as it will last, judged by the pace so far.
        Row::Code(_) => {
            let first = stage.scripts(row, options.connections * 20)?;
            let pace = generator::run(stage.server.address, first, warm_up)?.rate();
            let again = stage.scripts(row, amount(pace, warm_up))?;
            let pace = generator::run(stage.server.address, again, warm_up)?.rate();
            stage.scripts(row, amount(pace, duration))?
        }
        Row::Password => {
            let warm = stage.scripts(row, options.connections)?;
            generator::run(stage.server.address, warm, duration)?;
            stage.scripts(row, amount(hash.most_per_second() * 1.2, duration))?
        }
        _ => {
            let scripts = stage.scripts(row, 0)?;
            generator::run(stage.server.address, scripts, warm_up)?.scripts
        }
    };
    let before = stage.server.processor_time()?;
    let outcome = generator::run(stage.server.address, scripts, duration)?;
    let processor = stage.server.processor_time()?.saturating_sub(before);
    let tokens: Vec<String> =
        outcome.scripts.iter().filter_map(|script| script.evidence().map(str::to_owned)).collect();
    prove(stage.server, &tokens)?;
    ensure!(outcome.times.total() > 0, "nothing was answered in time");
    Ok(Measured {
        rate: outcome.rate(),
        median: outcome.times.permille(500),
        p99: outcome.times.permille(990),
        processor: processor.div_f64(count(outcome.times.total())),
        resident_kib: stage.server.resident_kib()?,
    })
}

/// The last token of each connection is really signed.
fn prove(server: &Server, tokens: &[String]) -> anyhow::Result<()> {
    if tokens.is_empty() {
        return Ok(());
    }
    let keys = Browser::new(server.address, &server.host)?.read(server.side.words().published, "")?;
    tokens.iter().try_for_each(|token| proof::verify(token, &keys))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of requests that are prepared")]
fn amount(rate: f64, duration: Duration) -> usize {
    (rate * duration.as_secs_f64() * 1.1).clamp(64.0, 400_000.0) as usize
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
fn count(total: u64) -> f64 {
    total as f64
}

/// The median of what was found so far.
fn typical(times: &mut [Duration]) -> anyhow::Result<Hash> {
    times.sort_unstable();
    let cores = std::thread::available_parallelism().context("the number of cores is known")?.get();
    Ok(Hash { time: *times.get(times.len() / 2).context("--runs is at least 1")?, cores })
}

/// What one password costs, on one core while nothing else runs: the median of several.
fn time_of_a_hash() -> anyhow::Result<Duration> {
    let params = Params::new(19 * 1024, 2, 1, Some(32)).map_err(|error| anyhow::anyhow!("{error}"))?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut times = Vec::new();
    for _ in 0..21 {
        let began = now();
        argon2
            .hash_password_into(b"correct-horse-battery-staple", &[7; 16], &mut [0; 32])
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        times.push(now() - began);
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}
