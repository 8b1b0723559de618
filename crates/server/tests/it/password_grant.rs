//! A name and a password, exchanged by the application itself (RFC 6749 §4.3).

use std::time::Duration;

use grantor_testkit::{
    BOARD, CARELESS, CHRIS, CLUB, KIM, LEE, NATIVE, NORTHWIND, Person, TASKS, TestPlatform, TokenRequest,
    unverified_claims,
};
use serde_json::json;

use crate::support::{bought, northwind, refused};

fn asked(person: Person) -> TokenRequest {
    let request = TokenRequest::by(TASKS, "password").tenant(NORTHWIND.id).with("username", person.name);
    request.with("password", person.password).with("scope", "openid profile offline_access User.Read")
}

/// A platform on which Kim has allowed the app what it asks for.
async fn allowed() -> TestPlatform {
    let platform = TestPlatform::with_permissions().await;
    bought(&platform, &northwind(TASKS), KIM).await;
    platform
}

#[tokio::test]
async fn it_buys_what_a_sign_in_buys() {
    let platform = allowed().await;
    let tokens = platform.tokens(&asked(KIM).with("client_info", "1")).await;
    assert!(tokens.body["client_info"].is_string());
    let claims = platform.verified(&tokens.id_token).await;
    assert_eq!((&claims["oid"], &claims["aud"]), (&json!(KIM.id), &json!(TASKS.client_id)));
    assert_eq!(unverified_claims(&tokens.access_token)["amr"], json!(["pwd"]));
    let renewed = platform.tokens(&TokenRequest::refresh(TASKS, &tokens.refresh_token).tenant(NORTHWIND.id)).await;
    assert_eq!(platform.call("/v1.0/me", &renewed.access_token).await.json()["id"], KIM.id);
    // Without offline_access there is nothing to renew with; at organizations the name says whose it is.
    let less = platform.tokens(&asked(KIM).with("scope", "openid User.Read")).await;
    assert_eq!(less.refresh_token, "");
}

#[tokio::test]
async fn a_name_and_a_password_that_do_not_match_are_refused_alike() {
    let platform = allowed().await;
    let rows = [
        asked(KIM).with("password", "wrong"),
        asked(KIM).with("username", "nobody@northwind.example"),
        asked(KIM).with("username", "nobody@nowhere.example"),
        asked(KIM).with("username", "kim"),
    ];
    let mut said = Vec::new();
    for request in rows {
        let answer = platform.token(&request).await;
        refused(&answer, 50_126, "invalid_grant", "");
        said.push(answer.json()["error_description"].as_str().unwrap().lines().next().unwrap().to_owned());
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
    for missing in ["username", "password"] {
        refused(&platform.token(&asked(KIM).without(missing)).await, 900_144, "invalid_request", "");
    }
}

#[tokio::test]
async fn ten_wrong_passwords_lock_the_account_for_a_minute() {
    let platform = allowed().await;
    for _ in 0..10 {
        refused(&platform.token(&asked(KIM).with("password", "wrong")).await, 50_126, "invalid_grant", "");
    }
    refused(&platform.token(&asked(KIM)).await, 50_053, "invalid_grant", "");
    // On the page, too; and nobody else is locked.
    let mut browser = platform.browser();
    let page = browser.authorize(&northwind(TASKS)).await.page();
    let page = browser.sign_in(page, KIM).await.page();
    assert!(page.text_of("error").unwrap_or_default().contains("locked for a while"), "{}", page.text());
    let page = browser.sign_in(page, LEE).await.page();
    assert!(page.has("accept"));
    platform.advance(Duration::from_secs(59));
    refused(&platform.token(&asked(KIM)).await, 50_053, "invalid_grant", "");
    platform.advance(Duration::from_secs(1));
    platform.tokens(&asked(KIM)).await;
}

#[tokio::test]
async fn a_right_password_forgets_the_wrong_ones_before() {
    let platform = allowed().await;
    for _ in 0..3 {
        for _ in 0..9 {
            refused(&platform.token(&asked(KIM).with("password", "wrong")).await, 50_126, "invalid_grant", "");
        }
        platform.tokens(&asked(KIM)).await;
    }
}

#[tokio::test]
async fn only_an_app_that_allows_it_takes_passwords_without_a_proof() {
    let platform = TestPlatform::with_permissions().await;
    for application in [CARELESS, BOARD, CLUB] {
        bought(&platform, &northwind(application), KIM).await;
    }
    let by = |application| {
        let request = TokenRequest::by(application, "password").tenant(NORTHWIND.id).with("username", KIM.name);
        request.with("password", KIM.password).with("scope", "openid User.Read")
    };
    // A native app without the switch would have to keep a secret.
    refused(&platform.token(&by(CARELESS)).await, 7_000_218, "invalid_client", "");
    refused(&platform.token(&by(BOARD).without("client_secret")).await, 7_000_218, "invalid_client", "");
    platform.tokens(&by(BOARD)).await;
    refused(&platform.token(&by(CLUB).with("client_secret", "x")).await, 700_025, "invalid_client", "");
    refused(&platform.token(&by(CLUB).header("origin", "https://x.example")).await, 9_002_326, "invalid_request", "");
    // The application is proven before the password is looked at.
    let wrong = by(BOARD).with("client_secret", "wrong").with("password", "wrong");
    refused(&platform.token(&wrong).await, 7_000_215, "invalid_client", "");
}

#[tokio::test]
async fn whoever_is_not_assigned_gets_nothing() {
    let platform = TestPlatform::with_permissions().await;
    bought(&platform, &northwind(CLUB), KIM).await;
    let by = |person: Person| {
        let request = TokenRequest::by(CLUB, "password").tenant(NORTHWIND.id).with("username", person.name);
        request.with("password", person.password).with("scope", "openid User.Read")
    };
    platform.tokens(&by(KIM)).await;
    refused(&platform.token(&by(LEE)).await, 50_105, "invalid_grant", "");
}

#[tokio::test]
async fn the_journeys_native_app_takes_passwords() {
    let platform = TestPlatform::start().await;
    platform.signed_in(NATIVE, CHRIS).await;
    let request = TokenRequest::by(NATIVE, "password").with("username", "CHRISG@CONTOSO.EXAMPLE");
    platform.tokens(&request.with("password", CHRIS.password).with("scope", "User.Read")).await;
}
