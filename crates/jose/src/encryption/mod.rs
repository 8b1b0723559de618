//! Encryption: JWE in compact form, with the rules that signatures have here.
//!
//! A key holds its one `alg` and the content encryptions it may be used with; nothing in a header changes them. A token is
//! measured before it is parsed. Whatever is wrong with what was encrypted, the answer is one and the same, so that nobody
//! can ask questions of a key. `RSA1_5` and `PBES2` do not exist here: the first invites exactly such questions
//! (RFC 8725 §3.2), and the second lets the sender choose how long we work. `zip` is refused, for compression tells lengths
//! (RFC 8725 §3.6).
//!
//! [`EncryptionKey`] is the public key of somebody else, [`DecryptionKey`] our own private key, and [`SharedEncryptionKey`]
//! a secret that both sides have. Start at [`encrypt_compact`] and [`decrypt_compact`].

mod agreement;
mod cbc_hmac;
mod compact;
mod content;
mod content_encryption;
mod curve;
mod decrypt;
mod decryption_key;
mod decryption_key_set;
mod encrypt;
mod encryption_key;
mod fresh;
mod gcm;
mod key_management;
mod key_wrap;
mod oaep;
mod shared_encryption_key;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod published;
#[cfg(test)]
mod reproduced;
#[cfg(test)]
#[path = "../../tests/it/vectors.rs"]
mod vectors;

pub use compact::{PeekedEncryption, is_encrypted, peek_encryption};
pub use content_encryption::ContentEncryption;
pub use curve::Curve;
pub use decrypt::{DecryptError, DecryptedJwe, decrypt_compact};
pub use decryption_key::DecryptionKey;
pub use decryption_key_set::DecryptionKeySet;
pub use encrypt::{EncryptError, EncryptedHeaderFields, encrypt_compact};
pub use encryption_key::EncryptionKey;
pub use key_management::KeyManagement;
pub use shared_encryption_key::SharedEncryptionKey;

/// Something about what was encrypted is wrong; what it is has no name on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Refused;

impl From<aws_lc_rs::error::Unspecified> for Refused {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self
    }
}
