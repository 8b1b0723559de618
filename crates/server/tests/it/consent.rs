//! What people allow, what administrators allow for everyone, and what may be asked of whom.

use grantor_testkit::{
    Authorize, BOARD, CASS, CAUTIOUS, CAUTIOUS_ADMIN, KIM, LEE, NORTHWIND, NORTHWIND_ADMIN, OFFICE, PARCELS,
    PARCELS_API, Page, SASHA, STRICT, SYNC, TASKS, TASKS_API, TASKS_SPA, TestPlatform, TokenRequest, unverified_claims,
};
use serde_json::json;

use crate::support::{bought, code_on, is_in, northwind, refused};

const TASKS_READ: &str = "openid profile offline_access api://tasks/Tasks.Read";

/// The words of a page's list of permissions.
#[track_caller]
fn asked(page: &Page) -> String {
    page.text_of("permissions").unwrap_or_else(|| panic!("no list on {}: {}", page.address, page.text()))
}

#[tokio::test]
async fn the_page_says_whose_app_it_is_what_it_wants_and_how_much_that_is() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let request = northwind(BOARD).scope("openid api://tasks/Tasks.Write User.Read");
    let page = browser.authorize(&request).await.page();
    let page = browser.sign_in(page, KIM).await.page();
    assert!(page.text().contains("Tasks on the web") && page.text().contains("northwind.example"), "{}", page.text());
    let list = asked(&page);
    for words in ["Change tasks", "Tasks API · Tasks.Write", "Medium risk", "See your profile", "Low risk"] {
        assert!(list.contains(words), "{words} in {list}");
    }
    let text = page.answer.text();
    assert!(text.contains("https://northwind.example/privacy") && text.contains("https://northwind.example/terms"));
    assert!(!page.has("consent-for-organization"), "Kim is no administrator");
}

#[tokio::test]
async fn an_app_of_another_organization_says_so() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&Authorize::by(PARCELS).tenant(CAUTIOUS.id)).await.page();
    let page = browser.sign_in(page, CASS).await.page();
    assert!(page.text().contains("northwind.example"), "{}", page.text());
}

#[tokio::test]
async fn what_one_person_allows_another_is_still_asked() {
    let platform = TestPlatform::with_permissions().await;
    bought(&platform, &northwind(TASKS).scope(TASKS_READ), KIM).await;
    let mut browser = platform.browser();
    let page = browser.authorize(&northwind(TASKS).scope(TASKS_READ)).await.page();
    assert!(asked(&browser.sign_in(page, LEE).await.page()).contains("Tasks.Read"));
}

#[tokio::test]
async fn an_administrators_yes_for_everyone_is_everybodys() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS).scope(TASKS_READ);
    let mut browser = platform.browser();
    let page = browser.authorize(&request).await.page();
    let mut page = browser.sign_in(page, NORTHWIND_ADMIN).await.page();
    page.tick("consent-for-organization");
    browser.press(&page, "accept").await.code();
    let mut lee = platform.browser();
    let page = lee.authorize(&request).await.page();
    lee.sign_in(page, LEE).await.code();
    // For what was not on that page they are asked as ever.
    let more = lee.authorize(&northwind(TASKS).scope("api://tasks/Tasks.Write")).await.page();
    assert!(asked(&more).contains("Tasks.Write") && !asked(&more).contains("Tasks.Read"));
}

#[tokio::test]
async fn without_the_tick_an_administrators_yes_is_their_own() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS).scope("openid api://tasks/Tasks.Purge");
    bought(&platform, &request, NORTHWIND_ADMIN).await;
    let mut lee = platform.browser();
    let page = lee.authorize(&request).await.page();
    let page = lee.sign_in(page, LEE).await.page();
    assert_eq!(code_on(&page), "AADSTS90094");
    assert!(!page.has("ask-administrator"), "Northwind takes no requests");
    // They may go back, or come back as somebody else.
    let page = lee.press(&page, "switch").await.page();
    lee.go_on(grantor_testkit::Arrival::Page(page), NORTHWIND_ADMIN).await.code();
}

