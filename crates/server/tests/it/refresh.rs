//! Renewal: each token has one successor, an honest repetition gets it again, and a stolen token ends its family.

use std::sync::Arc;
use std::time::Duration;

use grantor_jose::base64url::{decode, encode};
use grantor_testkit::{
    Authorize, CHRIS, CONTOSO_DIRECTORY, NATIVE, SPA, START, TestPlatform, TokenRequest, Tokens, unverified_claims,
};
use serde_json::json;

const DAY: Duration = Duration::from_hours(24);
const NINETY_DAYS_LESS_A_SECOND: Duration = Duration::from_secs(90 * 24 * 60 * 60 - 1);

async fn renewed(platform: &TestPlatform, tokens: &Tokens) -> Tokens {
    platform.tokens(&TokenRequest::refresh(NATIVE, &tokens.refresh_token)).await
}

/// The error, its number and its suberror of a renewal that is refused.
async fn refused(platform: &TestPlatform, request: &TokenRequest) -> (u16, String, u32, String) {
    let answer = platform.token(request).await;
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let number = body["error_codes"][0].as_u64().and_then(|number| u32::try_from(number).ok());
    (answer.code(), text("error"), number.unwrap_or_default(), text("suberror"))
}

fn grant_error(number: u32, suberror: &str) -> (u16, String, u32, String) {
    (400, "invalid_grant".to_owned(), number, suberror.to_owned())
}

async fn me(platform: &TestPlatform, tokens: &Tokens) -> u16 {
    platform.call("/v1.0/me", &tokens.access_token).await.code()
}

#[tokio::test]
async fn each_renewal_gives_another_token_and_the_person_stays_the_same() {
    // 9700-07, core-16
    let platform = TestPlatform::start().await;
    let first = platform.signed_in(NATIVE, CHRIS).await;
    platform.advance(Duration::from_mins(30));
    let second = renewed(&platform, &first).await;
    let third = renewed(&platform, &second).await;
    assert!(first.refresh_token != second.refresh_token && second.refresh_token != third.refresh_token);
    assert_eq!(second.body["scope"], first.body["scope"]);
    let (before, after) = (unverified_claims(&first.id_token), platform.verified(&third.id_token).await);
    for claim in ["iss", "sub", "aud", "auth_time", "oid", "sid"] {
        assert_eq!(before[claim], after[claim], "{claim}");
    }
    assert!(before.contains_key("nonce") && !after.contains_key("nonce"));
    assert_eq!(after["iat"], START.seconds() + 1800 - 300);
    for tokens in [&first, &second, &third] {
        assert_eq!(me(&platform, tokens).await, 200);
    }
}

#[tokio::test]
async fn a_reply_that_was_lost_can_be_asked_for_again() {
    // T25
    let platform = TestPlatform::start().await;
    let first = platform.signed_in(NATIVE, CHRIS).await;
    let second = renewed(&platform, &first).await;
    platform.advance(Duration::from_secs(30));
    assert_eq!(renewed(&platform, &first).await.refresh_token, second.refresh_token);
    platform.advance(Duration::from_secs(30));
    let again = renewed(&platform, &first).await;
    assert_eq!(again.refresh_token, second.refresh_token);
    assert_eq!(me(&platform, &again).await, 200);
    // Also when the successor was used meanwhile.
    let third = renewed(&platform, &second).await;
    assert_eq!(renewed(&platform, &first).await.refresh_token, second.refresh_token);
    assert_eq!(renewed(&platform, &second).await.refresh_token, third.refresh_token);
}

#[tokio::test]
async fn a_token_that_comes_back_later_ends_its_family_and_no_other() {
    // 9700-07, T25, T27
    let platform = TestPlatform::start().await;
    let neighbour = platform.signed_in(NATIVE, CHRIS).await;
    let first = platform.signed_in(NATIVE, CHRIS).await;
    let second = renewed(&platform, &first).await;
    platform.advance(Duration::from_secs(61));
    let third = renewed(&platform, &second).await;
    let reuse = TokenRequest::refresh(NATIVE, &first.refresh_token);
    assert_eq!(refused(&platform, &reuse).await, grant_error(50173, "bad_token"));
    for tokens in [&first, &second, &third] {
        let request = TokenRequest::refresh(NATIVE, &tokens.refresh_token);
        assert_eq!(refused(&platform, &request).await, grant_error(50173, "bad_token"));
        assert_eq!(me(&platform, tokens).await, 401);
    }
    assert_eq!(me(&platform, &neighbour).await, 200);
    renewed(&platform, &neighbour).await;
    assert!(platform.recorded().contains("refresh-token-reused"));
}

#[tokio::test]
async fn a_copy_is_recognised_however_long_ago_it_was_exchanged() {
    // 9700-07: the family has gone on for a year, and what was exchanged at its beginning is kept nowhere.
    let platform = TestPlatform::start().await;
    let first = platform.signed_in(NATIVE, CHRIS).await;
    let mut last = renewed(&platform, &first).await;
    for _ in 0..6 {
        platform.advance(60 * DAY);
        last = renewed(&platform, &last).await;
        platform.app.env.storage.forget_ended(platform.app.env.now(), 100).await.unwrap();
    }
    let copy = TokenRequest::refresh(NATIVE, &first.refresh_token);
    assert_eq!(refused(&platform, &copy).await, grant_error(50173, "bad_token"));
    let live = TokenRequest::refresh(NATIVE, &last.refresh_token);
    assert_eq!(refused(&platform, &live).await, grant_error(50173, "bad_token"));
}

