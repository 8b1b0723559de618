//! A private key of ours that decrypts what others have encrypted for it.

use std::fmt;

use aws_lc_rs::agreement::PrivateKey;
use aws_lc_rs::encoding::{AsBigEndian, AsDer, Curve25519SeedBin, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeySize, OaepAlgorithm, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use zeroize::Zeroizing;

use super::agreement::derive;
use super::compact::JweHeader;
use super::decrypt::Unwraps;
use super::encryption_key::agreed_for;
use super::key_management::Way;
use super::{ContentEncryption, Curve, KeyManagement, Refused, key_wrap, oaep};
use crate::{Jwk, KeyError, base64url, der, thumbprint, weak_rsa};

/// A private key bound to one key management algorithm and to the content encryptions it may be used with.
///
/// Parsed when it is made and never again.
pub struct DecryptionKey {
    secret: Secret,
    management: KeyManagement,
    contents: Vec<ContentEncryption>,
    /// The key as others see it; its `kid` is the identifier.
    public: Jwk,
    key_id: String,
}

enum Secret {
    Rsa {
        key: PrivateDecryptingKey,
        oaep: OaepPrivateDecryptingKey,
        algorithm: &'static OaepAlgorithm,
    },
    /// The bytes of the key that unwraps; none where the agreed key decrypts the content.
    Agreement {
        key: PrivateKey,
        curve: Curve,
        wrapping_bytes: Option<usize>,
    },
}

/// What stands before the 32 bytes of an X25519 key in PKCS#8 (RFC 8410 §7); the library does not write this form.
const X25519_PKCS8: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x6e, 0x04, 0x22, 0x04, 0x20];

impl DecryptionKey {
    /// Makes a new key: RSA of 2048 bits, or P-256.
    ///
    /// # Errors
    /// [`KeyError::AlgorithmNotKeys`] for an algorithm of shared secrets, [`KeyError::Failed`] when the library cannot
    /// generate.
    pub fn generate(management: KeyManagement) -> Result<Self, KeyError> {
        match management.way() {
            Way::Oaep(algorithm) => {
                let key = PrivateDecryptingKey::generate(KeySize::Rsa2048).map_err(|_| KeyError::Failed)?;
                Self::from_rsa(management, key, algorithm)
            }
            _ => Self::generate_on(management, Curve::P256),
        }
    }

    /// Makes a new key for key agreement on a curve.
    ///
    /// # Errors
    /// [`KeyError::AlgorithmNotKeys`] for an algorithm without agreement, [`KeyError::Failed`] when the library cannot
    /// generate.
    pub fn generate_on(management: KeyManagement, curve: Curve) -> Result<Self, KeyError> {
        let key = PrivateKey::generate(curve.agreement()).map_err(|_| KeyError::Failed)?;
        Self::from_agreement(management, curve, key)
    }

    /// Reads an unencrypted PKCS#8 key; the curve is that of the key.
    ///
    /// # Errors
    /// [`KeyError::Invalid`] when the bytes are not a key of this algorithm's type, or an RSA modulus is shorter than 2048
    /// bits; [`KeyError::AlgorithmNotKeys`] for an algorithm of shared secrets.
    ///
    /// Spec: RFC 5208 §5; RFC 8410 §7.
    pub fn from_pkcs8(management: KeyManagement, pkcs8: &[u8]) -> Result<Self, KeyError> {
        if let Way::Oaep(algorithm) = management.way() {
            let key = PrivateDecryptingKey::from_pkcs8(pkcs8).map_err(|_| KeyError::Invalid)?;
            return Self::from_rsa(management, key, algorithm);
        }
        let read = |curve: Curve| match curve {
            Curve::X25519 => PrivateKey::from_private_key(curve.agreement(), pkcs8.strip_prefix(&X25519_PKCS8)?).ok(),
            Curve::P256 | Curve::P384 | Curve::P521 => PrivateKey::from_private_key_der(curve.agreement(), pkcs8).ok(),
        };
        let (curve, key) =
            Curve::ALL.into_iter().find_map(|curve| Some((curve, read(curve)?))).ok_or(KeyError::Invalid)?;
        Self::from_agreement(management, curve, key)
    }

