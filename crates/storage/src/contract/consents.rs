//! Who allowed which application what.

use std::sync::Arc;

use super::samples::{
    NOW, client_id, consent as by, consent_that_brings_in, consents, digest, in_minutes, interaction, one_tenant,
    permission, tenant_id, user_id,
};
use crate::{Finished, Shard, Storage, TenantStorage, WithdrawnConsent};

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

/// Promise: with the time of each; an administrator's for everyone apart from those of people.
pub async fn consents_are_listed_by_whose_they_are(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.record_consent(&by(Some(1), "b", "colors", &["Read", "List"]), NOW).await.unwrap();
    tenant.record_consent(&by(Some(1), "a", "colors", &["Read"]), in_minutes(1)).await.unwrap();
    tenant.record_consent(&by(Some(2), "a", "colors", &["Read"]), NOW).await.unwrap();
    tenant.record_consent(&by(None, "c", "shapes", &["Read"]), NOW).await.unwrap();
    let listed = async |principal| {
        let listed = tenant.list_consents(principal).await.unwrap();
        assert!(listed.iter().all(|one| one.principal == principal));
        let mut words: Vec<_> = listed
            .iter()
            .map(|one| format!("{} {} {} {:?}", one.client_id, one.api, one.value, one.granted_at))
            .collect();
        words.sort();
        words
    };
    let expected = [
        format!("a colors Read {:?}", in_minutes(1)),
        format!("b colors List {NOW:?}"),
        format!("b colors Read {NOW:?}"),
    ];
    assert_eq!(listed(Some(user_id(1))).await, expected);
    assert_eq!(listed(None).await, [format!("c shapes Read {NOW:?}")]);
    assert_eq!(listed(Some(user_id(3))).await, [""; 0]);
}

/// Promise: of that person and application alone, or those for everyone alone.
pub async fn a_withdrawn_consent_is_gone_and_the_others_stay(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    for principal in [Some(1), Some(2), None] {
        for application in ["app", "other"] {
            tenant.record_consent(&by(principal, application, "colors", &["Read", "List"]), NOW).await.unwrap();
        }
    }
    let withdraw = async |principal: Option<u8>| {
        let withdrawn = WithdrawnConsent { principal: principal.map(user_id), client_id: client_id("app") };
        tenant.withdraw_consent(&withdrawn).await.unwrap()
    };
    let left = async |principal: Option<u8>| tenant.list_consents(principal.map(user_id)).await.unwrap().len();
    assert!(withdraw(Some(1)).await);
    assert_eq!((left(Some(1)).await, left(Some(2)).await, left(None).await), (2, 4, 4));
    assert!(!withdraw(Some(1)).await);
    assert!(withdraw(None).await);
    assert_eq!((left(Some(1)).await, left(Some(2)).await, left(None).await), (2, 4, 2));
    assert!(!withdraw(None).await);
}

async fn roles(tenant: &dyn TenantStorage, application: &str) -> Option<usize> {
    let found = tenant.find_service_principal(&client_id(application)).await.unwrap();
    found.map(|found| found.granted_app_roles.len())
}

/// Promise: what stands there already stays as it is, and the version of the tenant's part moves when something is new.
pub async fn a_consent_brings_in_what_is_not_there(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    let version = async || storage.directory_versions().await.unwrap().of(Shard::of(tenant_id(1)));
    assert_eq!(roles(&*tenant, "app").await, None);
    let first = version().await;
    tenant.record_consent(&consent_that_brings_in("app", "colors"), NOW).await.unwrap();
    let second = version().await;
    assert_ne!(first, second);
    assert_eq!((roles(&*tenant, "app").await, roles(&*tenant, "colors").await), (Some(1), Some(0)));
    let mut again = consent_that_brings_in("app", "colors");
    again.service_principals[0].enabled = false;
    again.service_principals[0].granted_app_roles.insert(permission("colors", "Unasked"));
    tenant.record_consent(&again, NOW).await.unwrap();
    assert_eq!(version().await, second);
    let app = tenant.find_service_principal(&client_id("app")).await.unwrap().unwrap();
    assert_eq!((app.enabled, app.granted_app_roles.clone()), (true, [permission("colors", "Reader")].into()));
    again.app_roles.push(permission("colors", "Writer"));
    tenant.record_consent(&again, NOW).await.unwrap();
    assert_ne!(version().await, second);
    assert_eq!(roles(&*tenant, "app").await, Some(2));
    // What an administrator takes back, the application is no longer.
    let withdrawn = WithdrawnConsent { principal: None, client_id: client_id("app") };
    assert!(tenant.withdraw_consent(&withdrawn).await.unwrap());
    assert_eq!(roles(&*tenant, "app").await, Some(0));
}

/// Promise: and for an interaction that ended before, nothing is written.
pub async fn consents_end_their_interaction_without_a_code(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.begin_interaction(&digest(5), &interaction()).await.unwrap();
    let first = [consent_that_brings_in("app", "colors"), by(None, "known", "colors", &["Read"])];
    assert_eq!(tenant.consent_without_code(&digest(5), &first, NOW).await.unwrap(), Finished::Now);
    assert!(tenant.find_interaction(&digest(5)).await.unwrap().is_none());
    for application in ["app", "known"] {
        let found = tenant.find_consents(user_id(1), &client_id(application)).await.unwrap();
        assert_eq!(found, consents("colors", &["Read"]), "{application}");
    }
    let second = [consent_that_brings_in("late", "shapes")];
    assert_eq!(tenant.consent_without_code(&digest(5), &second, NOW).await.unwrap(), Finished::Before);
    assert_eq!((roles(&*tenant, "late").await, roles(&*tenant, "shapes").await), (None, None));
    assert!(tenant.find_consents(user_id(1), &client_id("late")).await.unwrap().is_empty());
}
