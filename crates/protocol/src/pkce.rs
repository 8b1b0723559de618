//! Proof key for code exchange (RFC 7636).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::secret::{Secret, same_bytes, sha256};

/// A code verifier: 43 to 128 unreserved characters (RFC 7636 §4.1).
#[derive(Clone, Debug)]
pub struct CodeVerifier(Secret);

/// A code challenge with the method that made it (RFC 7636 §4.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeChallenge {
    method: ChallengeMethod,
    value: String,
}

/// How a challenge is made from a verifier (RFC 7636 §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChallengeMethod {
    /// The verifier itself. Protects against nothing but mistakes; refused where a profile says so.
    #[serde(rename = "plain")]
    Plain,
    /// The base64url form of the verifier's SHA-256 digest.
    S256,
}

/// Why a text is neither a verifier nor a challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadProofKey {
    /// Not 43 to 128 characters.
    #[error("expected 43 to 128 characters, found {found}")]
    Length {
        /// How many bytes were given.
        found: usize,
    },
    /// A character outside `A-Z a-z 0-9 - . _ ~`.
    #[error("expected only letters, digits and - . _ ~")]
    Character,
}

fn unreserved(text: &str) -> Result<(), BadProofKey> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    match text.len() {
        43..=128 if text.bytes().all(fits) => Ok(()),
        43..=128 => Err(BadProofKey::Character),
        found => Err(BadProofKey::Length { found }),
    }
}

impl CodeVerifier {
    /// # Errors
    /// [`BadProofKey`] when the length or a character is outside the grammar.
    pub fn parse(text: &str) -> Result<Self, BadProofKey> {
        unreserved(text).map(|()| Self(Secret::new(text)))
    }

    /// Makes a verifier with 256 bits of entropy (RFC 7636 §7.1).
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The text, for the one request that carries it.
    pub const fn secret(&self) -> &Secret {
        &self.0
    }

    /// The S256 challenge of this verifier.
    pub fn challenge(&self) -> CodeChallenge {
        CodeChallenge {
            method: ChallengeMethod::S256,
            value: URL_SAFE_NO_PAD.encode(sha256(self.0.expose().as_bytes())),
        }
    }
}

impl CodeChallenge {
    /// # Errors
    /// [`BadProofKey`] when the length or a character is outside the grammar.
    pub fn parse(method: ChallengeMethod, text: &str) -> Result<Self, BadProofKey> {
        unreserved(text).map(|()| Self { method, value: text.to_owned() })
    }

    /// Whether `verifier` is the one that this challenge was made from.
    pub fn holds(&self, verifier: &CodeVerifier) -> bool {
        match self.method {
            ChallengeMethod::Plain => same_bytes(self.value.as_bytes(), verifier.0.expose().as_bytes()),
            ChallengeMethod::S256 => same_bytes(self.value.as_bytes(), verifier.challenge().value.as_bytes()),
        }
    }

    /// How it was made.
    pub const fn method(&self) -> ChallengeMethod {
        self.method
    }

    /// The challenge as it stands in a request.
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_7636_appendix_b_holds() {
        let verifier = CodeVerifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        let challenge =
            CodeChallenge::parse(ChallengeMethod::S256, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        assert!(challenge.holds(&verifier));
        assert_eq!(verifier.challenge(), challenge);
    }

    #[test]
    fn another_verifier_does_not_hold() {
        let challenge = CodeVerifier::from_random([1; 32]).challenge();
        assert!(!challenge.holds(&CodeVerifier::from_random([2; 32])));
    }

    #[test]
    fn a_plain_challenge_is_the_verifier_itself() {
        let text = "a".repeat(43);
        let challenge = CodeChallenge::parse(ChallengeMethod::Plain, &text).unwrap();
        assert!(challenge.holds(&CodeVerifier::parse(&text).unwrap()));
        assert!(!challenge.holds(&CodeVerifier::parse(&"b".repeat(43)).unwrap()));
    }

    #[test]
    fn length_and_alphabet_are_checked() {
        assert_eq!(CodeVerifier::parse(&"a".repeat(42)).unwrap_err(), BadProofKey::Length { found: 42 });
        assert_eq!(CodeVerifier::parse(&"a".repeat(129)).unwrap_err(), BadProofKey::Length { found: 129 });
        assert_eq!(CodeVerifier::parse(&"+".repeat(43)).unwrap_err(), BadProofKey::Character);
        assert!(CodeVerifier::parse(&"~".repeat(128)).is_ok());
    }
}
