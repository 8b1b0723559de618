//! `grantor-bench run` and `grantor-bench postgres`: every row on every side, in turns, on servers that are started afresh.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::browser::Browser;
use crate::clock::now;
use crate::cluster::Cluster;
use crate::generator;
use crate::machine::Machine;
use crate::prepare::Stage;
use crate::proof;
use crate::report::{self, Figures, Hash, Measured, Page};
use crate::rows::{GROUPS, Goals, Row};
use crate::sides::{Launch, Server, Side, Store};

/// How to run.
#[derive(Clone, clap::Args)]
pub struct RunOptions {
    /// How often each row is measured on each side
    #[arg(long, default_value_t = 5)]
    pub runs: usize,
    /// Seconds that each measurement takes
    #[arg(long, default_value_t = 3.0)]
    pub seconds: f64,
    /// Seconds before each that do not count
    #[arg(long, default_value_t = 1.5)]
    pub warm_up: f64,
    /// Connections
    #[arg(long, default_value_t = 32)]
    pub connections: usize,
    /// Only rows whose name holds this text
    #[arg(long)]
    pub only: Option<String>,
    /// Print only, and leave docs/performance.md as it is
    #[arg(long)]
    pub dry: bool,
}

/// Who is compared, on what.
struct Comparison {
    /// The part of the page that it fills.
    part: &'static str,
    sides: &'static [Side],
    store: Store,
    has: fn(Row) -> bool,
    goals: fn(Row) -> Goals,
}

/// Grantor, the peer and the floor, each with a store in a file.
///
/// # Errors
/// Something could not be measured; what could is printed and written before.
pub fn run(options: &RunOptions) -> anyhow::Result<()> {
    let launch = Launch::here()?;
    let machine = Machine::look(&launch)?.with_peer(&launch, "better-sqlite3")?;
    let all = |_| true;
    let comparison = Comparison { part: "speed", sides: &Side::ALL, store: Store::Sqlite, has: all, goals: Row::goals };
    compare(&launch, &machine, &comparison, options)
}

/// Grantor and the peer on one PostgreSQL, each in a database of its own.
///
/// # Errors
/// As [`run`].
pub fn run_on_postgres(options: &RunOptions) -> anyhow::Result<()> {
    let launch = Launch::here()?;
    let cluster = Arc::new(Cluster::passing(&launch.scratch)?);
    let machine = Machine::look(&launch)?.with_peer(&launch, "pg")?.with_postgres(&cluster);
    let comparison = Comparison {
        part: "postgres",
        sides: &[Side::Grantor, Side::Peer],
        store: Store::Postgres(cluster),
        has: Row::is_of_postgres,
        goals: Row::goals_on_postgres,
    };
    compare(&launch, &machine, &comparison, options)
}

fn compare(launch: &Launch, machine: &Machine, comparison: &Comparison, options: &RunOptions) -> anyhow::Result<()> {
    println!("{machine}");
    let Comparison { sides, store, .. } = comparison;
    let mut figures = Figures::default();
    let (mut wrong, mut hashes) = (Vec::new(), Vec::new());
    for round in 0..options.runs {
        hashes.push(time_of_a_hash()?);
        for group in GROUPS {
            let wanted = |row: &Row| options.wants(*row) && (comparison.has)(*row);
            let rows: Vec<Row> = group.iter().copied().filter(wanted).collect();
            // Who comes first changes, so that nobody always has the quiet or the busy moment.
            for turn in 0..sides.len() {
                let side = sides[(round + turn) % sides.len()];
                let rows: Vec<Row> = rows.iter().copied().filter(|row| row.is_of(side)).collect();
                if rows.is_empty() {
                    continue;
                }
                let hash = typical(&mut hashes)?;
                let measured = Server::start(launch, side, store)
                    .map(|server| measure_group(&server, options, &rows, hash, &mut figures, &mut wrong));
                if let Err(error) = measured {
                    note(&mut wrong, format!("{}: {error:#}", side.name()));
                }
            }
        }
    }
    let hash = typical(&mut hashes)?;
    let page = Page { machine, figures: &figures, hash, options: options.describe(), sides, goals: comparison.goals };
    let text = report::table(&page);
    report::finish(launch, comparison.part, text, options.dry, &wrong)
}

