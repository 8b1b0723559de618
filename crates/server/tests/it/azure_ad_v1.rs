//! Azure AD v1.0: an API by `resource`, numbers as text, and one refresh token for every API.

use grantor_jose::Algorithm;
use grantor_testkit::{
    Authorize, BOARD, CASS, CAUTIOUS, ClientAssertion, DeviceRequest, IN_USE, KIM, LEDGER, NORTHWIND, PARCELS, START,
    SYNC, TASKS, TASKS_API, TestPlatform, TokenRequest, Tokens, unverified_claims,
};
use serde_json::{Value, json};

use crate::support::{bought, northwind, numbers, renewal};

const GRAPH: &str = "https://graph.microsoft.com";

async fn allowed(platform: &TestPlatform, resource: &str) -> (Authorize, Tokens) {
    let request = northwind(TASKS).v1(resource);
    let tokens = bought(platform, &request, KIM).await;
    (request, tokens)
}

#[tokio::test]
async fn the_reply_has_its_numbers_as_text_and_names_the_api_as_it_was_asked() {
    let platform = TestPlatform::with_permissions().await;
    for resource in [LEDGER, "https://ledger.northwind.example/", "api://tasks", TASKS_API.client_id, GRAPH] {
        let (_, tokens) = allowed(&platform, resource).await;
        let body = &tokens.body;
        assert_eq!(body["resource"], resource);
        for name in ["expires_in", "ext_expires_in", "expires_on", "not_before"] {
            assert!(body[name].as_str().is_some_and(|text| text.parse::<u64>().is_ok()), "{name} in {body}");
        }
        let life: i64 = body["expires_in"].as_str().unwrap().parse().unwrap();
        assert_eq!(body["expires_on"], (START.seconds() + life).to_string());
        assert_eq!(body["token_type"], "Bearer");
        assert!(!tokens.refresh_token.is_empty() && !tokens.id_token.is_empty());
    }
}

#[tokio::test]
async fn the_id_token_has_the_older_form_and_tells_who_it_is() {
    let platform = TestPlatform::with_permissions().await;
    let (request, tokens) = allowed(&platform, LEDGER).await;
    let claims = platform.verified(&tokens.id_token).await;
    let expected = [
        ("ver", json!("1.0")),
        ("iss", json!(format!("https://localhost:8443/{}/", NORTHWIND.id))),
        ("aud", json!(TASKS.client_id)),
        ("tid", json!(NORTHWIND.id)),
        ("oid", json!(KIM.id)),
        ("name", json!("Kim Akers")),
        ("given_name", json!("Kim")),
        ("family_name", json!("Akers")),
        ("upn", json!(KIM.name)),
        ("unique_name", json!(KIM.name)),
        ("amr", json!(["pwd"])),
        ("nonce", json!(request.value("nonce"))),
    ];
    for (name, value) in expected {
        assert_eq!(claims[name], value, "{name}");
    }
}

#[tokio::test]
async fn the_api_decides_the_form_of_its_tokens_whichever_endpoint_was_asked() {
    let platform = TestPlatform::with_permissions().await;
    let rows: [(Authorize, &str, Value, &str); 4] = [
        (northwind(TASKS).v1(LEDGER), "1.0", json!(LEDGER), "user_impersonation"),
        (northwind(TASKS).v1("api://tasks"), "2.0", json!(TASKS_API.client_id), "Tasks.Read"),
        (
            northwind(TASKS).scope(&format!("openid {LEDGER}/user_impersonation")),
            "1.0",
            json!(LEDGER),
            "user_impersonation",
        ),
        (northwind(TASKS).scope("openid api://tasks/Tasks.Read"), "2.0", json!(TASKS_API.client_id), "Tasks.Read"),
    ];
    for (request, dialect, audience, scp) in rows {
        let tokens = bought(&platform, &request, KIM).await;
        let claims = platform.verified(&tokens.access_token).await;
        assert_eq!((&claims["ver"], &claims["aud"], &claims["scp"]), (&json!(dialect), &audience, &json!(scp)));
        let id = unverified_claims(&tokens.id_token);
        assert_eq!(id["ver"], if request.dialect == grantor_web::DialectName::EntraV1 { "1.0" } else { "2.0" });
    }
}

#[tokio::test]
async fn everything_required_is_asked_for_at_once() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&northwind(TASKS).v1(LEDGER)).await.page();
    let page = browser.sign_in(page, KIM).await.page();
    let asked = page.text_of("permissions").unwrap_or_default();
    for permission in ["Tasks.Read", "user_impersonation", "User.Read"] {
        assert!(asked.contains(permission), "{permission} in {asked}");
    }
    // `scope` is not read.
    let mut browser = platform.browser();
    let page = browser.authorize(&northwind(TASKS).v1(LEDGER).with("scope", "Mail.Read")).await.page();
    let page = browser.sign_in(page, KIM).await.page();
    assert!(!page.text_of("permissions").unwrap_or_default().contains("Mail.Read"));
}

