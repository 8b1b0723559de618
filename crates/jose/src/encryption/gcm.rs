//! AES in GCM with the sizes of JWE: an initialization vector of 96 bits and a tag of 128.
//!
//! Spec: RFC 7518 §4.7, §5.3; NIST SP 800-38D.

use aws_lc_rs::aead::{AES_128_GCM, AES_192_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::Refused;

/// Bytes of the initialization vector.
pub(super) const IV_BYTES: usize = 12;

/// Encrypts, with a key of 16, 24 or 32 bytes; yields the ciphertext and the tag.
pub(super) fn seal(key: &[u8], iv: &[u8], aad: &[u8], plaintext: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Refused> {
    let mut text = plaintext.to_vec();
    let tag = bound(key)?.seal_in_place_separate_tag(nonce(iv)?, Aad::from(aad), &mut text)?;
    Ok((text, tag.as_ref().to_vec()))
}

/// Decrypts what was encrypted with the same key, vector and associated data.
pub(super) fn open(
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
    tag: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let key = bound(key)?;
    // A shorter tag would be easier to guess; the library is not asked what it thinks of one.
    if tag.len() != key.algorithm().tag_len() {
        return Err(Refused);
    }
    let mut text = Zeroizing::new(ciphertext.to_vec());
    key.open_in_place_separate_tag(nonce(iv)?, Aad::from(aad), tag, &mut text)?;
    Ok(text)
}

fn bound(key: &[u8]) -> Result<LessSafeKey, Refused> {
    let algorithm = match key.len() {
        16 => &AES_128_GCM,
        24 => &AES_192_GCM,
        32 => &AES_256_GCM,
        _ => return Err(Refused),
    };
    Ok(LessSafeKey::new(UnboundKey::new(algorithm, key)?))
}

fn nonce(iv: &[u8]) -> Result<Nonce, Refused> {
    Ok(Nonce::try_assume_unique_for_key(iv)?)
}
