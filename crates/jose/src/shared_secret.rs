//! Tokens that a shared secret signs: assertions and request objects of clients with a secret, and ID tokens for them.
//!
//! Apart from everything that public keys do. There is no set of shared secrets and no way from a JWK to one, and what such
//! a token has proved is a type of its own.

use std::fmt;

use aws_lc_rs::hmac;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::compact::{Compact, Proven};
use crate::{Expected, HeaderFields, KeyError, MacAlgorithm, SignError, VerifyError, base64url, json};

/// A shared secret bound to one MAC algorithm.
pub struct SharedSecretKey {
    key: hmac::Key,
    algorithm: MacAlgorithm,
}

impl SharedSecretKey {
    /// Takes a secret: for a client secret, the bytes of its UTF-8 text (OpenID Connect Core 1.0 §10.1).
    ///
    /// # Errors
    /// [`KeyError::ShortSecret`] when it has fewer bytes than the hash.
    ///
    /// Spec: RFC 7518 §3.2.
    pub fn new(algorithm: MacAlgorithm, secret: &[u8]) -> Result<Self, KeyError> {
        let (needed, found) = (algorithm.hash_bytes(), secret.len());
        if found < needed {
            return Err(KeyError::ShortSecret { needed, found });
        }
        Ok(Self { key: hmac::Key::new(algorithm.hmac(), secret), algorithm })
    }

    /// The one algorithm of the secret.
    pub const fn algorithm(&self) -> MacAlgorithm {
        self.algorithm
    }

    /// The code over the message.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        hmac::sign(&self.key, message).as_ref().to_vec()
    }

    /// Whether the code over the message is this secret's, whole and compared in constant time.
    pub fn verify(&self, message: &[u8], code: &[u8]) -> bool {
        hmac::verify(&self.key, message, code).is_ok()
    }

    /// Signs claims into a token of three parts. The header has no `kid`, for the two sides have one secret, and no `x5t`, for a
    /// secret has no certificate.
    ///
    /// # Errors
    /// [`SignError::Claims`] when the claims cannot be written as JSON.
    ///
    /// Spec: RFC 7515 §5.1, §7.1.
    pub fn sign_compact<C: Serialize>(&self, header: &HeaderFields<'_>, claims: &C) -> Result<String, SignError> {
        #[derive(Serialize)]
        struct Written<'a> {
            typ: &'a str,
            alg: &'a str,
        }
        let header = Written { typ: header.typ, alg: self.algorithm.name() };
        let header = serde_json::to_vec(&header).map_err(|_| SignError::Failed)?;
        let claims = serde_json::to_vec(claims).map_err(|_| SignError::Claims)?;
        let signed = format!("{}.{}", base64url::encode(header), base64url::encode(claims));
        let code = base64url::encode(self.sign(signed.as_bytes()));
        Ok(format!("{signed}.{code}"))
    }

    /// Verifies a token of three parts with the secret of the one client that the caller knows from elsewhere.
    ///
    /// A `kid` in the header has no effect, and neither have `jwk`, `jku`, `x5u` and `x5c`.
    ///
    /// # Errors
    /// [`VerifyError`], the first rule that does not hold.
    ///
    /// Spec: RFC 7515 §5.2; OpenID Connect Core 1.0 §9 (`client_secret_jwt`).
    pub fn verify_compact(&self, token: &str, expected: &Expected<'_>) -> Result<SharedSecretJws, VerifyError> {
        let compact = Compact::read(token, expected.max_bytes)?;
        let is_keys = |alg: &str| MacAlgorithm::parse(alg) == Some(self.algorithm);
        let Proven { typ, payload } = compact.prove(expected, is_keys, |signed, code| self.verify(signed, code))?;
        Ok(SharedSecretJws { algorithm: self.algorithm, typ, payload })
    }
}

/// Shows nothing of the secret.
impl fmt::Debug for SharedSecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedSecretKey").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// A token that somebody made who has the shared secret: the other side, or we ourselves. It cannot be made in another way.
#[derive(Debug, Clone)]
pub struct SharedSecretJws {
    algorithm: MacAlgorithm,
    typ: Option<String>,
    payload: Vec<u8>,
}

impl SharedSecretJws {
    /// The algorithm of the secret.
    pub const fn algorithm(&self) -> MacAlgorithm {
        self.algorithm
    }

    /// The `typ` of the header as it was written.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// The signed bytes.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signed bytes as claims.
    ///
    /// # Errors
    /// [`VerifyError::BadClaims`] when they are not one JSON object, repeat a member name at any depth, or nest too deeply.
    ///
    /// Spec: RFC 7519 §4, §7.2.
    pub fn claims(&self) -> Result<Map<String, Value>, VerifyError> {
        json::parse_object(&self.payload).map_err(|_| VerifyError::BadClaims)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HEADER: HeaderFields<'static> = HeaderFields { typ: "JWT", x5t: None };

    fn key(algorithm: MacAlgorithm, byte: u8) -> SharedSecretKey {
        SharedSecretKey::new(algorithm, &vec![byte; algorithm.hash_bytes()]).unwrap()
    }

    #[test]
    fn what_a_secret_signs_it_verifies_and_no_other() {
        for algorithm in MacAlgorithm::ALL {
            let token = key(algorithm, 1).sign_compact(&HEADER, &json!({ "sub": "app" })).unwrap();
            let verified = key(algorithm, 1).verify_compact(&token, &Expected::types(&["JWT"])).unwrap();
            assert_eq!((verified.algorithm(), verified.typ()), (algorithm, Some("JWT")));
            assert_eq!(verified.claims().unwrap()["sub"], "app");
            let refusal = |key: SharedSecretKey| key.verify_compact(&token, &Expected::any_type()).unwrap_err();
            assert_eq!(refusal(key(algorithm, 2)), VerifyError::BadSignature);
            for other in MacAlgorithm::ALL.into_iter().filter(|other| *other != algorithm) {
                let expected = VerifyError::AlgorithmNotKeys { found: algorithm.name().to_owned() };
                assert_eq!(refusal(key(other, 1)), expected);
            }
        }
    }

    #[test]
    fn a_secret_shorter_than_the_hash_is_refused() {
        for algorithm in MacAlgorithm::ALL {
            let needed = algorithm.hash_bytes();
            for found in [0, 1, needed - 1] {
                let refused = SharedSecretKey::new(algorithm, &vec![7; found]).unwrap_err();
                assert_eq!(refused, KeyError::ShortSecret { needed, found });
            }
            for longer in [needed, needed + 1, 4 * needed] {
                assert!(SharedSecretKey::new(algorithm, &vec![7; longer]).is_ok());
            }
        }
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", key(MacAlgorithm::Hs256, 7)), "SharedSecretKey { algorithm: Hs256, .. }");
    }
}
