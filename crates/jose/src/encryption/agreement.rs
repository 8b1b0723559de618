//! ECDH-ES: a key that two sides compute, one from a key pair that it made for this message alone.
//!
//! Spec: RFC 7518 §4.6.

use aws_lc_rs::agreement::{ParsedPublicKey, PrivateKey, agree};
use aws_lc_rs::kdf::{SskdfDigestAlgorithmId, get_sskdf_digest_algorithm, sskdf_digest};
use zeroize::Zeroizing;

use super::Refused;

/// What goes into the derived key beside the secret (RFC 7518 §4.6.2).
pub(super) struct Purpose<'a> {
    /// The `enc` where the derived key encrypts the content, else the `alg`.
    pub(super) algorithm: &'a str,
    /// `apu`: what the sender says of itself.
    pub(super) producer: &'a [u8],
    /// `apv`: what the sender says of the reader.
    pub(super) consumer: &'a [u8],
    /// Bytes of the derived key.
    pub(super) key_bytes: usize,
}

impl Purpose<'_> {
    /// Every text after its length, at the end the bits of the key.
    fn encode(&self) -> Result<Vec<u8>, Refused> {
        let mut info = Vec::new();
        for text in [self.algorithm.as_bytes(), self.producer, self.consumer] {
            info.extend(u32::try_from(text.len()).map_err(|_| Refused)?.to_be_bytes());
            info.extend(text);
        }
        info.extend(u32::try_from(self.key_bytes * 8).map_err(|_| Refused)?.to_be_bytes());
        Ok(info)
    }
}

/// Computes the key of the purpose from one private and one public key, which must be on one curve.
///
/// The library refuses a point off the curve and, for X25519, a point that would make the secret known to everybody.
pub(super) fn derive(
    private: &PrivateKey,
    public: ParsedPublicKey,
    purpose: &Purpose<'_>,
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let info = purpose.encode()?;
    // The single-step derivation of NIST SP 800-56C is the Concat KDF.
    let derivation = get_sskdf_digest_algorithm(SskdfDigestAlgorithmId::Sha256).ok_or(Refused)?;
    agree(private, public, Refused, |secret| {
        let mut key = Zeroizing::new(vec![0; purpose.key_bytes]);
        sskdf_digest(derivation, secret, &info, &mut key)?;
        Ok(key)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::encryption::Curve;

    #[test]
    fn the_example_of_rfc_7518_is_reproduced() {
        // RFC 7518 appendix C: Alice's fresh key, Bob's public key, and both names.
        let private = base64url::decode("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo").unwrap();
        let private = PrivateKey::from_private_key(Curve::P256.agreement(), &private).unwrap();
        let public = serde_json::from_str(
            r#"{"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck"}"#,
        );
        let public = Curve::P256.point(&public.unwrap()).unwrap();
        let purpose = Purpose { algorithm: "A128GCM", producer: b"Alice", consumer: b"Bob", key_bytes: 16 };
        let key = derive(&private, public, &purpose).unwrap();
        assert_eq!(base64url::encode(&*key), "VqqN6vgjbSBcIijNcacQGg");
    }
}
