//! What belongs to no tenant.

use std::sync::Arc;

use super::samples::{NOW, in_minutes, minutes_ago, signing_key};
use crate::Storage;

/// Promise.
pub async fn what_is_kept_once_stays(storage: Arc<dyn Storage>) {
    assert_eq!(storage.keep_once("pepper", &[1, 0, 255]).await.unwrap(), [1, 0, 255]);
    assert_eq!(storage.keep_once("pepper", &[2]).await.unwrap(), [1, 0, 255]);
    assert_eq!(storage.keep_once("salt", &[]).await.unwrap(), [0; 0]);
    assert_eq!(storage.keep_once("salt", &[3]).await.unwrap(), [0; 0]);
}

/// Promise: also when the same key is brought twice.
pub async fn the_first_signing_key_of_an_algorithm_stays(storage: Arc<dyn Storage>) {
    let first = signing_key("a", "RS256", NOW);
    assert_eq!(storage.list_signing_keys().await.unwrap(), []);
    assert_eq!(storage.keep_first_signing_key(&first).await.unwrap(), std::slice::from_ref(&first));
    for late in [&first, &signing_key("b", "RS256", minutes_ago(5))] {
        assert_eq!(storage.keep_first_signing_key(late).await.unwrap(), std::slice::from_ref(&first));
    }
    assert_eq!(storage.list_signing_keys().await.unwrap(), [first]);
}

/// Promise.
pub async fn signing_keys_are_listed_oldest_first(storage: Arc<dyn Storage>) {
    let key = |name: &str, algorithm: &str, at| signing_key(name, algorithm, at);
    let young = key("a", "RS256", in_minutes(9));
    let old = key("c", "ES256", minutes_ago(9));
    let middle = key("b", "EdDSA", NOW);
    for one in [&young, &old, &middle] {
        storage.keep_first_signing_key(one).await.unwrap();
    }
    assert_eq!(storage.list_signing_keys().await.unwrap(), [old, middle, young]);
}
