//! What a person is asked, and what a token may carry.

use std::sync::Arc;

use grantor_rules::Refusal;
use grantor_rules::consent::{Ask, Asked, ConsentQuestion, Facts, allowed_of, question};
use grantor_rules::model::{Application, Consents, TenantPolicy, Terms, User, WhoMayConsent};
use grantor_rules::scopes::{ResolvedScopes, WantedOfApi};

use crate::world::{
    administrator, allowed, api, app, by_client_id, client_id, definition, named_apis, person, resolved, wanted,
};

fn asked_of(scopes: &ResolvedScopes, consents: &Consents, user: &User, ask: Ask) -> Result<Asked, Refusal> {
    let facts = Facts {
        application: &app(),
        is_here: true,
        terms: &Terms::default(),
        scopes,
        consents,
        required_apis: &by_client_id(&[api("colors")]),
        person: user,
        policy: TenantPolicy::default(),
    };
    question(&facts, ask)
}

/// The question, if there is one; a person who may not allow it gets the same list.
fn ask(words: &str, consents: &Consents, user: &User, ask: Ask) -> Result<Option<ConsentQuestion>, Refusal> {
    Ok(match asked_of(&resolved(words), consents, user, ask)? {
        Asked::Nothing => None,
        Asked::Consent(question) | Asked::Approval(question) => Some(question),
    })
}

fn may_allow(words: &str, user: &User) -> bool {
    match asked_of(&resolved(words), &Consents::default(), user, Ask::WhatIsMissing).expect("there is an answer") {
        Asked::Consent(_) => true,
        Asked::Approval(_) => false,
        Asked::Nothing => panic!("there is something to ask"),
    }
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
    let recorded = question.unwrap().unwrap().by_client();
    assert_eq!(recorded.len(), 1, "for nobody but the application that asked");
    let own = &recorded[&client_id("app")];
    assert_eq!(own.scopes, allowed(&["colors/Read", "shapes/Read", "directory/openid"]));
    assert!(own.app_roles.is_empty());
}

#[test]
fn people_read_their_own_words_where_there_are_some() {
    let mut own = api("colors");
    own.scopes[0].user_consent_display_name = Some("See your colors".into());
    own.scopes[0].user_consent_description = Some("All of them.".into());
    let scopes = wanted("api://colors/Read api://colors/Write").resolve(&named_apis(&[own])).unwrap();
    let asked = asked_of(&scopes, &Consents::default(), &person("ana"), Ask::WhatIsMissing).unwrap();
    let Asked::Consent(ConsentQuestion { permissions, .. }) = asked else { panic!("{asked:?}") };
    assert_eq!(permissions[0].words, "See your colors");
    assert_eq!(permissions[0].description.as_deref(), Some("All of them."));
    assert_eq!(permissions[1].words, "administrators read Write");
    assert_eq!((permissions[1].api.clone(), permissions[1].api_name.as_str()), (client_id("colors"), "COLORS"));
}

#[test]
fn only_an_administrator_is_asked_for_what_is_for_administrators() {
    let words = "api://colors/Read api://colors/Manage";
    assert!(!may_allow(words, &person("ana")));
    assert!(may_allow(words, &administrator("ana")));
    let asked = ask(words, &Consents::default(), &administrator("ana"), Ask::WhatIsMissing).unwrap().unwrap();
    let marks: Vec<bool> = asked.permissions.iter().map(|one| one.for_administrators).collect();
    assert_eq!(marks, [false, true]);
}

#[test]
fn an_administrator_of_people_alone_may_not_consent_for_administrators() {
    let rows = User::DIRECTORY_ROLES.map(|role| (role, role != "User Administrator"));
    for (role, may) in rows {
        let user = User { directory_roles: vec![role.into()], ..person("ana") };
        assert_eq!(may_allow("api://colors/Manage", &user), may, "{role} may consent: {may}");
    }
    assert!(!may_allow("api://colors/Manage", &person("ana")));
    // A role that somebody invents, or that is read from elsewhere, gives no power.
    for role in ["Global Reader", "global administrator", ""] {
        let user = User { directory_roles: vec![role.into()], ..person("ana") };
        assert!(!may_allow("api://colors/Manage", &user), "{role}");
    }
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

#[test]
fn a_permission_that_its_api_renamed_is_another_one() {
    let mut renamed = api("colors");
    renamed.scopes = vec![definition("read", WhoMayConsent::User)];
    for words in ["api://colors/.default", "api://colors/Read"] {
        let asked = of_api(words, renamed.clone());
        assert_eq!(allowed_of(&asked, &allowed(&["colors/Read"])), Vec::<String>::new(), "{words}");
        assert_eq!(allowed_of(&asked, &allowed(&["colors/read"])), ["read"], "{words}");
    }
}
