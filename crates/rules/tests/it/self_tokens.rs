//! An application that asks for a token for itself (Source: entra-dialect 12.2).

use grantor_protocol::prompt::Prompt;
use grantor_rules::Refusal;
use grantor_rules::authorize::not_itself_by_identifier;
use grantor_rules::consent::{Ask, Asked, Facts, question};
use grantor_rules::model::{Application, Consents, Platform, Registration, TenantPolicy, Terms};
use grantor_rules::scopes::ResolvedScopes;
use grantor_rules::token::client_credentials;

use crate::grants::{self, ForAPerson, buy, by_secret};
use crate::moment::Moment;
use crate::world::{
    NOW, allowed, api, app, by_client_id, here, named, person, request, required, resolved_with, wanted,
};

/// An application that is an API, too.
fn both() -> Application {
    let as_api = api("app");
    Application { identifier_uris: as_api.identifier_uris, scopes: as_api.scopes, ..app() }
}

fn scopes(words: &str) -> ResolvedScopes {
    resolved_with(&here(both()), words)
}

/// How it names itself, and whether it may ask for everything that way.
const NAMES: [(&str, bool); 5] = [
    ("app/.default", true),
    ("APP/.default", true),
    ("api://app/.default", false),
    // What is asked for by name is asked for as of any other API.
    ("api://app/Read", true),
    ("app/Read", true),
];

fn in_any_case(words: &str) -> ResolvedScopes {
    let mut apis = named(&[here(both())]);
    apis.insert(grantor_rules::scopes::ApiName::Identifier("APP".into()), here(both()));
    wanted(words).resolve(&apis).expect("each word means something")
}

#[test]
fn everything_of_itself_is_asked_for_by_client_id_alone() {
    for (words, may) in NAMES {
        let found = not_itself_by_identifier(&both(), &in_any_case(words).apis[0]);
        let refusal = Refusal::SelfByIdentifier { asked: "api://app".into() };
        assert_eq!(found, if may { Ok(()) } else { Err(refusal) }, "{words}");
    }
    let other = resolved_with(&here(api("colors")), "api://colors/.default");
    assert_eq!(not_itself_by_identifier(&both(), &other.apis[0]), Ok(()), "another API");
}

#[test]
fn every_grant_gives_a_token_for_oneself_and_refuses_the_identifier() {
    let moment = Moment::of(both(), allowed(&["directory/openid"]));
    let stranger = Moment::of(both(), Consents::default());
    for kind in ForAPerson::ALL {
        let of = |moment: &Moment, words: &str| {
            let asked = grants::Asked { original: wanted(words), scopes: scopes(words), by_request: true };
            buy(kind, moment, &by_secret(moment), Platform::Web, asked, |plan| {
                (plan.api.application.client_id.clone(), plan.scopes.clone(), plan.refresh_expires_at)
            })
        };
        if kind == ForAPerson::TokenExchange {
            // It was called with that, by whichever of its names.
            let everything = ["Manage", "Read", "Write"].map(str::to_owned).to_vec();
            for words in ["app/.default", "api://app/.default"] {
                assert_eq!(of(&stranger, words), Ok((both().client_id, everything.clone(), None)));
            }
            assert_eq!(of(&stranger, "app/Read"), Ok((both().client_id, vec!["Read".to_owned()], None)));
            continue;
        }
        // What nobody allowed is not in it; and who allowed nothing at all is nobody to it.
        assert_eq!(of(&moment, "app/.default"), Ok((both().client_id, vec![], None)), "{kind:?}");
        assert_eq!(of(&stranger, "app/.default").unwrap_err().reason(), "consent-required", "{kind:?}");
        assert_eq!(of(&moment, "api://app/.default").unwrap_err().reason(), "self-by-identifier", "{kind:?}");
        assert_eq!(of(&moment, "app/Read").unwrap_err().reason(), "consent-required", "{kind:?}");
    }
}

