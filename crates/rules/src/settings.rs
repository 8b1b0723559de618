//! How long things live and how large they may be.

use std::time::Duration;

/// The durations of a deployment, each with its source.
#[derive(Clone, Debug)]
pub struct Settings {
    /// From a code's issue to its end (RFC 6749 §4.1.2: ten minutes at most).
    pub code_lifetime: Duration,
    /// The shortest life of an access token (Source: entra-dialect 13.2, 60 to 90 minutes, random for each token).
    pub access_token_shortest: Duration,
    /// The longest life of an access token.
    pub access_token_longest: Duration,
    /// The life of an id_token.
    pub id_token_lifetime: Duration,
    /// How long a refresh token may lie unused.
    pub refresh_token_idle: Duration,
    /// How long after its first issue a single-page application's refresh tokens end, renewed or not.
    pub spa_refresh_lifetime: Duration,
    /// How long after its exchange the same refresh token gets the same successor again: a reply was lost, two tabs raced.
    pub refresh_grace: Duration,
    /// How long an authorization request waits for its person.
    pub interaction_lifetime: Duration,
    /// For how long a browser may point at a request that was pushed (RFC 9126 §2.2; FAPI 2.0 Security Profile §5.3.2.2: less
    /// than ten minutes).
    pub pushed_request_lifetime: Duration,
    /// How long a browser stays signed in.
    pub session_lifetime: Duration,
    /// How long a device code waits for its person (Source: entra-dialect 10).
    pub device_code_lifetime: Duration,
    /// How long a program waits between two questions whether its person has answered (RFC 8628 §3.2).
    pub device_code_interval: Duration,
    /// With how many wrong passwords in a row an account is locked (OWASP ASVS 4.0 §2.2.1).
    pub most_wrong_passwords: u32,
    /// How long it is locked then.
    pub locked_for: Duration,
    /// How long a signing key signs.
    pub signing_key_period: Duration,
    /// How long a signing key is published before it signs: longer than the day for which clients keep the keys.
    pub signing_key_ahead: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        const MINUTE: u64 = 60;
        const DAY: u64 = 24 * 60 * MINUTE;
        Self {
            code_lifetime: Duration::from_secs(10 * MINUTE),
            access_token_shortest: Duration::from_secs(60 * MINUTE),
            access_token_longest: Duration::from_secs(90 * MINUTE),
            id_token_lifetime: Duration::from_secs(60 * MINUTE),
            refresh_token_idle: Duration::from_secs(90 * DAY),
            spa_refresh_lifetime: Duration::from_secs(DAY),
            refresh_grace: Duration::from_secs(MINUTE),
            interaction_lifetime: Duration::from_secs(60 * MINUTE),
            pushed_request_lifetime: Duration::from_secs(90),
            session_lifetime: Duration::from_secs(DAY),
            device_code_lifetime: Duration::from_secs(15 * MINUTE),
            device_code_interval: Duration::from_secs(5),
            most_wrong_passwords: 10,
            locked_for: Duration::from_secs(MINUTE),
            signing_key_period: Duration::from_secs(90 * DAY),
            signing_key_ahead: Duration::from_secs(2 * DAY),
        }
    }
}
