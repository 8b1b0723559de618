//! Calling an API.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::http::{Method, StatusCode};
use grantor_client::{Account, Application, Call, Called, Event};
use url::Url;

use crate::stub::{Provider, Steps, sign_in, simple};

async fn signed_in() -> (Arc<Provider>, Application, Arc<Steps>, Account) {
    let provider = Provider::start().await;
    let (app, steps) = simple(&provider);
    let account = sign_in(&app, &provider).await.account;
    (provider, app, steps, account)
}

async fn call(provider: &Provider, app: &Application, account: &Account) -> Called {
    let url = Url::parse(&format!("{}/api?secret=1", provider.origin)).unwrap();
    app.call(account, &Call::new(Method::GET, url, &["colors/Read"])).await.unwrap()
}

#[tokio::test]
async fn a_call_carries_the_token() {
    let (provider, app, steps, account) = signed_in().await;
    let called = call(&provider, &app, &account).await;
    assert_eq!((called.response.status, called.retried), (StatusCode::OK, false));
    assert_eq!(called.response.body, "colors");
    assert!(!format!("{:?}", steps.0.lock().unwrap()).contains("secret=1"));
}

#[tokio::test]
async fn a_refused_token_is_replaced_and_the_call_made_once_more() {
    let (provider, app, steps, account) = signed_in().await;
    *provider.accepted.lock().unwrap() = None;
    let called = call(&provider, &app, &account).await;
    assert_eq!((called.response.status, called.retried), (StatusCode::OK, true));
    assert_eq!(provider.api_calls.load(Ordering::SeqCst), 2);
    let refused = Event::TokenRefused { description: Some("expired".to_owned()) };
    assert_eq!(steps.count(|event| *event == refused), 1);
    // The new token is the cached one from here on.
    assert!(!call(&provider, &app, &account).await.retried);
}

#[tokio::test]
async fn there_is_one_retry_and_no_more() {
    let (provider, app, _, account) = signed_in().await;
    provider.closed.store(true, Ordering::SeqCst);
    let called = call(&provider, &app, &account).await;
    assert_eq!((called.response.status, called.retried), (StatusCode::UNAUTHORIZED, true));
    assert_eq!(provider.api_calls.load(Ordering::SeqCst), 2);
    assert_eq!(provider.token_requests(), 2);
}

#[tokio::test]
async fn headers_and_body_are_sent_and_an_authorization_of_the_callers_is_replaced() {
    let (provider, app, _, account) = signed_in().await;
    let url = Url::parse(&format!("{}/api", provider.origin)).unwrap();
    let mut call = Call::new(Method::POST, url, &["colors/Read"]).json("{}");
    call.headers.insert("authorization", "Bearer mine".parse().unwrap());
    assert_eq!(app.call(&account, &call).await.unwrap().response.status, StatusCode::OK);
}

#[tokio::test]
async fn a_401_for_another_reason_is_handed_on() {
    let (provider, app, _, account) = signed_in().await;
    *provider.accepted.lock().unwrap() = None;
    for challenge in ["Basic realm=\"x\"", "Bearer realm=\"x\"", "Bearer error=\"insufficient_scope\""] {
        *provider.challenge.lock().unwrap() = challenge;
        let called = call(&provider, &app, &account).await;
        assert_eq!((called.response.status, called.retried), (StatusCode::UNAUTHORIZED, false), "{challenge}");
    }
    assert_eq!(provider.token_requests(), 1);
}

#[tokio::test]
async fn another_status_is_handed_on_whatever_its_challenge_says() {
    let (provider, app, _, account) = signed_in().await;
    provider.closed.store(true, Ordering::SeqCst);
    *provider.refused_with.lock().unwrap() = StatusCode::FORBIDDEN;
    let called = call(&provider, &app, &account).await;
    assert_eq!((called.response.status, called.retried), (StatusCode::FORBIDDEN, false));
}
