//! What an application shows to register itself (RFC 7591 §3, "initial access token"): a text that says of itself for which
//! tenant, until when and how often it is good, and shows that we made it. Nothing is stored until it is used.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::handle::BadHandle;
use crate::identifiers::TenantId;
use crate::secret::{Secret, sha256};

const PREFIX: &str = "gn1.";
const ID: usize = 16;
const SAID: usize = 16 + ID + 8 + 2;
const TAG: usize = 32;

/// What a deployment recognises its own initial access tokens by.
#[derive(Clone)]
pub struct InitialAccessTokenKey(hmac::Key);

impl InitialAccessTokenKey {
    /// Wraps the key that was made at first start.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
    }
}

impl std::fmt::Debug for InitialAccessTokenKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("InitialAccessTokenKey(…)")
    }
}

/// An initial access token of ours: `gn1.` and, in base64url, tenant (16 bytes), id (16), end (8, seconds since 1970), uses
/// (2) and their HMAC-SHA-256 (32).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InitialAccessToken {
    /// In whose tenant it is good.
    pub tenant: TenantId,
    /// What tells it from others.
    pub id: [u8; ID],
    /// When it ends, in seconds since 1970.
    pub expires_at: i64,
    /// How many applications may register with it.
    pub uses: u16,
}

impl InitialAccessToken {
    /// The text that is handed out.
    pub fn mint(&self, key: &InitialAccessTokenKey) -> Secret {
        let mut bytes = [0; SAID + TAG];
        bytes[..16].copy_from_slice(self.tenant.uuid().as_bytes());
        bytes[16..32].copy_from_slice(&self.id);
        bytes[32..40].copy_from_slice(&self.expires_at.to_be_bytes());
        bytes[40..SAID].copy_from_slice(&self.uses.to_be_bytes());
        let tag = hmac::sign(&key.0, &bytes[..SAID]);
        bytes[SAID..].copy_from_slice(tag.as_ref());
        Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Reads a text.
    ///
    /// # Errors
    /// [`BadHandle`] for anything that [`Self::mint`] has not made under this key.
    pub fn parse(key: &InitialAccessTokenKey, text: &str) -> Result<Self, BadHandle> {
        let mut bytes = [0; SAID + TAG];
        let length = text.strip_prefix(PREFIX).and_then(|rest| URL_SAFE_NO_PAD.decode_slice(rest, &mut bytes).ok());
        if length != Some(SAID + TAG) {
            return Err(BadHandle);
        }
        let (said, tag) = bytes.split_at(SAID);
        hmac::verify(&key.0, said, tag).map_err(|_| BadHandle)?;
        let part = |from: usize| said[from..from + 16].try_into().map_err(|_| BadHandle);
        let end = said[32..40].try_into().map_err(|_| BadHandle)?;
        let uses = said[40..].try_into().map_err(|_| BadHandle)?;
        Ok(Self {
            tenant: TenantId::from_uuid(Uuid::from_bytes(part(0)?)),
            id: part(16)?,
            expires_at: i64::from_be_bytes(end),
            uses: u16::from_be_bytes(uses),
        })
    }

    /// What is stored of one of its uses.
    pub fn use_digest(&self, number: u16) -> [u8; 32] {
        let mut bytes = b"initial access token".to_vec();
        bytes.extend_from_slice(&self.id);
        bytes.extend_from_slice(&number.to_be_bytes());
        sha256(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handle::{Handle, HandleKind};

    fn key(byte: u8) -> InitialAccessTokenKey {
        InitialAccessTokenKey::from_bytes([byte; 32])
    }

    fn token() -> InitialAccessToken {
        InitialAccessToken { tenant: TenantId::from_random([7; 16]), id: [8; 16], expires_at: 1_800_000_000, uses: 300 }
    }

    #[test]
    fn it_reads_back_as_it_was_made() {
        assert_eq!(InitialAccessToken::parse(&key(1), token().mint(&key(1)).expose()), Ok(token()));
        assert_ne!(token().use_digest(0), token().use_digest(1));
    }

    #[test]
    fn one_that_was_changed_cut_lengthened_or_made_elsewhere_is_refused() {
        let text = token().mint(&key(1)).expose().to_owned();
        assert_eq!(InitialAccessToken::parse(&key(2), &text), Err(BadHandle));
        for place in 0..text.len() {
            for other in ['A', 'B', 'é'] {
                let changed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
                assert_eq!(InitialAccessToken::parse(&key(1), &changed).is_ok(), changed == text, "{place} {other}");
            }
            assert!(InitialAccessToken::parse(&key(1), &text[..place]).is_err(), "cut at {place}");
        }
        assert!(InitialAccessToken::parse(&key(1), &format!("{text}A")).is_err());
        for kind in HandleKind::ALL {
            assert!(Handle::parse(kind, &text).is_err(), "{kind:?}");
        }
    }
}
