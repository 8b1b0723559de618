//! Every no in the words of the standard.

use grantor_testkit::{ADMIN, Authorize, CHRIS, CONTOSO, NATIVE, TestPlatform, WEB};

use super::{asking, issuer, presenting, said};

#[tokio::test]
async fn what_may_not_be_shown_is_refused_by_name() {
    // core-03, core-04, core-05
    let platform = TestPlatform::start().await;
    let silent = asking(NATIVE).scope("openid").with("prompt", "none");
    let mut browser = platform.browser();
    let refused = browser.authorize(&silent).await.response();
    assert_eq!((refused.get("error"), refused.get("iss")), ("login_required", issuer(&platform).as_str()));
    browser.walk(&asking(NATIVE).scope("openid"), CHRIS).await.code();
    browser.authorize(&silent).await.code();
    let more = silent.clone().scope("openid profile email");
    assert_eq!(browser.authorize(&more).await.response().get("error"), "consent_required");
    let second = asking(NATIVE).scope("openid").with("prompt", "login").with("login_hint", ADMIN.name);
    browser.walk(&second, ADMIN).await.code();
    assert_eq!(browser.authorize(&silent).await.response().get("error"), "account_selection_required");
    for both in ["none login", "create", ""] {
        let answer = browser.authorize(&silent.clone().with("prompt", both)).await;
        if both.is_empty() {
            answer.page();
        } else {
            assert_eq!(answer.response().get("error"), "invalid_request", "{both}");
        }
    }
    let old = silent.with("login_hint", CHRIS.name).with("max_age", "1");
    platform.advance(std::time::Duration::from_secs(5));
    assert_eq!(browser.authorize(&old).await.response().get("error"), "login_required");
}

#[tokio::test]
async fn what_belongs_nowhere_stays_on_a_page() {
    // 6749-07, 6749-08, 9700-01
    let platform = TestPlatform::start().await;
    let rows: [(Authorize, &str); 4] = [
        (asking(NATIVE).with("redirect_uri", "https://evil.example"), "invalid_request"),
        (asking(NATIVE).with("client_id", "unknown"), "invalid_request"),
        (asking(NATIVE).tenant("common"), "invalid_request"),
        (asking(NATIVE).tenant("nowhere.example"), "invalid_request"),
    ];
    for (request, code) in rows {
        let page = platform.browser().authorize(&request).await.page();
        assert_eq!((page.answer.code(), page.text_of("error-code").as_deref()), (400, Some(code)));
    }
}

/// Every way in which an answer can be asked for.
const MODES: [&str; 7] = ["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"];

#[tokio::test]
async fn no_way_of_answering_leads_anywhere_but_to_the_registered_address() {
    // T07, T08
    let platform = TestPlatform::start().await;
    let unproven: [(&str, &str); 7] = [
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", "http://localhost.evil.example:53124"),
        ("redirect_uri", "http://localhost:53124@evil.example/"),
        ("redirect_uri", "http://localhost:53124/?code=mine&state=mine"),
        ("redirect_uri", "javascript:alert(1)"),
        ("redirect_uri", WEB.redirect_uri),
        ("client_id", "unknown"),
    ];
    let proven: [(&str, &str); 8] = [
        ("response_type", "x"),
        ("response_type", "id_token token"),
        ("scope", "\""),
        ("prompt", "x"),
        ("max_age", "x"),
        ("claims", "{"),
        ("request", "a.b.c"),
        ("request_uri", "https://evil.example/request"),
    ];
    for mode in MODES {
        for response_type in ["code", "code id_token token"] {
            let request = || asking(NATIVE).with("response_mode", mode).with("response_type", response_type);
            for (name, value) in unproven {
                let page = platform.browser().authorize(&request().with(name, value)).await.page();
                assert_eq!((page.answer.code(), page.forms.len()), (400, 0), "{mode} {name} {value}");
                let twice = request().again(name, value);
                let page = platform.browser().authorize(&twice).await.page();
                assert_eq!((page.answer.code(), page.forms.len()), (400, 0), "{mode} {name} {value} as well");
            }
            for (name, value) in proven {
                let response = platform.browser().authorize(&request().with(name, value)).await.response();
                assert_eq!(response.address.trim_end_matches('/'), NATIVE.redirect_uri, "{mode} {name} {value}");
                assert!(!response.parameters.contains_key("code"), "{mode} {name} {value}");
            }
        }
    }
}

#[tokio::test]
async fn each_mistake_has_its_word() {
    // 6749-03, 6749-04, 6749-20, 6749-22, 6749-23
    let platform = TestPlatform::start().await;
    for (change, error) in [
        (("scope", "openid nothing"), "invalid_scope"),
        (("scope", "api://nothing/x"), "invalid_target"),
        (("scope", "api://colors/Nothing"), "invalid_scope"),
        (("resource", "not a uri"), "invalid_request"),
        (("response_type", "x"), "unsupported_response_type"),
        (("code_challenge_method", "s256"), "invalid_request"),
        (("max_age", "x"), "invalid_request"),
    ] {
        let request = asking(NATIVE).scope("openid").with(change.0, change.1);
        let mut browser = platform.browser();
        let mut arrival = browser.authorize(&request).await;
        if let grantor_testkit::Arrival::Page(page) = arrival {
            arrival = browser.sign_in(page, CHRIS).await;
        }
        assert_eq!(arrival.response().get("error"), error, "{change:?}");
    }
    let twice = platform.browser().authorize(&asking(NATIVE).scope("openid").again("scope", "openid")).await.response();
    assert_eq!(twice.get("error"), "invalid_request");

    let wrong = presenting(WEB, "authorization_code").with("code", "x").with("client_secret", "wrong");
    assert_eq!(said(&platform.token(&wrong).await), (401, "invalid_client".into()));
    let basic = presenting(WEB, "authorization_code").without("client_secret").basic(WEB.client_id, "wrong");
    let answer = platform.token(&basic.with("code", "x")).await;
    assert!(answer.header("www-authenticate").starts_with("Basic"), "{answer:?}");
    let unknown = presenting(NATIVE, "authorization_code").with("client_id", "unknown").with("code", "x");
    assert_eq!(said(&platform.token(&unknown).await), (401, "invalid_client".into()));
    let none = presenting(NATIVE, "authorization_code").with("code", "x");
    assert_eq!(said(&platform.token(&none).await), (400, "invalid_grant".into()));
    let missing = presenting(NATIVE, "authorization_code");
    assert_eq!(said(&platform.token(&missing).await), (400, "invalid_request".into()));
    let get = platform.get(&format!("/{}/oidc/token", CONTOSO.id), &[]).await;
    assert_eq!(said(&get), (405, "invalid_request".into()));
}
