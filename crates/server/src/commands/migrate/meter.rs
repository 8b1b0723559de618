//! What is told while a store is copied: a line when a table is done, and now and then one in between.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use grantor_environment::{Clock, Timestamp};
use grantor_storage_sql::transfer::{Progress, Stage};

/// How long a large table may go on without a line.
const LONGEST_SILENCE: Duration = Duration::from_secs(5);

/// Tells how far it is.
pub struct Meter<F> {
    clock: Arc<dyn Clock>,
    print: F,
    known: Mutex<Known>,
}

struct Known {
    /// Which stage of which table began when.
    began: Option<(Stage, &'static str, Timestamp)>,
    /// When something was said last, or something began.
    said: Timestamp,
    /// When the page before was done: the first page of a table has taken its time since then.
    noted: Timestamp,
}

impl<F: Fn(String)> Meter<F> {
    /// Begins now; `print` takes each line.
    pub fn new(clock: Arc<dyn Clock>, print: F) -> Self {
        let now = clock.now();
        Self { clock, print, known: Mutex::new(Known { began: None, said: now, noted: now }) }
    }

    /// A page is done.
    pub fn note(&self, progress: Progress) {
        let now = self.clock.now();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let began = match known.began {
            Some((stage, table, began)) if (stage, table) == (progress.stage, progress.table) => began,
            _ => {
                known.said = known.noted;
                known.began = Some((progress.stage, progress.table, known.noted));
                known.noted
            }
        };
        known.noted = now;
        // Nothing is there in most targets: not worth a line for each table.
        let worth = progress.stage != Stage::Comparing || progress.rows > 0;
        if worth && (progress.done || now.since(known.said) >= LONGEST_SILENCE) {
            known.said = now;
            (self.print)(line(progress, now.since(began)));
        }
    }
}

fn line(progress: Progress, took: Duration) -> String {
    let Progress { stage, table, rows, done } = progress;
    let doing = match stage {
        Stage::Comparing => "found   ",
        Stage::Copying => "copied  ",
        Stage::Verifying => "verified",
    };
    let millis = took.as_millis().max(1);
    let rate = u128::from(rows) * 1000 / millis;
    let more = if done { "" } else { " so far" };
    format!("{doing} {table}: {rows} rows{more}, {rate} per second")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use grantor_environment::ManualClock;

    use super::*;

    fn progress(stage: Stage, rows: u64, done: bool) -> Progress {
        Progress { stage, table: "users", rows, done }
    }

    #[test]
    fn a_table_gets_a_line_when_it_is_done_and_now_and_then_before() {
        let clock = Arc::new(ManualClock::stopped_at(Timestamp::from_seconds(1_800_000_000)));
        let (send, said) = mpsc::channel();
        let meter = Meter::new(Arc::clone(&clock) as Arc<dyn Clock>, |line| send.send(line).unwrap());
        meter.note(progress(Stage::Comparing, 0, true));
        for rows in [1000, 2000, 3000, 4000] {
            clock.advance(Duration::from_secs(2));
            meter.note(progress(Stage::Copying, rows, false));
        }
        clock.advance(Duration::from_secs(2));
        meter.note(progress(Stage::Copying, 4500, true));
        let lines: Vec<_> = said.try_iter().collect();
        let expected =
            ["copied   users: 3000 rows so far, 500 per second", "copied   users: 4500 rows, 450 per second"];
        assert_eq!(lines, expected);
    }
}
