//! Reading our own access tokens back, once their signature is proven.

use grantor_environment::Timestamp;
use grantor_protocol::claims::{Permissions, name, numeric_date};
use grantor_protocol::{ClientId, PublicUrl, TenantId, UserId};
use grantor_rules::api_access::PresentedToken;
use grantor_rules::refusal::TokenFault;
use serde_json::{Map, Value};

use super::family::read_family_claim;

/// Reads an access token of either form: issuer, then time, then for whom and from whom.
///
/// # Errors
/// What is wrong with it; [`TokenFault::NoPerson`] for an application's own.
pub fn access_token(
    public: &PublicUrl,
    claims: &Map<String, Value>,
    now: Timestamp,
) -> Result<PresentedToken, TokenFault> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let must = |name: &str| text(name).ok_or(TokenFault::Malformed);
    let (tenant, client) = match text("ver") {
        Some("1.0") => (tenant_of_issuer(public, must(name::ISS)?, "/"), must("appid")?),
        Some("2.0") => (tenant_of_issuer(public, must(name::ISS)?, "/v2.0"), must("azp")?),
        // An id_token has a version, too, and nobody who may use it.
        _ => return Err(TokenFault::Malformed),
    };
    let tenant = tenant.filter(|tenant| text(name::TID) == Some(&tenant.to_string())).ok_or(TokenFault::Issuer)?;
    let expires_at = in_its_time(claims, now)?;
    let family = text("rh").ok_or_else(|| without_family(claims))?;
    Ok(PresentedToken {
        tenant,
        user: claims.get(name::OID).map(|id| read_id(id).ok_or(TokenFault::Malformed)).transpose()?,
        client: ClientId::parse(client).map_err(|_| TokenFault::Malformed)?,
        family: read_family_claim(family).ok_or(TokenFault::Malformed)?,
        scopes: Permissions::of(claims).scopes,
        audience: must(name::AUD)?.to_owned(),
        bound_to: None,
        may_act: None,
        expires_at,
    })
}

fn read_id(id: &Value) -> Option<UserId> {
    id.as_str()?.parse().ok()
}

/// What an application has for itself descends from nobody's sign-in, and its `sub` is its own object id.
fn without_family(claims: &Map<String, Value>) -> TokenFault {
    let own = claims.get(name::OID).is_some_and(|oid| claims.get(name::SUB) == Some(oid));
    if own && !claims.contains_key(name::SCP) { TokenFault::NoPerson } else { TokenFault::Malformed }
}

fn in_its_time(claims: &Map<String, Value>, now: Timestamp) -> Result<Timestamp, TokenFault> {
    let date = |name| numeric_date(claims, name).ok_or(TokenFault::Malformed);
    let (from, expires) = (date(name::NBF)?, date(name::EXP)?);
    if now.seconds() >= expires {
        return Err(TokenFault::Expired);
    }
    if now.seconds() < from {
        return Err(TokenFault::NotYet);
    }
    Ok(Timestamp::from_seconds(expires))
}

/// The tenant that an issuer of ours names, if it is one; `end` is what stands after the tenant.
fn tenant_of_issuer(public: &PublicUrl, issuer: &str, end: &str) -> Option<TenantId> {
    issuer.strip_prefix(public.origin())?.strip_prefix('/')?.strip_suffix(end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::super::{issuer_v1, issuer_v2};
    use super::*;

    #[test]
    fn only_an_issuer_of_ours_names_a_tenant() {
        let public = PublicUrl::parse("https://localhost:8443").unwrap();
        let tenant = TenantId::from_random([1; 16]);
        let (v1, v2) = (issuer_v1(&public, &tenant.to_string()), issuer_v2(&public, &tenant.to_string()));
        assert_eq!(tenant_of_issuer(&public, &v1, "/"), Some(tenant));
        assert_eq!(tenant_of_issuer(&public, &v2, "/v2.0"), Some(tenant));
        for other in [
            format!("https://localhost:8443.evil/{tenant}/"),
            format!("https://localhost:8443/{tenant}"),
            String::new(),
            v2,
        ] {
            assert_eq!(tenant_of_issuer(&public, &other, "/"), None, "{other}");
        }
    }
}
