//! Names belong to one at a time, and a change that takes a name away from somebody is refused as a whole.

use std::sync::Arc;

use grantor_protocol::Secret;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::TenantName;

use super::samples::{application, client_id, shared, tenant, tenant_id, tenants, user, user_id};
use crate::{Fault, Storage};

fn two_of_each() -> DirectoryChange {
    DirectoryChange {
        tenants: vec![tenant(1), tenant(2)],
        users: vec![(tenant_id(1), user(1, "ada@x.example")), (tenant_id(1), user(2, "bea@x.example"))],
        passwords: Vec::new(),
        applications: vec![application(1, "red", &["api://red"]), application(1, "blue", &["api://blue"])],
        ..Default::default()
    }
}

/// Applies what must be refused: the fault holds each word, and the tenant that the change makes besides is not made.
async fn refused(storage: &Arc<dyn Storage>, mut change: DirectoryChange, words: &[&str]) {
    change.tenants.insert(0, tenant(9));
    let fault = storage.apply_directory(&change).await.unwrap_err();
    let Fault::Statement { what } = &fault else { panic!("{fault:?}") };
    for word in words {
        assert!(what.contains(word), "{what}");
    }
    assert_eq!(storage.find_tenant(&TenantName::Id(tenant_id(9))).await.unwrap(), None);
}

/// Promise: a change is what the directory holds afterwards; the order inside it does not matter.
pub async fn names_change_hands_within_one_change(storage: Arc<dyn Storage>) {
    storage.apply_directory(&two_of_each()).await.unwrap();
    let mut swapped = two_of_each();
    swapped.tenants[0].domain = tenant(2).domain;
    swapped.tenants[1].domain = tenant(1).domain;
    swapped.users[0].1.user_principal_name = "bea@x.example".into();
    swapped.users[1].1.user_principal_name = "ada@x.example".into();
    swapped.applications[0].identifier_uris = vec!["api://blue".to_owned()];
    swapped.applications[1].identifier_uris = vec!["api://red".to_owned()];
    storage.apply_directory(&swapped).await.unwrap();

    let found = storage.find_tenant(&TenantName::Domain(tenant(1).domain)).await.unwrap();
    assert_eq!(found.unwrap().id, tenant_id(2));
    let tenant = storage.tenant(tenant_id(1));
    assert_eq!(tenant.find_user_by_name("ada@x.example").await.unwrap().unwrap().id, user_id(2));
    assert_eq!(tenant.find_user_by_name("bea@x.example").await.unwrap().unwrap().id, user_id(1));
    assert_eq!(tenant.find_api("api://red").await.unwrap().unwrap().client_id, client_id("blue"));
    assert_eq!(tenant.find_api("api://blue").await.unwrap().unwrap().client_id, client_id("red"));
}

/// Promise.
pub async fn a_taken_sign_in_name_is_named_and_nothing_is_written(storage: Arc<dyn Storage>) {
    storage.apply_directory(&two_of_each()).await.unwrap();
    let third = (tenant_id(1), user(3, "Ada@X.example"));
    let whose = user_id(1).to_string();
    let change = DirectoryChange { users: vec![third], ..Default::default() };
    refused(&storage, change, &["Ada@X.example", &whose]).await;
    let tenant = storage.tenant(tenant_id(1));
    assert_eq!(tenant.find_user(user_id(3)).await.unwrap(), None);
    assert_eq!(tenant.find_user_by_name("ada@x.example").await.unwrap().unwrap().id, user_id(1));
}

/// Promise.
pub async fn a_taken_identifier_uri_is_named_and_nothing_is_written(storage: Arc<dyn Storage>) {
    storage.apply_directory(&two_of_each()).await.unwrap();
    let third = application(1, "green", &["api://green", "api://red"]);
    let change = DirectoryChange { applications: vec![third], ..Default::default() };
    refused(&storage, change, &["api://red", "Application red"]).await;
    let tenant = storage.tenant(tenant_id(1));
    assert_eq!(tenant.find_application(&client_id("green")).await.unwrap(), None);
    assert_eq!(tenant.find_api("api://green").await.unwrap(), None);
    assert_eq!(tenant.find_api("api://red").await.unwrap().unwrap().client_id, client_id("red"));
}

