//! Under which name an application knows a person (OpenID Connect Core §8): its own, that of its sector, or the public one.

use grantor_rules::model::{ClientMetadata, SubjectType};
use grantor_testkit::{
    ADMIN, Authorize, CHRIS, COLORS_API, CONTOSO, NATIVE, TestPlatform, Tokens, WEB, unverified_claims,
};
use serde_json::{Value, json};

use super::{asking, post, presenting};
use crate::support::{bought, bought_in};

/// Registers an application for one kind of names.
async fn register(platform: &TestPlatform, client_id: &str, kind: Option<SubjectType>, sector: Option<&str>) {
    let metadata = ClientMetadata {
        subject_type: kind,
        sector_identifier_uri: sector.map(str::to_owned),
        ..ClientMetadata::default()
    };
    platform.change_application(CONTOSO, client_id, |one| *one.metadata = metadata).await;
}

fn asked(application: grantor_testkit::Application) -> Authorize {
    asking(application).scope("openid offline_access")
}

async fn name_at(platform: &TestPlatform, application: grantor_testkit::Application) -> Value {
    unverified_claims(&bought(platform, &asked(application), CHRIS).await.id_token)["sub"].clone()
}

/// The name of the person in everything that the web application gets and sends.
async fn agreed(platform: &TestPlatform) -> Value {
    let mut browser = platform.browser();
    let tokens: Tokens = bought_in(platform, &mut browser, &asked(WEB), CHRIS).await;
    let sub = unverified_claims(&tokens.id_token)["sub"].clone();
    let info = platform.call(&format!("/{}/oidc/userinfo", CONTOSO.id), &tokens.access_token).await;
    assert_eq!(info.json()["sub"], sub, "core-12: userinfo");
    let renewed = presenting(WEB, "refresh_token").with("refresh_token", &tokens.refresh_token);
    let renewed = platform.tokens(&renewed).await;
    assert_eq!(unverified_claims(&renewed.id_token)["sub"], sub, "core-16: a renewed id_token");
    let pairs = [
        ("token", renewed.refresh_token.as_str()),
        ("client_id", WEB.client_id),
        ("client_secret", WEB.secret.unwrap()),
    ];
    assert_eq!(post(platform, "introspect", &pairs).await.json()["sub"], sub, "introspection");
    let vendor = bought(platform, &Authorize::by(WEB).tenant(CONTOSO.id).scope("openid"), CHRIS).await;
    assert_eq!(unverified_claims(&vendor.id_token)["sub"], sub, "another dialect");
    assert_eq!(platform.call("/oidc/userinfo", &vendor.access_token).await.json()["sub"], sub);

    let silent = asked(WEB).with("prompt", "none").with("id_token_hint", &tokens.id_token);
    let response = browser.authorize(&silent).await.response();
    assert!(response.get("code").starts_with("gc1."), "core-06: the hint names who is signed in");
    let stranger = bought(platform, &asked(WEB), ADMIN).await.id_token;
    let silent = asked(WEB).with("prompt", "none").with("id_token_hint", &stranger);
    assert_eq!(browser.authorize(&silent).await.response().get("error"), "login_required");
    let leaving = format!("/{}/oidc/end-session?id_token_hint={}", CONTOSO.id, tokens.id_token);
    let page = browser.open(&leaving).await.page();
    assert!(!page.has("sign-out-confirm"), "rpl-02: whose session ends is not asked: {}", page.text());
    let response = browser.authorize(&asked(WEB).with("prompt", "none")).await.response();
    assert_eq!(response.get("error"), "login_required", "it has ended");
    sub
}

#[tokio::test]
async fn everything_that_an_application_gets_calls_a_person_the_same() {
    // core-18
    let platform = TestPlatform::start().await;
    let own = agreed(&platform).await;
    register(&platform, WEB.client_id, Some(SubjectType::Pairwise), Some("https://sector.example/list")).await;
    let of_sector = agreed(&platform).await;
    register(&platform, WEB.client_id, Some(SubjectType::Public), None).await;
    let public = agreed(&platform).await;
    assert!(own != of_sector && of_sector != public && public != own);
    register(&platform, WEB.client_id, None, None).await;
    assert_eq!(name_at(&platform, WEB).await, own, "a name comes back with what it was made for");
}

#[tokio::test]
async fn who_shares_a_sector_shares_names_and_nobody_else() {
    let platform = TestPlatform::start().await;
    let before = (name_at(&platform, WEB).await, name_at(&platform, NATIVE).await);
    assert_ne!(before.0, before.1);
    register(&platform, WEB.client_id, None, Some("https://sector.example/list")).await;
    assert_eq!(name_at(&platform, NATIVE).await, before.1, "others keep theirs");
    assert!(![before.0, before.1.clone()].contains(&name_at(&platform, WEB).await));
    register(&platform, NATIVE.client_id, Some(SubjectType::Pairwise), Some("https://sector.example/other")).await;
    assert_eq!(name_at(&platform, WEB).await, name_at(&platform, NATIVE).await);
    register(&platform, NATIVE.client_id, None, Some("https://another.example/list")).await;
    assert_ne!(name_at(&platform, WEB).await, name_at(&platform, NATIVE).await);
}

#[tokio::test]
async fn a_public_name_is_one_and_no_client_id_can_equal_it() {
    // 9700-17, disc-02
    let platform = TestPlatform::start().await;
    let document = platform.get(&format!("/{}/oidc/.well-known/openid-configuration", CONTOSO.id), &[]).await.json();
    assert_eq!(document["subject_types_supported"], json!(["pairwise", "public"]));
    for client_id in [WEB.client_id, NATIVE.client_id] {
        register(&platform, client_id, Some(SubjectType::Public), None).await;
    }
    let public = name_at(&platform, WEB).await;
    assert_eq!(name_at(&platform, NATIVE).await, public);
    assert_ne!(public, CHRIS.id, "the directory's own id could be registered as a client id");
    assert_eq!(public.as_str().unwrap().len(), 43, "256 bits of a digest cannot be aimed at");
    let other = unverified_claims(&bought(&platform, &asked(WEB), ADMIN).await.id_token)["sub"].clone();
    assert_ne!(other, public);

    let for_colors = asking(NATIVE).scope("openid api://colors/Colors.Read");
    let token = bought(&platform, &for_colors, CHRIS).await.access_token;
    assert_ne!(unverified_claims(&token)["sub"], public, "an API knows people by the name that is registered for it");
    register(&platform, COLORS_API, Some(SubjectType::Public), None).await;
    let token = bought(&platform, &for_colors, CHRIS).await.access_token;
    assert_eq!(unverified_claims(&token)["sub"], public);
}

#[tokio::test]
async fn signed_userinfo_is_no_hint() {
    let platform = TestPlatform::start().await;
    platform
        .change_application(CONTOSO, WEB.client_id, |web| {
            web.metadata.userinfo_signed_response_alg = Some("RS256".to_owned());
        })
        .await;
    let mut browser = platform.browser();
    let tokens = bought_in(&platform, &mut browser, &asked(WEB), CHRIS).await;
    let info = platform.call(&format!("/{}/oidc/userinfo", CONTOSO.id), &tokens.access_token).await;
    let silent = asked(WEB).with("prompt", "none").with("id_token_hint", info.text());
    assert_eq!(browser.authorize(&silent).await.response().get("error"), "invalid_request");
}
