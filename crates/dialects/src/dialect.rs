//! What a dialect must be able to say.

use grantor_protocol::response::ResponseMode;
use grantor_protocol::{ClientId, RedirectUri, Secret, TenantId, UserId};
use grantor_rules::Refusal;
use grantor_rules::authorize;
use grantor_rules::layout::TokenLayout;
use grantor_rules::token::issued::{IssuedTokens, TokenRequest};

use crate::{Parameters, Reply, RequestIds};

/// Who asks for an authorization and where the answer shall go, before either is proven.
#[derive(Clone, Debug)]
pub struct Identification {
    /// The application.
    pub client_id: ClientId,
    /// The redirect address, if the request names one.
    pub redirect_uri: Option<RedirectUri>,
}

/// A code that was issued.
#[derive(Debug)]
pub struct IssuedCode {
    /// Whose directory.
    pub tenant: TenantId,
    /// For whom.
    pub user: UserId,
    /// The code.
    pub code: Secret,
    /// The browser session, as applications see it.
    pub session_state: String,
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
}

/// Wire words in, wire words out.
pub trait Dialect: Send + Sync {
    /// The dialect's name, as stored with what waits for an answer in it.
    fn name(&self) -> &'static str;

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
    fn way_back(&self, parameters: &Parameters) -> (ResponseMode, Option<String>);

    /// Reads the rest of an authorization request.
    ///
    /// # Errors
    /// A [`Refusal`] that may be sent back to the application.
    fn parse_authorize(&self, parameters: &Parameters) -> Result<authorize::Request, Refusal>;

    /// Whether a refusal is for the person's eyes alone, even where it could be sent back.
    fn stays_on_a_page(&self, refusal: &Refusal) -> bool;

    /// The parameters of a successful authorization response, without `state`.
    fn authorize_success(&self, parameters: &Parameters, issued: &IssuedCode) -> Vec<(&'static str, String)>;

    /// The parameters of an authorization error response, without `state`.
    fn authorize_refusal(&self, refusal: &Refusal, tenant: TenantId, ids: &RequestIds) -> Vec<(&'static str, String)>;

    /// The code of a refusal, as a page shows it.
    fn code_on_page(&self, refusal: &Refusal) -> String;

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
