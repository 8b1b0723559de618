//! The private keys that a message may be encrypted for.

use super::compact::JweHeader;
use super::decrypt::Unwraps as _;
use super::{DecryptError, DecryptionKey};
use crate::JwkSet;

/// Our decryption keys, the current ones and those of before.
#[derive(Debug, Default)]
pub struct DecryptionKeySet {
    keys: Vec<DecryptionKey>,
}

impl DecryptionKeySet {
    /// A set of these keys.
    pub fn new(keys: Vec<DecryptionKey>) -> Self {
        Self { keys }
    }

    /// The keys in their order.
    pub fn iter(&self) -> impl Iterator<Item = &DecryptionKey> {
        self.keys.iter()
    }

    /// The public halves, for the key document.
    pub fn public_jwk_set(&self) -> JwkSet {
        JwkSet { keys: self.keys.iter().map(DecryptionKey::public_jwk).collect() }
    }

    /// The key that the header names.
    ///
    /// One RSA key may serve two algorithms under one thumbprint, so the `alg` chooses among the keys of one `kid`. It
    /// chooses among keys that are ours; it cannot make a key do what it does not do.
    pub(super) fn choose(&self, header: &JweHeader) -> Result<&DecryptionKey, DecryptError> {
        let unknown = || match &header.kid {
            Some(kid) => DecryptError::UnknownKey { kid: kid.clone() },
            None => DecryptError::NoKeyId,
        };
        let named = |key: &&DecryptionKey| header.kid.as_deref().is_none_or(|kid| kid == key.key_id());
        let mut candidates = self.keys.iter().filter(named).peekable();
        candidates.peek().ok_or_else(unknown)?;
        let mut fitting = candidates.filter(|key| key.management().name() == header.alg);
        let first = fitting.next().ok_or_else(|| DecryptError::AlgorithmNotKeys { found: header.alg.clone() })?;
        if fitting.next().is_some() { Err(unknown()) } else { Ok(first) }
    }
}
