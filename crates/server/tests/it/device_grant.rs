//! Programs that wait while their person signs in elsewhere (RFC 8628).

use std::sync::Arc;
use std::time::Duration;

use grantor_testkit::{
    Arrival, BOARD, CASS, CAUTIOUS, Device, DeviceRequest, KIM, LEE, NORTHWIND, OLD_TASKS, PARCELS, TASKS,
    TestPlatform, TokenRequest, unverified_claims,
};
use serde_json::json;

use crate::support::{code_on, northwind, numbers, refused};

async fn begun(platform: &TestPlatform) -> Device {
    DeviceRequest::by(TASKS).tenant(NORTHWIND.domain).begin(platform).await
}

#[tokio::test]
async fn a_person_says_yes_elsewhere_and_the_program_goes_on() {
    let platform = TestPlatform::with_permissions().await;
    let device = begun(&platform).await;
    assert_eq!((&device.body["expires_in"], &device.body["interval"]), (&json!(900), &json!(5)));
    assert_eq!(device.body["verification_uri"], "https://localhost:8443/device");
    let message = device.body["message"].as_str().unwrap();
    assert!(message.contains(&device.user_code) && message.contains("https://localhost:8443/device"), "{message}");
    refused(&platform.token(&device.redeem()).await, 70_016, "authorization_pending", "");

    let mut browser = platform.browser();
    let page = device.enter(&mut browser).await.page();
    let page = browser.sign_in(page, KIM).await.page();
    // Whose code it is, and a warning, before anything is allowed.
    assert!(page.has("device-warning") && page.text().contains("Tasks"), "{}", page.text());
    assert_eq!(page.text_of("user-code").as_deref(), Some(device.user_code.as_str()));
    assert!(page.text().contains(KIM.name));
    refused(&platform.token(&device.redeem()).await, 70_016, "authorization_pending", "");
    let page = browser.press(&page, "accept").await.page();
    assert!(page.text_of("permissions").unwrap_or_default().contains("User.Read"), "{}", page.text());
    let page = browser.press(&page, "accept").await.page();
    assert!(page.has("device-done"), "{}", page.text());

    let tokens = platform.tokens(&device.redeem()).await;
    assert_eq!(platform.verified(&tokens.id_token).await["oid"], KIM.id);
    let claims = unverified_claims(&tokens.access_token);
    assert_eq!((&claims["appid"], &claims["appidacr"]), (&json!(TASKS.client_id), &json!("0")));
    let renewed = platform.tokens(&TokenRequest::refresh(TASKS, &tokens.refresh_token).tenant(NORTHWIND.id)).await;
    assert_eq!(platform.call("/v1.0/me", &renewed.access_token).await.code(), 200);
    // It is good once.
    refused(&platform.token(&device.redeem()).await, 54_005, "invalid_grant", "");
}

#[tokio::test]
async fn both_names_of_the_grant_and_of_the_code_are_taken() {
    let platform = TestPlatform::with_permissions().await;
    for (grant, parameter) in [("device_code", "device_code"), ("urn:ietf:params:oauth:grant-type:device_code", "code")]
    {
        let device = begun(&platform).await;
        device.approve(&mut platform.browser(), KIM).await;
        let request = device.redeem().without("device_code").with("grant_type", grant);
        platform.tokens(&request.with(parameter, &device.device_code)).await;
    }
}

#[tokio::test]
async fn a_no_reaches_the_program() {
    let platform = TestPlatform::with_permissions().await;
    // On the page that asks whether it is one's own; and on the one that asks what is allowed.
    for first in [true, false] {
        let device = begun(&platform).await;
        let mut browser = platform.browser();
        let page = device.enter(&mut browser).await.page();
        let mut page = browser.sign_in(page, KIM).await.page();
        if !first {
            page = browser.press(&page, "accept").await.page();
        }
        let page = browser.press(&page, "deny").await.page();
        assert!(page.has("device-declined"), "{}", page.text());
        refused(&platform.token(&device.redeem()).await, 70_018, "authorization_declined", "");
        // The code is used up.
        let again = device.enter(&mut browser).await.page();
        let said = again.text_of("error").unwrap_or_default();
        assert!(said.starts_with("That code was used already."), "{said}");
    }
}

#[tokio::test]
async fn a_code_ends_after_fifteen_minutes_for_both() {
    let platform = TestPlatform::with_permissions().await;
    let (device, approved) = (begun(&platform).await, begun(&platform).await);
    let mut browser = platform.browser();
    let waiting = {
        let page = device.enter(&mut browser).await.page();
        browser.sign_in(page, KIM).await.page()
    };
    approved.approve(&mut browser, KIM).await;
    platform.advance(Duration::from_secs(15 * 60 - 1));
    refused(&platform.token(&device.redeem()).await, 70_016, "authorization_pending", "");
    platform.advance(Duration::from_secs(1));
    for late in [&device, &approved] {
        refused(&platform.token(&late.redeem()).await, 70_020, "expired_token", "");
    }
    let page = device.enter(&mut browser).await.page();
    assert!(page.text_of("error").unwrap_or_default().starts_with("That code has expired."), "{}", page.text());
    assert_eq!(code_on(&browser.press(&waiting, "accept").await.page()), "AADSTS70019");
}

