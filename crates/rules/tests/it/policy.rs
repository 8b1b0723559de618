//! What the administrators of a tenant let people allow, and what is allowed for everybody.

use grantor_rules::Refusal;
use grantor_rules::consent::{Ask, Asked, ConsentQuestion, Facts, question};
use grantor_rules::model::{
    AppRole, Application, Consents, Risk, TenantPolicy, Terms, User, UserConsent, WhoMayConsent,
};

use crate::world::{
    administrator, allowed, api, app, by_client_id, definition, here, person, required, resolved_with, role,
};

/// `colors` with one permission of each risk and of each kind of consent, named after them: `low-user`.
fn graded() -> Application {
    let kinds = [(WhoMayConsent::User, "user"), (WhoMayConsent::Admin, "admin")];
    let mut api = Application { scopes: vec![], ..api("colors") };
    for (name, risk) in Risk::NAMES {
        for (consent, kind) in kinds {
            let mut scope = definition(&format!("{name}-{kind}"), consent);
            scope.risk = *risk;
            api.scopes.push(scope);
        }
    }
    api
}

fn asked(words: &str, consents: &Consents, user: &User, user_consent: UserConsent, ask: Ask) -> Asked {
    let facts = Facts {
        application: &app(),
        is_here: true,
        terms: &Terms::default(),
        scopes: &resolved_with(&here(graded()), words),
        consents,
        required_apis: &by_client_id(&[graded()]),
        person: user,
        policy: TenantPolicy { user_consent, ..TenantPolicy::default() },
    };
    question(&facts, ask).expect("there is an answer")
}

const POLICIES: [UserConsent; 3] = [UserConsent::Allowed, UserConsent::LowRiskOnly, UserConsent::NotAllowed];

/// Whether people may allow a permission by themselves.
fn may(policy: UserConsent, risk: Risk, consent: WhoMayConsent) -> bool {
    match (policy, consent) {
        (_, WhoMayConsent::Admin) | (UserConsent::NotAllowed, _) => false,
        (UserConsent::Allowed, WhoMayConsent::User) => true,
        (UserConsent::LowRiskOnly, WhoMayConsent::User) => match risk {
            Risk::Low => true,
            Risk::Medium | Risk::High => false,
        },
    }
}

#[test]
fn the_policy_the_risk_and_the_kind_of_consent_decide_together() {
    for policy in POLICIES {
        for scope in graded().scopes {
            let words = format!("api://colors/{}", scope.value);
            let ask = |user: &User| asked(&words, &Consents::default(), user, policy, Ask::WhatIsMissing);
            let expected = may(policy, scope.risk, scope.consent);
            let found = ask(&person("ana"));
            assert_eq!(matches!(found, Asked::Consent(_)), expected, "{policy:?} {}", scope.value);
            assert_eq!(matches!(found, Asked::Approval(_)), !expected, "{policy:?} {}", scope.value);
            let (Asked::Consent(shown) | Asked::Approval(shown)) = found else { panic!("something is asked") };
            assert_eq!(shown.permissions[0].risk, scope.risk);
            assert_eq!(shown.permissions[0].for_administrators, !expected);
            assert!(matches!(ask(&administrator("ana")), Asked::Consent(_)), "{policy:?} {}", scope.value);
        }
    }
}

#[test]
fn one_permission_for_administrators_makes_the_whole_question_one() {
    let words = "api://colors/low-user api://colors/medium-user";
    let nothing = Consents::default();
    let found = asked(words, &nothing, &person("ana"), UserConsent::LowRiskOnly, Ask::WhatIsMissing);
    let Asked::Approval(question) = found else { panic!("{found:?}") };
    let marks: Vec<bool> = question.permissions.iter().map(|one| one.for_administrators).collect();
    assert_eq!(marks, [false, true]);
}

#[test]
fn what_is_allowed_already_is_no_matter_of_policy() {
    let words = "api://colors/high-admin api://colors/low-user";
    let known = allowed(&["colors/high-admin"]);
    for policy in POLICIES {
        let missing = asked(words, &known, &person("ana"), policy, Ask::WhatIsMissing);
        assert_eq!(matches!(missing, Asked::Consent(_)), may(policy, Risk::Low, WhoMayConsent::User), "{policy:?}");
        let all = allowed(&["colors/high-admin", "colors/low-user"]);
        assert_eq!(asked(words, &all, &person("ana"), policy, Ask::WhatIsMissing), Asked::Nothing);
        let again = asked(words, &all, &person("ana"), policy, Ask::Everything);
        assert!(matches!(again, Asked::Consent(_)), "what is allowed anyway may be confirmed: {policy:?}");
    }
}

#[test]
fn signing_in_has_a_low_risk_and_needs_consent_too() {
    for (policy, people_may) in POLICIES.into_iter().zip([true, true, false]) {
        let words = "openid profile email offline_access User.Read";
        let found = asked(words, &Consents::default(), &person("ana"), policy, Ask::WhatIsMissing);
        assert_eq!(matches!(found, Asked::Consent(_)), people_may, "{policy:?} {found:?}");
    }
}

