//! The device authorization endpoint's words (RFC 8628 §3.1 and §3.2; Source: entra-dialect 10).

use grantor_rules::Refusal;
use grantor_rules::model::Terms;
use serde_json::json;

use super::claims_request::claims_are_json;
use super::version::{Version, wanted_for_person};
use crate::oauth::words::{client_id, limit};
use crate::{DeviceAsked, DeviceRequest, IssuedDeviceCode, Reply, TokenCall};

pub fn parse<V: Version>(call: &TokenCall<'_>) -> Result<DeviceRequest, Refusal> {
    let client_id = client_id(call.parameters.required("client_id", limit::SHORT)?)?;
    claims_are_json(call.parameters)?;
    let asked = DeviceAsked { wanted: wanted_for_person::<V>(call.parameters)?, terms: Terms::default() };
    Ok(DeviceRequest { client_id, caller: None, asked: Ok(asked) })
}

pub fn success<V: Version>(issued: &IssuedDeviceCode) -> Reply {
    let (code, place) = (&issued.user_code, &issued.verification_uri);
    Reply::no_store(
        200,
        json!({
            "user_code": code,
            "device_code": issued.device_code.expose(),
            // ADAL knows the address by the second name, everybody else by the first.
            "verification_uri": place,
            "verification_url": place,
            "expires_in": V::number(issued.expires_in.as_secs()),
            "interval": V::number(issued.interval.as_secs()),
            "message": format!("To sign in, open {place} in a browser and enter the code {code}."),
        }),
    )
}
