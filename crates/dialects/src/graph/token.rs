//! Reading the directory API's own access tokens back, once their signature is proven.

use grantor_environment::Timestamp;
use grantor_protocol::PublicUrl;
use grantor_protocol::claims::name;
use grantor_rules::api_access::PresentedToken;
use grantor_rules::refusal::TokenFault;
use grantor_rules::{Refusal, directory_api};
use serde_json::{Map, Value};

use crate::entra::claims::read;

/// Reads the claims of a token whose signature is ours: audience, issuer and time.
///
/// # Errors
/// [`Refusal::TokenInvalid`] naming what is wrong.
pub fn read(public: &PublicUrl, claims: &Map<String, Value>, now: Timestamp) -> Result<PresentedToken, Refusal> {
    let fault = |why| Refusal::TokenInvalid { why };
    let audience = claims.get(name::AUD).and_then(Value::as_str).ok_or(fault(TokenFault::Malformed))?;
    // The audience tells most to a developer who sent another API's token.
    if !directory_api::is_named_by(audience, public) {
        return Err(fault(TokenFault::Audience { found: audience.to_owned() }));
    }
    // Its tokens have the v1.0 form, whatever else calls itself so.
    if claims.get("ver").and_then(Value::as_str) != Some("1.0") {
        return Err(fault(TokenFault::Audience { found: audience.to_owned() }));
    }
    read::access_token(public, claims, now).map_err(fault)
}
