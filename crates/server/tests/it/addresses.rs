//! Tenants in addresses: one by its id or domain, or a word that stands for several.

use grantor_testkit::{
    Authorize, CASS, CAUTIOUS, CHRIS, KIM, NORTHWIND, OFFICE, PARCELS, PERSONAL, Person, SAM, TASKS, TestPlatform,
    TokenRequest, unverified_claims,
};
use serde_json::json;

use crate::support::{code_on, numbers, refused};

const PASSWORD: &str = "password";

#[tokio::test]
async fn at_common_everybody_signs_in_to_the_tenant_that_is_theirs() {
    let platform = TestPlatform::with_permissions().await;
    for (person, organization) in [(KIM, NORTHWIND), (CASS, CAUTIOUS), (SAM, PERSONAL)] {
        let request = Authorize::by(OFFICE).tenant("common");
        let code = platform.browser().walk(&request, person).await.code();
        let tokens = platform.tokens(&request.redeem(&code)).await;
        let claims = platform.verified(&tokens.id_token).await;
        assert_eq!((&claims["tid"], &claims["oid"]), (&json!(organization.id), &json!(person.id)));
        assert_eq!(claims["iss"], format!("https://localhost:8443/{}/v2.0", organization.id));
        // The renewal may go to the word again, or to the tenant that the token named.
        let renewal = TokenRequest::refresh(OFFICE, &tokens.refresh_token);
        let again = platform.tokens(&renewal.clone().tenant("common")).await;
        let renewal = TokenRequest::refresh(OFFICE, &again.refresh_token);
        platform.tokens(&renewal.tenant(organization.id)).await;
    }
}

#[tokio::test]
async fn at_organizations_personal_accounts_are_nobodys_and_at_consumers_they_are_everybody() {
    let platform = TestPlatform::with_permissions().await;
    let organizations = Authorize::by(OFFICE).tenant("organizations");
    let mut browser = platform.browser();
    let page = browser.authorize(&organizations).await.page();
    let again = browser.sign_in(page, SAM).await.page();
    assert_eq!(again.text_of("error").as_deref(), Some("That user name and password do not match."));
    let code = platform.browser().walk(&organizations, KIM).await.code();
    platform.tokens(&organizations.redeem(&code)).await;

    let consumers = Authorize::by(OFFICE).tenant("Consumers");
    let code = platform.browser().walk(&consumers, SAM).await.code();
    assert_eq!(unverified_claims(&platform.tokens(&consumers.redeem(&code)).await.id_token)["tid"], PERSONAL.id);
    let mut browser = platform.browser();
    let page = browser.authorize(&consumers).await.page();
    let page = browser.sign_in(page, KIM).await.page();
    assert_eq!(code_on(&page), "AADSTS90072");
}

#[tokio::test]
async fn an_app_that_is_for_organizations_takes_no_personal_account_at_common() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&Authorize::by(PARCELS).tenant("common")).await.page();
    let page = browser.sign_in(page, SAM).await.page();
    assert_eq!(code_on(&page), "AADSTS9002332");
}

#[tokio::test]
async fn an_account_of_another_tenant_is_refused_by_name() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&Authorize::by(TASKS).tenant(NORTHWIND.domain)).await.page();
    let page = browser.sign_in(page, CASS).await.page();
    assert_eq!((page.answer.code(), code_on(&page).as_str()), (400, "AADSTS90072"));
    assert!(page.text().contains(CASS.name), "{}", page.text());
    // The password was not looked at: whoever owns this address learns nothing of it.
    let mut wrong = CASS;
    wrong.password = "wrong";
    let page = browser.authorize(&Authorize::by(TASKS).tenant(NORTHWIND.domain)).await.page();
    assert_eq!(code_on(&browser.sign_in(page, wrong).await.page()), "AADSTS90072");
    refused(&platform.token(&by_password(CASS).tenant(NORTHWIND.domain)).await, 50_020, "invalid_grant", "");
}

fn by_password(person: Person) -> TokenRequest {
    let request = TokenRequest::by(TASKS, PASSWORD).with("username", person.name).with(PASSWORD, person.password);
    request.with("scope", "openid")
}

#[tokio::test]
async fn an_app_of_one_tenant_alone_is_refused_where_an_address_stands_for_several() {
    let platform = TestPlatform::with_permissions().await;
    for word in ["common", "organizations", "COMMON"] {
        let page = platform.browser().authorize(&Authorize::by(TASKS).tenant(word)).await.page();
        assert_eq!(code_on(&page), "AADSTS50194", "{word}");
    }
    refused(&platform.token(&by_password(KIM).tenant("organizations")).await, 50_194, "invalid_request", "");
    // It was let into no other tenant, so nobody there knows it.
    let page = platform.browser().authorize(&Authorize::by(TASKS).tenant(CAUTIOUS.domain)).await.page();
    assert_eq!(code_on(&page), "AADSTS700016");
}

