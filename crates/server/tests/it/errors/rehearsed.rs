//! Codes of what Grantor does not have, asked for under `--dev`.

use grantor_dialects::rehearsed::REHEARSALS;
use grantor_testkit::{Answer, CHRIS, CONTOSO, DeviceRequest, NATIVE, Options, TestPlatform, TokenRequest};
use serde_json::{Value, json};

use crate::support::{bought, numbers, renewal};

async fn in_development() -> TestPlatform {
    TestPlatform::with(&Options { dev: true, ..Options::default() }).await
}

async fn wish(platform: &TestPlatform, method: &str, wish: &str) -> Answer {
    let headers = [("content-type", "application/json")];
    platform.send(platform.request(method, "/dev/refusals", &headers, wish.to_owned().into())).await
}

/// What a library reads, in the shape that every refusal has.
#[track_caller]
fn shape(answer: &Answer) -> (u64, String, String, bool) {
    let body = answer.json();
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    for name in ["error_description", "trace_id", "correlation_id", "timestamp"] {
        assert!(!text(name).is_empty(), "{body}");
    }
    let claims = text("claims");
    assert!(claims.is_empty() || serde_json::from_str::<Value>(&claims).is_ok(), "{claims}");
    (numbers(answer)[0], text("error"), text("suberror"), !claims.is_empty())
}

#[tokio::test]
async fn every_code_that_can_be_rehearsed_is_the_next_answer() {
    const EXPECTED: &[(u64, &str, &str, bool, &str)] = &[
        (50_055, "invalid_grant", "user_password_expired", false, "invalid_grant"),
        (50_056, "invalid_grant", "", false, "invalid_grant"),
        (50_072, "invalid_grant", "basic_action", false, "interaction_required"),
        (50_074, "invalid_grant", "basic_action", false, "interaction_required"),
        (50_076, "invalid_grant", "basic_action", false, "interaction_required"),
        (50_078, "invalid_grant", "basic_action", false, "interaction_required"),
        (50_079, "invalid_grant", "basic_action", false, "interaction_required"),
        (50_097, "interaction_required", "", false, "interaction_required"),
        (50_107, "invalid_request", "", false, "invalid_request"),
        (50_127, "interaction_required", "", false, "interaction_required"),
        (50_131, "interaction_required", "", true, "interaction_required"),
        (50_140, "interaction_required", "", false, "interaction_required"),
        (50_158, "interaction_required", "", true, "interaction_required"),
        (50_196, "invalid_grant", "", false, "invalid_grant"),
        (53_000, "interaction_required", "", true, "interaction_required"),
        (53_001, "interaction_required", "", true, "interaction_required"),
        (53_002, "interaction_required", "", true, "interaction_required"),
        (53_003, "interaction_required", "", true, "access_denied"),
        (700_020, "interaction_required", "", false, "interaction_required"),
    ];
    let listed: Vec<u64> = REHEARSALS.iter().map(|one| u64::from(one.code)).collect();
    assert_eq!(EXPECTED.iter().map(|row| row.0).collect::<Vec<_>>(), listed);
    let platform = in_development().await;
    let request = grantor_testkit::Authorize::by(NATIVE).tenant(CONTOSO.id);
    for (code, error, suberror, claims, at_authorize) in EXPECTED {
        let body = json!({"code": code, "client_id": NATIVE.client_id, "times": 3}).to_string();
        assert_eq!(wish(&platform, "POST", &body).await.code(), 200);
        // Another application's requests are none of it.
        let other = platform.token(&TokenRequest::refresh(grantor_testkit::SPA, "x").tenant(CONTOSO.id)).await;
        assert_ne!(numbers(&other)[0], *code);
        let expected = (*code, (*error).to_owned(), (*suberror).to_owned(), *claims);
        assert_eq!(shape(&platform.token(&TokenRequest::refresh(NATIVE, "x").tenant(CONTOSO.id)).await), expected);
        assert_eq!(shape(&DeviceRequest::by(NATIVE).tenant(CONTOSO.id).send(&platform).await), expected);
        let answer = platform.browser().authorize(&request).await;
        assert_eq!(answer.error(), ((*at_authorize).to_owned(), u32::try_from(*code).unwrap()));
        let meaning = platform.get(&format!("/error?code={code}"), &[]).await;
        assert_eq!(meaning.code(), 200, "error_uri leads there");
    }
    // What was wished for has come true, and all goes on as before.
    bought(&platform, &request, CHRIS).await;
}

