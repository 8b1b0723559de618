//! The authorization endpoint's words (Source: entra-dialect 6 and 7).

use grantor_protocol::PublicUrl;
use grantor_protocol::prompt::Prompt;
use grantor_rules::Refusal;
use grantor_rules::authorize::{ChallengeWanted, Request};

use super::claims::issuer;
use super::claims_request::claims_are_json;
use super::client_info;
use super::errors::{self, Endpoint};
use super::version::{Version, prompt, wanted_for_person};
use crate::form::cut;
use crate::oauth::authorize::{challenge, front, max_age, response_mode, response_type};
use crate::oauth::words::{limit, state};
use crate::{Authorized, Parameters, RequestIds};

pub fn parse<V: Version>(parameters: &Parameters) -> Result<Request, Refusal> {
    let response_type = response_type(parameters.required("response_type", limit::SHORT)?)?;
    let response_mode = response_mode(parameters, response_type)?;
    let state = state(parameters)?;
    let text = |name, limit| Ok(parameters.optional(name, limit)?.map(str::to_owned));
    let nonce = text("nonce", limit::HINT)?;
    let wanted = wanted_for_person::<V>(parameters)?;
    by_reference(parameters)?;
    claims_are_json(parameters)?;
    Ok(Request {
        response_type,
        response_mode,
        state,
        nonce,
        challenge: challenge(parameters)?,
        challenge_wanted: ChallengeWanted::OfBrowserApps,
        confirms_own_schemes: false,
        prompt: asked_prompt::<V>(parameters)?,
        login_hint: text("login_hint", limit::HINT)?,
        sid: text("sid", limit::HINT)?,
        max_age: max_age(parameters)?,
        ..Request::without_address(wanted)
    })
}

fn asked_prompt<V: Version>(parameters: &Parameters) -> Result<Prompt, Refusal> {
    match parameters.optional("prompt", limit::SHORT)? {
        None => Ok(Prompt::AsNeeded),
        Some(text) => prompt::<V>(text).ok_or_else(|| Refusal::PromptUnknown { asked: cut(text, 80) }),
    }
}

/// A request that stands elsewhere would change what this one means, so it cannot just be ignored.
fn by_reference(parameters: &Parameters) -> Result<(), Refusal> {
    for name in ["request", "request_uri"] {
        if parameters.optional(name, usize::MAX)?.is_some() {
            return Err(Refusal::ParameterNotSupported { name });
        }
    }
    Ok(())
}

/// The answer, without `state`.
pub fn success<V: Version>(
    public: &PublicUrl,
    parameters: &Parameters,
    authorized: &Authorized,
) -> Vec<(&'static str, String)> {
    let mut answer = front(authorized, V::scope);
    let mut add = |name, value: Option<String>| answer.extend(value.map(|value| (name, value)));
    add("client_info", client_info(parameters, authorized.tenant, authorized.user));
    add("session_state", Some(authorized.session_state.clone()));
    if prompt_is::<V>(parameters, Prompt::AdminConsent) {
        add("admin_consent", Some("True".to_owned()));
    }
    // The live service does not say who answers; its clients do not mind, and others can tell two servers apart
    // (RFC 9207 §2).
    add("iss", Some(issuer(V::FORM, public, &authorized.tenant.to_string())));
    answer
}

fn prompt_is<V: Version>(parameters: &Parameters, asked: Prompt) -> bool {
    parameters.sole("prompt").and_then(prompt::<V>) == Some(asked)
}

/// The answer that says no, without `state`.
pub fn refusal<V: Version>(public: &PublicUrl, refusal: &Refusal, ids: &RequestIds) -> Vec<(&'static str, String)> {
    let report = V::report(refusal, Endpoint::Authorize);
    let mut answer = vec![
        ("error", report.error.to_owned()),
        ("error_description", errors::description(refusal, report, ids)),
        // MSAL for JavaScript reads the number after the last `code=`.
        ("error_uri", public.at(&format!("/error?code={}", report.code))),
    ];
    if matches!(refusal, Refusal::ConsentDeclined) {
        answer.push(("error_subcode", "cancel".to_owned()));
    }
    answer
}