#[tokio::test]
async fn a_code_that_nobody_shows_is_not_right() {
    let platform = TestPlatform::with_permissions().await;
    let device = begun(&platform).await;
    let mut browser = platform.browser();
    let blank = browser.open("/device").await.page();
    for wrong in ["", "x", "BCDF-GHJK", "../../x", "<script>alert(1)</script>"] {
        let mut page = blank.clone();
        page.fill("user-code", wrong);
        let page = browser.press(&page, "continue").await.page();
        let (sentence, code) = match wrong {
            "" => ("Type the code that your device shows.", "AADSTS90121"),
            _ => ("That code is not right.", "AADSTS90119"),
        };
        assert!(page.text_of("error").unwrap_or_default().starts_with(sentence), "{wrong}");
        assert_eq!(code_on(&page), code, "{wrong}");
        assert!(!page.answer.text().contains("<script>alert"));
    }
    // As people type: in small letters, with and without the sign in between.
    let mut page = blank.clone();
    page.fill("user-code", &device.user_code.to_lowercase().replace('-', " "));
    assert!(browser.press(&page, "continue").await.page().has("sign-in"));
    // The address of the older endpoints is the same page.
    for address in ["/common/oauth2/deviceauth", "/devicelogin"] {
        assert!(browser.open(address).await.page().has("user-code"), "{address}");
    }
    let filled = browser.open(&format!("/device?user_code={}", device.user_code)).await.page();
    assert_eq!(filled.value_of("user-code"), device.user_code);
    let filled = browser.open("/device?user_code=%22%3E%3Cscript%3E").await.page();
    assert_eq!(filled.value_of("user-code"), "");
}

#[tokio::test]
async fn guessing_codes_is_slowed_down() {
    // T21
    let platform = TestPlatform::with_permissions().await;
    let device = begun(&platform).await;
    let mut browser = platform.browser();
    let mut page = browser.open("/device").await.page();
    page.fill("user-code", "BCDF-GHJK");
    let (form, pairs) = page.pressed("continue");
    for _ in 0..6000 {
        browser.post(&form.action, &pairs).await;
    }
    let page = device.enter(&mut browser).await.page();
    assert!(page.text_of("error").unwrap_or_default().starts_with("Too many attempts."), "{}", page.text());
    platform.advance(Duration::from_mins(1));
    assert!(device.enter(&mut browser).await.page().has("sign-in"));
}

