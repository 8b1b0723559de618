//! Access tokens that this deployment alone can read: the claims that a signed one would show, sealed.
//!
//! Nothing is stored for them (docs/decisions/0020). Every node has the master key, and so opens what another has sealed. What a
//! token opens to is treated as a signature is: it proves that the text is ours, and nothing of whether it is still of use.

use grantor_jose::{MAX_TOKEN_BYTES, NONCE_BYTES, SealingKey, VerifyError, base64url, parse_object};
use grantor_protocol::Secret;
use serde_json::{Map, Value};

use crate::FlowError;

/// What tells an opaque access token from every other text of ours.
const PREFIX: &str = "ga1.";

/// The purpose under which the master key gives the one of these tokens, and what else of ours is sealed does not open as one.
const PURPOSE: &str = "opaque-access-tokens";

/// 16 bytes in base64url.
const SEED_LENGTH: usize = 22;

/// Seals and opens opaque access tokens.
///
/// A token is `ga1.`, a seed of 16 bytes and what was sealed, both base64url. Each seed has a key of its own: a random nonce
/// may be drawn 2³² times under one key (NIST SP 800-38D §8.3), and a busy deployment issues that many tokens.
#[derive(Debug)]
pub(crate) struct OpaqueTokens(SealingKey);

impl OpaqueTokens {
    /// Derives the key of these tokens.
    pub fn of(master: &SealingKey) -> Self {
        Self(master.derive(PURPOSE))
    }

    /// Whether a text calls itself one.
    pub fn is_one(token: &Secret) -> bool {
        token.expose().starts_with(PREFIX)
    }

    /// Seals claims, with bytes that were never used before.
    pub fn seal(
        &self,
        claims: &Map<String, Value>,
        seed: [u8; 16],
        nonce: [u8; NONCE_BYTES],
    ) -> Result<Secret, FlowError> {
        let seed = base64url::encode(seed);
        let claims = serde_json::to_vec(claims).map_err(|error| FlowError::Failed { what: error.to_string() })?;
        let sealed = self.0.derive(&seed).seal(nonce, PURPOSE.as_bytes(), &claims);
        let mut token = String::with_capacity(PREFIX.len() + SEED_LENGTH + sealed.len().div_ceil(3) * 4);
        token.push_str(PREFIX);
        token.push_str(&seed);
        base64url::encode_onto(sealed, &mut token);
        Ok(Secret::new(token))
    }

    /// The claims of a token that was sealed here.
    ///
    /// # Errors
    /// As a signed one would be refused: [`VerifyError::TooLarge`], [`VerifyError::Malformed`], [`VerifyError::BadSignature`]
    /// for what does not open, [`VerifyError::BadClaims`].
    pub fn open(&self, token: &Secret) -> Result<Map<String, Value>, VerifyError> {
        let text = token.expose();
        if text.len() > MAX_TOKEN_BYTES {
            return Err(VerifyError::TooLarge);
        }
        let rest = text.strip_prefix(PREFIX).ok_or(VerifyError::Malformed)?;
        let (seed, sealed) = rest.split_at_checked(SEED_LENGTH).ok_or(VerifyError::Malformed)?;
        let sealed = base64url::decode(sealed).map_err(|_| VerifyError::Malformed)?;
        let opened = self.0.derive(seed).open(PURPOSE.as_bytes(), &sealed).map_err(|_| VerifyError::BadSignature)?;
        parse_object(&opened).map_err(|_| VerifyError::BadClaims)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tokens(master: u8) -> OpaqueTokens {
        OpaqueTokens::of(&SealingKey::from_bytes([master; 32]))
    }

    fn claims() -> Map<String, Value> {
        Map::from_iter([("sub".to_owned(), json!("chris")), ("exp".to_owned(), json!(1))])
    }

    fn token() -> Secret {
        tokens(1).seal(&claims(), [2; 16], [3; NONCE_BYTES]).unwrap()
    }

    #[test]
    fn every_node_opens_what_one_has_sealed() {
        assert_eq!(tokens(1).open(&token()).unwrap(), claims());
        assert!(OpaqueTokens::is_one(&token()) && !token().expose().contains("Y2hyaX"), "nobody else reads it");
        assert_eq!(tokens(2).open(&token()), Err(VerifyError::BadSignature));
    }

    #[test]
    fn a_change_of_any_character_is_noticed() {
        let text = token().expose().to_owned();
        for place in 0..text.len() {
            let other = if text.as_bytes()[place] == b'A' { "B" } else { "A" };
            let changed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
            assert!(tokens(1).open(&Secret::new(changed)).is_err(), "{place}");
            assert!(tokens(1).open(&Secret::new(&text[..place])).is_err(), "cut at {place}");
        }
        for longer in [format!("{text}A"), format!("{text}="), format!(" {text}"), format!("{text}é")] {
            assert!(tokens(1).open(&Secret::new(longer)).is_err());
        }
        let long = format!("{PREFIX}{}", "A".repeat(MAX_TOKEN_BYTES));
        assert_eq!(tokens(1).open(&Secret::new(long)), Err(VerifyError::TooLarge));
    }

    #[test]
    fn what_is_sealed_for_something_else_is_no_token() {
        let master = SealingKey::from_bytes([1; 32]);
        let seed = base64url::encode([2; 16]);
        let json = serde_json::to_vec(&claims()).unwrap();
        let as_token = |sealed: Vec<u8>| Secret::new(format!("{PREFIX}{seed}{}", base64url::encode(sealed)));
        for key in [master.derive(PURPOSE), master.derive("platform-secrets").derive(&seed), master.derive(&seed)] {
            let sealed = as_token(key.seal([3; NONCE_BYTES], PURPOSE.as_bytes(), &json));
            assert_eq!(tokens(1).open(&sealed), Err(VerifyError::BadSignature));
        }
        let elsewhere = master.derive(PURPOSE).derive(&seed).seal([3; NONCE_BYTES], b"pairwise-salt", &json);
        assert_eq!(tokens(1).open(&as_token(elsewhere)), Err(VerifyError::BadSignature));
    }
}
