//! What an API behind the layer answers.

use std::sync::Arc;

use axum::http::StatusCode;
use grantor_resource_server::{Requirement, Verifier};
use serde_json::{Value, json};

use crate::stub::{Answered, Issuer, ask};

async fn api() -> (Arc<Issuer>, Arc<Verifier>) {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier(issuer.settings());
    (issuer, verifier)
}

async fn read(verifier: &Arc<Verifier>, headers: &[&str]) -> Answered {
    ask(verifier, Requirement::scope("Colors.Read"), "/colors", headers).await
}

#[tokio::test]
async fn a_good_token_reaches_the_handler() {
    let (issuer, verifier) = api().await;
    let token = issuer.sign(&issuer.claims());
    for scheme in ["Bearer", "bearer"] {
        let answered = read(&verifier, &[&format!("{scheme} {token}")]).await;
        assert_eq!((answered.status, answered.body.as_str()), (StatusCode::OK, "s"));
    }
}

#[tokio::test]
async fn without_credentials_the_challenge_has_no_error() {
    let (_, verifier) = api().await;
    for headers in [&[][..], &["Basic dTpw"][..]] {
        let answered = read(&verifier, headers).await;
        assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answered.challenge(), "Bearer realm=\"api\"");
    }
}

#[tokio::test]
async fn a_malformed_request_is_400() {
    let (issuer, verifier) = api().await;
    let good = format!("Bearer {}", issuer.sign(&issuer.claims()));
    let query = ask(&verifier, Requirement::scope("Colors.Read"), "/colors?access_token=a", &[&good]).await;
    let rows = [read(&verifier, &[&good, &good]).await, read(&verifier, &["Bearer"]).await, query];
    for answered in rows {
        assert_eq!(answered.status, StatusCode::BAD_REQUEST);
        assert!(answered.challenge().contains("error=\"invalid_request\""), "{}", answered.challenge());
    }
}

#[tokio::test]
async fn a_bad_token_is_401_and_told_what_is_wrong_with_it() {
    let (issuer, verifier) = api().await;
    let rows = [
        ("exp", json!(1), "expired"),
        ("aud", json!("other"), "expected c0105000-0000-4000-8000-00000000a001 or api://colors, sent other"),
        ("iss", json!("x"), "another issuer"),
    ];
    for (name, value, words) in rows {
        let token = issuer.sign(&issuer.claims_but(name, value));
        let answered = read(&verifier, &[&format!("Bearer {token}")]).await;
        assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
        assert!(answered.challenge().contains("error=\"invalid_token\""), "{}", answered.challenge());
        assert!(answered.challenge().contains(words), "{}", answered.challenge());
        let body: Value = serde_json::from_str(&answered.body).unwrap();
        assert_eq!(body["error"], "invalid_token");
        assert!(body["error_description"].as_str().unwrap().contains(words));
        assert_eq!(answered.headers["cache-control"], "no-store");
        assert!(!format!("{}{}", answered.challenge(), answered.body).contains(&token));
    }
}

#[tokio::test]
async fn a_missing_scope_is_403_and_named() {
    let (issuer, verifier) = api().await;
    let token = format!("Bearer {}", issuer.sign(&issuer.claims()));
    let answered = ask(&verifier, Requirement::any_scope(["X", "Y"]), "/colors", &[&token]).await;
    assert_eq!(answered.status, StatusCode::FORBIDDEN);
    let expected = "Bearer realm=\"api\", error=\"insufficient_scope\", error_description=\"the token does not allow \
                    this; it needs the scope X or the scope Y\", scope=\"X Y\"";
    assert_eq!(answered.challenge(), expected);
    let body: Value = serde_json::from_str(&answered.body).unwrap();
    assert_eq!((&body["error"], &body["scope"]), (&json!("insufficient_scope"), &json!("X Y")));
}

#[tokio::test]
async fn unavailable_keys_are_503_and_not_401() {
    let (issuer, verifier) = api().await;
    issuer.break_keys(StatusCode::INTERNAL_SERVER_ERROR, "");
    let answered = read(&verifier, &[&format!("Bearer {}", issuer.sign(&issuer.claims()))]).await;
    assert_eq!(answered.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answered.headers["retry-after"], "5");
    assert!(!answered.headers.contains_key("www-authenticate"));
    assert!(!answered.body.contains("/keys"), "{}", answered.body);
}
