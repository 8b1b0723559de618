//! What a person's browser can be made to do, and what it cannot.

use std::time::Duration;

use grantor_testkit::{
    ADMIN, Answer, Arrival, Authorize, Browser, CHRIS, CONTOSO, NATIVE, Options, Page, TestPlatform, WEB, elements_of,
};

#[track_caller]
fn code_on(page: &Page) -> String {
    page.text_of("error-code").unwrap_or_else(|| panic!("no #error-code on {}: {}", page.address, page.text()))
}

async fn read(browser: &mut Browser<'_>, target: &str, answer: Answer) -> Page {
    browser.arrive(target, answer).await.page()
}

#[tokio::test]
async fn another_browser_can_do_nothing_with_a_waiting_request() {
    // T10
    let platform = TestPlatform::start().await;
    let mut attacker = platform.browser();
    let page = attacker.authorize(&Authorize::by(NATIVE)).await.page();

    // The victim opens the attacker's page, with a browser that was here before and with one that was not.
    let mut victim = platform.browser();
    let shown = victim.open(&page.address).await.page();
    assert_eq!((shown.answer.code(), code_on(&shown).as_str()), (400, "AADSTS50058"));
    victim.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    let shown = victim.open(&page.address).await.page();
    assert_eq!(code_on(&shown), "AADSTS50058");

    // Nor does the attacker's form work in the victim's browser, with the right password.
    let mut filled = page.clone();
    filled.fill("username", CHRIS.name).fill("password", CHRIS.password);
    let (form, pairs) = filled.pressed("sign-in");
    let mut fresh = platform.browser();
    for browser in [&mut victim, &mut fresh] {
        let answer = browser.post(&form.action, &pairs).await;
        assert!(answer.set_cookies().is_empty(), "{answer:?}");
        assert_eq!(code_on(&read(browser, &form.action, answer).await), "AADSTS50058");
    }
    // The attacker's browser has nothing of it.
    let silent = Authorize::by(NATIVE).with("prompt", "none");
    assert_eq!(attacker.authorize(&silent).await.error(), ("login_required".into(), 50058));
}

#[tokio::test]
async fn a_session_that_somebody_planted_is_worthless_once_the_person_signs_in() {
    // T10
    let platform = TestPlatform::start().await;
    let mut attacker = platform.browser();
    attacker.walk(&Authorize::by(NATIVE), ADMIN).await.code();
    let mut victim = attacker.clone();
    let request = Authorize::by(NATIVE).with("prompt", "login").with("login_hint", CHRIS.name);
    victim.walk(&request, CHRIS).await.code();
    // The handle that the attacker knows has gone, for both.
    let silent = Authorize::by(NATIVE).with("prompt", "none");
    for person in [CHRIS, ADMIN] {
        let request = silent.clone().with("login_hint", person.name);
        assert_eq!(attacker.authorize(&request).await.error(), ("login_required".into(), 50058));
        victim.authorize(&request).await.code();
    }
}

#[tokio::test]
async fn the_session_handle_changes_at_each_sign_in() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        browser.walk(&Authorize::by(NATIVE).with("prompt", "login"), CHRIS).await.code();
        assert!(seen.insert(browser.cookies.find("session").unwrap().value.clone()));
    }
    // A sign-in that failed changes nothing.
    let before = browser.cookies.find("session").cloned();
    let mut page = browser.authorize(&Authorize::by(NATIVE).with("prompt", "login")).await.page();
    page.fill("username", CHRIS.name).fill("password", "wrong");
    browser.press(&page, "sign-in").await.page();
    assert_eq!(browser.cookies.find("session").cloned(), before);
}

#[tokio::test]
async fn a_session_ends_after_a_day() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    let silent = Authorize::by(NATIVE).with("prompt", "none");
    platform.advance(Duration::from_hours(24) - Duration::from_secs(1));
    browser.authorize(&silent).await.code();
    platform.advance(Duration::from_secs(1));
    assert_eq!(browser.authorize(&silent).await.error(), ("login_required".into(), 50058));
}

#[tokio::test]
async fn a_waiting_request_ends_after_an_hour() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&Authorize::by(NATIVE)).await.page();
    platform.advance(Duration::from_hours(1));
    let shown = browser.open(&page.address).await.page();
    assert_eq!(code_on(&shown), "AADSTS50132");
    let shown = browser.sign_in(page, CHRIS).await.page();
    assert_eq!(code_on(&shown), "AADSTS50132");
    assert!(browser.cookies.find("session").is_none());
}

