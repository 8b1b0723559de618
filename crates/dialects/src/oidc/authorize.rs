//! The authorization endpoint's words (OpenID Connect Core §3.1.2.1, RFC 9207).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_protocol::prompt::Prompt;
use grantor_protocol::response::{ResponseMode, ResponseType};
use grantor_protocol::{PublicUrl, Secret, TenantId};
use grantor_rules::Refusal;
use grantor_rules::authorize::{ChallengeWanted, Request};
use grantor_rules::model::{RequestedClaims, Terms};
use grantor_rules::scopes::{SignInScope, WantedScopes};

use super::errors::described;
use super::metadata::issuer;
use super::{authorization_details, claims, claims_request, errors, scope};
use crate::form::cut;
use crate::oauth::authorize::{challenge, default_mode, front, max_age, response_mode, response_type};
use crate::oauth::words::{limit, state};
use crate::{Authorized, Parameters, WayBack, oauth};

/// What a response mode ends with whose answer is one signed token.
const SIGNED: &str = "jwt";

/// What would change what the request means, and is not supported (OpenID Connect Core §3.1.2.6). Requests that stand elsewhere
/// have given way to what they mean before they are read here: none may stand inside another.
const NOT_SUPPORTED: [&str; 3] = ["request", "request_uri", "registration"];

pub fn parse(parameters: &Parameters) -> Result<Request, Refusal> {
    let response_type = response_type(parameters.required("response_type", limit::SHORT)?)?;
    let response_mode = mode(parameters, response_type)?;
    let state = state(parameters)?;
    for name in NOT_SUPPORTED {
        if parameters.optional(name, usize::MAX)?.is_some() {
            return Err(Refusal::ParameterNotSupported { name });
        }
    }
    let text = |name, limit| Ok(parameters.optional(name, limit)?.map(str::to_owned));
    let wanted = scope::named(parameters)?.ok_or(Refusal::ParameterMissing { name: "scope" })?;
    // What extends OAuth is read before what extends that (OpenID Connect Core §3.1.2.2).
    let challenge = hashed(challenge(parameters)?, parameters)?;
    let authorization_details = authorization_details::read(parameters)?.unwrap_or_default();
    let dpop_jkt = dpop_jkt(parameters)?;
    let terms = Terms { authorization_details, ..terms(parameters, &wanted)? };
    Ok(Request {
        response_type,
        response_mode,
        signed_answer: way_back(parameters).signed,
        state,
        nonce: text("nonce", limit::HINT)?,
        challenge,
        challenge_wanted: ChallengeWanted::OfAllWithoutNonce,
        confirms_own_schemes: true,
        prompt: prompt(parameters)?,
        max_age: max_age(parameters)?,
        id_token_hint: parameters.optional("id_token_hint", limit::DOCUMENT)?.map(Secret::new),
        login_hint: text("login_hint", limit::HINT)?,
        terms,
        dpop_jkt,
        ..Request::without_address(wanted)
    })
}

/// What is asked for by name. Claims are those of OpenID Connect: without `openid` nobody asks for any.
fn terms(parameters: &Parameters, wanted: &WantedScopes) -> Result<Terms, Refusal> {
    let claims = claims_request::read(parameters)?;
    Ok(Terms {
        claims: if wanted.signs_in_with(SignInScope::OpenId) { claims } else { RequestedClaims::default() },
        ..terms_of_session(wanted)
    })
}

/// What every grant carries that wants this: without `offline_access` it ends with the session (OpenID Connect Back-Channel Logout
/// §2.7).
pub fn terms_of_session(wanted: &WantedScopes) -> Terms {
    Terms { ends_with_session: !wanted.signs_in_with(SignInScope::OfflineAccess), ..Terms::default() }
}

/// The place of an answer that comes as one signed token; `default` is that of the response type (JWT Secured Authorization
/// Response Mode §2.3).
fn signed_mode(text: &str, default: ResponseMode) -> Option<ResponseMode> {
    match text.strip_suffix(SIGNED)? {
        "" => Some(default),
        place => ResponseMode::parse(place.strip_suffix('.')?),
    }
}

fn mode(parameters: &Parameters, kind: ResponseType) -> Result<ResponseMode, Refusal> {
    let default = default_mode(kind.carries_tokens());
    match parameters.optional("response_mode", limit::SHORT)?.and_then(|text| signed_mode(text, default)) {
        Some(mode) => Ok(mode),
        None => response_mode(parameters, kind),
    }
}

pub fn way_back(parameters: &Parameters) -> WayBack {
    let unsigned = oauth::authorize::way_back(parameters);
    match parameters.sole("response_mode").and_then(|text| signed_mode(text, unsigned.mode)) {
        Some(mode) => WayBack { mode, signed: true, ..unsigned },
        None => unsigned,
    }
}

/// The key that the code is bound to: the SHA-256 thumbprint of a key, in base64url (RFC 9449 §10).
fn dpop_jkt(parameters: &Parameters) -> Result<Option<String>, Refusal> {
    let Some(text) = parameters.optional("dpop_jkt", limit::SHORT)? else { return Ok(None) };
    let is_digest = URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
    let expected = "the SHA-256 thumbprint of a key, in base64url";
    let malformed = || Refusal::ParameterMalformed { name: "dpop_jkt", expected, found: cut(text, 80) };
    is_digest.then(|| Some(text.to_owned())).ok_or_else(malformed)
}

/// Only what does not show the verifier itself protects it (RFC 9700 §2.1.1).
fn hashed<T>(challenge: Option<T>, parameters: &Parameters) -> Result<Option<T>, Refusal> {
    match parameters.sole("code_challenge_method") {
        Some("S256") => Ok(challenge),
        method if challenge.is_some() => {
            Err(Refusal::ChallengeMethodUnknown { asked: cut(method.unwrap_or("plain"), 80) })
        }
        _ => Ok(challenge),
    }
}

fn prompt(parameters: &Parameters) -> Result<Prompt, Refusal> {
    match parameters.optional("prompt", limit::SHORT)? {
        None => Ok(Prompt::AsNeeded),
        Some(text) => Prompt::parse(text).ok_or_else(|| Refusal::PromptUnknown { asked: cut(text, 80) }),
    }
}

/// The answer, without `state`.
pub fn success(public: &PublicUrl, authorized: &Authorized) -> Vec<(&'static str, String)> {
    let mut answer = front(authorized, |issued| Some(claims::scope(&issued.granted, &issued.sign_in)));
    if !authorized.session_state.is_empty() {
        answer.push(("session_state", authorized.session_state.clone()));
    }
    answer.push(("iss", issuer(public, &authorized.tenant.to_string())));
    answer
}

/// The answer that says no, without `state`.
pub fn refusal(public: &PublicUrl, refusal: &Refusal, tenant: TenantId) -> Vec<(&'static str, String)> {
    let error = match refusal {
        Refusal::ParameterNotSupported { name: "registration" } => "registration_not_supported",
        other => errors::of(other, errors::Endpoint::Authorize).error,
    };
    vec![
        ("error", error.to_owned()),
        ("error_description", described(refusal)),
        ("iss", issuer(public, &tenant.to_string())),
    ]
}
