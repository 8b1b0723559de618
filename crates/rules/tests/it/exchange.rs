//! What tokens are exchanged for (RFC 8693).

use std::collections::BTreeSet;

use grantor_protocol::FamilyId;
use grantor_rules::Refusal;
use grantor_rules::api_access::PresentedToken;
use grantor_rules::model::{AppRole, Application, Binding, ExchangeScope, ExchangeTarget, Family, Platform, Terms};
use grantor_rules::refusal::{ExchangeFault, TokenFault};
use grantor_rules::token::TokenPlan;
use grantor_rules::token::exchange::{Actor, Subject, grant, may_exchange, may_present, may_present_own};
use serde_json::json;

use crate::grants::{by_secret, new_family, new_flow};
use crate::moment::Moment;
use crate::world::{
    NOW, allowed, api, app, client_id, exchange_for, family, here, minutes, resolved_with, role, tenant, user_id,
};

const VALUES: [&str; 3] = ["Read", "Write", "Manage"];

/// A token of Ana's for `audience`.
fn token(audience: &str, scopes: &[&str]) -> PresentedToken {
    PresentedToken {
        tenant: tenant().id,
        user: None,
        client: client_id("front"),
        family: FamilyId::from_random([3; 16]),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        audience: audience.into(),
        bound_to: None,
        may_act: None,
        expires_at: NOW + minutes(7),
    }
}

fn parent() -> Family {
    Family { client_id: client_id("front"), ..family(Platform::Web, "") }
}

/// An exchange, with what stands around it.
struct Exchange<'a> {
    client: Application,
    consents: &'a [&'a str],
    token: PresentedToken,
    family: Family,
    actor: Option<Actor<'a>>,
    words: &'a str,
}

impl Default for Exchange<'_> {
    fn default() -> Self {
        Self {
            client: app(),
            consents: &["colors/Read", "colors/Write", "shapes/Read", "shapes/Write"],
            token: token("api://colors", &["Read", "Write"]),
            family: parent(),
            actor: None,
            words: "api://colors/.default",
        }
    }
}

impl Exchange<'_> {
    fn with<T>(&self, spoil: impl FnOnce(&mut Moment), look: impl FnOnce(&TokenPlan<'_>) -> T) -> Result<T, Refusal> {
        let mut moment = Moment::of(self.client.clone(), allowed(self.consents));
        spoil(&mut moment);
        let mut colors = api("colors");
        colors.app_roles = ["Buyer", "Seller"].map(|name| AppRole { for_users: true, ..role(name) }).into();
        // A word names one of both, and the other one is found as it is in the directory.
        let scopes = if self.words.contains("shapes") {
            resolved_with(&here(api("shapes")), self.words)
        } else {
            resolved_with(&here(colors), self.words)
        };
        let actor = match &self.actor {
            Some(Actor::Application(id)) => Some(Actor::Application(id)),
            Some(Actor::Person { subject, roles }) => Some(Actor::Person { subject, roles }),
            None => None,
        };
        let subject = Subject { token: &self.token, family: &self.family, actor };
        let client = by_secret(&moment);
        grant(&subject, &client, scopes, new_family(), new_flow(), &moment.standing()).map(|plan| look(&plan))
    }

    fn bought(&self) -> Result<Vec<String>, Refusal> {
        self.with(|_| (), |plan| plan.scopes.clone())
    }

    fn refused(&self) -> Option<ExchangeFault> {
        match self.bought() {
            Ok(_) => None,
            Err(Refusal::ExchangeRefused { why }) => Some(why),
            Err(other) => panic!("{other:?}"),
        }
    }
}

fn subsets<'a>(of: &[&'a str]) -> Vec<Vec<&'a str>> {
    (0..1_u32 << of.len())
        .map(|bits| of.iter().enumerate().filter(|(place, _)| bits >> place & 1 == 1).map(|(_, one)| *one).collect())
        .collect()
}

