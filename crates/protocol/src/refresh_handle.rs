//! Refresh tokens as texts: each says whose it is and which family it belongs to, and shows that we made it.
//!
//! The store keeps one row for a family and in it the digest of the one live token. A token that is not the live one may be one
//! that was exchanged long ago (whoever presents it has a copy, RFC 9700 §4.14.2) or one that somebody made up around a family
//! id; only the authentication code tells the two apart, and only the first may end a family.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::handle::{BadHandle, HandleDigest};
use crate::identifiers::{FamilyId, TenantId};
use crate::secret::{Secret, sha256};

const PREFIX: &str = "gr1.";
const SAID: usize = 16 + 16 + SEED;
const SEED: usize = 32;
const TAG: usize = 32;

/// What a deployment recognises its own refresh tokens by.
#[derive(Clone)]
pub struct RefreshTokenKey(hmac::Key);

impl RefreshTokenKey {
    /// Wraps the key that was made at first start.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
    }
}

impl std::fmt::Debug for RefreshTokenKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("RefreshTokenKey(…)")
    }
}

/// A refresh token of ours: `gr1.` and, in base64url, tenant (16 bytes), family (16), seed (32) and their HMAC-SHA-256 (32).
#[derive(Clone, Debug)]
pub struct RefreshHandle {
    tenant: TenantId,
    family: FamilyId,
    text: Secret,
}

impl RefreshHandle {
    /// Makes a token from 32 unpredictable bytes. The same seed makes the same token.
    pub fn mint(key: &RefreshTokenKey, tenant: TenantId, family: FamilyId, seed: &[u8; SEED]) -> Self {
        let mut bytes = Zeroizing::new([0; SAID + TAG]);
        bytes[..16].copy_from_slice(tenant.uuid().as_bytes());
        bytes[16..32].copy_from_slice(family.uuid().as_bytes());
        bytes[32..SAID].copy_from_slice(seed);
        let tag = hmac::sign(&key.0, &bytes[..SAID]);
        bytes[SAID..].copy_from_slice(tag.as_ref());
        let mut text = String::with_capacity(PREFIX.len() + (SAID + TAG) / 3 * 4);
        text.push_str(PREFIX);
        URL_SAFE_NO_PAD.encode_string(*bytes, &mut text);
        Self { tenant, family, text: Secret::new(text) }
    }

    /// Reads a token.
    ///
    /// # Errors
    /// [`BadHandle`] for anything that [`RefreshHandle::mint`] has not made under this key.
    pub fn parse(key: &RefreshTokenKey, text: &str) -> Result<Self, BadHandle> {
        let mut bytes = Zeroizing::new([0; SAID + TAG]);
        let length = text
            .strip_prefix(PREFIX)
            .and_then(|rest| URL_SAFE_NO_PAD.decode_slice(rest, bytes.as_mut_slice()).ok())
            .ok_or(BadHandle)?;
        if length != SAID + TAG {
            return Err(BadHandle);
        }
        let (said, tag) = bytes.split_at(SAID);
        hmac::verify(&key.0, said, tag).map_err(|_| BadHandle)?;
        let id = |from: usize| Uuid::from_slice(&said[from..from + 16]).map_err(|_| BadHandle);
        Ok(Self { tenant: TenantId::from_uuid(id(0)?), family: FamilyId::from_uuid(id(16)?), text: Secret::new(text) })
    }

    /// Whose tenant the token belongs to.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Which family it belongs to.
    pub const fn family(&self) -> FamilyId {
        self.family
    }

    /// What is stored in its stead.
    pub fn digest(&self) -> HandleDigest {
        HandleDigest::from_bytes(sha256(self.text.expose().as_bytes()))
    }

    /// The text itself, for the one reply that carries it.
    pub const fn secret(&self) -> &Secret {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handle::{Handle, HandleKind};

    const SEED: [u8; 32] = [3; 32];

    fn key(byte: u8) -> RefreshTokenKey {
        RefreshTokenKey::from_bytes([byte; 32])
    }

    fn minted() -> RefreshHandle {
        RefreshHandle::mint(&key(1), TenantId::from_random([7; 16]), FamilyId::from_random([8; 16]), &SEED)
    }

    #[test]
    fn a_token_reads_back_with_its_tenant_and_family() {
        let (minted, read) = (minted(), RefreshHandle::parse(&key(1), minted().secret().expose()).unwrap());
        assert_eq!((read.tenant(), read.family()), (minted.tenant(), minted.family()));
        assert_eq!(read.digest(), minted.digest());
    }

    #[test]
    fn a_token_with_any_character_changed_cut_or_added_is_refused() {
        let text = minted().secret().expose().to_owned();
        for place in 0..text.len() {
            for other in ['A', 'B', 'é'] {
                let changed = format!("{}{other}{}", &text[..place], &text[place + 1..]);
                let ours = RefreshHandle::parse(&key(1), &changed).is_ok();
                assert_eq!(ours, changed == text, "{place} {other}");
            }
            assert!(RefreshHandle::parse(&key(1), &text[..place]).is_err(), "cut at {place}");
        }
        for added in ["A", "=", "AAAA", "\n"] {
            assert!(RefreshHandle::parse(&key(1), &format!("{text}{added}")).is_err(), "{added:?}");
        }
    }

    #[test]
    fn a_token_of_another_deployment_is_refused() {
        assert!(RefreshHandle::parse(&key(2), minted().secret().expose()).is_err());
    }

    #[test]
    fn a_refresh_token_is_no_handle_of_another_kind() {
        for kind in HandleKind::ALL {
            assert!(Handle::parse(kind, minted().secret().expose()).is_err(), "{kind:?}");
            let other = Handle::from_random(kind, TenantId::from_random([7; 16]), SEED);
            assert!(RefreshHandle::parse(&key(1), other.secret().expose()).is_err(), "{kind:?}");
        }
    }
}