/// The mark in the form behind a button.
fn mark(page: &Page, button: &str) -> String {
    let (_, pairs) = page.pressed(button);
    pairs.into_iter().find(|(name, _)| name == "csrf").expect("the form is marked").1
}

fn marked(page: &Page, button: &str, mark: &str) -> (String, Vec<(String, String)>) {
    let (form, mut pairs) = page.pressed(button);
    pairs.iter_mut().filter(|(name, _)| name == "csrf").for_each(|(_, value)| mark.clone_into(value));
    (form.action.clone(), pairs)
}

#[tokio::test]
async fn a_form_without_its_own_mark_signs_nobody_in() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let mut page = browser.authorize(&Authorize::by(NATIVE)).await.page();
    page.fill("username", CHRIS.name).fill("password", CHRIS.password);
    let other_request = browser.authorize(&Authorize::by(NATIVE)).await.page();
    let other_browser = platform.browser().authorize(&Authorize::by(NATIVE)).await.page();
    let consent = {
        let mut elsewhere = platform.browser();
        let page = elsewhere.authorize(&Authorize::by(NATIVE)).await.page();
        elsewhere.sign_in(page, CHRIS).await.page()
    };
    let own = mark(&page, "sign-in");
    let marks = [
        String::new(),
        "x".to_owned(),
        own[..own.len() - 1].to_owned(),
        format!("{own} "),
        mark(&other_request, "sign-in"),
        mark(&other_browser, "sign-in"),
        mark(&consent, "accept"),
    ];
    for wrong in &marks {
        let (action, pairs) = marked(&page, "sign-in", wrong);
        let answer = browser.post(&action, &pairs).await;
        assert!(answer.set_cookies().is_empty(), "{wrong}");
        let shown = read(&mut browser, &action, answer).await;
        assert_eq!(shown.text_of("error").as_deref(), Some("This page was open for too long. Sign in again."));
        assert!(!shown.answer.text().contains(CHRIS.password));
    }
    let (action, mut pairs) = marked(&page, "sign-in", &own);
    pairs.push(("csrf".to_owned(), own.clone()));
    assert!(browser.post(&action, &pairs).await.set_cookies().is_empty(), "a mark that stands twice");
    assert!(browser.sign_in(page, CHRIS).await.page().has("accept"));
}

#[tokio::test]
async fn a_form_without_its_own_mark_allows_nothing() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let sign_in = browser.authorize(&Authorize::by(NATIVE)).await.page();
    let page = browser.sign_in(sign_in.clone(), CHRIS).await.page();
    let other_request = browser.authorize(&Authorize::by(NATIVE)).await.page();
    let other_browser = {
        let mut elsewhere = platform.browser();
        let page = elsewhere.authorize(&Authorize::by(NATIVE)).await.page();
        elsewhere.sign_in(page, CHRIS).await.page()
    };
    let own = mark(&page, "accept");
    let question = own.split_once('.').unwrap().0;
    let marks = [
        String::new(),
        own[..own.len() - 1].to_owned(),
        mark(&other_request, "accept"),
        mark(&other_browser, "accept"),
        mark(&sign_in, "sign-in"),
        format!("{question}.{}", mark(&sign_in, "sign-in")),
        format!("{}.{}", "A".repeat(43), own.split_once('.').unwrap().1),
    ];
    for wrong in &marks {
        for button in ["accept", "deny", "switch"] {
            let (action, pairs) = marked(&page, button, wrong);
            let answer = browser.post(&action, &pairs).await;
            assert_eq!(answer.code(), 400, "{wrong}");
            assert_eq!(code_on(&read(&mut browser, &action, answer).await), "AADSTS90013");
        }
    }
    browser.press(&page, "accept").await.code();
}

