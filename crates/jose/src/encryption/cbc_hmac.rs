//! AES in CBC mode with an HMAC over everything: the older content encryptions of JWE.
//!
//! Spec: RFC 7518 §5.2.

use aws_lc_rs::cipher::{
    AES_128, AES_192, AES_256, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey,
    PaddedBlockEncryptingKey, UnboundCipherKey,
};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use zeroize::Zeroizing;

use super::Refused;
use crate::digest;

const BLOCK_BYTES: usize = 16;

/// Encrypts and authenticates, with a key of 32, 48 or 64 bytes; yields the ciphertext and the tag.
pub(super) fn seal(key: &[u8], iv: &[u8], aad: &[u8], plaintext: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Refused> {
    let keys = Keys::split(key)?;
    let mut text = plaintext.to_vec();
    PaddedBlockEncryptingKey::cbc_pkcs7(keys.cipher()?)?
        .less_safe_encrypt(&mut text, EncryptionContext::Iv128(vector(iv)?))?;
    let tag = keys.tag(iv, aad, &text);
    Ok((text, tag))
}

/// Decrypts what carries the right tag. The tag is compared first, so the padding of a forged text is never looked at.
pub(super) fn open(
    key: &[u8],
    iv: &[u8],
    aad: &[u8],
    ciphertext: &[u8],
    tag: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let keys = Keys::split(key)?;
    let vector = vector(iv)?;
    let authentic = digest::constant_time_eq(&keys.tag(iv, aad, ciphertext), tag);
    if !authentic || ciphertext.is_empty() || !ciphertext.len().is_multiple_of(BLOCK_BYTES) {
        return Err(Refused);
    }
    let mut text = Zeroizing::new(ciphertext.to_vec());
    let length = PaddedBlockDecryptingKey::cbc_pkcs7(keys.cipher()?)?
        .decrypt(&mut text, DecryptionContext::Iv128(vector))?
        .len();
    text.truncate(length);
    Ok(text)
}

fn vector(iv: &[u8]) -> Result<FixedLength<16>, Refused> {
    Ok(FixedLength::try_from(iv)?)
}

/// The two halves of a key, the authenticating one first.
struct Keys<'a> {
    authenticating: &'a [u8],
    encrypting: &'a [u8],
}

impl<'a> Keys<'a> {
    fn split(key: &'a [u8]) -> Result<Self, Refused> {
        let (authenticating, encrypting) = key.split_at(key.len() / 2);
        if matches!(key.len(), 32 | 48 | 64) { Ok(Self { authenticating, encrypting }) } else { Err(Refused) }
    }

    fn cipher(&self) -> Result<UnboundCipherKey, Refused> {
        let algorithm = match self.encrypting.len() {
            16 => &AES_128,
            24 => &AES_192,
            _ => &AES_256,
        };
        Ok(UnboundCipherKey::new(algorithm, self.encrypting)?)
    }

    /// The left half of the HMAC over associated data, vector, ciphertext and the bits of the associated data.
    fn tag(&self, iv: &[u8], aad: &[u8], ciphertext: &[u8]) -> Vec<u8> {
        let algorithm = match self.authenticating.len() {
            16 => hmac::HMAC_SHA256,
            24 => hmac::HMAC_SHA384,
            _ => hmac::HMAC_SHA512,
        };
        let mut context = hmac::Context::with_key(&hmac::Key::new(algorithm, self.authenticating));
        for part in [aad, iv, ciphertext, &(aad.len() as u64 * 8).to_be_bytes()] {
            context.update(part);
        }
        context.sign().as_ref()[..self.authenticating.len()].to_vec()
    }
}
