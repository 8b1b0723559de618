//! Requests and replies of the token endpoint (RFC 6749 §4.1.3, §4.4.2, §5.1 and §6; RFC 8628 §3.4; CIBA §10.1).

use grantor_rules::Refusal;
use grantor_rules::refusal::DetailsFault;
use grantor_rules::scopes::WantedScopes;
use grantor_rules::token::code::SaysAddress;
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
    let kind = kind(parameters.required("grant_type", limit::SHORT)?)?;
    let caller = credentials::read(call)?;
    let wanted = scope::named(parameters)?;
    let grant = grant(kind, parameters, wanted.as_ref())?;
    let details = authorization_details::read(parameters)?;
    if kind == GrantKind::ClientCredentials && details.is_some() {
        // There is nobody who could have allowed them.
        return Err(Refusal::AuthorizationDetailsInvalid { why: DetailsFault::NotAllowed });
    }
    Ok(TokenRequest { caller, proofs: call.proofs.clone(), grant, wanted, details })
}

fn kind(text: &str) -> Result<GrantKind, Refusal> {
    let found = GrantKind::parse(text).filter(|kind| GRANTS.contains(kind));
    found.ok_or_else(|| Refusal::GrantTypeUnknown { asked: cut(text, 80) })
}

fn grant(kind: GrantKind, parameters: &Parameters, wanted: Option<&WantedScopes>) -> Result<Grant, Refusal> {
    let secret = |name| secret(parameters, name, limit::SECRET);
    Ok(match kind {
        GrantKind::Code => code(parameters, wanted, SaysAddress::AgainWithoutProofKey)?,
        GrantKind::ClientCredentials => Grant::ClientCredentials,
        GrantKind::RefreshToken => Grant::RefreshToken { token: secret("refresh_token")? },
        GrantKind::DeviceCode => Grant::DeviceCode { code: secret("device_code")?, slows_down: true },
        GrantKind::BackchannelRequest => Grant::BackchannelRequest { id: secret("auth_req_id")? },
        GrantKind::Password | GrantKind::OnBehalfOf => {
            return Err(Refusal::GrantTypeUnknown { asked: kind.as_str().to_owned() });
        }
    })
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
