//! Time: a moment as a type, and where moments come from.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment that many milliseconds after the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// The moment that many seconds after the epoch, the unit of JWT claims (RFC 7519 §2, NumericDate).
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch, the unit of the store.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// How long `self` lies after `earlier`; zero if it lies before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl std::ops::Add<Duration> for Timestamp {
    type Output = Self;
    fn add(self, length: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(length.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl std::ops::Sub<Duration> for Timestamp {
    type Output = Self;
    fn sub(self, length: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(length.as_millis()).unwrap_or(i64::MAX)))
    }
}

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's time enters")]
    fn now(&self) -> Timestamp {
        let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that runs with another one and can be moved: the virtual clock of `--dev` and of tests.
pub struct ManualClock {
    base: Base,
    ahead_millis: AtomicI64,
}

enum Base {
    Running(SystemClock),
    Stopped(Timestamp),
}

impl ManualClock {
    /// Runs with the machine's clock until it is moved.
    pub const fn running() -> Self {
        Self { base: Base::Running(SystemClock), ahead_millis: AtomicI64::new(0) }
    }

    /// Stands still at `start` until it is moved.
    pub const fn stopped_at(start: Timestamp) -> Self {
        Self { base: Base::Stopped(start), ahead_millis: AtomicI64::new(0) }
    }

    /// Moves the clock forward and returns the new present.
    pub fn advance(&self, length: Duration) -> Timestamp {
        let millis = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        // A clock that was moved to the end of time stays there instead of wrapping into the past.
        let _ = self
            .ahead_millis
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |ahead| Some(ahead.saturating_add(millis)));
        self.now()
    }

    /// Sets the clock, also back: time never runs backwards, but machines' clocks are set wrong and then right.
    pub fn set(&self, to: Timestamp) {
        let change = to.0.saturating_sub(self.now().0);
        self.ahead_millis.fetch_add(change, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let base = match self.base {
            Base::Running(clock) => clock.now(),
            Base::Stopped(at) => at,
        };
        Timestamp(base.0.saturating_add(self.ahead_millis.load(Ordering::SeqCst)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_clock_moves_only_when_it_is_moved() {
        let clock = ManualClock::stopped_at(Timestamp::from_seconds(100));
        assert_eq!(clock.now(), clock.now());
        assert_eq!(clock.advance(Duration::from_mins(1)).seconds(), 160);
        assert_eq!(clock.now().seconds(), 160);
    }

    #[test]
    fn a_clock_can_be_set_forward_and_back() {
        let clock = ManualClock::stopped_at(Timestamp::from_seconds(100));
        clock.set(Timestamp::from_seconds(500));
        assert_eq!(clock.now().seconds(), 500);
        clock.set(Timestamp::from_seconds(50));
        assert_eq!((clock.now().seconds(), clock.advance(Duration::from_secs(1)).seconds()), (50, 51));
    }

    #[test]
    fn seconds_round_down_before_the_epoch_too() {
        assert_eq!(Timestamp::from_millis(-1).seconds(), -1);
        assert_eq!(Timestamp::from_millis(1999).seconds(), 1);
    }

    #[test]
    fn moving_to_the_end_of_time_does_not_wrap() {
        let clock = ManualClock::stopped_at(Timestamp::from_seconds(100));
        clock.advance(Duration::MAX);
        assert!(clock.now() > Timestamp::from_seconds(100));
    }
}
