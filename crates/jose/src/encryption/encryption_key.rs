//! A public key of somebody else, bound to one way of encrypting for its owner.

use std::fmt;

use aws_lc_rs::agreement::{ParsedPublicKey, PrivateKey};
use aws_lc_rs::rsa::{OaepAlgorithm, OaepPublicEncryptingKey};

use super::agreement::{Purpose, derive};
use super::encrypt::{Parameters, Wrapped, Wraps};
use super::fresh::Fresh;
use super::key_management::Way;
use super::{ContentEncryption, Curve, KeyManagement, Refused, key_wrap, oaep};
use crate::{Jwk, JwkSet, KeyError};

/// A public key that encrypts in exactly one way.
pub struct EncryptionKey {
    recipient: Recipient,
    management: KeyManagement,
    content: ContentEncryption,
    key_id: Option<String>,
}

enum Recipient {
    Rsa(OaepPublicEncryptingKey, &'static OaepAlgorithm),
    /// The bytes of the key that wraps; none where the agreed key encrypts the content.
    Agreement(Curve, ParsedPublicKey, Option<usize>),
}

impl EncryptionKey {
    /// Takes a key that says its algorithm.
    ///
    /// # Errors
    /// As [`Self::from_jwk_for`]; [`KeyError::AlgorithmRequired`] for a key without `alg`.
    pub fn from_jwk(jwk: &Jwk, content: ContentEncryption) -> Result<Self, KeyError> {
        let name = jwk.alg.as_deref().ok_or(KeyError::AlgorithmRequired)?;
        let management = KeyManagement::parse(name).ok_or(KeyError::UnsupportedAlgorithm)?;
        Self::from_jwk_for(jwk, management, content)
    }

    /// Takes a key for an algorithm that the caller knows from elsewhere, such as the registration of a client.
    ///
    /// # Errors
    /// [`KeyError`] when the key says another algorithm or use, when its type does not fit, when it is weak, when its point
    /// is not on its curve, or when no secret can be agreed on with it. An algorithm of shared secrets is never a public
    /// key's.
    ///
    /// Spec: RFC 7517 §4.2 to §4.4; RFC 7518 §6.2.1, §6.3.1; RFC 7748 §6.1.
    pub fn from_jwk_for(jwk: &Jwk, management: KeyManagement, content: ContentEncryption) -> Result<Self, KeyError> {
        for_encryption(jwk)?;
        if jwk.alg.as_deref().is_some_and(|name| name != management.name()) {
            return Err(KeyError::AlgorithmNotKeys);
        }
        let recipient = match management.way() {
            Way::Oaep(algorithm) if jwk.kty == "RSA" && jwk.crv.is_none() => {
                Recipient::Rsa(oaep::public_key(jwk)?, algorithm)
            }
            Way::Agree if jwk.kty != "RSA" => agreement(jwk, None)?,
            Way::AgreeAndWrap(bytes) if jwk.kty != "RSA" => agreement(jwk, Some(bytes))?,
            _ => return Err(KeyError::AlgorithmNotKeys),
        };
        Ok(Self { recipient, management, content, key_id: jwk.kid.clone() })
    }

    /// Finds the key to use in a document: the one with the `kid`, or without one the first that can be used in this way.
    /// Keys that say they are for encryption come before those that say nothing.
    ///
    /// # Errors
    /// [`KeyError::NotFound`] when there is none, or two different ones have the `kid`; what is wrong with the key that the
    /// `kid` names.
    ///
    /// Spec: RFC 7517 §4.2, §4.5, §5.
    pub fn find(
        document: &JwkSet,
        kid: Option<&str>,
        management: KeyManagement,
        content: ContentEncryption,
    ) -> Result<Self, KeyError> {
        let bound = |jwk: &Jwk| Self::from_jwk_for(jwk, management, content);
        if kid.is_none() {
            let (says, silent): (Vec<_>, Vec<_>) = document.keys.iter().partition(|jwk| jwk.key_use.is_some());
            return says.into_iter().chain(silent).find_map(|jwk| bound(jwk).ok()).ok_or(KeyError::NotFound);
        }
        let mut named = document.keys.iter().filter(|jwk| jwk.kid.as_deref() == kid);
        let first = named.next().ok_or(KeyError::NotFound)?;
        if named.any(|other| other != first) { Err(KeyError::NotFound) } else { bound(first) }
    }

