//! What was granted, with its person and what they allow: the same as three look-ups would say.

use std::sync::Arc;

use grantor_rules::directory::DirectoryChange;

use super::samples::{
    NOW, bought, client_id, code, consents, digest, family_id, family_with, issue, one_tenant, tenant_id, user, user_id,
};
use crate::{OnBehalf, RecordedConsent, Storage, TenantStorage};

async fn allow(tenant: &dyn TenantStorage, person: Option<u8>, application: &str, api: &str, values: &[&str]) {
    let consent = RecordedConsent {
        principal: person.map(user_id),
        client_id: client_id(application),
        consents: consents(api, values),
    };
    tenant.record_consent(&consent, NOW).await.unwrap();
}

/// A tenant with person 1, a code of theirs (1) and a family (2).
async fn granted(storage: &Arc<dyn Storage>) -> Arc<dyn TenantStorage> {
    let tenant = one_tenant(storage).await;
    let users = vec![(tenant_id(1), user(1, "ada@x.example")), (tenant_id(1), user(2, "bob@x.example"))];
    storage.apply_directory(&DirectoryChange { users, ..Default::default() }).await.unwrap();
    tenant.issue_code(&issue(digest(1), 1)).await.unwrap();
    bought(&*tenant, digest(2), 2, digest(12)).await;
    tenant
}

/// Promise: with the person, their own consents and those for everyone, and with nobody else's.
pub async fn a_grant_is_found_with_its_person_and_their_consents(storage: Arc<dyn Storage>) {
    let tenant = granted(&storage).await;
    allow(&*tenant, Some(1), "app", "colors", &["Read", "Write"]).await;
    allow(&*tenant, None, "app", "shapes", &["Read"]).await;
    allow(&*tenant, Some(2), "app", "colors", &["Other"]).await;
    allow(&*tenant, Some(1), "other", "colors", &["Other"]).await;
    let allowed = tenant.find_consents(user_id(1), &client_id("app")).await.unwrap();
    assert!(allowed.covers(&client_id("colors"), "Write") && allowed.covers(&client_id("shapes"), "Read"));
    let person = Some(user(1, "ada@x.example"));
    let found = tenant.find_code_on_behalf(&digest(1)).await.unwrap();
    assert_eq!(found, Some(OnBehalf { granted: code(1), user: person.clone(), consents: allowed.clone() }));
    let found = tenant.find_family_on_behalf(family_id(2)).await.unwrap();
    let family = family_with(2, digest(12));
    assert_eq!(found, Some(OnBehalf { granted: family.clone(), user: person.clone(), consents: allowed }));
    assert_eq!(tenant.find_family_with_user(family_id(2)).await.unwrap(), Some((family, person)));
}

/// Promise: it is there without them too.
pub async fn a_grant_of_nobody_who_allows_nothing_is_found(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.issue_code(&issue(digest(1), 1)).await.unwrap();
    bought(&*tenant, digest(2), 2, digest(12)).await;
    let found = tenant.find_code_on_behalf(&digest(1)).await.unwrap().unwrap();
    assert_eq!((found.granted, found.user, found.consents.is_empty()), (code(1), None, true));
    let found = tenant.find_family_on_behalf(family_id(2)).await.unwrap().unwrap();
    assert_eq!((found.granted, found.user, found.consents.is_empty()), (family_with(2, digest(12)), None, true));
    let found = tenant.find_family_with_user(family_id(2)).await.unwrap();
    assert_eq!(found, Some((family_with(2, digest(12)), None)));
}

/// Promise.
pub async fn a_grant_that_never_was_is_not_found(storage: Arc<dyn Storage>) {
    let tenant = granted(&storage).await;
    assert_eq!(tenant.find_code_on_behalf(&digest(9)).await.unwrap(), None);
    assert_eq!(tenant.find_family_on_behalf(family_id(9)).await.unwrap(), None);
    assert_eq!(tenant.find_family_with_user(family_id(9)).await.unwrap(), None);
}
