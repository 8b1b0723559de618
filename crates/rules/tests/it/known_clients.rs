//! One question for an application and an API that asks together with it (Source: entra-dialect 12.5).

use grantor_protocol::TenantId;
use grantor_rules::consent::{Ask, Asked, ConsentQuestion, Facts, question};
use grantor_rules::model::{Application, Consents, TenantPolicy, Terms, User};

use crate::world::{
    administrator, allowed, api, app, by_client_id, client_id, here, person, required, resolved_with, role,
};

/// `app` needs `colors`, which needs `shapes` and the role `Draw` of it, and knows `app`.
struct Together {
    app: Application,
    colors: Application,
    shapes: Application,
}

fn together() -> Together {
    Together {
        app: Application { required_permissions: required(&["colors/Read"]), ..app() },
        colors: Application {
            known_client_applications: vec![client_id("app")],
            required_permissions: required(&["shapes/Write"]),
            required_app_roles: required(&["shapes/Draw"]),
            ..api("colors")
        },
        shapes: Application { app_roles: vec![role("Draw")], ..api("shapes") },
    }
}

impl Together {
    fn asked(&self, words: &str, consents: &Consents, user: &User, ask: Ask) -> Asked {
        let facts = Facts {
            application: &self.app,
            is_here: true,
            terms: &Terms::default(),
            scopes: &resolved_with(&here(self.colors.clone()), words),
            consents,
            required_apis: &by_client_id(&[self.colors.clone(), self.shapes.clone()]),
            person: user,
            policy: TenantPolicy::default(),
        };
        question(&facts, ask).expect("there is an answer")
    }

    fn question(&self, words: &str, ask: Ask) -> ConsentQuestion {
        match self.asked(words, &Consents::default(), &administrator("ana"), ask) {
            Asked::Consent(question) => question,
            other => panic!("{other:?}"),
        }
    }

    /// Each permission as CLIENT:API/VALUE.
    fn names(&self, words: &str, ask: Ask) -> Vec<String> {
        let name = |one: &grantor_rules::consent::PermissionAsked| format!("{}:{}/{}", one.client, one.api, one.value);
        self.question(words, ask).permissions.iter().map(name).collect()
    }
}

const BOTH: [&str; 2] = ["app:colors/Read", "colors:shapes/Write"];
const EVERYTHING: &str = "api://colors/.default";

#[test]
fn one_question_lists_what_both_need() {
    assert_eq!(together().names(EVERYTHING, Ask::WhatIsMissing), BOTH);
    assert_eq!(together().names(EVERYTHING, Ask::Everything), BOTH);
}

#[test]
fn for_everybody_the_roles_that_both_need_are_listed_too() {
    let found = together().names(EVERYTHING, Ask::ForEveryone);
    assert_eq!(found, ["app:colors/Read", "colors:shapes/Write", "colors:shapes/Draw"]);
}

#[test]
fn a_yes_is_one_for_each_of_the_two() {
    let allowed_now = together().question(EVERYTHING, Ask::ForEveryone).by_client();
    assert_eq!(allowed_now.len(), 2);
    assert_eq!(allowed_now[&client_id("app")].scopes, allowed(&["colors/Read"]));
    assert!(allowed_now[&client_id("app")].app_roles.is_empty());
    assert_eq!(allowed_now[&client_id("colors")].scopes, allowed(&["shapes/Write"]));
    assert_eq!(allowed_now[&client_id("colors")].app_roles, required(&["shapes/Draw"]));
}

#[test]
fn the_api_s_needs_are_asked_only_together_with_everything_required() {
    assert_eq!(together().names("api://colors/Read", Ask::WhatIsMissing), ["app:colors/Read"]);
    let once = allowed(&["colors/Read"]);
    let again = together().asked(EVERYTHING, &once, &person("ana"), Ask::WhatIsMissing);
    assert_eq!(again, Asked::Nothing, "it was asked when the application was let in");
}

#[test]
fn only_an_api_of_the_same_publisher_that_knows_the_application_asks_with_it() {
    let mut unknown = together();
    unknown.colors.known_client_applications = vec![client_id("other")];
    assert_eq!(unknown.names(EVERYTHING, Ask::WhatIsMissing), BOTH[..1]);
    let mut foreign = together();
    foreign.colors.publisher = TenantId::from_random([9; 16]);
    assert_eq!(foreign.names(EVERYTHING, Ask::WhatIsMissing), BOTH[..1]);
}

#[test]
fn what_the_application_was_allowed_does_not_count_for_the_api() {
    let mut both = together();
    both.app.required_permissions = required(&["colors/Read", "shapes/Write"]);
    let consents = allowed(&["shapes/Write"]);
    let asked = both.asked(EVERYTHING, &consents, &person("ana"), Ask::WhatIsMissing);
    let Asked::Consent(question) = asked else { panic!("{asked:?}") };
    let clients: Vec<&str> = question.permissions.iter().map(|one| one.client.as_str()).collect();
    assert_eq!(clients, ["app", "colors"]);
}

#[test]
fn what_the_api_needs_of_administrators_is_theirs_to_allow() {
    let mut high = together();
    high.colors.required_permissions = required(&["shapes/Manage"]);
    let ask = |user: &User| high.asked(EVERYTHING, &Consents::default(), user, Ask::WhatIsMissing);
    assert!(matches!(ask(&person("ana")), Asked::Approval(_)));
    assert!(matches!(ask(&administrator("ana")), Asked::Consent(_)));
    // Also where the application itself has been allowed the same.
    high.app.required_permissions = required(&["colors/Read", "shapes/Manage"]);
    let known = allowed(&["shapes/Manage"]);
    let asked = high.asked(EVERYTHING, &known, &person("ana"), Ask::WhatIsMissing);
    assert!(matches!(asked, Asked::Approval(_)), "{asked:?}");
}
