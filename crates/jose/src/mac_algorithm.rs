//! The algorithms of shared secrets: a closed list of its own, apart from the signatures of private keys.

use std::fmt;

use aws_lc_rs::{digest, hmac};

use crate::base64url;

/// A MAC algorithm of JWS.
///
/// None of these is an [`crate::Algorithm`], and no key of the one list can be used with the other: a published key cannot
/// become a shared secret.
///
/// Spec: RFC 7518 §3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MacAlgorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

impl MacAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::Hs256, Self::Hs384, Self::Hs512];

    /// The `alg` value as it stands in a header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    /// Reads an `alg` value, case-sensitively; `None` for everything that is not on the list.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Bytes of the hash, which no secret may be shorter than.
    pub const fn hash_bytes(self) -> usize {
        match self {
            Self::Hs256 => 32,
            Self::Hs384 => 48,
            Self::Hs512 => 64,
        }
    }

    /// The left half of the text's digest as base64url: `at_hash` and `c_hash` beside a token that a secret signs.
    ///
    /// Spec: OpenID Connect Core 1.0 §3.1.3.6, §3.3.2.11.
    pub fn left_half(self, text: &str) -> String {
        let full = digest::digest(self.hmac().digest_algorithm(), text.as_bytes());
        base64url::encode(&full.as_ref()[..self.hash_bytes() / 2])
    }

    pub(crate) const fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Hs256 => hmac::HMAC_SHA256,
            Self::Hs384 => hmac::HMAC_SHA384,
            Self::Hs512 => hmac::HMAC_SHA512,
        }
    }
}

impl fmt::Display for MacAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Algorithm;

    #[test]
    fn no_name_is_on_both_lists() {
        for mac in MacAlgorithm::ALL {
            assert_eq!(MacAlgorithm::parse(mac.name()), Some(mac));
            assert_eq!(Algorithm::parse(mac.name()), None);
        }
        for algorithm in Algorithm::ALL {
            assert_eq!(MacAlgorithm::parse(algorithm.name()), None);
        }
        for name in ["none", "hs256", "HS1", "HS256 ", ""] {
            assert_eq!(MacAlgorithm::parse(name), None, "{name}");
        }
    }

    #[test]
    fn half_digests_are_those_of_the_same_hash() {
        for (mac, algorithm) in
            MacAlgorithm::ALL.into_iter().zip([Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512])
        {
            assert_eq!(mac.left_half("code"), crate::digest::left_half(algorithm, "code"));
        }
    }
}
