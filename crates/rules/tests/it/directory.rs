//! What a directory file changes.

use grantor_rules::directory::{DirectoryChange, Outcome, WantedApplication, merged, outcome};
use grantor_rules::model::{Application, ClientSecret};

use crate::world::{app, person, tenant};

fn secret(name: &str) -> ClientSecret {
    ClientSecret { description: name.into(), digest: [name.as_bytes()[0]; 32] }
}

fn with_secrets(names: &[&str]) -> Application {
    Application { secrets: names.iter().map(|name| secret(name)).collect(), ..app() }
}

fn wanted(names: &[&str]) -> WantedApplication {
    WantedApplication { application: with_secrets(&[]), secrets: names.iter().map(|name| secret(name)).collect() }
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
        let found = merged(there.as_ref(), &wanted(secrets)).secrets;
        assert_eq!(found, with_secrets(expected).secrets, "{secrets:?}");
    }
}

#[test]
fn a_secret_is_known_by_its_digest_and_keeps_its_description() {
    let mut renamed = wanted(&["a"]);
    renamed.secrets[0].description = "another name".into();
    assert_eq!(merged(Some(&with_secrets(&["a"])), &renamed).secrets, [secret("a")]);
}

#[test]
fn everything_but_the_secrets_is_as_wanted() {
    let mut there = with_secrets(&["a"]);
    there.display_name = "Before".into();
    there.redirects.clear();
    let found = merged(Some(&there), &wanted(&[]));
    assert_eq!(found, with_secrets(&["a"]));
}

#[test]
fn applying_twice_changes_nothing_the_second_time() {
    let first = merged(Some(&with_secrets(&["a"])), &wanted(&["b"]));
    assert_eq!(outcome(Some(&with_secrets(&["a"])), &first), Outcome::Changed);
    let second = merged(Some(&first), &wanted(&["b"]));
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
