//! A token that was checked.

use std::fmt;
use std::sync::Arc;

use grantor_environment::Timestamp;
use grantor_protocol::claims::{Permissions, name};
use serde_json::{Map, Value};

/// An access token that passed every check of [`crate::Verifier`]: evidence, since it cannot be made in another way.
///
/// Its `Debug` form names issuer and subject; the token itself is not kept.
#[derive(Clone)]
pub struct VerifiedToken {
    facts: Arc<Facts>,
}

struct Facts {
    issuer: String,
    expires_at: Timestamp,
    permissions: Permissions,
    claims: Map<String, Value>,
}

impl VerifiedToken {
    pub(crate) fn new(issuer: String, expires_at: Timestamp, claims: Map<String, Value>) -> Self {
        let permissions = Permissions::of(&claims);
        Self { facts: Arc::new(Facts { issuer, expires_at, permissions, claims }) }
    }

    /// Who issued it.
    pub fn issuer(&self) -> &str {
        &self.facts.issuer
    }

    /// Whom it is about (RFC 7519 §4.1.2): unique within the issuer alone, so keep it together with the issuer.
    pub fn subject(&self) -> Option<&str> {
        self.text(name::SUB)
    }

    /// Which application asked for it: `azp`, `appid` or `client_id`, as the dialect names it.
    pub fn client_id(&self) -> Option<&str> {
        ["azp", "appid", "client_id"].into_iter().find_map(|name| self.text(name))
    }

    /// When its life ends.
    pub fn expires_at(&self) -> Timestamp {
        self.facts.expires_at
    }

    /// What it allows.
    pub fn permissions(&self) -> &Permissions {
        &self.facts.permissions
    }

    /// All claims.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.facts.claims
    }

    /// One claim, if it is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.facts.claims.get(name)?.as_str()
    }
}

impl fmt::Debug for VerifiedToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("VerifiedToken")
            .field("issuer", &self.issuer())
            .field("subject", &self.subject())
            .finish_non_exhaustive()
    }
}
