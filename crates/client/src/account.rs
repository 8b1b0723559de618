//! Who is signed in, and what an access token is to the application.

use grantor_environment::Timestamp;
use grantor_protocol::Secret;
use serde::{Deserialize, Serialize};

/// A person who signed in to this application. It holds no secret: it is the key under which the cache keeps the tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The issuer of the id_token.
    pub issuer: String,
    /// The application that the person signed in to.
    pub client_id: String,
    /// `uid.utid` of Microsoft's `client_info`; with other providers the issuer and the subject.
    pub home_account_id: String,
    /// The authority that the application was given when the person signed in.
    pub authority: String,
    /// `sub` of the id_token.
    pub subject: String,
    /// `tid` of the id_token: the tenant, with Microsoft's dialects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// `preferred_username`, else `upn`, else `email`. To show, not to compare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// `name`. To show, not to compare.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Account {
    /// Whether both are the same person at the same issuer in the same application: what keeps cached tokens apart.
    pub fn is_same(&self, other: &Self) -> bool {
        let key = |one: &Self| (one.issuer.clone(), one.client_id.clone(), one.home_account_id.clone());
        key(self) == key(other)
    }
}

/// An access token.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The token itself.
    pub secret: Secret,
    /// When its life ends.
    pub expires_at: Timestamp,
    /// What was granted.
    pub scopes: Vec<String>,
    /// Where it came from just now.
    pub source: TokenSource,
}

/// Where an access token came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// A person signed in for it.
    SignIn,
    /// It was in the cache.
    Cache,
    /// A refresh token bought it.
    Refresh,
}
