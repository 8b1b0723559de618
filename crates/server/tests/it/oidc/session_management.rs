//! Session Management: what an application compares to learn whether its person is still signed in.

use grantor_protocol::secret::sha256;
use grantor_testkit::{ADMIN, Authorize, Browser, CHRIS, CONTOSO, FABRIKAM_TIMESHEET, NATIVE, TestPlatform, WEB};

use super::asking;

/// What the frame's script makes of a browser's cookies: the same text hashed in the same way.
fn frame_says(browser: &Browser<'_>, client_id: &str, origin: &str, session_state: &str) -> &'static str {
    let cookie = browser.cookies.find("grantor-state").expect("the browser has a state");
    let (hash, salt) = session_state.split_once('.').expect("a hash and its salt");
    let text = format!("{client_id} {origin} {} {salt}", cookie.value);
    let digits = sha256(text.as_bytes()).into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let made: String = digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect();
    if made == hash { "unchanged" } else { "changed" }
}

fn of_web() -> Authorize {
    asking(WEB).scope("openid")
}

/// Where the application's answers go.
fn origin_of(request: &Authorize) -> String {
    let address = request.value("redirect_uri");
    let end = address.match_indices('/').nth(2).map_or(address.len(), |(at, _)| at);
    address[..end].to_owned()
}

#[tokio::test]
async fn an_answer_says_the_state_of_the_browser_and_the_frame_makes_the_same_hash() {
    // ses-01
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = of_web();
    let first = browser.walk(&request, CHRIS).await.response().get("session_state").to_owned();
    let says = |browser: &Browser<'_>, state: &str| frame_says(browser, WEB.client_id, &origin_of(&request), state);
    assert_eq!(says(&browser, &first), "unchanged");
    // Silently once more, with another salt, and for another application.
    let silent = of_web().with("prompt", "none");
    let second = browser.authorize(&silent).await.response().get("session_state").to_owned();
    assert_ne!(first, second);
    assert_eq!([&first, &second].map(|state| says(&browser, state)), ["unchanged"; 2]);
    assert_eq!(frame_says(&browser, NATIVE.client_id, &origin_of(&request), &first), "changed", "it is another's");
    assert_eq!(frame_says(&browser, WEB.client_id, "https://evil.example", &first), "changed", "another origin");
    // It has nothing to do with the session's own secret, and scripts may read nothing else.
    for cookie in browser.cookies.all() {
        assert_eq!(cookie.http_only, !cookie.name.ends_with("grantor-state"), "{}", cookie.name);
    }
    let document = platform.get(&format!("/{}/oidc/.well-known/openid-configuration", CONTOSO.id), &[]).await.json();
    assert_eq!(document["check_session_iframe"], platform.public().at(&format!("/{}/oidc/check-session", CONTOSO.id)));
}

#[tokio::test]
async fn whoever_signs_in_or_out_changes_the_state() {
    // ses-01
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = of_web();
    let says = |browser: &Browser<'_>, state: &str| frame_says(browser, WEB.client_id, &origin_of(&request), state);
    let first = browser.walk(&request, CHRIS).await.response().get("session_state").to_owned();
    let again = of_web().with("prompt", "login").with("login_hint", ADMIN.name);
    let second = browser.walk(&again, ADMIN).await.response().get("session_state").to_owned();
    assert_eq!([&first, &second].map(|state| says(&browser, state)), ["changed", "unchanged"]);
    // One of two signs out, in whichever dialect.
    let page = browser.open(&format!("/{}/oauth2/v2.0/logout", CONTOSO.id)).await.page();
    let page = browser.press(&page, &format!("sign-out-{}", ADMIN.id)).await.page();
    assert!(page.has("signed-out"));
    assert_eq!(says(&browser, &second), "changed");
    let third = browser.walk(&of_web().with("login_hint", CHRIS.name), CHRIS).await.response();
    let third = third.get("session_state").to_owned();
    assert_eq!(says(&browser, &third), "unchanged");
    let page = browser.open(&format!("/{}/oidc/end-session", CONTOSO.id)).await.page();
    assert!(browser.press(&page, "sign-out-confirm").await.page().has("signed-out"));
    assert_eq!(says(&browser, &third), "changed");
}

#[tokio::test]
async fn only_who_asks_who_signed_in_and_has_an_origin_is_told() {
    // ses-01
    let platform = TestPlatform::start().await;
    let scheme = "com.example.app:/callback";
    platform
        .change_application(CONTOSO, NATIVE.client_id, |native| {
            let uri = grantor_protocol::RedirectUri::parse(scheme).unwrap();
            let platform = grantor_rules::model::Platform::PublicClient;
            native.redirects.push(grantor_rules::model::Redirect { uri, platform });
        })
        .await;
    let without_origin = asking(NATIVE).scope("openid").with("redirect_uri", scheme);
    let without_openid = asking(WEB).scope("Colors.Read").with("resource", "api://colors");
    for request in [without_origin, without_openid] {
        let response = platform.browser().walk(&request, CHRIS).await.response();
        assert_eq!((response.get("session_state"), response.get("error")), ("", ""), "{:?}", response.parameters);
    }
    let elsewhere = Authorize::by(FABRIKAM_TIMESHEET).tenant(CONTOSO.id);
    let mut browser = platform.browser();
    browser.authorize(&elsewhere).await;
    assert!(browser.cookies.find("grantor-state").is_none(), "the other dialects have a word of their own for it");
}

#[tokio::test]
async fn the_frame_may_be_embedded_and_runs_its_own_script_alone() {
    // The policy names the very script; what it answers stands in `tests/e2e/test_session_frame.py`.
    let platform = TestPlatform::start().await;
    let answer = platform.get(&format!("/{}/oidc/check-session", CONTOSO.domain), &[]).await;
    assert_eq!((answer.code(), answer.header("x-frame-options")), (200, ""));
    let policy = answer.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'; script-src 'sha256-") && !policy.contains("frame-ancestors"),
        "{policy}"
    );
    assert!(answer.text().contains("data-cookie=\"") && answer.text().contains("grantor-state"), "{}", answer.text());
    let unknown = platform.get("/nowhere.example/oidc/check-session", &[]).await;
    assert_eq!(unknown.code(), 400, "{}", unknown.text());
}
