//! What a person is to the application and to the API, as the tokens tell it.

use std::collections::BTreeSet;

use grantor_rules::model::{AppRole, Application, Assigned, GroupClaims, Platform};
use uuid::Uuid;

use crate::grants::{Asked, ForAPerson, buy, by_secret};
use crate::moment::Moment;
use crate::world::{allowed, api, app, here, resolved_with, role, wanted};

const WORDS: &str = "api://colors/Read";

fn group(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// A role that people have, one that only applications may have, and one that is switched off.
fn with_roles(application: Application) -> Application {
    let for_applications = AppRole { for_users: false, ..role("Serve") };
    let off = AppRole { disabled: true, ..role("Old") };
    Application { app_roles: vec![role("Paint"), role("Mix"), for_applications, off], ..application }
}

fn assigned(roles: &[&str], groups: &[u128]) -> Assigned {
    Assigned {
        is_assigned: true,
        roles: roles.iter().map(|&role| role.to_owned()).collect(),
        groups: groups.iter().copied().map(group).collect::<BTreeSet<_>>(),
    }
}

struct Told {
    api_roles: Vec<String>,
    client_roles: Vec<String>,
    api_groups: Vec<Uuid>,
    client_groups: Vec<Uuid>,
}

fn told(kind: ForAPerson, moment: &Moment, api: &Application) -> Told {
    let scopes = resolved_with(&here(api.clone()), WORDS);
    let asked = Asked { original: wanted(WORDS), scopes, by_request: true };
    buy(kind, moment, &by_secret(moment), Platform::Web, asked, |plan| Told {
        api_roles: plan.api_roles.clone(),
        client_roles: plan.client_roles.clone(),
        api_groups: plan.api_groups.clone(),
        client_groups: plan.client_groups.clone(),
    })
    .expect("it is allowed")
}

#[test]
fn the_api_is_told_its_own_roles_and_the_application_its_own() {
    for kind in ForAPerson::ALL {
        let mut moment = Moment::of(with_roles(app()), allowed(&["colors/Read"]));
        moment.api_assigned = assigned(&["Paint", "Serve", "Old", "Gone"], &[]);
        moment.client_assigned = assigned(&["Mix", "Paint", "Old"], &[]);
        let found = told(kind, &moment, &with_roles(api("colors")));
        assert_eq!(found.api_roles, ["Paint"], "{kind:?}");
        assert_eq!(found.client_roles, ["Mix", "Paint"], "{kind:?}");
        let without = told(kind, &moment, &api("colors"));
        assert_eq!(without.api_roles, Vec::<String>::new(), "the API knows no roles: {kind:?}");
    }
}

/// What is switched on, the groups that are told of all (1, 2, 3) and of those that are assigned (2).
const GROUPS: [(&[GroupClaims], &[u128]); 7] = [
    (&[], &[]),
    (&[GroupClaims::SecurityGroup], &[1, 2, 3]),
    (&[GroupClaims::ApplicationGroup], &[2]),
    (&[GroupClaims::DirectoryRole], &[]),
    (&[GroupClaims::All], &[1, 2, 3]),
    (&[GroupClaims::ApplicationGroup, GroupClaims::SecurityGroup], &[1, 2, 3]),
    (&[GroupClaims::DirectoryRole, GroupClaims::ApplicationGroup], &[2]),
];

#[test]
fn groups_are_told_as_the_receiver_of_the_token_has_it() {
    for kind in ForAPerson::ALL {
        for (claims, expected) in GROUPS {
            let telling = |application: Application| Application { group_claims: claims.to_vec(), ..application };
            let ids: Vec<Uuid> = expected.iter().copied().map(group).collect();

            let mut to_the_api = Moment::of(app(), allowed(&["colors/Read"]));
            to_the_api.groups = [1, 2, 3].map(group).to_vec();
            to_the_api.api_assigned = assigned(&[], &[2]);
            let found = told(kind, &to_the_api, &telling(api("colors")));
            assert_eq!((&found.api_groups, found.client_groups), (&ids, vec![]), "{kind:?} {claims:?}");

            let mut to_the_client = Moment::of(telling(app()), allowed(&["colors/Read"]));
            to_the_client.groups = [1, 2, 3].map(group).to_vec();
            to_the_client.client_assigned = assigned(&[], &[2]);
            let found = told(kind, &to_the_client, &api("colors"));
            assert_eq!((found.client_groups, found.api_groups), (ids, vec![]), "{kind:?} {claims:?}");
        }
    }
}

#[test]
fn an_application_tells_groups_of_the_kinds_that_are_switched_on() {
    for (_, kind) in GroupClaims::NAMES {
        for (_, asked) in GroupClaims::NAMES {
            let application = Application { group_claims: vec![*kind], ..app() };
            let expected = kind == asked || *kind == GroupClaims::All;
            assert_eq!(application.tells_groups(*asked), expected, "{kind:?} {asked:?}");
        }
    }
}
