//! Where the parameters of an authorization request stand: beside it, in a signed object, or elsewhere (RFC 9101 §5, RFC 9126
//! §4, OpenID Connect Core §6).

use grantor_protocol::Secret;
use grantor_rules::Refusal;
use grantor_rules::refusal::{RequestObjectFault, RequestUriFault};
use serde_json::{Map, Value};

use crate::Parameters;
use crate::oauth::words::limit;

/// What the address of a pushed request begins with (RFC 9126 §2.2).
pub const PUSHED: &str = "urn:ietf:params:oauth:request_uri:";

/// Where the parameters of a request stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestStands {
    /// Beside it, as most do.
    Here,
    /// In an object that came with it.
    InObject(Secret),
    /// In an object that the application publishes there.
    At(String),
    /// In what the application pushed before; with what tells it from others.
    Pushed(Secret),
}

/// What a token says about itself, and not about the request.
const OF_THE_TOKEN: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// Where the parameters stand.
///
/// # Errors
/// [`Refusal::ParameterMalformed`] when two places are named, [`Refusal::RequestUriInvalid`] for an address of no kind that there
/// is.
pub fn stands(parameters: &Parameters) -> Result<RequestStands, Refusal> {
    let object = parameters.optional("request", limit::DOCUMENT)?;
    let address = parameters.optional("request_uri", limit::HINT)?;
    match (object, address) {
        (None, None) => Ok(RequestStands::Here),
        (Some(object), None) => Ok(RequestStands::InObject(Secret::new(object))),
        (None, Some(address)) => by_address(address),
        (Some(_), Some(_)) => Err(Refusal::ParameterMalformed {
            name: "request_uri",
            expected: "no second one beside 'request'",
            found: String::new(),
        }),
    }
}

fn by_address(address: &str) -> Result<RequestStands, Refusal> {
    if let Some(reference) = address.strip_prefix(PUSHED) {
        return Ok(RequestStands::Pushed(Secret::new(reference)));
    }
    let fetched = address.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    if fetched && address.chars().all(|character| character.is_ascii_graphic()) {
        return Ok(RequestStands::At(address.to_owned()));
    }
    Err(Refusal::RequestUriInvalid { why: RequestUriFault::Malformed })
}

/// The parameters that a request object stands for. No others count, wherever else they stand (RFC 9101 §6.3).
///
/// # Errors
/// [`Refusal::RequestObjectInvalid`] when there are more than a request may have.
pub fn parameters(claims: Map<String, Value>) -> Result<Parameters, Refusal> {
    let mut pairs = Vec::new();
    for (name, value) in claims {
        if OF_THE_TOKEN.contains(&name.as_str()) {
            continue;
        }
        match value {
            // Several resources are several parameters (RFC 8707 §2.1).
            Value::Array(several) if name == "resource" => {
                pairs.extend(several.into_iter().map(|one| (name.clone(), text(one))));
            }
            Value::Null => {}
            value => pairs.push((name, text(value))),
        }
    }
    if pairs.len() > Parameters::MOST {
        return Err(Refusal::RequestObjectInvalid { why: RequestObjectFault::Malformed });
    }
    Ok(Parameters::from_pairs(pairs))
}

/// As it would stand in an address: what is no text is written as JSON (RFC 9101 §4).
fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Result<RequestStands, &'static str> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        stands(&Parameters::from_pairs(pairs)).map_err(|refusal| refusal.reason())
    }

    #[test]
    fn a_request_stands_in_one_place() {
        // 9101-04
        assert_eq!(asked(&[("client_id", "app")]), Ok(RequestStands::Here));
        assert_eq!(asked(&[("request", "a.b.c")]), Ok(RequestStands::InObject(Secret::new("a.b.c"))));
        assert_eq!(asked(&[("request", "a.b.c"), ("request_uri", "https://x.example")]), Err("parameter-malformed"));
        assert_eq!(asked(&[("request", "a"), ("request", "b")]), Err("parameter-repeated"));
        assert_eq!(asked(&[("request", &"a".repeat(limit::DOCUMENT + 1))]), Err("parameter-too-long"));
    }

    #[test]
    fn an_address_is_of_a_kind_that_there_is() {
        let address = |text| asked(&[("request_uri", text)]);
        assert_eq!(address("https://x.example/r#h"), Ok(RequestStands::At("https://x.example/r#h".into())));
        let pushed = address("urn:ietf:params:oauth:request_uri:gq1.abc");
        assert_eq!(pushed, Ok(RequestStands::Pushed(Secret::new("gq1.abc"))));
        for bad in ["http://x.example/r", "file:///etc/passwd", "urn:x", "x", "https://x.example/\u{e9}", "https:/x"] {
            assert_eq!(address(bad), Err("request-uri-invalid"), "{bad}");
        }
    }

    #[test]
    fn members_become_parameters() {
        let claims = json!({
            "iss": "app", "aud": "us", "exp": 1, "client_id": "app", "max_age": 300, "scope": "openid",
            "claims": {"id_token": {"email": null}}, "resource": ["api://a", "api://b"], "nonce": null,
        });
        let read = parameters(claims.as_object().unwrap().clone()).unwrap();
        let mut pairs: Vec<(&str, &str)> = read.pairs().iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        pairs.sort_unstable();
        assert_eq!(
            pairs,
            [
                ("claims", r#"{"id_token":{"email":null}}"#),
                ("client_id", "app"),
                ("max_age", "300"),
                ("resource", "api://a"),
                ("resource", "api://b"),
                ("scope", "openid"),
            ]
        );
        let many: Map<String, Value> = (0..=100).map(|number| (format!("p{number}"), json!("x"))).collect();
        assert_eq!(parameters(many).unwrap_err().reason(), "request-object-invalid");
    }
}
