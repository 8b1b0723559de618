//! Wishes that an administrator allow something.

use std::sync::Arc;

use grantor_rules::model::ConsentRequest;
use uuid::Uuid;

use super::samples::{NOW, client_id, consent_request, consent_that_brings_in, consents, one_tenant, user_id};
use crate::{Finished, Storage};

/// Promise: at most so many; the same person's next wish for the same application takes the place of the one before.
pub async fn wishes_are_listed_the_oldest_first(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    let [first, second, third] =
        [consent_request(9, 1, "app", 1), consent_request(2, 1, "other", 2), consent_request(5, 2, "app", 3)];
    for one in [&third, &first, &second] {
        tenant.ask_for_consent(one).await.unwrap();
    }
    assert_eq!(tenant.list_consent_requests(9).await.unwrap(), [first.clone(), second.clone(), third.clone()]);
    assert_eq!(tenant.list_consent_requests(2).await.unwrap(), [first, second.clone()]);
    let again = ConsentRequest {
        permissions: consents("shapes", &["Read"]),
        reason: String::new(),
        ..consent_request(1, 1, "app", 4)
    };
    tenant.ask_for_consent(&again).await.unwrap();
    assert_eq!(tenant.list_consent_requests(9).await.unwrap(), [second, third, again]);
}

/// Promise: with what was allowed for it, or, the second time, without anything.
pub async fn a_wish_ends_once(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    let [first, second] = [consent_request(1, 1, "app", 1), consent_request(2, 2, "app", 2)];
    for one in [&first, &second] {
        tenant.ask_for_consent(one).await.unwrap();
    }
    let allowed = [consent_that_brings_in("app", "colors")];
    assert_eq!(tenant.end_consent_request(first.id, &allowed, NOW).await.unwrap(), Finished::Now);
    assert_eq!(tenant.list_consent_requests(9).await.unwrap(), std::slice::from_ref(&second));
    assert_eq!(tenant.find_consents(user_id(1), &client_id("app")).await.unwrap(), consents("colors", &["Read"]));
    assert!(tenant.find_service_principal(&client_id("app")).await.unwrap().is_some());
    let late = [consent_that_brings_in("late", "shapes")];
    for id in [first.id, Uuid::nil()] {
        assert_eq!(tenant.end_consent_request(id, &late, NOW).await.unwrap(), Finished::Before);
    }
    assert!(tenant.find_consents(user_id(1), &client_id("late")).await.unwrap().is_empty());
    assert_eq!(tenant.find_service_principal(&client_id("late")).await.unwrap(), None);
    // Declined.
    assert_eq!(tenant.end_consent_request(second.id, &[], NOW).await.unwrap(), Finished::Now);
    assert_eq!(tenant.list_consent_requests(9).await.unwrap(), []);
}
