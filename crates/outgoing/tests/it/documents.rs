//! Documents are asked for once and kept for as long as they should be.

mod scene;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use grantor_environment::{ManualClock, Timestamp};
use grantor_outgoing::{DocumentError, DocumentSettings, Documents, Outgoing, OutgoingError};
use http::StatusCode;
use tokio::sync::Semaphore;

use super::support::{serve, strict};
use scene::{MINUTE, Scene, all, almost, broken, url};

#[tokio::test]
async fn a_document_is_kept_for_as_long_as_it_says() {
    let scene = Scene::new();
    let first = scene.fetch().await.unwrap();
    assert_eq!((first.bytes.as_ref(), first.content_type.as_deref()), (&b"one"[..], Some("application/jwk-set+json")));
    scene.publisher.answers("two", "max-age=0");
    scene.clock.advance(almost(2 * MINUTE));
    assert!(Arc::ptr_eq(&scene.fetch().await.unwrap(), &first));
    scene.clock.advance(Duration::from_millis(1));
    assert_eq!((scene.body().await.as_ref(), scene.publisher.asked()), (&b"two"[..], 2));
    // It asks not to be kept, and is for a minute.
    scene.publisher.answers("three", "max-age=31536000");
    scene.clock.advance(almost(MINUTE));
    assert_eq!(scene.body().await, "two");
    scene.clock.advance(Duration::from_millis(1));
    assert_eq!(scene.body().await, "three");
    // It may be kept for a year, and is for a day.
    scene.publisher.answers("four", "public");
    scene.clock.advance(24 * 60 * MINUTE);
    assert_eq!(scene.body().await, "four");
    scene.publisher.answers("five", "");
    scene.clock.advance(almost(10 * MINUTE));
    assert_eq!(scene.body().await, "four");
    scene.clock.advance(Duration::from_millis(1));
    assert_eq!(scene.body().await, "five");
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_make_a_document_last() {
    let scene = Scene::new();
    assert_eq!(scene.body().await, "one");
    scene.publisher.answers("two", "");
    scene.clock.set(Timestamp::from_seconds(0));
    assert_eq!(scene.body().await, "two");
}

#[tokio::test]
async fn what_is_known_is_told_without_asking() {
    let scene = Scene::new();
    let known = || scene.documents.known(&url("https://a.example/keys"));
    assert!(known().is_none());
    let first = scene.fetch().await.unwrap();
    assert!(Arc::ptr_eq(&known().unwrap().unwrap(), &first));
    scene.clock.advance(2 * MINUTE);
    assert!(known().is_none());
    scene.publisher.refuses(StatusCode::NOT_FOUND);
    scene.fetch().await.unwrap_err();
    assert!(known().unwrap().is_err());
    assert_eq!(scene.publisher.asked(), 2);
}

#[tokio::test]
async fn a_hundred_callers_are_one_request() {
    let scene = Scene::of(DocumentSettings::default(), 0);
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let documents = Arc::clone(&scene.documents);
            tokio::spawn(async move { documents.fetch(&url("https://a.example/keys")).await.unwrap() })
        })
        .collect();
    scene.asked(1).await;
    scene.publisher.gate.add_permits(100);
    for call in calls {
        assert_eq!(call.await.unwrap().bytes, "one");
    }
    assert_eq!(scene.publisher.asked(), 1);
}

/// Each of them waited for that one answer. That it is not kept for later is no reason to ask a hundred times.
#[tokio::test]
async fn a_hundred_callers_share_a_failure_that_is_not_kept() {
    let scene = Scene::of(DocumentSettings::default(), 0);
    let busy = OutgoingError::Busy { destination: "https://a.example/keys".to_owned(), limit: MINUTE };
    scene.publisher.fails(busy.clone());
    let fetch = || async { scene.fetch().await };
    let mut calls = std::pin::pin!(all((0..100).map(|_| fetch())));
    tokio::select! {
        biased;
        _ = &mut calls => panic!("the gate is closed"),
        () = scene.asked(1) => {}
    }
    scene.publisher.gate.add_permits(100);
    assert!(calls.await.into_iter().all(|one| one == Err(busy.clone().into())));
    assert_eq!(scene.publisher.asked(), 1);
    scene.publisher.answers("one", "");
    assert_eq!(scene.body().await, "one", "our own trouble is over at once");
}