#[tokio::test]
async fn a_token_that_is_made_up_around_a_family_ends_nothing() {
    // The family's id is no secret: its access tokens carry it.
    let platform = TestPlatform::start().await;
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    let bytes = decode(tokens.refresh_token.strip_prefix("gr1.").unwrap()).unwrap();
    for place in [32, 63, 64, 95] {
        let mut forged = bytes.clone();
        forged[place] ^= 1;
        let forged = format!("gr1.{}", encode(&forged));
        let answer = refused(&platform, &TokenRequest::refresh(NATIVE, &forged)).await;
        assert_eq!((answer.0, answer.1.as_str()), (400, "invalid_grant"), "byte {place}");
    }
    renewed(&platform, &tokens).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_renewals_at_once_get_one_successor() {
    // T24
    let platform = Arc::new(TestPlatform::start().await);
    let first = platform.signed_in(NATIVE, CHRIS).await;
    let request = TokenRequest::refresh(NATIVE, &first.refresh_token);
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (platform, request) = (Arc::clone(&platform), request.clone());
            tokio::spawn(async move { platform.tokens(&request).await })
        })
        .collect();
    let mut successors = std::collections::BTreeSet::new();
    let mut families = std::collections::BTreeSet::new();
    for task in tasks {
        let tokens = task.await.unwrap();
        families.insert(unverified_claims(&tokens.access_token)["rh"].to_string());
        successors.insert(tokens.refresh_token);
    }
    assert_eq!((successors.len(), families.len()), (1, 1));
    let successor = TokenRequest::refresh(NATIVE, successors.first().unwrap());
    platform.tokens(&successor).await;
}

#[tokio::test]
async fn a_token_that_lies_unused_for_ninety_days_ends() {
    // 9700-08
    let platform = TestPlatform::start().await;
    let first = platform.signed_in(NATIVE, CHRIS).await;
    platform.advance(NINETY_DAYS_LESS_A_SECOND);
    let second = renewed(&platform, &first).await;
    assert!(second.body.get("refresh_token_expires_in").is_none());
    platform.advance(NINETY_DAYS_LESS_A_SECOND);
    let third = renewed(&platform, &second).await;
    platform.advance(90 * DAY);
    let request = TokenRequest::refresh(NATIVE, &third.refresh_token);
    assert_eq!(refused(&platform, &request).await, grant_error(700_082, "bad_token"));
}

#[tokio::test]
async fn what_has_ended_is_forgotten_and_what_lives_is_not() {
    let platform = TestPlatform::start().await;
    let storage = &platform.app.env.storage;
    let old = platform.signed_in(NATIVE, CHRIS).await;
    platform.advance(60 * DAY);
    let young = platform.signed_in(NATIVE, CHRIS).await;
    let replaced = renewed(&platform, &young).await;
    platform.advance(31 * DAY);
    while storage.forget_ended(platform.app.env.now(), 100).await.unwrap() > 0 {}
    let request = TokenRequest::refresh(NATIVE, &old.refresh_token);
    assert_eq!(refused(&platform, &request).await, grant_error(700_082, "bad_token"));
    // A token that was exchanged is remembered for as long as its family could be abused.
    let reuse = TokenRequest::refresh(NATIVE, &young.refresh_token);
    assert_eq!(refused(&platform, &reuse).await, grant_error(50173, "bad_token"));
    let request = TokenRequest::refresh(NATIVE, &replaced.refresh_token);
    assert_eq!(refused(&platform, &request).await, grant_error(50173, "bad_token"));
}

#[tokio::test]
async fn the_tokens_of_a_single_page_app_end_a_day_after_the_first() {
    let platform = TestPlatform::start().await;
    let first = platform.signed_in(SPA, CHRIS).await;
    platform.advance(Duration::from_hours(23));
    let second = platform.tokens(&TokenRequest::refresh(SPA, &first.refresh_token)).await;
    assert_eq!(second.body["refresh_token_expires_in"], 3600);
    platform.advance(Duration::from_hours(1));
    let request = TokenRequest::refresh(SPA, &second.refresh_token);
    assert_eq!(refused(&platform, &request).await, grant_error(700_084, "bad_token"));
}

