//! The key that applications encrypt their request objects for (RFC 9101 §6.1).
//!
//! One key on P-256, used with each algorithm of key agreement. It is made at the first start and kept like the other secrets of
//! the deployment; it is published without an `alg`, since it has several.

use grantor_jose::{
    DecryptedJwe, DecryptionKey, DecryptionKeySet, Expected, KeyError, KeyManagement, PeekedEncryption,
    decrypt_compact, peek_encryption,
};
use serde_json::Value;

use crate::FlowError;

/// How request objects are encrypted.
const TAKEN: [KeyManagement; 3] = [KeyManagement::EcdhEs, KeyManagement::EcdhEsA128Kw, KeyManagement::EcdhEsA256Kw];

/// The key, once for each algorithm.
#[derive(Debug)]
pub struct RequestKeys {
    keys: DecryptionKeySet,
    public: Value,
}

impl RequestKeys {
    /// A new key, as it is kept: PKCS#8, to be sealed.
    pub(crate) fn generate() -> Result<Vec<u8>, FlowError> {
        let made = DecryptionKey::generate(TAKEN[0]).and_then(|key| key.to_pkcs8());
        Ok(made.map_err(|error| failed(&error))?.to_vec())
    }

    /// The key from what is kept.
    pub(crate) fn open(pkcs8: &[u8]) -> Result<Self, FlowError> {
        let read = |management| DecryptionKey::from_pkcs8(management, pkcs8);
        let keys = TAKEN.into_iter().map(read).collect::<Result<Vec<_>, _>>().map_err(|error| failed(&error))?;
        let mut public = keys.first().map(DecryptionKey::public_jwk).unwrap_or_default();
        public.alg = None;
        let public = serde_json::to_value(&public).map_err(|error| FlowError::Failed { what: error.to_string() })?;
        Ok(Self { keys: DecryptionKeySet::new(keys), public })
    }

    /// The names of the algorithms that it is used with.
    pub fn algorithms() -> [&'static str; 3] {
        TAKEN.map(KeyManagement::name)
    }

    /// The public half, as a JSON Web Key.
    pub const fn public(&self) -> &Value {
        &self.public
    }

    /// Decrypts a message for us; with how it was encrypted, as it says.
    pub(crate) fn decrypt(&self, message: &str) -> Option<(PeekedEncryption, DecryptedJwe)> {
        let header = peek_encryption(message).ok()?;
        let decrypted = decrypt_compact(message, &self.keys, &Expected::any_type()).ok()?;
        Some((header, decrypted))
    }
}

fn failed(error: &KeyError) -> FlowError {
    FlowError::Failed { what: format!("the key for request objects: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_reads_back_and_shows_nothing_private() {
        let kept = RequestKeys::generate().unwrap();
        let keys = RequestKeys::open(&kept).unwrap();
        let public = keys.public().as_object().unwrap();
        assert_eq!(public["use"], "enc");
        assert!(!public.contains_key("d") && !public.contains_key("alg"), "{public:?}");
        assert_eq!(RequestKeys::open(&kept).unwrap().public(), keys.public());
        assert!(RequestKeys::open(b"x").is_err());
    }
}
