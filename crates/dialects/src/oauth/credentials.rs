//! Who calls the token endpoint, and what they show for it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use grantor_protocol::secret::sha256;
use grantor_protocol::{ClientId, Secret};
use grantor_rules::Refusal;
use grantor_rules::client::{Caller, Credentials, SecretPlace};

use super::words::{client_id, limit};
use crate::form::{cut, decoded};
use crate::{Parameters, TokenCall};

/// The only kind of client assertion (RFC 7523 §2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Who asks, and what they show for it: a secret or an assertion in the body, or a secret by HTTP Basic; never two of these
/// (RFC 6749 §2.3).
pub fn read(call: &TokenCall<'_>) -> Result<Caller, Refusal> {
    let (client_id, credentials) = named(call)?;
    let (origin, certificate) = (call.origin.map(str::to_owned), call.certificate.clone());
    Ok(Caller { client_id, credentials, origin, certificate })
}

fn named(call: &TokenCall<'_>) -> Result<(ClientId, Credentials), Refusal> {
    let named = call.parameters.optional("client_id", limit::SHORT)?;
    let in_body = in_body(call.parameters)?;
    let basic = call.authorization.map(basic).transpose()?;
    match (basic, in_body) {
        (Some(_), Some(_)) => Err(Refusal::TwoCredentials),
        (Some((id, secret)), None) => {
            let id = client_id(&id)?;
            if named.map(client_id).transpose()?.is_some_and(|named| named != id) {
                return Err(Refusal::TwoCredentials);
            }
            // Nothing behind the colon is no secret, as it is none in the body (RFC 6749 §2.3.1).
            Ok((id, if secret.is_empty() { Credentials::Nothing } else { by_secret(&secret, SecretPlace::Header) }))
        }
        (None, shown) => {
            let credentials = shown.unwrap_or(Credentials::Nothing);
            let said = match (named, &credentials) {
                (None, Credentials::Assertion { text }) => subject(text),
                (named, _) => named.map(str::to_owned),
            };
            let id = client_id(&said.ok_or(Refusal::ParameterMissing { name: "client_id" })?)?;
            Ok((id, credentials))
        }
    }
}

/// Who an assertion says it is about: the one whose it must then prove to be (RFC 7521 §4.2).
fn subject(assertion: &Secret) -> Option<String> {
    let payload = assertion.expose().split('.').nth(1)?;
    let claims = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    claims.get("sub")?.as_str().map(str::to_owned)
}

fn in_body(parameters: &Parameters) -> Result<Option<Credentials>, Refusal> {
    let secret = parameters.optional("client_secret", limit::SECRET)?;
    let assertion = parameters.optional("client_assertion", limit::DOCUMENT)?;
    let kind = parameters.optional("client_assertion_type", limit::SHORT)?;
    match (secret, assertion, kind) {
        (Some(_), Some(_), _) => Err(Refusal::TwoCredentials),
        (None, Some(text), Some(JWT_BEARER)) => Ok(Some(Credentials::Assertion { text: Secret::new(text) })),
        (None, Some(_), None) => Err(Refusal::ParameterMissing { name: "client_assertion_type" }),
        (None, Some(_), Some(other)) => Err(Refusal::ParameterMalformed {
            name: "client_assertion_type",
            expected: JWT_BEARER,
            found: cut(other, 80),
        }),
        (secret, None, _) => Ok(secret.map(|secret| by_secret(secret, SecretPlace::Body))),
    }
}

fn by_secret(secret: &str, place: SecretPlace) -> Credentials {
    Credentials::Secret { digest: sha256(secret.as_bytes()), place }
}

/// Id and secret by HTTP Basic; both halves are form-encoded before base64 (RFC 6749 §2.3.1).
fn basic(header: &str) -> Result<(String, String), Refusal> {
    let malformed = || Refusal::ParameterMalformed {
        name: "Authorization",
        expected: "Basic and the base64 form of CLIENT_ID:SECRET",
        found: String::new(),
    };
    let (scheme, encoded) = header.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let bytes = STANDARD.decode(encoded.trim()).map_err(|_| malformed())?;
    let split = bytes.iter().position(|byte| *byte == b':').ok_or_else(malformed)?;
    let half = |bytes| decoded(bytes).ok_or_else(malformed);
    Ok((half(&bytes[..split])?, half(&bytes[split + 1..])?))
}