#[tokio::test]
async fn what_one_tenant_issued_is_good_there_and_at_the_words_that_hold_it() {
    let platform = TestPlatform::with_permissions().await;
    let request = Authorize::by(PARCELS).tenant(CAUTIOUS.domain);
    let mut browser = platform.browser();
    let code = browser.walk(&request, CASS).await.code();
    assert_eq!(numbers(&platform.token(&request.redeem(&code).tenant(NORTHWIND.id)).await), [700_005]);
    let tokens = platform.tokens(&request.redeem(&code).tenant("organizations")).await;
    let renewal = TokenRequest::refresh(PARCELS, &tokens.refresh_token);
    assert_eq!(numbers(&platform.token(&renewal.clone().tenant(NORTHWIND.id)).await), [700_005]);
    // Personal accounts have a tenant of their own, into which nobody has let this app.
    assert_eq!(numbers(&platform.token(&renewal.clone().tenant("consumers")).await), [700_016]);
    platform.tokens(&renewal.tenant("common")).await;
}

#[tokio::test]
async fn only_a_grant_that_names_its_tenant_is_served_where_an_address_stands_for_several() {
    let platform = TestPlatform::with_permissions().await;
    let client = TokenRequest::by(OFFICE, "client_credentials").with("scope", "https://graph.microsoft.com/.default");
    for word in ["common", "organizations"] {
        refused(&platform.token(&client.clone().tenant(word)).await, 50_059, "invalid_request", "");
    }
    refused(&platform.token(&by_password(KIM).tenant("common")).await, 9_001_023, "invalid_request", "");
    // What belongs nowhere is refused by the publisher's tenant in the usual words.
    let nothing = TokenRequest::refresh(OFFICE, "gr1.x").tenant("common");
    assert_eq!(numbers(&platform.token(&nothing).await), [70_000]);
}

#[tokio::test]
async fn each_address_has_documents_that_lead_back_to_it() {
    let platform = TestPlatform::with_permissions().await;
    let rows = [
        ("common", "common", "{tenantid}"),
        ("organizations", "organizations", "{tenantid}"),
        ("Common", "common", "{tenantid}"),
        (NORTHWIND.domain, NORTHWIND.id, NORTHWIND.id),
        (NORTHWIND.id, NORTHWIND.id, NORTHWIND.id),
        ("consumers", "consumers", PERSONAL.id),
        (PERSONAL.id, PERSONAL.id, PERSONAL.id),
    ];
    for (asked, segment, issuer) in rows {
        let v2 = platform.get(&format!("/{asked}/v2.0/.well-known/openid-configuration"), &[]).await.json();
        assert_eq!(v2["issuer"], format!("https://localhost:8443/{issuer}/v2.0"), "{asked}");
        assert_eq!(v2["token_endpoint"], format!("https://localhost:8443/{segment}/oauth2/v2.0/token"), "{asked}");
        let v1 = platform.get(&format!("/{asked}/.well-known/openid-configuration"), &[]).await.json();
        assert_eq!(v1["issuer"], format!("https://localhost:8443/{issuer}/"), "{asked}");
        assert_eq!(v1["authorization_endpoint"], format!("https://localhost:8443/{segment}/oauth2/authorize"));
        for document in [&v1, &v2] {
            let keys = document["jwks_uri"].as_str().and_then(|uri| uri.strip_prefix("https://localhost:8443"));
            let keys = platform.get(keys.expect("an address of ours"), &[]).await.json();
            assert!(!keys["keys"].as_array().expect("a list").is_empty(), "{asked}");
        }
    }
    for (asked, error, number) in
        [("nowhere.example", "invalid_tenant", 90_002), ("nowhere", "invalid_request", 900_023)]
    {
        for path in ["v2.0/.well-known/openid-configuration", "discovery/keys"] {
            let answer = platform.get(&format!("/{asked}/{path}"), &[]).await;
            assert_eq!(answer.code(), 400);
            refused(&answer, number, error, "");
        }
    }
}

#[tokio::test]
async fn instance_discovery_leads_to_the_document_of_the_address_that_was_asked() {
    let platform = TestPlatform::with_permissions().await;
    for (authorize, document) in [
        ("common/oauth2/v2.0/authorize", "common/v2.0/.well-known/openid-configuration"),
        ("northwind.example/oauth2/authorize", "northwind.example/.well-known/openid-configuration"),
    ] {
        let target = format!(
            "/common/discovery/instance?api-version=1.1&authorization_endpoint=https%3A%2F%2Flocalhost%3A8443%2F{}",
            authorize.replace('/', "%2F")
        );
        let found = platform.get(&target, &[]).await.json();
        assert_eq!(found["tenant_discovery_endpoint"], format!("https://localhost:8443/{document}"));
    }
    let elsewhere = "/common/discovery/instance?authorization_endpoint=https%3A%2F%2Fevil.example%2Fcommon";
    let answer = platform.get(elsewhere, &[]).await;
    assert_eq!((answer.code(), answer.json()["error"].clone()), (400, json!("invalid_instance")));
}

#[tokio::test]
async fn whose_password_it_is_can_be_asked_and_nobody_learns_who_exists() {
    let platform = TestPlatform::with_permissions().await;
    let kind = async |name: &str| {
        let answer = platform.get(&format!("/common/UserRealm/{name}?api-version=1.0"), &[]).await.json();
        answer["account_type"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(kind(CHRIS.name).await, "Managed");
    assert_eq!(kind("nobody%40contoso.example").await, "Managed");
    assert_eq!(kind(KIM.name).await, kind("nobody@northwind.example").await);
}
