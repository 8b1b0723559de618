//! What must not stand twice.

use std::collections::BTreeMap;

use crate::report::{Problem, Report};

/// What has been seen, with the byte where it stood first.
pub(crate) struct Seen<K>(BTreeMap<K, usize>);

impl<K: Ord> Seen<K> {
    pub(crate) fn nothing() -> Self {
        Self(BTreeMap::new())
    }

    /// Remembers one; a second is reported as `what` (which ends in "already", and goes on with the line of the first).
    pub(crate) fn add(&mut self, key: K, at: usize, what: impl FnOnce() -> String, report: &Report) {
        let first = *self.0.entry(key).or_insert(at);
        if first != at {
            report.add(Problem::at(at, what()).first_at(first));
        }
    }
}
