//! The tables, and the file that keeps them.

use std::fmt::{self, Write as _};
use std::time::Duration;

use anyhow::Context;

use crate::machine::{self, Machine};
use crate::rows::{Goals, Row};
use crate::sides::{Launch, Side};

/// For what was not measured.
const NOTHING: &str = "–";
/// What share of the peer's p99 ours may be.
const MOST_P99: f64 = 0.5;

/// One measurement.
#[derive(Clone, Copy)]
pub struct Measured {
    /// Answers in a second.
    pub rate: f64,
    /// The time within which half of them came.
    pub median: Duration,
    /// The time within which 99 of 100 came.
    pub p99: Duration,
    /// What the server's processes took of the processor for each.
    pub processor: Duration,
    /// What the processes of the database took for each, if it has any of its own.
    pub database: Duration,
    /// What the server holds in memory afterwards.
    pub resident_kib: u64,
}

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:>9.0}/s  p50 {:>8.2} ms  p99 {:>8.2} ms  {:>8.1} µs of processor each  {:>4} MiB",
            self.rate,
            millis(self.median),
            millis(self.p99),
            self.processor.as_secs_f64() * 1e6,
            self.resident_kib / 1024,
        )
    }
}

/// What one password costs.
#[derive(Clone, Copy)]
pub struct Hash {
    /// One hash on one core.
    pub time: Duration,
    /// How many cores there are.
    pub cores: usize,
}

impl Hash {
    /// What all cores can do.
    #[expect(clippy::cast_precision_loss, reason = "no machine has that many cores")]
    pub fn most_per_second(&self) -> f64 {
        self.cores as f64 / self.time.as_secs_f64()
    }
}

/// Everything that was measured.
#[derive(Default)]
pub struct Figures(Vec<(Row, Side, Measured)>);

/// The runs of one row on one side.
#[derive(Clone, Copy)]
struct Summary {
    rate: f64,
    lowest: f64,
    highest: f64,
    p99: f64,
    processor: f64,
    database: f64,
    resident: f64,
}

impl Figures {
    /// Adds a measurement.
    pub fn add(&mut self, row: Row, side: Side, measured: Measured) {
        self.0.push((row, side, measured));
    }

    fn rows(&self) -> impl Iterator<Item = Row> {
        Row::all().filter(|row| self.0.iter().any(|one| one.0 == *row))
    }

    fn of(&self, row: Row, side: Side) -> Option<Summary> {
        let found = || self.0.iter().filter(|one| one.0 == row && one.1 == side).map(|one| one.2);
        let sorted = |what: fn(Measured) -> f64| {
            let mut values: Vec<f64> = found().map(what).collect();
            values.sort_unstable_by(f64::total_cmp);
            values
        };
        let middle = |values: &[f64]| values.get(values.len() / 2).copied();
        let rates = sorted(|one| one.rate);
        Some(Summary {
            rate: middle(&rates)?,
            lowest: *rates.first()?,
            highest: *rates.last()?,
            p99: middle(&sorted(|one| millis(one.p99)))?,
            processor: middle(&sorted(|one| one.processor.as_secs_f64() * 1e6))?,
            database: middle(&sorted(|one| one.database.as_secs_f64() * 1e6))?,
            #[expect(clippy::cast_precision_loss, reason = "kibibytes of a process are far below 2^52")]
            resident: *sorted(|one| one.resident_kib as f64 / 1024.0).last()?,
        })
    }
}

/// What a page of figures says.
pub struct Page<'a> {
    /// Where it was measured.
    pub machine: &'a Machine,
    /// What was measured.
    pub figures: &'a Figures,
    /// What one password costs.
    pub hash: Hash,
    /// How it was measured.
    pub options: String,
    /// Who was measured, ourselves first.
    pub sides: &'a [Side],
    /// What is to be reached.
    pub goals: fn(Row) -> Goals,
}

/// The figures as Markdown.
pub fn table(page: &Page<'_>) -> String {
    let mut text = page.machine.list();
    let _ = writeln!(text, "- load average after the last run: {}", machine::load());
    let _ = writeln!(text, "- {}; medians, in brackets the lowest and the highest run\n", page.options);
    rates(&mut text, page);
    text.push('\n');
    times(&mut text, page);
    text.push('\n');
    costs(&mut text, page);
    let hash = page.hash;
    let _ = writeln!(
        text,
        "\nOne Argon2id hash (m=19 MiB, t=2, p=1) takes {:.1} ms on one core, so {} cores can check {:.0} passwords per second.",
        millis(hash.time),
        hash.cores,
        hash.most_per_second(),
    );
    text
}

fn rates(text: &mut String, page: &Page<'_>) {
    let others = page.sides.get(1..).unwrap_or_default();
    let against = others.iter().map(|side| format!("against {}", side.with_article()));
    head(text, "answers per second", page.sides.iter().map(|side| side.name().to_owned()).chain(against));
    for row in page.figures.rows() {
        // No program is the floor of a password, but what one hash costs.
        let limit = |side| (row == Row::Password && side == Side::Floor).then(|| page.hash.most_per_second());
        let rate = |side| limit(side).or_else(|| page.figures.of(row, side).map(|one| one.rate));
        let shown = |side| match (limit(side), page.figures.of(row, side)) {
            (Some(limit), _) => thousands(limit),
            (None, Some(one)) => {
                format!("{} ({}–{})", thousands(one.rate), thousands(one.lowest), thousands(one.highest))
            }
            (None, None) => NOTHING.to_owned(),
        };
        let goals = (page.goals)(row);
        let against = |side| ratio(rate(Side::Grantor), rate(side), goals.against(side));
        let cells = page.sides.iter().copied().map(shown).chain(others.iter().copied().map(against));
        line(text, row.name(), cells);
    }
}