#[tokio::test]
async fn a_form_that_comes_from_another_site_is_refused() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let mut page = browser.authorize(&Authorize::by(NATIVE)).await.page();
    page.fill("username", CHRIS.name).fill("password", CHRIS.password);
    for site in ["cross-site", "same-site", "", "Same-Origin"] {
        let (form, pairs) = page.pressed("sign-in");
        let answer = browser.post_with(&form.action, &pairs, &[("sec-fetch-site", site)]).await;
        assert!(answer.set_cookies().is_empty(), "{site}");
    }
    let page = browser.sign_in(page, CHRIS).await.page();
    for site in ["cross-site", "same-site"] {
        let (form, pairs) = page.pressed("accept");
        let answer = browser.post_with(&form.action, &pairs, &[("sec-fetch-site", site)]).await;
        assert_eq!(answer.code(), 400, "{site}");
    }
    // A browser that does not say is old, not foreign: the mark alone decides.
    let (form, pairs) = page.pressed("accept");
    let answer = browser.post_with(&form.action, &pairs, &[]).await;
    browser.arrive(&form.action, answer).await.code();
}

#[tokio::test]
async fn a_yes_counts_for_what_was_shown_alone() {
    // T16
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&Authorize::by(NATIVE)).await.page();
    let shown = browser.sign_in(page, CHRIS).await.page();
    let other = browser.authorize(&Authorize::by(NATIVE).scope("User.Read")).await.page();
    browser.press(&other, "accept").await.code();
    // Another question is due by now, so that one is asked.
    let asked = browser.press(&shown, "accept").await.page();
    assert!(!asked.text_of("permissions").unwrap().contains("User.Read"), "{}", asked.text());
    browser.press(&asked, "accept").await.code();
}

#[tokio::test]
async fn a_yes_counts_for_the_person_who_was_shown_alone() {
    // T16: the same request in two windows, and in one of them another account.
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = Authorize::by(NATIVE);
    let page = browser.authorize(&request).await.page();
    let as_chris = browser.sign_in(page, CHRIS).await.page();
    let page = browser.press(&as_chris, "switch").await.page();
    browser.sign_in(page, ADMIN).await.page();
    let asked = browser.press(&as_chris, "accept").await.page();
    assert!(asked.has("accept") && asked.text().contains("Contoso Admin"), "{}", asked.text());
    let code = browser.press(&asked, "accept").await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(grantor_testkit::unverified_claims(&tokens.id_token)["oid"], ADMIN.id);
}

#[tokio::test]
async fn the_person_may_switch_to_another_account_on_the_consent_page() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = Authorize::by(NATIVE);
    let page = browser.authorize(&request).await.page();
    let page = browser.sign_in(page, CHRIS).await.page();
    let page = browser.press(&page, "switch").await.page();
    let page = browser.sign_in(page, ADMIN).await.page();
    assert!(page.text().contains("Contoso Admin"), "{}", page.text());
    let code = browser.press(&page, "accept").await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(grantor_testkit::unverified_claims(&tokens.id_token)["oid"], ADMIN.id);
}

#[tokio::test]
async fn cookies_are_out_of_reach_of_scripts_and_of_neighbours() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&Authorize::by(NATIVE)).await.page();
    let (form, mut pairs) = page.pressed("sign-in");
    for (name, value) in [("username", CHRIS.name), ("password", CHRIS.password)] {
        pairs.iter_mut().filter(|(found, _)| found == name).for_each(|(_, found)| value.clone_into(found));
    }
    let answer = browser.post(&form.action, &pairs).await;
    // RFC 9700 §4.12
    assert_eq!(answer.code(), 303);
    let cookies = answer.set_cookies();
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    let prefix = format!("__Host-grantor-session-{}=gs1.", CONTOSO.id);
    assert!(cookies[0].starts_with(&prefix), "{}", cookies[0]);
    assert!(cookies[0].ends_with("; Path=/; HttpOnly; Secure; SameSite=None"), "{}", cookies[0]);
    let kept = browser.cookies.find("browser").unwrap();
    assert!(kept.name.starts_with("__Host-") && kept.http_only && kept.secure);
    // A browser that has its cookie gets no other one.
    let answer = browser.request("GET", &Authorize::by(NATIVE).target(), &[], String::new()).await;
    assert!(answer.set_cookies().is_empty());
}

#[tokio::test]
async fn over_plain_http_cookies_go_to_the_same_site_alone() {
    let options = Options { public: "http://127.0.0.1:4911".to_owned(), ..Options::default() };
    let platform = TestPlatform::with(&options).await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    assert_eq!(browser.cookies.all().len(), 2);
    for cookie in browser.cookies.all() {
        assert!(!cookie.name.starts_with("__") && cookie.http_only && !cookie.secure, "{cookie:?}");
        assert_eq!(cookie.same_site.as_deref(), Some("lax"));
    }
}

