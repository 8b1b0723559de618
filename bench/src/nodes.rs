//! `grantor-bench nodes`: one node on one core beside two nodes on one core each, over one PostgreSQL.
//!
//! With two cores for two nodes there is none left for the database and the generator, which run on both cores beside them in
//! both arrangements. So the plain ratio of answers is bounded by what those two take, and beside it stands what one answer
//! costs the nodes: if two nodes pay for an answer what one pays, they can do twice as much wherever the database has cores of
//! its own.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};

use crate::cluster::Cluster;
use crate::machine::{self, Machine};
use crate::prepare::Stage;
use crate::proc;
use crate::proof::Algorithm::{Es256, Rs256};
use crate::report::{self, Measured, at_least, head, line, median, thousands};
use crate::rows::Row;
use crate::run::{RunOptions, measure, note};
use crate::sides::{Launch, Server};

const ROWS: [Row; 4] = [Row::Credentials(Rs256), Row::Refresh(Rs256), Row::Refresh(Es256), Row::Me];
/// How much more two nodes are to do than one.
const GOAL: f64 = 1.7;

/// One measurement of one arrangement.
struct Sample {
    row: Row,
    nodes: usize,
    rate: f64,
    /// Microseconds of processor that the nodes took for each answer,
    node: f64,
    /// and the database.
    database: f64,
}

/// Measures, prints and writes.
///
/// # Errors
/// There are not two cores, or an answer is wrong.
pub fn run(options: &RunOptions) -> anyhow::Result<()> {
    let launch = Launch::here()?;
    let cores = proc::cores()?;
    ensure!(cores.len() >= 2, "two nodes with a core each need two cores");
    let cluster = Arc::new(Cluster::passing(&launch.scratch)?);
    let machine = Machine::look(&launch)?.with_postgres(&cluster);
    println!("{machine}");
    let (mut samples, mut wrong) = (Vec::new(), Vec::new());
    for round in 0..options.runs {
        for turn in 0..2 {
            let nodes = 1 + (round + turn) % 2;
            let server = Server::nodes(&launch, &cluster, &cores[..nodes])?;
            let mut stage = Stage::new(&server, options.connections);
            for row in ROWS.into_iter().filter(|row| options.wants(*row)) {
                match sample(&mut stage, options, row, nodes) {
                    Ok(sample) => {
                        println!("{nodes} × one core  {:<40} {:>9.0}/s", row.name(), sample.rate);
                        samples.push(sample);
                    }
                    Err(error) => note(&mut wrong, format!("{nodes} × one core, {}: {error:#}", row.name())),
                }
            }
        }
    }
    let mut text = machine.list();
    let _ = writeln!(text, "- load average after the last run: {}", machine::load());
    let _ = writeln!(text, "- {}; medians\n", options.describe());
    text.push_str(&table(&samples)?);
    report::finish(&launch, "nodes", text, options.dry, &wrong)
}

fn sample(stage: &mut Stage<'_>, options: &RunOptions, row: Row, nodes: usize) -> anyhow::Result<Sample> {
    let Measured { rate, processor, database, .. } = measure(stage, options, row, None)?;
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    Ok(Sample { row, nodes, rate, node: micros(processor), database: micros(database) })
}

fn table(samples: &[Sample]) -> anyhow::Result<String> {
    let mut text = String::new();
    let columns = [
        "one node, answers per second",
        "two nodes",
        "ratio",
        "µs of node per answer: one, two",
        "µs of PostgreSQL per answer: one, two",
        "ratio of what the nodes' cores can answer",
    ];
    head(&mut text, "path", columns.map(str::to_owned));
    let has = |row, nodes| samples.iter().any(|one| one.row == row && one.nodes == nodes);
    for row in ROWS.into_iter().filter(|row| has(*row, 1) && has(*row, 2)) {
        let middle = |nodes, what: fn(&Sample) -> f64| {
            let found = samples.iter().filter(|one| one.row == row && one.nodes == nodes);
            median(found.map(what).collect()).context("each arrangement was measured")
        };
        let both = |what: fn(&Sample) -> f64| anyhow::Ok([middle(1, what)?, middle(2, what)?]);
        let (rates, node, database) = (both(|one| one.rate)?, both(|one| one.node)?, both(|one| one.database)?);
        let pair = |[one, two]: [f64; 2]| format!("{one:.0}, {two:.0}");
        let cells = [
            thousands(rates[0]),
            thousands(rates[1]),
            at_least(rates[1] / rates[0], GOAL),
            pair(node),
            pair(database),
            at_least(2.0 * node[0] / node[1], GOAL),
        ];
        line(&mut text, row.name(), cells);
    }
    Ok(text)
}
