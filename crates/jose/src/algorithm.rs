//! The signature algorithms that exist for us: a closed list without `none` and without shared secrets.

use std::fmt;

/// An asymmetric signature algorithm of JWS.
///
/// There is no variant for `none` and none for HS*: a token that names them cannot be verified by any key we hold.
///
/// Spec: RFC 7518 §3.1; RFC 8037 §3.1 for EdDSA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes.
    Ps256,
    /// RSASSA-PSS with SHA-384 and a salt of 48 bytes.
    Ps384,
    /// RSASSA-PSS with SHA-512 and a salt of 64 bytes.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// ECDSA on P-521 with SHA-512.
    Es512,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// Every algorithm, in the order of RFC 7518 §3.1.
    pub const ALL: [Self; 10] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Es256,
        Self::Es384,
        Self::Es512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::EdDsa,
    ];

    /// The `alg` value as it stands in a header or key.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
            Self::EdDsa => "EdDSA",
        }
    }

    /// Reads an `alg` value, case-sensitively; `None` for everything that is not on the list.
    ///
    /// `Ed25519` is the newer name of the one EdDSA we have (RFC 9864 §2.2).
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "Ed25519" => Some(Self::EdDsa),
            _ => Self::ALL.into_iter().find(|algorithm| algorithm.name() == name),
        }
    }

    /// The `kty` a key of this algorithm has.
    pub(crate) const fn key_type(self) -> &'static str {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => "RSA",
            Self::Es256 | Self::Es384 | Self::Es512 => "EC",
            Self::EdDsa => "OKP",
        }
    }

    /// The `crv` a key of this algorithm has; `None` for RSA.
    pub(crate) const fn curve(self) -> Option<&'static str> {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => None,
            Self::Es256 => Some("P-256"),
            Self::Es384 => Some("P-384"),
            Self::Es512 => Some("P-521"),
            Self::EdDsa => Some("Ed25519"),
        }
    }

    /// The algorithm that a curve implies; a curve has only one.
    pub(crate) fn of_curve(curve: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.curve() == Some(curve))
    }

    /// Bytes of one coordinate on the curve; zero for RSA.
    pub(crate) const fn coordinate_bytes(self) -> usize {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512 => 0,
            Self::Es256 | Self::EdDsa => 32,
            Self::Es384 => 48,
            Self::Es512 => 66,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::parse(algorithm.name()), Some(algorithm));
        }
        assert_eq!(Algorithm::parse("Ed25519"), Some(Algorithm::EdDsa));
    }

    #[test]
    fn none_and_shared_secrets_and_other_spellings_are_unknown() {
        for name in ["none", "None", "HS256", "HS384", "HS512", "rs256", "RS1", "ES256K", "Ed448", "RS256 ", ""] {
            assert_eq!(Algorithm::parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_curve_implies_its_algorithm() {
        assert_eq!(Algorithm::of_curve("P-521"), Some(Algorithm::Es512));
        assert_eq!(Algorithm::of_curve("secp256k1"), None);
    }
}
