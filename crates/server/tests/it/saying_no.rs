//! A person's no, at whichever step: the application is told in its own words, and nothing goes on afterwards.

use grantor_rules::model::DeliveryMode;
use grantor_testkit::{
    ADMIN, Arrival, Authorize, BackchannelRequest, Browser, CAUTIOUS, CHRIS, CONTOSO, DeviceRequest, NATIVE, OFFICE,
    PARCELS, Page, Person, Response, SASHA, STRICT, TestPlatform, TokenRequest, WEB,
};
use grantor_web::DialectName;
use serde_json::Value;

use crate::support::refused;

/// Where the person says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    SignIn,
    WrongPassword,
    Picker,
    AnotherAccount,
    Consent,
}

const STEPS: [At; 5] = [At::SignIn, At::WrongPassword, At::Picker, At::AnotherAccount, At::Consent];

/// The page of that step, for a request that asks for a consent which nobody has given.
async fn reached(browser: &mut Browser<'_>, request: &Authorize, at: At) -> Page {
    match at {
        At::SignIn => browser.authorize(request).await.page(),
        At::WrongPassword => {
            let page = browser.authorize(request).await.page();
            let page = browser.sign_in(page, Person { password: "wrong", ..CHRIS }).await.page();
            assert!(page.has("error") && page.has("sign-in"), "{}", page.text());
            page
        }
        At::Picker | At::AnotherAccount => {
            for (person, prompt) in [(CHRIS, "consent"), (ADMIN, "login")] {
                let page = browser.authorize(&request.clone().with("prompt", prompt)).await.page();
                browser.sign_in(page, person).await.page();
            }
            let page = browser.authorize(&request.clone().with("prompt", "select_account")).await.page();
            assert!(page.has("use-another"), "{}", page.text());
            if at == At::Picker { page } else { browser.press(&page, "use-another").await.page() }
        }
        At::Consent => {
            let page = browser.authorize(request).await.page();
            let page = browser.sign_in(page, CHRIS).await.page();
            assert!(page.has("permissions"), "{}", page.text());
            page
        }
    }
}

/// No button of a page that was answered leads on, and its address shows nothing but why.
async fn nothing_goes_on(browser: &mut Browser<'_>, page: &Page) {
    let mut page = page.clone();
    if page.has("password") {
        page.fill("username", CHRIS.name).fill("password", CHRIS.password);
    }
    let buttons = page.forms.iter().flat_map(|form| &form.buttons).map(|button| button.id.clone());
    for button in buttons.collect::<Vec<_>>() {
        let after = browser.press(&page, &button).await;
        let Arrival::Page(after) = after else { panic!("{button} leads on after a no") };
        assert!(after.has("error-code") && after.forms.is_empty(), "{button}: {}", after.text());
    }
    let again = browser.open(&page.address).await.page();
    assert!(again.has("error-code") && again.forms.is_empty(), "{}", again.text());
}

/// Says no, and tries to go on all the same.
async fn says_no(browser: &mut Browser<'_>, page: &Page) -> Response {
    let response = browser.press(page, "deny").await.response();
    assert!(!response.parameters.contains_key("code"), "{:?}", response.parameters);
    nothing_goes_on(browser, page).await;
    response
}

