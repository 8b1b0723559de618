//! How the key of a message reaches its reader: the `alg` values of JWE that exist for us.

use std::fmt;

use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm};

/// A key management algorithm of JWE.
///
/// `RSA1_5` and the `PBES2` family are left out on purpose: the padding of the first invites questions to the private key
/// (RFC 8725 §3.2), and with the second the sender chooses how long we work.
///
/// Spec: RFC 7518 §4.1; RFC 8037 §3.2 for X25519 with ECDH-ES.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyManagement {
    /// RSAES-OAEP with SHA-1, for clients that have nothing newer.
    RsaOaep,
    /// RSAES-OAEP with SHA-256.
    RsaOaep256,
    /// Key agreement whose result is the key of the content.
    EcdhEs,
    /// Key agreement whose result wraps the key with AES-128.
    EcdhEsA128Kw,
    /// Key agreement whose result wraps the key with AES-192.
    EcdhEsA192Kw,
    /// Key agreement whose result wraps the key with AES-256.
    EcdhEsA256Kw,
    /// A shared secret wraps the key with AES-128.
    A128Kw,
    /// A shared secret wraps the key with AES-192.
    A192Kw,
    /// A shared secret wraps the key with AES-256.
    A256Kw,
    /// A shared secret encrypts the key with AES-128 in GCM.
    A128GcmKw,
    /// A shared secret encrypts the key with AES-192 in GCM.
    A192GcmKw,
    /// A shared secret encrypts the key with AES-256 in GCM.
    A256GcmKw,
    /// The shared secret is the key of the content.
    Direct,
}

/// What is done with the key of the content; lengths are bytes of an AES key.
#[derive(Clone, Copy)]
pub(super) enum Way {
    Oaep(&'static OaepAlgorithm),
    Agree,
    AgreeAndWrap(usize),
    Wrap(usize),
    WrapByGcm(usize),
    Direct,
}

impl KeyManagement {
    /// Every algorithm, in the order of this list.
    pub const ALL: [Self; 13] = [
        Self::RsaOaep,
        Self::RsaOaep256,
        Self::EcdhEs,
        Self::EcdhEsA128Kw,
        Self::EcdhEsA192Kw,
        Self::EcdhEsA256Kw,
        Self::A128Kw,
        Self::A192Kw,
        Self::A256Kw,
        Self::A128GcmKw,
        Self::A192GcmKw,
        Self::A256GcmKw,
        Self::Direct,
    ];

    /// The `alg` value as it stands in a header or key.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RsaOaep => "RSA-OAEP",
            Self::RsaOaep256 => "RSA-OAEP-256",
            Self::EcdhEs => "ECDH-ES",
            Self::EcdhEsA128Kw => "ECDH-ES+A128KW",
            Self::EcdhEsA192Kw => "ECDH-ES+A192KW",
            Self::EcdhEsA256Kw => "ECDH-ES+A256KW",
            Self::A128Kw => "A128KW",
            Self::A192Kw => "A192KW",
            Self::A256Kw => "A256KW",
            Self::A128GcmKw => "A128GCMKW",
            Self::A192GcmKw => "A192GCMKW",
            Self::A256GcmKw => "A256GCMKW",
            Self::Direct => "dir",
        }
    }

    /// Reads an `alg` value, case-sensitively; `None` for everything that is not on the list.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|management| management.name() == name)
    }

    /// Whether both sides hold the same secret, so that the key is never published.
    pub const fn is_symmetric(self) -> bool {
        matches!(self.way(), Way::Wrap(_) | Way::WrapByGcm(_) | Way::Direct)
    }

    pub(super) const fn way(self) -> Way {
        match self {
            Self::RsaOaep => Way::Oaep(&OAEP_SHA1_MGF1SHA1),
            Self::RsaOaep256 => Way::Oaep(&OAEP_SHA256_MGF1SHA256),
            Self::EcdhEs => Way::Agree,
            Self::EcdhEsA128Kw => Way::AgreeAndWrap(16),
            Self::EcdhEsA192Kw => Way::AgreeAndWrap(24),
            Self::EcdhEsA256Kw => Way::AgreeAndWrap(32),
            Self::A128Kw => Way::Wrap(16),
            Self::A192Kw => Way::Wrap(24),
            Self::A256Kw => Way::Wrap(32),
            Self::A128GcmKw => Way::WrapByGcm(16),
            Self::A192GcmKw => Way::WrapByGcm(24),
            Self::A256GcmKw => Way::WrapByGcm(32),
            Self::Direct => Way::Direct,
        }
    }
}

impl fmt::Display for KeyManagement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for management in KeyManagement::ALL {
            assert_eq!(KeyManagement::parse(management.name()), Some(management));
        }
    }

    #[test]
    fn what_is_weak_or_unknown_has_no_name_here() {
        for name in ["RSA1_5", "PBES2-HS256+A128KW", "PBES2-HS512+A256KW", "none", "DIR", "RSA-OAEP-512", "RS256", ""] {
            assert_eq!(KeyManagement::parse(name), None, "{name}");
        }
    }
}
