//! What people are asked, and what follows from a yes.

use std::cell::Cell;
use std::collections::BTreeMap;

use grantor_protocol::ClientId;
use grantor_protocol::prompt::Prompt;
use grantor_rules::authorize::{Answer, Decision, Facts, Question, Request, decide};
use grantor_rules::consent::{ConsentQuestion, effective};
use grantor_rules::model::{Consents, Platform, Registration, Risk, User, UserConsent, WhoMayConsent};
use grantor_rules::scopes::{ResolvedScopes, SignInScope};
use grantor_rules::{Refusal, directory_api};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};

use super::worlds::{World, config, read, world};
use crate::world::{directory, person, registered, request, signed_in, wanted};

struct Asking<'a> {
    world: &'a World,
    scopes: ResolvedScopes,
    required_apis: BTreeMap<ClientId, Registration>,
}

impl Asking<'_> {
    fn decide(&self, prompt: Prompt, consents: &Consents, just_consented: bool) -> Result<Decision, Refusal> {
        let moment = self.world.moment();
        let roles = if self.world.administrator { vec![User::GLOBAL_ADMINISTRATOR.into()] } else { vec![] };
        decide(&Facts {
            tenant: &moment.tenant,
            client: &moment.client,
            answer: Answer::Redirect(&registered(&moment.client.application, Platform::Web)),
            request: &Request { prompt, ..request(&self.world.words.join(" ")) },
            scopes: &self.scopes,
            required_apis: &self.required_apis,
            person: &signed_in(User { directory_roles: roles, ..person("ana") }),
            assigned: &moment.client_assigned,
            consents,
            just_consented,
        })
    }

    /// Whether the person may allow one permission by themselves, said without the rules.
    fn may_allow(&self, api: &Registration, value: &str) -> bool {
        let scope = api.application.scopes.iter().find(|scope| scope.value == value).expect("it is there");
        let by_policy = match self.world.policy {
            UserConsent::Allowed => true,
            UserConsent::LowRiskOnly => scope.risk == Risk::Low,
            UserConsent::NotAllowed => false,
        };
        by_policy && scope.consent == WhoMayConsent::User
    }

    fn holds(&self, prompt: Prompt, question: &ConsentQuestion, is_for_them: bool) -> TestCaseResult {
        let world = self.world;
        // For everybody, nothing by name means everything too.
        let nothing = prompt == Prompt::AdminConsent && self.scopes.apis.is_empty();
        let everything = nothing || world.words.iter().any(|word| word.ends_with("/.default"));
        let mut beyond = prompt == Prompt::AdminConsent;
        for one in &question.permissions {
            let api = self.required_apis.get(&one.api).expect("the API is known");
            prop_assert!(World::is_there(api, &one.value), "{} is not there", one.value);
            let named = world.words.iter().any(|word| {
                let (of, value) = read(word);
                let of = of.unwrap_or_else(|| directory_api::CLIENT_ID.to_owned());
                of == one.api.as_str() && value == one.value.to_lowercase()
            });
            let required = &world.client.application.required_permissions;
            let required =
                required.iter().any(|needed| needed.api == one.api && needed.value.eq_ignore_ascii_case(&one.value));
            // What an API gives is known of those that are asked for something.
            let is_asked = self.scopes.apis.iter().any(|of_api| of_api.application.client_id == one.api);
            let granted = world.is_stored(api, &one.value) || (is_asked && World::is_given(api, &one.value));
            prop_assert!(named || (everything && (required || granted)), "{} was not asked for", one.value);
            beyond |= !granted && !self.may_allow(api, &one.value);
        }
        prop_assert_eq!(is_for_them, world.administrator || !beyond, "{:?}", question);
        Ok(())
    }
}

fn check(world: &World, prompt: Prompt, count: &Cell<[usize; 4]>) -> TestCaseResult {
    let Ok(scopes) = wanted(&world.words.join(" ")).resolve(&world.names()) else { return Ok(()) };
    let known = world.apis.iter().cloned().chain([directory()]);
    let required_apis = known.map(|api| (api.application.client_id.clone(), api)).collect();
    let asking = Asking { world, scopes, required_apis };
    let before = effective(world.consents.clone(), &world.client.application, &asking.scopes);
    let mut counted = count.get();
    match asking.decide(prompt, &before, false) {
        Ok(Decision::Issue(_)) => {
            counted[0] += 1;
            prop_assert!(prompt != Prompt::Consent || asking.scopes.sign_in.is_empty(), "it was to be asked again");
            for of_api in &asking.scopes.apis {
                for (value, _) in &of_api.named {
                    prop_assert!(world.is_allowed(&of_api.registration(), value), "{} was never allowed", value);
                }
            }
            for scope in &asking.scopes.sign_in {
                prop_assert!(world.is_allowed(&directory(), SignInScope::as_str(*scope)));
            }
        }
        Ok(Decision::Ask(Question::Consent(question))) => {
            counted[1] += 1;
            asking.holds(prompt, &question, true)?;
            // Whoever says yes goes on: no question is put for ever.
            let mut after = before;
            if let Some(own) = question.by_client().get(&world.client.application.client_id) {
                after.extend(&own.scopes);
            }
            let decided = asking.decide(prompt, &after, true);
            let goes_on = match &decided {
                Ok(Decision::Issue(_)) => true,
                // For everybody, an administrator may have allowed nothing that this very request could use.
                Err(Refusal::ApiNotRequired { .. } | Refusal::RequiredPermissionsGone { .. }) => {
                    prompt == Prompt::AdminConsent
                }
                Ok(Decision::Ask(_)) | Err(_) => false,
            };
            prop_assert!(goes_on, "{:?} after {:?}", decided, question);
        }
        Ok(Decision::Ask(Question::Approval { question, .. })) => {
            counted[2] += 1;
            asking.holds(prompt, &question, false)?;
        }
        Ok(Decision::Ask(other)) => panic!("{other:?}"),
        Err(refusal) => {
            counted[3] += 1;
            let expected = match refusal {
                Refusal::ApiNotRequired { .. }
                | Refusal::NothingRequired { .. }
                | Refusal::RequiredPermissionsGone { .. }
                | Refusal::SelfByIdentifier { .. } => true,
                Refusal::ClientNotPreAuthorized { .. } => world.apis.iter().any(World::is_for_others),
                Refusal::ConsentRequired { .. } => prompt == Prompt::None,
                _ => false,
            };
            prop_assert!(expected, "{:?}", refusal);
        }
    }
    count.set(counted);
    Ok(())
}

#[test]
fn people_are_asked_for_what_is_missing_and_a_yes_is_enough() {
    for prompt in [Prompt::AsNeeded, Prompt::Consent, Prompt::None, Prompt::AdminConsent] {
        let count = Cell::new([0; 4]);
        let run = TestRunner::new(config()).run(&world(), |world| check(&world, prompt, &count));
        if let Err(failure) = run {
            panic!("{prompt:?}: {failure}");
        }
        let [issued, asked, approval, refused] = count.get();
        let occurred = match prompt {
            Prompt::None => issued > 20 && refused > 100,
            Prompt::AsNeeded | Prompt::Consent | Prompt::AdminConsent | Prompt::Login | Prompt::SelectAccount => {
                asked > 100 && approval > 100 && refused > 20
            }
        };
        assert!(occurred, "{prompt:?}: {issued} issued, {asked} asked, {approval} approval, {refused} refused");
    }
}
