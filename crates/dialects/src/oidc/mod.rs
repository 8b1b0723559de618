//! OpenID Connect and OAuth 2.1, to the letter.

mod authorization_details;
mod authorize;
pub mod backchannel;
pub mod claims;
mod claims_request;
mod device;
pub mod errors;
pub mod metadata;
pub mod paths;
pub mod push;
pub mod read;
pub mod registration;
mod rehearsed;
pub mod request;
pub mod scope;
pub mod session;
pub mod status;
mod token;

use grantor_environment::Timestamp;
use grantor_protocol::{PublicUrl, RedirectUri, TenantId};
use grantor_rules::api_access::PresentedToken;
use grantor_rules::client::{AcceptedAssertions, Caller, Manner};
use grantor_rules::consent::ConsentQuestion;
use grantor_rules::directory_api::is_built_in;
use grantor_rules::layout::{
    AccessTokenFacts, ApplicationTokenFacts, IdTokenFacts, LogoutTokenFacts, TokenLayout, TokenType,
};
use grantor_rules::model::{AccessTokenFormat, Application, SigningAlg, Tenant};
use grantor_rules::refusal::TokenFault;
use grantor_rules::responses::{Encryption, Response};
use grantor_rules::token::issued::{IssuedTokens, TokenRequest};
use grantor_rules::{Refusal, authorize as core};
use serde_json::{Map, Value};

use crate::oauth::credentials;
use crate::{
    Authorized, DeviceRequest, Dialect, Identification, IssuedDeviceCode, Parameters, Reply, RequestIds,
    SignOutRequest, TokenCall, WayBack, oauth,
};
use errors::Endpoint;

/// The dialect of the standard, spoken at one public URL.
#[derive(Clone, Debug)]
pub struct Oidc {
    public: PublicUrl,
}

impl Oidc {
    /// The name under which requests that wait are stored.
    pub const NAME: &'static str = "oidc";

    /// Speaks the dialect at `public`.
    pub const fn new(public: PublicUrl) -> Self {
        Self { public }
    }
}

impl TokenLayout for Oidc {
    fn access_token_type(&self) -> TokenType {
        TokenType::AccessTokenJwt
    }

    /// As the API is registered. Our own is not: there it is for the application to say, whose token it is to call us with.
    fn access_token_format(&self, api: &Application, client: &Application) -> AccessTokenFormat {
        if is_built_in(&api.client_id) { client.access_token_format } else { api.access_token_format }
    }

    fn id_token_signing_alg(&self, client: &Application) -> SigningAlg {
        client.id_token_signing_alg
    }

    fn id_token_encryption<'c>(&self, client: &'c Application) -> Option<Encryption<'c>> {
        Response::IdToken.encryption(client)
    }

    fn access_token(&self, facts: &AccessTokenFacts<'_>) -> Map<String, Value> {
        claims::access_token(&self.public, facts)
    }

    fn application_token(&self, facts: &ApplicationTokenFacts<'_>) -> Map<String, Value> {
        claims::application_token(&self.public, facts)
    }

    fn id_token(&self, facts: &IdTokenFacts<'_>) -> Map<String, Value> {
        claims::id_token(&self.public, facts)
    }

    fn logout_token(&self, facts: &LogoutTokenFacts<'_>) -> Map<String, Value> {
        oauth::logout_token::claims(&self.issuer(facts.tenant), facts)
    }

    fn read_access_token(&self, claims: &Map<String, Value>, now: Timestamp) -> Result<PresentedToken, TokenFault> {
        read::access_token(&self.public, claims, now)
    }

    fn tenant_of(&self, claims: &Map<String, Value>) -> Option<TenantId> {
        read::tenant_of(&self.public, claims)
    }

    fn issuer(&self, tenant: TenantId) -> String {
        metadata::issuer(&self.public, &tenant.to_string())
    }

    fn accepted_assertions(&self, tenant: &Tenant) -> AcceptedAssertions {
        AcceptedAssertions {
            audiences: metadata::assertion_audiences(&self.public, tenant),
            manner: Manner::Strict { issuer: metadata::issuer(&self.public, &tenant.id.to_string()) },
        }
    }
}

impl Dialect for Oidc {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn serves_personal_accounts(&self) -> bool {
        true
    }

    fn serves_several_tenants(&self) -> bool {
        false
    }

    fn layout(&self) -> &dyn TokenLayout {
        self
    }

    fn built_in_redirects(&self) -> &[RedirectUri] {
        &[]
    }

    fn identify(&self, parameters: &Parameters) -> Result<Identification, Refusal> {
        oauth::authorize::identify(parameters)
    }

    fn way_back(&self, parameters: &Parameters) -> WayBack {
        authorize::way_back(parameters)
    }

    fn parse_authorize(&self, parameters: &Parameters) -> Result<core::Request, Refusal> {
        authorize::parse(parameters)
    }

    fn stays_on_a_page(&self, refusal: &Refusal) -> bool {
        errors::of(refusal, Endpoint::Authorize).page
    }

    fn authorize_success(&self, _: &Parameters, authorized: &Authorized) -> Vec<(&'static str, String)> {
        authorize::success(&self.public, authorized)
    }

    fn authorize_refusal(&self, refusal: &Refusal, tenant: TenantId, _: &RequestIds) -> Vec<(&'static str, String)> {
        authorize::refusal(&self.public, refusal, tenant)
    }

    /// There is no such endpoint in the standard.
    fn parse_admin_consent(&self, _: &Parameters) -> Result<core::Request, Refusal> {
        Err(Refusal::InteractionGone)
    }

    fn admin_consent_success(&self, _: &ConsentQuestion, _: TenantId) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    fn admin_consent_refusal(
        &self,
        refusal: &Refusal,
        tenant: TenantId,
        ids: &RequestIds,
    ) -> Vec<(&'static str, String)> {
        self.authorize_refusal(refusal, tenant, ids)
    }

    fn parse_device(&self, call: &TokenCall<'_>) -> Result<DeviceRequest, Refusal> {
        device::parse(call)
    }

    fn device_success(&self, issued: &IssuedDeviceCode) -> Reply {
        device::success(issued)
    }

    fn asks_before_signing_out_unnamed(&self) -> bool {
        true
    }

    fn lets_ask_about_sessions(&self) -> bool {
        true
    }

    fn parse_sign_out(&self, parameters: &Parameters) -> Result<SignOutRequest, Refusal> {
        oauth::sign_out::parse(parameters)
    }

    fn code_on_page(&self, refusal: &Refusal) -> String {
        errors::of(refusal, Endpoint::Authorize).error.to_owned()
    }

    fn parse_caller(&self, call: &TokenCall<'_>) -> Option<Caller> {
        credentials::read(call).ok()
    }

    fn parse_token(&self, call: &TokenCall<'_>) -> Result<TokenRequest, Refusal> {
        token::parse(call)
    }

    fn token_success(&self, _: &Parameters, issued: &IssuedTokens) -> Reply {
        token::success(issued)
    }

    fn token_refusal(&self, refusal: &Refusal, _: &RequestIds) -> Reply {
        errors::reply(refusal)
    }

    fn token_fault(&self, retry_after: Option<u32>, ids: &RequestIds) -> Reply {
        errors::fault(retry_after, ids)
    }
}
