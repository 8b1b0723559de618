//! Outgoing requests against servers on this machine.
#![expect(clippy::unwrap_used, reason = "a test says no by panicking, its helpers too")]

mod destinations;
mod documents;
mod limits;
mod proxy;
mod support;

use std::time::Duration;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use grantor_outgoing::{HttpClient, Outgoing, OutgoingError, OutgoingRequest, OutgoingSettings};
use tokio::net::TcpListener;

use support::{request, serve, serve_tls};

#[tokio::test]
async fn an_answer_comes_back_whole_with_its_status() {
    let router = Router::new().route("/x", get(|| async { (http::StatusCode::IM_A_TEAPOT, r#"{"a":1}"#) }));
    let address = serve(router).await;
    let outgoing = Outgoing::new(&OutgoingSettings::default()).unwrap();
    let answer = outgoing.send(request(&address, "/x?y=1")).await.unwrap();
    assert_eq!(answer.status, http::StatusCode::IM_A_TEAPOT);
    assert_eq!(answer.json::<serde_json::Value>().unwrap(), serde_json::json!({"a": 1}));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let router = Router::new()
        .route("/from", get(|| async { Redirect::temporary("/to") }))
        .route("/to", get(|| async { "arrived" }));
    let address = serve(router).await;
    let outgoing = Outgoing::new(&OutgoingSettings::default()).unwrap();
    let answer = outgoing.send(request(&address, "/from")).await.unwrap();
    assert_eq!(answer.status, http::StatusCode::TEMPORARY_REDIRECT);
}

#[tokio::test]
async fn no_more_is_read_than_the_limit() {
    let router = Router::new().route("/x", get(|| async { "a".repeat(101) }));
    let address = serve(router).await;
    let outgoing = Outgoing::new(&OutgoingSettings { body_limit: 100, ..OutgoingSettings::default() }).unwrap();
    let error = outgoing.send(request(&address, "/x?code=SECRET")).await.unwrap_err();
    assert_eq!(error, OutgoingError::TooLarge { destination: format!("{address}/x"), limit: 100 });
    let more = OutgoingRequest { body_limit: Some(101), ..request(&address, "/x") };
    assert_eq!(outgoing.send(more).await.unwrap().body.len(), 101);
}

#[tokio::test]
async fn silence_ends_in_a_timeout() {
    let router = Router::new().route("/x", get(std::future::pending::<()>));
    let address = serve(router).await;
    let settings = OutgoingSettings { total_timeout: Duration::from_millis(50), ..OutgoingSettings::default() };
    let error = Outgoing::new(&settings).unwrap().send(request(&address, "/x")).await.unwrap_err();
    assert!(matches!(error, OutgoingError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_closed_port_is_unreachable_and_the_query_stays_unsaid() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let outgoing = Outgoing::new(&OutgoingSettings::default()).unwrap();
    let error = outgoing.send(request(&address, "/x?code=SECRET")).await.unwrap_err();
    assert!(matches!(error, OutgoingError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains(&format!("{address}/x")) && !error.to_string().contains("SECRET"), "{error}");
}

#[tokio::test]
async fn an_unknown_authority_is_refused_until_its_certificate_is_given() {
    let (address, pem) = serve_tls().await;
    let error = Outgoing::new(&OutgoingSettings::default()).unwrap().send(request(&address, "/")).await.unwrap_err();
    assert!(matches!(error, OutgoingError::UnknownAuthority { .. }), "{error:?}");
    assert!(error.to_string().contains("--ca"));
    let trusting = OutgoingSettings { extra_ca_pem: vec![pem], ..OutgoingSettings::default() };
    let answer = Outgoing::new(&trusting).unwrap().send(request(&address, "/")).await.unwrap();
    assert_eq!(answer.body, "hi");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let (address, pem) = serve_tls().await;
    let trusting = OutgoingSettings { extra_ca_pem: vec![pem], ..OutgoingSettings::default() };
    let other_name = address.replace("localhost", "127.0.0.1");
    let error = Outgoing::new(&trusting).unwrap().send(request(&other_name, "/")).await.unwrap_err();
    assert!(matches!(error, OutgoingError::BadCertificate { .. }), "{error:?}");
}
