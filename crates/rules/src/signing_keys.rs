//! When signing keys begin, when the next one is due, and when an old one is no longer needed.
//!
//! Of each algorithm there is a line of keys. The first signs at once; each later one is published ahead, so that whoever keeps
//! the keys for a day knows it before the first token of it arrives; the one before it stays until its last token is out.

use std::time::Duration;

use grantor_environment::Timestamp;

use crate::Settings;
use crate::model::Lifetimes;

/// The keys of one algorithm, by when each was made, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a>(pub &'a [Made]);

/// How long before it signs a key is published that is to sign at once: every node has taken it up by then, so that whoever looks
/// for the key of a token finds it wherever they ask.
pub const TAKEN_UP_WITHIN: Duration = Duration::from_secs(2);

/// When a key was made, and when it signs first where that is not its usual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// When it was made and published.
    pub at: Timestamp,
    /// When it signs first, where that is not its usual time.
    pub begins_at: Option<Timestamp>,
}

impl Line<'_> {
    /// When a key begins to sign.
    pub fn signs_from(&self, place: usize, settings: &Settings) -> Timestamp {
        let Made { at, begins_at } = self.0[place];
        begins_at.unwrap_or(if place == 0 { at } else { at + settings.signing_key_ahead })
    }

    /// The place of the key that signs at `now`: the newest that has begun. The oldest signs whenever no other does: it was
    /// made by a clock that was ahead of ours, if it has not begun.
    pub fn signing(&self, now: Timestamp, settings: &Settings) -> Option<usize> {
        (0..self.0.len()).rev().find(|place| *place == 0 || self.signs_from(*place, settings) <= now)
    }

    /// Whether the next key is to be made and published at `now`.
    pub fn next_is_due(&self, now: Timestamp, settings: &Settings) -> bool {
        let Some(newest) = self.0.len().checked_sub(1) else { return true };
        self.signs_from(newest, settings) + settings.signing_key_period <= now + settings.signing_key_ahead
    }

    /// The places of the keys that nothing alive was signed with: another one has signed in their stead for longer than any
    /// token lives.
    pub fn ended(&self, now: Timestamp, settings: &Settings) -> Vec<usize> {
        let longest = longest_token(settings);
        // One that signed at once may have begun before one that was published earlier.
        let superseded =
            |place: usize| (place + 1..self.0.len()).any(|later| self.signs_from(later, settings) + longest <= now);
        (0..self.0.len()).filter(|place| superseded(*place)).collect()
    }
}

/// How long any token lives at most: as the deployment says, or as an application may say of its own.
fn longest_token(settings: &Settings) -> Duration {
    settings.access_token_longest.max(settings.id_token_lifetime).max(Lifetimes::LONGEST_TOKEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn day(number: u32) -> Timestamp {
        Timestamp::from_seconds(0) + DAY * number
    }

    fn key(number: u32) -> Made {
        Made { at: day(number), begins_at: None }
    }

    #[test]
    fn the_first_key_signs_at_once_and_a_later_one_two_days_after_it_is_published() {
        let settings = Settings::default();
        let made = [key(0), key(88)];
        let line = Line(&made);
        assert_eq!(line.signing(day(0), &settings), Some(0));
        assert_eq!(line.signing(day(89), &settings), Some(0));
        assert_eq!(line.signing(day(90), &settings), Some(1));
        assert_eq!(Line(&[]).signing(day(0), &settings), None);
    }

    #[test]
    fn a_key_that_was_made_by_a_clock_ahead_of_ours_signs() {
        let settings = Settings::default();
        assert_eq!(Line(&[key(5)]).signing(day(0), &settings), Some(0));
        assert_eq!(Line(&[key(5), key(93)]).signing(day(0), &settings), Some(0));
    }

    #[test]
    fn the_next_key_is_due_before_the_period_ends() {
        let settings = Settings::default();
        assert!(!Line(&[key(0)]).next_is_due(day(87), &settings));
        assert!(Line(&[key(0)]).next_is_due(day(88), &settings));
        assert!(!Line(&[key(0), key(88)]).next_is_due(day(90), &settings));
        assert!(Line(&[key(0), key(88)]).next_is_due(day(178), &settings));
    }

    #[test]
    fn a_key_that_signs_at_once_signs_also_where_another_one_waits() {
        let settings = Settings::default();
        let made = [key(0), key(88), Made { at: day(89), begins_at: Some(day(89)) }];
        let line = Line(&made);
        assert_eq!(line.signing(day(89) - Duration::from_millis(1), &settings), Some(0));
        for now in [89, 90, 91] {
            assert_eq!(line.signing(day(now), &settings), Some(2), "{now}");
        }
        // Those before it stay until their last token is out.
        let last = day(89) + Lifetimes::LONGEST_TOKEN;
        assert_eq!(line.ended(last - Duration::from_millis(1), &settings), Vec::<usize>::new());
        assert_eq!(line.ended(last, &settings), [0, 1]);
        assert!(!line.next_is_due(day(176), &settings) && line.next_is_due(day(177), &settings));
    }

    #[test]
    fn an_old_key_stays_until_its_last_token_is_out() {
        let settings = Settings::default();
        let made = [key(0), key(88)];
        assert_eq!(Line(&made).ended(day(90), &settings), Vec::<usize>::new());
        // An API may say that its tokens live longer than the deployment's.
        let last = day(90) + Lifetimes::LONGEST_TOKEN;
        assert_eq!(Line(&made).ended(last - Duration::from_millis(1), &settings), Vec::<usize>::new());
        assert_eq!(Line(&made).ended(last, &settings), [0]);
        let long = Settings { access_token_longest: DAY * 3, ..Settings::default() };
        assert_eq!(Line(&made).ended(last, &long), Vec::<usize>::new());
        assert_eq!(Line(&made[..1]).ended(day(999), &settings), Vec::<usize>::new());
    }

    #[test]
    fn at_every_moment_a_key_signs_that_was_published_long_enough() {
        let settings = Settings::default();
        let mut made = vec![key(0)];
        for hour in 0..24 * 400 {
            let now = Timestamp::from_seconds(hour * 3600);
            if Line(&made).next_is_due(now, &settings) {
                made.push(Made { at: now, begins_at: None });
            }
            let signing = Line(&made).signing(now, &settings).unwrap();
            assert!(signing == 0 || now.since(made[signing].at) >= settings.signing_key_ahead);
            assert!(!Line(&made).ended(now, &settings).contains(&signing));
        }
        assert_eq!(made.len(), 5);
    }
}
