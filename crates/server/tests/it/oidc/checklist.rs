//! Duties of an authorization server that no other file is about, each named by its row of the OAuth checklist.

use std::collections::BTreeSet;

use grantor_protocol::ClientId;
use grantor_rules::model::{FrontChannel, Platform, Redirect};
use grantor_testkit::{
    Authorize, CHRIS, CONTOSO, DeviceRequest, NATIVE, TestPlatform, TokenRequest, WEB, unverified_claims,
};

use super::{asking, presenting, said};
use crate::support::bought;

#[tokio::test]
async fn the_authorization_endpoint_takes_get_and_post() {
    // 6749-02, core-01
    let platform = TestPlatform::start().await;
    let request = asking(NATIVE).scope("openid");
    platform.browser().authorize(&request).await.page().value_of("username");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let posted = platform.send(platform.request("POST", &request.path(), &form, request.encoded().into())).await;
    assert_eq!(posted.code(), 303);
    assert!(posted.header("location").contains("/sign-in/"), "{posted:?}");
}

#[tokio::test]
async fn an_app_without_an_address_cannot_begin() {
    // 6749-06
    let platform = TestPlatform::start().await;
    platform.change_application(CONTOSO, NATIVE.client_id, |native| native.redirects.clear()).await;
    let page = platform.browser().authorize(&asking(NATIVE).scope("openid")).await.page();
    assert_eq!(page.text_of("error-code").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn an_address_of_a_native_app_may_be_a_claimed_https_one() {
    // 8252-12
    let platform = TestPlatform::start().await;
    let claimed = "https://app.example/callback";
    platform
        .change_application(CONTOSO, NATIVE.client_id, |native| {
            let uri = grantor_protocol::RedirectUri::parse(claimed).unwrap();
            native.redirects.push(Redirect { uri, platform: Platform::PublicClient });
        })
        .await;
    let request = asking(NATIVE).scope("openid").with("redirect_uri", claimed);
    let response = platform.browser().walk(&request, CHRIS).await.response();
    assert_eq!(response.address, claimed);
    platform.tokens(&request.redeem(&response.code())).await;
}

#[tokio::test]
async fn who_answers_by_a_scheme_of_its_own_is_confirmed_each_time() {
    // 8252-09
    let platform = TestPlatform::start().await;
    let (own, claimed) = ("com.example.app:/callback", "https://app.example/callback");
    platform
        .change_application(CONTOSO, NATIVE.client_id, |native| {
            for text in [own, claimed] {
                let uri = grantor_protocol::RedirectUri::parse(text).unwrap();
                native.redirects.push(Redirect { uri, platform: Platform::PublicClient });
            }
        })
        .await;
    let asks = |address: &str| asking(NATIVE).scope("openid").with("redirect_uri", address);
    let mut browser = platform.browser();
    browser.walk(&asks(own), CHRIS).await.code();
    browser.authorize(&asks(claimed)).await.code();
    for _ in 0..2 {
        let page = browser.authorize(&asks(own)).await.page();
        browser.press(&page, "accept").await.code();
    }
    let silent = browser.authorize(&asks(own).with("prompt", "none")).await.response();
    assert_eq!(silent.get("error"), "consent_required");
    let vendor = Authorize::by(NATIVE).tenant(CONTOSO.id).scope("openid").with("redirect_uri", own);
    browser.authorize(&vendor).await.code();
}

#[tokio::test]
async fn the_reply_says_what_was_granted_where_that_is_less() {
    // 6749-19: what the person took back since is not in the next token, and the reply says so.
    let platform = TestPlatform::start().await;
    let request = asking(NATIVE).scope("openid profile email offline_access");
    let tokens = bought(&platform, &request, CHRIS).await;
    assert_eq!(tokens.body["scope"], "openid profile email");
    let fewer =
        presenting(NATIVE, "refresh_token").with("refresh_token", &tokens.refresh_token).with("scope", "openid");
    assert_eq!(platform.tokens(&fewer).await.body["scope"], "openid");
}

#[tokio::test]
async fn no_grant_and_no_tokens_in_front_beyond_the_registration() {
    // 6749-27, 9700-06, 9700-11, 2.1-02
    let platform = TestPlatform::start().await;
    for kind in ["token", "id_token", "id_token token", "code id_token", "code token"] {
        let request = asking(NATIVE).scope("openid").with("response_type", kind).with("response_mode", "fragment");
        let refused = platform.browser().authorize(&request).await.response();
        assert_eq!(refused.get("error"), "unauthorized_client", "{kind}");
    }
    let password = presenting(NATIVE, "password").with("username", CHRIS.name).with("password", CHRIS.password);
    assert_eq!(said(&platform.token(&password).await), (400, "unsupported_grant_type".into()));
}

#[tokio::test]
async fn in_front_there_is_never_a_refresh_token_and_a_nonce_is_wanted() {
    // core-08, core-15
    let platform = TestPlatform::start().await;
    let front = FrontChannel { id_tokens: true, access_tokens: true };
    platform.change_application(CONTOSO, WEB.client_id, |web| web.front_channel = front).await;
    let request = asking(WEB).scope("openid profile offline_access").with("response_mode", "fragment");
    let implicit = request.with("response_type", "id_token token");
    let bare = platform.browser().authorize(&implicit.clone().without("nonce")).await.response();
    assert_eq!(bare.get("error"), "invalid_request");
    let response = platform.browser().walk(&implicit, CHRIS).await.response();
    assert!(!response.get("id_token").is_empty() && !response.get("access_token").is_empty());
    assert!(!response.parameters.contains_key("refresh_token"), "{:?}", response.parameters);
    let alone = implicit.with("response_type", "id_token");
    let response = platform.browser().walk(&alone, CHRIS).await.response();
    let claims = unverified_claims(response.get("id_token"));
    assert_eq!(claims["name"], "Chris Green", "without an access token, the id_token tells it");
}

#[tokio::test]
async fn an_access_token_in_front_is_good_at_userinfo_whether_or_not_an_id_token_is_beside_it() {
    // The kinds of answers differ in what comes where, and in nothing else (OpenID Connect Core §3.3.3.7 and §5.3.1).
    let platform = TestPlatform::start().await;
    let open = |web: &mut grantor_rules::model::Application| {
        web.front_channel = FrontChannel { access_tokens: true, id_tokens: true };
    };
    platform.change_application(CONTOSO, WEB.client_id, open).await;
    let mut browser = platform.browser();
    for kind in ["code token", "code id_token token", "id_token token"] {
        let request = asking(WEB).scope("openid profile").with("response_type", kind);
        let response = browser.walk(&request, CHRIS).await.response();
        assert_eq!(response.parameters.contains_key("id_token"), kind.contains("id_token"), "{kind}");
        let scopes: BTreeSet<&str> = response.get("scope").split(' ').collect();
        assert_eq!(scopes, BTreeSet::from(["openid", "profile"]), "{kind}");
        let info = platform.call(&format!("/{}/oidc/userinfo", CONTOSO.id), response.get("access_token")).await;
        assert_eq!((info.code(), &info.json()["name"]), (200, &"Chris Green".into()), "{kind}: {}", info.text());
    }
}

#[tokio::test]
async fn what_a_request_may_say_of_how_it_is_shown_is_no_fault() {
    // core-19
    let platform = TestPlatform::start().await;
    for display in ["page", "popup", "touch", "wap"] {
        let request = asking(NATIVE)
            .scope("openid")
            .with("display", display)
            .with("ui_locales", "xx-XX de en")
            .with("claims_locales", "de")
            .with("acr_values", "urn:example:none 1")
            .with("login_hint", CHRIS.name);
        let mut browser = platform.browser();
        let page = browser.authorize(&request).await.page();
        assert_eq!(page.value_of("username"), CHRIS.name, "{display}");
        assert!(!browser.walk(&request, CHRIS).await.code().is_empty(), "{display}");
    }
}

#[tokio::test]
async fn what_is_handed_out_cannot_be_guessed() {
    // 6749-28, T33
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = || asking(NATIVE).scope("openid offline_access");
    let first = request();
    browser.walk(&first, CHRIS).await.code();
    let mut seen = BTreeSet::new();
    for _ in 0..20 {
        let request = request();
        let code = browser.authorize(&request).await.code();
        let tokens = platform.tokens(&request.redeem(&code)).await;
        for secret in [code, tokens.refresh_token] {
            // 160 bits in six each, beside what names its kind and its tenant.
            assert!(secret.len() >= 27 + 22, "{}", secret.len());
            assert!(seen.insert(secret));
        }
    }
}

#[tokio::test]
async fn with_a_proof_key_the_address_need_not_be_said_again_and_if_it_is_it_must_be_right() {
    // 2.1-04, 2.1-07
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = asking(NATIVE).scope("openid");
    let code = browser.walk(&request, CHRIS).await.code();
    let wrong = request.redeem(&code).with("redirect_uri", "http://localhost:1/other");
    assert_eq!(said(&platform.token(&wrong).await), (400, "invalid_grant".into()));
    let request = asking(NATIVE).scope("openid");
    let code = browser.authorize(&request).await.code();
    platform.tokens(&request.redeem(&code).without("redirect_uri")).await;
    let unbound = asking(WEB).scope("openid").without("code_challenge").without("code_challenge_method");
    let code = platform.browser().walk(&unbound, CHRIS).await.code();
    let silent = unbound.redeem(&code).without("redirect_uri").without("code_verifier");
    assert_eq!(
        said(&platform.token(&silent).await),
        (400, "invalid_request".into()),
        "nothing else ties it to the app"
    );
}

#[tokio::test]
async fn after_a_password_the_browser_is_sent_on_by_a_see_other_and_to_nobody_elses_address() {
    // 9700-02, 9700-13, fapi-10, 9207-01, fapi-09
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&asking(NATIVE).scope("openid")).await.page();
    let (form, mut pairs) = page.pressed("sign-in");
    for (name, value) in &mut pairs {
        match name.as_str() {
            "username" => CHRIS.name.clone_into(value),
            "password" => CHRIS.password.clone_into(value),
            _ => {}
        }
    }
    let answer = browser.post_with(&form.action, &pairs, &[]).await;
    assert_eq!(answer.code(), 303);
    assert!(answer.header("location").starts_with(&platform.public().at("/consent/")), "{answer:?}");
    for name in ["next", "return_to", "continue", "redirect", "returnUrl"] {
        let request = asking(NATIVE).scope("openid").with(name, "https://evil.example");
        let answer = platform.get(&request.target(), &[]).await;
        assert!(!answer.header("location").contains("evil.example"), "{name}");
    }
}

#[tokio::test]
async fn no_application_is_called_like_a_person() {
    // 9700-17, 9068-03: a person's name towards an API is 256 bits of a digest, which no registrant can aim at.
    let platform = TestPlatform::start().await;
    let tokens = bought(&platform, &asking(NATIVE).scope("openid"), CHRIS).await;
    let subject = unverified_claims(&tokens.access_token)["sub"].as_str().unwrap().to_owned();
    assert_eq!(subject.len(), 43);
    let own = presenting(WEB, "client_credentials").with("resource", "api://colors");
    let alone = unverified_claims(&platform.tokens(&own).await.access_token);
    assert_eq!(alone["sub"], alone["client_id"], "what acts for itself is told from every person");
    assert!(ClientId::parse(&subject).is_ok());
}

#[tokio::test]
async fn a_password_is_not_tried_for_ever() {
    // 6749-32
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let mut page = browser.authorize(&asking(NATIVE).scope("openid")).await.page();
    for _ in 0..12 {
        page = browser.sign_in(page, grantor_testkit::Person { password: "wrong", ..CHRIS }).await.page();
    }
    page = browser.sign_in(page, CHRIS).await.page();
    assert!(page.text_of("error").unwrap_or_default().contains("locked"), "{}", page.text());
}

#[tokio::test]
async fn a_device_code_is_one_programs_and_good_once() {
    // 8628-06, 8628-07, 8628-08
    let platform = TestPlatform::start().await;
    let asked = grantor_testkit::DeviceRequest::by(NATIVE).oidc().tenant(CONTOSO.id).with("scope", "openid");
    let device = asked.begin(&platform).await;
    let mut browser = platform.browser();
    let page = device.enter(&mut browser).await.page();
    let page = browser.sign_in(page, CHRIS).await.page();
    assert!(page.text().contains("Native App"), "who asks is shown: {}", page.text());
    device.approve(&mut platform.browser(), CHRIS).await;
    let other =
        presenting(WEB, "urn:ietf:params:oauth:grant-type:device_code").with("device_code", &device.device_code);
    assert_eq!(said(&platform.token(&other).await), (400, "invalid_grant".into()));
    platform.tokens(&device.redeem()).await;
    assert_eq!(said(&platform.token(&device.redeem()).await), (400, "invalid_grant".into()));
    assert!(device.device_code.len() >= 43 && device.user_code.len() == 9);
}

#[tokio::test]
async fn whoever_keeps_a_secret_shows_it_for_a_device_code() {
    // 8628-01
    let platform = TestPlatform::start().await;
    let asked = DeviceRequest::by(WEB).oidc().tenant(CONTOSO.id).scope("openid");
    asked.begin(&platform).await;
    for wrong in ["", "wrong"] {
        let answer = asked.clone().with("client_secret", wrong).send(&platform).await;
        assert_eq!(said(&answer), (401, "invalid_client".into()), "{wrong:?}");
    }
    // Who keeps none has none to show.
    DeviceRequest::by(NATIVE).oidc().tenant(CONTOSO.id).scope("openid").begin(&platform).await;
}

#[tokio::test]
async fn a_browser_goes_back_after_signing_out_only_where_it_is_registered() {
    // rpl-04, fcl-01
    let platform = TestPlatform::start().await;
    let request = asking(WEB).scope("openid");
    let mut browser = platform.browser();
    let code = browser.walk(&request, CHRIS).await.code();
    let id_token = platform.tokens(&request.redeem(&code)).await.id_token;
    let target = |place: &str| {
        let place = grantor_dialects::form::encode_component(place);
        format!(
            "/{}/oidc/end-session?id_token_hint={id_token}&post_logout_redirect_uri={place}&state=s%20t",
            CONTOSO.id
        )
    };
    let registered = request.value("redirect_uri").to_owned();
    let response = browser.open(&target(&registered)).await.response();
    assert_eq!((response.address.as_str(), response.get("state")), (registered.as_str(), "s t"));
    browser.walk(&request, CHRIS).await.code();
    let page = browser.open(&target("https://evil.example/")).await.page();
    assert!(!page.answer.text().contains("evil.example"));
}

#[tokio::test]
async fn whoever_rejects_a_token_says_so_in_the_words_of_rfc_6750() {
    // 9068-07, 6750-07
    let platform = TestPlatform::start().await;
    let target = format!("/{}/oidc/userinfo", CONTOSO.id);
    let tokens = bought(&platform, &Authorize::by(NATIVE).oidc().tenant(CONTOSO.id).scope("openid"), CHRIS).await;
    platform.advance(std::time::Duration::from_hours(3));
    let answer = platform.call(&target, &tokens.access_token).await;
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with("Bearer error=\"invalid_token\", error_description=\""), "{challenge}");
    // The other way to come is named beside it (RFC 9449 §7.2).
    assert!(challenge.contains("\", DPoP algs=\""), "{challenge}");
    assert_eq!(challenge.matches('"').count(), 6, "{challenge}");
    let stray = TokenRequest::refresh(NATIVE, "x");
    assert_ne!(platform.token(&stray).await.code(), 200);
}
