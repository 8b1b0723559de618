//! The authorization endpoint's words that every dialect has (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1).

use std::time::Duration;

use grantor_protocol::pkce::{ChallengeMethod, CodeChallenge};
use grantor_protocol::response::{ResponseMode, ResponseType};
use grantor_rules::Refusal;
use grantor_rules::token::issued::IssuedTokens;

use super::words::{TOKEN_TYPE, client_id, limit, redirect};
use crate::form::cut;
use crate::{Authorized, Identification, Parameters, WayBack};

pub fn identify(parameters: &Parameters) -> Result<Identification, Refusal> {
    let asked = parameters.required("client_id", limit::SHORT)?;
    let answer = parameters.optional("redirect_uri", grantor_protocol::RedirectUri::LONGEST)?;
    Ok(Identification { client_id: client_id(asked)?, redirect_uri: answer.map(redirect).transpose()? })
}

/// What an answer in front carries (RFC 6749 §4.1.2 and §4.2.2, OpenID Connect Core §3.3.2.5).
pub fn front(
    authorized: &Authorized,
    scope: impl FnOnce(&IssuedTokens) -> Option<String>,
) -> Vec<(&'static str, String)> {
    let mut answer = Vec::new();
    let mut add = |name, value: Option<String>| answer.extend(value.map(|value| (name, value)));
    add("code", authorized.code.as_ref().map(|code| code.expose().to_owned()));
    add("id_token", authorized.id_token.as_ref().map(|token| token.expose().to_owned()));
    if let Some(issued) = &authorized.access_token {
        add("access_token", Some(issued.access_token.expose().to_owned()));
        add("token_type", Some(TOKEN_TYPE.to_owned()));
        add("expires_in", Some(issued.expires_in.as_secs().to_string()));
        add("scope", scope(issued));
    }
    answer
}

pub fn way_back(parameters: &Parameters) -> WayBack {
    let mode = parameters.sole("response_mode").and_then(ResponseMode::parse);
    // An error of a request that cannot be read must come back, too, and where the answer would have.
    let in_front =
        parameters.sole("response_type").is_some_and(|kind| kind.split_whitespace().any(|word| word != "code"));
    let state = parameters.sole("state").filter(|state| state.len() <= limit::STATE);
    WayBack { mode: mode.unwrap_or_else(|| default_mode(in_front)), signed: false, state: state.map(str::to_owned) }
}

/// Tokens must not stand where servers and their logs see them (OAuth 2.0 Multiple Response Type Encoding Practices §5).
pub const fn default_mode(carries_tokens: bool) -> ResponseMode {
    if carries_tokens { ResponseMode::Fragment } else { ResponseMode::Query }
}

/// What it may carry is the application's registration to say, and so the rules'.
pub fn response_type(text: &str) -> Result<ResponseType, Refusal> {
    ResponseType::parse(text).ok_or_else(|| Refusal::ResponseTypeUnknown { asked: cut(text, 80) })
}

pub fn response_mode(parameters: &Parameters, kind: ResponseType) -> Result<ResponseMode, Refusal> {
    match parameters.optional("response_mode", limit::SHORT)? {
        None => Ok(default_mode(kind.carries_tokens())),
        Some(text) => ResponseMode::parse(text).ok_or_else(|| Refusal::ResponseModeUnknown { asked: cut(text, 80) }),
    }
}

/// A challenge without a method is a plain one (RFC 7636 §4.3).
pub fn challenge(parameters: &Parameters) -> Result<Option<CodeChallenge>, Refusal> {
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

pub fn max_age(parameters: &Parameters) -> Result<Option<Duration>, Refusal> {
    let Some(text) = parameters.optional("max_age", limit::SHORT)? else { return Ok(None) };
    let seconds = text.parse().map_err(|_| Refusal::ParameterMalformed {
        name: "max_age",
        expected: "a number of seconds",
        found: cut(text, 80),
    })?;
    Ok(Some(Duration::from_secs(seconds)))
}