#[tokio::test]
async fn nobody_but_an_administrator_can_say_yes_for_everyone() {
    // The box is not on the page; a form that says so all the same is not ours.
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&northwind(TASKS).scope(TASKS_READ)).await.page();
    let page = browser.sign_in(page, KIM).await.page();
    let (form, mut pairs) = page.pressed("accept");
    pairs.push(("consent-for-organization".to_owned(), "1".to_owned()));
    let answer = browser.post(&form.action, &pairs).await;
    let refused = browser.arrive(&form.action, answer).await.page();
    assert!(refused.text().contains("The form that was sent is not the one that was shown."), "{}", refused.text());
    let mut lee = platform.browser();
    let page = lee.authorize(&northwind(TASKS).scope(TASKS_READ)).await.page();
    assert!(lee.sign_in(page, LEE).await.page().has("accept"));
}

#[tokio::test]
async fn everything_by_one_word_asks_for_the_api_behind_too() {
    // The Tasks API names this app as one that it asks together with: one yes for both, and it can act on at once.
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let request = northwind(TASKS).scope("openid offline_access api://tasks/.default");
    let page = browser.authorize(&request).await.page();
    let page = browser.sign_in(page, KIM).await.page();
    let list = asked(&page);
    for words in ["Tasks.Read", "user_impersonation", "User.Read"] {
        assert!(list.contains(words), "{words} in {list}");
    }
    let code = browser.press(&page, "accept").await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(unverified_claims(&tokens.access_token)["scp"], "Tasks.Read");
    let on = TokenRequest::by(TASKS_API, "urn:ietf:params:oauth:grant-type:jwt-bearer")
        .tenant(NORTHWIND.id)
        .with("requested_token_use", "on_behalf_of")
        .with("assertion", &tokens.access_token)
        .with("scope", "https://graph.microsoft.com/User.Read");
    let further = platform.tokens(&on).await;
    assert_eq!(platform.call("/v1.0/me", &further.access_token).await.json()["id"], KIM.id);
}

#[tokio::test]
async fn what_an_api_has_authorized_ahead_nobody_is_asked_for() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let request = northwind(BOARD).scope("openid api://tasks/Tasks.Read");
    let page = browser.authorize(&request).await.page();
    let page = browser.sign_in(page, KIM).await.page();
    assert!(!asked(&page).contains("Tasks.Read"), "{}", asked(&page));
    let code = browser.press(&page, "accept").await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(unverified_claims(&tokens.access_token)["scp"], "Tasks.Read");
    // Another app has to ask, and this one for another permission.
    let page = browser.authorize(&northwind(TASKS_SPA).scope("openid api://tasks/Tasks.Read")).await.page();
    assert!(asked(&page).contains("Tasks.Read"));
    let page = browser.authorize(&northwind(BOARD).scope("openid api://tasks/Tasks.Write")).await.page();
    assert!(asked(&page).contains("Tasks.Write"));
}

#[tokio::test]
async fn what_its_api_switched_off_cannot_be_asked_for() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&northwind(TASKS).scope("openid api://tasks/Tasks.Old")).await.page();
    assert_eq!(browser.sign_in(page, KIM).await.error(), ("invalid_scope".into(), 70_011));
}

