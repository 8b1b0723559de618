//! Whether a request object is the application's word to this server, now (RFC 9101 §4).

use grantor_rules::model::{Application, Profile};
use grantor_rules::refusal::RequestObjectFault as Fault;
use grantor_rules::request_object::Expected;
use serde_json::{Map, Value, json};

use crate::world::{NOW, app};

const ISSUER: &str = "https://id.example/contoso/oidc";

fn claims() -> Map<String, Value> {
    let claims = json!({
        "iss": "app", "aud": ISSUER, "client_id": "app", "scope": "openid",
        "nbf": NOW.seconds() - 60, "exp": NOW.seconds() + 60,
    });
    claims.as_object().expect("it is an object").clone()
}

fn with(name: &str, value: Value) -> Map<String, Value> {
    let mut claims = claims();
    claims.insert(name.into(), value);
    claims
}

fn without(name: &str) -> Map<String, Value> {
    let mut claims = claims();
    claims.remove(name);
    claims
}

fn under(profile: Profile, claims: &Map<String, Value>) -> Result<(), Fault> {
    let application = Application { profile, ..app() };
    Expected { application: &application, issuer: ISSUER, now: NOW }.holds(claims)
}

fn usual(claims: &Map<String, Value>) -> Result<(), Fault> {
    under(Profile::OAuth21, claims)
}

#[test]
fn what_the_application_says_to_us_now_holds() {
    assert_eq!(usual(&claims()), Ok(()));
    assert_eq!(usual(&with("aud", json!(["https://other.example", ISSUER]))), Ok(()));
    for name in ["iss", "aud", "nbf", "exp"] {
        assert_eq!(usual(&without(name)), Ok(()), "{name} may be left out");
    }
}

#[test]
fn another_maker_another_reader_and_another_application_are_refused() {
    // 9101-02, 9101-05
    assert_eq!(usual(&with("iss", json!("other"))), Err(Fault::Issuer));
    for aud in [json!("https://other.example"), json!([]), json!(null), json!(["x", 1]), json!(format!("{ISSUER}/"))] {
        assert_eq!(usual(&with("aud", aud.clone())), Err(Fault::Audience), "{aud}");
    }
    assert_eq!(usual(&with("client_id", json!("other"))), Err(Fault::Client));
    assert_eq!(usual(&without("client_id")), Err(Fault::Client));
}

#[test]
fn its_time_counts() {
    // 9101-05
    let now = NOW.seconds();
    for (name, at, expected) in [
        ("exp", now - 29, Ok(())),
        ("exp", now - 30, Err(Fault::Expired)),
        ("nbf", now + 30, Ok(())),
        ("nbf", now + 31, Err(Fault::NotYet)),
    ] {
        assert_eq!(usual(&with(name, json!(at))), expected, "{name} {}", at - now);
    }
    for bad in [json!("soon"), json!(-1), json!(1e300), json!(null)] {
        assert_eq!(usual(&with("exp", bad.clone())), Err(Fault::Malformed), "{bad}");
    }
}

#[test]
fn a_client_assertion_is_no_request() {
    // 9101-07
    let assertion = json!({ "iss": "app", "sub": "app", "aud": ISSUER, "jti": "1", "exp": NOW.seconds() + 60 });
    assert_eq!(usual(assertion.as_object().unwrap()), Err(Fault::Client));
    assert_eq!(usual(&with("sub", json!("app"))), Err(Fault::Client), "nor is a request an assertion");
}

#[test]
fn no_request_object_holds_another() {
    // 9101-04
    for name in ["request", "request_uri"] {
        assert_eq!(usual(&with(name, json!("x"))), Err(Fault::Nested), "{name}");
    }
}

#[test]
fn a_profile_wants_every_member_and_an_hour_at_most() {
    let strict = |claims: &Map<String, Value>| under(Profile::Fapi2MessageSigning, claims);
    assert_eq!(strict(&claims()), Ok(()));
    for (name, fault) in
        [("iss", Fault::Issuer), ("aud", Fault::Audience), ("nbf", Fault::Lifetime), ("exp", Fault::Lifetime)]
    {
        assert_eq!(strict(&without(name)), Err(fault), "{name}");
    }
    let now = NOW.seconds();
    assert_eq!(strict(&with("exp", json!(now + 3541))), Err(Fault::Lifetime));
    assert_eq!(strict(&with("exp", json!(now + 3540))), Ok(()));
    assert_eq!(strict(&with("nbf", json!(now - 3700))), Err(Fault::Lifetime));
}
