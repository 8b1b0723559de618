//! The Microsoft identity platform, v2.0.

mod authorize;
pub mod metadata;
pub mod paths;
mod scope;
mod token;

use grantor_protocol::response::ResponseMode;
use grantor_protocol::{PublicUrl, RedirectUri, TenantId};
use grantor_rules::layout::{AccessTokenFacts, ApplicationTokenFacts, IdTokenFacts, TokenLayout};
use grantor_rules::token::issued::{IssuedTokens, TokenRequest};
use grantor_rules::{Refusal, authorize as core};
use serde_json::{Map, Value};

use crate::entra::errors::Endpoint;
use crate::entra::{claims, client_info, errors};
use crate::{Dialect, Identification, IssuedCode, Parameters, Reply, RequestIds, TokenCall};

/// The dialect of the Microsoft identity platform, v2.0, spoken at one public URL.
#[derive(Clone, Debug)]
pub struct EntraV2 {
    public: PublicUrl,
    built_in_redirects: Vec<RedirectUri>,
}

impl EntraV2 {
    /// The name under which requests that wait are stored.
    pub const NAME: &'static str = "entra-v2";

    /// Speaks the dialect at `public`.
    pub fn new(public: PublicUrl) -> Self {
        // A plain-HTTP public URL that is not loopback cannot be redirected to: such a deployment has no landing page.
        let native_client = RedirectUri::parse(&public.at(paths::NATIVE_CLIENT));
        Self { built_in_redirects: native_client.into_iter().collect(), public }
    }

    /// The public URL.
    pub const fn public(&self) -> &PublicUrl {
        &self.public
    }
}

impl TokenLayout for EntraV2 {
    fn access_token(&self, facts: &AccessTokenFacts<'_>) -> Map<String, Value> {
        claims::access_token(&self.public, facts)
    }

    fn application_token(&self, facts: &ApplicationTokenFacts<'_>) -> Map<String, Value> {
        claims::application_token(&self.public, facts)
    }

    fn id_token(&self, facts: &IdTokenFacts<'_>) -> Map<String, Value> {
        claims::id_token_v2(&self.public, facts)
    }
}

impl Dialect for EntraV2 {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn layout(&self) -> &dyn TokenLayout {
        self
    }

    fn built_in_redirects(&self) -> &[RedirectUri] {
        &self.built_in_redirects
    }

    fn identify(&self, parameters: &Parameters) -> Result<Identification, Refusal> {
        authorize::identify(parameters)
    }

    fn way_back(&self, parameters: &Parameters) -> (ResponseMode, Option<String>) {
        authorize::way_back(parameters)
    }

    fn parse_authorize(&self, parameters: &Parameters) -> Result<core::Request, Refusal> {
        authorize::parse(parameters)
    }

    fn stays_on_a_page(&self, refusal: &Refusal) -> bool {
        errors::of(refusal, Endpoint::Authorize).page
    }

    fn authorize_success(&self, parameters: &Parameters, issued: &IssuedCode) -> Vec<(&'static str, String)> {
        let mut answer = vec![("code", issued.code.expose().to_owned())];
        if let Some(client_info) = client_info(parameters, issued.tenant, issued.user) {
            answer.push(("client_info", client_info));
        }
        answer.push(("session_state", issued.session_state.clone()));
        // The live service does not say who answers; its clients do not mind, and others can tell two servers apart
        // (RFC 9207 §2).
        answer.push(("iss", claims::issuer_v2(&self.public, &issued.tenant.to_string())));
        answer
    }

    fn authorize_refusal(&self, refusal: &Refusal, tenant: TenantId, ids: &RequestIds) -> Vec<(&'static str, String)> {
        let mut answer = authorize::refusal(&self.public, refusal, ids);
        answer.push(("iss", claims::issuer_v2(&self.public, &tenant.to_string())));
        answer
    }

    fn code_on_page(&self, refusal: &Refusal) -> String {
        format!("AADSTS{}", errors::of(refusal, Endpoint::Authorize).code)
    }

    fn parse_token(&self, call: &TokenCall<'_>) -> Result<TokenRequest, Refusal> {
        token::parse(call)
    }

    fn token_success(&self, parameters: &Parameters, issued: &IssuedTokens) -> Reply {
        token::success(parameters, issued)
    }

    fn token_refusal(&self, refusal: &Refusal, ids: &RequestIds) -> Reply {
        errors::reply(refusal, Endpoint::Token, ids)
    }

    fn token_fault(&self, retry_after: Option<u32>, ids: &RequestIds) -> Reply {
        errors::fault(retry_after, ids)
    }
}
