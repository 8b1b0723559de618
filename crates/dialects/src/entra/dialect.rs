//! The Microsoft dialect in either version.

use std::marker::PhantomData;

use grantor_environment::Timestamp;
use grantor_protocol::{PublicUrl, RedirectUri, TenantId};
use grantor_rules::api_access::PresentedToken;
use grantor_rules::client::{AcceptedAssertions, Caller, Manner};
use grantor_rules::consent::ConsentQuestion;
use grantor_rules::layout::{
    AccessTokenFacts, ApplicationTokenFacts, IdTokenFacts, LogoutTokenFacts, TokenLayout, TokenType,
};
use grantor_rules::model::{AccessTokenFormat, Application, SigningAlg, Tenant};
use grantor_rules::refusal::TokenFault;
use grantor_rules::responses::Encryption;
use grantor_rules::token::issued::{IssuedTokens, TokenRequest};
use grantor_rules::{Refusal, authorize as core};
use serde_json::{Map, Value};

use super::errors::Endpoint;
use super::version::Version;
use super::{admin_consent, authorize, claims, device, errors, metadata, paths, token, tokens};
use crate::{
    Authorized, DeviceRequest, Dialect, Identification, IssuedDeviceCode, Parameters, Reply, RequestIds,
    SignOutRequest, TokenCall, WayBack, oauth,
};

/// The Microsoft dialect in version `V`, spoken at one public URL.
#[derive(Clone, Debug)]
pub struct Entra<V> {
    public: PublicUrl,
    built_in_redirects: Vec<RedirectUri>,
    version: PhantomData<V>,
}

impl<V: Version> Entra<V> {
    /// The name under which requests that wait are stored.
    pub const NAME: &'static str = V::NAME;

    /// Speaks the dialect at `public`.
    pub fn new(public: PublicUrl) -> Self {
        // A plain-HTTP public URL that is not loopback cannot be redirected to: such a deployment has no landing page.
        let native_client = RedirectUri::parse(&public.at(paths::NATIVE_CLIENT));
        Self { built_in_redirects: native_client.into_iter().collect(), public, version: PhantomData }
    }

    /// The public URL.
    pub const fn public(&self) -> &PublicUrl {
        &self.public
    }
}

impl<V: Version> TokenLayout for Entra<V> {
    fn access_token_type(&self) -> TokenType {
        TokenType::Jwt
    }

    fn access_token_format(&self, _: &Application, _: &Application) -> AccessTokenFormat {
        AccessTokenFormat::Jwt
    }

    /// Readers of id_tokens expect RS256 in the Microsoft dialects, whatever the API's tokens are signed with.
    fn id_token_signing_alg(&self, _: &Application) -> SigningAlg {
        SigningAlg::Rs256
    }

    fn id_token_encryption<'c>(&self, _: &'c Application) -> Option<Encryption<'c>> {
        None
    }

    fn access_token(&self, facts: &AccessTokenFacts<'_>) -> Map<String, Value> {
        claims::access_token(&self.public, facts)
    }

    fn application_token(&self, facts: &ApplicationTokenFacts<'_>) -> Map<String, Value> {
        claims::application_token(&self.public, facts)
    }

    fn id_token(&self, facts: &IdTokenFacts<'_>) -> Map<String, Value> {
        claims::id_token(V::FORM, &self.public, facts)
    }

    fn logout_token(&self, facts: &LogoutTokenFacts<'_>) -> Map<String, Value> {
        oauth::logout_token::claims(&self.issuer(facts.tenant), facts)
    }

    fn read_access_token(&self, claims: &Map<String, Value>, now: Timestamp) -> Result<PresentedToken, TokenFault> {
        claims::read::access_token(&self.public, claims, now)
    }

    fn tenant_of(&self, claims: &Map<String, Value>) -> Option<TenantId> {
        claims.get("tid")?.as_str()?.parse().ok()
    }

    fn issuer(&self, tenant: TenantId) -> String {
        claims::issuer(V::FORM, &self.public, &tenant.to_string())
    }

    fn accepted_assertions(&self, tenant: &Tenant) -> AcceptedAssertions {
        AcceptedAssertions { audiences: metadata::assertion_audiences(&self.public, tenant), manner: Manner::Lenient }
    }
}

