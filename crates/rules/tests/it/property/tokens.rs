//! What tokens carry.

use std::cell::Cell;
use std::collections::BTreeSet;

use grantor_rules::model::{Platform, Registration};
use grantor_rules::refusal::ExchangeFault;
use grantor_rules::scopes::SignInScope;
use grantor_rules::token::{TokenPlan, client_credentials};
use grantor_rules::{Refusal, directory_api};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};

use super::worlds::{World, config, read, world};
use crate::grants::{Asked, ForAPerson, buy, by_secret};
use crate::world::{NOW, resolved_with, wanted};

/// The API of a plan as the world has it.
fn as_known(world: &World, plan: &TokenPlan<'_>) -> Registration {
    let known = world.apis.iter().find(|one| one.application.client_id == plan.api.application.client_id);
    known.cloned().unwrap_or_else(crate::world::directory)
}

/// What the words ask of one API, in lower case.
fn asked_of(words: &[String], api: &Registration) -> BTreeSet<String> {
    let own = api.application.client_id.as_str();
    words.iter().map(|word| read(word)).filter(|(of, _)| of.as_deref() == Some(own)).map(|(_, value)| value).collect()
}

fn signs_in(words: &[String], scope: SignInScope) -> bool {
    words.iter().any(|word| {
        let (of, value) = read(word);
        value == scope.as_str() && of.is_none_or(|of| of == directory_api::CLIENT_ID)
    })
}

/// What the permissions in an access token must be, said without the rules.
fn carried(kind: ForAPerson, world: &World, api: &Registration) -> BTreeSet<String> {
    // Who exchanges a token for less of its own API asks nobody else for anything.
    let of_itself = kind == ForAPerson::TokenExchange && api.application.client_id.as_str() == "app";
    let asked = asked_of(&world.words, api);
    let is_directory = api.application.client_id == directory_api::client_id();
    let signing_in = |value: &str| is_directory && SignInScope::parse(value).is_some();
    let all = api.application.scopes.iter().map(|scope| scope.value.clone());
    all.filter(|value| asked.contains(&value.to_lowercase()) || asked.contains(".default"))
        .filter(|value| !signing_in(value))
        .filter(|value| (of_itself || world.is_allowed(api, value)) && World::is_there(api, value))
        .collect()
}

fn holds(world: &World, kind: ForAPerson, plan: &TokenPlan<'_>) -> TestCaseResult {
    let api = as_known(world, plan);
    let named = world.words.iter().find_map(|word| read(word).0);
    let first = named.unwrap_or_else(|| directory_api::CLIENT_ID.to_owned());
    prop_assert_eq!(api.application.client_id.as_str(), &first, "the first API that is named");
    let scopes: BTreeSet<String> = plan.scopes.iter().cloned().collect();
    prop_assert_eq!(scopes.len(), plan.scopes.len(), "nothing stands twice");
    prop_assert_eq!(&scopes, &carried(kind, world, &api));
    prop_assert!(!World::is_for_others(&api));

    let directory = directory_api::client_id();
    for scope in SignInScope::ALL {
        let expected =
            kind.signs_in() && signs_in(&world.words, scope) && world.consents.covers(&directory, scope.as_str());
        prop_assert_eq!(plan.sign_in.contains(&scope), expected, "{:?}", scope);
    }
    let asked = match kind {
        ForAPerson::Code | ForAPerson::RefreshToken | ForAPerson::DeviceCode => {
            world.first.iter().any(|word| read(word) == (None, "offline_access".to_owned()))
        }
        ForAPerson::Password | ForAPerson::OnBehalfOf => signs_in(&world.words, SignInScope::OfflineAccess),
        ForAPerson::JwtBearer | ForAPerson::TokenExchange | ForAPerson::Front => false,
    };
    let keeps = asked && world.consents.covers(&directory, "offline_access");
    prop_assert_eq!(plan.refresh_expires_at.is_some(), keeps);

    for word in &plan.spelled_scopes {
        let (of, value) = read(word);
        let is_one = if of.is_none() {
            plan.sign_in.iter().any(|scope| scope.as_str() == value)
        } else {
            let spelled = world.words.contains(word);
            let everything = world.words.iter().any(|asked| asked.ends_with("/.default"));
            let names_one = scopes.iter().any(|scope| scope.to_lowercase() == value);
            (spelled || everything) && (names_one || value == ".default")
        };
        prop_assert!(is_one, "{} is not what was asked for and allowed", word);
    }
    for (found, of, assigned) in [
        (&plan.api_roles, &*api.application, &world.api_assigned),
        (&plan.client_roles, &*world.client.application, &world.client_assigned),
    ] {
        let there = of.app_roles.iter().filter(|role| role.for_users && !role.disabled).map(|role| role.value.clone());
        let expected: Vec<String> = there.collect::<BTreeSet<_>>().intersection(&assigned.roles).cloned().collect();
        prop_assert_eq!(found, &expected);
    }
    Ok(())
}