#[tokio::test]
async fn a_careful_tenant_lets_people_allow_what_is_of_low_risk() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let low = Authorize::by(PARCELS).tenant(CAUTIOUS.id).scope("openid api://parcels/Parcels.Track");
    browser.walk(&low, CASS).await.code();
    let more = Authorize::by(PARCELS).tenant(CAUTIOUS.id).scope("openid api://parcels/Parcels.Send");
    let page = browser.authorize(&more).await.page();
    assert_eq!(code_on(&page), "AADSTS90094");
    assert!(page.text().contains("only what is of low risk"), "{}", page.text());
    let silent = more.clone().with("prompt", "none");
    assert_eq!(browser.authorize(&silent).await.error(), ("consent_required".into(), 65_001));
    // Going back is a no.
    assert_eq!(browser.press(&page, "deny").await.error(), ("access_denied".into(), 65_004));
    let mut browser = platform.browser();
    browser.walk(&more, CAUTIOUS_ADMIN).await.code();
}

#[tokio::test]
async fn where_people_may_allow_nothing_they_are_told_so() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&Authorize::by(PARCELS).tenant(STRICT.id)).await.page();
    let page = browser.sign_in(page, SASHA).await.page();
    assert_eq!(code_on(&page), "AADSTS90095");
    assert!(page.has("ask-administrator") && page.text().contains("only administrators"), "{}", page.text());
    assert!(!is_in(&platform, STRICT, PARCELS.client_id).await);
}

fn admin_consent(dialect: &str, tenant: &str, client_id: &str, redirect_uri: &str, more: &str) -> String {
    let redirect_uri = grantor_dialects::form::encode_component(redirect_uri);
    format!("/{tenant}{dialect}/adminconsent?client_id={client_id}&redirect_uri={redirect_uri}&state=xyz{more}")
}

#[tokio::test]
async fn an_administrator_is_asked_for_everyone_at_an_address_of_its_own() {
    let platform = TestPlatform::with_permissions().await;
    let target = admin_consent(
        "/v2.0",
        CAUTIOUS.id,
        OFFICE.client_id,
        OFFICE.redirect_uri,
        "&scope=api%3A%2F%2Fparcels%2FParcels.Send%20User.Read",
    );
    let mut browser = platform.browser();
    let page = browser.open(&target).await.page();
    let page = browser.sign_in(page, CAUTIOUS_ADMIN).await.page();
    assert!(page.text().contains("it is allowed for everyone in Cautious"), "{}", page.text());
    let response = browser.press(&page, "accept").await.response();
    assert_eq!((response.mode, response.address.as_str()), ("query", OFFICE.redirect_uri));
    assert_eq!((response.get("admin_consent"), response.get("tenant")), ("True", CAUTIOUS.id));
    assert_eq!(response.get("state"), "xyz");
    assert!(!response.parameters.contains_key("code"));
    let scope: Vec<&str> = response.get("scope").split(' ').collect();
    let send = format!("{PARCELS_API}/Parcels.Send");
    assert!(scope.contains(&send.as_str()) && scope.contains(&"https://graph.microsoft.com/User.Read"), "{scope:?}");
    // Everybody goes through, with what was allowed and with signing in.
    let request = Authorize::by(OFFICE)
        .tenant(CAUTIOUS.id)
        .scope("openid profile email offline_access api://parcels/Parcels.Send");
    let mut cass = platform.browser();
    let page = cass.authorize(&request).await.page();
    cass.sign_in(page, CASS).await.code();
    // Who is asked again allows the same.
    let page = browser.open(&target).await.page();
    assert!(page.has("accept"));
}

#[tokio::test]
async fn who_is_no_administrator_is_told_so_and_the_app_is_told_of_a_no() {
    let platform = TestPlatform::with_permissions().await;
    for (dialect, error) in [("/v2.0", "access_denied"), ("", "permission_denied")] {
        let target = admin_consent(dialect, CAUTIOUS.id, OFFICE.client_id, OFFICE.redirect_uri, "");
        let mut browser = platform.browser();
        let page = browser.open(&target).await.page();
        let page = browser.sign_in(page, CASS).await.page();
        assert_eq!(code_on(&page), "AADSTS90094", "{dialect}");
        let page = browser.press(&page, "switch").await.page();
        let page = browser.sign_in(page, CAUTIOUS_ADMIN).await.page();
        let response = browser.press(&page, "deny").await.response();
        assert_eq!((response.get("error"), response.get("state")), (error, "xyz"), "{dialect}");
        assert!(!is_in(&platform, CAUTIOUS, OFFICE.client_id).await);
    }
}

