//! What the authorization endpoint answers in each state: whom it asks, what, or why it does not.

use std::collections::BTreeMap;

use grantor_protocol::prompt::Prompt;
use grantor_rules::Refusal;
use grantor_rules::authorize::{Answer, Decision, Facts, Question, Request, SignedIn, Who, decide, who};
use grantor_rules::consent::ConsentQuestion;
use grantor_rules::model::{Platform, Progress, User, UserConsent};

use super::states::{Cell, Consent, PLATFORMS, POLICIES, State, WORDS};
use crate::world::{NOW, by_client_id, minutes, registered, request, signed_in, user_id};

const PROMPTS: [Prompt; 6] =
    [Prompt::AsNeeded, Prompt::None, Prompt::Login, Prompt::Consent, Prompt::SelectAccount, Prompt::AdminConsent];

/// What is answered: nothing more to ask, a page, or a refusal's reason.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Issue,
    SignIn,
    /// The permissions that the person is asked for.
    Consent(Vec<String>),
    /// Those that only an administrator may allow, with the rest.
    Approval(Vec<String>),
    No(&'static str),
}

fn names(question: ConsentQuestion) -> Vec<String> {
    question.permissions.into_iter().map(|one| one.value).collect()
}

/// The whole way: the person has chosen their account, and signed in since the request began.
fn found(platform: Platform, prompt: Prompt, cell: &Cell) -> Result<Told, Refusal> {
    let request = Request { prompt, ..request(WORDS) };
    let scopes = cell.scopes(WORDS)?;
    let people: Vec<SignedIn> = cell.moment.user.clone().map(signed_in).into_iter().collect();
    let request = &*request.bounded_by(&cell.moment.client.application);
    let progress = Progress { account: Some(user_id("ana")), ..Progress::default() };
    let person = match who(request, &progress, &people, NOW - minutes(20), NOW)? {
        Who::Person(person) => person,
        Who::Ask(Question::SignIn { .. }) => return Ok(Told::SignIn),
        Who::Ask(other) => panic!("{other:?}"),
    };
    let redirect = registered(&cell.moment.client.application, platform);
    let decision = decide(&Facts {
        tenant: &cell.moment.tenant,
        client: &cell.moment.client,
        answer: Answer::Redirect(&redirect),
        request,
        scopes: &scopes,
        required_apis: &by_client_id(&[]),
        person,
        assigned: &cell.moment.client_assigned,
        consents: &cell.effective(&scopes),
        just_consented: false,
    })?;
    Ok(match decision {
        Decision::Issue(plan) => {
            assert_eq!(plan.platform, platform);
            Told::Issue
        }
        Decision::Ask(Question::Consent(question)) => Told::Consent(names(question)),
        Decision::Ask(Question::Approval { question, .. }) => Told::Approval(names(question)),
        Decision::Ask(other @ (Question::Account(_) | Question::SignIn { .. } | Question::Device)) => {
            panic!("{other:?}")
        }
    })
}

/// Statement: whoever is not signed in any more must do that first, or be told so where nothing may be shown.
fn not_signed_in(prompt: Prompt, state: State) -> Option<Told> {
    let silent = prompt == Prompt::None;
    match state {
        State::PersonDisabled if !silent => Some(Told::No("user-disabled")),
        State::PersonDisabled | State::PersonDeleted | State::PasswordChanged if silent => {
            Some(Told::No("login-required"))
        }
        State::PersonDeleted | State::PasswordChanged => Some(Told::SignIn),
        State::PersonDisabled
        | State::Fine
        // They have signed in since the request began.
        | State::SignInTooOld
        | State::ApiForOthersAlone
        | State::NotAssigned
        | State::OtherTenantsApplication
        | State::PersonalAccountsAlone
        | State::ApplicationOff
        | State::ApplicationOffHere
        | State::ApiOff
        | State::ApiOffHere
        | State::ApiNotHere => None,
    }
}

