//! The tables, and the file that keeps them.

use std::fmt::{self, Write as _};
use std::time::Duration;

use anyhow::Context;

use crate::machine::{self, Machine};
use crate::rows::Row;
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
    /// What could not be measured.
    pub wrong: &'a [String],
}

/// The figures as Markdown.
pub fn table(page: &Page<'_>) -> String {
    let mut text = String::new();
    for line in &page.machine.lines {
        let _ = writeln!(text, "- {line}");
    }
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
    for line in page.wrong {
        let _ = writeln!(text, "\nNot measured: {}", line.lines().next().unwrap_or_default());
    }
    text
}

fn rates(text: &mut String, page: &Page<'_>) {
    text.push_str(
        "| answers per second | Grantor | oidc-provider | floor | against oidc-provider | against the floor |\n",
    );
    text.push_str("| --- | --- | --- | --- | --- | --- |\n");
    for row in page.figures.rows() {
        let of = |side| page.figures.of(row, side);
        let shown = |side| {
            of(side).map_or(NOTHING.to_owned(), |one| {
                format!("{} ({}–{})", thousands(one.rate), thousands(one.lowest), thousands(one.highest))
            })
        };
        let rate = |side| of(side).map(|one| one.rate);
        let (floor, floor_shown) = match row {
            Row::Password => (Some(page.hash.most_per_second()), thousands(page.hash.most_per_second())),
            _ => (rate(Side::Floor), shown(Side::Floor)),
        };
        let cells = [
            row.name(),
            shown(Side::Grantor),
            shown(Side::Peer),
            floor_shown,
            ratio(rate(Side::Grantor), rate(Side::Peer), row.goals().peer),
            ratio(rate(Side::Grantor), floor, row.goals().floor),
        ];
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}

fn times(text: &mut String, page: &Page<'_>) {
    text.push_str(
        "| p99 in ms | Grantor | oidc-provider | floor | against oidc-provider |\n| --- | --- | --- | --- | --- |\n",
    );
    for row in page.figures.rows() {
        let p99 = |side| page.figures.of(row, side).map(|one| one.p99);
        let against = match (p99(Side::Grantor), p99(Side::Peer)) {
            (Some(own), Some(peer)) if own <= peer * MOST_P99 => {
                format!("{:.2} × (goal 0.50 at most, reached)", own / peer)
            }
            (Some(own), Some(peer)) => format!("{:.2} × (goal 0.50 at most, **missed**)", own / peer),
            _ => NOTHING.to_owned(),
        };
        let cells = [
            row.name(),
            number(p99(Side::Grantor), 2),
            number(p99(Side::Peer), 2),
            number(p99(Side::Floor), 2),
            against,
        ];
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}

fn costs(text: &mut String, page: &Page<'_>) {
    text.push_str(
        "| processor time per answer in µs, and memory after load in MiB | Grantor | oidc-provider | floor |\n",
    );
    text.push_str("| --- | --- | --- | --- |\n");
    for row in page.figures.rows() {
        let cost = |side| {
            page.figures
                .of(row, side)
                .map_or(NOTHING.to_owned(), |one| format!("{:.1} µs, {:.0} MiB", one.processor, one.resident))
        };
        let _ = writeln!(text, "| {} | {} |", row.name(), Side::ALL.map(cost).join(" | "));
    }
}

fn number(found: Option<f64>, digits: usize) -> String {
    found.map_or(NOTHING.to_owned(), |found| format!("{found:.digits$}"))
}

fn ratio(own: Option<f64>, other: Option<f64>, goal: Option<u32>) -> String {
    let (Some(own), Some(other)) = (own, other) else { return NOTHING.to_owned() };
    let found = own / other;
    match goal.map(|goal| f64::from(goal) / 100.0) {
        None => format!("{found:.2} ×"),
        Some(goal) if found >= goal => format!("{found:.2} × (goal {goal:.2}, reached)"),
        Some(goal) => format!("{found:.2} × (goal {goal:.2}, **missed**)"),
    }
}

fn millis(time: Duration) -> f64 {
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

/// Puts a part into `docs/performance.md`, between its two marks.
///
/// # Errors
/// The file or the marks are not there.
pub fn write(launch: &Launch, part: &str, text: &str) -> anyhow::Result<()> {
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
    fn numbers_are_grouped() {
        assert_eq!(
            [1.0, 999.6, 12_345.6, 1_234_567.0].map(thousands),
            ["1", "1,000", "12,346", "1,234,567"].map(str::to_owned)
        );
    }
}
