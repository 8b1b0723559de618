//! The credentials of applications as administrators look after them: what may be added, which one a name means, and when an
//! end is near.

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::Secret;
use grantor_protocol::secret::sha256;

use crate::model::{Application, AuthMethod, ClientCertificate, ClientSecret};
use crate::text::{LONGEST_NAME, Unreadable, hex, readable};

const DAY: Duration = Duration::from_hours(24);
/// From so long before its end on, a credential is warned of.
pub const WARNED_AHEAD: Duration = Duration::from_hours(30 * 24);
/// How long a secret of ours lives if nothing else is said.
pub const USUAL_LIFETIME: Duration = Duration::from_hours(180 * 24);
/// The shortest and the longest life of a secret of ours.
pub const LIFETIMES: std::ops::RangeInclusive<Duration> = Duration::from_mins(1)..=Duration::from_hours(730 * 24);
/// How many characters of a secret people tell it from others by.
const HINT: usize = 3;
/// So many digits of a thumbprint are enough to name a certificate.
const ENOUGH_DIGITS: usize = 8;

/// How near the end of a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It has none, or one that is far away.
    Far,
    /// It is near.
    Soon {
        /// After so many whole days.
        days: u64,
    },
    /// It is over: the credential proves nothing any more.
    Past,
}

impl Ending {
    /// That of a credential with this end, if it has one.
    pub fn of(expires_at: Option<Timestamp>, now: Timestamp) -> Self {
        match expires_at {
            Some(end) if end <= now => Self::Past,
            Some(end) if end <= now + WARNED_AHEAD => Self::Soon { days: end.since(now).as_secs() / DAY.as_secs() },
            _ => Self::Far,
        }
    }
}

/// Why a credential cannot be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCredential {
    /// Nobody could tell what it is for.
    #[error("the description {0}")]
    Description(#[from] Unreadable),
    /// It would live too long or not at all.
    #[error("a secret lives from 1m to 730d")]
    Lifetime,
    /// It would prove nothing.
    #[error("the certificate has ended")]
    Ended,
}

/// Whether a secret of ours may live so long.
///
/// # Errors
/// [`BadCredential::Lifetime`].
pub fn lifetime(length: Duration) -> Result<Duration, BadCredential> {
    if LIFETIMES.contains(&length) { Ok(length) } else { Err(BadCredential::Lifetime) }
}

/// A secret that was just made, as an application keeps it.
///
/// # Errors
/// [`BadCredential`].
pub fn new_secret(
    description: &str,
    value: &Secret,
    length: Duration,
    now: Timestamp,
) -> Result<ClientSecret, BadCredential> {
    readable(description, LONGEST_NAME)?;
    let expires_at = now + lifetime(length)?;
    Ok(ClientSecret { created_at: Some(now), expires_at: Some(expires_at), ..ClientSecret::new(description, value) })
}

/// Whether an application may have a certificate.
///
/// # Errors
/// [`BadCredential`].
pub fn new_certificate(certificate: &ClientCertificate, now: Timestamp) -> Result<(), BadCredential> {
    readable(&certificate.description, LONGEST_NAME)?;
    match Ending::of(Some(certificate.expires_at), now) {
        Ending::Past => Err(BadCredential::Ended),
        Ending::Far | Ending::Soon { .. } => Ok(()),
    }
}

/// The secrets of an application that a text means: the one of that id, or else all of that hint, also as it is shown.
pub fn secrets_called<'a>(application: &'a Application, text: &str) -> Vec<&'a ClientSecret> {
    let text = text.trim_end_matches('…');
    let with_id = application.secrets.iter().filter(|secret| secret.id().eq_ignore_ascii_case(text));
    let found: Vec<_> = with_id.collect();
    if !found.is_empty() {
        return found;
    }
    application.secrets.iter().filter(|secret| !secret.hint.is_empty() && secret.hint == text).collect()
}

/// The certificates of an application whose SHA-1 or SHA-256 thumbprint is, or begins with, these hexadecimal digits.
pub fn certificates_called<'a>(application: &'a Application, text: &str) -> Vec<&'a ClientCertificate> {
    let digits: String = text.chars().filter(|digit| !matches!(digit, ':' | ' ')).collect::<String>().to_lowercase();
    if digits.len() < ENOUGH_DIGITS {
        return Vec::new();
    }
    let begins = |thumbprint: &[u8]| hex(thumbprint).starts_with(&digits);
    let called = |one: &&ClientCertificate| begins(&one.thumbprint_sha1) || begins(&one.thumbprint_sha256);
    application.certificates.iter().filter(called).collect()
}

/// Whether an application's secrets must be readable again: it signs with them, and whoever checks that needs the same.
pub fn signs_with_secrets(application: &Application) -> bool {
    application.token_endpoint_auth_method == Some(AuthMethod::ClientSecretJwt)
}

impl ClientSecret {
    /// A secret of which nothing is known but its text.
    pub fn new(description: &str, value: &Secret) -> Self {
        let text = value.expose();
        Self {
            description: description.to_owned(),
            digest: sha256(text.as_bytes()),
            hint: text.chars().take(HINT).collect(),
            created_at: None,
            expires_at: None,
            sealed: None,
        }
    }

