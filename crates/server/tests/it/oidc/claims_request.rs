//! Claims that an application asks for by name, and the person that it asks for (OpenID Connect Core §5.5, §3.1.2.2).

use grantor_testkit::{ADMIN, Answer, Authorize, CHRIS, CONTOSO, NATIVE, TestPlatform, Tokens, unverified_claims};
use serde_json::{Value, json};

use super::{asking, post};
use crate::support::bought;

fn with_claims(scope: &str, claims: &Value) -> Authorize {
    asking(NATIVE).scope(scope).with("claims", &claims.to_string())
}

async fn with_mail(platform: &TestPlatform) {
    platform
        .change_user(CONTOSO, CHRIS, |chris| {
            chris.mail = Some("chris@contoso.example".into());
            chris.mobile_phone = Some("+1 555 0100".into());
        })
        .await;
}

async fn told(platform: &TestPlatform, tokens: &Tokens) -> Answer {
    platform.call(&format!("/{}/oidc/userinfo", CONTOSO.id), &tokens.access_token).await
}

#[tokio::test]
async fn what_is_asked_for_by_name_is_told_there_and_nothing_else_of_its_kind() {
    // core-13
    let platform = TestPlatform::start().await;
    with_mail(&platform).await;
    let claims = json!({
        "userinfo": { "email": { "essential": true }, "birthdate": null },
        "id_token": { "phone_number": null, "auth_time": { "essential": true }, "name": { "value": "Somebody Else" } },
    });
    let tokens = bought(&platform, &with_claims("openid", &claims), CHRIS).await;
    let info = told(&platform, &tokens).await.json();
    let names: Vec<&str> = info.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["email", "sub"], "{info}");
    let id_token = unverified_claims(&tokens.id_token);
    assert_eq!(id_token["phone_number"], "+1 555 0100");
    assert!(id_token["auth_time"].is_i64());
    for left_out in ["email", "phone_number_verified", "name"] {
        assert!(!id_token.contains_key(left_out), "{left_out}");
    }
    assert_eq!(tokens.body["scope"], "openid", "claims by name are no scopes");
}

#[tokio::test]
async fn a_claim_by_name_needs_the_yes_that_its_scope_needs() {
    let platform = TestPlatform::start().await;
    with_mail(&platform).await;
    let plain = asking(NATIVE).scope("openid");
    let mut browser = platform.browser();
    browser.walk(&plain, CHRIS).await.code();
    let claims = json!({ "userinfo": { "email": null } });
    let by_name = || with_claims("openid offline_access", &claims);
    let silent = browser.authorize(&by_name().with("prompt", "none")).await.response();
    assert_eq!(silent.get("error"), "consent_required");
    let request = by_name();
    let page = browser.authorize(&request).await.page();
    assert!(page.text().contains("OpenID Connect") || page.text().contains("email"), "{}", page.text());
    let code = browser.press(&page, "accept").await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(told(&platform, &tokens).await.json()["email"], "chris@contoso.example");
    let renewed = super::presenting(NATIVE, "refresh_token").with("refresh_token", &tokens.refresh_token);
    let renewed = platform.tokens(&renewed).await;
    assert_eq!(told(&platform, &renewed).await.json()["email"], "chris@contoso.example");

    let chris = platform.user(CONTOSO, CHRIS).await.id;
    let withdrawn = grantor_storage::WithdrawnConsent {
        principal: Some(chris),
        client_id: grantor_protocol::ClientId::parse(NATIVE.client_id).unwrap(),
    };
    let store = platform.app.env.storage.tenant(CONTOSO.id.parse().unwrap());
    store.withdraw_consent(&withdrawn).await.unwrap();
    assert_eq!(told(&platform, &renewed).await.json().get("email"), None, "what was taken back is not told");
}

#[tokio::test]
async fn a_request_about_somebody_is_answered_for_nobody_else() {
    // core-06
    let platform = TestPlatform::start().await;
    let request = asking(NATIVE).scope("openid");
    let of_chris = bought(&platform, &request, CHRIS).await.id_token;
    let subject = unverified_claims(&of_chris)["sub"].clone();
    let about = || with_claims("openid", &json!({ "id_token": { "sub": { "value": subject } } }));
    let hinted = || asking(NATIVE).scope("openid").with("id_token_hint", &of_chris);
    for request in [about(), hinted()] {
        let mut browser = platform.browser();
        let silent = browser.authorize(&request.clone().with("prompt", "none")).await.response();
        assert_eq!(silent.get("error"), "login_required");
        let refused = browser.walk(&request, ADMIN).await.response();
        assert_eq!(refused.get("error"), "login_required", "somebody else has signed in");
        let tokens = bought(&platform, &request, CHRIS).await;
        assert_eq!(unverified_claims(&tokens.id_token)["sub"], subject);
    }
    let of_nobody = with_claims("openid", &json!({ "id_token": { "sub": { "values": ["x", "y"] } } }));
    assert_eq!(platform.browser().walk(&of_nobody, CHRIS).await.response().get("error"), "login_required");
}

#[tokio::test]
async fn what_cannot_be_read_or_had_is_refused() {
    let platform = TestPlatform::start().await;
    let error = async |claims: &str| {
        let request = asking(NATIVE).scope("openid").with("claims", claims);
        platform.browser().authorize(&request).await.response().get("error").to_owned()
    };
    assert_eq!(error("{").await, "invalid_request");
    assert_eq!(error(&"[".repeat(9000)).await, "invalid_request");
    let essential = json!({ "id_token": { "acr": { "essential": true, "values": ["gold"] } } }).to_string();
    assert_eq!(error(&essential).await, "unmet_authentication_requirements");
    let voluntary = json!({ "id_token": { "acr": { "values": ["gold", "silver"] } } });
    let tokens = bought(&platform, &with_claims("openid", &voluntary), CHRIS).await;
    assert_eq!(unverified_claims(&tokens.id_token)["acr"], "0");
    let without = post(&platform, "userinfo", &[]).await;
    assert_eq!(without.code(), 401);
}

#[tokio::test]
async fn the_usual_age_of_a_sign_in_can_be_registered() {
    // core-05
    let platform = TestPlatform::start().await;
    let request = asking(NATIVE).scope("openid");
    let mut browser = platform.browser();
    browser.walk(&request, CHRIS).await.code();
    platform.advance(std::time::Duration::from_mins(10));
    browser.authorize(&request).await.code();
    platform.change_application(CONTOSO, NATIVE.client_id, |native| native.metadata.default_max_age = Some(300)).await;
    browser.authorize(&request).await.page().value_of("username");
    browser.authorize(&request.with("max_age", "3600")).await.code();
}
