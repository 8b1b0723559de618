//! What an API has switched off is as if it were not there.

use grantor_rules::Refusal;
use grantor_rules::model::Application;

use crate::world::{api, definition, here, named, resolved_with, role, wanted};
use grantor_rules::model::WhoMayConsent;

/// The API `colors` without its permission `Write`, and without one of its roles.
fn shrunk() -> Application {
    let mut api = api("colors");
    api.scopes[1].disabled = true;
    api.app_roles = vec![role("Paint"), role("Mix")];
    api.app_roles[1].disabled = true;
    api
}

#[test]
fn a_permission_that_is_switched_off_is_unknown() {
    let api = shrunk();
    assert!(api.scope("Read").is_some() && api.scope("READ").is_some());
    assert!(api.scope("Write").is_none() && api.scope("write").is_none());
    let refusal = wanted("api://colors/Write").resolve(&named(&[here(api)])).unwrap_err();
    let expected = Refusal::ScopeUnknown {
        api: "COLORS".into(),
        asked: "api://colors/Write".into(),
        known: vec!["Read".into(), "Manage".into()],
    };
    assert_eq!(refusal, expected, "and it is not told of");
}

#[test]
fn a_role_that_is_switched_off_is_unknown() {
    assert!(shrunk().app_role("Paint").is_some());
    assert!(shrunk().app_role("Mix").is_none());
    assert!(shrunk().app_role("paint").is_none(), "roles are told in the tokens' own spelling");
}

#[test]
fn a_permission_that_replaces_one_of_the_same_name_is_found() {
    let mut api = shrunk();
    api.scopes.push(definition("write", WhoMayConsent::Admin));
    let scopes = resolved_with(&here(api), "api://colors/Write");
    assert_eq!(scopes.apis[0].named, [("write".to_owned(), "api://colors/Write".to_owned())]);
}
