//! Requests and replies of the token endpoint (RFC 6749 §4.1.3, §4.4.2, §5.1 and §6; RFC 8628 §3.4; CIBA §10.1; RFC 7523 §2.1; RFC 8693 §2).

use grantor_protocol::Secret;
use grantor_rules::Refusal;
use grantor_rules::refusal::DetailsFault;
use grantor_rules::scopes::WantedScopes;
use grantor_rules::token::code::SaysAddress;
use grantor_rules::token::exchange::{ACCESS_TOKEN, Exchange};
use grantor_rules::token::issued::{Grant, GrantKind, IssuedTokens, TokenRequest};
use serde_json::{Map, Value, json};

use super::errors::DPOP_NONCE;
use super::metadata::GRANTS;
use super::{authorization_details, claims, scope};
use crate::form::cut;
use crate::oauth::credentials;
use crate::oauth::token::{code, secret};
use crate::oauth::words::limit;
use crate::{Parameters, Reply, TokenCall};

pub fn parse(call: &TokenCall<'_>) -> Result<TokenRequest, Refusal> {
    let parameters = call.parameters;
    let kind_asked = parameters.required("grant_type", limit::SHORT)?;
    let caller = credentials::read(call)?;
    let kind = kind(kind_asked)?;
    let wanted = match kind {
        // The API may be named by whichever name it has (RFC 8693 §2.1).
        GrantKind::TokenExchange => scope::named_for_exchange(parameters)?,
        _ => scope::named(parameters)?,
    };
    let grant = grant(kind, parameters, wanted.as_ref())?;
    let details = authorization_details::read(parameters)?;
    if kind == GrantKind::ClientCredentials && details.is_some() {
        // There is nobody who could have allowed them.
        return Err(Refusal::AuthorizationDetailsInvalid { why: DetailsFault::NotAllowed });
    }
    Ok(TokenRequest { caller, proofs: call.proofs.clone(), grant, wanted, details })
}

fn kind(text: &str) -> Result<GrantKind, Refusal> {
    GrantKind::parse(text, &GRANTS).ok_or_else(|| Refusal::GrantTypeUnknown { asked: cut(text, 80) })
}

fn grant(kind: GrantKind, parameters: &Parameters, wanted: Option<&WantedScopes>) -> Result<Grant, Refusal> {
    let secret = |name| secret(parameters, name, limit::SECRET);
    Ok(match kind {
        GrantKind::Code => code(parameters, wanted, SaysAddress::AgainWithoutProofKey)?,
        GrantKind::ClientCredentials => Grant::ClientCredentials,
        GrantKind::RefreshToken => Grant::RefreshToken { token: secret("refresh_token")? },
        GrantKind::DeviceCode => Grant::DeviceCode { code: secret("device_code")?, slows_down: true },
        GrantKind::BackchannelRequest => Grant::BackchannelRequest { id: secret("auth_req_id")? },
        GrantKind::JwtBearer => Grant::JwtBearer { assertion: self::secret(parameters, "assertion", limit::DOCUMENT)? },
        GrantKind::TokenExchange => Grant::TokenExchange(exchange(parameters)?),
        GrantKind::Password | GrantKind::OnBehalfOf => {
            return Err(Refusal::GrantTypeUnknown { asked: kind.as_str().to_owned() });
        }
    })
}

/// The tokens of an exchange, each with its type (RFC 8693 §2.1).
fn exchange(parameters: &Parameters) -> Result<Exchange, Refusal> {
    let subject = secret(parameters, "subject_token", limit::DOCUMENT)?;
    is_access_token("subject_token_type", parameters.required("subject_token_type", limit::SHORT)?)?;
    let actor_type = parameters.optional("actor_token_type", limit::SHORT)?;
    let actor = match parameters.optional("actor_token", limit::DOCUMENT)? {
        Some(actor) => {
            is_access_token("actor_token_type", actor_type.ok_or(missing("actor_token_type"))?)?;
            Some(Secret::new(actor))
        }
        None if actor_type.is_some() => return Err(missing("actor_token")),
        None => None,
    };
    if let Some(wanted) = parameters.optional("requested_token_type", limit::SHORT)? {
        is_access_token("requested_token_type", wanted)?;
    }
    Ok(Exchange { subject, actor })
}

const fn missing(name: &'static str) -> Refusal {
    Refusal::ParameterMissing { name }
}

fn is_access_token(name: &'static str, found: &str) -> Result<(), Refusal> {
    if found == ACCESS_TOKEN {
        return Ok(());
    }
    Err(Refusal::ParameterMalformed { name, expected: ACCESS_TOKEN, found: cut(found, 80) })
}

/// The reply that carries tokens.
pub fn success(issued: &IssuedTokens) -> Reply {
    let mut body = Map::new();
    let mut add = |name: &str, value: Value| body.insert(name.to_owned(), value);
    add("access_token", json!(issued.access_token.expose()));
    add("token_type", json!(issued.scheme.as_str()));
    add("expires_in", json!(issued.expires_in.as_secs()));
    let scope = claims::scope(&issued.granted, &issued.sign_in);
    if !scope.is_empty() {
        add("scope", json!(scope));
    }
    if issued.exchanged {
        add("issued_token_type", json!(ACCESS_TOKEN));
    }
    if !issued.details.is_empty() {
        add("authorization_details", json!(issued.details));
    }
    if let Some(refresh_token) = &issued.refresh_token {
        add("refresh_token", json!(refresh_token.expose()));
    }
    if let Some(id_token) = &issued.id_token {
        add("id_token", json!(id_token.expose()));
    }
    let mut reply = Reply::no_store(200, Value::Object(body));
    reply.headers.extend(issued.dpop_nonce.iter().map(|nonce| (DPOP_NONCE, nonce.clone())));
    reply
}
