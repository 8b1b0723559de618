//! Taking back what was allowed: by oneself, by an administrator for everyone; it holds from the next token on.

use grantor_dialects::form::encode_component;
use grantor_testkit::{Browser, CARELESS, KIM, LEE, NORTHWIND, NORTHWIND_ADMIN, Page, Person, TASKS, TestPlatform};

use crate::support::{bought, northwind, refused, renewal};

const SCOPE: &str = "openid profile offline_access api://tasks/Tasks.Read";

async fn own_page(platform: &TestPlatform, person: Person) -> (Browser<'_>, Page) {
    let mut browser = platform.browser();
    let page = browser.open("/account").await.page();
    let page = browser.sign_in(page, person).await.page();
    assert_eq!(page.address, format!("/account/{}/{}", NORTHWIND.id, person.id));
    (browser, page)
}

fn withdraw() -> String {
    format!("withdraw-{}", TASKS.client_id)
}

#[tokio::test]
async fn what_a_person_takes_back_is_in_no_new_token() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS).scope(SCOPE);
    let (kims, lees) = (bought(&platform, &request, KIM).await, bought(&platform, &request, LEE).await);
    let (mut browser, page) = own_page(&platform, KIM).await;
    assert!(page.text().contains("Tasks") && page.text().contains("See your tasks"), "{}", page.text());
    let page = browser.press(&page, &withdraw()).await.page();
    // Thinking twice changes nothing.
    let back = browser.press(&page, "deny").await.page();
    assert!(back.has(&format!("app-{}", TASKS.client_id)));
    let done = browser.press(&page, "withdraw-confirm").await.page();
    assert!(done.text().contains("Tasks was withdrawn.") && !done.has(&format!("app-{}", TASKS.client_id)));

    refused(&platform.token(&renewal(&request, &kims)).await, 65_001, "invalid_grant", "consent_required");
    platform.tokens(&renewal(&request, &lees)).await;
    // The next sign-in asks again; then it goes on.
    let page = browser.authorize(&request).await.page();
    assert!(page.text_of("permissions").unwrap_or_default().contains("Tasks.Read"), "{}", page.text());
    let code = browser.press(&page, "accept").await.code();
    platform.tokens(&request.redeem(&code)).await;
}

#[tokio::test]
async fn a_code_that_was_issued_before_buys_nothing_after() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS).scope(SCOPE);
    let code = platform.browser().walk(&request, KIM).await.code();
    let (mut browser, page) = own_page(&platform, KIM).await;
    let page = browser.press(&page, &withdraw()).await.page();
    browser.press(&page, "withdraw-confirm").await.page();
    refused(&platform.token(&request.redeem(&code)).await, 65_001, "invalid_grant", "consent_required");
}

#[tokio::test]
async fn what_is_allowed_for_everyone_only_an_administrator_takes_back() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS).scope(SCOPE);
    let mut admin = platform.browser();
    let page = admin.authorize(&request).await.page();
    let mut page = admin.sign_in(page, NORTHWIND_ADMIN).await.page();
    page.tick("consent-for-organization");
    admin.press(&page, "accept").await.code();
    let lees = bought(&platform, &request, LEE).await;

    let (mut lee, page) = own_page(&platform, LEE).await;
    assert!(page.has(&format!("for-everyone-{}", TASKS.client_id)), "{}", page.text());
    assert!(!page.answer.text().contains("name=\"withdraw\""));
    // A form of one's own making, with the page's mark, does not reach what is for everyone.
    let mark = page_mark(&mut lee).await;
    let address = format!("/account/{}/{}", NORTHWIND.id, LEE.id);
    let pairs = [("csrf", mark.as_str()), ("withdraw", TASKS.client_id), ("decision", "accept")];
    let pairs: Vec<(String, String)> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    lee.post(&address, &pairs).await;
    let lees = platform.tokens(&renewal(&request, &lees)).await;

    let page = admin.open(&format!("/account/{}/{}/requests", NORTHWIND.id, NORTHWIND_ADMIN.id)).await.page();
    let page = admin.press(&page, &withdraw()).await.page();
    assert!(page.text().contains("For everyone in Northwind"), "{}", page.text());
    admin.press(&page, "withdraw-confirm").await.page();
    refused(&platform.token(&renewal(&request, &lees)).await, 65_001, "invalid_grant", "consent_required");
}

/// The mark that Lee's own page bears, from a page that has a form: one with an app of Lee's own.
async fn page_mark(lee: &mut Browser<'_>) -> String {
    lee.walk(&northwind(grantor_testkit::CARELESS), LEE).await.code();
    let page = lee.open(&format!("/account/{}/{}", NORTHWIND.id, LEE.id)).await.page();
    let (_, pairs) = page.pressed(&format!("withdraw-{}", CARELESS.client_id));
    pairs.into_iter().find(|(name, _)| name == "csrf").expect("the form is marked").1
}

#[tokio::test]
async fn ones_own_page_is_nobody_elses() {
    // T34
    let platform = TestPlatform::with_permissions().await;
    bought(&platform, &northwind(TASKS).scope(SCOPE), KIM).await;
    let address = format!("/account/{}/{}", NORTHWIND.id, KIM.id);
    let page = platform.browser().open(&address).await.page();
    assert!(page.has("sign-in"));
    let (mut lee, _) = own_page(&platform, LEE).await;
    let page = lee.open(&address).await.page();
    assert!(!page.text().contains("Kim"), "{}", page.text());
    let (mut kim, page) = own_page(&platform, KIM).await;
    let (form, pairs) = page.pressed(&withdraw());
    // Another browser, the same form; another site, the same browser.
    let answer = lee.post(&form.action, &pairs).await;
    assert_ne!(answer.code(), 200);
    let answer = kim.post_with(&form.action, &pairs, &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(answer.code(), 400);
}

#[tokio::test]
async fn an_address_that_names_nobody_lists_nothing() {
    // T34: what is missing means nobody, and never everybody.
    let platform = TestPlatform::with_permissions().await;
    bought(&platform, &northwind(TASKS).scope(SCOPE), KIM).await;
    bought(&platform, &northwind(CARELESS).scope("openid User.Read"), LEE).await;
    let (mut lee, _) = own_page(&platform, LEE).await;
    let parts = ["", " ", "*", "%", "%00", "null", "0", "_", "..", NORTHWIND.id, NORTHWIND.domain, KIM.id, LEE.id];
    let mut own = 0;
    for tenant in parts {
        for user in parts {
            for rest in ["", "/requests", "?user=", "?filter="] {
                let (tenant, user) = (encode_component(tenant), encode_component(user));
                let target = format!("/account/{tenant}/{user}{rest}");
                let answer = lee.request("GET", &target, &[("sec-fetch-site", "none")], String::new()).await;
                assert!(!answer.everything().contains("Kim"), "{target}");
                assert!(!answer.everything().contains(TASKS.client_id), "{target}: of Kim's alone");
                own += usize::from(answer.everything().contains(&format!("withdraw-{}", CARELESS.client_id)));
            }
        }
    }
    assert!(own > 0, "their own page is among them");
}