    /// Writes the key as unencrypted PKCS#8; seal it before it is stored.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the library cannot write it.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let failed = |_| KeyError::Failed;
        let bytes = match &self.secret {
            Secret::Rsa { key, .. } => key.as_der().map_err(failed)?.as_ref().to_vec(),
            Secret::Agreement { key, curve: Curve::X25519, .. } => {
                let seed: Curve25519SeedBin<'_> = key.as_be_bytes().map_err(failed)?;
                [&X25519_PKCS8, seed.as_ref()].concat()
            }
            Secret::Agreement { key, .. } => {
                let der: Pkcs8V1Der<'_> = key.as_der().map_err(failed)?;
                der.as_ref().to_vec()
            }
        };
        Ok(Zeroizing::new(bytes))
    }

    /// The `kid`: the RFC 7638 thumbprint unless another was given.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Gives the key another identifier.
    #[must_use]
    pub fn with_key_id(mut self, key_id: String) -> Self {
        self.public.kid = Some(key_id.clone());
        self.key_id = key_id;
        self
    }

    /// Leaves the key only these content encryptions; a new key may be used with all.
    #[must_use]
    pub fn with_content_encryptions(mut self, contents: &[ContentEncryption]) -> Self {
        self.contents = contents.to_vec();
        self
    }

    /// The one key management algorithm of the key.
    pub const fn key_management(&self) -> KeyManagement {
        self.management
    }

    /// The public half with `use`, `kid` and `alg`.
    pub fn public_jwk(&self) -> Jwk {
        self.public.clone()
    }

    fn from_rsa(
        management: KeyManagement,
        key: PrivateDecryptingKey,
        algorithm: &'static OaepAlgorithm,
    ) -> Result<Self, KeyError> {
        let pkcs8 = Zeroizing::new(key.as_der().map_err(|_| KeyError::Failed)?.as_ref().to_vec());
        let pair = RsaKeyPair::from_pkcs8(&pkcs8).map_err(|_| KeyError::Invalid)?;
        let (modulus, exponent) = der::rsa_public_key(pair.public_key().as_ref()).ok_or(KeyError::Invalid)?;
        weak_rsa::refuse(modulus, exponent)?;
        let (n, e) = (Some(base64url::encode(modulus)), Some(base64url::encode(exponent)));
        let oaep = OaepPrivateDecryptingKey::new(key.clone()).map_err(|_| KeyError::Invalid)?;
        let public = Jwk { kty: "RSA".to_owned(), n, e, ..Jwk::default() };
        Self::new(management, Secret::Rsa { key, oaep, algorithm }, public)
    }

    fn from_agreement(management: KeyManagement, curve: Curve, key: PrivateKey) -> Result<Self, KeyError> {
        let wrapping_bytes = match management.way() {
            Way::Agree => None,
            Way::AgreeAndWrap(bytes) => Some(bytes),
            Way::Oaep(_) | Way::Wrap(_) | Way::WrapByGcm(_) | Way::Direct => return Err(KeyError::AlgorithmNotKeys),
        };
        let public = curve.describe(&key)?;
        Self::new(management, Secret::Agreement { key, curve, wrapping_bytes }, public)
    }

    fn new(management: KeyManagement, secret: Secret, public: Jwk) -> Result<Self, KeyError> {
        let key_id = thumbprint(&public)?;
        let (key_use, alg) = (Some("enc".to_owned()), Some(management.name().to_owned()));
        let public = Jwk { key_use, alg, ..public };
        let contents = ContentEncryption::ALL.to_vec();
        Ok(Self { secret, management, contents, public, key_id: String::new() }.with_key_id(key_id))
    }
}

impl Unwraps for DecryptionKey {
    fn management(&self) -> KeyManagement {
        self.management
    }

    fn allows(&self, content: ContentEncryption) -> bool {
        self.contents.contains(&content)
    }

    fn unwrap(
        &self,
        header: &JweHeader,
        encrypted_key: &[u8],
        content: ContentEncryption,
    ) -> Result<Zeroizing<Vec<u8>>, Refused> {
        let (key, curve, wrapping_bytes) = match &self.secret {
            Secret::Rsa { oaep, algorithm, .. } => return oaep::unwrap(oaep, algorithm, encrypted_key),
            Secret::Agreement { key, curve, wrapping_bytes } => (key, *curve, *wrapping_bytes),
        };
        let ephemeral = header.ephemeral_key()?;
        if Curve::of(&ephemeral) != Ok(curve) {
            return Err(Refused);
        }
        let public = curve.point(&ephemeral).map_err(|_| Refused)?;
        let (producer, consumer) = (header.bytes("apu")?, header.bytes("apv")?);
        let agreed = derive(key, public, &agreed_for(self.management, content, wrapping_bytes, &producer, &consumer))?;
        match wrapping_bytes {
            Some(_) => key_wrap::unwrap(&agreed, encrypted_key),
            // A key in the message would be one that is not used: the sender means something else than we do.
            None if encrypted_key.is_empty() => Ok(agreed),
            None => Err(Refused),
        }
    }
}

/// Shows which key it is and nothing of the private half.
impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecryptionKey")
            .field("key_management", &self.management)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}
