//! Sealing: secrets that are stored, readable again only with the key and in the place they were sealed for.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use zeroize::Zeroizing;

use crate::digest::hmac_sha256;

/// Bytes of the nonce: 96 bits, the size AES-GCM is made for.
pub const NONCE_BYTES: usize = 12;

const TAG_BYTES: usize = 16;
const VERSION: u8 = 1;

/// Why sealed bytes do not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Too short to be sealed bytes.
    #[error("not sealed bytes")]
    Malformed,
    /// Sealed in a form we do not know.
    #[error("sealed in an unknown version")]
    UnknownVersion,
    /// Another key, another place, or changed bytes; which one cannot be said.
    #[error("the sealed bytes do not open")]
    Refused,
}

/// A secret key that seals and opens with AES-256-GCM.
///
/// The sealed form is a version byte, the nonce, the ciphertext and the tag.
///
/// Spec: NIST SP 800-38D.
pub struct SealingKey {
    key: LessSafeKey,
    secret: Zeroizing<[u8; 32]>,
}

impl SealingKey {
    /// Takes 32 secret bytes of full entropy.
    ///
    /// # Panics
    /// Never: 32 bytes are the key length of AES-256.
    pub fn from_bytes(secret: [u8; 32]) -> Self {
        let secret = Zeroizing::new(secret);
        let key = UnboundKey::new(&AES_256_GCM, secret.as_slice()).expect("32 bytes are an AES-256 key");
        Self { key: LessSafeKey::new(key), secret }
    }

    /// Another key for one purpose, so that no two uses share a key.
    ///
    /// # Panics
    /// Never: HKDF-SHA-256 yields up to 8160 bytes.
    ///
    /// Spec: RFC 5869 §2.
    pub fn derive(&self, purpose: &str) -> Self {
        let mut secret = [0; 32];
        hkdf::Salt::new(hkdf::HKDF_SHA256, &[])
            .extract(self.secret.as_slice())
            .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|output| output.fill(&mut secret))
            .expect("HKDF-SHA-256 yields 32 bytes");
        Self::from_bytes(secret)
    }

    /// The keyed digest of a text, for a key that is derived for nothing else.
    ///
    /// Spec: RFC 2104.
    pub fn mac(&self, text: &[u8]) -> [u8; 32] {
        hmac_sha256(self.secret.as_slice(), text)
    }

    /// Seals the plaintext for the place that the associated data names (table, column and row, for instance).
    ///
    /// The nonce must never repeat under one key: two messages under one nonce can be read and forged.
    ///
    /// # Panics
    /// Only for a plaintext over 64 GiB.
    pub fn seal(&self, nonce: [u8; NONCE_BYTES], associated_data: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(1 + NONCE_BYTES + plaintext.len() + TAG_BYTES);
        sealed.push(VERSION);
        sealed.extend(nonce);
        sealed.extend(plaintext);
        let body = &mut sealed[1 + NONCE_BYTES..];
        let tag = self
            .key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(associated_data), body)
            .expect("the plaintext is shorter than 64 GiB");
        sealed.extend(tag.as_ref());
        sealed
    }

    /// Opens what was sealed with the same key for the same place.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn open(&self, associated_data: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (&version, rest) = sealed.split_first().ok_or(SealError::Malformed)?;
        if version != VERSION {
            return Err(SealError::UnknownVersion);
        }
        let (&nonce, body) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Malformed)?;
        let length = body.len().checked_sub(TAG_BYTES).ok_or(SealError::Malformed)?;
        let mut opened = Zeroizing::new(body.to_vec());
        self.key
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(associated_data), &mut opened)
            .map_err(|_| SealError::Refused)?;
        opened.truncate(length);
        Ok(opened)
    }
}

/// Shows nothing.
impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKey").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: &[u8] = b"keys/private/7";

    fn key() -> SealingKey {
        SealingKey::from_bytes([7; 32])
    }

    fn sealed() -> Vec<u8> {
        key().seal([9; NONCE_BYTES], PLACE, b"a secret")
    }

    #[test]
    fn what_is_sealed_opens() {
        assert_eq!(sealed().len(), 1 + NONCE_BYTES + 8 + TAG_BYTES);
        assert_eq!(key().open(PLACE, &sealed()).unwrap().as_slice(), b"a secret");
        let empty = key().seal([9; NONCE_BYTES], b"", b"");
        assert_eq!(key().open(b"", &empty).unwrap().as_slice(), b"");
    }

    #[test]
    fn a_change_in_any_byte_is_noticed() {
        // T33
        let sealed = sealed();
        for position in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[position] ^= 1 << bit;
                // Version, then nonce, ciphertext and tag.
                let expected = if position == 0 { SealError::UnknownVersion } else { SealError::Refused };
                assert_eq!(key().open(PLACE, &changed).unwrap_err(), expected, "byte {position}, bit {bit}");
            }
        }
    }

    #[test]
    fn a_cut_or_longer_text_is_noticed() {
        // T33
        let sealed = sealed();
        for length in 0..sealed.len() {
            assert!(key().open(PLACE, &sealed[..length]).is_err(), "{length}");
        }
        assert_eq!(key().open(PLACE, &[sealed.as_slice(), &[0]].concat()).unwrap_err(), SealError::Refused);
    }

    #[test]
    fn another_place_or_key_does_not_open() {
        assert_eq!(key().open(b"keys/private/8", &sealed()).unwrap_err(), SealError::Refused);
        assert_eq!(key().open(b"", &sealed()).unwrap_err(), SealError::Refused);
        let other = SealingKey::from_bytes([8; 32]);
        assert_eq!(other.open(PLACE, &sealed()).unwrap_err(), SealError::Refused);
    }

    #[test]
    fn derived_keys_are_stable_and_separate() {
        let sealed = key().derive("cookies").seal([1; NONCE_BYTES], PLACE, b"x");
        assert!(key().derive("cookies").open(PLACE, &sealed).is_ok());
        for other in [key(), key().derive("cookie"), key().derive(""), key().derive("cookies").derive("cookies")] {
            assert_eq!(other.open(PLACE, &sealed).unwrap_err(), SealError::Refused);
        }
    }

    #[test]
    fn derivation_is_hkdf_sha256() {
        // HKDF written out with HMAC (RFC 5869 §2.2, §2.3): one block, no salt.
        let extracted = crate::digest::hmac_sha256(&[0; 32], &[7; 32]);
        let expanded = crate::digest::hmac_sha256(&extracted, b"cookies\x01");
        assert_eq!(*key().derive("cookies").secret, expanded);
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", key()), "SealingKey { .. }");
    }
}
