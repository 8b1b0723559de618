//! Signing keys over months: the next one is published ahead, the old one stays until its last token is out.

use std::time::Duration;

use grantor_testkit::{CHRIS, NATIVE, TestPlatform, unverified_header};

const DAY: Duration = Duration::from_hours(24);

async fn key_ids(platform: &TestPlatform) -> Vec<String> {
    let keys = platform.get("/contoso.example/discovery/v2.0/keys", &[]).await.json();
    let text = |key: &serde_json::Value| key["kid"].as_str().expect("each key has an id").to_owned();
    keys["keys"].as_array().expect("the document lists keys").iter().map(text).collect()
}

async fn signing(platform: &TestPlatform) -> String {
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    unverified_header(&tokens.access_token)["kid"].as_str().expect("each token names its key").to_owned()
}

#[tokio::test]
async fn a_key_is_published_ahead_signs_and_is_forgotten() {
    let platform = TestPlatform::start().await;
    let first = key_ids(&platform).await;
    platform.rotate_keys().await;
    assert_eq!(key_ids(&platform).await, first, "nothing is due on the first day");

    platform.advance(88 * DAY);
    platform.rotate_keys().await;
    let both = key_ids(&platform).await;
    assert_eq!((both.len(), &both[0]), (2, &first[0]));
    assert_eq!(signing(&platform).await, first[0], "the next key is published and does not sign yet");

    platform.advance(2 * DAY);
    let before = platform.signed_in(NATIVE, CHRIS).await;
    assert_eq!(signing(&platform).await, both[1]);
    platform.rotate_keys().await;
    assert_eq!(key_ids(&platform).await, both, "the old key's tokens are still out");
    platform.verified(&before.access_token).await;

    // An API may say that its tokens live for a day.
    platform.advance(DAY);
    platform.rotate_keys().await;
    assert_eq!(key_ids(&platform).await, both[1..]);
    assert_eq!(signing(&platform).await, both[1]);
}

#[tokio::test]
async fn several_nodes_that_rotate_at_once_agree_on_one_key() {
    let platform = TestPlatform::start().await;
    platform.advance(88 * DAY);
    tokio::join!(platform.rotate_keys(), platform.rotate_keys(), platform.rotate_keys());
    assert_eq!(key_ids(&platform).await.len(), 2);
}
