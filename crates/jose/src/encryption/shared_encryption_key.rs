//! A secret that both sides hold, and that encrypts in both directions.

use std::fmt;

use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
use zeroize::Zeroizing;

use super::compact::JweHeader;
use super::decrypt::{Unwraps, open, read};
use super::encrypt::{Parameters, Wrapped, Wraps, seal};
use super::fresh::Fresh;
use super::key_management::Way;
use super::{
    ContentEncryption, DecryptError, DecryptedJwe, EncryptError, EncryptedHeaderFields, KeyManagement, Refused, gcm,
    key_wrap,
};
use crate::{Expected, KeyError, base64url};

/// A shared secret bound to one key management algorithm and one content encryption.
///
/// It is never published, and no public key can become one.
pub struct SharedEncryptionKey {
    secret: Zeroizing<Vec<u8>>,
    management: KeyManagement,
    content: ContentEncryption,
    key_id: Option<String>,
}

impl SharedEncryptionKey {
    /// Takes secret bytes of exactly the length that the algorithms need.
    ///
    /// # Errors
    /// [`KeyError::AlgorithmNotKeys`] for an algorithm of public keys, [`KeyError::SecretLength`].
    ///
    /// Spec: RFC 7518 §4.4, §4.5, §4.7.
    pub fn new(management: KeyManagement, content: ContentEncryption, secret: &[u8]) -> Result<Self, KeyError> {
        let needed = secret_bytes(management, content).ok_or(KeyError::AlgorithmNotKeys)?;
        if secret.len() != needed {
            return Err(KeyError::SecretLength { needed, found: secret.len() });
        }
        Ok(Self { secret: Zeroizing::new(secret.to_vec()), management, content, key_id: None })
    }

    /// The key that follows from a client secret: the first bytes of its digest.
    ///
    /// # Errors
    /// [`KeyError::AlgorithmNotKeys`] for an algorithm of public keys.
    ///
    /// Spec: OpenID Connect Core 1.0 §10.2.
    pub fn from_client_secret(
        management: KeyManagement,
        content: ContentEncryption,
        client_secret: &str,
    ) -> Result<Self, KeyError> {
        let needed = secret_bytes(management, content).ok_or(KeyError::AlgorithmNotKeys)?;
        let hash = match needed {
            0..=32 => &SHA256,
            33..=48 => &SHA384,
            _ => &SHA512,
        };
        Self::new(management, content, &digest(hash, client_secret.as_bytes()).as_ref()[..needed])
    }

    /// Gives the key an identifier; then a message that names another is refused.
    #[must_use]
    pub fn with_key_id(mut self, key_id: String) -> Self {
        self.key_id = Some(key_id);
        self
    }

    /// Encrypts a plaintext for the other side.
    ///
    /// # Errors
    /// [`EncryptError`].
    ///
    /// Spec: RFC 7516 §5.1, §7.1.
    pub fn encrypt_compact(
        &self,
        header: &EncryptedHeaderFields<'_>,
        plaintext: &[u8],
    ) -> Result<String, EncryptError> {
        Ok(seal(self, header, plaintext, &Fresh::draw(self.content, None)?)?)
    }

    /// Decrypts a message of the other side.
    ///
    /// # Errors
    /// [`DecryptError`], the first rule that does not hold.
    ///
    /// Spec: RFC 7516 §5.2.
    pub fn decrypt_compact(&self, token: &str, expected: &Expected<'_>) -> Result<DecryptedJwe, DecryptError> {
        let message = read(token, expected)?;
        match (&message.header.kid, &self.key_id) {
            (Some(found), Some(own)) if found != own => Err(DecryptError::UnknownKey { kid: found.clone() }),
            _ => open(message, self, expected),
        }
    }
}

/// Bytes of the secret; none for an algorithm of public keys.
fn secret_bytes(management: KeyManagement, content: ContentEncryption) -> Option<usize> {
    match management.way() {
        Way::Wrap(bytes) | Way::WrapByGcm(bytes) => Some(bytes),
        Way::Direct => Some(content.key_bytes()),
        Way::Oaep(_) | Way::Agree | Way::AgreeAndWrap(_) => None,
    }
}

impl Wraps for SharedEncryptionKey {
    fn management(&self) -> KeyManagement {
        self.management
    }

    fn content(&self) -> ContentEncryption {
        self.content
    }

    fn kid(&self) -> Option<&str> {
        self.key_id.as_deref()
    }

    fn wrap(&self, fresh: &Fresh) -> Result<Wrapped, Refused> {
        let mut wrapped = Wrapped {
            content_key: fresh.content_key.clone(),
            encrypted_key: Vec::new(),
            parameters: Parameters::default(),
        };
        match self.management.way() {
            Way::Wrap(_) => wrapped.encrypted_key = key_wrap::wrap(&self.secret, &fresh.content_key)?,
            Way::WrapByGcm(_) => {
                let (encrypted_key, tag) = gcm::seal(&self.secret, &fresh.key_iv, &[], &fresh.content_key)?;
                wrapped.encrypted_key = encrypted_key;
                wrapped.parameters.iv = Some(base64url::encode(&fresh.key_iv));
                wrapped.parameters.tag = Some(base64url::encode(tag));
            }
            Way::Direct => wrapped.content_key.clone_from(&self.secret),
            Way::Oaep(_) | Way::Agree | Way::AgreeAndWrap(_) => return Err(Refused),
        }
        Ok(wrapped)
    }
}

impl Unwraps for SharedEncryptionKey {
    fn management(&self) -> KeyManagement {
        self.management
    }

    fn allows(&self, content: ContentEncryption) -> bool {
        self.content == content
    }

    fn unwrap(
        &self,
        header: &JweHeader,
        encrypted_key: &[u8],
        _: ContentEncryption,
    ) -> Result<Zeroizing<Vec<u8>>, Refused> {
        match self.management.way() {
            Way::Wrap(_) => key_wrap::unwrap(&self.secret, encrypted_key),
            Way::WrapByGcm(_) => {
                gcm::open(&self.secret, &header.bytes("iv")?, &[], encrypted_key, &header.bytes("tag")?)
            }
            // A key in the message would be one that is not used: the sender means something else than we do.
            Way::Direct if encrypted_key.is_empty() => Ok(self.secret.clone()),
            Way::Direct | Way::Oaep(_) | Way::Agree | Way::AgreeAndWrap(_) => Err(Refused),
        }
    }
}

/// Shows nothing of the secret.
impl fmt::Debug for SharedEncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedEncryptionKey")
            .field("key_management", &self.management)
            .field("content_encryption", &self.content)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}
