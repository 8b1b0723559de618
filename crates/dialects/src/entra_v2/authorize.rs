//! The authorization endpoint's words (Source: entra-dialect 6).

use std::time::Duration;

use grantor_protocol::pkce::{ChallengeMethod, CodeChallenge};
use grantor_protocol::prompt::Prompt;
use grantor_protocol::response::ResponseMode;
use grantor_protocol::{ClientId, PublicUrl, RedirectUri};
use grantor_rules::Refusal;
use grantor_rules::authorize::Request;

use super::scope;
use crate::entra::errors::{self, Endpoint};
use crate::form::cut;
use crate::{Identification, Parameters, RequestIds};

/// The most bytes of each parameter. Clients put their whole page address into `state`.
mod limit {
    pub const SHORT: usize = 256;
    pub const HINT: usize = 1024;
    pub const SCOPE: usize = 4096;
    pub const STATE: usize = 8192;
    pub const CLAIMS: usize = 16 * 1024;
}

pub fn identify(parameters: &Parameters) -> Result<Identification, Refusal> {
    let client_id = parameters.required("client_id", limit::SHORT)?;
    let redirect_uri = parameters.optional("redirect_uri", RedirectUri::LONGEST)?;
    Ok(Identification {
        client_id: ClientId::parse(client_id).map_err(|why| Refusal::ClientIdMalformed { why })?,
        redirect_uri: redirect_uri.map(redirect).transpose()?,
    })
}

pub fn redirect(text: &str) -> Result<RedirectUri, Refusal> {
    RedirectUri::parse(text).map_err(|why| Refusal::RedirectMalformed { asked: cut(text, 200), why })
}

pub fn way_back(parameters: &Parameters) -> (ResponseMode, Option<String>) {
    let mode = parameters.sole("response_mode").and_then(ResponseMode::parse);
    let front_channel =
        parameters.sole("response_type").is_some_and(|kind| kind.split_whitespace().any(|word| word != "code"));
    let mode = mode.unwrap_or(if front_channel { ResponseMode::Fragment } else { ResponseMode::Query });
    let state = parameters.sole("state").filter(|state| state.len() <= limit::STATE);
    (mode, state.map(str::to_owned))
}

pub fn parse(parameters: &Parameters) -> Result<Request, Refusal> {
    response_type(parameters.required("response_type", limit::SHORT)?)?;
    let response_mode = response_mode(parameters)?;
    let state = parameters.optional("state", limit::STATE)?.map(str::to_owned);
    let nonce = parameters.optional("nonce", limit::HINT)?.map(str::to_owned);
    let scope = parameters.required("scope", limit::SCOPE)?;
    not_supported(parameters)?;
    claims_are_json(parameters)?;
    Ok(Request {
        response_mode,
        state,
        nonce,
        challenge: challenge(parameters)?,
        prompt: prompt(parameters)?,
        login_hint: parameters.optional("login_hint", limit::HINT)?.map(str::to_owned),
        max_age: max_age(parameters)?,
        wanted: Some(scope::read(scope)?)
            .filter(|wanted| !wanted.is_empty())
            .ok_or(Refusal::ParameterMissing { name: "scope" })?,
    })
}

/// Only `code` is served; what exists beside it must be switched on for an application, and none can be yet.
fn response_type(text: &str) -> Result<(), Refusal> {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    if words == ["code"] {
        Ok(())
    } else if !words.is_empty() && words.iter().all(|word| ["code", "id_token", "token"].contains(word)) {
        Err(Refusal::ResponseTypeNotEnabled { asked: words.join(" ") })
    } else {
        Err(Refusal::ResponseTypeUnknown { asked: cut(text, 80) })
    }
}

fn response_mode(parameters: &Parameters) -> Result<ResponseMode, Refusal> {
    match parameters.optional("response_mode", limit::SHORT)? {
        None => Ok(ResponseMode::Query),
        Some(text) => ResponseMode::parse(text).ok_or_else(|| Refusal::ResponseModeUnknown { asked: cut(text, 80) }),
    }
}

fn prompt(parameters: &Parameters) -> Result<Prompt, Refusal> {
    match parameters.optional("prompt", limit::SHORT)? {
        None => Ok(Prompt::AsNeeded),
        Some(text) => Prompt::parse(text).ok_or_else(|| Refusal::PromptUnknown { asked: cut(text, 80) }),
    }
}

/// A challenge without a method is a plain one (RFC 7636 §4.3).
fn challenge(parameters: &Parameters) -> Result<Option<CodeChallenge>, Refusal> {
    let method = match parameters.optional("code_challenge_method", limit::SHORT)? {
        None => None,
        Some("S256") => Some(ChallengeMethod::S256),
        Some("plain") => Some(ChallengeMethod::Plain),
        Some(other) => return Err(Refusal::ChallengeMethodUnknown { asked: cut(other, 80) }),
    };
    match (parameters.optional("code_challenge", limit::HINT)?, method) {
        (Some(text), method) => CodeChallenge::parse(method.unwrap_or(ChallengeMethod::Plain), text)
            .map(Some)
            .map_err(|why| Refusal::ChallengeMalformed { why }),
        (None, Some(_)) => Err(Refusal::ChallengeMissing),
        (None, None) => Ok(None),
    }
}

fn max_age(parameters: &Parameters) -> Result<Option<Duration>, Refusal> {
    let Some(text) = parameters.optional("max_age", limit::SHORT)? else { return Ok(None) };
    let seconds = text.parse().map_err(|_| Refusal::ParameterMalformed {
        name: "max_age",
        expected: "a number of seconds",
        found: cut(text, 80),
    })?;
    Ok(Some(Duration::from_secs(seconds)))
}

/// These would change what the request means, so they cannot just be ignored.
fn not_supported(parameters: &Parameters) -> Result<(), Refusal> {
    for name in ["resource", "request", "request_uri"] {
        if parameters.optional(name, usize::MAX)?.is_some() {
            return Err(Refusal::ParameterNotSupported { name });
        }
    }
    Ok(())
}

/// MSAL for JavaScript always sends `claims`; none is acted on yet, but what is no JSON is a mistake.
pub fn claims_are_json(parameters: &Parameters) -> Result<(), Refusal> {
    let Some(text) = parameters.optional("claims", limit::CLAIMS)? else { return Ok(()) };
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(serde_json::Value::Object(_)) => Ok(()),
        _ => Err(Refusal::ParameterMalformed { name: "claims", expected: "a JSON object", found: cut(text, 80) }),
    }
}

pub fn refusal(public: &PublicUrl, refusal: &Refusal, ids: &RequestIds) -> Vec<(&'static str, String)> {
    let report = errors::of(refusal, Endpoint::Authorize);
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
