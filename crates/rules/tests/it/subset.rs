//! Whatever is asked, allowed and defined: a token carries nothing outside of the three.

use std::collections::BTreeSet;

use grantor_rules::model::{Application, Consents, Platform, WhoMayConsent};
use grantor_rules::scopes::{ResolvedScopes, SignInScope, WantedScopes};
use grantor_rules::token::code::{CodeRequest, redeem};
use grantor_rules::token::refresh::renew;
use grantor_rules::token::{Standing, TokenPlan};
use grantor_rules::{Refusal, Settings, directory_api};

use crate::world::{
    NOW, WEB, api, app, client_id, code, definition, family, named_apis, person, proven, tenant, uri, verifier, wanted,
};

/// xorshift64: enough variety, and the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn chance(&mut self, of: u64) -> bool {
        self.roll(of) == 0
    }

    fn some_of<T: Copy>(&mut self, all: &[T]) -> Vec<T> {
        let of = 1 + self.roll(4);
        all.iter().copied().filter(|_| self.chance(of)).collect()
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.roll(all.len() as u64)).expect("small")]
    }
}

const VALUES: [&str; 4] = ["Read", "Write", "Manage", "Gone"];
const OF_THE_DIRECTORY: [&str; 6] = ["openid", "profile", "email", "offline_access", "User.Read", "User.Read.All"];

fn an_api(dice: &mut Dice, name: &str) -> Application {
    let kinds = [WhoMayConsent::User, WhoMayConsent::Admin];
    let scopes = dice.some_of(&VALUES).into_iter().map(|value| definition(value, dice.one_of(&kinds))).collect();
    Application { scopes, ..api(name) }
}

fn a_word(dice: &mut Dice) -> String {
    let word = match dice.roll(5) {
        0 => dice.one_of(&["openid", "profile", "email", "offline_access", "User.Read", "User.Read.All"]).to_owned(),
        1 => format!("https://graph.microsoft.com/{}", dice.one_of(&OF_THE_DIRECTORY)),
        2 => format!("api://shapes/{}", dice.one_of(&VALUES)),
        _ => format!("api://colors/{}", dice.one_of(&VALUES)),
    };
    match word.rsplit_once('/') {
        Some((api, _)) if dice.chance(6) => format!("{api}/.default"),
        Some((api, value)) if dice.chance(3) => format!("{api}/{}", value.to_uppercase()),
        _ => word,
    }
}

fn consents(dice: &mut Dice) -> Consents {
    let mut consents = Consents::default();
    for api in [client_id("colors"), client_id("shapes"), client_id("nobody")] {
        consents.allow(&api, dice.some_of(&VALUES).into_iter().map(str::to_owned));
    }
    consents.allow(&directory_api::client_id(), dice.some_of(&OF_THE_DIRECTORY).into_iter().map(str::to_owned));
    consents
}

/// The permissions of the first API that the words ask for, with everything of it where they ask for everything granted.
fn requested(words: &[String], plan: &TokenPlan<'_>) -> BTreeSet<String> {
    let is_directory = plan.api.application.client_id == directory_api::client_id();
    let own = |word: &&String| match word.rsplit_once('/') {
        None => is_directory,
        Some((identifier, _)) => {
            identifier == format!("api://{}", plan.api.application.client_id)
                || (is_directory && identifier == directory_api::WELL_KNOWN_URI)
        }
    };
    let value = |word: &String| word.rsplit('/').next().unwrap_or_default().to_lowercase();
    words.iter().filter(own).map(value).collect()
}

fn holds(words: &[String], consents: &Consents, plan: &TokenPlan<'_>) {
    let api = &plan.api.application;
    let requested = requested(words, plan);
    let mut seen = BTreeSet::new();
    for scope in &plan.scopes {
        assert!(
            requested.contains(&scope.to_lowercase()) || requested.contains(".default"),
            "{scope} was not requested: {words:?}"
        );
        assert!(consents.covers(&api.client_id, scope), "{scope} was not allowed: {words:?} {consents:?}");
        assert!(api.scopes.iter().any(|known| known.value == *scope), "{scope} is not defined: {words:?} {api:?}");
        assert_eq!(SignInScope::parse(scope), None, "{scope} is no permission in a token: {words:?}");
        assert!(seen.insert(scope), "{scope} stands twice: {words:?}");
    }
    for scope in &plan.sign_in {
        let named =
            |word: &String| word.rsplit('/').next().is_some_and(|word| SignInScope::parse(word) == Some(*scope));
        assert!(words.iter().any(named), "{scope:?} was not requested: {words:?}");
        assert!(consents.covers(&directory_api::client_id(), scope.as_str()), "{scope:?} was not allowed: {words:?}");
    }
    for word in &plan.spelled_scopes {
        assert!(!word.ends_with("offline_access"), "{words:?}");
    }
    if plan.refresh_expires_at.is_some() {
        assert!(consents.covers(&directory_api::client_id(), "offline_access"), "{words:?} {consents:?}");
    }
}

fn buys(
    dice: &mut Dice,
    original: &WantedScopes,
    scopes: ResolvedScopes,
    consents: &Consents,
    look: impl FnOnce(&TokenPlan<'_>),
) -> Result<(), Refusal> {
    let (application, tenant, user, settings) = (app(), tenant(), person("ana"), Settings::default());
    let standing =
        Standing { tenant: &tenant, user: Some(&user), consents, now: NOW, roll: dice.roll(9999), settings: &settings };
    let client = proven(&application, Platform::Web);
    let names_scopes = dice.chance(2);
    if dice.chance(2) {
        let mut code = code(Platform::Web, "");
        code.wanted = original.clone();
        let request = CodeRequest { redirect_uri: Some(uri(WEB)), verifier: Some(verifier()), names_scopes };
        redeem(&request, &code, &client, scopes, &standing).map(|plan| look(&plan))
    } else {
        let family = grantor_rules::model::Family { wanted: original.clone(), ..family(Platform::Web, "") };
        renew(&family, &client, scopes, names_scopes, &standing).map(|plan| look(&plan))
    }
}

#[test]
fn no_token_carries_more_than_was_requested_and_allowed_and_defined() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut issued, mut carried, mut refused) = (0, 0, 0);
    for _ in 0..5_000 {
        let apis = [an_api(&mut dice, "colors"), an_api(&mut dice, "shapes")];
        let words: Vec<String> = (0..=dice.roll(4)).map(|_| a_word(&mut dice)).collect();
        let consents = consents(&mut dice);
        let asked = wanted(&words.join(" "));
        // A renewal may ask for something else than the code did.
        let original = if dice.chance(3) { wanted(&a_word(&mut dice)) } else { asked.clone() };
        let Ok(scopes) = asked.resolve(&named_apis(&apis)) else { continue };
        let looked = |plan: &TokenPlan<'_>| {
            holds(&words, &consents, plan);
            carried += plan.scopes.len();
        };
        match buys(&mut dice, &original, scopes, &consents, looked) {
            Ok(()) => issued += 1,
            Err(refusal) => {
                assert!(matches!(refusal, Refusal::ConsentRequired { .. } | Refusal::NothingToIssue), "{refusal:?}");
                refused += 1;
            }
        }
    }
    assert!(issued > 500 && refused > 500 && carried > 500, "{issued} issued, {refused} refused, {carried} carried");
}
