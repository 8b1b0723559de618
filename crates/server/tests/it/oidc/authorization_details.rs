//! What an application asks for once and in detail (RFC 9396).

use grantor_testkit::{
    Answer, Authorize, Browser, CHRIS, COLORS_API, CONTOSO, NATIVE, TestPlatform, WEB, unverified_claims,
};
use serde_json::{Value, json};

use super::{asking, post, presenting, said};

const PAYMENT: &str = "https://bank.example/payment";

/// The Colors API takes payments and looks, and one application may ask for payments.
const BANK: &str = r#"
[[tenant]]
id = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
domain = "contoso.example"
display_name = "Contoso"
kind = "organization"

  [[tenant.application]]
  client_id = "c0105000-0000-4000-8000-00000000a001"
  display_name = "Colors API"
  identifier_uris = ["api://colors"]
  access_token_version = 2

    [[tenant.application.scope]]
    value = "Colors.Read"
    consent = "user"
    admin_consent_display_name = "Read colors"

    [[tenant.application.authorization_detail_type]]
    type = "https://bank.example/payment"
    display_name = "Make a payment"
    field = [
      { name = "amount", label = "Amount", required = true },
      { name = "creditor", label = "To" },
    ]

    [[tenant.application.authorization_detail_type]]
    type = "look"
    display_name = "Look at something"
"#;

async fn platform() -> TestPlatform {
    let platform = TestPlatform::start().await;
    platform.apply(BANK).await;
    platform
        .change_application(CONTOSO, NATIVE.client_id, |native| {
            native.metadata.authorization_details_types = vec![PAYMENT.into(), "other".into()];
        })
        .await;
    platform
}

fn payment(amount: &str, to: &str) -> Value {
    json!({ "type": PAYMENT, "amount": { "currency": "EUR", "value": amount }, "creditor": to })
}

fn asking_for(details: &Value) -> Authorize {
    asking(NATIVE)
        .scope("openid offline_access Colors.Read")
        .with("resource", "api://colors")
        .with("authorization_details", &details.to_string())
}

/// The browser of somebody who has allowed everything else before.
async fn known(platform: &TestPlatform) -> Browser<'_> {
    let mut browser = platform.browser();
    let plain = asking(NATIVE).scope("openid offline_access Colors.Read").with("resource", "api://colors");
    browser.walk(&plain, CHRIS).await.code();
    browser
}

fn details_in(token: &str) -> Value {
    unverified_claims(token).get("authorization_details").cloned().unwrap_or_default()
}

#[tokio::test]
async fn what_is_asked_in_detail_is_shown_each_time_and_carried_to_the_token() {
    let platform = platform().await;
    let mut browser = known(&platform).await;
    let details = json!([payment("123.50", "<b>Merchant</b> & Sons")]);
    for _ in 0..2 {
        let request = asking_for(&details);
        let page = browser.authorize(&request).await.page();
        assert!(page.has("details"));
        let shown = page.text();
        for words in ["Make a payment", "Colors API", "Amount", "currency: EUR; value: 123.50", "Merchant"] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        assert!(!page.answer.text().contains("<b>Merchant"), "what a stranger says is text");
        assert!(!page.has("permissions"), "the rest is allowed already");
        let code = browser.press(&page, "accept").await.code();
        let tokens = platform.tokens(&request.redeem(&code)).await;
        assert_eq!(tokens.body["authorization_details"], details);
        assert_eq!(details_in(&tokens.access_token), details);
        let secret = WEB.secret.unwrap();
        let asked = [("client_id", WEB.client_id), ("client_secret", secret), ("token", &tokens.access_token)];
        assert_eq!(post(&platform, "introspect", &asked).await.code(), 200);
        let renewed = presenting(NATIVE, "refresh_token").with("refresh_token", &tokens.refresh_token);
        assert_eq!(details_in(&platform.tokens(&renewed).await.access_token), details);
    }
    let silent = browser.authorize(&asking_for(&details).with("prompt", "none")).await.response();
    assert_eq!(silent.get("error"), "consent_required", "a yes counts once");
    let page = browser.authorize(&asking_for(&details)).await.page();
    assert_eq!(browser.press(&page, "deny").await.response().get("error"), "access_denied");
}

