//! The Microsoft identity platform, v2.0.

mod admin_consent;
pub mod metadata;
pub mod paths;
mod scope;

use grantor_protocol::prompt::Prompt;
use grantor_protocol::{PublicUrl, TenantId};
use grantor_rules::Refusal;
use grantor_rules::consent::ConsentQuestion;
use grantor_rules::model::TokenVersion;
use grantor_rules::scopes::{SignInScope, WantedScopes};
use grantor_rules::token::issued::IssuedTokens;
use serde_json::{Map, Value, json};

use crate::entra::errors::{self, Endpoint, Report};
use crate::entra::{Entra, Version};
use crate::{Parameters, RequestIds};

/// The dialect of the Microsoft identity platform, v2.0, spoken at one public URL.
pub type EntraV2 = Entra<V2>;

/// What v2.0 says in its own way.
#[derive(Clone, Copy, Debug)]
pub struct V2;

impl Version for V2 {
    const NAME: &'static str = "entra-v2";
    const FORM: TokenVersion = TokenVersion::V2;
    const SERVES_PERSONAL_ACCOUNTS: bool = true;
    const WANTED_IN: &'static str = "scope";
    const IMPLIED: &'static [SignInScope] = &[];
    const FURTHER_PROMPTS: &'static [(&'static str, Prompt)] = &[];

    fn named(parameters: &Parameters) -> Result<Option<WantedScopes>, Refusal> {
        scope::named(parameters)
    }

    fn report(refusal: &Refusal, endpoint: Endpoint) -> Report {
        errors::of(refusal, endpoint)
    }

    fn number(number: u64) -> Value {
        json!(number)
    }

    /// In the words of the request, which clients use as the key of their caches (Source: entra-dialect 8.6).
    fn scope(issued: &IssuedTokens) -> Option<String> {
        (!issued.scope.is_empty()).then(|| issued.scope.join(" "))
    }

    fn add_to_tokens(body: &mut Map<String, Value>, issued: &IssuedTokens) {
        if let Some(lifetime) = issued.refresh_token_expires_in {
            body.insert("refresh_token_expires_in".to_owned(), json!(lifetime.as_secs()));
        }
    }

    fn admin_consent_success(allowed: &ConsentQuestion, tenant: TenantId) -> Vec<(&'static str, String)> {
        admin_consent::success(allowed, tenant)
    }

    fn admin_consent_refusal(refusal: &Refusal, ids: &RequestIds) -> Vec<(&'static str, String)> {
        admin_consent::refusal(refusal, ids)
    }

    fn document(public: &PublicUrl, segment: &str, issuer: &str) -> Value {
        metadata::body(public, segment, issuer)
    }
}
