//! Whose word about a person a tenant takes (RFC 7523).

use grantor_protocol::ClientId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An issuer outside whose assertions stand for a tenant's people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrustedIssuer {
    /// What its assertions call it (`iss`).
    pub issuer: String,
    /// Its public keys, as a JWK Set (RFC 7517 §5).
    #[serde(default)]
    pub jwks: Option<Value>,
    /// Where its public keys are.
    #[serde(default)]
    pub jwks_uri: Option<String>,
    /// How its assertions name people (`sub`).
    #[serde(default)]
    pub subject: AssertedSubject,
    /// The applications that may present its assertions.
    pub applications: Vec<ClientId>,
}

named! {
    /// How assertions name people.
    #[derive(Default)]
    AssertedSubject {
        /// By the name that they sign in with.
        #[default]
        UserPrincipalName = "user-principal-name",
        /// By the id that the directory knows them by.
        Id = "id",
    }
}