#[tokio::test]
async fn a_yes_is_for_what_was_shown() {
    let platform = platform().await;
    let mut browser = known(&platform).await;
    let small = browser.authorize(&asking_for(&json!([payment("1.00", "A")]))).await.page();
    let large = browser.authorize(&asking_for(&json!([payment("9000.00", "A")]))).await.page();
    let (form, _) = large.pressed("accept");
    let action = form.action.clone();
    let (_, pairs) = small.pressed("accept");
    let answer: Answer = browser.post(&action, &pairs).await;
    assert!(!answer.header("location").contains("code="), "{answer:?}");
}

#[tokio::test]
async fn a_token_can_be_for_less_and_not_for_more() {
    let platform = platform().await;
    let mut browser = known(&platform).await;
    let (one, two) = (payment("1.00", "A"), payment("2.00", "B"));
    let request = asking_for(&json!([one, two]));
    let page = browser.authorize(&request).await.page();
    let code = browser.press(&page, "accept").await.code();
    let less = |details: &Value| details.to_string();
    let tokens = platform.tokens(&request.redeem(&code).with("authorization_details", &less(&json!([two])))).await;
    assert_eq!(details_in(&tokens.access_token), json!([two]));
    assert_eq!(tokens.body["authorization_details"], json!([two]));
    let renewal = |token: &str| presenting(NATIVE, "refresh_token").with("refresh_token", token);
    let more = renewal(&tokens.refresh_token).with("authorization_details", &less(&json!([payment("3.00", "A")])));
    assert_eq!(said(&platform.token(&more).await), (400, "invalid_authorization_details".into()));
    let other = renewal(&tokens.refresh_token).with("authorization_details", &less(&json!([one])));
    let tokens = platform.tokens(&other).await;
    assert_eq!(details_in(&tokens.access_token), json!([one]), "of what was allowed");
    let alone = presenting(WEB, "client_credentials")
        .with("resource", "api://colors")
        .with("authorization_details", &less(&json!([one])));
    assert_eq!(said(&platform.token(&alone).await), (400, "invalid_authorization_details".into()));
}

#[tokio::test]
async fn what_cannot_be_shown_or_is_not_known_is_refused() {
    let platform = platform().await;
    let long = "x".repeat(400);
    let many: Vec<Value> = (0..11).map(|number| payment(&number.to_string(), "A")).collect();
    for bad in [
        json!({ "type": PAYMENT }),
        json!([{ "type": "nothing" }]),
        json!([{ "type": "other" }]),
        json!([{ "type": "look" }]),
        json!([{ "type": PAYMENT }]),
        json!([{ "type": PAYMENT, "amount": 1, "hidden": "more" }]),
        json!([{ "type": PAYMENT, "amount": long }]),
        json!([{ "type": PAYMENT, "amount": "1\u{202e}00" }]),
        json!([{ "type": PAYMENT, "amount": [[[["deep"]]]] }]),
        json!(many),
    ] {
        let own = asking_for(&bad);
        let pairs: Vec<(&str, &str)> = own.parameters.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let answer = post(&platform, "par", &pairs).await;
        assert_eq!(said(&answer), (400, "invalid_authorization_details".into()), "{bad}");
    }
    let refused = platform.browser().walk(&asking_for(&json!([{ "type": "nothing" }])), CHRIS).await.response();
    assert_eq!(refused.get("error"), "invalid_authorization_details");
}

#[tokio::test]
async fn the_document_lists_the_types_of_the_tenants_apis() {
    let platform = platform().await;
    let target = format!("/{}/oidc/.well-known/openid-configuration", CONTOSO.id);
    let found = platform.get(&target, &[]).await.json();
    assert_eq!(found["authorization_details_types_supported"], json!([PAYMENT, "look"]));
    assert_eq!(platform.application(CONTOSO, COLORS_API).await.authorization_detail_types.len(), 2);
    let without = TestPlatform::start().await.get(&target, &[]).await.json();
    assert_eq!(without.get("authorization_details_types_supported"), None);
}
