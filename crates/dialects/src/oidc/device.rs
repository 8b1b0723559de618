//! The device authorization endpoint's words (RFC 8628 §3.1 and §3.2).

use grantor_rules::Refusal;
use serde_json::json;

use super::authorize::terms_of_session;
use super::scope;
use crate::oauth::credentials;
use crate::{DeviceAsked, DeviceRequest, IssuedDeviceCode, Reply, TokenCall};

pub fn parse(call: &TokenCall<'_>) -> Result<DeviceRequest, Refusal> {
    // Who can prove itself does, as at the token endpoint (RFC 8628 §3.1).
    let caller = credentials::read(call)?;
    let wanted =
        scope::named(call.parameters).and_then(|named| named.ok_or(Refusal::ParameterMissing { name: "scope" }));
    let asked = wanted.map(|wanted| DeviceAsked { terms: terms_of_session(&wanted), wanted });
    Ok(DeviceRequest { client_id: caller.client_id.clone(), caller: Some(caller), asked })
}

pub fn success(issued: &IssuedDeviceCode) -> Reply {
    let place = &issued.verification_uri;
    Reply::no_store(
        200,
        json!({
            "device_code": issued.device_code.expose(),
            "user_code": issued.user_code,
            "verification_uri": place,
            "verification_uri_complete": format!("{place}?user_code={}", issued.user_code),
            "expires_in": issued.expires_in.as_secs(),
            "interval": issued.interval.as_secs(),
        }),
    )
}
