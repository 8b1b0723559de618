//! Whether what is kept in memory may be used: for how long, and in which state of the directory it was read.
//!
//! **Stamps.** Each part of the directory has a number, its stamp, that moves on whenever something in that part may have
//! changed. Whoever reads something from the store takes the stamp *before* and keeps what they read under it; it is used
//! only while the stamp is still that one. So a slow reading that ends after a change is kept under an old stamp, and never
//! used.
//!
//! **Time.** What the store says of its versions is true for the moment before it was asked. From then on it counts for
//! [`HOLDS_FOR`], and no longer, however long the answer took. So whatever another node has committed holds here within that
//! time, or this node looks into the store for everything.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use grantor_environment::Monotonic;
use grantor_storage::{DirectoryVersions, Shard};

/// For how long after the store was asked what is in memory counts: what one node changes holds on every other within
/// this time, which leaves a request that has just begun the rest of the second that is promised.
pub const HOLDS_FOR: Duration = Duration::from_millis(900);

/// How often the store is to be asked what has changed: twice may fail or be late before anything stops counting.
pub const FOLLOW_EVERY: Duration = Duration::from_millis(250);

const _: () = assert!(HOLDS_FOR.as_millis() < 1000 && FOLLOW_EVERY.as_millis() * 3 < HOLDS_FOR.as_millis());

/// In which state a part of the directory was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(u64);

/// The stamps of one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamps([u64; Shard::COUNT]);

impl Stamps {
    /// That of one part.
    pub const fn of(&self, shard: Shard) -> Stamp {
        Stamp(self.0[shard.place()])
    }
}

/// What is known of how current the things in memory are.
pub struct Currency {
    time: Arc<dyn Monotonic>,
    stamps: [AtomicU64; Shard::COUNT],
    /// In nanoseconds of `time`; zero before the store was ever asked.
    counts_until: AtomicU64,
    seen: Mutex<Option<DirectoryVersions>>,
}

impl Currency {
    /// Nothing counts until the store was asked.
    pub fn new(time: Arc<dyn Monotonic>) -> Self {
        Self { time, stamps: Default::default(), counts_until: AtomicU64::new(0), seen: Mutex::new(None) }
    }

    /// The present moment, to be taken before the store is asked.
    pub fn moment(&self) -> Duration {
        self.time.elapsed()
    }

    /// The present stamps, or nothing while memory does not count. To be taken before memory or the store is asked.
    pub fn stamps(&self) -> Option<Stamps> {
        // In this order: whoever sees the later end sees what was learned with it too.
        let until = self.counts_until.load(Ordering::Acquire);
        if nanos(self.time.elapsed()) >= until {
            return None;
        }
        Some(Stamps(self.stamps.each_ref().map(|stamp| stamp.load(Ordering::Acquire))))
    }

    /// Takes up what the store said when it was asked at `asked`.
    pub fn learn(&self, asked: Duration, versions: DirectoryVersions) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // After a gap nothing is taken for granted, not even that a version stands for the same as before: a server that
        // took over may have lost the last commits and counted on from an earlier one.
        let gap = nanos(asked) >= self.counts_until.load(Ordering::Acquire);
        for shard in Shard::all() {
            if gap || seen.as_ref().is_none_or(|seen| seen.of(shard) != versions.of(shard)) {
                self.has_changed(shard);
            }
        }
        *seen = Some(versions);
        // Answers may arrive in another order than the questions: a later end stays.
        self.counts_until.fetch_max(nanos(asked + HOLDS_FOR), Ordering::AcqRel);
    }

    /// Something in this part of the directory may have changed.
    pub fn has_changed(&self, shard: Shard) {
        self.stamps[shard.place()].fetch_add(1, Ordering::AcqRel);
    }
}

fn nanos(length: Duration) -> u64 {
    u64::try_from(length.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use grantor_environment::ManualMonotonic;

    use super::*;

    fn shards() -> (Shard, Shard) {
        let mut all = Shard::all();
        (all.next().unwrap(), all.next().unwrap())
    }

    fn stamp(currency: &Currency, shard: Shard) -> Option<Stamp> {
        currency.stamps().map(|stamps| stamps.of(shard))
    }

    fn versions(first: i64) -> DirectoryVersions {
        let mut versions = DirectoryVersions::default();
        versions.set(shards().0, first);
        versions
    }

    fn currency() -> (Arc<ManualMonotonic>, Currency) {
        let time = Arc::new(ManualMonotonic::default());
        (Arc::clone(&time), Currency::new(time))
    }

    #[test]
    fn nothing_counts_before_the_store_was_asked_nor_long_after() {
        let (time, currency) = currency();
        assert_eq!(stamp(&currency, shards().0), None);
        currency.learn(currency.moment(), versions(1));
        assert!(stamp(&currency, shards().0).is_some());
        time.advance(HOLDS_FOR.saturating_sub(Duration::from_nanos(1)));
        assert!(stamp(&currency, shards().0).is_some());
        time.advance(Duration::from_nanos(1));
        assert_eq!(stamp(&currency, shards().0), None);
    }

    #[test]
    fn an_answer_counts_from_the_question_on() {
        let (time, currency) = currency();
        let asked = currency.moment();
        time.advance(HOLDS_FOR);
        currency.learn(asked, versions(1));
        assert_eq!(stamp(&currency, shards().0), None);
    }

    #[test]
    fn another_version_is_another_stamp_for_its_part_alone() {
        let (time, currency) = currency();
        let (one, other) = shards();
        let stamps = || (stamp(&currency, one), stamp(&currency, other));
        currency.learn(currency.moment(), versions(1));
        let before = stamps();
        time.advance(FOLLOW_EVERY);
        currency.learn(currency.moment(), versions(1));
        assert_eq!(stamps(), before);
        currency.learn(currency.moment(), versions(2));
        assert_ne!(stamps().0, before.0);
        assert_eq!(stamps().1, before.1);
    }

    #[test]
    fn a_late_answer_shortens_nothing_and_hides_nothing() {
        let (time, currency) = currency();
        let first = currency.moment();
        time.advance(FOLLOW_EVERY);
        currency.learn(currency.moment(), versions(2));
        let before = stamp(&currency, shards().0);
        currency.learn(first, versions(1));
        assert_ne!(
            stamp(&currency, shards().0),
            before,
            "what it says is not what was seen: nothing is taken for granted"
        );
        time.advance(HOLDS_FOR.saturating_sub(Duration::from_nanos(1)));
        assert!(stamp(&currency, shards().0).is_some());
    }

    #[test]
    fn after_a_gap_the_same_version_stands_for_nothing() {
        let (time, currency) = currency();
        currency.learn(currency.moment(), versions(1));
        let before = stamp(&currency, shards().0);
        time.advance(HOLDS_FOR);
        currency.learn(currency.moment(), versions(1));
        assert_ne!(stamp(&currency, shards().0), before);
    }
}
