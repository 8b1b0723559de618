//! Reading our own access tokens back, once their signature and their type are proven.

use grantor_environment::Timestamp;
use grantor_protocol::claims::{name, numeric_date};
use grantor_protocol::{ClientId, PublicUrl, TenantId};
use grantor_rules::api_access::PresentedToken;
use grantor_rules::model::Binding;
use grantor_rules::refusal::TokenFault;
use grantor_rules::{Refusal, directory_api};
use serde_json::{Map, Value};

use super::claims::family_of;

/// Reads an access token for whichever API: issuer, then time, then for whom and from whom (RFC 9068 §4).
///
/// # Errors
/// What is wrong with it; [`TokenFault::NoPerson`] for an application's own.
pub fn access_token(
    public: &PublicUrl,
    claims: &Map<String, Value>,
    now: Timestamp,
) -> Result<PresentedToken, TokenFault> {
    let must = |name: &str| claims.get(name).and_then(Value::as_str).ok_or(TokenFault::Malformed);
    must(name::ISS)?;
    let tenant = tenant_of(public, claims).ok_or(TokenFault::Issuer)?;
    let expires = numeric_date(claims, name::EXP).ok_or(TokenFault::Malformed)?;
    if now.seconds() >= expires {
        return Err(TokenFault::Expired);
    }
    let family = family_of(must("jti")?).ok_or(TokenFault::Malformed)?.ok_or(TokenFault::NoPerson)?;
    let scope = claims.get("scope").and_then(Value::as_str).unwrap_or_default();
    Ok(PresentedToken {
        tenant,
        user: None,
        client: ClientId::parse(must("client_id")?).map_err(|_| TokenFault::Malformed)?,
        family,
        scopes: scope.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        audience: must(name::AUD)?.to_owned(),
        bound_to: bound_to(claims)?,
        may_act: may_act(claims)?,
        expires_at: Timestamp::from_seconds(expires),
    })
}

/// The key that whoever presents a token must hold (RFC 7800 §3.1). One that is bound in a way that is not known is of no use.
fn bound_to(claims: &Map<String, Value>) -> Result<Option<Binding>, TokenFault> {
    let Some(confirmation) = claims.get(name::CNF) else { return Ok(None) };
    serde_json::from_value(confirmation.clone()).map(Some).map_err(|_| TokenFault::Malformed)
}

/// Who alone may act with it (RFC 8693 §4.4). Whoever says that in a way that is not known has said that nobody may.
fn may_act(claims: &Map<String, Value>) -> Result<Option<String>, TokenFault> {
    let Some(may_act) = claims.get("may_act") else { return Ok(None) };
    may_act.get("sub").and_then(Value::as_str).map(|name| Some(name.to_owned())).ok_or(TokenFault::Malformed)
}

/// The same for a call to our own API: userinfo belongs to it.
///
/// # Errors
/// [`Refusal::TokenInvalid`] naming what is wrong.
pub fn own_access_token(
    public: &PublicUrl,
    tenant: TenantId,
    claims: &Map<String, Value>,
    now: Timestamp,
) -> Result<PresentedToken, Refusal> {
    let fault = |why| Refusal::TokenInvalid { why };
    let token = access_token(public, claims, now).map_err(fault)?;
    if token.tenant != tenant {
        return Err(fault(TokenFault::Issuer));
    }
    if !directory_api::is_named_by(&token.audience, public) {
        return Err(fault(TokenFault::Audience { found: token.audience }));
    }
    Ok(token)
}

/// The tenant that the issuer of a token names, if it is one of ours.
pub fn tenant_of(public: &PublicUrl, claims: &Map<String, Value>) -> Option<TenantId> {
    let issuer = claims.get(name::ISS)?.as_str()?;
    issuer.strip_prefix(public.origin())?.strip_prefix('/')?.strip_suffix("/oidc")?.parse().ok()
}
