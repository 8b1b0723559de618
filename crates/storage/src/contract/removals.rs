//! What goes, goes with everything that hangs on it, and takes nothing else along.

use std::sync::Arc;

use grantor_protocol::{Secret, TenantId};
use grantor_rules::directory::{DirectoryChange, Removal};
use grantor_rules::model::{Application, Assigned, Assignee, Assignment, Group, Progress};

use super::samples::{
    NOW, bought, client_id, consent, consent_request, digest, family_id, group_id, in_minutes, interaction,
    new_sign_in, permission, principal, shared, sign_in, tenant_id, tenants, user, user_id,
};
use crate::{NewSignIn, Storage, TenantStorage, WrongPassword};

/// The application whose removal is tried, and another one that must stay.
const CLIENTS: [&str; 2] = ["app", "stays"];

/// In tenants 1 and 2, each with everything that can hang on a person, a group or an application: people 1 and 2, groups 7
/// and 8, and two applications of tenant 1.
async fn full(storage: &Arc<dyn Storage>) -> [Arc<dyn TenantStorage>; 2] {
    let mut change = tenants(&[1, 2]);
    let reader = permission("app", "Reader");
    for client in CLIENTS {
        let app = shared(1, client, &[&format!("api://{client}")]);
        change.applications.push(Application { granted_app_roles: vec![reader.clone()], ..app });
        change.service_principals.push((tenant_id(2), principal(1, client, &reader)));
    }
    for tenant in [1, 2].map(tenant_id) {
        for person in [1, 2] {
            change.users.push((tenant, user(person, &format!("{person}@x.example"))));
            change.passwords.push((tenant, user_id(person), Secret::new("$argon2id$1")));
        }
        for group in [7, 8] {
            change.groups.push((tenant, Group { id: group_id(group), display_name: "Group".to_owned() }));
            change.members.extend([1, 2].map(|person| (tenant, group_id(group), user_id(person))));
            change
                .assignments
                .extend(CLIENTS.map(|client| (tenant, assigned(client, Assignee::Group(group_id(group))))));
        }
        for person in [1, 2] {
            change
                .assignments
                .extend(CLIENTS.map(|client| (tenant, assigned(client, Assignee::User(user_id(person))))));
        }
    }
    storage.apply_directory(&change).await.unwrap();
    let handles = [1, 2].map(|number| storage.tenant(tenant_id(number)));
    for tenant in &handles {
        fill(&**tenant).await;
    }
    handles
}

fn assigned(client: &str, assignee: Assignee) -> Assignment {
    Assignment { client_id: client_id(client), assignee, role: Some(format!("{assignee:?}")) }
}

async fn fill(tenant: &dyn TenantStorage) {
    for client in CLIENTS {
        for principal in [None, Some(1), Some(2)] {
            tenant.record_consent(&consent(principal, client, "app", &["Read"]), NOW).await.unwrap();
        }
        tenant.note_credential_use(&client_id(client), "secret:a", NOW).await.unwrap();
    }
    for (number, client) in (0..).zip(CLIENTS) {
        for person in [1, 2] {
            tenant.ask_for_consent(&consent_request(10 * number + person, person, client, 1)).await.unwrap();
        }
    }
    for person in [1, 2] {
        let number = u32::from(person);
        tenant.begin_interaction(&digest(number), &interaction()).await.unwrap();
        let progress = Progress { account: Some(user_id(person)), other_account: false, confirmed: false };
        let signed_in = NewSignIn {
            interaction: Some((digest(number), progress)),
            ..new_sign_in(digest(20), sign_in(person, NOW))
        };
        tenant.record_sign_in(&signed_in).await.unwrap();
        let wrong = WrongPassword { user: user_id(person), most: 9, locked_until: in_minutes(1) };
        tenant.count_wrong_password(&wrong).await.unwrap();
    }
    bought(tenant, digest(30), 1, digest(31)).await;
}

