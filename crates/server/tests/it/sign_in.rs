//! Who is asked to sign in, and when: prompts, hints, ages, accounts side by side.

use std::time::Duration;

use grantor_testkit::{
    ADMIN, Authorize, CHRIS, CONTOSO, CONTOSO_DIRECTORY, DANA, FABRIKAM, FABRIKAM_NOTES, NATIVE, Person, START,
    TestPlatform, TokenRequest, WEB, unverified_claims,
};
use serde_json::json;

#[tokio::test]
async fn a_signed_in_person_goes_through_to_another_app() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    let request = Authorize::by(WEB);
    let page = browser.authorize(&request).await.page();
    assert!(page.has("accept") && page.text().contains("Developer Console"), "{}", page.text());
    let code = browser.press(&page, "accept").await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(platform.verified(&tokens.access_token).await["appidacr"], "1");
    // What was allowed is remembered: the next time there is nothing to ask.
    browser.authorize(&Authorize::by(WEB)).await.code();
    browser.authorize(&Authorize::by(NATIVE)).await.code();
}

#[tokio::test]
async fn a_second_account_can_sign_in_beside_the_first() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    let picker = browser.authorize(&Authorize::by(NATIVE).with("prompt", "select_account")).await.page();
    assert!(picker.has(&format!("pick-{}", CHRIS.id)) && !picker.has(&format!("pick-{}", ADMIN.id)));
    let page = browser.press(&picker, "use-another").await.page();
    let page = browser.sign_in(page, ADMIN).await.page();
    browser.press(&page, "accept").await.code();

    // Two are signed in: without more, the person is asked who is meant.
    let request = Authorize::by(NATIVE);
    let picker = browser.authorize(&request).await.page();
    assert!(picker.has(&format!("pick-{}", CHRIS.id)), "{}", picker.text());
    let code = browser.press(&picker, &format!("pick-{}", ADMIN.id)).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(unverified_claims(&tokens.id_token)["oid"], ADMIN.id);

    // A hint answers the question, in any case of letters.
    let request = Authorize::by(NATIVE).with("login_hint", "CHRISG@CONTOSO.EXAMPLE");
    let code = browser.authorize(&request).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(unverified_claims(&tokens.id_token)["oid"], CHRIS.id);
}

#[tokio::test]
async fn prompt_none_never_shows_anything() {
    // core-03
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let silent = || Authorize::by(NATIVE).with("prompt", "none");
    assert_eq!(browser.authorize(&silent()).await.error(), ("login_required".into(), 50058));
    let page = browser.authorize(&Authorize::by(NATIVE)).await.page();
    let consent = browser.sign_in(page, CHRIS).await.page();
    assert_eq!(browser.authorize(&silent()).await.error(), ("consent_required".into(), 65001));
    browser.press(&consent, "accept").await.code();
    browser.authorize(&silent()).await.code();

    // In a frame on the app's page the cookies come along.
    browser.framed = true;
    browser.authorize(&silent()).await.code();
    browser.framed = false;

    browser.walk(&Authorize::by(NATIVE).with("prompt", "login").with("login_hint", ADMIN.name), ADMIN).await.code();
    assert_eq!(browser.authorize(&silent()).await.error(), ("interaction_required".into(), 16000));
    browser.authorize(&silent().with("login_hint", ADMIN.name)).await.code();
    let stranger = silent().with("login_hint", "nobody@contoso.example");
    assert_eq!(browser.authorize(&stranger).await.error(), ("login_required".into(), 50058));
    let exclusive = Authorize::by(NATIVE).with("prompt", "none login");
    assert_eq!(browser.authorize(&exclusive).await.error(), ("invalid_request".into(), 90023));
}

#[tokio::test]
async fn prompt_login_asks_for_a_new_proof_and_says_when_it_was_given() {
    // core-04
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    platform.advance(Duration::from_mins(10));
    let request = Authorize::by(NATIVE).with("prompt", "login").with("login_hint", CHRIS.name);
    let page = browser.authorize(&request).await.page();
    assert_eq!(page.value_of("username"), CHRIS.name);
    let code = browser.sign_in(page, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(unverified_claims(&tokens.id_token)["auth_time"], START.seconds() + 600);
}

#[tokio::test]
async fn a_hint_fills_the_name_in() {
    // core-19
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE)
        .with("login_hint", CHRIS.name)
        .with("ui_locales", "fr de")
        .with("display", "page")
        .with("acr_values", "1")
        .with("domain_hint", "organizations");
    let page = platform.browser().authorize(&request).await.page();
    assert_eq!(page.value_of("username"), CHRIS.name);
}