impl<V: Version> Dialect for Entra<V> {
    fn name(&self) -> &'static str {
        V::NAME
    }

    fn serves_personal_accounts(&self) -> bool {
        V::SERVES_PERSONAL_ACCOUNTS
    }

    fn serves_several_tenants(&self) -> bool {
        true
    }

    fn layout(&self) -> &dyn TokenLayout {
        self
    }

    fn built_in_redirects(&self) -> &[RedirectUri] {
        &self.built_in_redirects
    }

    fn identify(&self, parameters: &Parameters) -> Result<Identification, Refusal> {
        oauth::authorize::identify(parameters)
    }

    fn way_back(&self, parameters: &Parameters) -> WayBack {
        oauth::authorize::way_back(parameters)
    }

    fn parse_authorize(&self, parameters: &Parameters) -> Result<core::Request, Refusal> {
        authorize::parse::<V>(parameters)
    }

    fn stays_on_a_page(&self, refusal: &Refusal) -> bool {
        V::report(refusal, Endpoint::Authorize).page
    }

    fn authorize_success(&self, parameters: &Parameters, authorized: &Authorized) -> Vec<(&'static str, String)> {
        authorize::success::<V>(&self.public, parameters, authorized)
    }

    fn authorize_refusal(&self, refusal: &Refusal, tenant: TenantId, ids: &RequestIds) -> Vec<(&'static str, String)> {
        let mut answer = authorize::refusal::<V>(&self.public, refusal, ids);
        answer.push(("iss", claims::issuer(V::FORM, &self.public, &tenant.to_string())));
        answer
    }

    fn parse_admin_consent(&self, parameters: &Parameters) -> Result<core::Request, Refusal> {
        admin_consent::parse::<V>(parameters)
    }

    fn admin_consent_success(&self, allowed: &ConsentQuestion, tenant: TenantId) -> Vec<(&'static str, String)> {
        V::admin_consent_success(allowed, tenant)
    }

    fn admin_consent_refusal(&self, refusal: &Refusal, _: TenantId, ids: &RequestIds) -> Vec<(&'static str, String)> {
        V::admin_consent_refusal(refusal, ids)
    }

    fn parse_device(&self, call: &TokenCall<'_>) -> Result<DeviceRequest, Refusal> {
        device::parse::<V>(call)
    }

    fn device_success(&self, issued: &IssuedDeviceCode) -> Reply {
        device::success::<V>(issued)
    }

    fn asks_before_signing_out_unnamed(&self) -> bool {
        false
    }

    fn lets_ask_about_sessions(&self) -> bool {
        false
    }

    fn parse_sign_out(&self, parameters: &Parameters) -> Result<SignOutRequest, Refusal> {
        oauth::sign_out::parse(parameters)
    }

    fn code_on_page(&self, refusal: &Refusal) -> String {
        format!("AADSTS{}", V::report(refusal, Endpoint::Authorize).code)
    }

    /// The whole request is read before it is looked at who sends it.
    fn parse_caller(&self, _: &TokenCall<'_>) -> Option<Caller> {
        None
    }

    fn parse_token(&self, call: &TokenCall<'_>) -> Result<TokenRequest, Refusal> {
        token::parse::<V>(call)
    }

    fn token_success(&self, parameters: &Parameters, issued: &IssuedTokens) -> Reply {
        tokens::success::<V>(parameters, issued)
    }

    fn token_refusal(&self, refusal: &Refusal, ids: &RequestIds) -> Reply {
        errors::reply_as(V::report(refusal, Endpoint::Token), refusal, ids)
    }

    fn token_fault(&self, retry_after: Option<u32>, ids: &RequestIds) -> Reply {
        errors::fault(retry_after, ids)
    }
}
