//! Notices when the machine's clock is set, and keeps what would be forgotten by a clock that may be wrong.
//!
//! A clock that stands too far ahead makes everything look as if it had ended. Requests are judged by it all the same, and come
//! right when it does; what is deleted would be gone. So after a jump forward nothing is deleted until the clock is back, or
//! until nobody has set it back for an hour.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use grantor_environment::{Clock, Monotonic, Timestamp};

/// What the clock may differ from the time that has passed: a time service sets it in steps smaller than that.
const TOLERANCE_MILLIS: i64 = 60_000;
/// How long an operator may take to set it back.
const DOUBT: Duration = Duration::from_hours(1);

/// Watches one clock.
pub struct ClockWatch {
    clock: Arc<dyn Clock>,
    passing: Arc<dyn Monotonic>,
    seen: Mutex<Seen>,
}

struct Seen {
    time: Timestamp,
    at: Duration,
    /// By how much it is ahead of where it would be, and since when.
    doubt: Option<(i64, Duration)>,
}

impl ClockWatch {
    /// Trusts the clock as it is now, and later as far as it agrees with the time that has passed.
    pub fn over(clock: Arc<dyn Clock>, passing: Arc<dyn Monotonic>) -> Self {
        let seen = Seen { time: clock.now(), at: passing.elapsed(), doubt: None };
        Self { clock, passing, seen: Mutex::new(seen) }
    }

    /// Whether what has ended by the clock may be deleted.
    pub fn is_trusted(&self) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (time, at) = (self.clock.now(), self.passing.elapsed());
        let passed = i64::try_from(at.saturating_sub(seen.at).as_millis()).unwrap_or(i64::MAX);
        let jump = time.millis().saturating_sub(seen.time.millis()).saturating_sub(passed);
        (seen.time, seen.at) = (time, at);
        if jump.abs() > TOLERANCE_MILLIS {
            notice(jump);
            let ahead = seen.doubt.map_or(0, |(ahead, _)| ahead) + jump;
            seen.doubt = (ahead > TOLERANCE_MILLIS).then_some((ahead, at));
        }
        if seen.doubt.is_some_and(|(_, since)| at.saturating_sub(since) >= DOUBT) {
            seen.doubt = None;
        }
        seen.doubt.is_none()
    }
}

fn notice(jump: i64) {
    let seconds = jump / 1000;
    if jump > 0 {
        tracing::warn!(
            seconds,
            "the machine's clock was set forward: nothing is deleted and no signing key rotated for an hour; set it back if that was wrong, and let a time \
             service keep it"
        );
    } else {
        tracing::warn!(
            seconds,
            "the machine's clock was set back: tokens from before may be refused as not yet valid until it has caught up; let a \
             time service keep it"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use grantor_environment::{ManualClock, ManualMonotonic};

    const DAY: Duration = Duration::from_hours(24);

    /// A clock, and the time that passes whatever it shows.
    struct Times {
        shown: Arc<ManualClock>,
        passing: Arc<ManualMonotonic>,
    }

    impl std::ops::Deref for Times {
        type Target = ManualClock;
        fn deref(&self) -> &ManualClock {
            &self.shown
        }
    }

    fn watched() -> (Times, ClockWatch) {
        let shown = Arc::new(ManualClock::stopped_at(Timestamp::from_seconds(1_000_000)));
        let passing = Arc::new(ManualMonotonic::default());
        let watch = ClockWatch::over(
            Arc::clone(&shown) as Arc<dyn Clock>,
            Arc::<ManualMonotonic>::clone(&passing) as Arc<dyn Monotonic>,
        );
        (Times { shown, passing }, watch)
    }

    /// Time passes, and the clock shows it.
    fn pass(times: &Times, length: Duration) {
        times.passing.advance(length);
        times.shown.advance(length);
    }

    #[test]
    fn a_clock_that_runs_is_trusted() {
        let (clock, watch) = watched();
        for length in [Duration::from_secs(10), DAY, 30 * DAY] {
            pass(&clock, length);
            assert!(watch.is_trusted());
        }
        clock.advance(Duration::from_secs(50));
        assert!(watch.is_trusted(), "a small step");
    }

    #[test]
    fn after_a_jump_forward_it_is_not_trusted_for_an_hour() {
        let (clock, watch) = watched();
        clock.advance(3 * DAY);
        assert!(!watch.is_trusted());
        pass(&clock, Duration::from_mins(59));
        assert!(!watch.is_trusted());
        pass(&clock, Duration::from_mins(1));
        assert!(watch.is_trusted());
    }

    #[test]
    fn it_is_trusted_again_when_it_is_set_back() {
        let (clock, watch) = watched();
        let right = clock.now();
        clock.set(right + 3 * DAY);
        assert!(!watch.is_trusted());
        clock.set(right + DAY);
        assert!(!watch.is_trusted(), "it is still a day ahead");
        clock.set(right);
        assert!(watch.is_trusted());
    }

    #[test]
    fn to_be_set_back_deletes_nothing_too_early() {
        let (clock, watch) = watched();
        clock.set(clock.now() - 3 * DAY);
        assert!(watch.is_trusted());
    }
}
