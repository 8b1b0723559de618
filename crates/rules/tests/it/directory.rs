//! What a directory file changes.

use std::time::Duration;

use grantor_protocol::Secret;
use grantor_rules::directory::{
    DirectoryChange, Outcome, WantedApplication, WantedPrincipal, WantedSecret, merged, merged_at_home,
    merged_principal, merged_user, outcome,
};
use grantor_rules::model::{Application, ClientCertificate, ClientSecret, RequiredPermission, ServicePrincipal, User};

use crate::world::{NOW, app, person, tenant};

fn secret(name: &str) -> ClientSecret {
    ClientSecret {
        description: name.into(),
        digest: [name.as_bytes()[0]; 32],
        hint: name.into(),
        created_at: Some(NOW),
        expires_at: None,
        sealed: None,
    }
}

fn with_secrets(names: &[&str]) -> Application {
    Application { secrets: names.iter().map(|name| secret(name)).collect(), ..app() }
}

fn wanted(names: &[&str]) -> WantedApplication {
    let kept = |name: &&str| ClientSecret { created_at: None, ..secret(name) };
    let secrets = names.iter().map(|name| WantedSecret { kept: kept(name), value: Secret::new(*name) });
    WantedApplication { application: with_secrets(&[]), secrets: secrets.collect(), assigned: Vec::new() }
}

#[test]
fn secrets_that_are_there_stay_and_new_ones_come_after_them() {
    type Names = &'static [&'static str];
    let rows: &[(Option<Names>, Names, Names)] = &[
        (None, &[], &[]),
        (None, &["a"], &["a"]),
        (Some(&["a"]), &[], &["a"]),
        (Some(&["a"]), &["a"], &["a"]),
        (Some(&["a"]), &["b"], &["a", "b"]),
        (Some(&["b", "a"]), &["a", "c", "b"], &["b", "a", "c"]),
        (None, &["a", "a"], &["a"]),
    ];
    for (there, secrets, expected) in rows {
        let there = there.map(with_secrets);
        let found = merged(there.as_ref(), &wanted(secrets), NOW).secrets;
        assert_eq!(found, with_secrets(expected).secrets, "{secrets:?}");
    }
}

#[test]
fn a_secret_is_known_by_its_digest_and_keeps_its_description() {
    let mut renamed = wanted(&["a"]);
    renamed.secrets[0].kept.description = "another name".into();
    assert_eq!(merged(Some(&with_secrets(&["a"])), &renamed, NOW).secrets, [secret("a")]);
}

#[test]
fn a_secret_ends_when_the_file_says_and_was_made_when_it_came() {
    let later = NOW + Duration::from_hours(1);
    let mut ending = wanted(&["a", "b"]);
    ending.secrets[0].kept.expires_at = Some(later);
    let found = merged(Some(&with_secrets(&["a"])), &ending, later).secrets;
    assert_eq!((found[0].created_at, found[0].expires_at), (Some(NOW), Some(later)));
    assert_eq!((found[1].created_at, found[1].expires_at), (Some(later), None));
    let there = Application { secrets: found, ..app() };
    let silent = merged(Some(&there), &wanted(&["a"]), later).secrets;
    assert_eq!(silent[0].expires_at, Some(later), "what the file does not say stays");
}

fn certificate(number: u8) -> ClientCertificate {
    ClientCertificate {
        description: format!("number {number}"),
        thumbprint_sha1: [number; 20],
        thumbprint_sha256: [number; 32],
        public_key: vec![number],
        starts_at: NOW,
        expires_at: NOW + Duration::from_hours(1),
    }
}

#[test]
fn certificates_that_are_there_stay_and_new_ones_come_after_them() {
    let there = Application { certificates: vec![certificate(1), certificate(2)], ..app() };
    let mut wanted = wanted(&[]);
    wanted.application.certificates = vec![certificate(3), certificate(1)];
    let found = merged(Some(&there), &wanted, NOW).certificates;
    assert_eq!(found, [certificate(1), certificate(2), certificate(3)]);
    assert_eq!(merged(None, &wanted, NOW).certificates, [certificate(3), certificate(1)]);
}

