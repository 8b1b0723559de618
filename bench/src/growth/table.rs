//! What growth costs, as a table.

use std::fmt::{self, Write as _};
use std::time::Duration;

use anyhow::Context;

use super::Asking;
use crate::cluster::Cluster;
use crate::generator::Outcome;
use crate::machine::{self, Machine};
use crate::report::{at_most, head, line, median, millis, thousands};

/// How much longer the slowest of a hundred may take.
const MOST_P99: f64 = 1.5;
/// Within how many milliseconds a server over the large store starts.
const LONGEST_START: f64 = 1000.0;
/// What a server may hold after load, in MiB.
const MOST_MEMORY: f64 = 80.0;

/// One question, measured on one store.
pub struct Sample {
    asking: Asking,
    is_large: bool,
    rate: f64,
    median: f64,
    p99: f64,
}

/// One start of a server over one store.
pub struct Start {
    /// Over the large one.
    pub is_large: bool,
    /// From the start of the process to the end of its first answer.
    pub first_answer: Duration,
    /// What it holds then, after a rest, in KiB,
    pub at_rest: u64,
    /// and after everything was asked.
    pub after_load: u64,
}

impl Sample {
    /// What came of a run.
    pub fn of(asking: Asking, is_large: bool, outcome: &Outcome) -> Self {
        let permille = |share| millis(outcome.times.permille(share));
        Self { asking, is_large, rate: outcome.rate(), median: permille(500), p99: permille(990) }
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, median, p99, .. } = self;
        let (store, name) = (if self.is_large { "large" } else { "small" }, self.asking.to_string());
        write!(formatter, "{store}  {name:<62} {rate:>9.0}/s  p50 {median:>8.2} ms  p99 {p99:>8.2} ms")
    }
}

/// The figures as Markdown.
///
/// # Errors
/// Something was not measured.
pub fn text(machine: &Machine, described: &[String], starts: &[Start], samples: &[Sample]) -> anyhow::Result<String> {
    let mut text = machine.list();
    for line in described {
        let _ = writeln!(text, "- {line}");
    }
    let _ = writeln!(text, "- load average after the last run: {}\n", machine::load());
    let columns = ["small store: per second, median and p99 in ms", "large store", "p99, large against small"];
    head(&mut text, "question", columns.map(str::to_owned));
    for asking in Asking::all() {
        let middle = |is_large, what: fn(&Sample) -> f64| {
            let found = samples.iter().filter(|one| one.asking == asking && one.is_large == is_large);
            median(found.map(what).collect()).context("both stores were asked")
        };
        let three = |is_large| -> anyhow::Result<String> {
            let rate = middle(is_large, |one| one.rate)?;
            let (median, p99) = (middle(is_large, |one| one.median)?, middle(is_large, |one| one.p99)?);
            Ok(format!("{}, {median:.2}, {p99:.2}", thousands(rate)))
        };
        let p99 = |is_large| middle(is_large, |one| one.p99);
        line(&mut text, asking, [three(false)?, three(true)?, at_most(p99(true)? / p99(false)?, MOST_P99)]);
    }
    text.push('\n');
    head(&mut text, "server", ["small store", "large store", "goal"].map(str::to_owned));
    let started = |is_large, what: fn(&Start) -> f64| {
        let found = starts.iter().filter(|one| one.is_large == is_large);
        median(found.map(what).collect()).context("both were started")
    };
    let mut about = |name: &str, unit: &str, goal: Option<f64>, what: fn(&Start) -> f64| -> anyhow::Result<()> {
        let large = started(true, what)?;
        let reached = goal.map_or("–".to_owned(), |goal| {
            format!("{goal:.0} {unit} at most, {}", if large <= goal { "reached" } else { "**missed**" })
        });
        let shown = |value: f64| format!("{value:.0} {unit}");
        line(&mut text, name, [shown(started(false, what)?), shown(large), reached]);
        Ok(())
    };
    about("start, to the first answer", "ms", Some(LONGEST_START), |one| millis(one.first_answer))?;
    about("memory after the start", "MiB", None, |one| mebibytes(one.at_rest))?;
    about("memory after load", "MiB", Some(MOST_MEMORY), |one| mebibytes(one.after_load))?;
    Ok(text)
}

/// What a row takes on PostgreSQL, in every table that is large.
///
/// # Errors
/// The server does not tell.
pub fn rows(cluster: &Cluster, database: &str) -> anyhow::Result<String> {
    let mut text = "\n".to_owned();
    head(&mut text, "table of the large store", ["rows", "bytes a row: heap", "indexes"].map(str::to_owned));
    let sizes = "SELECT relname, n_live_tup, pg_table_size(relid) / n_live_tup, pg_indexes_size(relid) / n_live_tup \
                 FROM pg_stat_user_tables WHERE n_live_tup >= 10000 ORDER BY pg_total_relation_size(relid) DESC";
    for row in cluster.ask(database, sizes)?.lines() {
        let mut cells = row.split('|');
        let name = cells.next().unwrap_or_default();
        let cells: Result<Vec<f64>, _> = cells.map(str::parse).collect();
        line(&mut text, format!("`{name}`"), cells?.into_iter().map(thousands));
    }
    Ok(text)
}

#[expect(clippy::cast_precision_loss, reason = "kibibytes of a process are far below 2^52")]
fn mebibytes(kib: u64) -> f64 {
    kib as f64 / 1024.0
}