#[tokio::test]
async fn a_caller_who_goes_away_leaves_the_answer_to_the_next() {
    let scene = Scene::of(DocumentSettings::default(), 0);
    tokio::select! {
        biased;
        _ = scene.fetch() => panic!("the gate is closed"),
        () = scene.asked(1) => {}
    }
    scene.publisher.gate.add_permits(10);
    assert_eq!((scene.body().await.as_ref(), scene.publisher.asked()), (&b"one"[..], 1));
}

#[tokio::test]
async fn a_failure_is_kept_for_half_a_minute() {
    for known in [true, false] {
        let scene = Scene::new();
        if known {
            assert_eq!(scene.body().await, "one");
            scene.clock.advance(3 * MINUTE);
        }
        let asked = scene.publisher.asked();
        scene.publisher.refuses(StatusCode::FOUND);
        let error = scene.fetch().await.unwrap_err();
        assert!(matches!(error, DocumentError::Status { status: StatusCode::FOUND, .. }), "{error}");
        scene.publisher.answers("two", "");
        scene.clock.advance(Duration::from_millis(29_999));
        assert_eq!(scene.fetch().await.unwrap_err(), error);
        assert_eq!(scene.publisher.asked(), asked + 1);
        scene.clock.advance(Duration::from_millis(1));
        assert_eq!(scene.body().await, "two");
    }
}

#[tokio::test]
async fn a_document_is_fetched_before_its_time_once_in_half_a_minute() {
    let scene = Scene::new();
    let first = scene.fetch().await.unwrap();
    scene.publisher.answers("two", "");
    let second = scene.refetch(&first).await.unwrap();
    assert_eq!((second.bytes.as_ref(), scene.publisher.asked()), (&b"two"[..], 2));
    // Whoever still holds the first gets the second, and nobody asks for it.
    assert!(Arc::ptr_eq(&scene.refetch(&first).await.unwrap(), &second));
    scene.publisher.answers("three", "");
    scene.clock.advance(Duration::from_millis(29_999));
    for _ in 0..100 {
        assert!(Arc::ptr_eq(&scene.refetch(&second).await.unwrap(), &second));
    }
    assert_eq!(scene.publisher.asked(), 2);
    scene.clock.advance(Duration::from_millis(1));
    assert!(Arc::ptr_eq(&scene.refetch(&first).await.unwrap(), &second), "what is newer is tried first");
    assert_eq!(scene.publisher.asked(), 2);
    assert_eq!(scene.refetch(&second).await.unwrap().bytes, "three");
}

#[tokio::test]
async fn a_hundred_callers_who_miss_a_key_are_one_request() {
    let scene = Scene::of(DocumentSettings::default(), 1);
    let first = scene.fetch().await.unwrap();
    scene.publisher.answers("two", "");
    let mut calls = std::pin::pin!(all((0..100).map(|_| scene.refetch(&first))));
    tokio::select! {
        biased;
        _ = &mut calls => panic!("the gate is closed"),
        () = scene.asked(2) => {}
    }
    // Whoever is content with what is known does not wait.
    assert!(Arc::ptr_eq(&scene.fetch().await.unwrap(), &first));
    scene.publisher.gate.add_permits(100);
    assert!(calls.await.into_iter().all(|one| one.unwrap().bytes == "two"));
    assert_eq!(scene.publisher.asked(), 2);
}

#[tokio::test]
async fn a_refetch_that_fails_leaves_what_is_known_until_its_time() {
    let scene = Scene::new();
    let first = scene.fetch().await.unwrap();
    scene.publisher.fails(broken());
    assert!(Arc::ptr_eq(&scene.refetch(&first).await.unwrap(), &first));
    assert!(Arc::ptr_eq(&scene.fetch().await.unwrap(), &first));
    assert_eq!(scene.publisher.asked(), 2);
    scene.clock.advance(2 * MINUTE);
    assert_eq!(scene.refetch(&first).await.unwrap_err(), broken().into());
    assert_eq!(scene.refetch(&first).await.unwrap_err(), broken().into());
    assert_eq!(scene.publisher.asked(), 3, "a failure that is known is not asked for again");
}