    /// The `kid` of the JWK, which tells the owner which key to take.
    pub fn key_id(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    /// The one key management algorithm of the key.
    pub const fn key_management(&self) -> KeyManagement {
        self.management
    }

    /// How contents are encrypted.
    pub const fn content_encryption(&self) -> ContentEncryption {
        self.content
    }

    /// The curve on which a fresh key is needed.
    pub(super) const fn curve(&self) -> Option<Curve> {
        match self.recipient {
            Recipient::Rsa(..) => None,
            Recipient::Agreement(curve, ..) => Some(curve),
        }
    }
}

impl Wraps for EncryptionKey {
    fn management(&self) -> KeyManagement {
        self.management
    }

    fn content(&self) -> ContentEncryption {
        self.content
    }

    fn kid(&self) -> Option<&str> {
        self.key_id()
    }

    fn wrap(&self, fresh: &Fresh) -> Result<Wrapped, Refused> {
        let (curve, public, wrapping_bytes) = match &self.recipient {
            Recipient::Rsa(public, algorithm) => {
                return Ok(Wrapped {
                    content_key: fresh.content_key.clone(),
                    encrypted_key: oaep::wrap(public, algorithm, &fresh.content_key)?,
                    parameters: Parameters::default(),
                });
            }
            Recipient::Agreement(curve, public, wrapping_bytes) => (curve, public, *wrapping_bytes),
        };
        let ephemeral = fresh.ephemeral.as_ref().ok_or(Refused)?;
        let epk = curve.describe(ephemeral).map_err(|_| Refused)?;
        let parameters = Parameters { epk: Some(epk), ..Parameters::default() };
        let purpose = agreed_for(self.management, self.content, wrapping_bytes, &[], &[]);
        let agreed = derive(ephemeral, public.clone(), &purpose)?;
        Ok(if wrapping_bytes.is_some() {
            let encrypted_key = key_wrap::wrap(&agreed, &fresh.content_key)?;
            Wrapped { content_key: fresh.content_key.clone(), encrypted_key, parameters }
        } else {
            Wrapped { content_key: agreed, encrypted_key: Vec::new(), parameters }
        })
    }
}

/// Shows which key it is; the key itself is public, but long.
impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncryptionKey")
            .field("key_management", &self.management)
            .field("content_encryption", &self.content)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// What an agreed key is for: to wrap, or to encrypt the content itself (RFC 7518 §4.6.2).
pub(super) fn agreed_for<'a>(
    management: KeyManagement,
    content: ContentEncryption,
    wrapping_bytes: Option<usize>,
    producer: &'a [u8],
    consumer: &'a [u8],
) -> Purpose<'a> {
    let (algorithm, key_bytes) = match wrapping_bytes {
        Some(bytes) => (management.name(), bytes),
        None => (content.name(), content.key_bytes()),
    };
    Purpose { algorithm, producer, consumer, key_bytes }
}

fn agreement(jwk: &Jwk, wrapping_bytes: Option<usize>) -> Result<Recipient, KeyError> {
    let curve = Curve::of(jwk)?;
    let public = curve.point(jwk)?;
    // A point of low order parses, but every agreement with it fails. Better to say so now than for each token.
    let trial = PrivateKey::generate(curve.agreement()).map_err(|_| KeyError::Failed)?;
    aws_lc_rs::agreement::agree(&trial, public.clone(), KeyError::Invalid, |_| Ok(()))?;
    Ok(Recipient::Agreement(curve, public, wrapping_bytes))
}

fn for_encryption(jwk: &Jwk) -> Result<(), KeyError> {
    const OPERATIONS: [&str; 4] = ["encrypt", "wrapKey", "deriveKey", "deriveBits"];
    let use_fits = jwk.key_use.as_deref().is_none_or(|purpose| purpose == "enc");
    let fits = |operations: &Vec<String>| operations.iter().any(|name| OPERATIONS.contains(&name.as_str()));
    if use_fits && jwk.key_ops.as_ref().is_none_or(fits) { Ok(()) } else { Err(KeyError::NotForEncryption) }
}
