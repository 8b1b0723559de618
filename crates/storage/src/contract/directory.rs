//! What a directory file writes is found.

use std::sync::Arc;

use grantor_protocol::Secret;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::TenantName;

use super::samples::{NOW, application, client_id, tenant, tenant_id, tenants, user, user_id};
use crate::{DirectoryVersions, Shard, Storage, TenantStorage};

async fn hash_of(tenant: &dyn TenantStorage, person: u8) -> Option<Secret> {
    tenant.find_password(user_id(person)).await.unwrap().map(|password| password.hash)
}

/// Tenant 1 with Ada, her password and an API.
fn sample() -> DirectoryChange {
    DirectoryChange {
        tenants: vec![tenant(1)],
        users: vec![(tenant_id(1), user(1, "Ada@Tenant-1.example"))],
        passwords: vec![(tenant_id(1), user_id(1), Secret::new("$argon2id$1"))],
        applications: vec![application(1, "colors", &["api://colors", "https://colors.example/"])],
        ..Default::default()
    }
}

/// Promise.
pub async fn a_tenant_is_found_by_id_and_by_domain(storage: Arc<dyn Storage>) {
    storage.apply_directory(&tenants(&[1, 2])).await.unwrap();
    let by_id = storage.find_tenant(&TenantName::Id(tenant_id(2))).await.unwrap();
    assert_eq!(by_id.as_deref(), Some(&tenant(2)));
    let by_domain = storage.find_tenant(&TenantName::Domain("tenant-2.example".to_owned())).await.unwrap();
    assert_eq!(by_domain.as_deref(), Some(&tenant(2)));
}

/// Promise: also when an earlier one is written again.
pub async fn tenants_are_listed_in_the_order_in_which_they_were_made(storage: Arc<dyn Storage>) {
    storage.apply_directory(&tenants(&[7, 3])).await.unwrap();
    storage.apply_directory(&tenants(&[5, 7, 1])).await.unwrap();
    let order = [tenant(7), tenant(3), tenant(5), tenant(1)];
    assert_eq!(storage.list_tenants().await.unwrap(), order);
    assert_eq!(storage.find_first_tenant().await.unwrap().as_deref(), order.first());
}

/// Promise.
pub async fn people_are_found_by_id_and_by_name_in_any_case(storage: Arc<dyn Storage>) {
    storage.apply_directory(&sample()).await.unwrap();
    let tenant = storage.tenant(tenant_id(1));
    let ada = Some(user(1, "Ada@Tenant-1.example"));
    assert_eq!(tenant.find_user(user_id(1)).await.unwrap(), ada);
    for name in ["Ada@Tenant-1.example", "ada@tenant-1.example", " ADA@TENANT-1.EXAMPLE "] {
        assert_eq!(tenant.find_user_by_name(name).await.unwrap(), ada, "{name}");
    }
    assert_eq!(hash_of(&*tenant, 1).await, Some(Secret::new("$argon2id$1")));
}

/// Promise.
pub async fn a_person_without_a_password_has_none(storage: Arc<dyn Storage>) {
    storage.apply_directory(&DirectoryChange { passwords: Vec::new(), ..sample() }).await.unwrap();
    assert_eq!(hash_of(&*storage.tenant(tenant_id(1)), 1).await, None);
}

/// Promise: page after page, each once, by sign-in names without regard to case.
pub async fn people_are_listed_in_pages(storage: Arc<dyn Storage>) {
    let mut change = sample();
    let names = ["eve@x.example", "Bea@x.example", "ada@x.example", "cy@x.example", "Dan@x.example"];
    change.users = (1..).zip(names).map(|(number, name)| (tenant_id(1), user(number, name))).collect();
    change.tenants.push(tenant(2));
    change.users.push((tenant_id(2), user(1, "bob@x.example")));
    storage.apply_directory(&change).await.unwrap();
    let tenant = storage.tenant(tenant_id(1));
    let mut found = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = tenant.list_users(after.as_deref(), 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        after = Some(last.user_principal_name.clone());
        found.extend(page.into_iter().map(|user| user.user_principal_name));
    }
    assert_eq!(found, ["ada@x.example", "Bea@x.example", "cy@x.example", "Dan@x.example", "eve@x.example"]);
}