/// T19: whatever the token allows, whatever is consented and whatever is asked for, what comes out is in all three.
#[test]
fn no_exchange_widens_what_may_be_done() {
    let (mut issued, mut refused) = (0, 0);
    for held in subsets(&VALUES) {
        for consented in subsets(&VALUES) {
            let consents: Vec<String> = consented.iter().map(|value| format!("colors/{value}")).collect();
            let consents: Vec<&str> = consents.iter().map(String::as_str).collect();
            for asked in subsets(&VALUES) {
                let words: Vec<String> = asked.iter().map(|value| format!("api://colors/{value}")).collect();
                let words = if words.is_empty() { "api://colors/.default".to_owned() } else { words.join(" ") };
                let exchange = Exchange {
                    consents: &consents,
                    token: token("colors", &held),
                    words: &words,
                    ..Exchange::default()
                };
                let all = asked.is_empty();
                match exchange.bought() {
                    Ok(mut found) => {
                        issued += 1;
                        found.sort_by_key(|value| VALUES.iter().position(|one| one == value));
                        let expected: Vec<&str> = VALUES
                            .into_iter()
                            .filter(|value| held.contains(value) && consented.contains(value))
                            .filter(|value| all || asked.contains(value))
                            .collect();
                        assert_eq!(found, expected, "{held:?} {consented:?} {asked:?}");
                        assert!(!found.is_empty());
                    }
                    Err(refusal) => {
                        refused += 1;
                        let beyond = asked.iter().any(|value| !held.contains(value)) || held.is_empty();
                        let nobody_said_so = asked.iter().any(|value| !consented.contains(value));
                        let nothing_left = all && !held.iter().any(|value| consented.contains(value));
                        let expected = if beyond { "exchange-refused" } else { "consent-required" };
                        assert!(beyond || nobody_said_so || nothing_left, "{held:?} {consented:?} {asked:?}");
                        assert_eq!(refusal.reason(), expected, "{held:?} {consented:?} {asked:?}");
                    }
                }
            }
        }
    }
    assert!(issued > 50 && refused > 200, "{issued} {refused}");
}

#[test]
fn of_another_api_there_is_what_an_administrator_has_written_down() {
    type Row<'a> = (&'a [(&'a str, &'a str)], &'a str, Result<&'a [&'a str], &'a str>);
    let target = |scopes: &[(&str, &str)]| ExchangeTarget {
        scopes: scopes
            .iter()
            .map(|(value, needs)| ExchangeScope { value: (*value).into(), needs: (*needs).into() })
            .collect(),
        ..exchange_for("shapes")
    };
    let rows: [Row<'_>; 6] = [
        // The same word means another thing elsewhere.
        (&[], "api://shapes/Read", Err("Read")),
        (&[], "api://shapes/.default", Err("api://shapes/.default")),
        (&[("Read", "Write")], "api://shapes/Read", Ok(&["Read"])),
        (&[("Read", "Write")], "api://shapes/.default", Ok(&["Read"])),
        (&[("Read", "Manage")], "api://shapes/Read", Err("Read")),
        (&[("Read", "Manage"), ("Read", "Read")], "api://shapes/Read api://shapes/Write", Err("Write")),
    ];
    for (scopes, words, expected) in rows {
        let client = Application { token_exchange: vec![target(scopes)], ..app() };
        let exchange = Exchange { client, words, ..Exchange::default() };
        match expected {
            Ok(expected) => assert_eq!(exchange.bought().unwrap(), expected, "{scopes:?} {words}"),
            Err(asked) => {
                assert_eq!(
                    exchange.refused(),
                    Some(ExchangeFault::Scope { asked: asked.into() }),
                    "{scopes:?} {words}"
                );
            }
        }
    }
    // Where something is written down for the API's own tokens, that counts.
    let narrow = ExchangeTarget {
        scopes: vec![ExchangeScope { value: "Read".into(), needs: "Write".into() }],
        ..exchange_for("colors")
    };
    let client = Application { token_exchange: vec![narrow], ..app() };
    let token = token("colors", &["Read"]);
    let exchange = Exchange { client, token, words: "api://colors/Read", ..Exchange::default() };
    assert_eq!(exchange.refused(), Some(ExchangeFault::Scope { asked: "Read".into() }));
}

