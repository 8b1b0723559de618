//! What stands for applications in tenants, and what their names mean in the whole deployment.

use std::sync::Arc;

use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{Application, ServicePrincipal};

use super::samples::{
    NOW, application, client_id, consent_that_brings_in, in_minutes, one_tenant, permission, principal, shared,
    tenant_id, tenants,
};
use crate::{Storage, TenantStorage};

async fn apply(storage: &Arc<dyn Storage>, change: DirectoryChange) {
    storage.apply_directory(&DirectoryChange { now: NOW, ..change }).await.unwrap();
}

async fn found(tenant: &dyn TenantStorage, client: &str) -> Option<ServicePrincipal> {
    tenant.find_service_principal(&client_id(client)).await.unwrap().map(Arc::unwrap_or_clone)
}

/// Promise: with its app roles, and the one of its publisher's tenant alone.
pub async fn an_application_stands_in_its_own_tenant(storage: Arc<dyn Storage>) {
    let mut app = shared(1, "app", &[]);
    app.granted_app_roles = vec![permission("colors", "Reader"), permission("shapes", "Größe")];
    app.assignment_required = true;
    apply(&storage, DirectoryChange { applications: vec![app.clone()], ..tenants(&[1, 2]) }).await;
    let [home, other] = [1, 2].map(|number| storage.tenant(tenant_id(number)));
    assert_eq!(found(&*home, "app").await, Some(ServicePrincipal::at_home(&app, NOW)));
    assert_eq!(found(&*other, "app").await, None);
}

/// Promise: what the application says otherwise than before holds for what stands for it at home; what was changed there since
/// stays.
pub async fn what_stands_at_home_follows_its_application(storage: Arc<dyn Storage>) {
    let (reader, writer) = (permission("colors", "Reader"), permission("colors", "Writer"));
    let written = async |app: &Application| {
        let applications = vec![app.clone()];
        storage
            .apply_directory(&DirectoryChange { now: in_minutes(5), applications, ..Default::default() })
            .await
            .unwrap();
        found(&*storage.tenant(tenant_id(1)), "app").await.unwrap()
    };
    apply(&storage, tenants(&[1])).await;
    let mut app = Application { granted_app_roles: vec![reader.clone()], ..application(1, "app", &[]) };
    let first = written(&app).await;
    app.granted_app_roles.push(writer.clone());
    app.assignment_required = true;
    let expected =
        ServicePrincipal { assignment_required: true, granted_app_roles: [reader, writer.clone()].into(), ..first };
    assert_eq!(written(&app).await, expected);
    // Somebody takes a role away, and lets everybody in.
    let changed =
        ServicePrincipal { assignment_required: false, granted_app_roles: [writer].into(), enabled: false, ..expected };
    let service_principals = vec![(tenant_id(1), changed.clone())];
    apply(&storage, DirectoryChange { service_principals, ..Default::default() }).await;
    "Another name".clone_into(&mut app.display_name);
    assert_eq!(written(&app).await, changed);
}

/// Promise: in whichever tenant; the app roles are those that are written, and no others.
pub async fn what_is_written_stands_as_it_is(storage: Arc<dyn Storage>) {
    apply(&storage, tenants(&[1, 2])).await;
    let [one, two] = [1, 2].map(|number| storage.tenant(tenant_id(number)));
    let mut stands = principal(1, "app", &permission("colors", "Reader"));
    for role in ["Writer", "Painter"] {
        stands.assignment_required = true;
        stands.granted_app_roles = [permission("colors", role)].into();
        let service_principals = vec![(tenant_id(2), stands.clone())];
        apply(&storage, DirectoryChange { service_principals, ..Default::default() }).await;
        assert_eq!(found(&*two, "app").await, Some(stands.clone()));
    }
    assert_eq!(found(&*one, "app").await, None);
}

