//! Who allowed which application what.

use std::sync::Arc;

use super::samples::{NOW, client_id, consents, in_minutes, one_tenant, user_id};
use crate::{RecordedConsent, Storage};

fn by(principal: Option<u8>, application: &str, api: &str, values: &[&str]) -> RecordedConsent {
    RecordedConsent {
        principal: principal.map(user_id),
        client_id: client_id(application),
        consents: consents(api, values),
    }
}

/// Promise.
pub async fn own_consents_and_those_for_everyone_are_found_together(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.record_consent(&by(Some(1), "app", "colors", &["Read"]), NOW).await.unwrap();
    tenant.record_consent(&by(None, "app", "colors", &["Write"]), NOW).await.unwrap();
    tenant.record_consent(&by(None, "app", "shapes", &["Read"]), NOW).await.unwrap();
    let mut both = consents("colors", &["Read", "Write"]);
    both.allow(&client_id("shapes"), ["Read".to_owned()]);
    assert_eq!(tenant.find_consents(user_id(1), &client_id("app")).await.unwrap(), both);
}

/// Promise.
pub async fn consents_of_other_people_and_applications_are_not_found(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.record_consent(&by(Some(1), "app", "colors", &["Read"]), NOW).await.unwrap();
    assert!(tenant.find_consents(user_id(2), &client_id("app")).await.unwrap().is_empty());
    assert!(tenant.find_consents(user_id(1), &client_id("other")).await.unwrap().is_empty());
}

/// Promise: also when some of it was allowed already, or nothing is added.
pub async fn a_consent_is_added_to_what_was_allowed_before(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    for values in [["Read", "List"].as_slice(), &["Write", "Read"], &[]] {
        tenant.record_consent(&by(Some(1), "app", "colors", values), in_minutes(1)).await.unwrap();
    }
    let all = consents("colors", &["List", "Read", "Write"]);
    assert_eq!(tenant.find_consents(user_id(1), &client_id("app")).await.unwrap(), all);
}
