//! Time that only passes: for how long something has lasted, whatever becomes of the clock on the wall.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How much time has passed.
pub trait Monotonic: Send + Sync {
    /// Since a moment that stays the same for as long as the process runs.
    fn elapsed(&self) -> Duration;
}

/// The machine's own count.
///
/// On Linux the time in which the machine was suspended counts too: whoever wakes up knows that their knowledge is old.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemMonotonic;

impl Monotonic for SystemMonotonic {
    #[cfg(target_os = "linux")]
    fn elapsed(&self) -> Duration {
        use rustix::time::{ClockId, clock_gettime};
        // It cannot lie before the start of the machine.
        Duration::try_from(clock_gettime(ClockId::Boottime)).unwrap_or_default()
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's count enters")]
    fn elapsed(&self) -> Duration {
        static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
        START.elapsed()
    }
}

/// Stands still until it is moved.
#[derive(Debug, Default)]
pub struct ManualMonotonic {
    nanos: AtomicU64,
}

impl ManualMonotonic {
    /// Lets so much time pass.
    pub fn advance(&self, length: Duration) {
        self.nanos.fetch_add(u64::try_from(length.as_nanos()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }
}

impl Monotonic for ManualMonotonic {
    fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.nanos.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_time_passes() {
        let before = SystemMonotonic.elapsed();
        while SystemMonotonic.elapsed() == before {}
        assert!(SystemMonotonic.elapsed() > before);
    }

    #[test]
    fn time_that_is_moved_stands_still_otherwise() {
        let time = ManualMonotonic::default();
        assert_eq!(time.elapsed(), time.elapsed());
        time.advance(Duration::from_millis(3));
        assert_eq!(time.elapsed(), Duration::from_millis(3));
    }
}
