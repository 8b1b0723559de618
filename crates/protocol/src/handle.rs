//! The opaque texts that we hand out and take back: codes, session cookies and the like. Refresh tokens are in
//! `refresh_handle`.
//!
//! A handle says of itself which kind it is and whose tenant it belongs to; the rest is 256 random bits. So a code that is
//! presented as a refresh token is refused before any look-up (the kinds share no key space), and a look-up never needs
//! anything but the tenant's own storage. Only the digest is ever kept.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::identifiers::TenantId;
use crate::secret::{Secret, sha256};

/// What a handle is good for. Each kind but the last is stored in a table of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HandleKind {
    /// An authorization code (RFC 6749 §4.1.2).
    Code,
    /// An authorization request that waits for its person.
    Interaction,
    /// The sign-ins of one browser in one tenant.
    Session,
    /// A device code (RFC 8628 §3.2).
    DeviceCode,
    /// An authorization request that was pushed (RFC 9126 §2.2).
    PushedRequest,
    /// What an application that registered itself changes its registration with (RFC 7592 §3).
    Registration,
    /// The `auth_req_id` of a request to a person who is elsewhere (CIBA §7.3). It is kept where device codes are.
    BackchannelRequest,
}

impl HandleKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Code,
        Self::Interaction,
        Self::Session,
        Self::DeviceCode,
        Self::PushedRequest,
        Self::Registration,
        Self::BackchannelRequest,
    ];

    const fn prefix(self) -> &'static str {
        match self {
            Self::Code => "gc1.",
            Self::Interaction => "gi1.",
            Self::Session => "gs1.",
            Self::DeviceCode => "gd1.",
            Self::PushedRequest => "gp1.",
            Self::Registration => "gm1.",
            Self::BackchannelRequest => "gb1.",
        }
    }
}

/// An opaque text of ours: `PREFIX TENANT SECRET`, the last two base64url.
#[derive(Clone, Debug)]
pub struct Handle {
    tenant: TenantId,
    text: Secret,
}

/// The SHA-256 digest of a handle: what is stored and looked up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HandleDigest([u8; 32]);

/// The text is no handle of the kind that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a handle of this kind")]
pub struct BadHandle;

const TENANT_LENGTH: usize = 22;
const SECRET_LENGTH: usize = 43;

impl Handle {
    /// Makes a handle from 32 unpredictable bytes.
    pub fn from_random(kind: HandleKind, tenant: TenantId, bytes: [u8; 32]) -> Self {
        let mut text = String::with_capacity(4 + TENANT_LENGTH + SECRET_LENGTH);
        text.push_str(kind.prefix());
        URL_SAFE_NO_PAD.encode_string(tenant.uuid().as_bytes(), &mut text);
        URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
        Self { tenant, text: Secret::new(text) }
    }

    /// Reads a handle of one kind.
    ///
    /// # Errors
    /// [`BadHandle`] for anything that [`Handle::from_random`] could not have made for this kind.
    pub fn parse(kind: HandleKind, text: &str) -> Result<Self, BadHandle> {
        let rest = text.strip_prefix(kind.prefix()).ok_or(BadHandle)?;
        if rest.len() != TENANT_LENGTH + SECRET_LENGTH || !rest.is_ascii() {
            return Err(BadHandle);
        }
        let (tenant, secret) = rest.split_at(TENANT_LENGTH);
        let tenant: [u8; 16] =
            URL_SAFE_NO_PAD.decode(tenant).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(BadHandle)?;
        URL_SAFE_NO_PAD.decode(secret).map_err(|_| BadHandle)?;
        Ok(Self { tenant: TenantId::from_uuid(Uuid::from_bytes(tenant)), text: Secret::new(text) })
    }

    /// Whose tenant the handle belongs to.
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// What is stored in its stead.
    pub fn digest(&self) -> HandleDigest {
        HandleDigest(sha256(self.text.expose().as_bytes()))
    }

    /// The text itself, for the one reply that carries it.
    pub const fn secret(&self) -> &Secret {
        &self.text
    }
}

impl HandleDigest {
    /// Reads a digest back from the store.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest's bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for HandleDigest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HandleDigest({})", URL_SAFE_NO_PAD.encode(&self.0[..6]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant() -> TenantId {
        TenantId::from_random([7; 16])
    }

    #[test]
    fn a_handle_reads_back_with_its_tenant() {
        let handle = Handle::from_random(HandleKind::Code, tenant(), [1; 32]);
        let read = Handle::parse(HandleKind::Code, handle.secret().expose()).unwrap();
        assert_eq!(read.tenant(), tenant());
        assert_eq!(read.digest(), handle.digest());
    }

    #[test]
    fn a_handle_of_one_kind_is_none_of_another() {
        for made in HandleKind::ALL {
            let handle = Handle::from_random(made, tenant(), [1; 32]);
            for asked in HandleKind::ALL {
                assert_eq!(
                    Handle::parse(asked, handle.secret().expose()).is_ok(),
                    made == asked,
                    "{made:?} as {asked:?}"
                );
            }
        }
    }

    #[test]
    fn a_cut_or_lengthened_handle_is_refused() {
        let handle = Handle::from_random(HandleKind::Code, tenant(), [1; 32]);
        let text = handle.secret().expose();
        assert!(Handle::parse(HandleKind::Code, &text[..text.len() - 1]).is_err());
        assert!(Handle::parse(HandleKind::Code, &format!("{text}A")).is_err());
        assert!(Handle::parse(HandleKind::Code, &text.replace('A', "é")).is_err());
        assert!(Handle::parse(HandleKind::Code, "").is_err());
    }
}
