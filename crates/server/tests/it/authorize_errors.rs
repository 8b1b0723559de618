//! What is wrong with an authorization request, and who is told: the person on a page until the application and its
//! redirect address are proven, the application from then on.

use grantor_testkit::{Authorize, CHRIS, CONTOSO, DAEMON, NATIVE, Options, Page, SPA, TASKS, TestPlatform, WEB};

type Change = fn(Authorize) -> Authorize;

/// A refusal that the person sees: 400, nothing to follow, the code and the trace.
#[track_caller]
fn refused_on_a_page(page: &Page, code: &str, what: &str) {
    let answer = &page.answer;
    assert_eq!((answer.code(), page.text_of("error-code").unwrap_or_default()), (400, code.to_owned()), "{what}");
    assert!(answer.headers.get("location").is_none(), "{what}");
    assert_eq!(page.text_of("trace-id").map(|id| id.len()), Some(36), "{what}");
    assert!(!page.text_of("error").unwrap_or_default().is_empty(), "{what}");
    assert!(page.forms.is_empty(), "{what}");
}

#[tokio::test]
async fn until_the_app_and_its_address_are_proven_the_person_is_told_on_a_page() {
    // 6749-04, 6749-05, 6749-07, 6749-08, T07
    let rows: &[(&str, &str, Change)] = &[
        ("no client_id", "AADSTS900144", |request| request.without("client_id")),
        ("empty client_id", "AADSTS900144", |request| request.with("client_id", "")),
        ("client_id twice", "AADSTS9002313", |request| request.again("client_id", NATIVE.client_id)),
        ("long client_id", "AADSTS90100", |request| request.with("client_id", &"a".repeat(257))),
        ("malformed client_id", "AADSTS700016", |request| request.with("client_id", "a b\u{e9}<script>")),
        ("unknown client_id", "AADSTS700016", |request| {
            request.with("client_id", "22222222-2222-2222-2222-222222222222")
        }),
        ("another tenant's client", "AADSTS700016", |request| request.with("client_id", TASKS.client_id)),
        ("a client without addresses", "AADSTS500113", |request| request.with("client_id", DAEMON.client_id)),
        ("several addresses, none named", "AADSTS900971", |request| request.without("redirect_uri")),
        ("several addresses, an empty one", "AADSTS900971", |request| request.with("redirect_uri", "")),
        ("redirect_uri twice", "AADSTS9002313", |request| request.again("redirect_uri", NATIVE.redirect_uri)),
        ("long redirect_uri", "AADSTS90100", |request| {
            request.with("redirect_uri", &format!("http://localhost/{}", "a".repeat(2048)))
        }),
        ("another app's address", "AADSTS50011", |request| request.with("redirect_uri", WEB.redirect_uri)),
    ];
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    for (what, code, change) in rows {
        for mode in ["query", "fragment", "form_post"] {
            let request = change(Authorize::by(NATIVE).with("response_mode", mode).with("prompt", "none"));
            refused_on_a_page(&browser.authorize(&request).await.page(), code, what);
            let answer = browser.post(&request.path(), &request.parameters).await;
            refused_on_a_page(&browser.arrive(&request.path(), answer).await.page(), code, what);
        }
    }
}

#[tokio::test]
async fn an_address_that_is_not_registered_gets_nothing() {
    // T01, T02, T03, T04, T05, T06, 9700-01, 8252-07, 6749-31
    let addresses = [
        "https://evil.example/",
        "https://localhost:53124",
        "http://localhost.evil.example",
        "http://localhost@evil.example/",
        "http://localhost:80@evil.example/",
        "http://evil.example#http://localhost",
        "http://localhost#x",
        "http://localhost/x",
        "http://localhost//",
        "http://localhost/%2e",
        "http://localhost/..;/",
        "http://localhost?x=1",
        "http://localhost\\@evil.example",
        "http://127.0.0.1.evil.example",
        "http://127.1",
        "http://[::1]",
        "http://0.0.0.0",
        "HTTP://evil.example",
        "//localhost",
        "localhost",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "msal11111111-1111-1111-1111-111111111111://auth",
        "https://localhost:8443/common/oauth2/nativeclient/",
        "https://localhost:8443/common/oauth2/nativeclient?x=1",
        "https://localhost:8444/common/oauth2/nativeclient",
        "http://localhost ",
        "http://localhost\n",
        "http://loc\u{430}lhost",
    ];
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    for address in addresses {
        let request = Authorize::by(NATIVE).with("redirect_uri", address);
        let page = browser.authorize(&request).await.page();
        refused_on_a_page(&page, "AADSTS50011", address);
        // Nor is it offered to be followed, nor are those that are registered shown to strangers.
        assert!(!page.answer.text().contains("href=\"http"), "{address}");
        assert!(!page.text().contains("Registered are"), "{}", page.text());
    }
    // A web app's address is compared in every part, its port included.
    for address in
        ["http://localhost:5000/gettoken", "http://localhost:5000/getAToken/", "http://LOCALHOST:5000/getatoken"]
    {
        let page = browser.authorize(&Authorize::by(WEB).with("redirect_uri", address)).await.page();
        refused_on_a_page(&page, "AADSTS50011", address);
    }
    for address in ["http://localhost:5173/?x", "http://localhost:5173/x"] {
        let page = browser.authorize(&Authorize::by(SPA).with("redirect_uri", address)).await.page();
        refused_on_a_page(&page, "AADSTS50011", address);
    }
}

