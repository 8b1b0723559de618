//! Nonces for proofs of keys: nothing is kept, and every node of a deployment knows those of the others (RFC 9449 §8).

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_jose::digest::constant_time_eq;
use grantor_jose::{SealingKey, base64url};

/// How long the same nonce is given. It is taken for as long again, and where a node's clock is that much ahead.
const WINDOW: Duration = Duration::from_mins(5);

const MAC_BYTES: usize = 16;

/// What makes the nonces of a deployment: the number of a window of time with its keyed digest, which nobody else can tell.
pub struct DpopNonces(SealingKey);

impl DpopNonces {
    /// Under a key of their own.
    pub const fn new(key: SealingKey) -> Self {
        Self(key)
    }

    /// The nonce of this moment. It is the same at every endpoint, where applications have one for each host.
    pub fn current(&self, now: Timestamp) -> String {
        self.of(number(now))
    }

    /// Whether a nonce was given lately.
    pub fn knows(&self, nonce: &str, now: Timestamp) -> bool {
        let window = number(now);
        let near = [window, window.saturating_sub(1), window.saturating_add(1)];
        near.iter().any(|window| constant_time_eq(self.of(*window).as_bytes(), nonce.as_bytes()))
    }

    fn of(&self, window: i64) -> String {
        let window = window.to_be_bytes();
        let mac = self.0.mac(&window);
        base64url::encode([&window[..], &mac[..MAC_BYTES]].concat())
    }
}

impl std::fmt::Debug for DpopNonces {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("DpopNonces")
    }
}

fn number(now: Timestamp) -> i64 {
    now.millis().div_euclid(i64::try_from(WINDOW.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000_000);

    fn nonces(key: u8) -> DpopNonces {
        DpopNonces::new(SealingKey::from_bytes([key; 32]))
    }

    #[test]
    fn a_nonce_is_known_to_every_node_for_some_minutes() {
        let nonce = nonces(1).current(NOW);
        for (offset, known) in [(0, true), (5, true), (11, false), (600, false)] {
            assert_eq!(nonces(1).knows(&nonce, NOW + Duration::from_mins(offset)), known, "{offset}");
            assert_eq!(nonces(1).knows(&nonce, NOW - Duration::from_mins(offset)), known, "-{offset}");
        }
        assert_ne!(nonces(1).current(NOW + WINDOW), nonce);
    }

    #[test]
    fn nobody_else_makes_one() {
        let nonce = nonces(1).current(NOW);
        assert!(!nonces(2).knows(&nonce, NOW));
        let other = nonce.replace(&nonce[20..21], if &nonce[20..21] == "A" { "B" } else { "A" });
        for bad in ["", "x", &nonce[1..], &format!("{nonce}A"), &other] {
            assert!(!nonces(1).knows(bad, NOW), "{bad}");
        }
    }
}