/// Promise: page after page, each once.
pub async fn applications_are_listed_in_pages(storage: Arc<dyn Storage>) {
    let mut change = sample();
    change.applications = ["e", "a", "d", "b", "c"].map(|name| application(1, name, &[])).into();
    change.tenants.push(tenant(2));
    change.applications.push(application(2, "b2", &[]));
    storage.apply_directory(&change).await.unwrap();
    let tenant = storage.tenant(tenant_id(1));
    let mut names = Vec::new();
    let mut after = None;
    loop {
        let page = tenant.list_applications(after.as_ref(), 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        after = Some(last.client_id.clone());
        names.extend(page.iter().map(|application| application.client_id.to_string()));
    }
    let expected: Vec<String> = ["a", "b", "c", "d", "e"].map(|name| client_id(name).to_string()).into();
    assert_eq!(names, expected);
}

/// Promise: URIs byte for byte, client ids that are UUIDs in either case.
pub async fn applications_are_found_by_client_id_and_by_identifier_uri(storage: Arc<dyn Storage>) {
    let uuid = "c0105000-0000-4000-8000-00000000a001";
    let mut change = sample();
    change.applications.push(application(1, uuid, &[]));
    storage.apply_directory(&change).await.unwrap();
    let tenant = storage.tenant(tenant_id(1));
    let found = tenant.find_application(&client_id("colors")).await.unwrap();
    assert_eq!(found.as_deref(), Some(&change.applications[0]));
    for (identifier, place) in [
        ("api://colors", Some(0)),
        ("https://colors.example/", Some(0)),
        ("colors", Some(0)),
        (uuid, Some(1)),
        ("C0105000-0000-4000-8000-00000000A001", Some(1)),
        ("api://Colors", None),
        ("https://colors.example", None),
        ("api://colors ", None),
        ("", None),
    ] {
        let found = tenant.find_api(identifier).await.unwrap();
        assert_eq!(found.as_deref(), place.map(|place: usize| &change.applications[place]), "{identifier:?}");
    }
}

/// Promise: nobody takes the tokens that are meant for another application by registering its client id as a URI.
pub async fn a_client_id_goes_before_an_identifier_uri_of_the_same_text(storage: Arc<dyn Storage>) {
    let mut change = sample();
    change.applications.push(application(1, "thief", &["colors"]));
    storage.apply_directory(&change).await.unwrap();
    let found = storage.tenant(tenant_id(1)).find_api("colors").await.unwrap().unwrap();
    assert_eq!(found.client_id, client_id("colors"));
}

/// Promise.
pub async fn what_was_never_written_is_not_found(storage: Arc<dyn Storage>) {
    storage.apply_directory(&sample()).await.unwrap();
    assert_eq!(storage.find_tenant(&TenantName::Id(tenant_id(2))).await.unwrap(), None);
    assert_eq!(storage.find_tenant(&TenantName::Domain("tenant-2.example".to_owned())).await.unwrap(), None);
    let tenant = storage.tenant(tenant_id(1));
    assert_eq!(tenant.find_user(user_id(2)).await.unwrap(), None);
    assert_eq!(tenant.find_user_by_name("bea@tenant-1.example").await.unwrap(), None);
    assert_eq!(hash_of(&*tenant, 2).await, None);
    assert_eq!(tenant.find_application(&client_id("other")).await.unwrap(), None);
    assert_eq!(tenant.find_api("api://other").await.unwrap(), None);
    assert!(tenant.find_consents(user_id(2), &client_id("other")).await.unwrap().is_empty());
}

/// Promise.
pub async fn applying_twice_is_the_same_as_once(storage: Arc<dyn Storage>) {
    for _ in 0..2 {
        storage.apply_directory(&sample()).await.unwrap();
        let tenant = storage.tenant(tenant_id(1));
        assert_eq!(storage.list_tenants().await.unwrap().len(), 1);
        assert!(tenant.find_user_by_name("ada@tenant-1.example").await.unwrap().is_some());
        assert!(tenant.find_password(user_id(1)).await.unwrap().is_some());
        assert!(tenant.find_api("api://colors").await.unwrap().is_some());
    }
}

/// Promise.
pub async fn what_a_change_does_not_mention_stays(storage: Arc<dyn Storage>) {
    storage.apply_directory(&sample()).await.unwrap();
    storage.apply_directory(&DirectoryChange { passwords: Vec::new(), ..sample() }).await.unwrap();
    let bea = (tenant_id(1), user(2, "bea@tenant-1.example"));
    storage.apply_directory(&DirectoryChange { users: vec![bea], ..Default::default() }).await.unwrap();
    storage.apply_directory(&DirectoryChange::default()).await.unwrap();
    let tenant = storage.tenant(tenant_id(1));
    assert!(tenant.find_user_by_name("ada@tenant-1.example").await.unwrap().is_some());
    assert!(tenant.find_user_by_name("bea@tenant-1.example").await.unwrap().is_some());
    assert_eq!(hash_of(&*tenant, 1).await, Some(Secret::new("$argon2id$1")));
    assert!(tenant.find_api("api://colors").await.unwrap().is_some());
}

/// Promise: old names no longer lead anywhere.
pub async fn a_change_replaces_what_it_mentions(storage: Arc<dyn Storage>) {
    storage.apply_directory(&sample()).await.unwrap();
    let mut change = sample();
    change.tenants[0].domain = "other.example".into();
    change.users[0].1.user_principal_name = "lovelace@tenant-1.example".into();
    change.users[0].1.sessions_valid_from = Some(NOW);
    change.tenants[0].policy.consent_requests = true;
    change.passwords[0].2 = Secret::new("$argon2id$2");
    change.applications[0].identifier_uris = vec!["api://new".to_owned()];
    storage.apply_directory(&change).await.unwrap();

    assert_eq!(storage.find_tenant(&TenantName::Domain("tenant-1.example".to_owned())).await.unwrap(), None);
    let moved = storage.find_tenant(&TenantName::Domain("other.example".to_owned())).await.unwrap();
    assert_eq!(moved.as_deref(), Some(&change.tenants[0]));
    let tenant = storage.tenant(tenant_id(1));
    assert_eq!(tenant.find_user_by_name("ada@tenant-1.example").await.unwrap(), None);
    let renamed = tenant.find_user_by_name("lovelace@tenant-1.example").await.unwrap();
    assert_eq!(renamed.as_ref(), Some(&change.users[0].1));
    assert_eq!(hash_of(&*tenant, 1).await, Some(Secret::new("$argon2id$2")));
    assert_eq!(tenant.find_api("api://colors").await.unwrap(), None);
    assert_eq!(tenant.find_api("api://new").await.unwrap().as_deref(), Some(&change.applications[0]));
}

/// Promise: by a change of a tenant or an application, and by nothing else.
pub async fn a_change_moves_the_version_of_its_part_alone(storage: Arc<dyn Storage>) {
    let here = Shard::of(tenant_id(1));
    let other = (2..100).find(|other| Shard::of(tenant_id(*other)) != here).unwrap();
    let there = Shard::of(tenant_id(other));
    assert_eq!(storage.directory_versions().await.unwrap(), DirectoryVersions::default());
    storage.apply_directory(&tenants(&[1, other])).await.unwrap();
    let mut before = storage.directory_versions().await.unwrap();
    for applications in [vec![application(1, "a", &["api://a"])], vec![application(1, "a", &[])]] {
        storage.apply_directory(&DirectoryChange { applications, ..Default::default() }).await.unwrap();
        let after = storage.directory_versions().await.unwrap();
        assert_ne!(after.of(here), before.of(here));
        for elsewhere in Shard::all().filter(|shard| *shard != here) {
            assert_eq!(after.of(elsewhere), before.of(elsewhere));
        }
        before = after;
    }
    storage.apply_directory(&tenants(&[other])).await.unwrap();
    let after = storage.directory_versions().await.unwrap();
    assert_eq!((after.of(here), after.of(there) != before.of(there)), (before.of(here), true));

    let people = DirectoryChange { users: sample().users, passwords: sample().passwords, ..Default::default() };
    storage.apply_directory(&people).await.unwrap();
    assert_eq!(storage.directory_versions().await.unwrap(), after);
    let nobodys = DirectoryChange { applications: vec![application(250, "a", &[])], ..Default::default() };
    storage.apply_directory(&nobodys).await.unwrap_err();
    assert_eq!(storage.directory_versions().await.unwrap(), after);
}
