//! Scopes that an API gives applications beforehand (Source: entra-dialect 12.5).

use grantor_rules::Refusal;
use grantor_rules::consent::effective;
use grantor_rules::model::{Application, Callers, Consents, Platform, PreAuthorized, Registration, UserConsent};
use grantor_rules::token::issued::GrantKind;

use crate::grants::{Asked, ForAPerson, buy, by_secret};
use crate::moment::Moment;
use crate::world::{allowed, api, app, client_id, here, not_here, resolved_with, wanted};

/// `colors`, which gives `client` these beforehand.
fn giving(client: &str, values: &[&str]) -> Application {
    let scopes = values.iter().map(|&value| value.to_owned()).collect();
    Application { pre_authorized: vec![PreAuthorized { client: client_id(client), scopes }], ..api("colors") }
}

fn gives(api: &Registration, consents: &Consents, words: &str) -> Consents {
    effective(consents.clone(), &app(), &resolved_with(api, words))
}

#[test]
fn what_an_api_gives_counts_as_allowed_for_that_application_and_api() {
    let own = allowed(&["directory/openid"]);
    let mut of_both = allowed(&["directory/openid"]);
    of_both.allow(&client_id("colors"), ["Read".to_owned(), "Manage".to_owned()]);
    // In the API's own spelling, and what is for administrators, too.
    assert_eq!(gives(&here(giving("app", &["READ", "Manage"])), &own, "api://colors/Read"), of_both);
    assert!(!gives(&here(giving("other", &["Read"])), &own, "api://colors/Read").covers(&client_id("colors"), "Read"));
    assert_eq!(
        gives(&here(giving("app", &["Read"])), &own, "User.Read"),
        own,
        "an API that is not asked gives nothing"
    );
}

#[test]
fn what_an_api_no_longer_has_it_does_not_give() {
    let mut api = giving("app", &["Read", "Write", "Gone"]);
    api.scopes[0].disabled = true;
    let found = gives(&here(api), &Consents::default(), "api://colors/Write");
    assert_eq!(found.of(&client_id("colors")).collect::<Vec<_>>(), ["Write"]);
}

#[test]
fn an_api_that_nobody_has_let_in_gives_nothing() {
    let found = gives(&not_here(giving("app", &["Read"])), &Consents::default(), "api://colors/Read");
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn several_entries_of_one_application_add_up() {
    let mut api = giving("app", &["Read"]);
    api.pre_authorized.extend(giving("app", &["Write"]).pre_authorized);
    api.pre_authorized.extend(giving("other", &["Manage"]).pre_authorized);
    assert_eq!(api.pre_authorized_for(&client_id("app")).collect::<Vec<_>>(), ["Read", "Write"]);
}

#[test]
fn every_grant_buys_what_was_given_beforehand_and_no_more() {
    let colors = here(giving("app", &["Read"]));
    let mut moment = Moment::of(app(), Consents::default());
    moment.tenant.policy.user_consent = UserConsent::NotAllowed;
    for kind in GrantKind::ALL.into_iter().filter_map(ForAPerson::of).chain([ForAPerson::Front]) {
        let buys = |words: &str| {
            let asked = Asked { original: wanted(words), scopes: resolved_with(&colors, words), by_request: true };
            buy(kind, &moment, &by_secret(&moment), Platform::Web, asked, |plan| plan.scopes.clone())
        };
        assert_eq!(buys("api://colors/read"), Ok(vec!["Read".into()]), "{kind:?}");
        assert_eq!(buys("api://colors/.default"), Ok(vec!["Read".into()]), "{kind:?}");
        assert_eq!(buys("api://colors/Write").unwrap_err().reason(), "consent-required", "{kind:?}");
    }
}

#[test]
fn an_api_for_named_applications_alone_is_for_no_others_whatever_they_are_allowed() {
    let only = |client: &str| Application { callers: Callers::PreAuthorized, ..giving(client, &[]) };
    let moment = Moment::of(app(), allowed(&["colors/Read"]));
    for kind in ForAPerson::ALL {
        let buys = |colors: Application| {
            let words = "api://colors/Read";
            let scopes = resolved_with(&here(colors), words);
            let asked = Asked { original: wanted(words), scopes, by_request: false };
            buy(kind, &moment, &by_secret(&moment), Platform::Web, asked, |plan| plan.scopes.clone())
        };
        assert_eq!(buys(only("app")), Ok(vec!["Read".into()]), "{kind:?}: it is named, with whatever scopes");
        let refusal = Refusal::ClientNotPreAuthorized { api: "COLORS".into() };
        assert_eq!(buys(only("other")), Err(refusal), "{kind:?}");
        assert_eq!(buys(giving("other", &[])), Ok(vec!["Read".into()]), "{kind:?}: it is for everybody");
    }
}
