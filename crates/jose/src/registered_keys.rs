//! The keys that somebody registers with us by value.

use serde::Deserialize as _;
use serde_json::Value;

use crate::{Algorithm, ContentEncryption, EncryptionKey, Jwk, JwkSet, KeyError, KeyManagement, VerifyingKey};

/// The most keys that somebody registers.
const MOST: usize = 64;

/// Reads a JWK Set that a client registers, more strictly than one that is fetched: a key of a kind that we know must be one
/// that can be used, so that whoever registers it learns of a mistake at once. Keys of other kinds are passed over
/// (RFC 7517 §5).
///
/// # Errors
/// [`KeyError::PrivateMember`], [`KeyError::Invalid`] for what is no JWK Set or has too many keys, [`KeyError::NotFound`] when
/// no key can be used, or what is wrong with the first key that cannot.
///
/// Spec: RFC 7591 §2 (`jwks`); RFC 7517 §5.
pub fn registered_keys(document: &Value) -> Result<JwkSet, KeyError> {
    let keys = document.get("keys").and_then(Value::as_array).ok_or(KeyError::Invalid)?;
    if keys.len() > MOST {
        return Err(KeyError::Invalid);
    }
    let mut usable = 0;
    for key in keys {
        match usable_key(&Jwk::from_value(key)?) {
            Ok(()) => usable += 1,
            Err(KeyError::UnsupportedKeyType | KeyError::UnsupportedCurve | KeyError::UnsupportedAlgorithm) => {}
            Err(wrong) => return Err(wrong),
        }
    }
    if usable == 0 {
        return Err(KeyError::NotFound);
    }
    JwkSet::deserialize(document).map_err(|_| KeyError::Invalid)
}

/// Whether a key verifies signatures or encrypts in one of our ways.
fn usable_key(key: &Jwk) -> Result<(), KeyError> {
    if !["RSA", "EC", "OKP"].contains(&key.kty.as_str()) {
        return Err(KeyError::UnsupportedKeyType);
    }
    let encrypts = |management: KeyManagement| {
        EncryptionKey::from_jwk_for(key, management, ContentEncryption::A128CbcHs256).is_ok()
    };
    if KeyManagement::ALL.into_iter().any(encrypts) {
        return Ok(());
    }
    match VerifyingKey::from_jwk(key) {
        Err(KeyError::AlgorithmRequired) => VerifyingKey::from_jwk_for(key, Algorithm::Rs256).map(drop),
        verified => verified.map(drop),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{DecryptionKey, SigningKey};

    fn signing() -> Value {
        json!(SigningKey::generate(Algorithm::Es256).unwrap().public_jwk())
    }

    #[test]
    fn keys_that_can_be_used_are_taken_and_those_of_other_kinds_passed_over() {
        let encrypting = json!(DecryptionKey::generate(KeyManagement::EcdhEs).unwrap().public_jwk());
        let later = json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA" });
        assert_eq!(registered_keys(&json!({ "keys": [signing(), encrypting, later] })).unwrap().keys.len(), 3);
        assert_eq!(registered_keys(&json!({ "keys": [later] })), Err(KeyError::NotFound));
        assert_eq!(registered_keys(&json!({ "keys": [] })), Err(KeyError::NotFound));
    }

    #[test]
    fn what_cannot_be_a_clients_keys_is_named() {
        let mut private = signing();
        private["d"] = json!("AA");
        let mut malformed = signing();
        malformed["x"] = json!("AA");
        let rows = [
            (json!({ "keys": [signing(), private] }), KeyError::PrivateMember),
            (json!({ "keys": [{ "kty": "oct", "k": "AA" }] }), KeyError::PrivateMember),
            (json!({ "keys": [malformed] }), KeyError::BadMember("x")),
            (json!({ "keys": ["x"] }), KeyError::Invalid),
            (json!({ "keys": [{ "kid": "x" }] }), KeyError::Invalid),
            (json!({ "keys": vec![signing(); 65] }), KeyError::Invalid),
            (json!([signing()]), KeyError::Invalid),
        ];
        for (document, expected) in rows {
            assert_eq!(registered_keys(&document).unwrap_err(), expected, "{document}");
        }
    }
}
