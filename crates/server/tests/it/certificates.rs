//! Applications that prove themselves with a certificate (RFC 7523; Source: entra-dialect 8.4).

use std::time::Duration;

use grantor_jose::Algorithm;
use grantor_testkit::{
    BOARD, Certified, ClientAssertion, IN_USE, NORTHWIND, OVER, START, SYNC, TASKS, TASKS_API, TestPlatform,
    TokenRequest, unverified_claims,
};
use serde_json::{Value, json};

use crate::support::refused;

fn audience() -> String {
    format!("https://localhost:8443/{}/oauth2/v2.0/token", NORTHWIND.id)
}

fn good() -> ClientAssertion {
    ClientAssertion::by(SYNC, &audience(), IN_USE, Algorithm::Rs256)
}

fn shown(assertion: &str) -> TokenRequest {
    TokenRequest::by(SYNC, "client_credentials")
        .tenant(NORTHWIND.id)
        .with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        .with("client_assertion", assertion)
        .with("scope", "api://tasks/.default")
}

/// The SHA-1 thumbprint, by which the older libraries name a certificate.
fn sha1(certified: Certified) -> Value {
    let bytes = grantor_jose::digest::sha1(&certified.der());
    json!(grantor_jose::base64url::encode(bytes))
}

#[tokio::test]
async fn both_algorithms_and_both_thumbprints_prove_it() {
    let platform = TestPlatform::with_permissions().await;
    for algorithm in [Algorithm::Rs256, Algorithm::Ps256] {
        let by_sha256 = ClientAssertion::by(SYNC, &audience(), IN_USE, algorithm);
        let mut by_sha1 = by_sha256.clone().header("x5t", sha1(IN_USE));
        by_sha1.header.remove("x5t#S256");
        let by_both = by_sha256.clone().header("x5t", sha1(IN_USE));
        for assertion in [by_sha256, by_sha1, by_both] {
            let tokens = platform.tokens(&shown(&assertion.signed())).await;
            let claims = unverified_claims(&tokens.access_token);
            assert_eq!((&claims["azpacr"], &claims["roles"]), (&json!("2"), &json!(["Tasks.Sync"])), "{algorithm:?}");
        }
    }
}

#[tokio::test]
async fn it_may_be_meant_for_any_address_of_ours_for_this_tenant() {
    let platform = TestPlatform::with_permissions().await;
    let tenant = NORTHWIND.id;
    for path in ["oauth2/v2.0/token", "oauth2/token", "v2.0", ""] {
        let assertion = good().claim("aud", json!(format!("https://localhost:8443/{tenant}/{path}")));
        platform.tokens(&shown(&assertion.signed())).await;
    }
    let several = good().claim("aud", json!(["https://elsewhere.example", audience()]));
    platform.tokens(&shown(&several.signed())).await;
    let by_domain = good().claim("aud", json!("https://localhost:8443/northwind.example/oauth2/v2.0/token"));
    platform.tokens(&shown(&by_domain.signed())).await;
}

#[tokio::test]
async fn whatever_is_wrong_with_it_has_a_number_of_its_own() {
    let platform = TestPlatform::with_permissions().await;
    let now = START.seconds();
    let mut without_thumbprint = good();
    without_thumbprint.header.remove("x5t#S256");
    let mut without_end = good();
    without_end.claims.remove("exp");
    let unsigned = {
        let text = good().header("alg", json!("none")).signed();
        format!("{}.", text.rsplit_once('.').unwrap().0)
    };
    let other_key = ClientAssertion { certified: OVER, ..good() };
    let rows: Vec<(&str, String, u64)> = vec![
        ("no JWT", "x".into(), 50_012),
        ("no signature", unsigned, 50_012),
        ("a symmetric algorithm", good().header("alg", json!("HS256")).signed(), 50_012),
        ("no end", without_end.signed(), 50_012),
        ("no thumbprint", without_thumbprint.signed(), 700_027),
        ("an unknown certificate", good().header("x5t#S256", json!("AAAA")).signed(), 700_027),
        ("two certificates", good().header("x5t", sha1(OVER)).signed(), 700_027),
        ("another key", other_key.signed(), 700_027),
        (
            "a certificate whose time is over",
            ClientAssertion::by(SYNC, &audience(), OVER, Algorithm::Rs256).signed(),
            700_030,
        ),
        ("another issuer", good().claim("iss", json!(BOARD.client_id)).signed(), 50_048),
        ("another subject", good().claim("sub", json!(BOARD.client_id)).signed(), 50_048),
        ("another audience", good().claim("aud", json!("https://evil.example/token")).signed(), 700_023),
        (
            "another tenant",
            good().claim("aud", json!(format!("https://localhost:8443/{}/v2.0", TASKS.client_id))).signed(),
            700_023,
        ),
        ("no audience", good().claim("aud", json!(null)).signed(), 700_023),
        ("ended", good().claim("exp", json!(now - 300)).signed(), 700_024),
        ("not begun", good().claim("nbf", json!(now + 301)).signed(), 700_024),
    ];
    for (what, assertion, number) in rows {
        let answer = platform.token(&shown(&assertion)).await;
        let found = (answer.code(), answer.json()["error"].clone(), answer.json()["error_codes"].clone());
        assert_eq!(found, (401, json!("invalid_client"), json!([number])), "{what}");
    }
    // Clocks may differ by five minutes.
    platform.tokens(&shown(&good().claim("exp", json!(now - 299)).claim("nbf", json!(now + 300)).signed())).await;
}

#[tokio::test]
async fn it_may_come_again_until_its_time_is_over() {
    let platform = TestPlatform::with_permissions().await;
    let assertion = good().signed();
    platform.tokens(&shown(&assertion)).await;
    platform.advance(Duration::from_secs(600 + 299));
    platform.tokens(&shown(&assertion)).await;
    platform.advance(Duration::from_secs(1));
    refused(&platform.token(&shown(&assertion)).await, 700_024, "invalid_client", "");
}

#[tokio::test]
async fn it_stands_alone_and_says_what_it_is() {
    let platform = TestPlatform::with_permissions().await;
    let assertion = good().signed();
    let good = shown(&assertion);
    refused(&platform.token(&good.clone().without("client_assertion_type")).await, 900_144, "invalid_request", "");
    let other = good.clone().with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer");
    refused(&platform.token(&other).await, 90_023, "invalid_request", "");
    refused(&platform.token(&good.clone().with("client_secret", "x")).await, 90_023, "invalid_request", "");
    // Another app's id beside it, and an app that has no certificate.
    for application in [BOARD, TASKS_API] {
        let request = good.clone().with("client_id", application.client_id);
        refused(&platform.token(&request).await, 700_027, "invalid_client", "");
    }
    // A public client has nothing to prove.
    let public = good.clone().with("client_id", TASKS.client_id).with("grant_type", "refresh_token");
    refused(&platform.token(&public.with("refresh_token", "x")).await, 700_025, "invalid_client", "");
    refused(&platform.token(&good.without("client_assertion")).await, 7_000_218, "invalid_client", "");
}