    /// What people name it by where its hint does not tell: the beginning of its digest, in hexadecimal.
    pub fn id(&self) -> String {
        hex(&self.digest[..8])
    }
}

impl ClientCertificate {
    /// The SHA-1 thumbprint as people know it, in hexadecimal capitals.
    pub fn thumbprint(&self) -> String {
        hex(&self.thumbprint_sha1).to_uppercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_777_630_332);

    fn application() -> Application {
        let id = grantor_protocol::ClientId::parse("app").unwrap();
        Application::new(id, grantor_protocol::TenantId::from_random([1; 16]), "App")
    }

    fn certificate(byte: u8) -> ClientCertificate {
        ClientCertificate {
            description: "build".to_owned(),
            thumbprint_sha1: [byte; 20],
            thumbprint_sha256: [byte.wrapping_add(0x10); 32],
            public_key: Vec::new(),
            starts_at: NOW,
            expires_at: NOW + DAY,
        }
    }

    #[test]
    fn an_end_is_near_for_a_month() {
        let month = 30 * DAY;
        let millisecond = Duration::from_millis(1);
        for (end, expected) in [
            (None, Ending::Far),
            (Some(NOW + month + millisecond), Ending::Far),
            (Some(NOW + month), Ending::Soon { days: 30 }),
            (Some(NOW + 2 * DAY - millisecond), Ending::Soon { days: 1 }),
            (Some(NOW + millisecond), Ending::Soon { days: 0 }),
            (Some(NOW), Ending::Past),
            (Some(NOW - DAY), Ending::Past),
        ] {
            assert_eq!(Ending::of(end, NOW), expected, "{end:?}");
        }
    }

    #[test]
    fn a_secret_lives_for_two_years_at_most() {
        let made = |length| new_secret("nightly", &Secret::new("abcdef"), length, NOW);
        let longest = made(730 * DAY).unwrap();
        assert_eq!((longest.created_at, longest.expires_at), (Some(NOW), Some(NOW + 730 * DAY)));
        assert_eq!(longest.hint, "abc");
        for wrong in [Duration::ZERO, 730 * DAY + Duration::from_secs(1)] {
            assert_eq!(made(wrong), Err(BadCredential::Lifetime));
        }
        assert!(lifetime(USUAL_LIFETIME).is_ok());
    }

    #[test]
    fn a_credential_says_what_it_is_for() {
        for wrong in ["", " ", "a\nb", "\u{202e}thgir", &"x".repeat(257)] {
            let made = new_secret(wrong, &Secret::new("abcdef"), DAY, NOW);
            assert!(matches!(made, Err(BadCredential::Description(_))), "{wrong:?}");
            let named = ClientCertificate { description: wrong.to_owned(), ..certificate(1) };
            assert!(matches!(new_certificate(&named, NOW), Err(BadCredential::Description(_))), "{wrong:?}");
        }
    }

    #[test]
    fn a_certificate_that_has_ended_is_refused() {
        assert_eq!(new_certificate(&certificate(1), NOW), Ok(()));
        assert_eq!(new_certificate(&certificate(1), NOW + DAY), Err(BadCredential::Ended));
    }

    #[test]
    fn a_hint_may_mean_several_secrets_and_an_id_means_one() {
        let mut app = application();
        for value in ["abc-one", "abc-two", "other", ""] {
            app.secrets.push(ClientSecret::new(value, &Secret::new(value)));
        }
        let called =
            |text: &str| secrets_called(&app, text).iter().map(|one| one.description.as_str()).collect::<Vec<_>>();
        for hint in ["abc", "abc…"] {
            assert_eq!(called(hint), ["abc-one", "abc-two"]);
        }
        assert_eq!(called(&app.secrets[1].id().to_uppercase()), ["abc-two"]);
        for nothing in ["ABC", "ab", "", "abc-one"] {
            assert!(called(nothing).is_empty(), "{nothing:?}");
        }
    }

    #[test]
    fn a_certificate_is_called_by_either_thumbprint_or_its_beginning() {
        let mut app = application();
        app.certificates = vec![certificate(0xa1), certificate(0xb1)];
        let called = |text: &str| first_bytes(&app, text);
        assert_eq!(called(&app.certificates[0].thumbprint()), [0xa1]);
        assert_eq!(called("a1:A1:a1:a1"), [0xa1]);
        assert_eq!(called(&"c1".repeat(32)), [0xb1]);
        // The SHA-256 thumbprint of the first begins as the SHA-1 thumbprint of the second.
        assert_eq!(called("b1b1b1b1"), [0xa1, 0xb1]);
        for nothing in ["", "a1a1a1a", "a1a1a1a2", "xxxxxxxx"] {
            assert!(called(nothing).is_empty(), "{nothing:?}");
        }
    }

    fn first_bytes(app: &Application, text: &str) -> Vec<u8> {
        certificates_called(app, text).iter().map(|one| one.thumbprint_sha1[0]).collect()
    }
}