#[tokio::test]
async fn a_renewal_may_ask_for_less_and_never_for_more() {
    // 6749-25
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE).scope("openid profile offline_access User.Read Mail.Read");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let first = platform.tokens(&request.redeem(&code)).await;
    let less = TokenRequest::refresh(NATIVE, &first.refresh_token).with("scope", "user.read");
    let second = platform.tokens(&less).await;
    assert_eq!((second.body["scope"].clone(), second.id_token.as_str()), (json!("user.read"), ""));
    assert_eq!(unverified_claims(&second.access_token)["scp"], "User.Read");
    // Without a scope it is what the person signed in for, again.
    let third = renewed(&platform, &second).await;
    assert_eq!(third.body["scope"], "User.Read Mail.Read openid profile");
    // With the words of signing in alone, too.
    let request = TokenRequest::refresh(NATIVE, &third.refresh_token).with("scope", "openid offline_access");
    let fourth = platform.tokens(&request).await;
    assert_eq!(fourth.body["scope"], "User.Read Mail.Read openid");

    let request = Authorize::by(NATIVE).scope("offline_access User.Read");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let first = platform.tokens(&request.redeem(&code)).await;
    let more = TokenRequest::refresh(NATIVE, &first.refresh_token).with("scope", "openid email User.Read");
    let second = platform.tokens(&more).await;
    assert_eq!((second.body["scope"].clone(), second.id_token.as_str()), (json!("User.Read"), ""));
}

#[tokio::test]
async fn a_permission_that_its_api_dropped_is_in_no_new_token() {
    // T26
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE).scope("openid offline_access User.Read api://colors/Colors.Read");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    let without = CONTOSO_DIRECTORY.replace("Colors.Read", "Colors.Look");
    platform.apply(&without).await;
    for scope in ["api://colors/Colors.Read", "api://colors/.default"] {
        let request = TokenRequest::refresh(NATIVE, &tokens.refresh_token).with("scope", scope);
        assert_eq!(platform.token(&request).await.code(), 400, "{scope}");
    }
    let directory = TokenRequest::refresh(NATIVE, &tokens.refresh_token).with("scope", "User.Read");
    platform.tokens(&directory).await;
}

fn with_chris_disabled() -> String {
    let line = "display_name = \"Chris Green\"";
    assert!(CONTOSO_DIRECTORY.contains(line));
    CONTOSO_DIRECTORY.replace(line, &format!("{line}\n  account_enabled = false"))
}

#[tokio::test]
async fn a_person_who_is_switched_off_gets_nothing_anywhere() {
    // T17, T26
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = Authorize::by(NATIVE);
    let code = browser.walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    let unused = Authorize::by(NATIVE);
    let unused_code = browser.authorize(&unused).await.code();
    let waiting = browser.authorize(&Authorize::by(NATIVE).with("prompt", "consent")).await.page();

    platform.apply(&with_chris_disabled()).await;
    let refresh = TokenRequest::refresh(NATIVE, &tokens.refresh_token);
    assert_eq!(refused(&platform, &refresh).await, grant_error(50057, ""));
    assert_eq!(refused(&platform, &unused.redeem(&unused_code)).await, grant_error(50057, ""));
    for target in ["/v1.0/me", "/oidc/userinfo"] {
        assert_eq!(platform.call(target, &tokens.access_token).await.code(), 401, "{target}");
    }
    let silent = Authorize::by(NATIVE).with("prompt", "none");
    assert_eq!(browser.authorize(&silent).await.error(), ("login_required".into(), 50058));
    assert!(browser.authorize(&Authorize::by(NATIVE)).await.page().has("sign-in"));
    assert!(browser.press(&waiting, "accept").await.page().has("sign-in"));
    let page = browser.authorize(&Authorize::by(NATIVE).with("prompt", "select_account")).await.page();
    assert!(page.has("sign-in"), "{}", page.text());
    let page = browser.sign_in(page, CHRIS).await.page();
    assert_eq!(page.text_of("error").as_deref(), Some("This account is switched off. Ask your administrator."));

    // Switched on again, what was not revoked goes on.
    platform.apply(CONTOSO_DIRECTORY).await;
    platform.tokens(&refresh).await;
    browser.authorize(&silent).await.code();
}

#[tokio::test]
async fn an_app_that_is_no_longer_for_these_people_gets_nothing() {
    // T17, T26
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = Authorize::by(NATIVE);
    let code = browser.walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    let unused = Authorize::by(NATIVE);
    let unused_code = browser.authorize(&unused).await.code();
    let line = "sign_in_audience = \"this-organization\"";
    assert!(CONTOSO_DIRECTORY.contains(line));
    platform.apply(&CONTOSO_DIRECTORY.replace(line, "sign_in_audience = \"personal-only\"")).await;
    let expected = (400, "unauthorized_client".to_owned(), 9_002_331, String::new());
    assert_eq!(refused(&platform, &unused.redeem(&unused_code)).await, expected);
    assert_eq!(refused(&platform, &TokenRequest::refresh(NATIVE, &tokens.refresh_token)).await, expected);
    let page = browser.authorize(&Authorize::by(NATIVE)).await.page();
    assert_eq!(page.text_of("error-code").as_deref(), Some("AADSTS9002331"));
}

#[tokio::test]
async fn what_a_renewal_does_not_need_changes_nothing() {
    let platform = TestPlatform::start().await;
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    let request = TokenRequest::refresh(NATIVE, &tokens.refresh_token)
        .with("redirect_uri", "http://elsewhere.example")
        .with("client_info", "1")
        .with("x-client-SKU", "msal.js.browser");
    assert!(platform.tokens(&request).await.body["client_info"].is_string());
}