#[tokio::test]
async fn max_age_asks_for_a_new_proof_when_the_last_one_is_too_old() {
    // core-05
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    platform.advance(Duration::from_mins(5));
    browser.authorize(&Authorize::by(NATIVE).with("max_age", "300")).await.code();
    platform.advance(Duration::from_secs(1));
    let silent = Authorize::by(NATIVE).with("max_age", "300").with("prompt", "none");
    assert_eq!(browser.authorize(&silent).await.error(), ("login_required".into(), 50058));
    let request = Authorize::by(NATIVE).with("max_age", "300");
    let page = browser.authorize(&request).await.page();
    assert_eq!(page.value_of("username"), CHRIS.name);
    let code = browser.sign_in(page, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(unverified_claims(&tokens.id_token)["auth_time"], START.seconds() + 301);
}

#[tokio::test]
async fn max_age_zero_asks_everybody() {
    // T45
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    platform.advance(Duration::from_secs(1));
    let request = Authorize::by(NATIVE).with("max_age", "0");
    let silent = request.clone().with("prompt", "none");
    assert_eq!(browser.authorize(&silent).await.error(), ("login_required".into(), 50058));
    let page = browser.authorize(&request).await.page();
    browser.sign_in(page, CHRIS).await.code();
}

#[tokio::test]
async fn names_passwords_and_secrets_may_hold_any_letters() {
    // 6749-15, 6749-34
    const PASSWORD: &str = "p\u{e4}ss w\u{f6}rd+&=%41;\u{1F600}";
    const SECRET: &str = "a:b%41c+d e&f=g;h-/?#-0123456789";
    let platform = TestPlatform::start().await;
    let user = format!("password = \"{PASSWORD}\"\n  display_name = \"Chris Green\"");
    let directory = CONTOSO_DIRECTORY
        .replace("password = \"correct-horse-battery-staple\"\n  display_name = \"Chris Green\"", &user)
        .replace("console-secret-for-local-use-only-0001", SECRET);
    assert!(directory.contains(PASSWORD) && directory.contains(SECRET));
    platform.apply(&directory).await;
    let person = Person { name: " chrisg@CONTOSO.example ", password: PASSWORD, ..CHRIS };
    let request = Authorize::by(WEB);
    let code = platform.browser().walk(&request, person).await.code();
    let redemption = request.redeem(&code).without("client_secret").basic(WEB.client_id, SECRET);
    let tokens = platform.tokens(&redemption).await;
    platform.tokens(&TokenRequest::refresh(WEB, &tokens.refresh_token).with("client_secret", SECRET)).await;
    // A secret that was there before stays good, so that it can be changed without a pause.
    platform.signed_in(WEB, person).await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_look_the_same() {
    // T43
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&Authorize::by(NATIVE)).await.page();
    let mut shown = Vec::new();
    for name in [CHRIS.name, "nobody@contoso.example"] {
        let mut page = page.clone();
        page.fill("username", name).fill("password", "wrong");
        let again = browser.press(&page, "sign-in").await.page();
        assert_eq!(again.value_of("username"), name);
        shown.push(again.answer.everything().replace(name, "NAME"));
    }
    assert_eq!(shown[0], shown[1]);
    // The right one still works on the page that was shown.
    assert!(browser.sign_in(page, CHRIS).await.page().has("accept"));
}

#[tokio::test]
async fn a_password_field_left_empty_is_said() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let mut page = browser.authorize(&Authorize::by(NATIVE)).await.page();
    page.fill("username", CHRIS.name);
    let again = browser.press(&page, "sign-in").await.page();
    assert_eq!(again.text_of("error").as_deref(), Some("Enter your user name and your password."));
}

#[tokio::test]
async fn each_tenant_signs_its_own_people_in() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    for (tenant, application, person) in [(FABRIKAM, FABRIKAM_NOTES, DANA), (CONTOSO, NATIVE, CHRIS)] {
        let request = Authorize::by(application).tenant(tenant.id);
        let code = browser.walk(&request, person).await.code();
        let tokens = platform.tokens(&request.redeem(&code)).await;
        let claims = platform.verified(&tokens.id_token).await;
        assert_eq!((&claims["tid"], &claims["oid"]), (&json!(tenant.id), &json!(person.id)));
    }
    // One browser, two sessions that know nothing of each other.
    assert_eq!(browser.cookies.all().iter().filter(|cookie| cookie.name.contains("session")).count(), 2);
    let mut browser = platform.browser();
    let page = browser.authorize(&Authorize::by(FABRIKAM_NOTES).tenant(FABRIKAM.id)).await.page();
    assert!(browser.sign_in(page, CHRIS).await.page().has("error"));
}
