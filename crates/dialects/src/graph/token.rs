//! Reading the directory API's own access tokens back, once their signature is proven.

use grantor_environment::Timestamp;
use grantor_protocol::claims::{Permissions, name, numeric_date};
use grantor_protocol::{ClientId, PublicUrl};
use grantor_rules::api_access::PresentedToken;
use grantor_rules::refusal::TokenFault;
use grantor_rules::{Refusal, directory_api};
use serde_json::{Map, Value};

use crate::entra::claims::{read_family_claim, tenant_of_issuer_v1};

/// Reads the claims of a token whose signature is ours: issuer, audience and time, in this order.
///
/// # Errors
/// [`Refusal::TokenInvalid`] naming what is wrong.
pub fn read(public: &PublicUrl, claims: &Map<String, Value>, now: Timestamp) -> Result<PresentedToken, Refusal> {
    let fault = |why| Refusal::TokenInvalid { why };
    let text = |name: &str| claims.get(name).and_then(Value::as_str).ok_or(fault(TokenFault::Malformed));
    let tenant = tenant_of_issuer_v1(public, text(name::ISS)?);
    let audience = text(name::AUD)?;
    // The audience tells more than the issuer to a developer who sent another API's token, and those have another issuer.
    if !directory_api::is_named_by(audience, public) {
        return Err(fault(TokenFault::Audience { found: audience.to_owned() }));
    }
    let tenant = tenant
        .filter(|tenant| claims.get(name::TID).and_then(Value::as_str) == Some(&tenant.to_string()))
        .ok_or(fault(TokenFault::Issuer))?;
    let expires = numeric_date(claims, name::EXP).ok_or(fault(TokenFault::Malformed))?;
    let from = numeric_date(claims, name::NBF).ok_or(fault(TokenFault::Malformed))?;
    if now.seconds() >= expires {
        return Err(fault(TokenFault::Expired));
    }
    if now.seconds() < from {
        return Err(fault(TokenFault::NotYet));
    }
    Ok(PresentedToken {
        tenant,
        user: text(name::OID)?.parse().map_err(|_| fault(TokenFault::Malformed))?,
        client: ClientId::parse(text("appid")?).map_err(|_| fault(TokenFault::Malformed))?,
        family: read_family_claim(text("rh")?).ok_or(fault(TokenFault::Malformed))?,
        scopes: Permissions::of(claims).scopes,
    })
}
