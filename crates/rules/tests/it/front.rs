//! What goes through the browser without a code.

use std::collections::BTreeMap;

use grantor_rules::Refusal;
use grantor_rules::authorize::{Answer, CodePlan, Decision, Facts, decide};
use grantor_rules::client::ClientProof;
use grantor_rules::model::{Platform, SeveralApis};
use grantor_rules::token::TokenPlan;
use grantor_rules::token::front::grant;

use crate::grants::{new_family, new_flow};
use crate::moment::{Moment, moment};
use crate::world::{NOW, minutes, person, registered, request, resolved, signed_in, user_id};

const CONSENTS: [&str; 3] = ["directory/openid", "directory/offline_access", "colors/Read"];

fn allowed(moment: &Moment, words: &str, platform: Platform) -> CodePlan {
    let redirect = registered(&moment.client.application, platform);
    let decided = decide(&Facts {
        tenant: &moment.tenant,
        client: &moment.client,
        answer: Answer::Redirect(&redirect),
        request: &request(words),
        scopes: &resolved(words),
        required_apis: &BTreeMap::new(),
        person: &signed_in(person("ana")),
        assigned: &moment.client_assigned,
        consents: &moment.consents,
        just_consented: false,
    });
    match decided {
        Ok(Decision::Issue(plan)) => *plan,
        other => panic!("{other:?}"),
    }
}

fn bought<T>(
    before: &Moment,
    now: &Moment,
    words: &str,
    platform: Platform,
    look: impl FnOnce(&TokenPlan<'_>) -> T,
) -> Result<T, Refusal> {
    let plan = allowed(before, words, platform);
    let application = &now.client.application;
    grant(&plan, application, resolved(words), new_family(), new_flow(), &now.standing()).map(|plan| look(&plan))
}

#[test]
fn there_is_never_a_refresh_token() {
    let moment = moment(&CONSENTS);
    for platform in [Platform::Web, Platform::Spa, Platform::PublicClient] {
        let words = "openid offline_access api://colors/Read";
        let found = bought(&moment, &moment, words, platform, |plan| (plan.refresh_expires_at, plan.family_ends_at));
        assert_eq!(found, Ok((None, None)), "{platform:?}");
    }
}

#[test]
fn what_was_decided_is_what_the_tokens_know() {
    let moment = moment(&CONSENTS);
    let person = signed_in(person("ana")).sign_in;
    bought(&moment, &moment, "openid api://colors/Read", Platform::Spa, |plan| {
        assert_eq!(plan.nonce.as_deref(), Some("nonce"));
        assert_eq!((plan.user.id, plan.authenticated_at), (user_id("ana"), NOW - minutes(10)));
        assert_eq!((plan.method, plan.sid.as_str()), (person.method, person.sid.as_str()));
        assert_eq!((plan.platform, plan.proof), (Platform::Spa, ClientProof::Nothing));
        assert_eq!((plan.family, plan.flow), (new_family(), new_flow()));
        assert_eq!(plan.scopes, ["Read"]);
    })
    .unwrap();
}

#[test]
fn the_last_checks_are_made_here_too() {
    let before = moment(&CONSENTS);
    let mut disabled = moment(&CONSENTS);
    disabled.person().account_enabled = false;
    let found = bought(&before, &disabled, "openid api://colors/Read", Platform::Web, |_| ());
    assert_eq!(found, Err(Refusal::UserDisabled));
    let withdrawn = moment(&["directory/openid"]);
    let found = bought(&before, &withdrawn, "openid api://colors/Read", Platform::Web, |_| ());
    assert_eq!(found.unwrap_err().reason(), "consent-required");
}

#[test]
fn a_sign_in_for_several_apis_is_none_of_the_token_endpoint_s() {
    let mut moment = moment(&["directory/openid", "colors/Read", "shapes/Read"]);
    moment.tenant.policy.several_apis = SeveralApis::Refused;
    let words = "openid api://colors/Read api://shapes/Read";
    assert_eq!(bought(&moment, &moment, words, Platform::Web, |plan| plan.scopes.clone()), Ok(vec!["Read".into()]));
}
