//! Sign-out: whose, from where to where, and who is told (OpenID Connect RP-Initiated and Front-Channel Logout).

use grantor_dialects::form::encode_component;
use grantor_testkit::{
    Arrival, Authorize, BOARD, Browser, KIM, LEE, NORTHWIND, OFFICE, Page, Person, TASKS, TestPlatform, Tokens,
    elements_of, unverified_claims,
};

use crate::support::{bought_in, code_on, northwind, renewal};

fn logout(parameters: &[(&str, &str)]) -> String {
    let pairs: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}={}", encode_component(value))).collect();
    format!("/{}/oauth2/v2.0/logout?{}", NORTHWIND.domain, pairs.join("&"))
}

async fn is_signed_in(browser: &mut Browser<'_>, person: Person) -> bool {
    let silent = northwind(TASKS).with("prompt", "none").with("login_hint", person.name).scope("openid");
    match browser.authorize(&silent).await {
        Arrival::Application(response) => !matches!(response.get("error"), "login_required"),
        Arrival::Page(page) => panic!("{}", page.text()),
    }
}

async fn with_two(platform: &TestPlatform) -> (Browser<'_>, Tokens, Tokens) {
    let mut browser = platform.browser();
    let kims = bought_in(platform, &mut browser, &northwind(TASKS).with("login_hint", KIM.name), KIM).await;
    let request = northwind(TASKS).with("prompt", "login").with("login_hint", LEE.name);
    let lees = bought_in(platform, &mut browser, &request, LEE).await;
    (browser, kims, lees)
}

fn frames(page: &Page) -> Vec<String> {
    let elements = elements_of(page.answer.text());
    let frames = elements.iter().filter(|element| element.name == "iframe");
    frames.filter_map(|frame| frame.attribute("src").map(str::to_owned)).collect()
}

#[tokio::test]
async fn the_only_account_is_signed_out_at_once_and_the_apps_tokens_stay() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let request = northwind(TASKS);
    let tokens = bought_in(&platform, &mut browser, &request, KIM).await;
    let page = browser.open(&logout(&[])).await.page();
    assert!(page.has("signed-out"), "{}", page.text());
    assert!(!is_signed_in(&mut browser, KIM).await);
    // What the apps hold is not touched.
    platform.tokens(&renewal(&request, &tokens)).await;
    // Again is no error; nor is it for whoever was never here, in either dialect.
    for target in [logout(&[]), format!("/{}/oauth2/logout", NORTHWIND.id), "/common/oauth2/v2.0/logout".to_owned()] {
        assert!(platform.browser().open(&target).await.page().has("signed-out"), "{target}");
    }
}

#[tokio::test]
async fn of_several_accounts_the_person_says_which() {
    let platform = TestPlatform::with_permissions().await;
    let (mut browser, ..) = with_two(&platform).await;
    let page = browser.open(&logout(&[])).await.page();
    let pick = |person: Person| format!("sign-out-{}", person.id);
    assert!(page.has(&pick(KIM)) && page.has(&pick(LEE)) && page.has("sign-out-all"), "{}", page.text());
    assert!(is_signed_in(&mut browser, KIM).await && is_signed_in(&mut browser, LEE).await);
    let stayed = browser.press(&page, "deny").await.page();
    assert!(!stayed.has("signed-out"));
    assert!(browser.press(&page, &pick(KIM)).await.page().has("signed-out"));
    assert!(!is_signed_in(&mut browser, KIM).await && is_signed_in(&mut browser, LEE).await);

    let (mut browser, ..) = with_two(&platform).await;
    let page = browser.open(&logout(&[])).await.page();
    assert!(browser.press(&page, "sign-out-all").await.page().has("signed-out"));
    assert!(!is_signed_in(&mut browser, KIM).await && !is_signed_in(&mut browser, LEE).await);
}

