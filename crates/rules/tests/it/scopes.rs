//! Which API and permission each word means.

use grantor_rules::Refusal;
use grantor_rules::scopes::{ApiName, SignInScope, WantedScopes};

use crate::world::{api, named_apis, resolved, wanted};

#[test]
fn apis_stand_in_the_order_in_which_they_were_named() {
    let scopes = resolved("openid api://shapes/Read User.Read api://colors/Write api://shapes/Write");
    let names: Vec<&str> = scopes.apis.iter().map(|of_api| of_api.application.display_name.as_str()).collect();
    assert_eq!(names, ["SHAPES", "Directory", "COLORS"]);
    assert_eq!(scopes.apis[0].asked_as, ApiName::Identifier("api://shapes".into()));
    assert_eq!(
        scopes.apis[0].named,
        [("Read".into(), "api://shapes/Read".into()), ("Write".into(), "api://shapes/Write".into())]
    );
}

#[test]
fn two_names_of_one_api_are_one_api() {
    let scopes = resolved("User.Read https://graph.microsoft.com/Mail.Read");
    assert_eq!(scopes.apis.len(), 1);
    assert_eq!(scopes.apis[0].asked_as, ApiName::Directory);
    let spelled: Vec<&str> = scopes.apis[0].named.iter().map(|(_, spelled)| spelled.as_str()).collect();
    assert_eq!(spelled, ["User.Read", "https://graph.microsoft.com/Mail.Read"]);
}

#[test]
fn a_permission_of_signing_in_is_one_whichever_way_the_directory_is_named() {
    let scopes = resolved("https://graph.microsoft.com/openid https://graph.microsoft.com/Offline_Access email");
    assert_eq!(
        scopes.sign_in.into_iter().collect::<Vec<_>>(),
        [SignInScope::OpenId, SignInScope::Email, SignInScope::OfflineAccess]
    );
    assert!(scopes.apis.iter().all(|of_api| of_api.named.is_empty()), "none of them is a permission in a token");
}

#[test]
fn a_foreign_api_may_not_lend_its_name_to_a_permission_of_signing_in() {
    let refusal = wanted("api://colors/openid").resolve(&named_apis(&[api("colors")])).unwrap_err();
    assert!(matches!(refusal, Refusal::ScopeUnknown { .. }), "{refusal:?}");
}

#[test]
fn an_unknown_word_is_named_with_what_there_is() {
    let refusal = wanted("api://colors/Paint").resolve(&named_apis(&[api("colors")])).unwrap_err();
    assert_eq!(
        refusal,
        Refusal::ScopeUnknown {
            api: "COLORS".into(),
            asked: "api://colors/Paint".into(),
            known: vec!["Read".into(), "Write".into(), "Manage".into()]
        }
    );
    let refusal = wanted("api://nowhere/Read").resolve(&named_apis(&[])).unwrap_err();
    assert_eq!(refusal, Refusal::ApiUnknown { asked: "api://nowhere/Read".into() });
}

#[test]
fn everything_granted_mixes_with_no_name_of_any_api() {
    let rows = [
        ("api://colors/.default api://colors/Read", false),
        ("api://colors/.default api://shapes/Read", false),
        ("api://colors/.default User.Read", false),
        ("api://colors/.default openid profile offline_access", true),
        ("api://colors/.default https://graph.microsoft.com/openid", true),
        ("api://colors/.default api://shapes/.default", true),
    ];
    for (words, mixes) in rows {
        let found = wanted(words).resolve(&named_apis(&[api("colors"), api("shapes")]));
        assert_eq!(found.is_ok(), mixes, "{words}");
        if let Err(refusal) = found {
            assert_eq!(refusal, Refusal::AllGrantedMixed, "{words}");
        }
    }
}

#[test]
fn what_is_wanted_reads_back_as_it_was_stored() {
    let words = wanted("openid profile email offline_access User.Read api://colors/Read api://shapes/.default");
    let stored = serde_json::to_string(&words).unwrap();
    assert_eq!(serde_json::from_str::<WantedScopes>(&stored).unwrap(), words);
}