fn role(value: &str) -> RequiredPermission {
    RequiredPermission { api: app().client_id, value: value.into() }
}

#[test]
fn a_service_principal_becomes_as_wanted_and_keeps_its_app_roles() {
    let mut there = ServicePrincipal::new(&app(), NOW);
    there.granted_app_roles.insert(role("Old"));
    let wanted = WantedPrincipal {
        client_id: app().client_id,
        enabled: false,
        assignment_required: true,
        granted_app_roles: vec![role("New")],
        assigned: Vec::new(),
    };
    let later = NOW + Duration::from_hours(1);
    let found = merged_principal(Some(&there), &app(), &wanted, later);
    assert_eq!((found.enabled, found.assignment_required, found.created_at), (false, true, NOW));
    assert_eq!(found.granted_app_roles, [role("New"), role("Old")].into());
    assert_eq!(merged_principal(Some(&found), &app(), &wanted, later), found);
    assert_eq!(merged_principal(None, &app(), &wanted, later).created_at, later);
}

#[test]
fn what_stands_for_an_application_at_home_follows_it_and_stays_switched_off() {
    let application = Application { assignment_required: true, granted_app_roles: vec![role("New")], ..app() };
    let mut there = ServicePrincipal::new(&app(), NOW);
    there.granted_app_roles.insert(role("Old"));
    there.enabled = false;
    let found = merged_at_home(Some(&there), &application, NOW + Duration::from_hours(1));
    assert_eq!((found.enabled, found.assignment_required, found.created_at), (false, true, NOW));
    assert_eq!(found.granted_app_roles, [role("New"), role("Old")].into());
    assert_eq!(merged_at_home(None, &application, NOW), ServicePrincipal::at_home(&application, NOW));
}

#[test]
fn an_account_that_is_switched_off_ends_its_sessions_once() {
    let there = person("ana");
    let off = User { account_enabled: false, ..there.clone() };
    assert_eq!(merged_user(Some(&there), &there, NOW), there);
    let ended = merged_user(Some(&there), &off, NOW);
    assert_eq!(ended.sessions_valid_from, Some(NOW));
    let later = NOW + Duration::from_hours(1);
    assert_eq!(merged_user(Some(&ended), &off, later), ended);
    assert_eq!(merged_user(Some(&ended), &there, later).sessions_valid_from, Some(NOW), "also when it is on again");
    assert_eq!(merged_user(None, &off, NOW).sessions_valid_from, None);
}

#[test]
fn everything_but_the_secrets_is_as_wanted() {
    let mut there = with_secrets(&["a"]);
    there.display_name = "Before".into();
    there.redirects.clear();
    let found = merged(Some(&there), &wanted(&[]), NOW);
    assert_eq!(found, with_secrets(&["a"]));
}

#[test]
fn applying_twice_changes_nothing_the_second_time() {
    let first = merged(Some(&with_secrets(&["a"])), &wanted(&["b"]), NOW);
    assert_eq!(outcome(Some(&with_secrets(&["a"])), &first), Outcome::Changed);
    let second = merged(Some(&first), &wanted(&["b"]), NOW);
    assert_eq!(outcome(Some(&first), &second), Outcome::Left);
    assert_eq!(outcome(None, &first), Outcome::Created);
}

#[test]
fn a_change_is_empty_only_without_anything_in_it() {
    assert!(DirectoryChange::default().is_empty());
    let user = person("ana");
    let password = grantor_protocol::Secret::new("hash");
    let changes = [
        DirectoryChange { tenants: vec![tenant()], ..DirectoryChange::default() },
        DirectoryChange { users: vec![(tenant().id, user.clone())], ..DirectoryChange::default() },
        DirectoryChange { passwords: vec![(tenant().id, user.id, password)], ..DirectoryChange::default() },
        DirectoryChange { applications: vec![app()], ..DirectoryChange::default() },
    ];
    for change in changes {
        assert!(!change.is_empty(), "{change:?}");
    }
}
