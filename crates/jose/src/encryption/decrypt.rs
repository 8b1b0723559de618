//! Decryption: the only way from a message to its plaintext.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::compact::{JweHeader, Message};
use super::fresh::random;
use super::{ContentEncryption, DecryptionKeySet, KeyManagement, Refused};
use crate::verify::same_type;
use crate::{Expected, json};

/// Why a message is refused. A closed list, so every caller answers each.
///
/// Everything that depends on a key is one value: a sender who could tell a wrong key from a wrong tag could ask, message
/// by message, what only the owner of the key may know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    /// The message is longer than the limit; it was not parsed.
    #[error("the message is too large")]
    TooLarge,
    /// Not five parts of strict base64url, or the header is not strict JSON with its members in place.
    #[error("the message is malformed")]
    Malformed,
    /// The header asks for an extension or for compression (`crit`, `b64`, `zip`).
    #[error("the message asks for an extension that is not supported")]
    Critical,
    /// No key of the set answers to the `kid`, or two do.
    #[error("the message is encrypted for an unknown key")]
    UnknownKey {
        /// The `kid` of the header.
        kid: String,
    },
    /// There is no `kid`, and more than one key has the algorithm, or there is no key at all.
    #[error("the message does not say for which key it is encrypted")]
    NoKeyId,
    /// The `alg` of the header is not the algorithm of the key.
    #[error("the message's algorithm is not the key's")]
    AlgorithmNotKeys {
        /// The `alg` of the header.
        found: String,
    },
    /// The `enc` of the header is none that the key may be used with.
    #[error("the message's content encryption is not one of the key's")]
    ContentEncryptionNotKeys {
        /// The `enc` of the header.
        found: String,
    },
    /// The `typ` is not one of those expected here.
    #[error("the message has the wrong type")]
    WrongType {
        /// The type that was found.
        found: Option<String>,
    },
    /// It does not decrypt. Why is not said.
    #[error("the message does not decrypt")]
    Refused,
    /// The plaintext is not a signed token, or the header does not say that it is one.
    #[error("there is no signed token inside")]
    NotNested,
    /// The plaintext is not a strict JSON object.
    #[error("the claims are malformed")]
    BadClaims,
}

/// A message that has been decrypted. Who encrypted it is not known: everybody has the public key.
pub struct DecryptedJwe {
    key_management: KeyManagement,
    content_encryption: ContentEncryption,
    typ: Option<String>,
    cty: Option<String>,
    plaintext: Zeroizing<Vec<u8>>,
}

impl DecryptedJwe {
    /// The algorithm of the key.
    pub const fn key_management(&self) -> KeyManagement {
        self.key_management
    }

    /// How the content was encrypted.
    pub const fn content_encryption(&self) -> ContentEncryption {
        self.content_encryption
    }

    /// The `typ` of the header as it was written.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// The `cty` of the header as it was written.
    pub fn cty(&self) -> Option<&str> {
        self.cty.as_deref()
    }

    /// The decrypted bytes.
    pub fn plaintext(&self) -> &[u8] {
        &self.plaintext
    }

    /// The signed token inside, for [`crate::verify_compact`].
    ///
    /// One level and no more: a message inside the message is refused, so that nobody can make us unpack for long.
    ///
    /// # Errors
    /// [`DecryptError::NotNested`] when `cty` is not `JWT`, or the plaintext does not have the three parts of a JWS.
    ///
    /// Spec: RFC 7519 §5.2, §7.2.
    pub fn nested(&self) -> Result<&str, DecryptError> {
        self.nested_in(&["JWT"])
    }

    /// The same where `cty` may be any of these names: some clients write there what the signed token inside is called.
    ///
    /// # Errors
    /// [`DecryptError::NotNested`] when `cty` is none of `types`, or the plaintext does not have the three parts of a JWS.
    pub fn nested_in(&self, types: &[&str]) -> Result<&str, DecryptError> {
        let said = self.cty().is_some_and(|cty| types.iter().any(|one| same_type(cty, one)));
        let token = std::str::from_utf8(&self.plaintext).map_err(|_| DecryptError::NotNested)?;
        if said && token.split('.').count() == 3 { Ok(token) } else { Err(DecryptError::NotNested) }
    }

