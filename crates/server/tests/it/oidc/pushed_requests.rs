//! Requests that an application leaves before it sends a browser (RFC 9126).

use std::sync::Arc;
use std::time::Duration;

use grantor_jose::{Algorithm, HeaderFields, SigningKey, sign_compact};
use grantor_testkit::{
    Answer, Application, Arrival, Authorize, CHRIS, CONTOSO, NATIVE, START, TestPlatform, WEB, unverified_claims,
};
use serde_json::{Map, Value, json};

use super::{asking, issuer, post, said};

const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

async fn push(platform: &TestPlatform, request: &Authorize, more: &[(&str, &str)]) -> Answer {
    let own = request.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let pairs: Vec<(&str, &str)> = own.chain(more.iter().copied()).collect();
    post(platform, "par", &pairs).await
}

/// Where the pushed request stands.
#[track_caller]
fn place(answer: &Answer) -> String {
    assert_eq!(answer.code(), 201, "{answer:?}");
    answer.json()["request_uri"].as_str().unwrap().to_owned()
}

/// What the browser is sent with.
fn pointing(application: Application, place: &str) -> Authorize {
    let mut request = asking(application);
    request.parameters.retain(|(name, _)| name == "client_id");
    request.with("request_uri", place)
}

/// The error of a request, on a page or in the answer.
async fn refused(platform: &TestPlatform, request: &Authorize) -> String {
    match platform.browser().authorize(request).await {
        Arrival::Page(page) => page.text_of("error-code").unwrap_or_default(),
        Arrival::Application(response) => response.get("error").to_owned(),
    }
}

#[tokio::test]
async fn a_pushed_request_is_answered_once_and_may_be_visited_until_then() {
    // 9126-04, 9126-05
    let platform = TestPlatform::start().await;
    let request = asking(NATIVE).scope("openid email");
    let answer = push(&platform, &request, &[]).await;
    assert_eq!(answer.header("cache-control"), "no-store, no-cache");
    let lifetime = answer.json()["expires_in"].as_u64().unwrap();
    assert!((5..600).contains(&lifetime), "{lifetime}");
    let place = place(&answer);
    assert!(place.strip_prefix(PREFIX).unwrap().len() >= 43, "{place}");
    let pointing = pointing(NATIVE, &place);
    for _ in 0..3 {
        platform.browser().authorize(&pointing).await.page().value_of("username");
    }
    let outside = pointing.clone().scope("openid profile").with("state", "outside");
    let response = platform.browser().walk(&outside, CHRIS).await.response();
    assert_eq!(response.get("state"), request.value("state"), "what is pushed counts, and nothing beside it");
    let tokens = platform.tokens(&request.redeem(&response.code())).await;
    assert_eq!(tokens.body["scope"], "openid email");
    assert_eq!(refused(&platform, &pointing).await, "invalid_request_uri");
}

#[tokio::test]
async fn a_reference_is_one_applications_in_its_time_and_cannot_be_made_up() {
    // 9126-05
    let platform = TestPlatform::start().await;
    let place = place(&push(&platform, &asking(NATIVE).scope("openid"), &[]).await);
    assert_eq!(refused(&platform, &pointing(WEB, &place)).await, "invalid_request_uri");
    let made_up = ["gp1.x", "", "../../etc/passwd"].map(|end| format!("{PREFIX}{end}"));
    for bad in made_up.iter().chain([&place.replace("gp1.", "gc1.")]) {
        assert_eq!(refused(&platform, &pointing(NATIVE, bad)).await, "invalid_request_uri", "{bad}");
    }
    let page = platform.browser().authorize(&pointing(NATIVE, &place)).await.page();
    page.value_of("username");
    platform.advance(Duration::from_secs(90));
    assert_eq!(refused(&platform, &pointing(NATIVE, &place)).await, "invalid_request_uri");
}

#[tokio::test]
async fn whoever_came_in_time_signs_in_at_ease() {
    let platform = TestPlatform::start().await;
    let request = asking(NATIVE).scope("openid");
    let place = place(&push(&platform, &request, &[]).await);
    let mut browser = platform.browser();
    let page = browser.authorize(&pointing(NATIVE, &place)).await.page();
    platform.advance(Duration::from_mins(20));
    platform.forget_ended(100).await;
    let arrival = browser.sign_in(page, CHRIS).await;
    let code = browser.go_on(arrival, CHRIS).await.code();
    platform.tokens(&request.redeem(&code)).await;
}

#[tokio::test]
async fn a_no_ends_it_as_well() {
    let platform = TestPlatform::start().await;
    for signs_in in [false, true] {
        let place = place(&push(&platform, &asking(NATIVE).scope("openid email"), &[]).await);
        let mut browser = platform.browser();
        // It may be visited twice, and a no in one window is the end of it in the other.
        let other = browser.authorize(&pointing(NATIVE, &place)).await.page();
        let mut page = browser.authorize(&pointing(NATIVE, &place)).await.page();
        if signs_in {
            page = browser.sign_in(page, CHRIS).await.page();
        }
        assert_eq!(browser.press(&page, "deny").await.response().get("error"), "access_denied");
        assert_eq!(refused(&platform, &pointing(NATIVE, &place)).await, "invalid_request_uri");
        let late = browser.sign_in(other, CHRIS).await.page();
        let late = if late.has("accept") { browser.press(&late, "accept").await.page() } else { late };
        assert!(late.has("error-code"), "{}", late.text());
    }
}