#[tokio::test]
async fn a_hint_says_who_is_meant() {
    let platform = TestPlatform::with_permissions().await;
    for by_id_token in [true, false] {
        let (mut browser, _, lees) = with_two(&platform).await;
        let claims = unverified_claims(&lees.id_token);
        let target = if by_id_token {
            logout(&[("id_token_hint", &lees.id_token)])
        } else {
            logout(&[("logout_hint", claims["sid"].as_str().unwrap())])
        };
        assert!(browser.open(&target).await.page().has("signed-out"));
        assert!(is_signed_in(&mut browser, KIM).await && !is_signed_in(&mut browser, LEE).await);
    }
    // A hint that is none of ours, or names somebody who is not here, is as good as none.
    let (mut browser, kims, _) = with_two(&platform).await;
    for hint in ["x".to_owned(), format!("{}x", kims.id_token)] {
        assert!(browser.open(&logout(&[("id_token_hint", &hint)])).await.page().has("sign-out-all"), "{hint}");
    }
}

#[tokio::test]
async fn the_browser_goes_back_to_a_registered_address_alone() {
    // T01
    let platform = TestPlatform::with_permissions().await;
    let address = "http://localhost:6002/back";
    let evil = [
        "https://evil.example/",
        "http://localhost:6002/back/x",
        "http://localhost:6002@evil.example/back",
        "//evil.example",
        "javascript:alert(1)",
        "http://localhost:6002/back\\@evil.example",
    ];
    for (asked, goes) in [(address, true)].into_iter().chain(evil.map(|evil| (evil, false))) {
        for dialect in ["oauth2/v2.0", "oauth2"] {
            let mut browser = platform.browser();
            // Without the notice to the app the way back is a plain redirect.
            platform
                .change_application(NORTHWIND, BOARD.client_id, |board| board.front_channel_logout_uri = None)
                .await;
            let tokens = bought_in(&platform, &mut browser, &northwind(BOARD), KIM).await;
            let target = format!(
                "/{}/{dialect}/logout?post_logout_redirect_uri={}&state=xyz&id_token_hint={}",
                NORTHWIND.id,
                encode_component(asked),
                tokens.id_token
            );
            match browser.open(&target).await {
                Arrival::Application(response) => {
                    assert!(goes, "{asked}");
                    assert_eq!((response.address.as_str(), response.get("state")), (address, "xyz"));
                }
                Arrival::Page(page) => {
                    assert!(!goes && page.has("signed-out"), "{asked}");
                    assert!(!page.answer.text().contains("evil.example") && !page.has("continue"), "{asked}");
                }
            }
            assert!(!is_signed_in(&mut browser, KIM).await, "{asked}");
        }
    }
}

#[tokio::test]
async fn an_app_that_is_named_must_be_known_here_and_own_the_address() {
    let platform = TestPlatform::with_permissions().await;
    platform.change_application(NORTHWIND, BOARD.client_id, |board| board.front_channel_logout_uri = None).await;
    let address = ("post_logout_redirect_uri", "http://localhost:6002/back");
    let rows = [
        // By its client id, and by what the session has reached.
        (vec![address, ("client_id", BOARD.client_id)], true),
        (vec![address], true),
        (vec![address, ("client_id", TASKS.client_id)], false),
        (vec![address, ("client_id", "unknown")], false),
        // Registered for an app that was never let in here.
        (
            vec![
                ("post_logout_redirect_uri", "http://localhost:5000/getAToken"),
                ("client_id", grantor_testkit::WEB.client_id),
            ],
            false,
        ),
    ];
    for (parameters, goes) in rows {
        let mut browser = platform.browser();
        bought_in(&platform, &mut browser, &northwind(BOARD), KIM).await;
        let arrival = browser.open(&logout(&parameters)).await;
        assert_eq!(matches!(arrival, Arrival::Application(_)), goes, "{parameters:?}");
    }
}