#[tokio::test]
async fn the_developer_of_an_app_sees_the_registered_addresses_under_dev_alone() {
    let request = Authorize::by(NATIVE).with("redirect_uri", "http://localhost/wrong");
    let platform = TestPlatform::with(&Options { dev: true, ..Options::default() }).await;
    let page = platform.browser().authorize(&request).await.page();
    assert!(page.text().contains("http://127.0.0.1"), "{}", page.text());
}

#[tokio::test]
async fn an_address_of_no_tenant_or_of_others_is_refused_on_a_page() {
    let platform = TestPlatform::start().await;
    let rows = [
        ("nowhere.example", "AADSTS90002"),
        ("11111111-2222-3333-4444-555555555555", "AADSTS90002"),
        ("nowhere", "AADSTS900023"),
        ("-a.example", "AADSTS900023"),
        ("%63ontoso.example", "AADSTS900023"),
        ("common", "AADSTS50194"),
        ("Organizations", "AADSTS50194"),
        ("consumers", "AADSTS700016"),
    ];
    for (tenant, code) in rows {
        let page = platform.browser().authorize(&Authorize::by(NATIVE).tenant(tenant)).await.page();
        refused_on_a_page(&page, code, tenant);
    }
    for tenant in [CONTOSO.id, "CONTOSO.Example", &CONTOSO.id.to_uppercase()] {
        assert!(platform.browser().authorize(&Authorize::by(NATIVE).tenant(tenant)).await.page().has("sign-in"));
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_refused_on_a_page() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let good = Authorize::by(NATIVE);
    let rows = [
        ("not UTF-8", format!("{}&x=%ff", good.target())),
        ("101 parameters", format!("{}{}", good.target(), "&x=1".repeat(94))),
    ];
    for (what, target) in rows {
        refused_on_a_page(&browser.open(&target).await.page(), "AADSTS9002313", what);
    }
    let large = good.clone().with("x", &"a".repeat(65 * 1024));
    let answer = browser.post(&large.path(), &large.parameters).await;
    refused_on_a_page(&browser.arrive(&large.path(), answer).await.page(), "AADSTS9002313", "a large body");
    let json = [("content-type", "application/json")];
    let answer = browser.request("POST", &good.path(), &json, "{\"client_id\":\"x\"}".to_owned()).await;
    refused_on_a_page(&browser.arrive(&good.path(), answer).await.page(), "AADSTS900144", "a JSON body");
    // Parameters of a posted request are those of its body alone.
    let answer = browser.post(&good.target(), &[]).await;
    refused_on_a_page(&browser.arrive(&good.path(), answer).await.page(), "AADSTS900144", "a query beside a body");
    let answer = browser.request("PUT", &good.target(), &[], String::new()).await;
    assert_eq!((answer.code(), answer.header("allow")), (405, "GET, POST"));
}

#[tokio::test]
async fn once_the_address_is_proven_the_app_is_told_in_the_mode_that_it_asked() {
    // 6749-04, 6749-09, 6749-10, 6749-20, 6749-23, 7636-04, 9700-06
    let rows: &[(&str, &str, u32, Change)] = &[
        ("no response_type", "invalid_request", 900_144, |request| request.without("response_type")),
        ("empty response_type", "invalid_request", 900_144, |request| request.with("response_type", "")),
        ("response_type twice", "invalid_request", 9_002_313, |request| request.again("response_type", "code")),
        ("long response_type", "invalid_request", 90_100, |request| request.with("response_type", &"code ".repeat(60))),
        ("unknown response_type", "unsupported_response_type", 70_005, |request| request.with("response_type", "cod")),
        ("token", "unsupported_response_type", 70_005, |request| request.with("response_type", "token")),
        ("id_token", "unsupported_response_type", 700_054, |request| request.with("response_type", "id_token")),
        ("hybrid", "unsupported_response_type", 700_054, |request| request.with("response_type", "code id_token")),
        ("nonce twice", "invalid_request", 9_002_313, |request| request.again("nonce", "n")),
        ("long nonce", "invalid_request", 90_100, |request| request.with("nonce", &"n".repeat(1025))),
        ("no scope", "invalid_request", 900_144, |request| request.without("scope")),
        ("empty scope", "invalid_request", 900_144, |request| request.with("scope", "")),
        ("blank scope", "invalid_request", 900_144, |request| request.with("scope", "  ")),
        ("scope twice", "invalid_request", 9_002_313, |request| request.again("scope", "openid")),
        ("long scope", "invalid_request", 90_100, |request| request.with("scope", &"openid ".repeat(700))),
        ("malformed scope", "invalid_scope", 70_011, |request| request.with("scope", "openid \"x\"")),
        ("scope without a value", "invalid_scope", 70_011, |request| request.with("scope", "api://colors/")),
        ("scope without an API", "invalid_scope", 70_011, |request| request.with("scope", "/User.Read")),
        ("unknown permission", "invalid_scope", 70_011, |request| request.with("scope", "User.Reed")),
        ("unknown permission of Colors", "invalid_scope", 70_011, |request| request.with("scope", "api://colors/Red")),
        ("unknown API", "invalid_resource", 500_011, |request| request.with("scope", "api://shapes/Shapes.Read")),
        ("everything and names", "invalid_scope", 70_011, |request| {
            request.with("scope", "https://graph.microsoft.com/.default User.Read")
        }),
        ("many APIs", "invalid_scope", 70_011, |request| {
            request.with("scope", &(0..17).map(|api| format!("api://{api}/x")).collect::<Vec<_>>().join(" "))
        }),
        ("everything of an API that is not needed", "invalid_request", 650_057, |request| {
            request
                .with("client_id", WEB.client_id)
                .with("redirect_uri", WEB.redirect_uri)
                .with("scope", "api://unneeded/.default")
        }),
        ("short challenge", "invalid_request", 50_147, |request| request.with("code_challenge", "short")),
        ("malformed challenge", "invalid_request", 50_147, |request| request.with("code_challenge", &"+".repeat(43))),
        ("challenge twice", "invalid_request", 9_002_313, |request| request.again("code_challenge", "x")),
        ("unknown method", "invalid_request", 501_491, |request| request.with("code_challenge_method", "s256")),
        ("method without challenge", "invalid_request", 501_491, |request| request.without("code_challenge")),
        ("single-page app without challenge", "invalid_request", 9_002_325, |request| {
            let request = request.with("client_id", SPA.client_id).with("redirect_uri", SPA.redirect_uri);
            request.without("code_challenge").without("code_challenge_method")
        }),
        ("unknown prompt", "invalid_request", 90_023, |request| request.with("prompt", "create")),
        ("prompt twice", "invalid_request", 9_002_313, |request| {
            request.again("prompt", "none").again("prompt", "none")
        }),
        ("login_hint twice", "invalid_request", 9_002_313, |request| {
            request.again("login_hint", "a").again("login_hint", "b")
        }),
        ("long login_hint", "invalid_request", 90_100, |request| request.with("login_hint", &"a".repeat(1025))),
        ("max_age in words", "invalid_request", 90_023, |request| request.with("max_age", "soon")),
        ("negative max_age", "invalid_request", 90_023, |request| request.with("max_age", "-1")),
        ("max_age twice", "invalid_request", 9_002_313, |request| request.again("max_age", "1").again("max_age", "1")),
        ("claims that are no JSON", "invalid_request", 90_023, |request| request.with("claims", "{")),
        ("claims that are a list", "invalid_request", 90_023, |request| request.with("claims", "[]")),
        ("request object", "invalid_request", 90_023, |request| request.with("request", "eyJ")),
        ("request by reference", "invalid_request", 90_023, |request| {
            request.with("request_uri", "https://evil.example/r")
        }),
        ("resource", "invalid_request", 901_002, |request| request.with("resource", "https://graph.microsoft.com")),
    ];
    let platform = TestPlatform::start().await;
    platform.apply(UNNEEDED_API).await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    for (what, error, number, change) in rows {
        for mode in ["query", "fragment", "form_post"] {
            let request = change(Authorize::by(NATIVE).with("response_mode", mode));
            let response = browser.authorize(&request).await.response();
            assert_eq!(response.mode, mode, "{what}");
            assert_eq!(response.error(), ((*error).to_owned(), *number), "{what}");
            assert_eq!(response.get("state"), request.value("state"), "{what}");
            assert_eq!(response.address.trim_end_matches('/'), request.value("redirect_uri").trim_end_matches('/'));
            let description = response.get("error_description");
            assert!(description.starts_with(&format!("AADSTS{number}: ")), "{description}");
            let lines: Vec<&str> = description.split("\r\n").map(|line| line.split(':').next().unwrap_or("")).collect();
            assert_eq!(lines[1..], ["Trace ID", "Correlation ID", "Timestamp"], "{what}");
        }
    }
}

const UNNEEDED_API: &str = r#"
[[tenant]]
id = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
domain = "contoso.example"
display_name = "Contoso"
kind = "organization"

  [[tenant.application]]
  client_id = "c0105000-0000-4000-8000-00000000a099"
  display_name = "Unneeded API"
  identifier_uris = ["api://unneeded"]

    [[tenant.application.scope]]
    value = "Unneeded.Read"
    consent = "user"
    admin_consent_display_name = "Read what nobody needs"

  [[tenant.application]]
  client_id = "c0105000-0000-4000-8000-00000000a098"
  display_name = "Personal Only"
  sign_in_audience = "personal-only"
  public_client_redirect_uris = ["http://localhost"]
"#;

#[tokio::test]
async fn without_a_readable_mode_the_response_types_own_mode_is_taken() {
    // A mode that is unknown or stands twice counts as none, and anything but a code asks for the fragment.
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let rows: &[(&str, u32, Change)] = &[
        ("query", 70_007, |request| request.with("response_mode", "web_message")),
        ("query", 9_002_313, |request| request.with("response_mode", "fragment").again("response_mode", "form_post")),
        ("fragment", 70_005, |request| request.with("response_type", "cod")),
        ("fragment", 70_005, |request| request.with("response_type", "token")),
        ("fragment", 700_054, |request| request.with("response_type", "code id_token")),
    ];
    for (mode, number, change) in rows {
        let response = browser.authorize(&change(Authorize::by(NATIVE))).await.response();
        assert_eq!(response.error().1, *number);
        assert_eq!(response.mode, *mode, "{number}");
    }
}

#[tokio::test]
async fn a_state_that_cannot_be_returned_is_refused_without_one() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    for (request, code) in [
        (Authorize::by(NATIVE).again("state", "other"), 9_002_313),
        (Authorize::by(NATIVE).with("state", &"s".repeat(8193)), 90_100),
    ] {
        let response = browser.authorize(&request).await.response();
        assert_eq!(response.error(), ("invalid_request".into(), code));
        assert!(!response.parameters.contains_key("state"));
    }
}