#[test]
fn an_application_alone_has_a_token_for_itself_by_its_client_id() {
    let moment = Moment::of(both(), Consents::default());
    let grant = |words: &str| {
        let client = by_secret(&moment);
        let settings = &moment.settings;
        client_credentials::grant(&client, &moment.client, &moment.tenant, scopes(words), NOW, 0, settings)
            .map(|plan| plan.api.application.client_id.clone())
    };
    assert_eq!(grant("app/.default"), Ok(both().client_id));
    assert_eq!(grant("api://app/.default").unwrap_err().reason(), "self-by-identifier");
}

fn asked(words: &str, is_here: bool, consents: &Consents, ask: Ask) -> Vec<String> {
    let application = Application { required_permissions: required(&["colors/Read"]), ..both() };
    let facts = Facts {
        application: &application,
        is_here,
        terms: &Terms::default(),
        scopes: &scopes(words),
        consents,
        required_apis: &by_client_id(&[api("colors")]),
        person: &crate::world::administrator("ana"),
        policy: TenantPolicy::default(),
    };
    match question(&facts, ask).expect("there is an answer") {
        Asked::Nothing => vec![],
        Asked::Consent(question) | Asked::Approval(question) => {
            question.permissions.iter().map(|one| format!("{}/{}", one.api_name, one.value)).collect()
        }
    }
}

#[test]
fn what_an_application_does_with_itself_needs_no_more_than_to_know_who_it_is() {
    let nothing = Consents::default();
    assert_eq!(asked("app/.default", true, &nothing, Ask::WhatIsMissing), ["Directory/openid"]);
    let allowed_something = allowed(&["colors/Read"]);
    assert_eq!(asked("app/.default", true, &allowed_something, Ask::WhatIsMissing), Vec::<String>::new());
    assert_eq!(asked("app/.default openid", true, &nothing, Ask::WhatIsMissing), ["Directory/openid"]);
    assert_eq!(asked("app/Read", true, &nothing, Ask::WhatIsMissing), ["APP/Read"]);
    assert_eq!(asked("app/.default", true, &nothing, Ask::ForEveryone), ["COLORS/Read"], "what it needs of others");
}

#[test]
fn an_application_that_nobody_has_let_in_asks_at_least_for_that() {
    let nothing = Consents::default();
    assert_eq!(asked("app/.default", false, &nothing, Ask::WhatIsMissing), ["Directory/openid"]);
    assert_eq!(asked("app/.default openid", false, &nothing, Ask::WhatIsMissing), ["Directory/openid"], "once");
    let yes = allowed(&["directory/openid"]);
    assert_eq!(asked("app/.default", false, &yes, Ask::WhatIsMissing), Vec::<String>::new(), "it was just said");
}

#[test]
fn a_stranger_s_application_gets_no_code_before_somebody_says_yes() {
    use grantor_rules::authorize::{Answer, Decision, Facts, decide};
    let (moment, redirect) =
        (Moment::of(both(), Consents::default()), crate::world::registered(&both(), Platform::Web));
    let yes = allowed(&["directory/openid"]);
    let decided = |client: &Registration, consents: &Consents, prompt| {
        let facts = Facts {
            tenant: &moment.tenant,
            client,
            answer: Answer::Redirect(&redirect),
            request: &grantor_rules::authorize::Request { prompt, ..request("app/.default") },
            scopes: &scopes("app/.default"),
            required_apis: &by_client_id(&[]),
            person: &crate::world::signed_in(person("ana")),
            assigned: &moment.client_assigned,
            consents,
            just_consented: false,
        };
        decide(&facts).map(|decision| matches!(decision, Decision::Issue(_)))
    };
    assert_eq!(decided(&here(both()), &yes, Prompt::AsNeeded), Ok(true));
    assert_eq!(decided(&here(both()), &moment.consents, Prompt::AsNeeded), Ok(false));
    assert_eq!(decided(&crate::world::not_here(both()), &moment.consents, Prompt::AsNeeded), Ok(false));
    let missing = vec!["Directory · openid".to_owned()];
    let silent = decided(&crate::world::not_here(both()), &moment.consents, Prompt::None);
    assert_eq!(silent, Err(Refusal::ConsentRequired { missing }));
}
