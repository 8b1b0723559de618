//! What comes in at the token endpoint and what goes out, in the core's words.

use std::time::Duration;

use grantor_protocol::{ClientId, Secret, TenantId, UserId};

use super::code::CodeRequest;
use crate::client::Credentials;
use crate::scopes::WantedScopes;

/// A request at the token endpoint.
#[derive(Debug)]
pub struct TokenRequest {
    /// Who asks.
    pub client_id: ClientId,
    /// What the application showed to prove itself.
    pub credentials: Credentials,
    /// The origin that the browser named, if a browser asks across origins.
    pub origin: Option<String>,
    /// What is presented.
    pub grant: Grant,
    /// What is wanted, if the request says so.
    pub wanted: Option<WantedScopes>,
}

/// What is presented at the token endpoint.
#[derive(Debug)]
pub enum Grant {
    /// An authorization code.
    Code {
        /// Its text.
        code: Secret,
        /// What must fit it.
        redemption: CodeRequest,
    },
    /// Nothing but the application's own proof of itself.
    ClientCredentials,
    /// A refresh token.
    RefreshToken {
        /// Its text.
        token: Secret,
    },
}

impl Grant {
    /// Every kind of grant, by the name of its `grant_type`.
    pub const KINDS: [&'static str; 3] = ["authorization_code", "refresh_token", "client_credentials"];
}

/// Tokens that were issued.
#[derive(Debug)]
pub struct IssuedTokens {
    /// Whose directory.
    pub tenant: TenantId,
    /// For whom, unless the application acts for itself.
    pub user: Option<UserId>,
    /// The access token.
    pub access_token: Secret,
    /// How long it lives.
    pub expires_in: Duration,
    /// The id_token, if one was asked for.
    pub id_token: Option<Secret>,
    /// The refresh token, if one was asked for.
    pub refresh_token: Option<Secret>,
    /// How long the refresh token lives, where that does not grow with use.
    pub refresh_token_expires_in: Option<Duration>,
    /// What the access token allows, in the words of the request.
    pub scope: Vec<String>,
}
