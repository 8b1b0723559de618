//! The parameter `claims` (OpenID Connect Core §5.5; Source: entra-dialect 14).

use grantor_rules::Refusal;

use crate::Parameters;
use crate::form::cut;
use crate::oauth::words::limit;

/// MSAL for JavaScript always sends `claims`; none is acted on yet, but what is no JSON is a mistake.
pub fn claims_are_json(parameters: &Parameters) -> Result<(), Refusal> {
    let Some(text) = parameters.optional("claims", limit::DOCUMENT)? else { return Ok(()) };
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(serde_json::Value::Object(_)) => Ok(()),
        _ => Err(Refusal::ParameterMalformed { name: "claims", expected: "a JSON object", found: cut(text, 80) }),
    }
}