#[tokio::test]
async fn an_app_for_other_people_is_refused_on_a_page() {
    let platform = TestPlatform::start().await;
    platform.apply(UNNEEDED_API).await;
    let request = Authorize::by(NATIVE).with("client_id", "c0105000-0000-4000-8000-00000000a098");
    refused_on_a_page(&platform.browser().authorize(&request).await.page(), "AADSTS9002331", "personal only");
}

#[tokio::test]
async fn what_a_request_says_is_shown_as_text() {
    // T09
    const MARKUP: &str = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'";
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let names = ["client_id", "redirect_uri", "response_type", "response_mode", "scope", "state", "nonce", "prompt"];
    let further = ["code_challenge", "code_challenge_method", "login_hint", "max_age", "claims", "x"];
    for name in names.into_iter().chain(further) {
        for mode in ["query", "form_post"] {
            let request = Authorize::by(NATIVE).with("response_mode", mode).with(name, MARKUP);
            let answer = browser.request("GET", &request.target(), &[], String::new()).await;
            let answer = match browser.arrive(&request.path(), answer).await {
                grantor_testkit::Arrival::Page(page) => page.answer,
                grantor_testkit::Arrival::Application(response) => response.answer,
            };
            assert!(!answer.text().contains("<script>alert") && !answer.text().contains("<img"), "{name}");
        }
    }
    for path in [format!("/{MARKUP}"), format!("/x/{MARKUP}"), format!("/error?code={MARKUP}")] {
        let target = grantor_dialects::form::encode_component(&path).replace("%2F", "/").replace("%3F", "?");
        let answer = platform.get(&target, &[]).await;
        assert!(!answer.text().contains("<script>alert") && !answer.text().contains("<img"), "{path}");
    }
}
