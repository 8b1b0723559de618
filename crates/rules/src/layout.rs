//! How a dialect lays out what the rules decided as claims.

use grantor_environment::Timestamp;
use grantor_protocol::{FamilyId, Secret, TenantId};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::api_access::PresentedToken;
use crate::client::{AcceptedAssertions, ClientProof};
use crate::model::{
    AccessTokenFormat, Application, AuthorizationDetail, Binding, Method, SigningAlg, Tenant, Terms, User,
};
use crate::refusal::TokenFault;
use crate::responses::Encryption;
use crate::scopes::{ApiName, SignInScope};

/// What a token says of the person whom it is about, to whoever reads it: an API, or the application that signed them in.
#[derive(Debug)]
pub struct PersonFacts<'a> {
    /// Whose directory.
    pub tenant: TenantId,
    /// Who.
    pub user: &'a User,
    /// The person's name towards the reader.
    pub subject: &'a str,
    /// What the person is to the reader.
    pub roles: &'a [String],
    /// The person's groups, as far as the reader's tokens tell them.
    pub groups: &'a [Uuid],
    /// Whether the token goes through the browser, where there is little room.
    pub in_front: bool,
    /// Which permissions of signing in were allowed.
    pub sign_in: &'a [SignInScope],
    /// When the person proved who they are.
    pub authenticated_at: Timestamp,
    /// How.
    pub method: Method,
    /// The browser session.
    pub sid: &'a str,
    /// When the token is issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// 16 unpredictable bytes that tell it from others.
    pub token_id: [u8; 16],
    /// What it is revoked with.
    pub family: FamilyId,
}

/// What an access token says.
#[derive(Debug)]
pub struct AccessTokenFacts<'a> {
    /// On whose behalf.
    pub person: PersonFacts<'a>,
    /// The application that may use it.
    pub client: &'a Application,
    /// How that application proved itself.
    pub proof: ClientProof,
    /// The API that takes it: its reader.
    pub api: &'a Application,
    /// How the API was named.
    pub asked_as: &'a ApiName,
    /// What it allows.
    pub scopes: &'a [String],
    /// What it allows in detail.
    pub details: &'a [AuthorizationDetail],
    /// What the grant carries beside its permissions.
    pub terms: &'a Terms,
}

/// What the access token of an application says that acts for nobody but itself.
#[derive(Debug)]
pub struct ApplicationTokenFacts<'a> {
    /// Whose directory.
    pub tenant: TenantId,
    /// The application.
    pub client: &'a Application,
    /// How it proved itself.
    pub proof: ClientProof,
    /// The id by which the tenant's directory knows the application.
    pub object_id: Uuid,
    /// The API that takes the token.
    pub api: &'a Application,
    /// How the API was named.
    pub asked_as: &'a ApiName,
    /// What the application is to the API.
    pub roles: &'a [String],
    /// The key that whoever presents it must hold.
    pub bound_to: Option<&'a Binding>,
    /// When it is issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// 16 unpredictable bytes that tell it from others.
    pub token_id: [u8; 16],
}

/// What an id_token says.
#[derive(Debug)]
pub struct IdTokenFacts<'a> {
    /// Who signed in.
    pub person: PersonFacts<'a>,
    /// The application that it is for: its reader.
    pub client: &'a Application,
    /// The code that it is handed out with (`c_hash`, OpenID Connect Core §3.3.2.11).
    pub code: Option<&'a Secret>,
    /// The access token that it is handed out with through the browser (`at_hash`, OpenID Connect Core §3.2.2.9).
    pub access_token: Option<&'a Secret>,
    /// From the authorization request.
    pub nonce: Option<&'a str>,
    /// What the grant carries beside its permissions.
    pub terms: &'a Terms,
}

/// What a logout token says.
#[derive(Debug)]
pub struct LogoutTokenFacts<'a> {
    /// Whose directory.
    pub tenant: TenantId,
    /// The application that it is for.
    pub client: &'a Application,
    /// The person's name towards that application.
    pub subject: &'a str,
    /// The session that has ended.
    pub sid: &'a str,
    /// When the token is issued.
    pub issued_at: Timestamp,
    /// 16 unpredictable bytes that tell it from others.
    pub token_id: [u8; 16],
}

/// What the header of a token calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TokenType {
    /// Any token (RFC 7519 §5.1).
    Jwt,
    /// An access token and nothing else (RFC 9068 §2.1).
    AccessTokenJwt,
    /// An answer about a token (RFC 9701 §5).
    TokenIntrospectionJwt,
    /// That a session has ended (OpenID Connect Back-Channel Logout 1.0 §2.4).
    LogoutJwt,
}

impl TokenType {
    /// Each.
    pub const ALL: [Self; 4] = [Self::Jwt, Self::AccessTokenJwt, Self::TokenIntrospectionJwt, Self::LogoutJwt];

    /// As it stands in the header.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jwt => "JWT",
            Self::AccessTokenJwt => "at+jwt",
            Self::TokenIntrospectionJwt => "token-introspection+jwt",
            Self::LogoutJwt => "logout+jwt",
        }
    }
}

/// A dialect's way to write claims. Pure: facts in, claims out.
pub trait TokenLayout: Send + Sync {
    /// What the header of an access token calls it.
    fn access_token_type(&self) -> TokenType;
    /// Which form the access tokens have that `client` gets for `api`.
    fn access_token_format(&self, api: &Application, client: &Application) -> AccessTokenFormat;
    /// What an application's id_tokens are signed with.
    fn id_token_signing_alg(&self, client: &Application) -> SigningAlg;
    /// How an application's id_tokens are encrypted, if they are.
    fn id_token_encryption<'c>(&self, client: &'c Application) -> Option<Encryption<'c>>;
    /// The claims of an access token.
    fn access_token(&self, facts: &AccessTokenFacts<'_>) -> Map<String, Value>;
    /// The claims of the access token of an application that acts for itself.
    fn application_token(&self, facts: &ApplicationTokenFacts<'_>) -> Map<String, Value>;
    /// The claims of an id_token.
    fn id_token(&self, facts: &IdTokenFacts<'_>) -> Map<String, Value>;
    /// The claims of a logout token.
    fn logout_token(&self, facts: &LogoutTokenFacts<'_>) -> Map<String, Value>;
    /// Reads an access token of this deployment back, for whichever API it is: issuer and time. Its signature is proven.
    ///
    /// # Errors
    /// What is wrong with it; [`TokenFault::NoPerson`] for an application's own.
    fn read_access_token(&self, claims: &Map<String, Value>, now: Timestamp) -> Result<PresentedToken, TokenFault>;
    /// Whose directory a token of this deployment is of, whomever it is for. Its signature is proven.
    fn tenant_of(&self, claims: &Map<String, Value>) -> Option<TenantId>;
    /// What the tokens of `tenant` call their issuer (RFC 7519 §4.1.1).
    fn issuer(&self, tenant: TenantId) -> String;
    /// Which client assertions are taken at the endpoints of `tenant` (Source: entra-dialect 8.4; RFC 7523 §3).
    fn accepted_assertions(&self, tenant: &Tenant) -> AcceptedAssertions;
}
