//! A line now and then about what takes minutes.

use std::time::{Duration, Instant};

use crate::clock::now;
use crate::report::thousands;

const EVERY: Duration = Duration::from_secs(10);

/// How far something is.
pub struct Progress {
    what: &'static str,
    done: u64,
    all: u64,
    began: Instant,
    said: Instant,
}

impl Progress {
    /// Nothing of `all` is done.
    pub fn new(what: &'static str, all: u64) -> Self {
        let began = now();
        Self { what, done: 0, all, began, said: began }
    }

    /// So many more are done.
    pub fn add(&mut self, more: u64) {
        self.done += more;
        let moment = now();
        if moment - self.said >= EVERY || (self.done == self.all && moment - self.began >= EVERY) {
            self.said = moment;
            let seconds = (moment - self.began).as_secs();
            println!("{}: {} of {} after {seconds} s", self.what, shown(self.done), shown(self.all));
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
fn shown(count: u64) -> String {
    thousands(count as f64)
}