async fn goes(storage: &Arc<dyn Storage>, tenant: TenantId, removal: Removal) {
    // To remove what is gone changes nothing.
    for _ in 0..2 {
        let removals = vec![(tenant, removal.clone())];
        storage.apply_directory(&DirectoryChange { removals, ..Default::default() }).await.unwrap();
    }
}

/// What hangs on a person.
async fn of_person(tenant: &dyn TenantStorage, person: u8) -> [usize; 8] {
    let id = user_id(person);
    let asked = tenant.list_consent_requests(99).await.unwrap();
    let signed_in = tenant.list_sign_ins(&digest(20)).await.unwrap();
    [
        usize::from(tenant.find_user(id).await.unwrap().is_some()),
        tenant.find_password(id).await.unwrap().map_or(0, |password| password.wrong_tries as usize),
        tenant.list_groups_of(id).await.unwrap().len(),
        tenant.find_assigned(&client_id("stays"), id).await.unwrap().roles.len(),
        tenant.list_consents(Some(id)).await.unwrap().len(),
        asked.iter().filter(|one| one.user == id).count(),
        signed_in.iter().filter(|one| one.user == id).count(),
        usize::from(tenant.find_interaction(&digest(person.into())).await.unwrap().is_some()),
    ]
}

/// What hangs on an application in a tenant.
async fn of_application(tenant: &dyn TenantStorage, client: &str) -> [usize; 6] {
    let id = client_id(client);
    let asked = tenant.list_consent_requests(99).await.unwrap();
    let mut consents = tenant.list_consents(None).await.unwrap();
    consents.extend(tenant.list_consents(Some(user_id(1))).await.unwrap());
    [
        usize::from(tenant.find_service_principal(&id).await.unwrap().is_some()),
        tenant.find_assigned(&id, user_id(1)).await.unwrap().roles.len(),
        consents.iter().filter(|one| one.client_id == id).count(),
        consents.iter().filter(|one| one.api == id).count(),
        asked.iter().filter(|one| one.client_id == id).count(),
        tenant.list_credential_uses(&id).await.unwrap().len(),
    ]
}

/// Promise: what they bought is left to those who refuse it.
pub async fn a_person_goes_with_everything_of_theirs(storage: Arc<dyn Storage>) {
    let [one, two] = full(&storage).await;
    let before = [1, 2, 3, 4].map(|_| [1, 1, 2, 3, 2, 2, 1, 1]);
    let all = async || {
        [of_person(&*one, 1).await, of_person(&*one, 2).await, of_person(&*two, 1).await, of_person(&*two, 2).await]
    };
    assert_eq!(all().await, before);
    goes(&storage, tenant_id(1), Removal::User(user_id(1))).await;
    assert_eq!(all().await, [[0; 8], before[1], before[2], before[3]]);
    assert!(one.find_family(family_id(1)).await.unwrap().is_some());
    // Whoever comes under the same id finds none of it.
    let users = vec![(tenant_id(1), user(1, "new@x.example"))];
    let passwords = vec![(tenant_id(1), user_id(1), Secret::new("$argon2id$2"))];
    storage.apply_directory(&DirectoryChange { users, passwords, ..Default::default() }).await.unwrap();
    assert_eq!(of_person(&*one, 1).await, [1, 0, 0, 0, 0, 0, 0, 0]);
}

/// Promise: also in other tenants, and with what others were allowed on it.
pub async fn an_application_goes_from_every_tenant(storage: Arc<dyn Storage>) {
    let [one, two] = full(&storage).await;
    for tenant in [&one, &two] {
        assert_eq!(of_application(&**tenant, "app").await, [1, 3, 2, 4, 2, 1]);
        assert_eq!(of_application(&**tenant, "stays").await, [1, 3, 2, 0, 2, 1]);
    }
    goes(&storage, tenant_id(1), Removal::Application(client_id("app"))).await;
    for tenant in [&one, &two] {
        assert_eq!(of_application(&**tenant, "app").await, [0; 6]);
        assert_eq!(of_application(&**tenant, "stays").await, [1, 3, 0, 0, 2, 1]);
        let stays = tenant.find_service_principal(&client_id("stays")).await.unwrap().unwrap();
        assert!(stays.granted_app_roles.is_empty());
    }
    assert_eq!(one.find_application(&client_id("app")).await.unwrap(), None);
    assert_eq!(one.find_api("api://app").await.unwrap(), None);
    for name in ["app", "api://app"] {
        assert_eq!(storage.find_registered(name).await.unwrap(), None, "{name}");
    }
    assert!(storage.find_registered("api://stays").await.unwrap().is_some());
}

