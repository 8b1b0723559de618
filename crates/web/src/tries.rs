//! How often a secret that is short enough to be guessed may be tried at this node (RFC 8628 §5.1).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use grantor_environment::Timestamp;

/// Wrong user codes that are looked at in one span of time, whoever sends them: with twenty letters in eight places and a
/// thousand codes waiting at any time, guessing one takes days at this pace, and buys a device that its owner then sees signed
/// in as somebody else.
const MOST: u32 = 6000;
const SPAN: Duration = Duration::from_mins(1);

/// Counts what was wrong lately.
#[derive(Debug, Default)]
pub struct Tries(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    since: Option<Timestamp>,
    wrong: u32,
}

impl Tries {
    /// Whether another one is looked at.
    pub fn may_try(&self, now: Timestamp) -> bool {
        self.counted(now, |counted| counted.wrong < MOST)
    }

    /// One was wrong.
    pub fn was_wrong(&self, now: Timestamp) {
        self.counted(now, |counted| counted.wrong = counted.wrong.saturating_add(1));
    }

    fn counted<T>(&self, now: Timestamp, work: impl FnOnce(&mut Counted) -> T) -> T {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.since.is_none_or(|since| now.since(since) >= SPAN || since > now) {
            *counted = Counted { since: Some(now), wrong: 0 };
        }
        work(&mut counted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_too_many_wrong_ones_nothing_is_looked_at_for_a_while() {
        // T21
        let (tries, start) = (Tries::default(), Timestamp::from_seconds(1000));
        for _ in 0..MOST {
            assert!(tries.may_try(start));
            tries.was_wrong(start);
        }
        assert!(!tries.may_try(start + SPAN / 2));
        assert!(tries.may_try(start + SPAN));
    }
}
