//! How the application's answer comes back: modes, states, addresses, posted requests.

use grantor_testkit::{Authorize, CHRIS, CONTOSO, NATIVE, TestPlatform, WEB};
use serde_json::json;

#[tokio::test]
async fn the_answer_comes_in_the_mode_that_was_asked_with_the_exact_state() {
    // 6749-10, 9207-01, fp-01, fp-02, T11
    const STATE: &str = "a+b/c==|%41&x=1#é \"<script>'\u{1F600}";
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    let issuer = format!("https://localhost:8443/{}/v2.0", CONTOSO.id);
    for mode in ["query", "fragment", "form_post"] {
        let request = Authorize::by(NATIVE).with("response_mode", mode).with("state", STATE).with("client_info", "1");
        let response = browser.authorize(&request).await.response();
        assert_eq!((response.mode, response.get("state")), (mode, STATE));
        assert_eq!(response.address, "http://localhost:53124/", "{mode}");
        let names: Vec<&str> = response.parameters.keys().map(String::as_str).collect();
        assert_eq!(names, ["client_info", "code", "iss", "session_state", "state"], "{mode}");
        assert_eq!(response.get("iss"), issuer);
        let tokens = platform.tokens(&request.redeem(&response.code()).with("client_info", "1")).await;
        assert_eq!(tokens.body["client_info"], response.get("client_info"));
        let denied = request.with("prompt", "none").with("login_hint", "nobody@contoso.example");
        let response = browser.authorize(&denied).await.response();
        assert_eq!((response.mode, response.get("state"), response.get("iss")), (mode, STATE, issuer.as_str()));
        assert_eq!(response.error(), ("login_required".into(), 50058));
    }
}

#[tokio::test]
async fn without_a_state_none_comes_back() {
    let platform = TestPlatform::start().await;
    let response = platform.browser().walk(&Authorize::by(NATIVE).without("state"), CHRIS).await.response();
    assert!(!response.parameters.contains_key("state"));
}

#[tokio::test]
async fn an_embedded_browser_ends_on_the_landing_page() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let landing = "https://localhost:8443/common/oauth2/nativeclient";
    let request = Authorize::by(NATIVE).with("redirect_uri", landing);
    let response = browser.walk(&request, CHRIS).await.response();
    assert_eq!(response.address, landing);
    platform.tokens(&request.redeem(&response.code())).await;
    let page = browser.open("/common/oauth2/nativeclient?code=x&state=y").await.page();
    assert_eq!(page.answer.code(), 200);
    // It belongs to native apps alone.
    let refused = browser.authorize(&Authorize::by(WEB).with("redirect_uri", landing)).await.page();
    assert_eq!(refused.text_of("error-code").as_deref(), Some("AADSTS50011"));
}

#[tokio::test]
async fn a_loopback_address_may_have_any_port() {
    // 8252-04
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    for address in ["http://localhost:1", "http://localhost:65535/", "http://127.0.0.1:4040", "http://localhost"] {
        let request = Authorize::by(NATIVE).with("redirect_uri", address);
        let response = browser.authorize(&request).await.response();
        assert_eq!(response.address.trim_end_matches('/'), address.trim_end_matches('/'));
        platform.tokens(&request.redeem(&response.code())).await;
    }
}

#[tokio::test]
async fn an_authorization_request_may_be_posted() {
    // core-01
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = Authorize::by(NATIVE);
    let answer = browser.post(&request.path(), &request.parameters).await;
    let page = browser.arrive(&request.path(), answer).await.page();
    let page = browser.sign_in(page, CHRIS).await.page();
    let code = browser.press(&page, "accept").await.code();
    platform.tokens(&request.redeem(&code)).await;
}

#[tokio::test]
async fn unknown_parameters_and_headers_change_nothing() {
    // 6749-03
    let platform = TestPlatform::start().await;
    let claims = json!({"id_token": {"signin_state": {"essential": false}, "login_hint": {"essential": false}}});
    let request = Authorize::by(NATIVE)
        .with("x-client-SKU", "msal.js.browser")
        .with("instance_aware", "true")
        .with("clidata", "1")
        .with("claims", &claims.to_string())
        .again("foo", "1")
        .again("foo", "2")
        .with("login_hint", "");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let redemption = request
        .redeem(&code)
        .with("x-client-VER", "5")
        .with("claims", &claims.to_string())
        .with("response_type", "token")
        .header("x-ms-lib-capability", "retry-after, h429")
        .header("x-anchormailbox", "UPN:x");
    let tokens = platform.tokens(&redemption).await;
    assert_eq!(tokens.body["scope"], "User.Read openid profile");
}
