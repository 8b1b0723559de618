//! Applications of one tenant in another: let in by a consent, and out by an administrator.

use grantor_protocol::ClientId;
use grantor_rules::directory::{DirectoryChange, Removal};
use grantor_rules::model::ServicePrincipal;
use grantor_testkit::{
    Authorize, CASS, CAUTIOUS, CAUTIOUS_ADMIN, NORTHWIND, OFFICE, PARCELS, PARCELS_API, TestPlatform, TokenRequest,
    unverified_claims,
};

use crate::support::{bought, code_on, is_in, numbers, refused, renewal};

const TRACK: &str = "openid profile offline_access api://parcels/Parcels.Track";

#[tokio::test]
async fn the_first_consent_lets_an_app_and_its_api_in() {
    let platform = TestPlatform::with_permissions().await;
    let request = Authorize::by(PARCELS).tenant(CAUTIOUS.id).scope(TRACK);
    let unknown = TokenRequest::refresh(PARCELS, "gr1.x").tenant(CAUTIOUS.id);
    refused(&platform.token(&unknown).await, 700_016, "unauthorized_client", "");

    let mut browser = platform.browser();
    let page = browser.authorize(&request).await.page();
    let page = browser.sign_in(page, CASS).await.page();
    assert!(page.text().contains("published by Northwind"), "{}", page.text());
    assert!(!is_in(&platform, CAUTIOUS, PARCELS.client_id).await, "to look at the question lets nobody in");
    let code = browser.press(&page, "accept").await.code();
    for client_id in [PARCELS.client_id, PARCELS_API] {
        assert!(is_in(&platform, CAUTIOUS, client_id).await, "{client_id}");
    }
    let tokens = platform.tokens(&request.redeem(&code)).await;
    let claims = platform.verified(&tokens.access_token).await;
    assert_eq!((&claims["aud"], &claims["tid"]), (&PARCELS_API.into(), &CAUTIOUS.id.into()));
    assert_eq!(claims["iss"], format!("https://localhost:8443/{}/v2.0", CAUTIOUS.id));
    assert_eq!(numbers(&platform.token(&unknown).await), [70_000]);
}

#[tokio::test]
async fn a_no_lets_nobody_in() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&Authorize::by(PARCELS).tenant(CAUTIOUS.id).scope(TRACK)).await.page();
    let page = browser.sign_in(page, CASS).await.page();
    assert_eq!(browser.press(&page, "deny").await.error().1, 65_004);
    assert!(!is_in(&platform, CAUTIOUS, PARCELS.client_id).await);
    assert!(!is_in(&platform, CAUTIOUS, PARCELS_API).await);
}

#[tokio::test]
async fn an_api_that_nobody_has_let_in_is_refused_by_name() {
    let platform = TestPlatform::with_permissions().await;
    // The app is in, and its person may not let the API in: only a program asks for it.
    bought(&platform, &Authorize::by(OFFICE).tenant(CAUTIOUS.id), CASS).await;
    let parcels = TokenRequest::by(OFFICE, "client_credentials").with("scope", "api://parcels/.default");
    refused(&platform.token(&parcels.clone().tenant(CAUTIOUS.id)).await, 500_011, "invalid_resource", "");
    // An API of another tenant alone is not even known.
    let tasks = TokenRequest::by(OFFICE, "client_credentials").with("scope", "api://tasks/.default");
    refused(&platform.token(&tasks.tenant(CAUTIOUS.id)).await, 500_011, "invalid_resource", "");
    platform.token(&parcels.tenant(NORTHWIND.id)).await.json()["access_token"].as_str().expect("at home it is there");
}

#[tokio::test]
async fn tokens_in_front_come_with_the_consent_that_lets_their_api_in() {
    let platform = TestPlatform::with_permissions().await;
    let request = Authorize::by(OFFICE)
        .tenant(CAUTIOUS.id)
        .scope("openid profile api://parcels/Parcels.Track")
        .with("response_type", "id_token token")
        .with("response_mode", "fragment");
    let response = platform.browser().walk(&request, CASS).await.response();
    assert_eq!(unverified_claims(response.get("access_token"))["aud"], PARCELS_API);
}