impl RunOptions {
    /// Whether a row is asked for.
    pub fn wants(&self, row: Row) -> bool {
        self.only.as_ref().is_none_or(|text| row.name().contains(text.as_str()))
    }

    /// What was run, for the page.
    pub fn describe(&self) -> String {
        let Self { runs, seconds, warm_up, connections, .. } = self;
        format!("{runs} runs of {seconds} s each after {warm_up} s of warm-up, {connections} connections")
    }
}

/// Says and remembers what could not be measured.
pub fn note(wrong: &mut Vec<String>, line: String) {
    println!("not measured: {line}");
    if !wrong.contains(&line) {
        wrong.push(line);
    }
}

fn measure_group(
    server: &Server,
    options: &RunOptions,
    rows: &[Row],
    hash: Hash,
    figures: &mut Figures,
    wrong: &mut Vec<String>,
) {
    let mut stage = Stage::new(server, options.connections);
    for row in rows {
        match measure(&mut stage, options, *row, Some(hash)) {
            Ok(measured) => {
                println!("{:<14} {:<40} {measured}", server.side.name(), row.name());
                figures.add(*row, server.side, measured);
            }
            Err(error) => note(wrong, format!("{}, {}: {error:#}", server.side.name(), row.name())),
        }
    }
}

/// Warms one row up and measures it.
///
/// # Errors
/// An answer is wrong.
pub fn measure(stage: &mut Stage<'_>, options: &RunOptions, row: Row, hash: Option<Hash>) -> anyhow::Result<Measured> {
    let (warm_up, duration) = (Duration::from_secs_f64(options.warm_up), Duration::from_secs_f64(options.seconds));
    let scripts = match row {
        // What is consumed is prepared for as long as it will last, judged by the pace so far.
        Row::Code(_) | Row::Assertion => {
            let first = stage.scripts(row, options.connections * 20)?;
            let pace = generator::run(&stage.server.addresses, first, warm_up)?.rate();
            let again = stage.scripts(row, amount(pace, warm_up))?;
            let pace = generator::run(&stage.server.addresses, again, warm_up)?.rate();
            stage.scripts(row, amount(pace, duration))?
        }
        Row::Password => {
            let warm = stage.scripts(row, options.connections)?;
            generator::run(&stage.server.addresses, warm, duration)?;
            let most = hash.context("what a hash takes is known")?.most_per_second();
            stage.scripts(row, amount(most * 1.2, duration))?
        }
        _ => {
            let scripts = stage.scripts(row, 0)?;
            generator::run(&stage.server.addresses, scripts, warm_up)?.scripts
        }
    };
    let before = (stage.server.processor_time()?, stage.server.database_time()?);
    let outcome = generator::run(&stage.server.addresses, scripts, duration)?;
    let processor = stage.server.processor_time()?.saturating_sub(before.0);
    let database = stage.server.database_time()?.saturating_sub(before.1);
    let tokens: Vec<String> =
        outcome.scripts.iter().filter_map(|script| script.evidence().map(str::to_owned)).collect();
    prove(stage.server, &tokens)?;
    ensure!(outcome.times.total() > 0, "nothing was answered in time");
    Ok(Measured {
        rate: outcome.rate(),
        median: outcome.times.permille(500),
        p99: outcome.times.permille(990),
        processor: processor.div_f64(count(outcome.times.total())),
        database: database.div_f64(count(outcome.times.total())),
        resident_kib: stage.server.resident_kib()?,
    })
}

/// The last token of each connection is really signed.
fn prove(server: &Server, tokens: &[String]) -> anyhow::Result<()> {
    if tokens.is_empty() {
        return Ok(());
    }
    let keys = Browser::new(server.address(), &server.host)?.read(server.side.words().published, "")?;
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

/// What a hash takes, by the median of what was found so far.
///
/// # Errors
/// Nothing was found.
pub fn typical(times: &mut [Duration]) -> anyhow::Result<Hash> {
    times.sort_unstable();
    let cores = std::thread::available_parallelism().context("the number of cores is known")?.get();
    Ok(Hash { time: *times.get(times.len() / 2).context("--runs is at least 1")?, cores })
}

/// What one password costs, on one core while nothing else runs: the median of several.
///
/// # Errors
/// The parameters are refused.
pub fn time_of_a_hash() -> anyhow::Result<Duration> {
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
