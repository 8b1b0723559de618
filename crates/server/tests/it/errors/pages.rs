//! Codes that the person sees, and no application.

use std::time::Duration;

use grantor_protocol::ClientId;
use grantor_rules::directory::Removal;
use grantor_testkit::{
    Authorize, CASS, CAUTIOUS, CLUB, DAEMON, DeviceRequest, FABRIKAM_NOTES, KIM, LEE, NATIVE, NORTHWIND, OLD_TASKS,
    PARCELS, PARCELS_API, SASHA, STRICT, TASKS, TestPlatform,
};

use super::seen::Seen;
use crate::support::northwind;

pub async fn until_the_app_is_proven(seen: &mut Seen) {
    let platform = TestPlatform::with_permissions().await;
    let rows = [
        northwind(TASKS).tenant("nowhere.example"),
        northwind(TASKS).tenant("nowhere"),
        northwind(TASKS).tenant("common"),
        northwind(TASKS).without("client_id"),
        northwind(TASKS).v1("x").without("client_id"),
        northwind(TASKS).again("client_id", "x"),
        northwind(TASKS).with("client_id", &"x".repeat(20_000)),
        northwind(TASKS).with("client_id", "unknown"),
        northwind(TASKS).with("redirect_uri", "https://evil.example"),
        northwind(OLD_TASKS),
        Authorize::by(DAEMON),
        Authorize::by(NATIVE).without("redirect_uri"),
    ];
    for request in rows {
        seen.authorize(&platform, &request).await;
    }
    seen.arrival(platform.browser().open("/oauth2/v2.0/authorize").await);
}

pub async fn about_personal_accounts(seen: &mut Seen) {
    let platform = TestPlatform::start().await;
    seen.authorize(&platform, &Authorize::by(FABRIKAM_NOTES).tenant("consumers").v1("x")).await;
}

pub async fn about_people(seen: &mut Seen) {
    let platform = TestPlatform::with_permissions().await;
    seen.signed_in(&platform, &northwind(TASKS), CASS).await;
    seen.signed_in(&platform, &northwind(CLUB), LEE).await;
    seen.signed_in(&platform, &northwind(TASKS).scope("api://tasks/Tasks.Purge"), LEE).await;
    seen.signed_in(&platform, &Authorize::by(PARCELS).tenant(STRICT.id), SASHA).await;

    // An API that an administrator took out again.
    let track = Authorize::by(PARCELS).tenant(CAUTIOUS.id).scope("openid api://parcels/Parcels.Track");
    let mut cass = platform.browser();
    cass.walk(&track, CASS).await.code();
    platform.remove(CAUTIOUS, Removal::ServicePrincipal(ClientId::parse(PARCELS_API).expect("a client id"))).await;
    seen.arrival(cass.authorize(&track).await);

    let mut browser = platform.browser();
    let waiting = browser.authorize(&northwind(TASKS)).await.page();
    seen.arrival(platform.browser().open(&waiting.address).await);
    let consent = browser.sign_in(waiting, KIM).await.page();
    let (form, pairs) = consent.pressed("accept");
    let answer = browser.post_with(&form.action, &pairs, &[("sec-fetch-site", "cross-site")]).await;
    seen.arrival(browser.arrive(&form.action, answer).await);
    // Switched off by something that ends no session, while the page waits.
    platform.change_user(NORTHWIND, KIM, |kim| kim.account_enabled = false).await;
    seen.arrival(browser.press(&consent, "accept").await);
    platform.advance(Duration::from_hours(1));
    seen.arrival(browser.open(&consent.address).await);
}

pub async fn about_devices(seen: &mut Seen) {
    let platform = TestPlatform::with_permissions().await;
    let asked = DeviceRequest::by(TASKS).tenant(NORTHWIND.id);
    let mut browser = platform.browser();
    browser.walk(&northwind(TASKS), KIM).await.code();
    let answered = asked.begin(&platform).await;
    let page = answered.enter(&mut browser).await.page();
    answered.approve(&mut platform.browser(), LEE).await;
    seen.arrival(browser.press(&page, "accept").await);

    for typed in ["", "BCDF-GHJK", &answered.user_code] {
        let mut page = browser.open("/device").await.page();
        page.fill("user-code", typed);
        seen.arrival(browser.press(&page, "continue").await);
    }

    let late = asked.begin(&platform).await;
    let page = late.enter(&mut browser).await.page();
    platform.advance(Duration::from_mins(15));
    seen.arrival(browser.press(&page, "accept").await);
    seen.arrival(late.enter(&mut browser).await);
}