#[tokio::test]
async fn each_app_of_the_session_is_told_in_a_frame_of_its_own() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let tokens = bought_in(&platform, &mut browser, &northwind(BOARD), KIM).await;
    bought_in(&platform, &mut browser, &northwind(OFFICE), KIM).await;
    bought_in(&platform, &mut browser, &northwind(TASKS), KIM).await;
    let sid = unverified_claims(&tokens.id_token)["sid"].as_str().unwrap().to_owned();
    let target = logout(&[
        ("post_logout_redirect_uri", "http://localhost:6002/back"),
        ("state", "xyz"),
        ("client_id", BOARD.client_id),
    ]);
    let page = browser.open(&target).await.page();
    let told = format!("iss=https%3A%2F%2Flocalhost%3A8443%2F{}%2Fv2.0&sid={sid}", NORTHWIND.id);
    let mut expected = vec![
        format!("https://localhost:6002/signed-out?{told}"),
        format!("https://localhost:6013/signed-out?app=office&{told}"),
    ];
    let mut found = frames(&page);
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    // The page itself may show these frames and no others, and then goes back.
    let policy = page.answer.header("content-security-policy");
    assert!(policy.contains("frame-src") && policy.contains("https://localhost:6013"), "{policy}");
    assert!(page.answer.text().contains("http://localhost:6002/back?state=xyz"), "{}", page.answer.text());
    // An app that was not used in this session is not told.
    let mut other = platform.browser();
    bought_in(&platform, &mut other, &northwind(TASKS), KIM).await;
    assert!(frames(&other.open(&logout(&[])).await.page()).is_empty());
}

#[tokio::test]
async fn a_picture_on_another_site_signs_nobody_out() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let tokens = bought_in(&platform, &mut browser, &northwind(TASKS), KIM).await;
    for dest in ["image", "iframe", "empty", "script"] {
        let headers = [("sec-fetch-dest", dest), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")];
        let target = logout(&[("id_token_hint", &tokens.id_token)]);
        let answer = browser.request("GET", &target, &headers, String::new()).await;
        assert_eq!(answer.code(), 303, "{dest}");
        assert!(answer.header("location").contains("/sign-out/"), "{dest}");
        assert!(is_signed_in(&mut browser, KIM).await, "{dest}");
    }
    let headers = [("sec-fetch-dest", "document"), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
    let answer = browser.request("GET", &logout(&[]), &headers, String::new()).await;
    assert_eq!(answer.code(), 200);
    assert!(!is_signed_in(&mut browser, KIM).await);
}

#[tokio::test]
async fn forms_of_other_sites_and_browsers_sign_nobody_out() {
    let platform = TestPlatform::with_permissions().await;
    let (mut browser, ..) = with_two(&platform).await;
    let page = browser.open(&logout(&[])).await.page();
    let (form, pairs) = page.pressed("sign-out-all");
    let unmarked: Vec<_> = pairs.iter().filter(|(name, _)| name != "csrf").cloned().collect();
    let answer = browser.post(&form.action, &unmarked).await;
    assert_eq!(code_on(&browser.arrive(&form.action, answer).await.page()), "AADSTS90013");
    let answer = browser.post_with(&form.action, &pairs, &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(answer.code(), 400);
    let (mut other, ..) = with_two(&platform).await;
    let foreign = other.open(&logout(&[])).await.page();
    let (_, foreign) = foreign.pressed("sign-out-all");
    assert_eq!(browser.post(&form.action, &foreign).await.code(), 400);
    assert!(is_signed_in(&mut browser, KIM).await && is_signed_in(&mut browser, LEE).await);
}

#[tokio::test]
async fn at_common_the_accounts_of_every_tenant_are_listed() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    browser.walk(&northwind(OFFICE), KIM).await.code();
    browser.walk(&Authorize::by(OFFICE).tenant("cautious.example"), grantor_testkit::CASS).await.code();
    let page = browser.open("/common/oauth2/v2.0/logout").await.page();
    assert!(page.has(&format!("sign-out-{}", KIM.id)) && page.has(&format!("sign-out-{}", grantor_testkit::CASS.id)));
    // At one tenant's address only its own are meant.
    assert!(browser.open(&logout(&[])).await.page().has("signed-out"));
    assert!(!is_signed_in(&mut browser, KIM).await);
    assert!(
        browser.authorize(&Authorize::by(OFFICE).tenant("cautious.example")).await.response().get("error").is_empty()
    );
}