#[tokio::test]
async fn the_older_address_asks_for_everything_that_is_required() {
    let platform = TestPlatform::with_permissions().await;
    let target = admin_consent("", NORTHWIND.domain, SYNC.client_id, SYNC.redirect_uri, "");
    let mut browser = platform.browser();
    let page = browser.open(&target).await.page();
    let page = browser.sign_in(page, NORTHWIND_ADMIN).await.page();
    assert!(asked(&page).contains("Tasks.Sync"), "{}", asked(&page));
    let response = browser.press(&page, "accept").await.response();
    let told: Vec<(&str, &str)> =
        response.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(told, [("admin_consent", "True"), ("state", "xyz"), ("tenant", NORTHWIND.id)]);
}

#[tokio::test]
async fn admin_consent_goes_nowhere_but_to_a_registered_address() {
    // T01: whatever the request says.
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    for address in ["https://evil.example/", "http://localhost:6013/back/x", "http://localhost:6013@evil.example/back"]
    {
        for dialect in ["", "/v2.0"] {
            let target = admin_consent(dialect, CAUTIOUS.id, OFFICE.client_id, address, "");
            let page = browser.open(&target).await.page();
            assert_eq!((page.answer.code(), code_on(&page).as_str()), (400, "AADSTS50011"), "{address}");
        }
    }
}

#[tokio::test]
async fn at_common_the_administrators_own_tenant_is_meant() {
    let platform = TestPlatform::with_permissions().await;
    let target = admin_consent("/v2.0", "organizations", OFFICE.client_id, OFFICE.redirect_uri, "&scope=User.Read");
    let mut browser = platform.browser();
    let page = browser.open(&target).await.page();
    let page = browser.sign_in(page, CAUTIOUS_ADMIN).await.page();
    let response = browser.press(&page, "accept").await.response();
    assert_eq!(response.get("tenant"), CAUTIOUS.id);
    assert!(is_in(&platform, CAUTIOUS, OFFICE.client_id).await);
}

#[tokio::test]
async fn a_prompt_of_v1_asks_the_administrator_for_everyone() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS).v1("api://tasks").with("prompt", "admin_consent");
    let mut browser = platform.browser();
    let page = browser.authorize(&request).await.page();
    let page = browser.sign_in(page, NORTHWIND_ADMIN).await.page();
    assert!(page.has("for-everyone"), "{}", page.text());
    let response = browser.press(&page, "accept").await.response();
    assert_eq!(response.get("admin_consent"), "True");
    platform.tokens(&request.redeem(&response.code())).await;
    let mut lee = platform.browser();
    let page = lee.authorize(&northwind(TASKS).v1("api://tasks")).await.page();
    lee.sign_in(page, LEE).await.code();
    // v2.0 has no such prompt.
    let newer = northwind(TASKS).with("prompt", "admin_consent");
    assert_eq!(platform.browser().authorize(&newer).await.error(), ("invalid_request".into(), 90_023));
}

#[tokio::test]
async fn without_a_person_nobody_can_be_asked() {
    let platform = TestPlatform::with_permissions().await;
    let request = TokenRequest::by(TASKS, "password").tenant(NORTHWIND.id).with("username", KIM.name);
    let request = request.with("password", KIM.password).with("scope", "openid api://tasks/Tasks.Read");
    refused(&platform.token(&request).await, 65_001, "invalid_grant", "consent_required");
    bought(&platform, &northwind(TASKS).scope(TASKS_READ), KIM).await;
    let body = platform.tokens(&request).await.body;
    assert_eq!(body["scope"], json!("api://tasks/Tasks.Read openid"));
}
