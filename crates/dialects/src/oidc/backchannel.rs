//! The words of the endpoint where an application asks a person who is elsewhere (CIBA §7).

use std::time::Duration;

use grantor_protocol::Secret;
use grantor_rules::Refusal;
use grantor_rules::backchannel::{PersonHint, Request, binding_message, is_bearer_token, not_signed_so};
use grantor_rules::client::Caller;
use grantor_rules::scopes::SignInScope;
use serde_json::{Map, Value, json};

use super::scope;
use crate::form::cut;
use crate::oauth::credentials;
use crate::oauth::words::limit;
use crate::{Parameters, Reply, TokenCall};

/// Who asks, with what they show for it, and the signed request, if there is one.
///
/// # Errors
/// A [`Refusal`] for the caller.
pub fn caller(call: &TokenCall<'_>) -> Result<(Caller, Option<Secret>), Refusal> {
    let caller = credentials::read(call)?;
    Ok((caller, call.parameters.optional("request", limit::DOCUMENT)?.map(Secret::new)))
}

/// The parameters that a signed request holds: its claims, without those that tell who made it and when. Beside it stands what
/// proves the application, and nothing else (CIBA §7.1.1).
///
/// # Errors
/// [`Refusal::ParameterMalformed`] for a claim that no parameter could be, or for a parameter beside the request.
pub fn of_signed(outer: &Parameters, claims: &Map<String, Value>) -> Result<Parameters, Refusal> {
    const BESIDE: [&str; 5] = ["request", "client_id", "client_secret", "client_assertion", "client_assertion_type"];
    const OF_THE_TOKEN: [&str; 6] = ["iss", "aud", "iat", "nbf", "exp", "jti"];
    if outer.pairs().iter().any(|(name, _)| !BESIDE.contains(&name.as_str())) {
        return Err(not_signed_so("every parameter inside, and only what proves the application beside it"));
    }
    let mut pairs = Vec::new();
    for (name, value) in claims.iter().filter(|(name, _)| !OF_THE_TOKEN.contains(&name.as_str())) {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(not_signed_so("claims that are texts or numbers")),
        };
        pairs.push((name.clone(), text));
    }
    Ok(Parameters::from_pairs(pairs))
}

/// Reads what is asked.
///
/// # Errors
/// A [`Refusal`] for the caller.
pub fn parse(parameters: &Parameters) -> Result<Request, Refusal> {
    let wanted = scope::named(parameters)?.ok_or(Refusal::ParameterMissing { name: "scope" })?;
    if !wanted.signs_in_with(SignInScope::OpenId) {
        let (expected, found) = ("a scope that contains 'openid'", cut(parameters.sole("scope").unwrap_or(""), 80));
        return Err(Refusal::ParameterMalformed { name: "scope", expected, found });
    }
    parameters.optional("acr_values", limit::HINT)?;
    // Nobody has registered a code of their own, so none can be compared.
    if parameters.optional("user_code", limit::HINT)?.is_some() {
        return Err(Refusal::ParameterNotSupported { name: "user_code" });
    }
    Ok(Request {
        wanted,
        person: person(parameters)?,
        binding_message: parameters.optional("binding_message", limit::HINT)?.map(binding_message).transpose()?,
        notification_token: parameters.optional("client_notification_token", limit::HINT)?.map(bearer).transpose()?,
        requested_expiry: parameters.optional("requested_expiry", limit::SHORT)?.map(seconds).transpose()?,
    })
}

/// One of the three hints, and one alone.
fn person(parameters: &Parameters) -> Result<PersonHint, Refusal> {
    let name = parameters.optional("login_hint", limit::HINT)?;
    let id_token = parameters.optional("id_token_hint", limit::DOCUMENT)?;
    let token = parameters.optional("login_hint_token", limit::DOCUMENT)?;
    match (name, id_token, token) {
        (Some(name), None, None) => Ok(PersonHint::Name(name.to_owned())),
        (None, Some(token), None) => Ok(PersonHint::IdToken(Secret::new(token))),
        (None, None, Some(_)) => Err(Refusal::ParameterNotSupported { name: "login_hint_token" }),
        (None, None, None) => Err(Refusal::ParameterMissing { name: "login_hint" }),
        _ => Err(Refusal::ParameterMalformed {
            name: "login_hint",
            expected: "one of login_hint and id_token_hint",
            found: "several".to_owned(),
        }),
    }
}

fn bearer(text: &str) -> Result<Secret, Refusal> {
    let expected = "a bearer token: letters, digits and -._~+/=";
    let malformed =
        || Refusal::ParameterMalformed { name: "client_notification_token", expected, found: String::new() };
    if is_bearer_token(text) { Ok(Secret::new(text)) } else { Err(malformed()) }
}

fn seconds(text: &str) -> Result<Duration, Refusal> {
    let read = text.parse().ok().filter(|seconds: &u64| *seconds > 0);
    let expected = "a whole number of seconds, at least 1";
    let malformed = || Refusal::ParameterMalformed { name: "requested_expiry", expected, found: cut(text, 80) };
    read.map(Duration::from_secs).ok_or_else(malformed)
}

/// A request that waits for its person (CIBA §7.3). An application that is told of the answer has no need of the interval, and
/// may ask as well.
pub fn success(auth_req_id: &Secret, expires_in: Duration, interval: Duration) -> Reply {
    let body = json!({
        "auth_req_id": auth_req_id.expose(),
        "expires_in": expires_in.as_secs(),
        "interval": interval.as_secs(),
    });
    Reply::no_store(200, body)
}
