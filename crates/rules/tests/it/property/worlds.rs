//! Worlds that nobody would think of: APIs with permissions that are switched off or given beforehand, consents to what is not
//! there, and requests in odd case.

use std::collections::BTreeSet;

use grantor_rules::directory_api;
use grantor_rules::model::{
    AppRole, Application, Assigned, Callers, Consents, PreAuthorized, Registration, RequiredPermission, Risk,
    ScopeDefinition, UserConsent, WhoMayConsent,
};
use grantor_rules::scopes::ApiName;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, RngSeed};

use crate::moment::Moment;
use crate::world::{api, app, client_id, definition, here, named, not_here, principal_of, role};

/// The same worlds each time; `PROPTEST_CASES` makes it more of them.
pub fn config() -> Config {
    let asked = Config::default();
    let cases = asked.cases.max(1_000);
    Config { cases, rng_seed: RngSeed::Fixed(0x9e37_79b9_7f4a_7c15), failure_persistence: None, ..asked }
}

const VALUES: [&str; 4] = ["Read", "Write", "Manage", "Gone"];
const ROLES: [&str; 3] = ["Paint", "Mix", "Look"];
const OF_THE_DIRECTORY: [&str; 6] = ["openid", "profile", "email", "offline_access", "User.Read", "User.Read.All"];
/// `app` is the application that asks.
const APIS: [&str; 4] = ["colors", "shapes", "sounds", "app"];

/// Everything that a decision could look at.
#[derive(Clone, Debug)]
pub struct World {
    pub apis: Vec<Registration>,
    pub client: Registration,
    pub consents: Consents,
    /// What the person asked for when they signed in.
    pub first: Vec<String>,
    /// What is asked for now.
    pub words: Vec<String>,
    pub by_request: bool,
    pub client_assigned: Assigned,
    pub api_assigned: Assigned,
    pub policy: UserConsent,
    pub administrator: bool,
}

fn in_odd_case(text: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![
        4 => Just(text.to_owned()),
        1 => Just(text.to_uppercase()),
        1 => Just(text.to_lowercase()),
    ]
}

fn odd(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(texts).prop_flat_map(in_odd_case)
}

fn a_scope(value: &'static str) -> impl Strategy<Value = ScopeDefinition> {
    let consent = select(vec![WhoMayConsent::User, WhoMayConsent::User, WhoMayConsent::Admin]);
    let risk = select(vec![Risk::Low, Risk::Medium, Risk::High]);
    (consent, risk, prop::bool::weighted(0.25)).prop_map(move |(consent, risk, disabled)| ScopeDefinition {
        risk,
        disabled,
        ..definition(value, consent)
    })
}

fn scopes() -> impl Strategy<Value = Vec<ScopeDefinition>> {
    subsequence(VALUES.to_vec(), 1..=VALUES.len())
        .prop_flat_map(|values| values.into_iter().map(a_scope).collect::<Vec<_>>())
}

fn a_role(value: &'static str) -> impl Strategy<Value = AppRole> {
    (any::<bool>(), any::<bool>(), prop::bool::weighted(0.25)).prop_map(
        move |(for_applications, for_users, disabled)| AppRole { for_applications, for_users, disabled, ..role(value) },
    )
}

fn roles() -> impl Strategy<Value = Vec<AppRole>> {
    subsequence(ROLES.to_vec(), 0..=ROLES.len())
        .prop_flat_map(|values| values.into_iter().map(a_role).collect::<Vec<_>>())
}

fn pre_authorized() -> impl Strategy<Value = Vec<PreAuthorized>> {
    let one = (select(vec!["app", "other"]), vec(odd(&VALUES), 0..3))
        .prop_map(|(client, scopes)| PreAuthorized { client: client_id(client), scopes });
    prop_oneof![2 => Just(vec![]), 1 => vec![one]]
}

fn an_api(name: &'static str) -> impl Strategy<Value = Registration> {
    let for_named_alone = prop::bool::weighted(0.1);
    (scopes(), roles(), pre_authorized(), for_named_alone, prop::bool::weighted(0.9)).prop_map(
        move |(scopes, app_roles, pre_authorized, pre_authorized_only, is_here)| {
            let base = if name == "app" { app() } else { api(name) };
            let application = Application {
                identifier_uris: vec![format!("api://{name}")],
                scopes,
                app_roles,
                pre_authorized,
                callers: if pre_authorized_only { Callers::PreAuthorized } else { Callers::Any },
                ..base
            };
            if is_here || name == "app" { here(application) } else { not_here(application) }
        },
    )
}

fn consents() -> impl Strategy<Value = Consents> {
    let of = |values: &'static [&'static str]| btree_set(odd(values), 0..=values.len());
    let directory = btree_set(select(&OF_THE_DIRECTORY[..]), 0..=OF_THE_DIRECTORY.len());
    (of(&VALUES), of(&VALUES), of(&VALUES), directory).prop_map(|(colors, shapes, own, directory)| {
        let mut consents = Consents::default();
        for (name, values) in [("colors", colors), ("shapes", shapes), ("app", own)] {
            consents.allow(&client_id(name), values);
        }
        consents.allow(&directory_api::client_id(), directory.into_iter().map(str::to_owned));
        consents
    })
}

fn of_the_directory() -> impl Strategy<Value = String> {
    let value = odd(&OF_THE_DIRECTORY);
    let graph = directory_api::WELL_KNOWN_URI;
    (value, any::<bool>()).prop_map(move |(value, full)| if full { format!("{graph}/{value}") } else { value })
}

