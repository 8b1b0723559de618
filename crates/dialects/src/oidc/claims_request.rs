//! The `claims` parameter: claims that are asked for by name (OpenID Connect Core §5.5).
//!
//! What is not known here is ignored, as the specification says, so that only what can be told is kept.

use std::collections::BTreeMap;

use grantor_rules::Refusal;
use grantor_rules::model::{RequestedClaim, RequestedClaims};
use grantor_rules::scopes::SignInScope;
use serde_json::{Map, Value};

use super::claims::ACR;
use crate::Parameters;
use crate::oauth::words::limit;

/// Claims about the sign-in itself that are always told; asking for them can still say which values will do.
const OF_THE_SIGN_IN: [&str; 2] = ["acr", "auth_time"];

/// What a request asks for by name.
///
/// # Errors
/// [`Refusal::ParameterMalformed`] for what is not JSON in the form of the specification, [`Refusal::ParameterTooLong`] for what
/// is too long to look at, [`Refusal::AuthenticationUnmet`] for an `acr` that cannot be had.
pub fn read(parameters: &Parameters) -> Result<RequestedClaims, Refusal> {
    let Some(text) = parameters.optional("claims", limit::DOCUMENT)? else { return Ok(RequestedClaims::default()) };
    let read = || {
        let mut members: Map<String, Value> = serde_json::from_str(text).ok()?;
        let mut place = |name| of_place(members.remove(name));
        Some(RequestedClaims { userinfo: place("userinfo")?, id_token: place("id_token")? })
    };
    let claims = read().ok_or(Refusal::ParameterMalformed {
        name: "claims",
        expected: "a JSON object as of OpenID Connect Core 1.0, section 5.5",
        found: String::new(),
    })?;
    acr_can_be_had(&claims)?;
    Ok(claims)
}

/// The claims of one place; `None` for what is malformed.
fn of_place(asked: Option<Value>) -> Option<BTreeMap<String, RequestedClaim>> {
    let asked = match asked {
        None | Some(Value::Null) => return Some(BTreeMap::new()),
        Some(Value::Object(asked)) => asked,
        Some(_) => return None,
    };
    let mut claims = BTreeMap::new();
    for (name, how) in asked {
        let how = one(how)?;
        if is_known(&name) {
            claims.insert(name, how);
        }
    }
    Some(claims)
}

fn is_known(name: &str) -> bool {
    SignInScope::of_claim(name).is_some() || OF_THE_SIGN_IN.contains(&name)
}

/// Spec: OpenID Connect Core §5.5.1.
fn one(how: Value) -> Option<RequestedClaim> {
    let mut how = match how {
        Value::Null => return Some(RequestedClaim::default()),
        Value::Object(how) => how,
        _ => return None,
    };
    let essential = match how.remove("essential") {
        None => false,
        Some(essential) => essential.as_bool()?,
    };
    let values = match (how.remove("value"), how.remove("values")) {
        (None, None) => Vec::new(),
        (Some(value), None) => vec![value],
        (None, Some(Value::Array(values))) => values,
        _ => return None,
    };
    Some(RequestedClaim { essential, values })
}

/// There is one way to sign in: whoever cannot do with it need not send their person here (OpenID Connect Core §5.5.1.1).
fn acr_can_be_had(claims: &RequestedClaims) -> Result<(), Refusal> {
    let unmet =
        |asked: &&RequestedClaim| asked.essential && !asked.values.is_empty() && !asked.takes(&Value::from(ACR));
    match claims.id_token.get("acr").filter(unmet) {
        Some(_) => Err(Refusal::AuthenticationUnmet { what: "acr" }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(text: &str) -> Result<RequestedClaims, &'static str> {
        let parameters = Parameters::from_pairs(vec![("claims".to_owned(), text.to_owned())]);
        read(&parameters).map_err(|refusal| refusal.reason())
    }

    /// The example of OpenID Connect Core §5.5.
    #[test]
    fn the_example_of_the_specification_is_read() {
        let claims = asked(
            r#"{"userinfo": {"given_name": {"essential": true}, "nickname": null, "email": {"essential": true},
                "email_verified": {"essential": true}, "picture": null, "http://example.info/claims/groups": null},
                "id_token": {"auth_time": {"essential": true}, "acr": {"values": ["urn:mace:incommon:iap:silver"]}}}"#,
        )
        .unwrap();
        let names: Vec<&str> = claims.userinfo.keys().map(String::as_str).collect();
        assert_eq!(names, ["email", "email_verified", "given_name", "nickname", "picture"]);
        assert!(claims.userinfo["email"].essential && !claims.userinfo["nickname"].essential);
        assert_eq!(claims.id_token["acr"].values, [json!("urn:mace:incommon:iap:silver")]);
        assert!(claims.id_token["auth_time"].essential);
    }

    #[test]
    fn what_is_not_known_is_ignored() {
        for text in [
            "{}",
            r#"{"access_token": {"email": null}}"#,
            r#"{"id_token": null, "userinfo": {}}"#,
            r#"{"id_token": {"name#de": null, "password": {"essential": true}, "iss": {"value": "x"}}}"#,
        ] {
            assert_eq!(asked(text), Ok(RequestedClaims::default()), "{text}");
        }
        let more = asked(r#"{"id_token": {"email": {"essential": false, "purpose": "to write", "value": "a@b"}}}"#);
        assert_eq!(more.unwrap().id_token["email"], RequestedClaim { essential: false, values: vec![json!("a@b")] });
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for text in [
            "x",
            "[]",
            "null",
            r#"{"userinfo": []}"#,
            r#"{"userinfo": "email"}"#,
            r#"{"id_token": {"email": true}}"#,
            r#"{"id_token": {"email": {"essential": "yes"}}}"#,
            r#"{"id_token": {"email": {"values": "a@b"}}}"#,
            r#"{"id_token": {"email": {"value": "a@b", "values": ["a@b"]}}}"#,
            r#"{"id_token": {}} {}"#,
        ] {
            assert_eq!(asked(text), Err("parameter-malformed"), "{text}");
        }
        assert_eq!(asked(&"[".repeat(10_000)), Err("parameter-malformed"));
        assert_eq!(asked(&" ".repeat(limit::DOCUMENT + 1)), Err("parameter-too-long"));
    }

    #[test]
    fn an_essential_acr_must_be_one_that_there_is() {
        let acr = |how: &str| asked(&format!(r#"{{"id_token": {{"acr": {how}}}}}"#)).map(|_| ());
        assert_eq!(acr(r#"{"essential": true, "values": ["silver"]}"#), Err("authentication-unmet"));
        assert_eq!(acr(r#"{"essential": true, "value": "silver"}"#), Err("authentication-unmet"));
        for fine in [
            r#"{"essential": true, "values": ["silver", "0"]}"#,
            r#"{"essential": true}"#,
            r#"{"values": ["silver"]}"#,
            "null",
        ] {
            assert_eq!(acr(fine), Ok(()), "{fine}");
        }
    }
}