#[tokio::test]
async fn at_each_step_the_application_is_told_in_its_dialect() {
    let platform = TestPlatform::start().await;
    for at in STEPS {
        for request in [
            Authorize::by(NATIVE),
            Authorize::by(NATIVE).with("response_mode", "fragment"),
            Authorize::by(NATIVE).v1("https://graph.microsoft.com"),
            Authorize::by(NATIVE).oidc().tenant(CONTOSO.id).scope("openid email"),
            Authorize::by(NATIVE).oidc().tenant(CONTOSO.id).scope("openid email").with("response_mode", "form_post"),
        ] {
            let mut browser = platform.browser();
            let page = reached(&mut browser, &request, at).await;
            let response = says_no(&mut browser, &page).await;
            let standard = request.dialect == DialectName::Oidc;
            let asked = request.parameters.iter().find(|(name, _)| name == "response_mode");
            assert_eq!(response.mode, asked.map_or("query", |(_, mode)| mode.as_str()), "{at:?}");
            assert_eq!(response.get("error"), "access_denied", "{at:?}");
            assert_eq!(response.get("state"), request.value("state"), "{at:?}");
            let version = match request.dialect {
                DialectName::EntraV1 => "",
                DialectName::EntraV2 => "v2.0",
                DialectName::Oidc => "oidc",
            };
            let issuer = platform.public().at(&format!("/{}/{version}", CONTOSO.id));
            assert_eq!(response.get("iss"), issuer, "{at:?}");
            if !standard {
                assert_eq!((response.error().1, response.get("error_subcode")), (65_004, "cancel"), "{at:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_signed_answer_says_no_too() {
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE).oidc().tenant(CONTOSO.id).scope("openid").with("response_mode", "jwt");
    let mut browser = platform.browser();
    let page = browser.authorize(&request).await.page();
    let response = says_no(&mut browser, &page).await;
    assert_eq!(response.parameters.keys().collect::<Vec<_>>(), ["response"]);
    let claims = platform.verified(response.get("response")).await;
    assert_eq!((&claims["error"], &claims["state"]), (&"access_denied".into(), &request.value("state").into()));
}

#[tokio::test]
async fn whoever_would_have_to_ask_an_administrator_may_go_back() {
    let platform = TestPlatform::with_permissions().await;
    let request = Authorize::by(PARCELS).tenant(STRICT.id).scope("openid api://parcels/Parcels.Track");
    for asks in [false, true] {
        let mut browser = platform.browser();
        let page = browser.authorize(&request).await.page();
        let page = browser.sign_in(page, SASHA).await.page();
        assert!(page.has("ask-administrator"), "{}", page.text());
        let page = if asks { browser.press(&page, "ask-administrator").await.page() } else { page };
        assert_eq!(says_no(&mut browser, &page).await.error(), ("access_denied".into(), 65_004), "{asks}");
    }
}

#[tokio::test]
async fn an_administrator_may_say_no_before_signing_in() {
    let platform = TestPlatform::with_permissions().await;
    for (dialect, error) in [("/v2.0", "access_denied"), ("", "permission_denied")] {
        let redirect = grantor_dialects::form::encode_component(OFFICE.redirect_uri);
        let target = format!(
            "/{}{dialect}/adminconsent?client_id={}&redirect_uri={redirect}&state=xyz&scope=User.Read",
            CAUTIOUS.id, OFFICE.client_id
        );
        let mut browser = platform.browser();
        let page = browser.open(&target).await.page();
        assert!(page.has("sign-in"), "{}", page.text());
        let response = says_no(&mut browser, &page).await;
        assert_eq!((response.get("error"), response.get("state")), (error, "xyz"), "{dialect}");
    }
}

#[tokio::test]
async fn a_no_before_the_tenant_is_known_goes_back_as_well() {
    let platform = TestPlatform::with_permissions().await;
    let request = Authorize::by(OFFICE).tenant("common");
    let mut browser = platform.browser();
    let page = browser.authorize(&request).await.page();
    assert_eq!(says_no(&mut browser, &page).await.error(), ("access_denied".into(), 65_004));
}

#[tokio::test]
async fn a_device_is_told_at_each_step() {
    let platform = TestPlatform::start().await;
    for signed_in in [false, true] {
        let device = DeviceRequest::by(NATIVE).begin(&platform).await;
        let mut browser = platform.browser();
        if signed_in {
            // Two accounts, so that the person is asked which.
            let known = reached(&mut browser, &Authorize::by(NATIVE), At::Picker).await;
            says_no(&mut browser, &known).await;
        }
        let page = device.enter(&mut browser).await.page();
        assert_eq!(page.has("use-another"), signed_in, "{}", page.text());
        let done = browser.press(&page, "deny").await.page();
        assert!(done.has("device-declined"), "{}", done.text());
        refused(&platform.token(&device.redeem()).await, 70_018, "authorization_declined", "");
        nothing_goes_on(&mut browser, &page).await;
    }
}

async fn said(platform: &TestPlatform, redeem: &TokenRequest) -> Value {
    platform.token(redeem).await.json()["error"].clone()
}

#[tokio::test]
async fn an_application_that_asks_somebody_elsewhere_is_told_at_each_step() {
    let platform = TestPlatform::start().await;
    let request = BackchannelRequest::to(WEB, CHRIS);
    request.registered(&platform, DeliveryMode::Poll, None).await;
    for signed_out in [false, true] {
        let waiting = request.begin(&platform).await;
        let mut browser = platform.browser();
        let mut page = waiting.review(&mut browser, CHRIS).await;
        if signed_out {
            assert!(browser.open(&format!("/{}/oauth2/v2.0/logout", CONTOSO.id)).await.page().has("signed-out"));
            page = browser.open(&page.address).await.page();
            assert!(page.has("sign-in"), "{}", page.text());
        }
        let done = browser.press(&page, "deny").await.page();
        assert!(done.has("request-denied"), "{}", done.text());
        assert_eq!(said(&platform, &waiting.redeem()).await, "access_denied");
        nothing_goes_on(&mut browser, &page).await;
    }
}

#[tokio::test]
async fn a_page_of_ours_waits_for_no_answer() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let page = browser.open("/account").await.page();
    assert!(page.has("sign-in") && !page.has("deny"), "{}", page.text());
    // Whoever sends a no all the same ends up on a page: there is nowhere to send it.
    let (form, mut pairs) = page.pressed("sign-in");
    pairs.push(("decision".to_owned(), "deny".to_owned()));
    let answer = browser.post(&form.action.clone(), &pairs).await;
    let after = browser.arrive(&form.action, answer).await.page();
    assert!(after.has("error-code") && after.forms.is_empty(), "{}", after.text());
    nothing_goes_on(&mut browser, &page).await;
}

#[tokio::test]
async fn nobody_else_says_no_for_a_person() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = Authorize::by(NATIVE);
    let page = browser.authorize(&request).await.page();
    let (form, pairs) = page.pressed("deny");
    // A page of another origin, a mark of another page, another browser.
    let action = form.action.clone();
    let answer = browser.post_with(&action, &pairs, &[("sec-fetch-site", "cross-site")]).await;
    assert!(browser.arrive(&action, answer).await.page().has("sign-in"));
    let other = browser.authorize(&Authorize::by(NATIVE)).await.page();
    let (_, foreign) = other.pressed("deny");
    let answer = browser.post(&action, &foreign).await;
    assert!(browser.arrive(&action, answer).await.page().has("sign-in"));
    let mut stranger = platform.browser();
    let answer = stranger.post(&action, &pairs).await;
    assert!(stranger.arrive(&action, answer).await.page().has("error-code"));
    // It still waits.
    let arrival = browser.sign_in(page, CHRIS).await;
    browser.go_on(arrival, CHRIS).await.code();
}