#[tokio::test]
async fn only_so_many_addresses_are_known_and_the_longest_unused_one_goes() {
    let scene = Scene::of(DocumentSettings { entries: 2, ..DocumentSettings::default() }, Semaphore::MAX_PERMITS);
    let fetch = async |name: &str| {
        scene.documents.fetch(&url(&format!("https://{name}.example/"))).await.unwrap();
        scene.publisher.asked()
    };
    assert_eq!((fetch("a").await, fetch("b").await), (1, 2));
    assert_eq!((fetch("a").await, fetch("c").await), (2, 3), "b makes room for c");
    assert_eq!((fetch("a").await, fetch("c").await, fetch("b").await), (3, 3, 4));
}

#[tokio::test]
async fn an_address_that_is_being_asked_does_not_make_room() {
    let scene = Scene::of(DocumentSettings { entries: 1, ..DocumentSettings::default() }, 0);
    tokio::select! {
        biased;
        _ = scene.fetch() => panic!("the gate is closed"),
        () = scene.asked(1) => {}
    }
    let other = url("https://b.example/");
    tokio::select! {
        error = scene.documents.fetch(&other) => {
            assert!(matches!(error, Err(DocumentError::NoAnswer(OutgoingError::Busy { .. }))), "{error:?}");
        }
        () = scene.asked(2) => panic!("the one that is being asked has made room")
    }
    scene.publisher.gate.add_permits(10);
    assert_eq!(scene.body().await, "one");
}

#[tokio::test]
async fn another_query_or_fragment_is_another_document() {
    let scene = Scene::new();
    for address in ["https://a.example/x", "https://a.example/x?1", "https://a.example/x#1", "https://a.example/x#2"] {
        scene.documents.fetch(&url(address)).await.unwrap();
    }
    assert_eq!(scene.publisher.asked(), 4);
}

#[tokio::test]
async fn an_address_without_tls_is_not_even_asked() {
    let scene = Scene::new();
    for address in ["http://a.example/", "ftp://a.example/", "https://u:p@a.example/", "http://localhost.a.example/"] {
        assert!(matches!(scene.documents.fetch(&url(address)).await, Err(DocumentError::NoAnswer(_))), "{address}");
    }
    assert_eq!(scene.publisher.asked(), 0);
}

/// With the true client: an address of this machine where it is allowed, and not more than the limit.
#[tokio::test]
async fn documents_come_through_the_client_and_its_rule() {
    let router = Router::new()
        .route("/keys", get(|| async { ([("content-type", "text/plain")], "keys") }))
        .route("/long", get(|| async { "a".repeat(DocumentSettings::default().body_limit + 1) }));
    let address = serve(router).await;
    let clock = Arc::new(ManualClock::running());
    let through = |entries: &[&str]| {
        let http = Arc::new(Outgoing::new(&strict(entries)).unwrap());
        Documents::new(http, Arc::<ManualClock>::clone(&clock), DocumentSettings::default())
    };
    let (keys, long) = (url(&format!("{address}/keys")), url(&format!("{address}/long")));
    let allowed = through(&["127.0.0.1"]);
    let document = allowed.fetch(&keys).await.unwrap();
    assert_eq!((document.bytes.as_ref(), document.content_type.as_deref()), (&b"keys"[..], Some("text/plain")));
    let error = allowed.fetch(&long).await.unwrap_err();
    assert!(matches!(error, DocumentError::NoAnswer(OutgoingError::TooLarge { .. })), "{error:?}");
    let error = through(&[]).fetch(&keys).await.unwrap_err();
    assert!(matches!(error, DocumentError::NoAnswer(OutgoingError::NotPermitted { .. })), "{error:?}");
}
