//! What an application may exchange tokens for (RFC 8693).

use grantor_protocol::ClientId;
use serde::{Deserialize, Serialize};

/// One API for which an application may exchange tokens, and what of it for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeTarget {
    /// The API.
    pub api: ClientId,
    /// What of it may be had for which permission of the token that is exchanged. For tokens of the API itself nothing need
    /// stand here: each permission is had for itself.
    #[serde(default)]
    pub scopes: Vec<ExchangeScope>,
    /// Whether it may do so without an actor token: what it gets does not tell it from the person (RFC 8693 §1.1).
    #[serde(default)]
    pub impersonation: bool,
}

/// What may be had for what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeScope {
    /// The permission that may be had.
    pub value: String,
    /// The permission that the token must have which is exchanged for it.
    pub needs: String,
}
