//! What people are by their groups and assignments, and what is known of their passwords.

use std::sync::Arc;

use grantor_environment::Timestamp;
use grantor_protocol::Secret;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{Assigned, Assignee, Assignment, Group};

use super::samples::{application, client_id, group_id, in_minutes, minutes_ago, tenant, tenant_id, user, user_id};
use crate::{Fault, Storage, StoredPassword, TenantStorage, WrongPassword};

/// Tenant 1 with two people, two groups, of which the first person is in both, and an application.
fn groups() -> DirectoryChange {
    let here = tenant_id(1);
    let group = |number| (here, Group { id: group_id(number), display_name: format!("Group {number}") });
    DirectoryChange {
        tenants: vec![tenant(1)],
        users: vec![(here, user(1, "ada@x.example")), (here, user(2, "bea@x.example"))],
        passwords: vec![(here, user_id(1), Secret::new("$argon2id$1"))],
        groups: vec![group(8), group(7)],
        members: vec![
            (here, group_id(8), user_id(1)),
            (here, group_id(7), user_id(1)),
            (here, group_id(7), user_id(2)),
        ],
        applications: vec![application(1, "app", &[]), application(1, "other", &[])],
        ..Default::default()
    }
}

fn assignment(client: &str, assignee: Assignee, role: Option<&str>) -> Assignment {
    Assignment { client_id: client_id(client), assignee, role: role.map(str::to_owned) }
}

/// Promise: in the order of their ids; twice a member is once.
pub async fn a_person_is_in_their_groups(storage: Arc<dyn Storage>) {
    for _ in 0..2 {
        storage.apply_directory(&groups()).await.unwrap();
        let tenant = storage.tenant(tenant_id(1));
        assert_eq!(tenant.list_groups_of(user_id(1)).await.unwrap(), [group_id(7), group_id(8)]);
        assert_eq!(tenant.list_groups_of(user_id(2)).await.unwrap(), [group_id(7)]);
        assert!(tenant.list_groups_of(user_id(3)).await.unwrap().is_empty());
    }
}

/// Promise: with all app roles together; who is assigned to another application is not to this one.
pub async fn a_person_is_assigned_by_themselves_and_by_their_groups(storage: Arc<dyn Storage>) {
    let (ada, seven) = (Assignee::User(user_id(1)), Assignee::Group(group_id(7)));
    let assignments = [
        assignment("app", ada, Some("Painter")),
        assignment("app", Assignee::Group(group_id(8)), None),
        assignment("app", seven, Some("Reader")),
        assignment("app", seven, Some("Painter")),
        assignment("other", ada, None),
    ];
    let assignments = assignments.map(|one| (tenant_id(1), one)).into();
    storage.apply_directory(&DirectoryChange { assignments, ..groups() }).await.unwrap();
    let tenant = storage.tenant(tenant_id(1));
    let assigned =
        async |client: &str, person| tenant.find_assigned(&client_id(client), user_id(person)).await.unwrap();
    let roles: std::collections::BTreeSet<String> = ["Painter".to_owned(), "Reader".to_owned()].into();
    let both = [group_id(7), group_id(8)].into();
    assert_eq!(assigned("app", 1).await, Assigned { is_assigned: true, roles: roles.clone(), groups: both });
    let by_group = Assigned { is_assigned: true, roles, groups: [group_id(7)].into() };
    assert_eq!(assigned("app", 2).await, by_group);
    assert_eq!(assigned("other", 1).await, Assigned { is_assigned: true, ..Assigned::default() });
    assert_eq!(assigned("other", 2).await, Assigned::default());
    assert_eq!(assigned("nothing", 1).await, Assigned::default());
}

/// Promise: nobody is a member of what is not there, nor assigned to it.
pub async fn what_hangs_on_nothing_is_refused(storage: Arc<dyn Storage>) {
    storage.apply_directory(&groups()).await.unwrap();
    let here = tenant_id(1);
    let nowhere = Group { id: group_id(9), display_name: String::new() };
    for change in [
        DirectoryChange { members: vec![(here, group_id(9), user_id(1))], ..Default::default() },
        DirectoryChange { members: vec![(here, group_id(7), user_id(9))], ..Default::default() },
        DirectoryChange { groups: vec![(tenant_id(9), nowhere)], ..Default::default() },
        DirectoryChange {
            assignments: vec![(here, assignment("nothing", Assignee::User(user_id(1)), None))],
            ..Default::default()
        },
    ] {
        let change = DirectoryChange { users: vec![(here, user(5, "eve@x.example"))], ..change };
        let fault = storage.apply_directory(&change).await.unwrap_err();
        assert!(matches!(fault, Fault::Statement { .. }), "{fault:?}");
        assert_eq!(storage.tenant(here).find_user(user_id(5)).await.unwrap(), None);
    }
}

