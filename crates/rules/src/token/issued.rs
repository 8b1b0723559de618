//! What comes in at the token endpoint and what goes out, in the core's words.

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::dpop::Scheme;
use grantor_protocol::{Secret, TenantId, UserId};

use super::code::CodeRequest;
use super::exchange::Exchange;
use crate::client::Caller;
use crate::dpop::PresentedProofs;
use crate::model::AuthorizationDetail;
use crate::scopes::{ApiName, SignInScope, WantedScopes};

/// A request at the token endpoint.
#[derive(Debug)]
pub struct TokenRequest {
    /// Who asks.
    pub caller: Caller,
    /// What shows which key the application holds.
    pub proofs: PresentedProofs,
    /// What is presented.
    pub grant: Grant,
    /// What is wanted, if the request says so.
    pub wanted: Option<WantedScopes>,
    /// Which of the authorization details that were allowed, if the request says so (RFC 9396 §6).
    pub details: Option<Vec<AuthorizationDetail>>,
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
    /// A person's name and password (RFC 6749 §4.3).
    Password {
        /// The sign-in name.
        name: String,
        /// The password.
        password: Secret,
    },
    /// A device code (RFC 8628 §3.4).
    DeviceCode {
        /// Its text.
        code: Secret,
        /// Whether a program that asks too fast is told so: a setting of the dialect, since there are libraries that give up
        /// then.
        slows_down: bool,
    },
    /// A request to a person who is elsewhere (CIBA §10.1).
    BackchannelRequest {
        /// Its `auth_req_id`.
        id: Secret,
    },
    /// An access token that the application was called with, to call on for the same person (Source: entra-dialect 9.6).
    OnBehalfOf {
        /// The access token.
        assertion: Secret,
    },
    /// What an issuer that the tenant trusts says of a person (RFC 7523 §2.1).
    JwtBearer {
        /// Its assertion.
        assertion: Secret,
    },
    /// Access tokens, to be exchanged for another (RFC 8693 §2.1).
    TokenExchange(Exchange),
}

/// Every kind of grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GrantKind {
    /// An authorization code.
    Code,
    /// The application's own proof of itself.
    ClientCredentials,
    /// A refresh token.
    RefreshToken,
    /// A name and a password.
    Password,
    /// A device code.
    DeviceCode,
    /// A request to a person who is elsewhere.
    BackchannelRequest,
    /// An access token, to call on with.
    OnBehalfOf,
    /// What an issuer outside says of a person.
    JwtBearer,
    /// Access tokens, to be exchanged for another.
    TokenExchange,
}

impl GrantKind {
    /// Each.
    pub const ALL: [Self; 9] = [
        Self::Code,
        Self::ClientCredentials,
        Self::RefreshToken,
        Self::Password,
        Self::DeviceCode,
        Self::BackchannelRequest,
        Self::OnBehalfOf,
        Self::JwtBearer,
        Self::TokenExchange,
    ];

    /// Its name as a `grant_type` (RFC 6749 §4, RFC 8628 §3.4, CIBA §10.1, RFC 7523 §2.1, RFC 8693 §2.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Code => "authorization_code",
            Self::ClientCredentials => "client_credentials",
            Self::RefreshToken => "refresh_token",
            Self::Password => "password",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::BackchannelRequest => "urn:openid:params:grant-type:ciba",
            // Each dialect has one of them (docs/decisions/0028).
            Self::OnBehalfOf | Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }

    /// Reads the name of one of those that a dialect has.
    pub fn parse(text: &str, known: &[Self]) -> Option<Self> {
        known.iter().copied().find(|kind| kind.as_str() == text)
    }
}

impl Grant {
    /// What kind it is.
    pub const fn kind(&self) -> GrantKind {
        match self {
            Self::Code { .. } => GrantKind::Code,
            Self::ClientCredentials => GrantKind::ClientCredentials,
            Self::RefreshToken { .. } => GrantKind::RefreshToken,
            Self::Password { .. } => GrantKind::Password,
            Self::DeviceCode { .. } => GrantKind::DeviceCode,
            Self::BackchannelRequest { .. } => GrantKind::BackchannelRequest,
            Self::OnBehalfOf { .. } => GrantKind::OnBehalfOf,
            Self::JwtBearer { .. } => GrantKind::JwtBearer,
            Self::TokenExchange(_) => GrantKind::TokenExchange,
        }
    }
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
    /// When it begins.
    pub issued_at: Timestamp,
    /// How long it lives.
    pub expires_in: Duration,
    /// How its API was named.
    pub api: ApiName,
    /// The id_token, if one was asked for.
    pub id_token: Option<Secret>,
    /// The refresh token, if one was asked for.
    pub refresh_token: Option<Secret>,
    /// How long the refresh token lives, where that does not grow with use.
    pub refresh_token_expires_in: Option<Duration>,
    /// What the access token allows, in the words of the request.
    pub scope: Vec<String>,
    /// What the access token allows, by the permissions' own names.
    pub granted: Vec<String>,
    /// What it allows in detail.
    pub details: Vec<AuthorizationDetail>,
    /// Which permissions of signing in were allowed.
    pub sign_in: Vec<SignInScope>,
    /// How the access token is to be used.
    pub scheme: Scheme,
    /// The nonce for the next proof of a key, where proofs hold one.
    pub dpop_nonce: Option<String>,
    /// Whether another token was exchanged for the access token.
    pub exchanged: bool,
}
