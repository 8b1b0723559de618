//! "Ask an administrator": the wish, the answer, and what has changed afterwards.

use grantor_testkit::{
    Authorize, Browser, PARCELS, PARCELS_API, Page, Person, SASHA, STRICT, STRICT_ADMIN, TestPlatform,
};

use crate::support::{code_on, is_in};

fn request() -> Authorize {
    Authorize::by(PARCELS).tenant(STRICT.id).scope("openid profile offline_access api://parcels/Parcels.Track")
}

fn address(person: Person) -> String {
    format!("/account/{}/{}/requests", STRICT.id, person.id)
}

/// The page of requests, for somebody who signs in on the way.
async fn requests(platform: &TestPlatform, person: Person) -> (Browser<'_>, Page) {
    let mut browser = platform.browser();
    let page = browser.open(&address(person)).await.page();
    let page = browser.sign_in(page, person).await.page();
    (browser, page)
}

/// Sasha asks, and says why.
async fn wished(browser: &mut Browser<'_>, reason: &str) -> Page {
    let page = browser.authorize(&request()).await.page();
    let mut page = if page.has("sign-in") { browser.sign_in(page, SASHA).await.page() } else { page };
    page.fill("reason", reason);
    let sent = browser.press(&page, "ask-administrator").await.page();
    assert!(sent.has("request-sent"), "{}", sent.text());
    sent
}

/// The id of the only button that begins so.
fn button(page: &Page, beginning: &str) -> String {
    let buttons = page.forms.iter().flat_map(|form| &form.buttons).map(|button| button.id.clone());
    let found: Vec<String> = buttons.filter(|id| id.starts_with(beginning)).collect();
    assert_eq!(found.len(), 1, "{beginning}: {}", page.text());
    found[0].clone()
}

#[tokio::test]
async fn a_wish_that_is_granted_lets_everybody_in() {
    let platform = TestPlatform::with_permissions().await;
    let mut sasha = platform.browser();
    wished(&mut sasha, "My parcels <b>never</b> arrive.").await;
    let (mut admin, page) = requests(&platform, STRICT_ADMIN).await;
    let text = page.text();
    for words in ["Parcels", "Sasha", SASHA.name, "My parcels <b>never</b> arrive.", "Parcels.Track"] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let done = admin.press(&page, &button(&page, "approve-")).await.page();
    assert!(done.text().contains("Parcels is allowed for everyone now."), "{}", done.text());
    assert!(done.text().contains("No request is waiting."));
    for client_id in [PARCELS.client_id, PARCELS_API] {
        assert!(is_in(&platform, STRICT, client_id).await, "{client_id}");
    }
    // Sasha comes again and goes through.
    let again = request();
    let code = sasha.authorize(&again).await.code();
    platform.tokens(&again.redeem(&code)).await;
    // A second yes, in a window that is still open, changes nothing and is no error.
    let page = admin.press(&page, &button(&page, "approve-")).await.page();
    assert_eq!(page.answer.code(), 200);
}

#[tokio::test]
async fn a_wish_that_is_refused_changes_nothing() {
    let platform = TestPlatform::with_permissions().await;
    let mut sasha = platform.browser();
    let sent = wished(&mut sasha, "").await;
    let (mut admin, page) = requests(&platform, STRICT_ADMIN).await;
    assert!(page.text().contains("They gave no reason."), "{}", page.text());
    let done = admin.press(&page, &button(&page, "reject-")).await.page();
    assert!(done.text().contains("The request for Parcels was refused."), "{}", done.text());
    assert!(!is_in(&platform, STRICT, PARCELS.client_id).await);
    assert_eq!(code_on(&sasha.authorize(&request()).await.page()), "AADSTS90095");
    // From the page that said "sent" the way back is a no.
    assert_eq!(sasha.press(&sent, "deny").await.error(), ("access_denied".into(), 65_004));
}

#[tokio::test]
async fn a_wish_again_is_the_same_wish() {
    let platform = TestPlatform::with_permissions().await;
    let mut sasha = platform.browser();
    wished(&mut sasha, "first").await;
    wished(&mut sasha, "second").await;
    let (_, page) = requests(&platform, STRICT_ADMIN).await;
    button(&page, "approve-");
    assert!(page.text().contains("second") && !page.text().contains("first"), "{}", page.text());
}

#[tokio::test]
async fn only_administrators_see_and_answer_wishes() {
    let platform = TestPlatform::with_permissions().await;
    let mut sasha = platform.browser();
    wished(&mut sasha, "please").await;
    let page = sasha.open(&address(SASHA)).await.page();
    assert_eq!(code_on(&page), "AADSTS90094");
    // The administrator's page is not Sasha's, and the administrator's form works in no other browser.
    let page = sasha.open(&address(STRICT_ADMIN)).await.page();
    assert!(!page.text().contains("please"), "{}", page.text());
    let (_, page) = requests(&platform, STRICT_ADMIN).await;
    let approve = button(&page, "approve-");
    let (form, pairs) = page.pressed(&approve);
    let answer = sasha.post(&form.action, &pairs).await;
    assert_ne!(answer.code(), 200);
    assert!(!is_in(&platform, STRICT, PARCELS.client_id).await);
    let (own, pairs) = (address(SASHA), pairs);
    let answer = sasha.post(&own, &pairs).await;
    assert_eq!(code_on(&sasha.arrive(&own, answer).await.page()), "AADSTS90013");
}

#[tokio::test]
async fn a_reason_that_is_too_long_is_no_wish() {
    let platform = TestPlatform::with_permissions().await;
    let mut sasha = platform.browser();
    let page = sasha.authorize(&request()).await.page();
    let mut page = sasha.sign_in(page, SASHA).await.page();
    page.fill("reason", &"x".repeat(501));
    assert_eq!(code_on(&sasha.press(&page, "ask-administrator").await.page()), "AADSTS90013");
    let (_, page) = requests(&platform, STRICT_ADMIN).await;
    assert!(page.text().contains("No request is waiting."));
}
