//! Signing: a JWS in compact form from a key and claims.

use std::sync::Arc;

use serde::Serialize;

use crate::{SigningKey, base64url};

/// A token could not be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The claims cannot be written as JSON.
    #[error("the claims cannot be written as JSON")]
    Claims,
    /// The cryptographic library failed.
    #[error("signing failed")]
    Failed,
}

/// What the caller decides about the header; `alg` and `kid` come from the key.
#[derive(Debug, Clone, Copy, Default)]
pub struct HeaderFields<'a> {
    /// The type of the token, such as `JWT` or `at+jwt` (RFC 7515 §4.1.9).
    pub typ: &'a str,
    /// The SHA-1 thumbprint of the key's certificate, where the dialect shows it (RFC 7515 §4.1.7).
    pub x5t: Option<&'a str>,
}

/// Signs claims into a token of three parts.
///
/// # Errors
/// [`SignError`] when the claims do not serialize or the library fails.
///
/// Spec: RFC 7515 §5.1, §7.1.
pub fn sign_compact<C: Serialize>(
    key: &SigningKey,
    header: &HeaderFields<'_>,
    claims: &C,
) -> Result<String, SignError> {
    signed(key, &encoded(key, header)?, claims)
}

/// A key with the header of all its tokens, written once.
#[derive(Debug)]
pub struct TokenSigner {
    key: Arc<SigningKey>,
    encoded_header: String,
}

impl TokenSigner {
    /// Signs with `key` under `header`.
    ///
    /// # Errors
    /// [`SignError::Failed`] when the header cannot be written.
    pub fn new(key: SigningKey, header: &HeaderFields<'_>) -> Result<Self, SignError> {
        Ok(Self { encoded_header: encoded(&key, header)?, key: Arc::new(key) })
    }

    /// Signs with the same key under another header.
    ///
    /// # Errors
    /// [`SignError::Failed`] when the header cannot be written.
    pub fn under(&self, header: &HeaderFields<'_>) -> Result<Self, SignError> {
        Ok(Self { encoded_header: encoded(&self.key, header)?, key: Arc::clone(&self.key) })
    }

    /// As [`sign_compact`], with the key and the header at hand.
    ///
    /// # Errors
    /// As [`sign_compact`].
    pub fn sign<C: Serialize>(&self, claims: &C) -> Result<String, SignError> {
        signed(&self.key, &self.encoded_header, claims)
    }
}

fn encoded(key: &SigningKey, header: &HeaderFields<'_>) -> Result<String, SignError> {
    #[derive(Serialize)]
    struct Header<'a> {
        typ: &'a str,
        alg: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        x5t: Option<&'a str>,
        kid: &'a str,
    }
    let header = Header { typ: header.typ, alg: key.algorithm().name(), x5t: header.x5t, kid: key.key_id() };
    Ok(base64url::encode(serde_json::to_vec(&header).map_err(|_| SignError::Failed)?))
}

fn signed<C: Serialize>(key: &SigningKey, encoded_header: &str, claims: &C) -> Result<String, SignError> {
    let claims = serde_json::to_vec(claims).map_err(|_| SignError::Claims)?;
    let mut token = String::with_capacity(encoded_header.len() + claims.len().div_ceil(3) * 4 + USUAL_SIGNATURE);
    token.push_str(encoded_header);
    token.push('.');
    base64url::encode_onto(claims, &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    base64url::encode_onto(signature, &mut token);
    Ok(token)
}

/// Room for two dots and the signature of an RSA key of 2048 bits, in base64url.
const USUAL_SIGNATURE: usize = 344;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::Algorithm;

    fn first_part(token: &str) -> String {
        let bytes = base64url::decode(token.split('.').next().unwrap()).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_header_says_type_algorithm_and_key() {
        let key = SigningKey::generate(Algorithm::EdDsa).unwrap().with_key_id("k1".to_owned());
        let plain = sign_compact(&key, &HeaderFields { typ: "JWT", x5t: None }, &BTreeMap::from([("a", 1)])).unwrap();
        assert_eq!(first_part(&plain), r#"{"typ":"JWT","alg":"EdDSA","kid":"k1"}"#);
        assert_eq!(plain.split('.').nth(1), Some(base64url::encode(r#"{"a":1}"#).as_str()));
        let with_certificate = sign_compact(&key, &HeaderFields { typ: "JWT", x5t: Some("aGk") }, &()).unwrap();
        assert_eq!(first_part(&with_certificate), r#"{"typ":"JWT","alg":"EdDSA","x5t":"aGk","kid":"k1"}"#);
    }

    #[test]
    fn a_header_that_is_written_once_is_the_same() {
        let key = SigningKey::generate(Algorithm::EdDsa).unwrap().with_key_id("k1".to_owned());
        let header = HeaderFields { typ: "JWT", x5t: Some("aGk") };
        // Ed25519 signs the same text in the same way each time (RFC 8032 §5.1.6).
        let each_time = sign_compact(&key, &header, &BTreeMap::from([("a", 1)])).unwrap();
        let signer = TokenSigner::new(key, &header).unwrap();
        assert_eq!(signer.sign(&BTreeMap::from([("a", 1)])).unwrap(), each_time);
    }

    #[test]
    fn claims_that_are_not_json_are_refused() {
        let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
        let claims = BTreeMap::from([((1, 2), "a pair is no member name")]);
        assert_eq!(sign_compact(&key, &HeaderFields { typ: "JWT", x5t: None }, &claims), Err(SignError::Claims));
    }
}