fn a_name() -> impl Strategy<Value = String> {
    (select(&APIS[..]), odd(&VALUES), any::<bool>()).prop_map(|(api, value, by_id)| {
        let prefix = if by_id { "" } else { "api://" };
        format!("{prefix}{api}/{value}")
    })
}

fn everything() -> impl Strategy<Value = String> {
    let names = ["api://colors", "colors", "api://shapes", "api://app", "app", directory_api::WELL_KNOWN_URI];
    select(names.to_vec()).prop_map(|name| format!("{name}/.default"))
}

/// Either names, or everything granted, with words of signing in among them.
fn words() -> impl Strategy<Value = Vec<String>> {
    let names = vec(prop_oneof![3 => a_name(), 2 => of_the_directory()], 1..5);
    let sign_in = vec(odd(&OF_THE_DIRECTORY[..4]), 0..3);
    let everything = (everything(), sign_in).prop_map(|(everything, mut words)| {
        words.push(everything);
        words
    });
    prop_oneof![3 => names, 1 => everything]
}

fn assigned() -> impl Strategy<Value = Assigned> {
    btree_set(odd(&ROLES), 0..=ROLES.len()).prop_map(|roles| Assigned {
        is_assigned: true,
        roles,
        groups: BTreeSet::new(),
    })
}

fn permissions(values: &'static [&'static str]) -> impl Strategy<Value = Vec<RequiredPermission>> {
    let one = (select(vec!["colors", "shapes", "sounds", "app"]), odd(values))
        .prop_map(|(api, value)| RequiredPermission { api: client_id(api), value });
    vec(one, 0..4)
}

prop_compose! {
    pub fn world()(
        apis in (an_api("colors"), an_api("shapes"), an_api("sounds"), an_api("app")),
        consents in consents(),
        required_permissions in permissions(&VALUES),
        granted_app_roles in permissions(&ROLES),
        (first, words, by_request) in (words(), words(), any::<bool>()),
        the_same in prop::bool::weighted(0.6),
        (client_assigned, api_assigned) in (assigned(), assigned()),
        policy in select(vec![UserConsent::Allowed, UserConsent::LowRiskOnly, UserConsent::NotAllowed]),
        administrator in any::<bool>(),
    ) -> World {
        let (colors, shapes, sounds, own) = apis;
        let application = (*own.application).clone();
        let application = Application { required_permissions, granted_app_roles, ..application };
        let mut client = here(application.clone());
        principal_of(&mut client).assignment_required = false;
        World {
            apis: vec![colors, shapes, sounds, here(application)],
            client,
            consents,
            first: if the_same { words.clone() } else { first },
            words,
            by_request,
            client_assigned,
            api_assigned,
            policy,
            administrator,
        }
    }
}

impl World {
    pub fn moment(&self) -> Moment {
        let mut moment = Moment::of((*self.client.application).clone(), self.consents.clone());
        moment.client = self.client.clone();
        moment.client_assigned = self.client_assigned.clone();
        moment.api_assigned = self.api_assigned.clone();
        moment.tenant.policy.user_consent = self.policy;
        moment
    }

    pub fn names(&self) -> std::collections::BTreeMap<ApiName, Registration> {
        named(&self.apis)
    }

    /// Whether somebody allowed a permission, under its very name, said without the rules.
    pub fn is_stored(&self, api: &Registration, value: &str) -> bool {
        let own = &api.application.client_id;
        self.consents.by_api().any(|(of, values)| of == own && values.contains(value))
    }

    /// Whether an API that somebody has let in gives a permission beforehand, said without the rules.
    pub fn is_given(api: &Registration, value: &str) -> bool {
        let to_app = api.application.pre_authorized.iter().filter(|one| one.client == client_id("app"));
        api.principal.is_some() && to_app.flat_map(|one| &one.scopes).any(|given| given.eq_ignore_ascii_case(value))
    }

    /// Whether an API is for other applications alone, said without the rules.
    pub fn is_for_others(api: &Registration) -> bool {
        let application = &api.application;
        let names = application.pre_authorized.iter().any(|one| one.client == client_id("app"));
        application.callers == Callers::PreAuthorized && !names && application.client_id != client_id("app")
    }

    /// What must hold of a permission in any token.
    pub fn is_allowed(&self, api: &Registration, value: &str) -> bool {
        self.is_stored(api, value) || Self::is_given(api, value)
    }

    /// Whether the API has the permission, and it is not switched off.
    pub fn is_there(api: &Registration, value: &str) -> bool {
        api.application.scopes.iter().any(|scope| scope.value == value && !scope.disabled)
    }
}

/// The API that a word names, with what it names of it in lower case; no API where the word is one of signing in.
pub fn read(word: &str) -> (Option<String>, String) {
    match word.rsplit_once('/') {
        Some((name, value)) if name == directory_api::WELL_KNOWN_URI => {
            (Some(directory_api::CLIENT_ID.to_owned()), value.to_lowercase())
        }
        Some((name, value)) => (Some(name.trim_start_matches("api://").to_owned()), value.to_lowercase()),
        None if OF_THE_DIRECTORY[..4].contains(&word.to_lowercase().as_str()) => (None, word.to_lowercase()),
        None => (Some(directory_api::CLIENT_ID.to_owned()), word.to_lowercase()),
    }
}