/// Promise.
pub async fn a_taken_domain_is_named_and_nothing_is_written(storage: Arc<dyn Storage>) {
    storage.apply_directory(&two_of_each()).await.unwrap();
    let mut third = tenant(3);
    third.domain = tenant(2).domain;
    let change = DirectoryChange { tenants: vec![third], ..Default::default() };
    refused(&storage, change, &["tenant-2.example", &tenant_id(2).to_string()]).await;
    assert_eq!(storage.list_tenants().await.unwrap(), [tenant(1), tenant(2)]);
}

/// Promise: save client ids, and what is for several tenants.
pub async fn two_tenants_may_use_the_same_names(storage: Arc<dyn Storage>) {
    let mut change = two_of_each();
    change.users.push((tenant_id(2), user(1, "ada@x.example")));
    change.applications.push(application(2, "red-2", &["api://red"]));
    storage.apply_directory(&change).await.unwrap();
    for number in [1, 2] {
        let found = storage.tenant(tenant_id(number)).find_api("api://red").await.unwrap().unwrap();
        assert_eq!(found.publisher, tenant_id(number));
    }
}

/// Promise: a client id, and an identifier URI of applications for several tenants.
pub async fn a_name_that_another_tenant_has_registered_is_named_and_nothing_is_written(storage: Arc<dyn Storage>) {
    let first = vec![application(1, "red", &["api://red"]), shared(1, "blue", &["api://blue"])];
    let change = DirectoryChange { applications: first.clone(), ..tenants(&[1, 2]) };
    storage.apply_directory(&change).await.unwrap();
    let uuid = "c0105000-0000-4000-8000-00000000a001";
    let own = vec![shared(1, uuid, &[])];
    storage.apply_directory(&DirectoryChange { applications: own, ..Default::default() }).await.unwrap();
    for (second, words) in [
        (application(2, "red", &[]), ["\"red\"", "Application red"]),
        (shared(2, "green", &["api://blue"]), ["api://blue", "Application blue"]),
        // What is shared is nobody's own, and what is somebody's own is not shared.
        (application(2, "green", &["api://blue"]), ["api://blue", "Application blue"]),
        (shared(2, "green", &["api://red"]), ["api://red", "Application red"]),
        (shared(2, "green", &["red"]), ["\"red\"", "Application red"]),
        (application(2, "api://blue", &[]), ["api://blue", "Application blue"]),
        (shared(2, "green", &["C0105000-0000-4000-8000-00000000A001"]), [uuid, "Application c0105000"]),
    ] {
        let change = DirectoryChange { applications: vec![second.clone()], ..Default::default() };
        refused(&storage, change, &words).await;
        assert_eq!(storage.tenant(tenant_id(2)).find_application(&second.client_id).await.unwrap(), None);
    }
    assert_eq!(storage.find_registered("red").await.unwrap().as_deref(), Some(&first[0]));
    assert_eq!(storage.find_registered("api://blue").await.unwrap().as_deref(), Some(&first[1]));
}

/// Promise: from one tenant to another.
pub async fn registered_names_change_hands_within_one_change(storage: Arc<dyn Storage>) {
    let change = DirectoryChange { applications: vec![shared(1, "red", &["api://shared"])], ..tenants(&[1, 2]) };
    storage.apply_directory(&change).await.unwrap();
    let applications = vec![shared(2, "blue", &["api://shared"]), shared(1, "red", &[])];
    storage.apply_directory(&DirectoryChange { applications, ..Default::default() }).await.unwrap();
    let found = storage.find_registered("api://shared").await.unwrap().unwrap();
    assert_eq!((found.publisher, &found.client_id), (tenant_id(2), &client_id("blue")));
    assert_eq!(storage.tenant(tenant_id(1)).find_api("api://shared").await.unwrap(), None);
}

/// Promise: a person or an application of no tenant, a password of nobody.
pub async fn what_belongs_to_nobody_is_refused(storage: Arc<dyn Storage>) {
    storage.apply_directory(&tenants(&[1])).await.unwrap();
    let nowhere = tenant_id(8).to_string();
    let users = vec![(tenant_id(8), user(1, "ada@x.example"))];
    refused(&storage, DirectoryChange { users, ..Default::default() }, &["ada@x.example", &nowhere]).await;
    let applications = vec![application(8, "red", &[])];
    refused(&storage, DirectoryChange { applications, ..Default::default() }, &["red", &nowhere]).await;
    let passwords = vec![(tenant_id(1), user_id(4), Secret::new("$argon2id$1"))];
    let nobody = user_id(4).to_string();
    refused(&storage, DirectoryChange { passwords, ..Default::default() }, &[&nobody]).await;
}
