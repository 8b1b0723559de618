//! The five parts of a message, read without trusting them.
//!
//! Spec: RFC 7516 §3.1, §4, §5.2.

use serde_json::{Map, Value};

use super::{DecryptError, Refused};
use crate::{Jwk, MAX_TOKEN_BYTES, base64url, json};

/// A message that has been taken apart and not been decrypted.
pub(super) struct Message<'a> {
    /// The header as it stands in the message: what is authenticated together with the content.
    pub(super) encoded_header: &'a str,
    pub(super) header: JweHeader,
    pub(super) encrypted_key: Vec<u8>,
    pub(super) iv: Vec<u8>,
    pub(super) ciphertext: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

impl<'a> Message<'a> {
    pub(super) fn read(text: &'a str, max_bytes: usize) -> Result<Self, DecryptError> {
        if text.len() > max_bytes {
            return Err(DecryptError::TooLarge);
        }
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(DecryptError::Malformed);
        let (encoded_header, rest) = (part()?, [part()?, part()?, part()?, part()?]);
        if parts.next().is_some() {
            return Err(DecryptError::Malformed);
        }
        let header = JweHeader::read(encoded_header)?;
        let [encrypted_key, iv, ciphertext, tag] =
            rest.map(|part| base64url::decode(part).map_err(|_| DecryptError::Malformed));
        Ok(Self { encoded_header, header, encrypted_key: encrypted_key?, iv: iv?, ciphertext: ciphertext?, tag: tag? })
    }
}

/// Whether a token has the five parts of an encrypted message, and not the three of a signed one.
///
/// Spec: RFC 7516 §9.
pub fn is_encrypted(token: &str) -> bool {
    token.bytes().filter(|&byte| byte == b'.').count() == 4
}

/// What a message says about itself, before anything has been decrypted.
///
/// Good for choosing between a key of ours and the secret of a client; never for deciding anything about the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeekedEncryption {
    /// The `alg`, as text: it may be one we do not have.
    pub alg: String,
    /// The `enc`, likewise.
    pub enc: String,
    /// The `kid`.
    pub kid: Option<String>,
}

/// Reads the header of an encrypted message without trusting it.
///
/// # Errors
/// [`DecryptError::TooLarge`] or [`DecryptError::Malformed`].
pub fn peek_encryption(token: &str) -> Result<PeekedEncryption, DecryptError> {
    let JweHeader { alg, enc, kid, .. } = Message::read(token, MAX_TOKEN_BYTES)?.header;
    Ok(PeekedEncryption { alg, enc, kid })
}

/// The header members that matter to us, taken from strict JSON.
pub(super) struct JweHeader {
    pub(super) alg: String,
    pub(super) enc: String,
    pub(super) kid: Option<String>,
    pub(super) typ: Option<String>,
    pub(super) cty: Option<String>,
    members: Map<String, Value>,
}

impl JweHeader {
    fn read(encoded: &str) -> Result<Self, DecryptError> {
        let malformed = |_| DecryptError::Malformed;
        let bytes = base64url::decode(encoded).map_err(|_| DecryptError::Malformed)?;
        let mut members = json::parse_object(&bytes).map_err(malformed)?;
        let mut text = |name| json::take_text(&mut members, name).map_err(malformed);
        Ok(Self {
            alg: text("alg")?.ok_or(DecryptError::Malformed)?,
            enc: text("enc")?.ok_or(DecryptError::Malformed)?,
            kid: text("kid")?,
            typ: text("typ")?,
            cty: text("cty")?,
            members,
        })
    }

    /// Whether the header asks for something that we do not do: an extension (RFC 7516 §4.1.13), compression (§4.1.3), or
    /// the `b64` of signatures.
    pub(super) fn is_critical(&self) -> bool {
        ["crit", "zip", "b64"].iter().any(|name| self.members.contains_key(*name))
    }

    /// The sender's half of a key agreement (RFC 7518 §4.6.1.1). A private member in it is as wrong as no key.
    pub(super) fn ephemeral_key(&self) -> Result<Jwk, Refused> {
        Jwk::from_value(self.members.get("epk").ok_or(Refused)?).map_err(|_| Refused)
    }

    /// A member of bytes; empty when it is absent.
    pub(super) fn bytes(&self, name: &str) -> Result<Vec<u8>, Refused> {
        match self.members.get(name) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => base64url::decode(text).map_err(|_| Refused),
            Some(_) => Err(Refused),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(header: &str) -> String {
        format!("{}....", base64url::encode(header))
    }

    #[test]
    fn a_message_can_be_looked_at() {
        let token = message(r#"{"alg":"RSA1_5","enc":"A128GCM","kid":"k","crit":[]}"#);
        assert!(is_encrypted(&token));
        let peeked = peek_encryption(&token).unwrap();
        assert_eq!((peeked.alg.as_str(), peeked.enc.as_str(), peeked.kid.as_deref()), ("RSA1_5", "A128GCM", Some("k")));
    }

    #[test]
    fn what_is_no_message_is_not_looked_at() {
        for token in ["", "a.b.c", "a.b.c.d.e.f", "....", &message("[]"), &message(r#"{"alg":"dir"}"#)] {
            assert_eq!(peek_encryption(token), Err(DecryptError::Malformed), "{token}");
        }
        assert!(!is_encrypted("a.b.c") && !is_encrypted("") && !is_encrypted("a.b.c.d.e.f"));
        let long = ".".repeat(MAX_TOKEN_BYTES + 1);
        assert_eq!(peek_encryption(&long), Err(DecryptError::TooLarge));
    }
}