async fn known(tenant: &dyn TenantStorage, person: u8) -> Option<(String, u32, Option<i64>)> {
    let found = tenant.find_password(user_id(person)).await.unwrap();
    found.map(|StoredPassword { hash, wrong_tries, locked_until }| {
        (hash.expose().to_owned(), wrong_tries, locked_until.map(Timestamp::millis))
    })
}

/// Promise: until the right password or a new one comes; a lock is never made shorter.
pub async fn wrong_passwords_are_counted_and_lock_the_account(storage: Arc<dyn Storage>) {
    storage.apply_directory(&groups()).await.unwrap();
    let tenant = storage.tenant(tenant_id(1));
    let wrong = async |person, minutes| {
        let locked_until = in_minutes(minutes);
        tenant.count_wrong_password(&WrongPassword { user: user_id(person), most: 3, locked_until }).await.unwrap();
        known(&*tenant, person).await
    };
    let hash = || "$argon2id$1".to_owned();
    let locked = |minutes| Some(in_minutes(minutes).millis());
    assert_eq!(known(&*tenant, 1).await, Some((hash(), 0, None)));
    for (minutes, expected) in
        [(1, (1, None)), (1, (2, None)), (2, (3, locked(2))), (5, (4, locked(5))), (3, (5, locked(5)))]
    {
        assert_eq!(wrong(1, minutes).await, Some((hash(), expected.0, expected.1)));
    }
    tenant.forget_wrong_passwords(user_id(1)).await.unwrap();
    assert_eq!(known(&*tenant, 1).await, Some((hash(), 0, None)));
    tenant.forget_wrong_passwords(user_id(1)).await.unwrap();
    assert_eq!(wrong(1, 1).await, Some((hash(), 1, None)));
    let passwords = vec![(tenant_id(1), user_id(1), Secret::new("$argon2id$2"))];
    storage.apply_directory(&DirectoryChange { passwords, ..Default::default() }).await.unwrap();
    assert_eq!(known(&*tenant, 1).await, Some(("$argon2id$2".to_owned(), 0, None)));
    // Of somebody without a password, and of nobody.
    assert_eq!(wrong(2, 1).await, None);
    assert_eq!(wrong(9, 1).await, None);
}

/// Promise: with the first wrong one, where no more than that are allowed.
pub async fn one_wrong_password_may_be_too_many(storage: Arc<dyn Storage>) {
    storage.apply_directory(&groups()).await.unwrap();
    let tenant = storage.tenant(tenant_id(1));
    let wrong = WrongPassword { user: user_id(1), most: 1, locked_until: in_minutes(7) };
    tenant.count_wrong_password(&wrong).await.unwrap();
    assert_eq!(known(&*tenant, 1).await.unwrap().2, Some(in_minutes(7).millis()));
}

/// Promise: of each credential of each application, the latest time.
pub async fn the_last_use_of_a_credential_is_noted(storage: Arc<dyn Storage>) {
    storage.apply_directory(&groups()).await.unwrap();
    let tenant = storage.tenant(tenant_id(1));
    let (app, other) = (client_id("app"), client_id("other"));
    let uses = [
        (&app, "secret:b", in_minutes(5)),
        (&app, "secret:a", minutes_ago(5)),
        (&app, "secret:b", in_minutes(4)),
        (&app, "secret:a", in_minutes(1)),
        (&other, "secret:b", in_minutes(9)),
    ];
    for (client, credential, at) in uses {
        tenant.note_credential_use(client, credential, at).await.unwrap();
    }
    let noted = [("secret:a".to_owned(), in_minutes(1)), ("secret:b".to_owned(), in_minutes(5))];
    assert_eq!(tenant.list_credential_uses(&app).await.unwrap(), noted);
    assert_eq!(tenant.list_credential_uses(&client_id("nothing")).await.unwrap(), []);
}
