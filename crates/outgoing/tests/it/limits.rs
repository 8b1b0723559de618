//! What a host that means no good can cost: time, bytes, places.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use grantor_outgoing::{AtOnce, HttpClient, Outgoing, OutgoingError, OutgoingRequest, OutgoingSettings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use url::Url;

use super::support::{request, serve};

/// A server that answers every request with `head`, then `piece` again and again with a pause before each; says whether it
/// was hung up on.
async fn serve_without_end(head: &'static str, piece: &'static [u8], pause: Duration) -> (String, Arc<Semaphore>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let hung_up = Arc::new(Semaphore::new(0));
    let noticed = Arc::clone(&hung_up);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let mut sent = stream.write_all(head.as_bytes()).await;
        while sent.is_ok() {
            tokio::time::sleep(pause).await;
            sent = stream.write_all(piece).await;
        }
        noticed.add_permits(1);
    });
    (address, hung_up)
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

#[tokio::test]
async fn a_body_without_end_is_given_up_at_the_limit() {
    let (address, hung_up) = serve_without_end(CHUNKED, b"5\r\nhello\r\n", Duration::ZERO).await;
    let settings = OutgoingSettings { body_limit: 10_000, ..OutgoingSettings::default() };
    let error = Outgoing::new(&settings).unwrap().send(request(&address, "/x")).await.unwrap_err();
    assert_eq!(error, OutgoingError::TooLarge { destination: format!("{address}/x"), limit: 10_000 });
    // The connection goes with it: nobody reads the rest in the background.
    drop(hung_up.acquire().await.unwrap());
}

#[tokio::test]
async fn a_length_that_is_promised_reserves_nothing() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 9000000000000000000\r\n\r\n";
    let (address, _) = serve_without_end(head, b"hello", Duration::ZERO).await;
    let settings = OutgoingSettings { body_limit: 10_000, ..OutgoingSettings::default() };
    let error = Outgoing::new(&settings).unwrap().send(request(&address, "/x")).await.unwrap_err();
    assert!(matches!(error, OutgoingError::TooLarge { .. }), "{error:?}");
}

/// Every piece arrives in good time, and still the whole must end.
#[tokio::test]
async fn a_body_that_trickles_ends_in_a_timeout() {
    let (address, hung_up) = serve_without_end(CHUNKED, b"1\r\nx\r\n", Duration::from_millis(20)).await;
    let limit = Duration::from_millis(200);
    let settings = OutgoingSettings { total_timeout: limit, ..OutgoingSettings::default() };
    let error = Outgoing::new(&settings).unwrap().send(request(&address, "/x")).await.unwrap_err();
    assert_eq!(error, OutgoingError::TimedOut { destination: format!("{address}/x"), limit });
    drop(hung_up.acquire().await.unwrap());
}

#[tokio::test]
async fn a_head_that_trickles_ends_in_a_timeout() {
    let (address, _) = serve_without_end("HTTP/1.1 200 OK\r\n", b"x: y\r\n", Duration::from_millis(20)).await;
    let settings = OutgoingSettings { total_timeout: Duration::from_millis(200), ..OutgoingSettings::default() };
    let error = Outgoing::new(&settings).unwrap().send(request(&address, "/x")).await.unwrap_err();
    assert!(matches!(error, OutgoingError::TimedOut { .. }), "{error:?}");
}

/// A server that keeps every caller until it is let go, and counts how many it has at most.
struct Hall {
    address: String,
    open: Arc<Semaphore>,
    most: Arc<AtomicUsize>,
}

impl Hall {
    async fn new() -> Self {
        let (open, most, now) =
            (Arc::new(Semaphore::new(0)), Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let (gate, peak) = (Arc::clone(&open), Arc::clone(&most));
        let answer = move || {
            let (gate, peak, now) = (Arc::clone(&gate), Arc::clone(&peak), Arc::clone(&now));
            async move {
                peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                drop(gate.acquire().await.unwrap());
                now.fetch_sub(1, Ordering::SeqCst);
                "done"
            }
        };
        let router = Router::new().route("/", get(answer)).route("/quick", get(|| async { "quick" }));
        Self { address: serve(router).await, open, most }
    }

    fn at(&self, host: &str, path: &str) -> OutgoingRequest {
        let mut url = Url::parse(&self.address).unwrap();
        url.set_host(Some(host)).unwrap();
        url.set_path(path);
        OutgoingRequest::get_json(url)
    }

    async fn has_been_full_with(&self, callers: usize) {
        while self.most.load(Ordering::SeqCst) < callers {
            tokio::task::yield_now().await;
        }
    }
}

fn limited(to_one_host: usize, altogether: usize, total_timeout: Duration) -> Arc<Outgoing> {
    let at_once = AtOnce { to_one_host, altogether };
    Arc::new(Outgoing::new(&OutgoingSettings { at_once, total_timeout, ..OutgoingSettings::default() }).unwrap())
}

#[tokio::test]
async fn no_more_than_so_many_are_under_way_to_one_host_and_all_arrive() {
    let hall = Hall::new().await;
    let outgoing = limited(3, 64, Duration::from_mins(1));
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (outgoing, request) = (Arc::clone(&outgoing), hall.at("127.0.0.1", "/"));
            tokio::spawn(async move { outgoing.send(request).await.unwrap().body })
        })
        .collect();
    hall.has_been_full_with(3).await;
    hall.open.add_permits(20);
    for call in calls {
        assert_eq!(call.await.unwrap(), "done");
    }
    assert_eq!(hall.most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_slow_host_does_not_hold_every_place() {
    let hall = Hall::new().await;
    let outgoing = limited(2, 3, Duration::from_mins(1));
    let slow: Vec<_> = (0..10)
        .map(|_| {
            let (outgoing, request) = (Arc::clone(&outgoing), hall.at("127.0.0.1", "/"));
            tokio::spawn(async move { outgoing.send(request).await })
        })
        .collect();
    hall.has_been_full_with(2).await;
    assert_eq!(outgoing.send(hall.at("localhost", "/quick")).await.unwrap().body, "quick");
    slow.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn the_place_of_a_request_that_was_given_up_is_free_again() {
    let hall = Hall::new().await;
    let outgoing = limited(1, 1, Duration::from_mins(1));
    let kept_waiting = hall.at("127.0.0.1", "/");
    tokio::select! {
        answer = outgoing.send(kept_waiting) => panic!("{answer:?}"),
        () = hall.has_been_full_with(1) => {}
    }
    assert_eq!(outgoing.send(hall.at("127.0.0.1", "/quick")).await.unwrap().body, "quick");
}