#[tokio::test]
async fn version_1_calls_for_interaction_in_its_own_word() {
    let platform = in_development().await;
    wish(&platform, "POST", "{\"code\": 50076}").await;
    let answer = platform.token(&TokenRequest::refresh(NATIVE, "x").tenant(CONTOSO.id).v1()).await;
    assert_eq!(shape(&answer), (50_076, "interaction_required".to_owned(), String::new(), false));
}

#[tokio::test]
async fn the_standards_dialect_answers_in_the_words_of_its_documents() {
    let platform = in_development().await;
    let request = grantor_testkit::Authorize::by(NATIVE).oidc().tenant(CONTOSO.id).scope("openid");
    let refresh = TokenRequest::refresh(NATIVE, "x").oidc().tenant(CONTOSO.id);
    let person_is_needed = ("invalid_grant", "interaction_required");
    for one in REHEARSALS {
        let (at_token, in_answer) = match one.code {
            50_055 => ("invalid_grant", "login_required"),
            50_056 | 50_196 | 53_003 => ("invalid_grant", "access_denied"),
            50_107 => ("invalid_request", "invalid_request"),
            _ => person_is_needed,
        };
        let body = json!({"code": one.code, "client_id": NATIVE.client_id, "times": 2}).to_string();
        assert_eq!(wish(&platform, "POST", &body).await.code(), 200);
        let answer = platform.token(&refresh).await;
        assert_eq!((answer.code(), &answer.json()["error"]), (400, &json!(at_token)), "{}", one.code);
        // No number and no member that the specifications do not know.
        assert_eq!(answer.json().as_object().unwrap().len(), 2, "{}", answer.text());
        let response = platform.browser().authorize(&request).await.response();
        assert_eq!(response.get("error"), in_answer, "{}", one.code);
        assert_eq!(response.get("state"), request.value("state"));
    }
}

#[tokio::test]
async fn a_wish_that_cannot_come_true_is_refused_with_what_can() {
    let platform = in_development().await;
    let rows = [
        ("", "\"code\": 50076"),
        ("{\"code\": 65001}", "all others come about by themselves"),
        ("{\"code\": 50076, \"at\": \"somewhere\"}", "authorize or token"),
        ("{\"code\": 50076, \"client_id\": \"\"}", "client_id"),
        ("{\"code\": 50076, \"who\": \"x\"}", "unknown field"),
    ];
    for (body, expected) in rows {
        let answer = wish(&platform, "POST", body).await;
        assert_eq!(answer.code(), 400, "{body}");
        assert!(answer.json()["error"].as_str().unwrap().contains(expected), "{}", answer.text());
    }
    for _ in 0..100 {
        assert_eq!(wish(&platform, "POST", "{\"code\": 50076, \"at\": \"authorize\"}").await.code(), 200);
    }
    assert_eq!(wish(&platform, "POST", "{\"code\": 50076}").await.code(), 409);
    assert_eq!(platform.get("/dev/refusals", &[]).await.json()["waiting"].as_array().unwrap().len(), 100);
    assert_eq!(wish(&platform, "DELETE", "").await.json(), json!({"waiting": []}));
    let other = [("content-type", "application/json"), ("origin", "https://evil.example")];
    let body = "{\"code\": 50076}";
    let answer = platform.send(platform.request("POST", "/dev/refusals", &other, body.into())).await;
    assert_eq!(answer.code(), 403, "a page of another origin");
}

#[tokio::test]
async fn without_dev_nothing_is_rehearsed() {
    let platform = TestPlatform::start().await;
    assert_eq!(wish(&platform, "POST", "{\"code\": 50076}").await.code(), 404);
    let request = grantor_testkit::Authorize::by(NATIVE).tenant(CONTOSO.id);
    let tokens = bought(&platform, &request, CHRIS).await;
    platform.tokens(&renewal(&request, &tokens)).await;
}