/// Statement: what is in the way whoever asks. An API that is not here is not: a consent lets it in.
fn is_in_the_way(state: State, consent: Consent) -> Option<Told> {
    match state {
        State::NotAssigned => Some(Told::No("not-assigned")),
        State::OtherTenantsApplication => Some(Told::No("audience-excludes")),
        State::PersonalAccountsAlone => Some(Told::No("for-personal-accounts-alone")),
        State::ApplicationOff => Some(Told::No("client-disabled")),
        State::ApplicationOffHere => Some(Told::No("client-disabled-here")),
        State::ApiForOthersAlone => {
            (consent != Consent::PreAuthorized).then_some(Told::No("client-not-pre-authorized"))
        }
        State::ApiOff | State::ApiOffHere => Some(Told::No("api-disabled")),
        State::Fine
        | State::SignInTooOld
        | State::PersonDisabled
        | State::PersonDeleted
        | State::PasswordChanged
        | State::ApiNotHere => None,
    }
}

/// Statement: which of the permissions are allowed already, of `Read` and `Write`. `openid` always is.
fn known(consent: Consent, state: State) -> [bool; 2] {
    match consent {
        Consent::Nothing => [false, false],
        // A stranger's API gives nothing away.
        Consent::PreAuthorized => [state != State::ApiNotHere; 2],
        Consent::Own | Consent::Everyones | Consent::Shared => [true, true],
        Consent::WithdrawnInPart | Consent::SwitchedOff => [true, false],
    }
}

/// Statement: what people may allow by themselves, of `Read`, which has a low risk, and `Write`, which has more.
fn may_allow(policy: UserConsent) -> [bool; 2] {
    match policy {
        UserConsent::Allowed => [true, true],
        UserConsent::LowRiskOnly => [true, false],
        UserConsent::NotAllowed => [false, false],
    }
}

fn expected(prompt: Prompt, state: State, consent: Consent, policy: UserConsent, administrator: bool) -> Told {
    if consent == Consent::SwitchedOff {
        return Told::No("scope-unknown");
    }
    if let Some(told) = not_signed_in(prompt, state).or_else(|| is_in_the_way(state, consent)) {
        return told;
    }
    let (known, may) = (known(consent, state), may_allow(policy));
    let (everything, for_everybody, silent) = match prompt {
        Prompt::AsNeeded | Prompt::Login | Prompt::SelectAccount => (false, false, false),
        Prompt::None => (false, false, true),
        Prompt::Consent => (true, false, false),
        Prompt::AdminConsent => (true, true, false),
    };
    let of = ["Read", "Write"];
    let mut listed: Vec<String> =
        (0..2).filter(|place| everything || !known[*place]).map(|place| of[place].to_owned()).collect();
    if everything {
        listed.push("openid".to_owned());
    }
    let beyond = (0..2).any(|place| !known[place] && !may[place]);
    match listed.is_empty() {
        true => Told::Issue,
        false if silent => Told::No("consent-required"),
        false if administrator || !(beyond || for_everybody) => Told::Consent(listed),
        false => Told::Approval(listed),
    }
}

#[test]
fn the_authorization_endpoint_answers_what_the_statements_say_in_every_state() {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for prompt in PROMPTS {
        for platform in PLATFORMS {
            for state in State::ALL {
                for consent in Consent::ALL {
                    for policy in POLICIES {
                        for administrator in [false, true] {
                            let mut cell = Cell::new(platform, state, consent, policy);
                            if let Some(user) = cell.moment.user.as_mut().filter(|_| administrator) {
                                user.directory_roles = vec![User::GLOBAL_ADMINISTRATOR.into()];
                            }
                            let found = found(platform, prompt, &cell).unwrap_or_else(|no| Told::No(no.reason()));
                            let expected = expected(prompt, state, consent, policy, administrator);
                            let what = format!("{prompt:?} {platform:?} {state:?} {consent:?} {policy:?}");
                            assert_eq!(found, expected, "{what} administrator: {administrator}");
                            *seen.entry(format!("{found:?}")).or_default() += 1;
                        }
                    }
                }
            }
        }
    }
    assert!(seen.len() > 12, "every kind of answer occurs: {seen:?}");
}
