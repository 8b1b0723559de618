//! RP-Initiated Logout.

use grantor_dialects::form::encode;
use grantor_testkit::{Browser, CHRIS, CONTOSO, NATIVE, TestPlatform, WEB};

use super::asking;
use crate::support::bought_in;

#[tokio::test]
async fn a_request_that_nobody_can_be_told_from_asks_first() {
    // rpl-01, rpl-03
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = asking(NATIVE).scope("openid");
    let code = browser.walk(&request, CHRIS).await.code();
    let id_token = platform.tokens(&request.redeem(&code)).await.id_token;
    let target = format!("/{}/oidc/end-session", CONTOSO.id);
    let page = browser.open(&target).await.page();
    assert!(page.has("sign-out-confirm"), "{}", page.text());
    let silent = asking(NATIVE).scope("openid").with("prompt", "none");
    browser.authorize(&silent).await.code();

    // rpl-02: with the id_token it is clear, also when that is over.
    platform.advance(std::time::Duration::from_hours(2));
    browser.open(&format!("{target}?id_token_hint={id_token}")).await.page();
    assert_eq!(browser.authorize(&silent).await.response().get("error"), "login_required");
}

const AFTERWARDS: &str = "https://web.example/signed-out?from=here";

async fn signed_in(platform: &TestPlatform) -> (Browser<'_>, String) {
    let mut browser = platform.browser();
    let id_token = bought_in(platform, &mut browser, &asking(WEB).scope("openid"), CHRIS).await.id_token;
    (browser, id_token)
}

async fn is_signed_in(browser: &mut Browser<'_>) -> bool {
    let silent = asking(WEB).scope("openid").with("prompt", "none");
    browser.authorize(&silent).await.response().get("error").is_empty()
}

fn target() -> String {
    format!("/{}/oidc/end-session", CONTOSO.id)
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn a_form_signs_out_as_an_address_does_and_the_browser_goes_on_as_registered() {
    // rpl-01, rpl-04
    let platform = TestPlatform::start().await;
    let register = |web: &mut grantor_rules::model::Application| {
        web.metadata.post_logout_redirect_uris = vec![AFTERWARDS.to_owned()];
    };
    platform.change_application(CONTOSO, WEB.client_id, register).await;
    for posted in [true, false] {
        for (address, goes) in [(AFTERWARDS, true), ("https://web.example/signed-out", false)] {
            let (mut browser, id_token) = signed_in(&platform).await;
            let asked = [
                ("id_token_hint", id_token.as_str()),
                ("post_logout_redirect_uri", address),
                ("state", "a&b"),
                ("ui_locales", "fr de"),
                ("client_id", WEB.client_id),
            ];
            let answer = if posted {
                browser.post(&target(), &pairs(&asked)).await
            } else {
                let query = encode(&asked.map(|(name, value)| (name, value.to_owned())));
                browser.request("GET", &format!("{}?{query}", target()), &[], String::new()).await
            };
            let location = answer.header("location");
            let expected = if goes { format!("{AFTERWARDS}&state=a%26b") } else { String::new() };
            assert_eq!(location, expected, "{posted}: {}", answer.text());
            assert!(!is_signed_in(&mut browser).await, "{posted}");
        }
    }
}

#[tokio::test]
async fn a_hint_for_another_application_counts_for_nothing() {
    // rpl-02
    let platform = TestPlatform::start().await;
    let (mut browser, id_token) = signed_in(&platform).await;
    let redirect = asking(WEB).value("redirect_uri").to_owned();
    let asked = [
        ("id_token_hint", id_token.as_str()),
        ("client_id", NATIVE.client_id),
        ("post_logout_redirect_uri", redirect.as_str()),
    ];
    let query = encode(&asked.map(|(name, value)| (name, value.to_owned())));
    let page = browser.open(&format!("{}?{query}", target())).await.page();
    assert!(page.has("sign-out-confirm"), "{}", page.text());
    let done = browser.press(&page, "sign-out-confirm").await.page();
    assert!(done.has("signed-out") && !done.has("continue"), "it leads nowhere: {}", done.text());
}

#[tokio::test]
async fn a_name_says_who_is_meant_and_not_that_they_want_it() {
    // rpl-03
    let platform = TestPlatform::start().await;
    let (mut browser, _) = signed_in(&platform).await;
    let page = browser.open(&format!("{}?logout_hint={}", target(), CHRIS.name)).await.page();
    assert!(page.has("sign-out-confirm"), "{}", page.text());
    assert!(!browser.press(&page, "deny").await.page().has("signed-out"));
    assert!(is_signed_in(&mut browser).await);
    assert!(browser.press(&page, "sign-out-confirm").await.page().has("signed-out"));
    assert!(!is_signed_in(&mut browser).await);
}
