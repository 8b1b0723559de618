//! What an application says of itself by the names of the registry binds it.

use grantor_rules::model::ClientMetadata;
use grantor_testkit::{Arrival, CHRIS, CONTOSO, NATIVE, TestPlatform, WEB};

use super::{asking, post, presenting, said};

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

#[tokio::test]
async fn the_addresses_registered_for_after_a_sign_out_are_taken_to_the_letter_and_no_others() {
    // rpl-04
    let platform = TestPlatform::start().await;
    let registered = "https://app.example/signed-out?from=us";
    let change = |web: &mut grantor_rules::model::Application| {
        web.metadata.post_logout_redirect_uris = texts(&[registered]);
    };
    platform.change_application(CONTOSO, WEB.client_id, change).await;
    let mut browser = platform.browser();
    let request = asking(WEB).scope("openid");
    let out = async |browser: &mut grantor_testkit::Browser<'_>, address: &str| {
        let code = browser.walk(&request, CHRIS).await.code();
        let id_token = platform.tokens(&request.redeem(&code)).await.id_token;
        let place = grantor_dialects::form::encode_component(address);
        let target = format!(
            "/{}/oidc/end-session?id_token_hint={id_token}&state=s&post_logout_redirect_uri={place}",
            CONTOSO.id
        );
        browser.open(&target).await
    };
    let response = out(&mut browser, registered).await.response();
    assert_eq!((response.get("from"), response.get("state")), ("us", "s"));
    for other in [WEB.redirect_uri, "https://app.example/signed-out", "https://app.example/signed-out?from=us&x=1"] {
        let arrival = out(&mut browser, other).await;
        assert!(matches!(arrival, Arrival::Page(_)), "{other}");
        assert!(arrival.page().has("signed-out"), "{other}");
    }
}

#[tokio::test]
async fn grants_beyond_the_registered_ones_are_refused() {
    // 6749-27
    let platform = TestPlatform::start().await;
    let request = asking(NATIVE).scope("openid offline_access");
    let mut browser = platform.browser();
    let code = browser.walk(&request, CHRIS).await.code();
    let before = platform.tokens(&request.redeem(&code)).await;

    let only = ClientMetadata { grant_types: Some(texts(&["authorization_code"])), ..ClientMetadata::default() };
    platform.change_application(CONTOSO, NATIVE.client_id, |native| *native.metadata = only).await;
    let renewal = presenting(NATIVE, "refresh_token").with("refresh_token", &before.refresh_token);
    assert_eq!(said(&platform.token(&renewal).await), (400, "unauthorized_client".into()));
    let request = asking(NATIVE).scope("openid offline_access");
    let code = browser.authorize(&request).await.code();
    let after = platform.token(&request.redeem(&code)).await;
    assert_eq!((after.code(), after.json().get("refresh_token")), (200, None), "what could not be used is not given");
    let device = post(&platform, "device-authorization", &[("client_id", NATIVE.client_id), ("scope", "openid")]).await;
    assert_eq!(said(&device), (400, "unauthorized_client".into()));

    let none = ClientMetadata { grant_types: Some(texts(&["refresh_token"])), ..ClientMetadata::default() };
    platform.change_application(CONTOSO, NATIVE.client_id, |native| *native.metadata = none).await;
    let refused = browser.authorize(&asking(NATIVE).scope("openid")).await.response();
    assert_eq!(refused.get("error"), "unauthorized_client");
}

#[tokio::test]
async fn response_types_beyond_the_registered_ones_are_refused() {
    // 6749-27
    let platform = TestPlatform::start().await;
    platform
        .change_application(CONTOSO, WEB.client_id, |web| {
            web.front_channel.id_tokens = true;
            web.metadata.response_types = Some(texts(&["id_token"]));
        })
        .await;
    let asked = async |kind: &str| {
        let request = asking(WEB).scope("openid").with("response_type", kind).with("response_mode", "fragment");
        platform.browser().walk(&request, CHRIS).await.response()
    };
    assert!(!asked("id_token").await.get("id_token").is_empty());
    for kind in ["code", "code id_token"] {
        let request = asking(WEB).scope("openid").with("response_type", kind).with("response_mode", "fragment");
        let refused = platform.browser().authorize(&request).await.response();
        assert_eq!(refused.get("error"), "unauthorized_client", "{kind}");
    }
}
