//! What a dialect must be able to say.

use std::sync::Arc;
use std::time::Duration;

use grantor_protocol::response::ResponseMode;
use grantor_protocol::{ClientId, RedirectUri, Secret, TenantId, UserId};
use grantor_rules::client::{Caller, ShownCertificate};
use grantor_rules::consent::ConsentQuestion;
use grantor_rules::dpop::PresentedProofs;
use grantor_rules::layout::TokenLayout;
use grantor_rules::model::Terms;
use grantor_rules::scopes::WantedScopes;
use grantor_rules::token::issued::{IssuedTokens, TokenRequest};
use grantor_rules::{Refusal, authorize};

use crate::{Parameters, Reply, RequestIds};

/// Who asks for an authorization and where the answer shall go, before either is proven.
#[derive(Clone, Debug)]
pub struct Identification {
    /// The application.
    pub client_id: ClientId,
    /// The redirect address, if the request names one.
    pub redirect_uri: Option<RedirectUri>,
}

/// What a person's yes, or what they had said before, brings the application.
#[derive(Debug)]
pub struct Authorized {
    /// Whose directory.
    pub tenant: TenantId,
    /// For whom.
    pub user: UserId,
    /// A code, if one was asked for.
    pub code: Option<Secret>,
    /// An id_token, if one was asked for here.
    pub id_token: Option<Secret>,
    /// An access token, if one was asked for here.
    pub access_token: Option<IssuedTokens>,
    /// What `session_state` says: the browser session, or, in a dialect that lets applications ask about it, a hash of the
    /// browser's state; empty for nothing.
    pub session_state: String,
}

/// A program that waits while its person signs in elsewhere asks for a device code (RFC 8628 §3.1).
#[derive(Clone, Debug)]
pub struct DeviceRequest {
    /// The application.
    pub client_id: ClientId,
    /// What it shows for itself, where the dialect asks for that.
    pub caller: Option<Caller>,
    /// What it asks for, or what is wrong with that.
    pub asked: Result<DeviceAsked, Refusal>,
}

/// What a device code is asked for.
#[derive(Clone, Debug)]
pub struct DeviceAsked {
    /// Which permissions.
    pub wanted: WantedScopes,
    /// What the grant carries beside them.
    pub terms: Terms,
}

/// A device code that was issued (RFC 8628 §3.2).
#[derive(Debug)]
pub struct IssuedDeviceCode {
    /// What the program asks with.
    pub device_code: Secret,
    /// What the person types, as it is shown.
    pub user_code: String,
    /// Where the person types it.
    pub verification_uri: String,
    /// How long it waits.
    pub expires_in: Duration,
    /// How long the program waits between two questions.
    pub interval: Duration,
}

/// A request to sign out (OpenID Connect RP-Initiated Logout 1.0 §2; Source: entra-dialect 11).
#[derive(Clone, Debug, Default)]
pub struct SignOutRequest {
    /// Where the browser goes when it is done.
    pub post_logout_redirect_uri: Option<RedirectUri>,
    /// An id_token of the session that ends.
    pub id_token_hint: Option<Secret>,
    /// What tells whose session ends: the `login_hint` claim of an id_token.
    pub logout_hint: Option<String>,
    /// The application, if the request names it.
    pub client_id: Option<ClientId>,
    /// The application's own, returned byte for byte.
    pub state: Option<String>,
}

/// How an authorization response comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayBack {
    /// Where its parameters stand.
    pub mode: ResponseMode,
    /// Whether they are the claims of one signed token (JWT Secured Authorization Response Mode §2).
    pub signed: bool,
    /// The application's own, returned byte for byte.
    pub state: Option<String>,
}

/// A call of the token endpoint, as it came in.
#[derive(Debug)]
pub struct TokenCall<'a> {
    /// The form in the body.
    pub parameters: &'a Parameters,
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The `Origin` header.
    pub origin: Option<&'a str>,
    /// The `DPoP` headers.
    pub proofs: PresentedProofs,
    /// The certificate of the TLS connection, if one was shown.
    pub certificate: Option<Arc<ShownCertificate>>,
}

impl<'a> TokenCall<'a> {
    /// A call without headers.
    pub fn of(parameters: &'a Parameters) -> Self {
        Self { parameters, authorization: None, origin: None, proofs: PresentedProofs::default(), certificate: None }
    }
}

/// Wire words in, wire words out.
pub trait Dialect: Send + Sync {
    /// The dialect's name, as stored with what waits for an answer in it.
    fn name(&self) -> &'static str;

