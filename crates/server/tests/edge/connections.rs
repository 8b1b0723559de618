//! The accept loop: answers, limits, and an orderly end.

use std::sync::Arc;
use std::time::Duration;

use axum::routing::get;
use axum::{Extension, Router};
use grantor_server::listen::{Limits, PeerAddr};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::support::{Running, read_to_close, read_until, within};

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
const SHORT: Duration = Duration::from_millis(100);

fn hello() -> Router {
    Router::new().route("/", get(async || "hello"))
}

/// A route that tells when a request has reached it, and answers when it is let go.
fn gated() -> (Router, Arc<Semaphore>, Arc<Semaphore>) {
    let (reached, go) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (tell, wait) = (reached.clone(), go.clone());
    let handler = async move || {
        tell.add_permits(1);
        wait.acquire().await.unwrap().forget();
        "hello"
    };
    (Router::new().route("/", get(handler)), reached, go)
}

async fn ask(stream: &mut TcpStream) -> String {
    stream.write_all(REQUEST).await.unwrap();
    read_until(stream, "hello").await
}

#[tokio::test]
async fn plain_http_is_answered_and_the_connection_kept() {
    let server = Running::start(hello(), None, Limits::default()).await;
    let mut stream = server.connect().await;
    for _ in 0..2 {
        let answer = ask(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("content-length: 5\r\n"), "{answer}");
    }
    assert_eq!(server.stopped().await.cut, 0);
}

#[tokio::test]
async fn a_request_carries_the_address_of_its_peer() {
    let handler = async |Extension(PeerAddr(peer)): Extension<PeerAddr>| format!("{peer} hello");
    let server = Running::start(Router::new().route("/", get(handler)), None, Limits::default()).await;
    let mut stream = server.connect().await;
    let answer = ask(&mut stream).await;
    assert!(answer.ends_with(&format!("\r\n{} hello", stream.local_addr().unwrap())), "{answer}");
    server.stopped().await;
}

#[tokio::test]
async fn a_client_that_is_slow_with_its_headers_is_cut() {
    let server = Running::start(hello(), None, Limits { headers: SHORT, ..Limits::default() }).await;
    for beginning in ["", "G", "PRI * HT", "GET / HTTP/1.1\r\nhost: loc"] {
        let mut stream = server.connect().await;
        stream.write_all(beginning.as_bytes()).await.unwrap();
        assert!(!read_to_close(&mut stream).await.contains("200"), "{beginning:?}");
    }
    server.stopped().await;
}

#[tokio::test]
async fn a_client_that_keeps_sending_headers_is_cut_as_well() {
    let server = Running::start(hello(), None, Limits { headers: SHORT, ..Limits::default() }).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    within(async {
        let mut pace = tokio::time::interval(SHORT / 4);
        while stream.write_all(b"x: y\r\n").await.is_ok() {
            pace.tick().await;
        }
    })
    .await;
    server.stopped().await;
}

#[tokio::test]
async fn a_client_that_is_slow_with_its_second_request_is_cut_too() {
    let server = Running::start(hello(), None, Limits { headers: SHORT, ..Limits::default() }).await;
    let mut stream = server.connect().await;
    ask(&mut stream).await;
    stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    within(async {
        let mut pace = tokio::time::interval(SHORT / 4);
        while stream.write_all(b"x: y\r\n").await.is_ok() {
            pace.tick().await;
        }
    })
    .await;
    server.stopped().await;
}

#[tokio::test]
async fn headers_beyond_the_limit_are_refused() {
    let limits = Limits { header_bytes: 8192, ..Limits::default() };
    let server = Running::start(hello(), None, limits).await;
    for (bytes, status) in [(7000, "HTTP/1.1 200"), (9000, "HTTP/1.1 431")] {
        let mut stream = server.connect().await;
        let long = "x".repeat(bytes);
        let request = format!("GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncookie: {long}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = read_to_close(&mut stream).await;
        assert!(answer.starts_with(status), "{bytes}: {answer}");
    }
    server.stopped().await;
}

#[tokio::test]
async fn a_panic_ends_its_connection_and_nothing_else() {
    let router = hello().route("/panic", get(async || -> &'static str { panic!("as the test wants it") }));
    let server = Running::start(router, None, Limits::default()).await;
    let (mut bystander, mut victim) = (server.connect().await, server.connect().await);
    ask(&mut bystander).await;
    victim.write_all(b"GET /panic HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    assert_eq!(read_to_close(&mut victim).await, "");
    ask(&mut bystander).await;
    ask(&mut server.connect().await).await;
    assert_eq!(server.stopped().await.cut, 0);
}

#[tokio::test]
async fn a_connection_beyond_the_limit_waits_for_another_to_end() {
    let server = Running::start(hello(), None, Limits { connections: 1, ..Limits::default() }).await;
    let mut first = server.connect().await;
    ask(&mut first).await;
    let mut second = server.connect().await;
    assert!(timeout(SHORT, ask(&mut second)).await.is_err(), "there is room for one");
    ask(&mut first).await;
    drop(first);
    read_until(&mut second, "hello").await;
    server.stopped().await;
}

#[tokio::test]
async fn what_is_in_flight_is_finished_and_nothing_new_is_accepted() {
    let (router, reached, go) = gated();
    let server = Running::start(router, None, Limits::default()).await;
    let address = server.address;
    let mut stream = server.connect().await;
    stream.write_all(REQUEST).await.unwrap();
    within(reached.acquire()).await.unwrap().forget();
    let ending = server.stop();
    within(async { while TcpStream::connect(address).await.is_ok() {} }).await;
    assert!(!ending.is_finished());
    go.add_permits(1);
    let answer = read_to_close(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("hello"), "{answer}");
    assert_eq!(within(ending).await.unwrap().cut, 0);
}

#[tokio::test]
async fn idle_and_silent_connections_do_not_hold_up_the_end() {
    let server = Running::start(hello(), None, Limits::default()).await;
    let (mut idle, silent) = (server.connect().await, server.connect().await);
    ask(&mut idle).await;
    let ended = timeout(Limits::default().drain / 2, server.stopped()).await.expect("well before the longest wait");
    assert_eq!(ended.cut, 0);
    drop((idle, silent));
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_cut() {
    let (router, reached, _go) = gated();
    let server = Running::start(router, None, Limits { drain: SHORT, ..Limits::default() }).await;
    let mut stream = server.connect().await;
    stream.write_all(REQUEST).await.unwrap();
    within(reached.acquire()).await.unwrap().forget();
    assert_eq!(server.stopped().await.cut, 1);
    assert_eq!(read_to_close(&mut stream).await, "");
}
