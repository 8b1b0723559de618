//! The device authorization endpoint's words (RFC 8628 §3.1 and §3.2).

use grantor_rules::Refusal;
use serde_json::json;

use super::authorize::terms_of_session;
use super::scope;
use crate::oauth::words::{client_id, limit};
use crate::{DeviceRequest, IssuedDeviceCode, Reply, TokenCall};

pub fn parse(call: &TokenCall<'_>) -> Result<DeviceRequest, Refusal> {
    let client_id = client_id(call.parameters.required("client_id", limit::SHORT)?)?;
    let wanted = scope::named(call.parameters)?.ok_or(Refusal::ParameterMissing { name: "scope" })?;
    Ok(DeviceRequest { client_id, terms: terms_of_session(&wanted), wanted })
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
