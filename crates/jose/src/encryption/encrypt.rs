//! Encryption: the only way from a plaintext to a message.

use serde::Serialize;
use zeroize::Zeroizing;

use super::fresh::Fresh;
use super::{ContentEncryption, EncryptionKey, KeyManagement, Refused};
use crate::{Jwk, base64url};

/// A message could not be encrypted: the cryptographic library failed, or the public key is one nobody can agree with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("encryption failed")]
pub struct EncryptError;

impl From<Refused> for EncryptError {
    fn from(Refused: Refused) -> Self {
        Self
    }
}

/// What the caller decides about the header; `alg`, `enc` and `kid` come from the key.
#[derive(Debug, Clone, Copy, Default)]
pub struct EncryptedHeaderFields<'a> {
    /// The type of the whole message, such as `JWT` (RFC 7516 §4.1.11).
    pub typ: Option<&'a str>,
    /// The type of what is inside: `JWT` for a signed token, which then can be taken out by
    /// [`crate::DecryptedJwe::nested`] (RFC 7519 §5.2).
    pub cty: Option<&'a str>,
}

impl EncryptedHeaderFields<'_> {
    /// A signed token inside.
    pub const NESTED: Self = Self { typ: None, cty: Some("JWT") };
}

/// Encrypts a plaintext for the owner of a public key.
///
/// # Errors
/// [`EncryptError`].
///
/// Spec: RFC 7516 §5.1, §7.1.
pub fn encrypt_compact(
    key: &EncryptionKey,
    header: &EncryptedHeaderFields<'_>,
    plaintext: &[u8],
) -> Result<String, EncryptError> {
    let fresh = Fresh::draw(key.content_encryption(), key.curve())?;
    Ok(seal(key, header, plaintext, &fresh)?)
}

/// The key of the content on its way.
pub(super) struct Wrapped {
    pub(super) content_key: Zeroizing<Vec<u8>>,
    /// The second part of the message; empty where both sides have or compute the key.
    pub(super) encrypted_key: Vec<u8>,
    pub(super) parameters: Parameters,
}

/// Header members that the reader needs to find the key.
#[derive(Default, Serialize)]
pub(super) struct Parameters {
    /// Our half of a key agreement (RFC 7518 §4.6.1.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) epk: Option<Jwk>,
    /// The tag of an encrypted key (RFC 7518 §4.7.1.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tag: Option<String>,
    /// The initialization vector of an encrypted key (RFC 7518 §4.7.1.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) iv: Option<String>,
}

/// A key that can bring the key of a content to its reader.
pub(super) trait Wraps {
    fn management(&self) -> KeyManagement;
    fn content(&self) -> ContentEncryption;
    fn kid(&self) -> Option<&str>;
    fn wrap(&self, fresh: &Fresh) -> Result<Wrapped, Refused>;
}

pub(super) fn seal(
    key: &impl Wraps,
    fields: &EncryptedHeaderFields<'_>,
    plaintext: &[u8],
    fresh: &Fresh,
) -> Result<String, Refused> {
    #[derive(Serialize)]
    struct Header<'a> {
        alg: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        kid: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        typ: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cty: Option<&'a str>,
        #[serde(flatten)]
        parameters: &'a Parameters,
        enc: &'a str,
    }
    let Wrapped { content_key, encrypted_key, parameters } = key.wrap(fresh)?;
    let header = Header {
        alg: key.management().name(),
        kid: key.kid(),
        typ: fields.typ,
        cty: fields.cty,
        parameters: &parameters,
        enc: key.content().name(),
    };
    let mut message = base64url::encode(serde_json::to_vec(&header).map_err(|_| Refused)?);
    let (ciphertext, tag) = key.content().seal(&content_key, &fresh.iv, message.as_bytes(), plaintext)?;
    for part in [&encrypted_key, &fresh.iv, &ciphertext, &tag] {
        message.push('.');
        base64url::encode_onto(part, &mut message);
    }
    Ok(message)
}
