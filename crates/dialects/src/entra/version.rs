//! What v1.0 and v2.0 say differently: all of it, and nothing else.

use std::fmt;

use grantor_protocol::prompt::Prompt;
use grantor_protocol::{PublicUrl, TenantId};
use grantor_rules::Refusal;
use grantor_rules::consent::ConsentQuestion;
use grantor_rules::model::TokenVersion;
use grantor_rules::scopes::{SignInScope, WantedScopes};
use grantor_rules::token::issued::IssuedTokens;
use serde_json::{Map, Value};

use super::errors::{Endpoint, Report};
use crate::{Parameters, RequestIds};

/// One version of the Microsoft dialect.
pub trait Version: fmt::Debug + Clone + Copy + Send + Sync + 'static {
    /// The name under which requests that wait are stored.
    const NAME: &'static str;
    /// The form of its id_tokens.
    const FORM: TokenVersion;
    /// Whether personal accounts may sign in by it (Source: entra-dialect 18, 90027).
    const SERVES_PERSONAL_ACCOUNTS: bool;
    /// The parameter that names what is wanted.
    const WANTED_IN: &'static str;
    /// The permissions of signing in that every request for a person asks for without saying so.
    const IMPLIED: &'static [SignInScope];
    /// The values of `prompt` that it has beside those of OpenID Connect.
    const FURTHER_PROMPTS: &'static [(&'static str, Prompt)];

    /// What the request names, if it names anything.
    ///
    /// # Errors
    /// A [`Refusal`] when it cannot be read.
    fn named(parameters: &Parameters) -> Result<Option<WantedScopes>, Refusal>;

    /// How a refusal is reported.
    fn report(refusal: &Refusal, endpoint: Endpoint) -> Report;

    /// A number in a reply.
    fn number(number: u64) -> Value;

    /// What a reply says the access token allows.
    fn scope(issued: &IssuedTokens) -> Option<String>;

    /// Adds what only its token replies say.
    fn add_to_tokens(body: &mut Map<String, Value>, issued: &IssuedTokens);

    /// The parameters that say what an administrator has allowed.
    fn admin_consent_success(allowed: &ConsentQuestion, tenant: TenantId) -> Vec<(&'static str, String)>;

    /// The parameters that say that an administrator has not allowed it.
    fn admin_consent_refusal(refusal: &Refusal, ids: &RequestIds) -> Vec<(&'static str, String)>;

    /// The discovery document. `segment` stands for the tenant in addresses, `issuer` in the issuer.
    fn document(public: &PublicUrl, segment: &str, issuer: &str) -> Value;
}

/// Reads a value of `prompt`.
pub fn prompt<V: Version>(text: &str) -> Option<Prompt> {
    let further = V::FURTHER_PROMPTS.iter().find(|(name, _)| *name == text).map(|(_, prompt)| *prompt);
    further.or_else(|| Prompt::parse(text))
}

/// What a request for a person names, with what is implied.
///
/// # Errors
/// A [`Refusal`] when it cannot be read.
pub fn named_for_person<V: Version>(parameters: &Parameters) -> Result<Option<WantedScopes>, Refusal> {
    Ok(V::named(parameters)?.map(|named| named.with_sign_in(V::IMPLIED)))
}

/// What a request wants that must want something for a person: where nothing is named, what is implied.
///
/// # Errors
/// A [`Refusal`] when it cannot be read, [`Refusal::ParameterMissing`] when there is nothing.
pub fn wanted_for_person<V: Version>(parameters: &Parameters) -> Result<WantedScopes, Refusal> {
    let wanted = named_for_person::<V>(parameters)?.unwrap_or_else(|| WantedScopes::default().with_sign_in(V::IMPLIED));
    Some(wanted).filter(|wanted| !wanted.is_empty()).ok_or(Refusal::ParameterMissing { name: V::WANTED_IN })
}

/// What a request names that must name something.
///
/// # Errors
/// A [`Refusal`] when it cannot be read, [`Refusal::ParameterMissing`] when nothing is named.
pub fn must_name<V: Version>(parameters: &Parameters) -> Result<WantedScopes, Refusal> {
    V::named(parameters)?.ok_or(Refusal::ParameterMissing { name: V::WANTED_IN })
}
