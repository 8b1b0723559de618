//! RP-Initiated Logout.

use grantor_testkit::{CHRIS, CONTOSO, NATIVE, TestPlatform};

use super::asking;

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