#[tokio::test]
async fn a_tenant_that_switches_an_app_off_has_it_no_more() {
    let platform = TestPlatform::with_permissions().await;
    let request = Authorize::by(PARCELS).tenant(CAUTIOUS.id);
    let tokens = bought(&platform, &request, CASS).await;
    let id = ClientId::parse(PARCELS.client_id).unwrap();
    let store = platform.app.env.storage.tenant(CAUTIOUS.tenant_id());
    let there = store.find_service_principal(&id).await.unwrap().unwrap();
    let set = async |enabled: bool| {
        let principal = ServicePrincipal { enabled, ..(*there).clone() };
        let service_principals = vec![(CAUTIOUS.tenant_id(), principal)];
        platform.change(DirectoryChange { service_principals, ..DirectoryChange::default() }).await;
    };
    set(false).await;
    refused(&platform.token(&renewal(&request, &tokens)).await, 70_001, "unauthorized_client", "");
    assert_eq!(code_on(&platform.browser().authorize(&request).await.page()), "AADSTS70001");
    // Elsewhere it goes on.
    platform.browser().authorize(&Authorize::by(PARCELS).tenant(NORTHWIND.id)).await.page().value_of("username");
    set(true).await;
    platform.tokens(&renewal(&request, &tokens)).await;
}

#[tokio::test]
async fn a_tenant_that_removes_an_app_knows_it_no_more_and_may_let_it_in_again() {
    let platform = TestPlatform::with_permissions().await;
    let request = Authorize::by(PARCELS).tenant(CAUTIOUS.id);
    let tokens = bought(&platform, &request, CASS).await;
    let id = ClientId::parse(PARCELS.client_id).unwrap();
    platform.remove(CAUTIOUS, Removal::ServicePrincipal(id)).await;
    refused(&platform.token(&renewal(&request, &tokens)).await, 700_016, "unauthorized_client", "");
    // Whoever comes back is asked again: what was allowed went with it.
    let mut browser = platform.browser();
    let page = browser.authorize(&request).await.page();
    let page = browser.sign_in(page, CASS).await.page();
    assert!(page.has("accept"), "{}", page.text());
    browser.press(&page, "accept").await.code();
}

/// What a program needs for itself alone: the directory's everything, and that of the API whose role it is.
#[tokio::test]
async fn an_administrator_lets_in_what_a_program_needs_for_itself() {
    for scope in ["https%3A%2F%2Fgraph.microsoft.com%2F.default", "api%3A%2F%2Fparcels%2F.default"] {
        let platform = TestPlatform::with_permissions().await;
        let mut browser = platform.browser();
        let target = format!(
            "/{}/v2.0/adminconsent?client_id={}&redirect_uri=http%3A%2F%2Flocalhost%3A6013%2Fback&state=s&scope={scope}",
            CAUTIOUS.id, OFFICE.client_id
        );
        let page = browser.open(&target).await.page();
        let page = browser.sign_in(page, CAUTIOUS_ADMIN).await.page();
        let asked = page.text_of("permissions").unwrap_or_default();
        assert!(asked.contains("Parcels.Route") && asked.contains("Without a signed-in person"), "{asked}");
        let response = browser.press(&page, "accept").await.response();
        assert_eq!((response.get("admin_consent"), response.get("tenant")), ("True", CAUTIOUS.id), "{scope}");
        let request = TokenRequest::by(OFFICE, "client_credentials").with("scope", "api://parcels/.default");
        let tokens = platform.tokens(&request.tenant(CAUTIOUS.id)).await;
        assert_eq!(unverified_claims(&tokens.access_token)["roles"], serde_json::json!(["Parcels.Route"]), "{scope}");
    }
}

#[tokio::test]
async fn an_api_that_was_taken_out_does_not_come_back_by_what_was_allowed_before() {
    let platform = TestPlatform::with_permissions().await;
    let request = Authorize::by(PARCELS).tenant(CAUTIOUS.id).scope(TRACK);
    let mut browser = platform.browser();
    let code = browser.walk(&request, CASS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    platform.remove(CAUTIOUS, Removal::ServicePrincipal(ClientId::parse(PARCELS_API).unwrap())).await;
    refused(&platform.token(&renewal(&request, &tokens)).await, 500_011, "invalid_resource", "");
    for silent in [request.clone(), request.clone().with("prompt", "none")] {
        assert_eq!(code_on(&browser.authorize(&silent).await.page()), "AADSTS650052");
    }
    assert!(!is_in(&platform, CAUTIOUS, PARCELS_API).await);
    // Whoever may allow it lets it in again, and says so on the page.
    let page = browser.authorize(&request.clone().with("prompt", "consent")).await.page();
    browser.press(&page, "accept").await.code();
    platform.tokens(&renewal(&request, &tokens)).await;
}