/// Whoever was called with a token passes less of it on to itself, and needs no further word for that.
#[test]
fn an_application_exchanges_a_token_for_less_of_its_own_api() {
    let mut itself = app();
    itself.scopes = api("app").scopes;
    let bought = |held: &[&str], words: &str| {
        let token = token("app", held);
        let moment = Moment::of(itself.clone(), allowed(&[]));
        let family = parent();
        let subject = Subject { token: &token, family: &family, actor: None };
        let (scopes, client) = (resolved_with(&here(itself.clone()), words), by_secret(&moment));
        let plan = grant(&subject, &client, scopes, new_family(), new_flow(), &moment.standing());
        plan.map(|plan| plan.scopes.clone()).map_err(|refusal| refusal.reason())
    };
    assert_eq!(bought(&["Read", "Write"], "app/.default"), Ok(vec!["Read".into(), "Write".into()]));
    assert_eq!(bought(&["Read", "Write"], "app/Write"), Ok(vec!["Write".into()]));
    assert_eq!(bought(&["Read"], "app/Write"), Err("exchange-refused"));
    assert_eq!(bought(&[], "app/.default"), Err("exchange-refused"));
}

#[test]
fn only_for_an_api_that_is_listed_and_never_for_our_own() {
    let target = |name: &str| Some(ExchangeFault::Target { api: name.into() });
    let client = Application { token_exchange: vec![exchange_for("shapes")], ..app() };
    assert_eq!(Exchange { client: client.clone(), ..Exchange::default() }.refused(), target("COLORS"));
    assert!(may_exchange(&client).is_ok());
    let nothing = Application { token_exchange: vec![], ..app() };
    let grant = "urn:ietf:params:oauth:grant-type:token-exchange";
    assert_eq!(may_exchange(&nothing), Err(Refusal::GrantTypeNotEnabled { grant }));
    // T20: whoever acts for somebody administers nothing in their name.
    let directory = grantor_rules::directory_api::client_id();
    let ours = exchange_for(directory.as_str());
    let name = grantor_rules::directory_api::application().display_name.clone();
    let client = Application { token_exchange: vec![ours], ..app() };
    let token = token(directory.as_str(), &["User.Read"]);
    for words in ["User.Read", "openid", "https://graph.microsoft.com/.default"] {
        let exchange = Exchange {
            client: client.clone(),
            token: token.clone(),
            words,
            consents: &["directory/User.Read", "directory/openid"],
            ..Exchange::default()
        };
        assert_eq!(exchange.refused(), target(&name), "{words}");
    }
}

#[test]
fn nobody_signs_in_with_what_a_token_is_exchanged_for() {
    for scope in ["openid", "profile", "offline_access"] {
        let words = format!("{scope} api://colors/Read");
        let exchange =
            Exchange { words: &words, consents: &["directory/openid", "colors/Read"], ..Exchange::default() };
        assert_eq!(exchange.refused(), Some(ExchangeFault::Scope { asked: scope.into() }));
    }
}

#[test]
fn it_never_lives_longer_than_what_it_is_exchanged_for() {
    let ends = |left: u64| {
        let token = PresentedToken { expires_at: NOW + minutes(left), ..token("colors", &["Read"]) };
        let exchange = Exchange { token, ..Exchange::default() };
        exchange.with(|_| (), |plan| (plan.access_expires_at, plan.refresh_expires_at)).unwrap()
    };
    assert_eq!(ends(1), (NOW + minutes(1), None));
    assert!(ends(600).0 < NOW + minutes(600), "the API's own lifetime counts, too");
}

/// T20: who acts is said, and who acted before stays (RFC 8693 §4.1).
#[test]
fn who_acts_stands_in_the_token_with_who_acted_before() {
    let before = json!({ "sub": "first", "act": { "sub": "zeroth" } });
    let acted = Family { terms: Terms { act: Some(before.clone()), ..Terms::default() }, ..parent() };
    let (client, roles) = (client_id("app"), BTreeSet::new());
    let act = |family: Family, actor: Option<Actor<'_>>| {
        let exchange = Exchange { family, actor, ..Exchange::default() };
        exchange.with(|_| (), |plan| plan.terms.act.clone()).unwrap()
    };
    assert_eq!(act(parent(), None), None, "impersonation: nobody can tell");
    assert_eq!(act(parent(), Some(Actor::Application(&client))), Some(json!({ "sub": "app" })));
    let person = || Actor::Person { subject: "ben's", roles: &roles };
    assert_eq!(act(parent(), Some(person())), Some(json!({ "sub": "ben's" })));
    assert_eq!(act(acted.clone(), Some(person())), Some(json!({ "sub": "ben's", "act": before })));
    assert_eq!(act(acted, None), Some(before), "what is known of it is not lost");
}

