//! Azure AD, v1.0: an API is named by `resource`, what is asked of it stands in the registration, and numbers are strings.

mod admin_consent;
pub mod errors;
pub mod metadata;
pub mod paths;
mod resource;

use grantor_protocol::prompt::Prompt;
use grantor_protocol::{PublicUrl, TenantId};
use grantor_rules::consent::ConsentQuestion;
use grantor_rules::model::TokenVersion;
use grantor_rules::scopes::{ApiName, SignInScope, WantedScopes};
use grantor_rules::token::issued::IssuedTokens;
use grantor_rules::{Refusal, directory_api};
use serde_json::{Map, Value, json};

use crate::entra::errors::{Endpoint, Report};
use crate::entra::{Entra, SIGN_IN, Version, claims};
use crate::{Parameters, RequestIds};

/// The dialect of Azure AD, v1.0, spoken at one public URL.
pub type EntraV1 = Entra<V1>;

/// What v1.0 says in its own way.
#[derive(Clone, Copy, Debug)]
pub struct V1;

impl Version for V1 {
    const NAME: &'static str = "entra-v1";
    const FORM: TokenVersion = TokenVersion::V1;
    const SERVES_PERSONAL_ACCOUNTS: bool = false;
    const WANTED_IN: &'static str = "resource";
    /// `scope` is not read: id_token and refresh token always come with a person's tokens (Source: entra-dialect 7 and 8.5).
    const IMPLIED: &'static [SignInScope] = &SIGN_IN;
    const FURTHER_PROMPTS: &'static [(&'static str, Prompt)] = &[("admin_consent", Prompt::AdminConsent)];

    fn named(parameters: &Parameters) -> Result<Option<WantedScopes>, Refusal> {
        resource::named(parameters)
    }

    fn report(refusal: &Refusal, endpoint: Endpoint) -> Report {
        errors::of(refusal, endpoint)
    }

    fn number(number: u64) -> Value {
        json!(number.to_string())
    }

    /// By the permissions' own names: there was no word for them in the request.
    fn scope(issued: &IssuedTokens) -> Option<String> {
        (!issued.granted.is_empty()).then(|| issued.granted.join(" "))
    }

    fn add_to_tokens(body: &mut Map<String, Value>, issued: &IssuedTokens) {
        let mut add = |name: &str, value: Value| body.insert(name.to_owned(), value);
        // ADAL finds a token in its cache only if this is the very text that it asked with.
        add(
            "resource",
            match &issued.api {
                ApiName::Identifier(name) => json!(name),
                ApiName::Directory => json!(directory_api::CLIENT_ID),
            },
        );
        add("not_before", json!(claims::begins_at(issued.issued_at).seconds().to_string()));
        add("expires_on", json!((issued.issued_at + issued.expires_in).seconds().to_string()));
    }

    fn admin_consent_success(_: &ConsentQuestion, tenant: TenantId) -> Vec<(&'static str, String)> {
        crate::entra::administrator_allowed(tenant)
    }

    fn admin_consent_refusal(refusal: &Refusal, ids: &RequestIds) -> Vec<(&'static str, String)> {
        admin_consent::refusal(refusal, ids)
    }

    fn document(public: &PublicUrl, segment: &str, issuer: &str) -> Value {
        metadata::body(public, segment, issuer)
    }
}
