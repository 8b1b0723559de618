//! The content of a message: encrypted and decrypted with the key that belongs to it alone.

use zeroize::Zeroizing;

use super::{ContentEncryption, Refused, cbc_hmac, gcm};

impl ContentEncryption {
    /// Encrypts; yields the ciphertext and the tag.
    pub(super) fn seal(
        self,
        key: &[u8],
        iv: &[u8],
        aad: &[u8],
        plaintext: &[u8],
    ) -> Result<(Vec<u8>, Vec<u8>), Refused> {
        if key.len() != self.key_bytes() {
            return Err(Refused);
        }
        match self {
            Self::A128CbcHs256 | Self::A192CbcHs384 | Self::A256CbcHs512 => cbc_hmac::seal(key, iv, aad, plaintext),
            Self::A128Gcm | Self::A192Gcm | Self::A256Gcm => gcm::seal(key, iv, aad, plaintext),
        }
    }

    /// Decrypts.
    pub(super) fn open(
        self,
        key: &[u8],
        iv: &[u8],
        aad: &[u8],
        ciphertext: &[u8],
        tag: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Refused> {
        if key.len() != self.key_bytes() {
            return Err(Refused);
        }
        match self {
            Self::A128CbcHs256 | Self::A192CbcHs384 | Self::A256CbcHs512 => {
                cbc_hmac::open(key, iv, aad, ciphertext, tag)
            }
            Self::A128Gcm | Self::A192Gcm | Self::A256Gcm => gcm::open(key, iv, aad, ciphertext, tag),
        }
    }
}