#[tokio::test]
async fn forms_of_other_browsers_and_sites_approve_nothing() {
    // T21
    let platform = TestPlatform::with_permissions().await;
    let device = begun(&platform).await;
    let (mut browser, mut attacker) = (platform.browser(), platform.browser());
    let page = browser.open("/device").await.page();
    let mut foreign = attacker.open("/device").await.page();
    foreign.fill("user-code", &device.user_code);
    let (form, pairs) = foreign.pressed("continue");
    let answer = browser.post(&form.action, &pairs).await;
    let shown = browser.arrive(&form.action, answer).await.page();
    assert!(shown.text_of("error").unwrap_or_default().starts_with("This page was open for too long."));
    let mut page = page;
    page.fill("user-code", &device.user_code);
    let page = browser.press(&page, "continue").await.page();
    let page = browser.sign_in(page, KIM).await.page();
    // The attacker opens the page that asks, or sends its form: from another browser, and from another site.
    assert_eq!(code_on(&attacker.open(&page.address).await.page()), "AADSTS50058");
    let (form, pairs) = page.pressed("accept");
    let answer = attacker.post(&form.action, &pairs).await;
    assert_eq!(code_on(&attacker.arrive(&form.action, answer).await.page()), "AADSTS50058");
    let answer = browser.post_with(&form.action, &pairs, &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(answer.code(), 400);
    let unmarked: Vec<_> = pairs.iter().filter(|(name, _)| name != "csrf").cloned().collect();
    assert_eq!(browser.post(&form.action, &unmarked).await.code(), 400);
    refused(&platform.token(&device.redeem()).await, 70_016, "authorization_pending", "");
}

#[tokio::test]
async fn who_is_signed_in_already_is_still_asked_whether_it_is_theirs() {
    // T21
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    browser.walk(&northwind(TASKS), KIM).await.code();
    let device = begun(&platform).await;
    // Everything is allowed and the person is known: to type the code is not yet a yes.
    let page = device.enter(&mut browser).await.page();
    assert!(page.has("device-warning"), "{}", page.text());
    refused(&platform.token(&device.redeem()).await, 70_016, "authorization_pending", "");
    let page = browser.press(&page, "accept").await.page();
    assert!(page.has("device-done"));
    platform.tokens(&device.redeem()).await;
}

#[tokio::test]
async fn only_the_program_that_asked_gets_the_tokens() {
    let platform = TestPlatform::with_permissions().await;
    let device = begun(&platform).await;
    device.approve(&mut platform.browser(), KIM).await;
    let other = TokenRequest::by(grantor_testkit::CLUB, "device_code").tenant(NORTHWIND.id);
    refused(
        &platform.token(&other.with("device_code", &device.device_code)).await,
        70_018,
        "bad_verification_code",
        "",
    );
    let nothing = device.redeem().with("device_code", "gd1.nothing");
    refused(&platform.token(&nothing).await, 70_018, "bad_verification_code", "");
    let elsewhere = device.redeem().tenant(CAUTIOUS.id);
    assert_eq!(numbers(&platform.token(&elsewhere).await), [700_016]);
    refused(&platform.token(&device.redeem().without("device_code")).await, 900_144, "invalid_request", "");
    platform.tokens(&device.redeem()).await;
}

#[tokio::test]
async fn at_an_address_for_several_tenants_the_persons_own_counts() {
    let platform = TestPlatform::with_permissions().await;
    for word in ["common", "organizations"] {
        let device = DeviceRequest::by(PARCELS).tenant(word).begin(&platform).await;
        device.approve(&mut platform.browser(), CASS).await;
        let tokens = platform.tokens(&device.redeem()).await;
        assert_eq!(unverified_claims(&tokens.access_token)["tid"], CAUTIOUS.id);
    }
    refused(&DeviceRequest::by(TASKS).tenant("common").send(&platform).await, 50_194, "invalid_request", "");
}

#[tokio::test]
async fn what_cannot_be_begun_is_said_at_once() {
    let platform = TestPlatform::with_permissions().await;
    let by = |application| DeviceRequest::by(application).tenant(NORTHWIND.domain);
    refused(&by(OLD_TASKS).send(&platform).await, 7_000_112, "unauthorized_client", "");
    refused(&by(TASKS).scope("Nothing.Read").send(&platform).await, 70_011, "invalid_scope", "");
    refused(&by(TASKS).scope("api://nothing/x").send(&platform).await, 500_011, "invalid_resource", "");
    refused(&by(TASKS).with("client_id", "x").send(&platform).await, 700_016, "unauthorized_client", "");
    refused(&by(TASKS).scope("").send(&platform).await, 900_144, "invalid_request", "");
    let target = "/northwind.example/oauth2/v2.0/devicecode?client_id=x";
    refused(&platform.get(target, &[]).await, 900_561, "invalid_request", "");
}

#[tokio::test]
async fn a_web_app_proves_itself_when_it_redeems() {
    let platform = TestPlatform::with_permissions().await;
    let device = DeviceRequest::by(BOARD).tenant(NORTHWIND.domain).begin(&platform).await;
    device.approve(&mut platform.browser(), LEE).await;
    refused(&platform.token(&device.redeem().without("client_secret")).await, 7_000_218, "invalid_client", "");
    platform.tokens(&device.redeem()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_redemptions_at_once_one_succeeds() {
    let platform = Arc::new(TestPlatform::with_permissions().await);
    let device = begun(&platform).await;
    device.approve(&mut platform.browser(), KIM).await;
    let tasks: Vec<_> = (0..40)
        .map(|_| {
            let (platform, request) = (Arc::clone(&platform), device.redeem());
            tokio::spawn(async move { platform.token(&request).await })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        let answer = task.await.unwrap();
        if answer.code() == 200 { won += 1 } else { refused(&answer, 54_005, "invalid_grant", "") }
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn of_two_people_who_answer_one_code_the_first_counts() {
    let platform = TestPlatform::with_permissions().await;
    let device = begun(&platform).await;
    let (mut kim, mut lee) = (platform.browser(), platform.browser());
    let page = device.enter(&mut kim).await.page();
    let kims = kim.sign_in(page, KIM).await.page();
    let page = device.enter(&mut lee).await.page();
    let lees = lee.sign_in(page, LEE).await.page();
    let page = lee.press(&lees, "accept").await.page();
    assert!(lee.go_on(Arrival::Page(page), LEE).await.page().has("device-done"));
    assert_eq!(code_on(&kim.press(&kims, "accept").await.page()), "AADSTS90120");
    assert_eq!(platform.verified(&platform.tokens(&device.redeem()).await.id_token).await["oid"], LEE.id);
}