#[tokio::test]
async fn one_refresh_token_is_good_for_every_api_and_in_both_dialects() {
    let platform = TestPlatform::with_permissions().await;
    let (request, tokens) = allowed(&platform, LEDGER).await;
    let to_tasks = renewal(&request, &tokens).with("resource", "api://tasks");
    let tokens = platform.tokens(&to_tasks).await;
    assert_eq!(tokens.body["resource"], "api://tasks");
    assert_eq!(unverified_claims(&tokens.access_token)["aud"], TASKS_API.client_id);
    // Without one it is what the person signed in for.
    let tokens = platform.tokens(&renewal(&request, &tokens)).await;
    assert_eq!(tokens.body["resource"], LEDGER);
    // At the newer endpoint, with numbers; and back again.
    let newer =
        TokenRequest::refresh(TASKS, &tokens.refresh_token).tenant(NORTHWIND.id).with("scope", "openid User.Read");
    let newer = platform.tokens(&newer).await;
    assert!(newer.body["expires_in"].is_u64() && newer.body.get("resource").is_none());
    assert_eq!(unverified_claims(&newer.id_token)["ver"], "2.0");
    let older = renewal(&request, &newer).with("resource", GRAPH);
    let older = platform.tokens(&older).await;
    assert_eq!(unverified_claims(&older.id_token)["ver"], "1.0");
    assert_eq!(platform.call("/v1.0/me", &older.access_token).await.code(), 200);
}

#[tokio::test]
async fn an_api_that_is_not_required_is_refused() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&northwind(TASKS).v1("api://vault")).await.page();
    assert_eq!(browser.sign_in(page, KIM).await.error(), ("invalid_request".into(), 650_057));
    let unknown = browser.authorize(&northwind(TASKS).v1("api://nothing")).await.error();
    assert_eq!(unknown, ("invalid_resource".into(), 50_001));
    let malformed = platform.browser().authorize(&northwind(TASKS).v1("a\"b")).await.error();
    assert_eq!(malformed, ("invalid_request".into(), 90_023));
}

#[tokio::test]
async fn missing_parameters_and_wrong_credentials_are_said_in_its_words() {
    let platform = TestPlatform::with_permissions().await;
    let (request, tokens) = allowed(&platform, LEDGER).await;
    let missing = renewal(&request, &tokens).without("refresh_token");
    assert_eq!(numbers(&platform.token(&missing).await), [90_014]);
    // Two numbers: that what was shown is no proof, and why.
    let unknown = renewal(&request, &tokens).with("refresh_token", "x");
    let answer = platform.token(&unknown).await;
    assert_eq!(numbers(&answer), [70_002, 70_000]);
    assert!(answer.json()["error_description"].as_str().unwrap().contains("AADSTS70000"), "{}", answer.text());
    let wrong = TokenRequest::by(BOARD, "client_credentials").tenant(NORTHWIND.id).v1().with("resource", GRAPH);
    let answer = platform.token(&wrong.with("client_secret", "wrong")).await;
    assert_eq!((answer.code(), numbers(&answer)), (401, vec![70_002, 7_000_215]));
}

#[tokio::test]
async fn a_program_without_a_person_names_its_api_by_resource() {
    let platform = TestPlatform::with_permissions().await;
    let audience = format!("https://localhost:8443/{}/oauth2/token", NORTHWIND.id);
    let assertion = ClientAssertion::by(SYNC, &audience, IN_USE, Algorithm::Rs256).signed();
    let request = TokenRequest::by(SYNC, "client_credentials")
        .v1()
        .tenant(NORTHWIND.id)
        .with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        .with("client_assertion", &assertion)
        .with("resource", "api://tasks");
    let tokens = platform.tokens(&request).await;
    assert_eq!((&tokens.body["resource"], tokens.refresh_token.as_str()), (&json!("api://tasks"), ""));
    let claims = unverified_claims(&tokens.access_token);
    assert_eq!((&claims["roles"], &claims["idtyp"]), (&json!(["Tasks.Sync"]), &json!("app")));
    assert_eq!(numbers(&platform.token(&request.without("resource")).await), [90_014]);
}

#[tokio::test]
async fn devices_and_passwords_go_the_older_way_too() {
    let platform = TestPlatform::with_permissions().await;
    let device = DeviceRequest::by(TASKS).tenant(NORTHWIND.domain).v1(LEDGER).begin(&platform).await;
    assert_eq!((&device.body["expires_in"], &device.body["interval"]), (&json!("900"), &json!("5")));
    assert_eq!(device.body["verification_url"], device.body["verification_uri"]);
    device.approve(&mut platform.browser(), KIM).await;
    let tokens = platform.tokens(&device.redeem().with("resource", LEDGER)).await;
    assert_eq!(tokens.body["resource"], LEDGER);
    let password = TokenRequest::by(TASKS, "password").v1().tenant(NORTHWIND.id).with("resource", "api://tasks");
    let tokens = platform.tokens(&password.with("username", KIM.name).with("password", KIM.password)).await;
    assert_eq!(tokens.body["scope"], "Tasks.Read");
}

#[tokio::test]
async fn without_an_api_signing_in_is_all() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(BOARD).v1("x").without("resource");
    let tokens = bought(&platform, &request, KIM).await;
    assert_eq!(unverified_claims(&tokens.id_token)["upn"], KIM.name);
}

#[tokio::test]
async fn at_common_the_older_way_too_leads_to_the_persons_tenant() {
    let platform = TestPlatform::with_permissions().await;
    let request = Authorize::by(PARCELS).tenant("common").v1("api://parcels");
    let tokens = bought(&platform, &request, CASS).await;
    assert_eq!(unverified_claims(&tokens.id_token)["iss"], format!("https://localhost:8443/{}/", CAUTIOUS.id));
}

#[tokio::test]
async fn userinfo_is_answered_at_its_older_address() {
    let platform = TestPlatform::with_permissions().await;
    let (_, tokens) = allowed(&platform, GRAPH).await;
    let target = format!("/{}/openid/userinfo", NORTHWIND.id);
    let answer = platform.call(&target, &tokens.access_token).await;
    let subject = unverified_claims(&tokens.id_token)["sub"].clone();
    assert_eq!((answer.code(), answer.json()["sub"].clone()), (200, subject));
}