fn times(text: &mut String, page: &Page<'_>) {
    let names = page.sides.iter().map(|side| side.name().to_owned());
    head(text, "p99 in ms", names.chain(["against oidc-provider".to_owned()]));
    for row in page.figures.rows() {
        let p99 = |side| page.figures.of(row, side).map(|one| one.p99);
        let against = match (p99(Side::Grantor), p99(Side::Peer)) {
            (Some(own), Some(peer)) => at_most(own / peer, MOST_P99),
            _ => NOTHING.to_owned(),
        };
        line(text, row.name(), page.sides.iter().map(|side| number(p99(*side), 2)).chain([against]));
    }
}

fn costs(text: &mut String, page: &Page<'_>) {
    let names = page.sides.iter().map(|side| side.name().to_owned());
    let of_database = page.figures.0.iter().any(|one| !one.2.database.is_zero());
    let what = if of_database { ", of the server and of PostgreSQL" } else { "" };
    head(text, &format!("processor time per answer{what} in µs, and memory of the server after load in MiB"), names);
    for row in page.figures.rows() {
        let cost = |side: &Side| match page.figures.of(row, *side) {
            None => NOTHING.to_owned(),
            Some(Summary { processor, database, resident, .. }) if database > 0.0 => {
                format!("{processor:.1} + {database:.1} µs, {resident:.0} MiB")
            }
            Some(Summary { processor, resident, .. }) => format!("{processor:.1} µs, {resident:.0} MiB"),
        };
        line(text, row.name(), page.sides.iter().map(cost));
    }
}

/// The head of a table, whose first column says what each line is about.
pub fn head(text: &mut String, about: &str, columns: impl IntoIterator<Item = String>) {
    let columns: Vec<String> = columns.into_iter().collect();
    let _ = writeln!(text, "| {about} | {} |\n|{}", columns.join(" | "), " --- |".repeat(columns.len() + 1));
}

/// A line of a table.
pub fn line(text: &mut String, about: impl fmt::Display, cells: impl IntoIterator<Item = String>) {
    let cells: Vec<String> = cells.into_iter().collect();
    let _ = writeln!(text, "| {about} | {} |", cells.join(" | "));
}

fn number(found: Option<f64>, digits: usize) -> String {
    found.map_or(NOTHING.to_owned(), |found| format!("{found:.digits$}"))
}

/// A ratio that is to be small.
pub fn at_most(found: f64, goal: f64) -> String {
    let reached = if found <= goal { "reached" } else { "**missed**" };
    format!("{found:.2} × (goal {goal:.2} at most, {reached})")
}

/// A ratio that is to be large.
pub fn at_least(found: f64, goal: f64) -> String {
    let reached = if found >= goal { "reached" } else { "**missed**" };
    format!("{found:.2} × (goal {goal:.2}, {reached})")
}

/// The middle one of some values; the upper of two.
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

fn ratio(own: Option<f64>, other: Option<f64>, goal: Option<u32>) -> String {
    let (Some(own), Some(other)) = (own, other) else { return NOTHING.to_owned() };
    let found = own / other;
    match goal {
        None => format!("{found:.2} ×"),
        Some(goal) => at_least(found, f64::from(goal) / 100.0),
    }
}

/// A time as a number of milliseconds.
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// 12345.6 as 12,346.
pub fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Prints a part and, unless it is for show, writes it down, with what could not be measured.
///
/// # Errors
/// It cannot be written, or not everything was measured.
pub fn finish(launch: &Launch, part: &str, mut text: String, dry: bool, wrong: &[String]) -> anyhow::Result<()> {
    for line in wrong {
        let _ = writeln!(text, "\nNot measured: {}", line.lines().next().unwrap_or_default());
    }
    println!("\n{text}");
    if !dry {
        write(launch, part, &text)?;
    }
    anyhow::ensure!(wrong.is_empty(), "not everything was measured: see the lines above");
    Ok(())
}

/// Puts a part into `docs/performance.md`, between its two marks.
///
/// # Errors
/// The file or the marks are not there.
fn write(launch: &Launch, part: &str, text: &str) -> anyhow::Result<()> {
    let path = launch.bench.join("../docs/performance.md");
    let page = std::fs::read_to_string(&path).context("docs/performance.md cannot be read")?;
    let (begin, end) = (format!("<!-- {part} -->\n"), format!("<!-- end of {part} -->"));
    let marks = || format!("the marks of {part} are missing in docs/performance.md");
    let (before, rest) = page.split_once(&begin).with_context(marks)?;
    let (_, after) = rest.split_once(&end).with_context(marks)?;
    std::fs::write(&path, format!("{before}{begin}\n{}\n\n{end}{after}", text.trim()))?;
    println!("docs/performance.md is written");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_judged_by_its_goal() {
        assert_eq!(at_least(1.7, 1.7), "1.70 × (goal 1.70, reached)");
        assert_eq!(at_least(1.69, 1.7), "1.69 × (goal 1.70, **missed**)");
        assert_eq!(at_most(1.5, 1.5), "1.50 × (goal 1.50 at most, reached)");
        assert_eq!(at_most(1.51, 1.5), "1.51 × (goal 1.50 at most, **missed**)");
        assert_eq!((median(vec![3.0, 1.0, 2.0]), median(vec![])), (Some(2.0), None));
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            [1.0, 999.6, 12_345.6, 1_234_567.0].map(thousands),
            ["1", "1,000", "12,346", "1,234,567"].map(str::to_owned)
        );
    }
}