#[test]
fn only_an_administrator_may_make_a_yes_one_for_everybody() {
    let nothing = Consents::default();
    let ask = |user: &User, ask: Ask| match asked("api://colors/low-user", &nothing, user, UserConsent::Allowed, ask) {
        Asked::Nothing => panic!("something is asked"),
        Asked::Consent(question) => (true, question.for_everyone, question.may_be_for_everyone),
        Asked::Approval(question) => (false, question.for_everyone, question.may_be_for_everyone),
    };
    assert_eq!(ask(&person("ana"), Ask::WhatIsMissing), (true, false, false));
    assert_eq!(ask(&administrator("ana"), Ask::WhatIsMissing), (true, false, true));
    assert_eq!(ask(&administrator("ana"), Ask::Everything), (true, false, true));
    // For everybody as it was asked: there is nothing left to choose.
    assert_eq!(ask(&administrator("ana"), Ask::ForEveryone), (true, true, false));
    assert_eq!(ask(&person("ana"), Ask::ForEveryone), (false, true, false));
}

/// `app`, which needs `colors/low-user` and two roles, of which the API gives applications only one.
fn needing_roles() -> (Application, Application) {
    let for_people = AppRole { for_applications: false, ..role("Look") };
    let off = AppRole { disabled: true, ..role("Old") };
    let colors = Application { app_roles: vec![role("Paint"), for_people, off], ..graded() };
    let app = Application {
        required_permissions: required(&["colors/low-user"]),
        required_app_roles: required(&["colors/Paint", "colors/Look", "colors/Old", "colors/Gone", "nowhere/Paint"]),
        ..app()
    };
    (app, colors)
}

fn for_roles(words: &str, ask: Ask, change: impl FnOnce(&mut Application)) -> Result<Vec<String>, Refusal> {
    let (mut app, colors) = needing_roles();
    change(&mut app);
    let facts = Facts {
        application: &app,
        is_here: true,
        terms: &Terms::default(),
        scopes: &resolved_with(&here(colors.clone()), words),
        consents: &Consents::default(),
        required_apis: &by_client_id(&[colors]),
        person: &administrator("ana"),
        policy: TenantPolicy::default(),
    };
    Ok(match question(&facts, ask)? {
        Asked::Nothing => vec![],
        Asked::Approval(question) => panic!("an administrator may: {question:?}"),
        Asked::Consent(ConsentQuestion { permissions, .. }) => {
            let name = |one: &grantor_rules::consent::PermissionAsked| {
                assert_eq!(one.as_application, one.value == "Paint");
                assert!(!one.as_application || (one.for_administrators && one.risk == Risk::High));
                format!("{}/{}", one.api, one.value)
            };
            permissions.iter().map(name).collect()
        }
    })
}

#[test]
fn roles_are_asked_for_only_for_everybody_and_only_those_that_applications_may_have() {
    let unchanged = |_: &mut Application| {};
    let all = ["colors/low-user".to_owned(), "colors/Paint".to_owned()];
    assert_eq!(for_roles("api://colors/.default", Ask::ForEveryone, unchanged).unwrap(), all);
    assert_eq!(for_roles("api://colors/.default", Ask::Everything, unchanged).unwrap(), all[..1]);
    assert_eq!(for_roles("api://colors/.default", Ask::WhatIsMissing, unchanged).unwrap(), all[..1]);
    // Asked for by name, it is what is named.
    assert_eq!(for_roles("api://colors/low-user", Ask::ForEveryone, unchanged).unwrap(), all[..1]);
    // Asked for nothing, it is everything required.
    assert_eq!(for_roles("", Ask::ForEveryone, unchanged).unwrap(), all);
    assert_eq!(for_roles("", Ask::Everything, unchanged).unwrap(), Vec::<String>::new());
}

#[test]
fn an_application_that_needs_nothing_but_roles_may_be_allowed_for_everybody() {
    let roles_alone = |app: &mut Application| app.required_permissions.clear();
    assert_eq!(for_roles("api://colors/.default", Ask::ForEveryone, roles_alone).unwrap(), ["colors/Paint"]);
    let refused = for_roles("api://colors/.default", Ask::WhatIsMissing, roles_alone);
    assert_eq!(refused, Err(Refusal::ApiNotRequired { api: "COLORS".into() }), "a person has nothing to allow");
}

/// What is wrong with the registration is said as far as it is known, so that whoever looks after it mends the right thing.
#[test]
fn a_registration_that_does_not_lead_to_the_api_is_refused_with_what_is_wrong_with_it() {
    let asks = |change: &dyn Fn(&mut Application)| {
        for_roles("api://colors/.default", Ask::WhatIsMissing, |app| {
            app.required_app_roles.clear();
            app.required_permissions.clear();
            change(app);
        })
    };
    let (api, gone) = ("COLORS".to_owned(), vec!["Gone".to_owned()]);
    let nothing = Refusal::NothingRequired { application: "APP".into(), api: api.clone() };
    assert_eq!(asks(&|_| ()), Err(nothing));
    let another = Refusal::ApiNotRequired { api: api.clone() };
    assert_eq!(asks(&|app| app.required_permissions = required(&["other/Read"])), Err(another.clone()));
    assert_eq!(asks(&|app| app.required_app_roles = required(&["other/Read"])), Err(another));
    let gone = Refusal::RequiredPermissionsGone { api, required: gone };
    assert_eq!(asks(&|app| app.required_permissions = required(&["colors/Gone"])), Err(gone));
    let one_is_left = |app: &mut Application| app.required_permissions = required(&["colors/Gone", "colors/low-user"]);
    assert_eq!(asks(&one_is_left), Ok(vec!["colors/low-user".to_owned()]));
}
