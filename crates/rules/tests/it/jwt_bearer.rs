//! What an issuer outside says of a person, and what that buys (RFC 7523).

use grantor_rules::Refusal;
use grantor_rules::model::{Method, TrustedIssuer};
use grantor_rules::refusal::AssertionFault;
use grantor_rules::token::jwt_bearer::{check, grant, trusted};
use serde_json::{Map, Value, json};

use crate::grants::{accepted, assertion, by_secret, new_family, new_flow, trusted_issuer};
use crate::moment::{Moment, moment};
use crate::world::{NOW, allowed, app, client_id, minutes, resolved, user_id};

fn changed(name: &str, value: Value) -> Map<String, Value> {
    let mut claims = assertion(minutes(1));
    if value.is_null() {
        claims.remove(name);
    } else {
        claims.insert(name.to_owned(), value);
    }
    claims
}

fn fault(claims: &Map<String, Value>) -> Option<AssertionFault> {
    match check(&trusted_issuer(), claims, &accepted(), NOW) {
        Ok(_) => None,
        Err(Refusal::AssertionGrantInvalid { why }) => Some(why),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn an_assertion_is_of_the_issuer_for_us_about_somebody_and_in_its_time() {
    let at = |offset: i64| json!(NOW.seconds() + offset);
    let audience = |found: &str| Some(AssertionFault::Audience { found: found.into() });
    let rows: [(&str, Value, Option<AssertionFault>); 21] = [
        ("iat", Value::Null, None),
        ("nbf", at(0), None),
        ("aud", json!(["other", "https://id.example/oidc"]), None),
        (
            "iss",
            json!("https://login.example/"),
            Some(AssertionFault::Issuer { found: "https://login.example/".into() }),
        ),
        ("iss", Value::Null, Some(AssertionFault::Issuer { found: String::new() })),
        ("iss", json!(["https://login.example"]), Some(AssertionFault::Issuer { found: String::new() })),
        ("sub", json!(""), Some(AssertionFault::Subject { found: String::new() })),
        ("sub", Value::Null, Some(AssertionFault::Subject { found: String::new() })),
        ("aud", Value::Null, audience("")),
        ("aud", json!("https://id.example/oidc/"), audience("https://id.example/oidc/")),
        ("aud", json!("https://ID.example/oidc"), audience("https://ID.example/oidc")),
        ("exp", Value::Null, Some(AssertionFault::Malformed)),
        ("exp", json!("soon"), Some(AssertionFault::Malformed)),
        ("exp", at(-30), Some(AssertionFault::Expired)),
        ("exp", at(-29), None),
        ("exp", at(631), Some(AssertionFault::TooLong { most_minutes: 10 })),
        ("nbf", at(31), Some(AssertionFault::NotYet)),
        ("iat", at(31), Some(AssertionFault::NotYet)),
        ("jti", Value::Null, Some(AssertionFault::WithoutName)),
        ("jti", json!(""), Some(AssertionFault::WithoutName)),
        ("jti", json!(7), Some(AssertionFault::WithoutName)),
    ];
    for (name, value, expected) in rows {
        let mut claims = changed(name, value.clone());
        if name != "exp" {
            claims.insert("exp".into(), at(600));
        }
        assert_eq!(fault(&claims), expected, "{name} {value}");
    }
}

#[test]
fn one_use_is_noted_by_issuer_and_name() {
    let digest = |issuer: &str, name: &str| {
        let mut claims = changed("jti", json!(name));
        claims.insert("iss".into(), json!(issuer));
        claims.insert("exp".into(), json!((NOW + minutes(5)).seconds()));
        let issuer = TrustedIssuer { issuer: issuer.into(), ..trusted_issuer() };
        let asserted = check(&issuer, &claims, &accepted(), NOW).unwrap();
        assert!(asserted.single_use().until >= asserted.single_use().expires_at);
        asserted.single_use().digest
    };
    let one = digest("https://login.example", "1");
    assert_eq!(one, digest("https://login.example", "1"));
    assert_ne!(one, digest("https://login.example", "2"));
    assert_ne!(one, digest("https://other.example", "1"));
}

#[test]
fn an_issuer_is_trusted_with_the_applications_that_are_named_beside_it() {
    let moment = Moment::of(app(), allowed(&[]));
    let client = by_secret(&moment);
    let other = TrustedIssuer { applications: vec![client_id("other")], ..trusted_issuer() };
    let nobody = TrustedIssuer { applications: vec![], ..trusted_issuer() };
    assert_eq!(trusted(&[other.clone(), trusted_issuer(), nobody], &client).count(), 1);
    assert_eq!(trusted(&[other], &client).count(), 0);
}

#[test]
fn it_buys_what_was_allowed_before_and_nothing_that_lasts() {
    let consents = ["directory/openid", "directory/offline_access", "colors/Read"];
    let moment = moment(&consents);
    let (issuer, claims, accepted) = (trusted_issuer(), assertion(minutes(10)), accepted());
    let asserted = check(&issuer, &claims, &accepted, NOW).unwrap();
    let client = by_secret(&moment);
    let buy = |words: &str| {
        let ids = (new_family(), new_flow());
        grant(&asserted, user_id("ana"), "sid", &client, resolved(words), ids, &moment.standing())
            .map(|plan| (plan.scopes.clone(), plan.method, plan.authenticated_at, plan.refresh_expires_at))
    };
    let expected = (vec!["Read".to_owned()], Method::Asserted, NOW - minutes(10), None);
    assert_eq!(buy("openid offline_access api://colors/Read"), Ok(expected));
    // T16: who vouches for the person allows nothing in their name.
    let missing = vec!["COLORS · Write".to_owned()];
    assert_eq!(buy("api://colors/Write"), Err(Refusal::ConsentRequired { missing }));
}

/// What does not say when it was made may be as old as it can be: what ended since then is over.
#[test]
fn the_moment_of_an_assertion_is_the_earliest_that_it_can_be() {
    let ended = |from: u64, claims: Map<String, Value>| {
        let mut moment = moment(&["colors/Read"]);
        moment.person().sessions_valid_from = Some(NOW - minutes(from));
        let (issuer, accepted) = (trusted_issuer(), accepted());
        let asserted = check(&issuer, &claims, &accepted, NOW).unwrap();
        let client = by_secret(&moment);
        let ids = (new_family(), new_flow());
        grant(&asserted, user_id("ana"), "sid", &client, resolved("api://colors/Read"), ids, &moment.standing()).err()
    };
    let with = |iat: Value| {
        let mut claims = changed("iat", iat);
        claims.insert("exp".into(), json!((NOW + minutes(5)).seconds()));
        claims
    };
    let ago = |minutes_ago: u64| json!((NOW - minutes(minutes_ago)).seconds());
    assert_eq!(ended(3, with(ago(2))), None);
    assert_eq!(ended(3, with(ago(4))), Some(Refusal::SessionsEnded));
    assert_eq!(ended(3, with(Value::Null)), Some(Refusal::SessionsEnded), "it may be five minutes old");
    assert_eq!(ended(6, with(Value::Null)), None);
}