/// Promise: page after page, each once, with all its app roles.
pub async fn what_stands_in_a_tenant_is_listed_in_pages(storage: Arc<dyn Storage>) {
    apply(&storage, tenants(&[1, 2])).await;
    let all: Vec<_> = ["a", "b", "c", "d", "e"]
        .into_iter()
        .map(|name| {
            let mut one = principal(1, name, &permission("colors", name));
            one.granted_app_roles.insert(permission("colors", "Reader"));
            one.granted_app_roles.insert(permission("shapes", "Reader"));
            (tenant_id(1), one)
        })
        .collect();
    let mut service_principals: Vec<_> = all.iter().rev().cloned().collect();
    service_principals.push((tenant_id(2), principal(1, "b2", &permission("colors", "Reader"))));
    apply(&storage, DirectoryChange { service_principals, ..Default::default() }).await;
    let tenant = storage.tenant(tenant_id(1));
    let mut listed = Vec::new();
    loop {
        let after = listed.last().map(|(_, last): &(_, ServicePrincipal)| last.client_id.clone());
        let page = tenant.list_service_principals(after.as_ref(), 2).await.unwrap();
        assert!(page.len() <= 2);
        if page.is_empty() {
            break;
        }
        listed.extend(page.into_iter().map(|one| (tenant_id(1), Arc::unwrap_or_clone(one))));
    }
    assert_eq!(listed, all);
}

async fn meant(storage: &Arc<dyn Storage>, name: &str) -> Option<String> {
    storage.find_registered(name).await.unwrap().map(|found| format!("{} of {}", found.client_id, found.publisher))
}

/// Promise: a client id leads to its application from everywhere, an identifier URI only to one for several tenants.
pub async fn a_registered_name_is_found_from_everywhere(storage: Arc<dyn Storage>) {
    let uuid = "c0105000-0000-4000-8000-00000000a001";
    let applications =
        vec![application(1, "own", &["api://own"]), shared(1, "app", &["api://app"]), shared(2, uuid, &[])];
    apply(&storage, DirectoryChange { applications: applications.clone(), ..tenants(&[1, 2]) }).await;
    for (name, place) in [
        ("own", Some(0)),
        ("api://own", None),
        ("app", Some(1)),
        ("api://app", Some(1)),
        ("api://App", None),
        (uuid, Some(2)),
        ("C0105000-0000-4000-8000-00000000A001", Some(2)),
        ("", None),
        ("other", None),
    ] {
        let found = storage.find_registered(name).await.unwrap();
        assert_eq!(found.as_deref(), place.map(|place: usize| &applications[place]), "{name:?}");
    }
    // What is no longer for several tenants keeps its name at home alone.
    let applications = vec![application(1, "app", &["api://app"])];
    apply(&storage, DirectoryChange { applications, ..Default::default() }).await;
    assert_eq!(meant(&storage, "api://app").await, None);
    assert!(meant(&storage, "app").await.is_some());
    assert!(storage.tenant(tenant_id(1)).find_api("api://app").await.unwrap().is_some());
}

/// Promise: within one tenant, as when an API is looked for there.
pub async fn a_registered_client_id_goes_before_a_uri_of_the_same_text(storage: Arc<dyn Storage>) {
    let thief = shared(1, "thief", &["app"]);
    let of = |client: &str| Some(format!("{client} of {}", tenant_id(1)));
    apply(&storage, DirectoryChange { applications: vec![thief.clone()], ..tenants(&[1]) }).await;
    assert_eq!(meant(&storage, "app").await, of("thief"));
    apply(&storage, DirectoryChange { applications: vec![shared(1, "app", &[])], ..Default::default() }).await;
    assert_eq!(meant(&storage, "app").await, of("app"));
    apply(&storage, DirectoryChange { applications: vec![thief], ..Default::default() }).await;
    assert_eq!(meant(&storage, "app").await, of("app"));
}

/// Promise: by a consent, nothing is registered.
pub async fn what_stands_elsewhere_is_registered_by_its_publisher_alone(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.record_consent(&consent_that_brings_in("app", "colors"), NOW).await.unwrap();
    assert!(found(&*tenant, "app").await.is_some());
    assert_eq!(meant(&storage, "app").await, None);
    assert_eq!(tenant.find_application(&client_id("app")).await.unwrap(), None);
}
