//! What belongs to no tenant.

use std::sync::Arc;

use super::samples::{NOW, in_minutes, minutes_ago, signing_key};
use crate::Storage;

/// Promise.
pub async fn what_is_kept_once_stays(storage: Arc<dyn Storage>) {
    assert_eq!(storage.find_kept("pepper").await.unwrap(), None);
    assert_eq!(storage.keep_once("pepper", &[1, 0, 255]).await.unwrap(), [1, 0, 255]);
    assert_eq!(storage.find_kept("pepper").await.unwrap(), Some(vec![1, 0, 255]));
    assert_eq!(storage.keep_once("pepper", &[2]).await.unwrap(), [1, 0, 255]);
    assert_eq!(storage.keep_once("salt", &[]).await.unwrap(), [0; 0]);
    assert_eq!(storage.keep_once("salt", &[3]).await.unwrap(), [0; 0]);
}

/// Promise: also when the same key is brought twice.
pub async fn the_first_signing_key_of_an_algorithm_stays(storage: Arc<dyn Storage>) {
    let first = signing_key("a", "RS256", NOW);
    assert_eq!(storage.list_signing_keys().await.unwrap(), []);
    assert_eq!(storage.keep_signing_key(&first, None).await.unwrap(), std::slice::from_ref(&first));
    for late in [&first, &signing_key("b", "RS256", minutes_ago(5))] {
        assert_eq!(storage.keep_signing_key(late, None).await.unwrap(), std::slice::from_ref(&first));
    }
    assert_eq!(storage.list_signing_keys().await.unwrap(), [first]);
}

/// Promise: one successor for each key, and only for keys of its own algorithm's line.
pub async fn a_signing_key_has_one_successor(storage: Arc<dyn Storage>) {
    let (first, next, late) = (
        signing_key("a", "RS256", NOW),
        signing_key("b", "RS256", in_minutes(1)),
        signing_key("c", "RS256", in_minutes(2)),
    );
    storage.keep_signing_key(&first, None).await.unwrap();
    let both = [first.clone(), next.clone()];
    assert_eq!(storage.keep_signing_key(&next, Some("a")).await.unwrap(), both);
    assert_eq!(storage.keep_signing_key(&late, Some("a")).await.unwrap(), both);
    assert_eq!(storage.keep_signing_key(&late, Some("b")).await.unwrap(), [first, next, late]);
}

/// Promise: and its place as the first is not free again.
pub async fn a_forgotten_signing_key_is_gone(storage: Arc<dyn Storage>) {
    let (first, next) = (signing_key("a", "RS256", NOW), signing_key("b", "RS256", in_minutes(1)));
    storage.keep_signing_key(&first, None).await.unwrap();
    storage.keep_signing_key(&next, Some("a")).await.unwrap();
    assert_eq!(storage.forget_signing_key("a").await.unwrap(), std::slice::from_ref(&next));
    assert_eq!(storage.forget_signing_key("a").await.unwrap(), std::slice::from_ref(&next));
    assert_eq!(storage.keep_signing_key(&first, None).await.unwrap(), [next]);
}

/// Promise.
pub async fn signing_keys_are_listed_oldest_first(storage: Arc<dyn Storage>) {
    let key = |name: &str, algorithm: &str, at| signing_key(name, algorithm, at);
    let young = key("a", "RS256", in_minutes(9));
    let old = key("c", "ES256", minutes_ago(9));
    let middle = key("b", "EdDSA", NOW);
    for one in [&young, &old, &middle] {
        storage.keep_signing_key(one, None).await.unwrap();
    }
    assert_eq!(storage.list_signing_keys().await.unwrap(), [old, middle, young]);
}