#[tokio::test]
async fn a_cookie_that_we_could_not_have_made_is_replaced() {
    // T33
    let platform = TestPlatform::start().await;
    for forged in ["", "x", "AAAA", "../../x", &"A".repeat(44), &"A".repeat(5000)] {
        let cookie = format!("__Host-grantor-browser={forged}; __Host-grantor-session-{}={forged}", CONTOSO.id);
        let answer = platform.get(&Authorize::by(NATIVE).target(), &[("cookie", &cookie)]).await;
        assert_eq!((answer.code(), answer.set_cookies().len()), (303, 1), "{forged}");
    }
}

/// Every answer of a whole journey, with where it came from.
async fn journey(platform: &TestPlatform, headers: &[(String, String)]) -> Vec<(String, Answer)> {
    let mut seen = Vec::new();
    let mut browser = platform.browser();
    browser.headers = headers.to_vec();
    let added: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for mode in ["query", "fragment", "form_post"] {
        let request = Authorize::by(WEB).with("response_mode", mode).with("prompt", "select_account");
        let answer = browser.request("GET", &request.target(), &[], String::new()).await;
        seen.push(("authorize".to_owned(), answer.clone()));
        let mut arrival = browser.arrive(&request.path(), answer).await;
        let code = loop {
            let page = match arrival {
                Arrival::Application(response) => {
                    seen.push((mode.to_owned(), response.answer.clone()));
                    break response.code();
                }
                Arrival::Page(page) => page,
            };
            seen.push((page.address.clone(), page.answer.clone()));
            let button = ["sign-in", "accept"].into_iter().find(|id| page.has(id));
            let button = button.map_or_else(|| format!("pick-{}", CHRIS.id), str::to_owned);
            let mut page = page;
            if button == "sign-in" {
                page.fill("username", CHRIS.name).fill("password", CHRIS.password);
            }
            let (form, pairs) = page.pressed(&button);
            let (action, pairs) = (form.action.clone(), pairs);
            let answer = browser.post(&action, &pairs).await;
            seen.push((format!("POST {action}"), answer.clone()));
            arrival = browser.arrive(&action, answer).await;
        };
        let mut redemption = request.redeem(&code);
        redemption.headers.extend(headers.iter().map(|(name, value)| (leaked(name), value.clone())));
        let answer = platform.token(&redemption).await;
        let tokens = grantor_testkit::Tokens::of(answer.clone());
        seen.push(("token".to_owned(), answer));
        let bearer = format!("Bearer {}", tokens.access_token);
        let headers: Vec<(&str, &str)> = added.iter().copied().chain([("authorization", bearer.as_str())]).collect();
        for target in ["/v1.0/me", "/oidc/userinfo"] {
            seen.push((target.to_owned(), platform.get(target, &headers).await));
        }
    }
    seen
}

/// Header names of a token request live as long as the program; a test has a handful.
fn leaked(name: &str) -> &'static str {
    Box::leak(name.to_owned().into_boxed_str())
}

#[tokio::test]
async fn nothing_with_a_token_or_a_cookie_is_kept_on_the_way() {
    // T32, core-20
    let platform = TestPlatform::start().await;
    let mut with_cookie = 0;
    for (place, answer) in journey(&platform, &[]).await {
        with_cookie += answer.set_cookies().len();
        assert!(answer.header("cache-control").contains("no-store"), "{place}: {}", answer.everything());
    }
    assert_eq!(with_cookie, 2);
}

