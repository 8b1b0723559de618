//! The curves two sides can agree on, and their points as JWK.

use aws_lc_rs::agreement::{self, ParsedPublicKey, PrivateKey, UnparsedPublicKey};

use crate::jwk::member;
use crate::{Jwk, KeyError, base64url};

/// A curve for key agreement.
///
/// Spec: RFC 7518 §6.2.1.1; RFC 8037 §3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Curve {
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// NIST P-521.
    P521,
    /// Curve25519 in its Montgomery form.
    X25519,
}

impl Curve {
    /// Every curve.
    pub const ALL: [Self; 4] = [Self::P256, Self::P384, Self::P521, Self::X25519];

    /// The `crv` value of its keys.
    pub const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::X25519 => "X25519",
        }
    }

    pub(super) const fn agreement(self) -> &'static agreement::Algorithm {
        match self {
            Self::P256 => &agreement::ECDH_P256,
            Self::P384 => &agreement::ECDH_P384,
            Self::P521 => &agreement::ECDH_P521,
            Self::X25519 => &agreement::X25519,
        }
    }

    /// The curve that a public key says it is on.
    pub(super) fn of(jwk: &Jwk) -> Result<Self, KeyError> {
        let name = jwk.crv.as_deref().ok_or(KeyError::MissingMember("crv"))?;
        let curve = Self::ALL.into_iter().find(|curve| curve.name() == name).ok_or(KeyError::UnsupportedCurve)?;
        if jwk.kty == curve.key_type() { Ok(curve) } else { Err(KeyError::AlgorithmNotKeys) }
    }

    /// The point of a public key. The library checks that it is on the curve.
    pub(super) fn point(self, jwk: &Jwk) -> Result<ParsedPublicKey, KeyError> {
        let bytes = match self {
            Self::X25519 => self.coordinate(jwk.x.as_ref(), "x")?,
            // 0x04 says: uncompressed, both coordinates follow (SEC 1 §2.3.3).
            Self::P256 | Self::P384 | Self::P521 => {
                let (x, y) = (self.coordinate(jwk.x.as_ref(), "x")?, self.coordinate(jwk.y.as_ref(), "y")?);
                [&[4], &x[..], &y].concat()
            }
        };
        UnparsedPublicKey::new(self.agreement(), bytes).try_into().map_err(|_| KeyError::Invalid)
    }

    /// The public half of a private key, with the members that the curve needs and no others.
    pub(super) fn describe(self, key: &PrivateKey) -> Result<Jwk, KeyError> {
        let public = key.compute_public_key().map_err(|_| KeyError::Failed)?;
        let (x, y) = match public.as_ref() {
            bytes if self == Self::X25519 => (bytes, None),
            [4, point @ ..] => {
                let (x, y) = point.split_at_checked(self.coordinate_bytes()).ok_or(KeyError::Failed)?;
                (x, Some(y))
            }
            _ => return Err(KeyError::Failed),
        };
        Ok(Jwk {
            kty: self.key_type().to_owned(),
            crv: Some(self.name().to_owned()),
            x: Some(base64url::encode(x)),
            y: y.map(base64url::encode),
            ..Jwk::default()
        })
    }

    const fn key_type(self) -> &'static str {
        match self {
            Self::P256 | Self::P384 | Self::P521 => "EC",
            Self::X25519 => "OKP",
        }
    }

    const fn coordinate_bytes(self) -> usize {
        match self {
            Self::P256 | Self::X25519 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    fn coordinate(self, value: Option<&String>, name: &'static str) -> Result<Vec<u8>, KeyError> {
        let bytes = member(value, name)?;
        // The full length of the curve, leading zeros included (RFC 7518 §6.2.1.2).
        if bytes.len() == self.coordinate_bytes() { Ok(bytes) } else { Err(KeyError::BadMember(name)) }
    }
}
