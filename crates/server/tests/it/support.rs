//! What several of these files say in the same words.

use grantor_protocol::ClientId;
use grantor_testkit::{
    Answer, Application, Authorize, Browser, NORTHWIND, Organization, Page, Person, TestPlatform, TokenRequest, Tokens,
};

/// What `application` sends at Northwind.
pub fn northwind(application: Application) -> Authorize {
    Authorize::by(application).tenant(NORTHWIND.domain)
}

/// What `person` gets for what `request` asks, in a fresh browser in which they allow everything.
pub async fn bought(platform: &TestPlatform, request: &Authorize, person: Person) -> Tokens {
    bought_in(platform, &mut platform.browser(), request, person).await
}

/// The same in a browser that is there.
pub async fn bought_in(
    platform: &TestPlatform,
    browser: &mut Browser<'_>,
    request: &Authorize,
    person: Person,
) -> Tokens {
    let code = browser.walk(request, person).await.code();
    platform.tokens(&request.redeem(&code)).await
}

/// A renewal at the address where the tokens were bought.
pub fn renewal(request: &Authorize, tokens: &Tokens) -> TokenRequest {
    let mut renewal = TokenRequest::refresh(request.application, &tokens.refresh_token).tenant(&request.tenant);
    renewal.dialect = request.dialect;
    renewal
}

/// The numbers of a reply that says no.
#[track_caller]
pub fn numbers(answer: &Answer) -> Vec<u64> {
    let body = answer.json();
    let numbers = body["error_codes"].as_array().unwrap_or_else(|| panic!("no refusal: {body}"));
    numbers.iter().map(|number| number.as_u64().unwrap_or_default()).collect()
}

/// Asserts that a reply says no with this number, this OAuth error and this suberror (empty for none).
#[track_caller]
pub fn refused(answer: &Answer, number: u64, error: &str, suberror: &str) {
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let found = (numbers(answer), text("error"), text("suberror"));
    assert_eq!(found, (vec![number], error.to_owned(), suberror.to_owned()), "{body}");
}

/// The code on a page that refuses; empty if it does not.
pub fn code_on(page: &Page) -> String {
    page.text_of("error-code").unwrap_or_default()
}

/// Whether an application is let into a tenant.
pub async fn is_in(platform: &TestPlatform, organization: Organization, client_id: &str) -> bool {
    let store = platform.app.env.storage.tenant(organization.tenant_id());
    let id = ClientId::parse(client_id).expect("a client id");
    store.find_service_principal(&id).await.expect("a store that answers").is_some()
}
