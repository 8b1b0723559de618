//! How keys are fetched and kept.

use std::time::Duration;

use axum::http::StatusCode;
use grantor_resource_server::{InvalidToken, Rejection, Verifier};

use crate::stub::Issuer;

async fn good(verifier: &Verifier, token: &str) -> bool {
    match verifier.verify_token(token).await {
        Ok(_) => true,
        Err(Rejection::Invalid(InvalidToken::Unverified(_))) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn keys_are_fetched_once_and_kept_for_an_hour() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier(issuer.settings());
    assert_eq!(issuer.key_requests(), 0);
    let mut claims = issuer.claims();
    claims.insert("exp".to_owned(), 2_000_000.into());
    let token = issuer.sign(&claims);
    let (one, two) = tokio::join!(good(&verifier, &token), good(&verifier, &token));
    assert!(one && two);
    issuer.clock.advance(Duration::from_secs(3599));
    assert!(good(&verifier, &token).await);
    assert_eq!(issuer.key_requests(), 1);
    issuer.clock.advance(Duration::from_secs(1));
    assert!(good(&verifier, &token).await);
    assert_eq!(issuer.key_requests(), 2);
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_at_most_once_in_five_minutes() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier(issuer.settings());
    assert!(good(&verifier, &issuer.sign(&issuer.claims())).await);
    issuer.rotate();
    let second = issuer.sign(&issuer.claims());
    let answers = tokio::join!(good(&verifier, &second), good(&verifier, &second), good(&verifier, &second));
    assert_eq!(answers, (true, true, true));
    assert_eq!(issuer.key_requests(), 2);

    // From here on a stranger could make up a key id with each request.
    issuer.rotate();
    let third = issuer.sign(&issuer.claims());
    issuer.clock.advance(Duration::from_secs(299));
    for _ in 0..5 {
        assert!(!good(&verifier, &third).await);
    }
    assert_eq!(issuer.key_requests(), 2);
    assert!(good(&verifier, &second).await, "the known key still serves");
    issuer.clock.advance(Duration::from_secs(1));
    assert!(good(&verifier, &third).await);
    assert_eq!(issuer.key_requests(), 3);
    assert!(!good(&verifier, &second).await, "a key that is no longer published is no longer trusted");
}

#[tokio::test]
async fn a_failed_renewal_keeps_the_known_keys_and_is_not_repeated_at_once() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier(issuer.settings());
    let mut claims = issuer.claims();
    claims.insert("exp".to_owned(), 2_000_000.into());
    let token = issuer.sign(&claims);
    assert!(good(&verifier, &token).await);
    issuer.break_keys(StatusCode::INTERNAL_SERVER_ERROR, "");
    issuer.clock.advance(Duration::from_hours(2));
    for _ in 0..3 {
        assert!(good(&verifier, &token).await);
    }
    assert_eq!(issuer.key_requests(), 2);
    issuer.clock.advance(Duration::from_mins(5));
    assert!(good(&verifier, &token).await);
    assert_eq!(issuer.key_requests(), 3);
}

#[tokio::test]
async fn without_any_keys_nothing_is_said_about_a_token() {
    // T30
    let broken = [
        (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
        (StatusCode::FOUND, String::new()),
        (StatusCode::OK, String::new()),
        (StatusCode::OK, "{\"keys\":[".to_owned()),
        (StatusCode::OK, "{\"keys\":[]}".to_owned()),
        (StatusCode::OK, "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AA\",\"kid\":\"a\"}]}".to_owned()),
        (StatusCode::OK, format!("{{\"keys\":[{}]}}", " ".repeat(2 * 1024 * 1024))),
    ];
    for (status, body) in broken {
        let issuer = Issuer::start().await;
        let verifier = issuer.verifier(issuer.settings());
        let token = issuer.sign(&issuer.claims());
        issuer.break_keys(status, &body);
        for _ in 0..3 {
            let error = verifier.verify_token(&token).await.unwrap_err();
            assert!(matches!(error, Rejection::KeysUnavailable { .. }), "{error:?}");
        }
        assert_eq!(issuer.key_requests(), 1, "{status} {body:.20}");
        *issuer.broken.lock().unwrap() = None;
        issuer.clock.advance(Duration::from_secs(5));
        assert!(good(&verifier, &token).await);
    }
}

#[tokio::test]
async fn nothing_that_is_no_token_is_taken_whatever_the_keys_are() {
    // T30: not while they are there, nor while they cannot be had.
    let sound = Issuer::start().await;
    let token = sound.sign(&sound.claims());
    let parts: Vec<&str> = token.split('.').collect();
    let mut hostile = vec![
        String::new(),
        ".".repeat(2),
        ".".repeat(100_000),
        "\u{0}.\u{0}.\u{0}".to_owned(),
        "e30.e30.".to_owned(),
        "W10.W10.W10".to_owned(),
        "bnVsbA.bnVsbA.bnVsbA".to_owned(),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}..{}", parts[0], parts[2]),
        format!("{token}.{token}"),
        format!("{token}\u{fffd}"),
        format!("{}.{}.{}", parts[0], "W1".repeat(200_000), parts[2]),
        format!("{}.{}.{}", parts[0], "eyJhIjp7ImEi".repeat(4000), parts[2]),
    ];
    hostile.extend((0..token.len()).step_by(11).map(|end| token[..end].to_owned()));
    let states = [
        None,
        Some((StatusCode::INTERNAL_SERVER_ERROR, String::new())),
        Some((StatusCode::FOUND, "https://evil.example/keys".to_owned())),
        Some((StatusCode::OK, "{\"keys\":[".to_owned())),
        Some((StatusCode::OK, "[".repeat(100_000))),
        Some((StatusCode::OK, " ".repeat(2 * 1024 * 1024))),
    ];
    for state in states {
        *sound.broken.lock().unwrap() = state;
        let verifier = sound.verifier(sound.settings());
        for text in &hostile {
            assert!(verifier.verify_token(text).await.is_err(), "{text:.80}");
        }
        *sound.broken.lock().unwrap() = None;
        sound.clock.advance(Duration::from_secs(5));
        assert!(good(&verifier, &token).await, "and it goes on after that");
    }
}

#[tokio::test]
async fn metadata_of_another_issuer_give_no_keys() {
    let issuer = Issuer::start().await;
    *issuer.named.lock().unwrap() = "https://evil.example".to_owned();
    let error = issuer.verifier(issuer.settings()).verify_token(&issuer.sign(&issuer.claims())).await.unwrap_err();
    let Rejection::KeysUnavailable { detail, .. } = error else { panic!("{error:?}") };
    assert!(detail.contains("evil.example"), "{detail}");
    assert_eq!(issuer.key_requests(), 0);
}
