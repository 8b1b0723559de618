//! Digests, a keyed digest and comparison in constant time.

use aws_lc_rs::{constant_time, digest, hmac};

use crate::Algorithm;
use crate::base64url;

/// SHA-256 of the bytes.
///
/// Spec: FIPS 180-4.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    fixed(&digest::digest(&digest::SHA256, bytes))
}

/// SHA-1 of the bytes, for the `x5t` of a certificate only: it names, it does not protect.
///
/// Spec: RFC 7515 §4.1.7.
pub fn sha1(bytes: &[u8]) -> [u8; 20] {
    fixed(&digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes))
}

/// HMAC-SHA-256 of the data under the key.
///
/// Spec: RFC 2104.
pub fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data);
    let mut out = [0; 32];
    out.copy_from_slice(tag.as_ref());
    out
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
pub fn constant_time_eq(left: &[u8], right: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(left, right).is_ok()
}

/// The left half of the text's digest as base64url, by the hash of the signature algorithm: `at_hash` and `c_hash`.
///
/// Spec: OpenID Connect Core 1.0 §3.1.3.6, §3.3.2.11; for Ed25519 the hash is the SHA-512 of that signature.
pub fn left_half(algorithm: Algorithm, text: &str) -> String {
    let hash = match algorithm {
        Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Es256 => &digest::SHA256,
        Algorithm::Rs384 | Algorithm::Ps384 | Algorithm::Es384 => &digest::SHA384,
        Algorithm::Rs512 | Algorithm::Ps512 | Algorithm::Es512 | Algorithm::EdDsa => &digest::SHA512,
    };
    let full = digest::digest(hash, text.as_bytes());
    base64url::encode(&full.as_ref()[..full.as_ref().len() / 2])
}

fn fixed<const N: usize>(digest: &digest::Digest) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(digest.as_ref());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A digest as published, in hexadecimal.
    fn hex<const N: usize>(digits: &str) -> [u8; N] {
        std::array::from_fn(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap())
    }

    #[test]
    fn published_digests_are_reproduced() {
        assert_eq!(sha256(b"abc"), hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        assert_eq!(sha1(b"abc"), hex("a9993e364706816aba3e25717850c26c9cd0d89d"));
        // RFC 4231 §4.3.
        assert_eq!(
            hmac_sha256(b"Jefe", b"what do ya want for nothing?"),
            hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        );
    }

    #[test]
    fn comparison_sees_every_byte_and_the_length() {
        assert!(constant_time_eq(b"", b""));
        assert!(constant_time_eq(b"secret", b"secret"));
        for other in [&b"secreT"[..], b"Secret", b"secre", b"secrets", b""] {
            assert!(!constant_time_eq(b"secret", other));
        }
    }

    #[test]
    fn the_half_digests_of_openid_connect_core_are_reproduced() {
        // OpenID Connect Core 1.0 appendix A.4 (code) and A.3 (access token).
        let code = "Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk";
        assert_eq!(left_half(Algorithm::Rs256, code), "LDktKdoQak3Pk0cnXxCltA");
        let access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(left_half(Algorithm::Es256, access_token), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(left_half(Algorithm::Es384, code).len(), 32);
        assert_eq!(left_half(Algorithm::EdDsa, code).len(), 43);
    }
}
