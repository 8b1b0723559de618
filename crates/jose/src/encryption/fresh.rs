//! What is new in each message.

use aws_lc_rs::agreement::PrivateKey;
use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use super::{ContentEncryption, Curve, Refused, gcm};

/// Keys and vectors of one message. They never serve a second one; only a test makes them up.
///
/// The randomness is the cryptographic library's own, as it is for signatures.
pub(super) struct Fresh {
    /// The key of the content, where the way to the reader does not decide it.
    pub(super) content_key: Zeroizing<Vec<u8>>,
    /// The initialization vector of the content.
    pub(super) iv: Vec<u8>,
    /// The initialization vector for the key of the content, where that is encrypted in GCM.
    pub(super) key_iv: Vec<u8>,
    /// Our half of a key agreement.
    pub(super) ephemeral: Option<PrivateKey>,
}

impl Fresh {
    pub(super) fn draw(content: ContentEncryption, curve: Option<Curve>) -> Result<Self, Refused> {
        Ok(Self {
            content_key: random(content.key_bytes())?,
            iv: random(content.iv_bytes())?.to_vec(),
            key_iv: random(gcm::IV_BYTES)?.to_vec(),
            ephemeral: curve.map(|curve| PrivateKey::generate(curve.agreement())).transpose()?,
        })
    }
}

/// Bytes that nobody knows.
pub(super) fn random(length: usize) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    SystemRandom::new().fill(&mut bytes)?;
    Ok(bytes)
}