    /// Whether personal accounts may sign in by it.
    fn serves_personal_accounts(&self) -> bool;

    /// Whether it has addresses that stand for several tenants.
    fn serves_several_tenants(&self) -> bool;

    /// How it lays out claims.
    fn layout(&self) -> &dyn TokenLayout;

    /// Redirect addresses of our own that every native application may use.
    fn built_in_redirects(&self) -> &[RedirectUri];

    /// Reads who asks and where the answer shall go. What is wrong here is shown on a page and never redirected.
    ///
    /// # Errors
    /// A [`Refusal`] for the page.
    fn identify(&self, parameters: &Parameters) -> Result<Identification, Refusal>;

    /// How an answer comes back and with which state, as far as the request says so readably: an error of the request itself
    /// must come back too.
    fn way_back(&self, parameters: &Parameters) -> WayBack;

    /// Reads the rest of an authorization request.
    ///
    /// # Errors
    /// A [`Refusal`] that may be sent back to the application.
    fn parse_authorize(&self, parameters: &Parameters) -> Result<authorize::Request, Refusal>;

    /// Whether a refusal is for the person's eyes alone, even where it could be sent back.
    fn stays_on_a_page(&self, refusal: &Refusal) -> bool;

    /// The parameters of a successful authorization response, without `state`.
    fn authorize_success(&self, parameters: &Parameters, authorized: &Authorized) -> Vec<(&'static str, String)>;

    /// The parameters of an authorization error response, without `state`.
    fn authorize_refusal(&self, refusal: &Refusal, tenant: TenantId, ids: &RequestIds) -> Vec<(&'static str, String)>;

    /// Reads what an administrator is asked to allow for everyone. Who asks and where the answer goes is read by
    /// [`Self::identify`].
    ///
    /// # Errors
    /// A [`Refusal`] that may be sent back to the application.
    fn parse_admin_consent(&self, parameters: &Parameters) -> Result<authorize::Request, Refusal>;

    /// The parameters of the answer when an administrator has allowed it, without `state`.
    fn admin_consent_success(&self, allowed: &ConsentQuestion, tenant: TenantId) -> Vec<(&'static str, String)>;

    /// The parameters of the answer when an administrator has not, without `state`.
    fn admin_consent_refusal(
        &self,
        refusal: &Refusal,
        tenant: TenantId,
        ids: &RequestIds,
    ) -> Vec<(&'static str, String)>;

    /// Reads a request for a device code.
    ///
    /// # Errors
    /// A [`Refusal`] for the caller.
    fn parse_device(&self, call: &TokenCall<'_>) -> Result<DeviceRequest, Refusal>;

    /// The reply that carries a device code.
    fn device_success(&self, issued: &IssuedDeviceCode) -> Reply;

    /// Whether the person is asked before they are signed out by a request that does not say who is meant (OpenID Connect
    /// RP-Initiated Logout 1.0 §2 and §6).
    fn asks_before_signing_out_unnamed(&self) -> bool;

    /// Whether applications may ask a frame of ours whether their person is still signed in (OpenID Connect Session Management
    /// 1.0).
    fn lets_ask_about_sessions(&self) -> bool;

    /// Reads a request to sign out.
    ///
    /// # Errors
    /// A [`Refusal`] for the page.
    fn parse_sign_out(&self, parameters: &Parameters) -> Result<SignOutRequest, Refusal>;

    /// The code of a refusal, as a page shows it.
    fn code_on_page(&self, refusal: &Refusal) -> String;

    /// Who calls the token endpoint, and what they show for it, in a dialect that tells nobody else what is wrong with what they
    /// ask for.
    fn parse_caller(&self, call: &TokenCall<'_>) -> Option<Caller>;

    /// Reads a request at the token endpoint.
    ///
    /// # Errors
    /// A [`Refusal`] for the caller.
    fn parse_token(&self, call: &TokenCall<'_>) -> Result<TokenRequest, Refusal>;

    /// The reply that carries tokens.
    fn token_success(&self, parameters: &Parameters, issued: &IssuedTokens) -> Reply;

    /// The reply that says no.
    fn token_refusal(&self, refusal: &Refusal, ids: &RequestIds) -> Reply;

    /// The reply when we are in trouble ourselves; with how many seconds to wait, where waiting helps.
    fn token_fault(&self, retry_after: Option<u32>, ids: &RequestIds) -> Reply;
}