#[test]
fn an_application_may_not_stand_in_for_a_person_unless_that_is_written_down() {
    let careful = ExchangeTarget { impersonation: false, ..exchange_for("colors") };
    let client = Application { token_exchange: vec![careful], ..app() };
    let id = client_id("app");
    let exchange = |actor| Exchange { client: client.clone(), actor, ..Exchange::default() };
    assert_eq!(exchange(None).refused(), Some(ExchangeFault::ActorMissing));
    assert_eq!(exchange(Some(Actor::Application(&id))).refused(), None);
}

#[test]
fn who_may_act_is_who_the_token_says() {
    let (app_id, other, roles) = (client_id("app"), client_id("other"), BTreeSet::new());
    let refused = |may_act: &str, actor| {
        let token = PresentedToken { may_act: Some(may_act.into()), ..token("colors", &["Read"]) };
        Exchange { token, actor, ..Exchange::default() }.refused()
    };
    let no = Some(ExchangeFault::ActorNotAllowed);
    assert_eq!(refused("app", None), None);
    assert_eq!(refused("app", Some(Actor::Application(&app_id))), None);
    assert_eq!(refused("app", Some(Actor::Application(&other))), no);
    assert_eq!(refused("other", None), no);
    assert_eq!(refused("app", Some(Actor::Person { subject: "app", roles: &roles })), no, "no person is named so");
}

/// T20: nobody gains a role by acting for somebody.
#[test]
fn a_person_who_acts_gains_no_role_that_they_do_not_hold() {
    let names = |names: &[&str]| -> BTreeSet<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    let roles = |actor: Option<&BTreeSet<String>>| {
        let actor = actor.map(|roles| Actor::Person { subject: "ben's", roles });
        let exchange = Exchange { actor, ..Exchange::default() };
        let assign = |moment: &mut Moment| moment.api_assigned.roles = names(&["Buyer", "Seller"]);
        exchange.with(assign, |plan| plan.api_roles.clone()).unwrap()
    };
    assert_eq!(roles(None), ["Buyer", "Seller"]);
    assert_eq!(roles(Some(&names(&["Buyer", "Owner"]))), ["Buyer"]);
    assert_eq!(roles(Some(&names(&[]))), Vec::<String>::new());
}

#[test]
fn a_token_is_presented_by_whoever_was_called_with_it_or_was_given_it() {
    let key = |name: &str| Some(Binding::Key(name.into()));
    let moment = Moment::of(app(), allowed(&[]));
    let client = by_secret(&moment);
    let of = |audience: &str, client: &str, bound_to| PresentedToken {
        client: client_id(client),
        bound_to,
        ..token(audience, &[])
    };
    assert_eq!(may_present(&of("app", "front", None), &client), Ok(()));
    assert_eq!(may_present(&of("app", "front", key("a")), &client), Ok(()), "it came with its proof");
    assert_eq!(may_present(&of("colors", "app", None), &client), Ok(()));
    let differs = Err(TokenFault::KeyDiffers);
    assert_eq!(may_present(&of("colors", "app", key("a")), &client), differs);
    let found = || Err(TokenFault::Audience { found: "colors".into() });
    assert_eq!(may_present(&of("colors", "front", None), &client), found());
    assert_eq!(may_present_own("colors", "app", None, &client), Ok(()));
    assert_eq!(may_present_own("colors", "app", key("a").as_ref(), &client), differs);
    assert_eq!(may_present_own("colors", "front", None, &client), found());
    let held = by_secret(&moment).holding(key("a")).unwrap();
    assert_eq!(may_present(&of("colors", "app", key("a")), &held), Ok(()));
    assert_eq!(may_present(&of("colors", "app", key("b")), &held), differs);
}

#[test]
fn the_person_and_their_session_stay_those_of_the_token() {
    let exchange = Exchange::default();
    exchange
        .with(
            |_| (),
            |plan| {
                let family = parent();
                assert_eq!((plan.user.id, plan.authenticated_at), (user_id("ana"), family.authenticated_at));
                assert_eq!((plan.sid.as_str(), plan.method), (family.sid.as_str(), family.method));
                assert_eq!((plan.family, plan.family_ends_at), (new_family(), Some(NOW + minutes(7))));
                assert!(plan.sign_in.is_empty() && !plan.has_id_token());
            },
        )
        .unwrap();
}