#[tokio::test]
async fn every_page_has_a_strict_policy_and_nothing_that_needs_a_looser_one() {
    // T09, 6749-30, 9700-14, 9700-15
    let platform = TestPlatform::start().await;
    let mut answers = journey(&platform, &[]).await;
    for target in ["/", "/nowhere", "/common/oauth2/nativeclient", "/error?code=50011", "/assets/x", "/sign-in/x"] {
        answers.push((target.to_owned(), platform.get(target, &[]).await));
    }
    let page = platform.browser().authorize(&Authorize::by(NATIVE).with("redirect_uri", "http://x.y")).await.page();
    answers.push(("refused".to_owned(), page.answer));
    let mut pages = 0;
    for (place, answer) in answers {
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{place}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{place}");
        if !answer.is_html() {
            continue;
        }
        pages += 1;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; "), "{place}: {policy}");
        assert!(policy.contains("base-uri 'none'") && policy.contains("form-action "), "{place}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("data:"), "{place}: {policy}");
        let carries_the_answer = answer.text().contains("<script");
        assert_eq!(policy.contains("script-src 'sha256-"), carries_the_answer, "{place}: {policy}");
        // The answer to a silent request must load in the app's frame; nothing else may be framed.
        assert_eq!(policy.contains("frame-ancestors 'none'"), !carries_the_answer, "{place}: {policy}");
        assert_eq!(answer.header("x-frame-options") == "DENY", !carries_the_answer, "{place}");
        for element in elements_of(answer.text()) {
            assert!(
                element.attributes().all(|name| !name.starts_with("on") && name != "style"),
                "{place}: {element:?}"
            );
            assert!(!["style", "iframe", "object", "embed", "base"].contains(&element.name), "{place}: {element:?}");
            for name in ["src", "href"] {
                let address = element.attribute(name).unwrap_or("/");
                assert!(address.starts_with('/') && !address.starts_with("//"), "{place}: {address}");
            }
        }
    }
    assert!(pages >= 12, "{pages}");
}

#[tokio::test]
async fn https_is_demanded_for_the_future_except_of_ones_own_machine() {
    let options = Options { public: "https://id.example".to_owned(), ..Options::default() };
    let answer = TestPlatform::with(&options).await.get("/health/live", &[]).await;
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    let answer = TestPlatform::start().await.get("/health/live", &[]).await;
    assert_eq!(answer.header("strict-transport-security"), "");
}

/// Every header from which somebody, somewhere, has built an address.
const HOST_HEADERS: [&str; 24] = [
    "host",
    "forwarded",
    "x-forwarded-host",
    "x-forwarded-server",
    "x-forwarded-proto",
    "x-forwarded-protocol",
    "x-forwarded-scheme",
    "x-forwarded-ssl",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "x-forwarded-path",
    "x-forwarded-uri",
    "x-forwarded-for",
    "x-original-url",
    "x-original-host",
    "x-original-uri",
    "x-rewrite-url",
    "x-host",
    "x-http-host-override",
    "x-real-ip",
    "x-zitadel-forwarded-host",
    "x-arr-ssl",
    "via",
    "referer",
];

#[tokio::test]
async fn no_header_of_a_request_gets_into_an_address_of_ours() {
    // T37, 9700-18
    const CANARY: &str = "canary.example";
    let platform = TestPlatform::start().await;
    let value = |name: &str| match name {
        "forwarded" => format!("host={CANARY};proto=http;for={CANARY}"),
        "x-forwarded-uri" | "x-forwarded-path" | "x-forwarded-prefix" | "x-original-uri" => format!("/{CANARY}"),
        "x-original-url" | "x-rewrite-url" | "referer" => format!("https://{CANARY}/{CANARY}"),
        _ => CANARY.to_owned(),
    };
    let headers: Vec<(String, String)> = HOST_HEADERS.iter().map(|name| ((*name).to_owned(), value(name))).collect();
    for (place, answer) in journey(&platform, &headers).await {
        assert!(!answer.everything().contains("canary"), "{place}: {}", answer.everything());
    }
    let borrowed: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for target in super::routes::every_target() {
        for method in ["GET", "POST", "OPTIONS"] {
            let answer = platform.send(platform.request(method, &target, &borrowed, "".into())).await;
            assert!(!answer.everything().contains("canary"), "{method} {target}: {}", answer.everything());
        }
    }
    // Nor does a path in the place of an authority.
    let answer = platform.get("/v1.0/me", &[("x-original-url", "/health/live")]).await;
    assert_eq!(answer.code(), 401);
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_move_the_clock() {
    let platform = TestPlatform::with(&Options { dev: true, ..Options::default() }).await;
    let own = platform.public().origin().to_owned();
    for (origin, expected) in
        [(None, 200), (Some(own.as_str()), 200), (Some("https://elsewhere.example"), 403), (Some("null"), 403)]
    {
        let headers: Vec<(&str, &str)> = origin.map(|origin| ("origin", origin)).into_iter().collect();
        let request = platform.request("POST", "/dev/clock", &headers, axum::body::Body::from(r#"{"advance":"1s"}"#));
        assert_eq!(platform.send(request).await.code(), expected, "{origin:?}");
    }
}
