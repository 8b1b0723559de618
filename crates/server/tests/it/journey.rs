//! The way that most people go: sign in, allow, come back, call, and come again.

use grantor_testkit::{
    Authorize, CHRIS, CONTOSO, DANA, FABRIKAM, FABRIKAM_ADMIN, FABRIKAM_TIMESHEET, NATIVE, TestPlatform, TokenRequest,
    Tokens, unverified_claims,
};
use serde_json::{Value, json};

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const COLORS_READ: &str = "api://colors/Colors.Read";

#[tokio::test]
async fn a_person_signs_in_allows_and_the_app_reads_their_profile() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = Authorize::by(NATIVE);

    let page = browser.authorize(&request).await.page();
    assert!(page.address.starts_with("/sign-in/"), "{}", page.address);
    assert!(page.text().contains("Native App"));

    let page = browser.sign_in(page, CHRIS).await.page();
    assert!(page.address.starts_with("/consent/"), "{}", page.address);
    let asked = page.text_of("permissions").unwrap();
    for words in ["See your profile", "Directory · User.Read", "Keep this access when you are away", "Sign you in"] {
        assert!(asked.contains(words), "{words} in {asked}");
    }

    let response = browser.press(&page, "accept").await.response();
    assert_eq!((response.mode, response.address.as_str()), ("query", "http://localhost:53124/"));
    assert_eq!(response.get("state"), request.value("state"));

    let tokens = platform.tokens(&request.redeem(&response.code())).await;
    let me = platform.call("/v1.0/me", &tokens.access_token).await;
    assert_eq!((me.code(), me.json()["displayName"].clone()), (200, json!("Chris Green")));
}

#[tokio::test]
async fn prompt_consent_asks_again_for_everything() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    let page = browser.authorize(&Authorize::by(NATIVE).with("prompt", "consent")).await.page();
    assert!(page.text_of("permissions").unwrap().contains("User.Read"));
    browser.press(&page, "accept").await.code();
}

#[tokio::test]
async fn only_what_is_new_is_asked_for_and_what_was_allowed_stays() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    let request = Authorize::by(NATIVE).scope(&format!("openid profile offline_access {COLORS_READ}"));
    let page = browser.authorize(&request).await.page();
    let asked = page.text_of("permissions").unwrap();
    assert!(asked.contains("See your colors") && asked.contains("Colors API · Colors.Read"), "{asked}");
    assert!(!asked.contains("User.Read"), "{asked}");
    let code = browser.press(&page, "accept").await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    // What was allowed before can still be asked for, now by renewal.
    let refresh = TokenRequest::refresh(NATIVE, &tokens.refresh_token).with("scope", "User.Read");
    let directory = platform.tokens(&refresh).await;
    assert_eq!(unverified_claims(&directory.access_token)["aud"], GRAPH);
}

#[tokio::test]
async fn the_directory_api_tells_everything_of_the_seed() {
    let platform = TestPlatform::start().await;
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    let answer = platform.call("/v1.0/me", &tokens.access_token).await;
    let expected = json!({
        "@odata.context": "https://localhost:8443/v1.0/$metadata#users/$entity",
        "businessPhones": ["+1 555555555"],
        "displayName": "Chris Green",
        "givenName": "Chris",
        "jobTitle": "Software Engineer",
        "mail": null,
        "mobilePhone": "+1 5555555555",
        "officeLocation": "Seattle Office",
        "preferredLanguage": null,
        "surname": "Green",
        "userPrincipalName": "ChrisG@contoso.example",
        "id": "12345678-73a6-4952-a53a-e9916737ff7f",
    });
    assert_eq!((answer.code(), answer.json()), (200, expected));
    let content_type =
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
    assert_eq!(answer.header("content-type"), content_type);
    assert_eq!(answer.header("odata-version"), "4.0");
    assert_eq!(answer.header("request-id").len(), 36);
    assert_eq!(answer.header("cache-control"), "no-store, no-cache");
}

#[tokio::test]
async fn the_directory_api_tells_what_was_selected_alone() {
    let platform = TestPlatform::start().await;
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    let answer = platform.call("/v1.0/me?$select=displayName,id", &tokens.access_token).await;
    let context = "https://localhost:8443/v1.0/$metadata#users(displayName,id)/$entity";
    let expected = json!({"@odata.context": context, "displayName": "Chris Green", "id": CHRIS.id});
    assert_eq!((answer.code(), answer.json()), (200, expected));
    let answer = platform.call("/v1.0/me?%24select=nothing", &tokens.access_token).await;
    assert_eq!((answer.code(), &answer.json()["error"]["code"]), (400, &json!("BadRequest")));
    let id = "5b2a5d3c-0f52-4d3e-9b57-7a1b8f6f2c10";
    let bearer = format!("bearer {}", tokens.access_token);
    // 6750-01: the scheme's name is written in any case.
    let headers = [("authorization", bearer.as_str()), ("client-request-id", id)];
    let answer = platform.get("/V1.0/Me", &headers).await;
    assert_eq!((answer.code(), answer.header("client-request-id")), (200, id));
}

