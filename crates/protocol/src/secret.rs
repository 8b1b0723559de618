//! Text that must never be shown.

use std::fmt;

/// A password, a token or a client secret: it cannot be printed, is compared in constant time and is wiped when dropped.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a text that must not be shown from here on.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends or hashes it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        wipe(&mut std::mem::take(&mut self.0).into_bytes());
    }
}

/// Overwrites all that is reserved. A token has a thousand bytes and more: they go in one sweep, which the barrier keeps from
/// being left out, and not byte by byte.
fn wipe(bytes: &mut Vec<u8>) {
    bytes.clear();
    bytes.resize(bytes.capacity(), 0);
    zeroize::optimization_barrier(bytes.as_slice());
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        same_bytes(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl Eq for Secret {}

/// Whether two byte strings are equal, in a time that depends on their lengths alone.
pub fn same_bytes(one: &[u8], other: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(one, other).is_ok()
}

/// The SHA-256 digest of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    digest.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref());
    digest
}

/// The left half of a text's SHA-256 digest.
pub fn left_half_of_sha256(text: &str) -> Vec<u8> {
    left_half(&aws_lc_rs::digest::SHA256, text)
}

/// The left half of a text's SHA-384 digest.
pub fn left_half_of_sha384(text: &str) -> Vec<u8> {
    left_half(&aws_lc_rs::digest::SHA384, text)
}

/// The left half of a text's SHA-512 digest.
pub fn left_half_of_sha512(text: &str) -> Vec<u8> {
    left_half(&aws_lc_rs::digest::SHA512, text)
}

fn left_half(algorithm: &'static aws_lc_rs::digest::Algorithm, text: &str) -> Vec<u8> {
    let digest = aws_lc_rs::digest::digest(algorithm, text.as_bytes());
    let digest = digest.as_ref();
    digest[..digest.len() / 2].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
    }

    #[test]
    fn all_that_is_reserved_is_wiped_where_it_lies() {
        let mut bytes = Vec::with_capacity(100);
        let room = bytes.capacity();
        bytes.resize(room, 7);
        bytes.truncate(40);
        let place = bytes.as_ptr();
        wipe(&mut bytes);
        assert_eq!((bytes.as_slice(), bytes.as_ptr()), (vec![0; room].as_slice(), place));
    }

    #[test]
    fn secrets_compare_by_content() {
        assert_eq!(Secret::new("a"), Secret::new("a"));
        assert_ne!(Secret::new("a"), Secret::new("b"));
        assert_ne!(Secret::new("a"), Secret::new("aa"));
    }
}