/// Whether a grant in this world may be refused for that reason.
fn may_be_refused(kind: ForAPerson, world: &World, refusal: &Refusal) -> bool {
    let some_api_is_not_here = world.apis.iter().any(|api| api.principal.is_none());
    match refusal {
        Refusal::ConsentRequired { .. } | Refusal::NothingToIssue => true,
        Refusal::ApiNotInTenant { .. } => some_api_is_not_here,
        Refusal::ClientNotPreAuthorized { .. } => world.apis.iter().any(World::is_for_others),
        Refusal::ApiNotNamed { apis } => !world.by_request && apis.len() > 1,
        Refusal::SelfByIdentifier { asked } => asked == "api://app",
        // Where everything is switched off, nothing can be had.
        Refusal::ExchangeRefused { why: ExchangeFault::Scope { asked } } => {
            kind == ForAPerson::TokenExchange && asked.ends_with("/.default")
        }
        // Nothing is exchanged for the directory API, which is meant where none is named.
        Refusal::ExchangeRefused { .. } => {
            let named = world.words.iter().find_map(|word| read(word).0);
            kind == ForAPerson::TokenExchange && named.is_none_or(|first| first == directory_api::CLIENT_ID)
        }
        _ => false,
    }
}

#[test]
fn a_token_for_a_person_carries_what_was_requested_and_allowed_and_still_is_there() {
    for kind in ForAPerson::ALL {
        let (issued, carried, refused) = (Cell::new(0), Cell::new(0), Cell::new(0));
        let check = |world: World| {
            let moment = world.moment();
            let Ok(scopes) = wanted(&world.words.join(" ")).resolve(&world.names()) else { return Ok(()) };
            let original = wanted(&world.first.join(" "));
            let asked = Asked { original, scopes, by_request: world.by_request };
            let looked = buy(kind, &moment, &by_secret(&moment), Platform::Web, asked, |plan| {
                issued.set(issued.get() + 1);
                carried.set(carried.get() + plan.scopes.len());
                holds(&world, kind, plan)
            });
            match looked {
                Ok(held) => held,
                Err(refusal) => {
                    refused.set(refused.get() + 1);
                    prop_assert!(may_be_refused(kind, &world, &refusal), "{:?}", refusal);
                    Ok(())
                }
            }
        };
        if let Err(failure) = TestRunner::new(config()).run(&world(), check) {
            panic!("{kind:?}: {failure}");
        }
        let (issued, carried, refused) = (issued.get(), carried.get(), refused.get());
        // Much of what is asked for is of our own API, for which nothing is exchanged.
        let least = if kind == ForAPerson::TokenExchange { 80 } else { 150 };
        let enough = issued > least && carried > least / 2 && refused > 150;
        assert!(enough, "{kind:?}: {issued} issued, {carried} carried, {refused} refused");
    }
}

#[test]
fn the_token_of_an_application_tells_the_roles_that_were_granted_and_still_are_there() {
    let told = Cell::new(0);
    let check = |world: World| {
        let moment = world.moment();
        for api in &world.apis {
            let words = format!("{}/.default", api.application.client_id);
            let client = by_secret(&moment);
            let scopes = resolved_with(api, &words);
            let settings = &moment.settings;
            let plan = client_credentials::grant(&client, &moment.client, &moment.tenant, scopes, NOW, 0, settings);
            let plan = match plan {
                Ok(plan) => plan,
                Err(refusal) => {
                    prop_assert!(api.principal.is_none() || World::is_for_others(api), "{:?}", refusal);
                    continue;
                }
            };
            prop_assert!(!World::is_for_others(api));
            let granted = |value: &String| {
                let all = &moment.client.application.granted_app_roles;
                all.iter().any(|one| one.api == api.application.client_id && one.value == *value)
            };
            let there = api.application.app_roles.iter().filter(|role| role.for_applications && !role.disabled);
            let expected: BTreeSet<String> = there.map(|role| role.value.clone()).filter(granted).collect();
            told.set(told.get() + expected.len());
            prop_assert_eq!(plan.roles.iter().cloned().collect::<BTreeSet<_>>(), expected);
        }
        Ok(())
    };
    if let Err(failure) = TestRunner::new(config()).run(&world(), check) {
        panic!("{failure}");
    }
    assert!(told.get() > 100, "{} roles were told", told.get());
}