#[tokio::test]
async fn a_person_who_says_no_sends_the_app_away_with_that() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = Authorize::by(NATIVE).with("response_mode", "fragment");
    let page = browser.authorize(&request).await.page();
    let page = browser.sign_in(page, CHRIS).await.page();
    let response = browser.press(&page, "deny").await.response();
    assert_eq!((response.mode, response.error()), ("fragment", ("access_denied".into(), 65004)));
    assert_eq!((response.get("error_subcode"), response.get("state")), ("cancel", request.value("state")));
    // Nothing was recorded, and the page is used up.
    assert!(browser.authorize(&Authorize::by(NATIVE)).await.page().has("accept"));
    let page = browser.press(&page, "accept").await.page();
    assert_eq!(page.text_of("error-code").as_deref(), Some("AADSTS50132"));
}

#[tokio::test]
async fn only_an_administrator_can_allow_what_is_for_administrators() {
    let platform = TestPlatform::start().await;
    let request = Authorize::by(FABRIKAM_TIMESHEET).tenant(FABRIKAM.domain).scope("openid Directory.Read.All");
    let mut browser = platform.browser();
    let page = browser.authorize(&request).await.page();
    let page = browser.sign_in(page, DANA).await.page();
    assert_eq!((page.answer.code(), page.text_of("error-code")), (200, Some("AADSTS90094".into())));
    // Where nothing may be shown, the app is told.
    let silent = request.clone().with("prompt", "none");
    assert_eq!(browser.authorize(&silent).await.error(), ("consent_required".into(), 65001));
    let code = platform.browser().walk(&request, FABRIKAM_ADMIN).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(tokens.body["scope"], "Directory.Read.All openid");
}

#[tokio::test]
async fn the_discovery_document_tells_the_truth() {
    // disc-01, disc-02, disc-04, 8414-05, 9700-19
    let platform = TestPlatform::start().await;
    let by_domain = platform.get("/contoso.example/v2.0/.well-known/openid-configuration", &[]).await;
    let by_id = platform.get(&format!("/{}/v2.0/.well-known/openid-configuration", CONTOSO.id), &[]).await;
    assert_eq!(by_domain.json(), by_id.json());
    let document = by_id.json();
    assert_eq!(document["issuer"], format!("https://localhost:8443/{}/v2.0", CONTOSO.id));
    let keys = platform.get(path(&document["jwks_uri"]), &[]).await.json();
    let keys = keys["keys"].as_array().unwrap();
    assert!(!keys.is_empty());
    for key in keys {
        assert_eq!((&key["kty"], &key["use"]), (&json!("RSA"), &json!("sig")));
        assert!(key["kid"] == key["x5t"] && key["x5c"][0].is_string());
        assert!(["d", "p", "q", "dp", "dq", "qi"].iter().all(|private| key.get(private).is_none()));
    }
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    let claims = platform.verified(&tokens.id_token).await;
    let supported: Vec<&str> =
        document["claims_supported"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for claim in claims.keys().filter(|claim| !["nbf", "uti", "rh"].contains(&claim.as_str())) {
        assert!(supported.contains(&claim.as_str()), "{claim}");
    }
    assert_eq!(platform.call(path(&document["userinfo_endpoint"]), &tokens.access_token).await.code(), 200);
    for mode in document["response_modes_supported"].as_array().unwrap() {
        let request = Authorize::by(NATIVE).with("response_mode", mode.as_str().unwrap());
        assert_eq!(request.path().replace(CONTOSO.domain, CONTOSO.id), path(&document["authorization_endpoint"]));
        let response = platform.browser().walk(&request, CHRIS).await.response();
        assert_eq!(json!(response.mode), *mode);
        let redemption = request.redeem(&response.code());
        assert_eq!(redemption.path().replace(CONTOSO.domain, CONTOSO.id), path(&document["token_endpoint"]));
        Tokens::of(platform.token(&redemption).await);
    }
}

fn path(address: &Value) -> &str {
    address.as_str().and_then(|address| address.strip_prefix("https://localhost:8443")).unwrap_or_default()
}