/// Promise: and not from others.
pub async fn what_stands_for_an_application_goes_from_one_tenant(storage: Arc<dyn Storage>) {
    let [one, two] = full(&storage).await;
    goes(&storage, tenant_id(2), Removal::ServicePrincipal(client_id("app"))).await;
    assert_eq!(of_application(&*two, "app").await, [0, 0, 0, 2, 0, 1]);
    assert_eq!(of_application(&*two, "stays").await, [1, 3, 2, 0, 2, 1]);
    assert_eq!(of_application(&*one, "app").await, [1, 3, 2, 4, 2, 1]);
    assert!(storage.find_registered("app").await.unwrap().is_some());
}

/// Promise: of the right tenant; a membership and an assignment can go alone.
pub async fn a_group_goes_with_its_members_and_assignments(storage: Arc<dyn Storage>) {
    let [one, two] = full(&storage).await;
    let is = async |tenant: &dyn TenantStorage, person| {
        let Assigned { roles, groups, .. } = tenant.find_assigned(&client_id("app"), user_id(person)).await.unwrap();
        (tenant.list_groups_of(user_id(person)).await.unwrap(), roles.len(), groups.len())
    };
    let [seven, eight] = [7, 8].map(group_id);
    goes(&storage, tenant_id(1), Removal::Member(eight, user_id(1))).await;
    assert_eq!(is(&*one, 1).await, (vec![seven], 2, 1));
    assert_eq!(is(&*one, 2).await, (vec![seven, eight], 3, 2));
    goes(&storage, tenant_id(1), Removal::Group(seven)).await;
    assert_eq!(is(&*one, 1).await, (vec![], 1, 0));
    assert_eq!(is(&*one, 2).await, (vec![eight], 2, 1));
    let groups = vec![(tenant_id(1), Group { id: seven, display_name: "New".to_owned() })];
    let members = vec![(tenant_id(1), seven, user_id(1))];
    storage.apply_directory(&DirectoryChange { groups, members, ..Default::default() }).await.unwrap();
    assert_eq!(is(&*one, 1).await, (vec![seven], 1, 0));
    goes(&storage, tenant_id(1), Removal::Assignment(assigned("app", Assignee::User(user_id(1))))).await;
    assert_eq!(is(&*one, 1).await, (vec![seven], 0, 0));
    assert_eq!(is(&*one, 2).await, (vec![eight], 2, 1));
    assert_eq!(is(&*two, 1).await, (vec![seven, eight], 3, 2));
}

/// Promise: what goes, goes before anything is written, so that its name can be taken in the same change.
pub async fn a_name_that_is_freed_can_be_taken(storage: Arc<dyn Storage>) {
    full(&storage).await;
    let heir = shared(2, "app", &["api://app"]);
    let change = DirectoryChange {
        removals: vec![(tenant_id(1), Removal::Application(client_id("app")))],
        applications: vec![heir.clone()],
        ..Default::default()
    };
    storage.apply_directory(&change).await.unwrap();
    for name in ["app", "api://app"] {
        assert_eq!(storage.find_registered(name).await.unwrap().as_deref(), Some(&heir), "{name}");
    }
    // Of a client id in the place of which an identifier URI stood back.
    let thief = shared(1, "thief", &["stays"]);
    storage
        .apply_directory(&DirectoryChange { applications: vec![thief.clone()], ..Default::default() })
        .await
        .unwrap();
    goes(&storage, tenant_id(1), Removal::Application(client_id("stays"))).await;
    assert_eq!(storage.find_registered("stays").await.unwrap().as_deref(), Some(&thief));
}