    /// The decrypted bytes as claims that nobody has signed.
    ///
    /// # Errors
    /// [`DecryptError::BadClaims`] when they are not one JSON object, repeat a member name at any depth, or nest too deeply.
    pub fn claims(&self) -> Result<Map<String, Value>, DecryptError> {
        json::parse_object(&self.plaintext).map_err(|_| DecryptError::BadClaims)
    }
}

/// Shows nothing of the plaintext.
impl std::fmt::Debug for DecryptedJwe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DecryptedJwe")
            .field("key_management", &self.key_management)
            .field("content_encryption", &self.content_encryption)
            .field("typ", &self.typ)
            .field("cty", &self.cty)
            .finish_non_exhaustive()
    }
}

/// Decrypts a message of five parts with one of our keys.
///
/// The key is found by `kid`, and without one by `alg`, always in the given set. Keys and addresses in the header have no
/// effect, but for the half of a key agreement (`epk`) that only this message has.
///
/// # Errors
/// [`DecryptError`], the first rule that does not hold.
///
/// Spec: RFC 7516 §5.2; RFC 8725 §3.1 to §3.4.
pub fn decrypt_compact(
    token: &str,
    keys: &DecryptionKeySet,
    expected: &Expected<'_>,
) -> Result<DecryptedJwe, DecryptError> {
    let message = read(token, expected)?;
    let key = keys.choose(&message.header)?;
    open(message, key, expected)
}

/// A key that can take the key of a content out of a message.
pub(super) trait Unwraps {
    fn management(&self) -> KeyManagement;
    fn allows(&self, content: ContentEncryption) -> bool;
    fn unwrap(
        &self,
        header: &JweHeader,
        encrypted_key: &[u8],
        content: ContentEncryption,
    ) -> Result<Zeroizing<Vec<u8>>, Refused>;
}

pub(super) fn read<'a>(token: &'a str, expected: &Expected<'_>) -> Result<Message<'a>, DecryptError> {
    let message = Message::read(token, expected.max_bytes)?;
    if message.header.is_critical() { Err(DecryptError::Critical) } else { Ok(message) }
}

pub(super) fn open(
    message: Message<'_>,
    key: &impl Unwraps,
    expected: &Expected<'_>,
) -> Result<DecryptedJwe, DecryptError> {
    let Message { encoded_header, header, encrypted_key, iv, ciphertext, tag } = message;
    if KeyManagement::parse(&header.alg) != Some(key.management()) {
        return Err(DecryptError::AlgorithmNotKeys { found: header.alg });
    }
    let Some(content) = ContentEncryption::parse(&header.enc).filter(|content| key.allows(*content)) else {
        return Err(DecryptError::ContentEncryptionNotKeys { found: header.enc });
    };
    if !expected.accepts(header.typ.as_deref()) {
        return Err(DecryptError::WrongType { found: header.typ });
    }
    let refused = |Refused| DecryptError::Refused;
    // A key that does not come out is replaced by a random one, so that the answer takes the same way and about the same
    // time as for a wrong tag (RFC 7516 §11.5).
    let another = random(content.key_bytes()).map_err(refused)?;
    let content_key = key.unwrap(&header, &encrypted_key, content);
    let content_key = content_key.ok().filter(|key| key.len() == content.key_bytes()).unwrap_or(another);
    let plaintext = content.open(&content_key, &iv, encoded_header.as_bytes(), &ciphertext, &tag).map_err(refused)?;
    Ok(DecryptedJwe {
        key_management: key.management(),
        content_encryption: content,
        typ: header.typ,
        cty: header.cty,
        plaintext,
    })
}
