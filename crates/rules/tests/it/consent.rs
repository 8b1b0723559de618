//! What a person is asked, and what a token may carry.

use std::sync::Arc;

use grantor_rules::Refusal;
use grantor_rules::consent::{Ask, ConsentQuestion, allowed_of, question};
use grantor_rules::model::{Application, Consents, User, WhoMayConsent};
use grantor_rules::scopes::WantedOfApi;

use crate::world::{
    administrator, allowed, api, app, by_client_id, client_id, definition, named_apis, person, resolved, wanted,
};

fn ask(words: &str, consents: &Consents, user: &User, ask: Ask) -> Result<Option<ConsentQuestion>, Refusal> {
    question(&app(), &resolved(words), consents, &by_client_id(&[api("colors")]), user, ask)
}

fn values(question: Option<ConsentQuestion>) -> Vec<String> {
    question.map_or(vec![], |question| question.permissions.into_iter().map(|one| one.value).collect())
}

#[test]
fn a_permission_is_asked_for_once_and_in_order() {
    let asked = ask(
        "openid api://colors/Write api://colors/read User.Read https://graph.microsoft.com/openid api://colors/Read",
        &Consents::default(),
        &person("ana"),
        Ask::WhatIsMissing,
    );
    assert_eq!(values(asked.unwrap()), ["Write", "Read", "User.Read", "openid"]);
}

#[test]
fn nothing_is_asked_when_nothing_is_missing() {
    let consents = allowed(&["colors/Read", "directory/openid"]);
    assert_eq!(ask("openid api://colors/Read", &consents, &person("ana"), Ask::WhatIsMissing).unwrap(), None);
    let again = ask("openid api://colors/Read", &consents, &person("ana"), Ask::Everything).unwrap();
    assert_eq!(values(again), ["Read", "openid"]);
}

#[test]
fn consent_to_the_same_name_on_another_api_is_none() {
    let consents = allowed(&["shapes/Read", "directory/Read"]);
    assert_eq!(values(ask("api://colors/Read", &consents, &person("ana"), Ask::WhatIsMissing).unwrap()), ["Read"]);
}

#[test]
fn a_yes_is_recorded_by_api() {
    let question =
        ask("openid api://colors/Read api://shapes/Read", &Consents::default(), &person("ana"), Ask::Everything);
    let recorded = question.unwrap().unwrap().by_api();
    assert_eq!(recorded, allowed(&["colors/Read", "shapes/Read", "directory/openid"]));
}

#[test]
fn people_read_their_own_words_where_there_are_some() {
    let mut own = api("colors");
    own.scopes[0].user_consent_display_name = Some("See your colors".into());
    own.scopes[0].user_consent_description = Some("All of them.".into());
    let scopes = wanted("api://colors/Read api://colors/Write").resolve(&named_apis(&[own])).unwrap();
    let asked = question(&app(), &scopes, &Consents::default(), &by_client_id(&[]), &person("ana"), Ask::WhatIsMissing);
    let permissions = asked.unwrap().unwrap().permissions;
    assert_eq!(permissions[0].words, "See your colors");
    assert_eq!(permissions[0].description.as_deref(), Some("All of them."));
    assert_eq!(permissions[1].words, "administrators read Write");
    assert_eq!((permissions[1].api.clone(), permissions[1].api_name.as_str()), (client_id("colors"), "COLORS"));
}

#[test]
fn only_an_administrator_is_asked_for_what_is_for_administrators() {
    let words = "api://colors/Read api://colors/Manage";
    let refusal = ask(words, &Consents::default(), &person("ana"), Ask::WhatIsMissing).unwrap_err();
    assert_eq!(refusal, Refusal::AdministratorMustConsent { permissions: vec!["COLORS · Manage".into()] });
    let asked = ask(words, &Consents::default(), &administrator("ana"), Ask::WhatIsMissing).unwrap().unwrap();
    let marks: Vec<bool> = asked.permissions.iter().map(|one| one.for_administrators).collect();
    assert_eq!(marks, [false, true]);
}

#[test]
fn an_administrator_of_people_alone_may_not_consent_for_administrators() {
    let rows = User::DIRECTORY_ROLES.map(|role| (role, role != "User Administrator"));
    for (role, may) in rows {
        let user = User { directory_roles: vec![role.into()], ..person("ana") };
        assert_eq!(
            ask("api://colors/Manage", &Consents::default(), &user, Ask::WhatIsMissing).is_ok(),
            may,
            "{role} may consent: {may}"
        );
    }
    let none = person("ana");
    assert!(ask("api://colors/Manage", &Consents::default(), &none, Ask::WhatIsMissing).is_err());
}

#[test]
fn what_an_administrator_allowed_before_needs_none_when_everything_is_asked_again() {
    let consents = allowed(&["colors/Manage"]);
    assert_eq!(values(ask("api://colors/Manage", &consents, &person("ana"), Ask::Everything).unwrap()), ["Manage"]);
}

fn of_api(words: &str, api: Application) -> WantedOfApi {
    let scopes = wanted(words).resolve(&named_apis(&[api])).expect("each word means something");
    scopes.apis.into_iter().next().expect("an API is named")
}

#[test]
fn a_token_may_carry_what_is_asked_allowed_and_still_defined() {
    let rows: &[(&str, &[&str], &[&str])] = &[
        ("api://colors/Read api://colors/Write", &["colors/Read", "colors/Write", "colors/Manage"], &["Read", "Write"]),
        ("api://colors/Write api://colors/Read", &["colors/Read", "colors/Write"], &["Write", "Read"]),
        ("api://colors/Read api://colors/Write", &["colors/Write"], &["Write"]),
        ("api://colors/Read", &["shapes/Read"], &[]),
        ("api://colors/Read", &[], &[]),
        // One permission in two spellings is one permission.
        ("api://colors/Read api://colors/READ", &["colors/Read"], &["Read"]),
        // Everything granted: what is allowed, in order of name, and nothing that no longer exists.
        ("api://colors/.default", &["colors/Write", "colors/Read", "colors/Gone"], &["Read", "Write"]),
        ("api://colors/.default", &["shapes/Read"], &[]),
        // On the directory API the permissions of signing in are not among what is granted.
        (".default", &["directory/User.Read", "directory/openid", "directory/offline_access"], &["User.Read"]),
    ];
    for (words, consents, expected) in rows {
        assert_eq!(allowed_of(&of_api(words, api("colors")), &allowed(consents)), *expected, "{words} {consents:?}");
    }
}

#[test]
fn a_permission_that_its_api_dropped_is_in_no_token() {
    let mut asked = of_api("api://colors/Read api://colors/Write", api("colors"));
    let mut shrunk = api("colors");
    shrunk.scopes = vec![definition("Write", WhoMayConsent::User)];
    asked.application = Arc::new(shrunk);
    assert_eq!(allowed_of(&asked, &allowed(&["colors/Read", "colors/Write"])), ["Write"]);
}
