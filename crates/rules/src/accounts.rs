//! What becomes of a person's account when an administrator acts on it.

use grantor_environment::Timestamp;

use crate::directory::merged_user;
use crate::model::User;

/// The fewest characters of a password.
pub const SHORTEST_PASSWORD: usize = 8;
/// The most characters of a password or a secret that somebody chose.
pub const LONGEST_SECRET: usize = 256;

/// Why a text cannot be a password. It never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// It could be guessed.
    #[error("a password must have at least {SHORTEST_PASSWORD} characters")]
    TooShort,
    /// It is too long.
    #[error("a password must have at most {LONGEST_SECRET} characters")]
    TooLong,
    /// It holds what nobody can type.
    #[error("a password must not hold control characters")]
    Control,
}

/// Whether a text can be a password.
///
/// # Errors
/// [`BadPassword`].
pub fn password(text: &str) -> Result<(), BadPassword> {
    match text.chars().count() {
        length if length < SHORTEST_PASSWORD => Err(BadPassword::TooShort),
        length if length > LONGEST_SECRET => Err(BadPassword::TooLong),
        _ if text.chars().any(char::is_control) => Err(BadPassword::Control),
        _ => Ok(()),
    }
}

/// The person when their account is switched on or off: what was signed in before it is switched off counts no more, also
/// when it is switched on again.
pub fn switched(there: &User, enabled: bool, now: Timestamp) -> User {
    let wanted = User { account_enabled: enabled, ..there.clone() };
    merged_user(Some(there), &wanted, now)
}

/// The person when they get a password. Whoever knows one that they had before must not stay signed in by it.
pub fn with_password(there: &User, had_one: bool, now: Timestamp) -> User {
    if had_one { signed_out(there, now) } else { there.clone() }
}

/// The person when everything that they are signed in to ends.
pub fn signed_out(there: &User, now: Timestamp) -> User {
    User { sessions_valid_from: Some(now), ..there.clone() }
}

#[cfg(test)]
mod tests {
    use grantor_protocol::UserId;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_777_630_332);

    fn person() -> User {
        let id = UserId::from_random([1; 16]);
        serde_json::from_value(serde_json::json!({
            "id": id, "user_principal_name": "ada@x.example", "display_name": "Ada", "account_enabled": true,
        }))
        .unwrap()
    }

    #[test]
    fn a_password_can_neither_be_guessed_nor_fail_to_be_typed() {
        for good in ["12345678", "pässwörd", &"x".repeat(256)] {
            assert_eq!(password(good), Ok(()), "{good}");
        }
        for (bad, wrong) in [
            ("1234567", BadPassword::TooShort),
            ("", BadPassword::TooShort),
            (&*"x".repeat(257), BadPassword::TooLong),
            ("12345678\u{7}", BadPassword::Control),
        ] {
            assert_eq!(password(bad), Err(wrong), "{bad:?}");
        }
    }

    #[test]
    fn whoever_is_switched_off_is_signed_out_once_and_stays_so() {
        let off = switched(&person(), false, NOW);
        assert_eq!((off.account_enabled, off.sessions_valid_from), (false, Some(NOW)));
        let later = NOW + std::time::Duration::from_mins(1);
        assert_eq!(switched(&off, false, later), off);
        let mut on = User { account_enabled: true, ..off.clone() };
        on.claims.updated_at = Some(later);
        assert_eq!(switched(&off, true, later), on);
        assert_eq!(switched(&person(), true, NOW), person());
    }

    #[test]
    fn another_password_signs_out_and_a_first_one_does_not() {
        assert_eq!(with_password(&person(), false, NOW), person());
        assert_eq!(with_password(&person(), true, NOW), signed_out(&person(), NOW));
        assert_eq!(signed_out(&person(), NOW).sessions_valid_from, Some(NOW));
    }
}