#[tokio::test]
async fn the_application_proves_itself_as_at_the_token_endpoint() {
    // 9126-01
    let platform = TestPlatform::start().await;
    let request = asking(WEB).scope("openid");
    assert_eq!(said(&push(&platform, &request, &[]).await), (401, "invalid_client".into()));
    let wrong = [("client_secret", "wrong")];
    assert_eq!(said(&push(&platform, &request, &wrong).await), (401, "invalid_client".into()));
    let secret = [("client_secret", WEB.secret.unwrap())];
    let place = place(&push(&platform, &request, &secret).await);
    let nobody = asking(NATIVE).scope("openid").with("client_id", "nobody");
    assert_eq!(said(&push(&platform, &nobody, &[]).await), (401, "invalid_client".into()));
    // What proves it is not kept with the request.
    let code = platform.browser().walk(&pointing(WEB, &place), CHRIS).await.code();
    platform.tokens(&request.redeem(&code)).await;
    assert!(!platform.recorded().contains(WEB.secret.unwrap()));
}

#[tokio::test]
async fn everything_is_looked_at_when_it_is_pushed() {
    // 9126-02, 9126-03
    let platform = TestPlatform::start().await;
    let good = || asking(NATIVE).scope("openid");
    for (request, status, error) in [
        (good().with("request_uri", &format!("{PREFIX}x")), 400, "invalid_request"),
        (good().with("request_uri", "https://app.example/r"), 400, "invalid_request"),
        (good().with("redirect_uri", "https://evil.example/"), 400, "invalid_request"),
        (good().with("response_type", "token"), 400, "unauthorized_client"),
        (good().with("response_type", "x"), 400, "unsupported_response_type"),
        (good().without("code_challenge").without("code_challenge_method"), 400, "invalid_request"),
        (good().scope("openid Nothing.Read").with("resource", "api://colors"), 400, "invalid_scope"),
        (good().with("resource", "api://nothing"), 400, "invalid_target"),
        (good().with("claims", "{"), 400, "invalid_request"),
        (good().with("request", "a.b.c"), 400, "invalid_request_object"),
        (good().again("scope", "openid"), 400, "invalid_request"),
        // The first rule of the specification's order: who asks, then where the answer goes, then what is asked.
        (
            good().with("client_id", "nobody").with("redirect_uri", "x").with("response_type", "x"),
            401,
            "invalid_client",
        ),
        (good().with("redirect_uri", "https://evil.example/").with("response_type", "x"), 400, "invalid_request"),
    ] {
        let answer = push(&platform, &request, &[]).await;
        assert_eq!(said(&answer), (status, error.to_owned()), "{:?}", request.parameters);
        assert!(answer.header("location").is_empty(), "nobody is sent anywhere");
    }
}

#[tokio::test]
async fn a_signed_request_can_be_pushed() {
    let platform = TestPlatform::start().await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let jwks = json!({ "keys": [key.public_jwk()] });
    platform
        .change_application(CONTOSO, NATIVE.client_id, |native| {
            native.metadata.jwks = Some(jwks);
            native.metadata.require_signed_request_object = true;
            native.metadata.require_pushed_authorization_requests = true;
        })
        .await;
    let request = asking(NATIVE).scope("openid");
    let mut claims: Map<String, Value> =
        request.parameters.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    claims.insert("aud".into(), json!(issuer(&platform)));
    claims.insert("exp".into(), json!(START.seconds() + 60));
    let object = sign_compact(&key, &HeaderFields { typ: "oauth-authz-req+jwt", x5t: None }, &claims).unwrap();
    assert_eq!(said(&push(&platform, &request, &[]).await), (400, "invalid_request".into()), "it is not signed");
    let answer = post(&platform, "par", &[("client_id", NATIVE.client_id), ("request", &object)]).await;
    let place = place(&answer);
    // 9126-06
    assert_eq!(refused(&platform, &request).await, "invalid_request", "it is not pushed");
    assert_eq!(refused(&platform, &asking(NATIVE).with("request", &object)).await, "invalid_request", "nor is this");
    platform.advance(Duration::from_secs(80));
    let code = platform.browser().walk(&pointing(NATIVE, &place), CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(unverified_claims(&tokens.id_token)["nonce"], request.value("nonce"));
}

#[tokio::test]
async fn another_method_and_too_much_have_their_own_status() {
    // 9126-07
    let platform = TestPlatform::start().await;
    let target = format!("/{}/oidc/par", CONTOSO.id);
    let answer = platform.get(&target, &[]).await;
    assert_eq!(said(&answer), (405, "invalid_request".into()));
    assert!(answer.header("allow").contains("POST"));
    let long = "x".repeat(70_000);
    let answer = push(&platform, &asking(NATIVE).with("state", &long), &[]).await;
    assert_eq!(said(&answer), (413, "invalid_request".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_sign_in_at_once_one_gets_a_code() {
    // 9126-05
    let platform = Arc::new(TestPlatform::start().await);
    let mut browser = platform.browser();
    browser.walk(&asking(NATIVE).scope("openid"), CHRIS).await.code();
    let place = place(&push(&platform, &asking(NATIVE).scope("openid"), &[]).await);
    let target = pointing(NATIVE, &place).target();
    let cookies = browser.cookies.header(&target, true, false).unwrap();
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let request = platform.request("GET", &target, &[("cookie", cookies.as_str())], String::new().into());
            let platform = Arc::clone(&platform);
            tokio::spawn(async move { platform.send(request).await })
        })
        .collect();
    let mut codes = 0;
    for task in tasks {
        codes += usize::from(task.await.unwrap().header("location").contains("code=gc1"));
    }
    assert_eq!(codes, 1);
}
