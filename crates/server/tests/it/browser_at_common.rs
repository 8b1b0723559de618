//! What a browser can be made to do at an address that stands for several tenants.

use grantor_testkit::{
    Authorize, CASS, CAUTIOUS, KIM, NORTHWIND, OFFICE, Page, Person, TestPlatform, unverified_claims,
};

use crate::support::code_on;

fn common() -> Authorize {
    Authorize::by(OFFICE).tenant("common")
}

fn silently(person: Person) -> Authorize {
    common().with("prompt", "none").with("login_hint", person.name)
}

#[tokio::test]
async fn a_session_that_somebody_planted_is_worthless_once_the_person_signs_in() {
    // T10
    let platform = TestPlatform::with_permissions().await;
    let mut attacker = platform.browser();
    attacker.walk(&common(), KIM).await.code();
    let mut victim = attacker.clone();
    victim.walk(&common().with("prompt", "login"), KIM).await.code();
    assert_eq!(attacker.authorize(&silently(KIM)).await.error(), ("login_required".into(), 50058));
    victim.authorize(&silently(KIM)).await.code();
    // A sign-in in another tenant leaves this one's session alone, and the planted one gets nothing of it.
    let mut attacker = victim.clone();
    victim.walk(&common().with("prompt", "login"), CASS).await.code();
    assert_eq!(attacker.authorize(&silently(CASS)).await.error(), ("login_required".into(), 50058));
    victim.authorize(&silently(CASS)).await.code();
}

#[tokio::test]
async fn a_waiting_request_moves_to_the_persons_tenant_and_leaves_nothing_behind() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let before = browser.authorize(&common()).await.page();
    let consent = browser.sign_in(before.clone(), CASS).await.page();
    let handle = |page: &Page| page.address.rsplit('/').next().unwrap_or_default().to_owned();
    assert_ne!(handle(&before), handle(&consent));
    // The old address is used up, for its own browser and for others; the new one is this browser's.
    let again = browser.open(&before.address).await.page();
    assert_eq!(code_on(&again), "AADSTS50132");
    let mut other = platform.browser();
    for page in [&before, &consent] {
        let shown = code_on(&other.open(&page.address).await.page());
        assert!(["AADSTS50058", "AADSTS50132"].contains(&shown.as_str()), "{shown}");
    }
    let (form, pairs) = consent.pressed("accept");
    let answer = other.post(&form.action, &pairs).await;
    assert_eq!(code_on(&other.arrive(&form.action, answer).await.page()), "AADSTS50058");
    browser.press(&consent, "accept").await.code();
}

#[tokio::test]
async fn accounts_of_several_tenants_stand_side_by_side() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    browser.walk(&common(), KIM).await.code();
    browser.walk(&common().with("prompt", "login"), CASS).await.code();
    let request = common();
    let picker = browser.authorize(&request).await.page();
    for person in [KIM, CASS] {
        assert!(picker.has(&format!("pick-{}", person.id)), "{}", picker.text());
    }
    let code = browser.press(&picker, &format!("pick-{}", CASS.id)).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(unverified_claims(&tokens.id_token)["tid"], CAUTIOUS.id);
    // An account that is not signed in here cannot be picked, whatever the form says.
    let mut stranger = platform.browser();
    stranger.walk(&common(), KIM).await.code();
    let picker = stranger.authorize(&common().with("prompt", "select_account")).await.page();
    let (form, pairs) = picker.pressed(&format!("pick-{}", KIM.id));
    let forged: Vec<(String, String)> = pairs
        .into_iter()
        .map(|(name, value)| if name == "pick" { (name, CASS.id.to_owned()) } else { (name, value) })
        .collect();
    let answer = stranger.post(&form.action, &forged).await;
    assert!(stranger.arrive(&form.action, answer).await.page().has("sign-in"));
    // At one tenant's address the other's people are nobody.
    let here = Authorize::by(OFFICE).tenant(NORTHWIND.id).with("prompt", "none");
    browser.authorize(&here.clone().with("login_hint", KIM.name)).await.code();
    let error = browser.authorize(&here.with("login_hint", CASS.name)).await.error();
    assert_eq!(error, ("login_required".into(), 50058));
}

#[tokio::test]
async fn a_yes_counts_in_the_tenant_of_whoever_said_it() {
    // The same request in two windows of one browser: one person of each tenant.
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let request = common();
    let page = browser.authorize(&request).await.page();
    let as_kim = browser.sign_in(page, KIM).await.page();
    let page = browser.press(&as_kim, "switch").await.page();
    let as_cass = browser.sign_in(page, CASS).await.page();
    assert!(as_cass.text().contains(CASS.name), "{}", as_cass.text());
    // What was shown to Kim is no yes of anybody's any more.
    let shown = browser.press(&as_kim, "accept").await.page();
    assert!(!shown.has("accept") || shown.text().contains(CASS.name), "{}", shown.text());
    let code = browser.press(&as_cass, "accept").await.code();
    let claims = unverified_claims(&platform.tokens(&request.redeem(&code)).await.id_token);
    assert_eq!(claims["oid"], CASS.id);
    let kims = browser.authorize(&silently(KIM)).await.error();
    assert_eq!(kims, ("consent_required".into(), 65_001));
}
