//! Who may have a code, and what must be asked first.
//!
//! After each page the same two questions are put again with the new facts: [`who`] is meant, and may they [`decide`] for
//! this application. No page knows the page before or after it.

mod admission;
mod arrival;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::pkce::CodeChallenge;
use grantor_protocol::prompt::Prompt;
use grantor_protocol::response::{ResponseMode, ResponseType};
use grantor_protocol::{ClientId, Secret, UserId};

pub use admission::{api_enabled, assigned, fits_authority, may_be_used, not_itself_by_identifier, pre_authorized};
pub use arrival::{Arrival, came_as_registered};

use crate::Refusal;
use crate::client::RegisteredRedirect;
use crate::consent::{self, Ask, Asked, ConsentQuestion};
use crate::model::{Application, Assigned, Consents, Platform, Progress, Registration, SignIn, Tenant, Terms, User};
use crate::scopes::{ResolvedScopes, SignInScope, WantedScopes};

/// An authorization request, once the application and its redirect address are proven.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is asked for.
    pub wanted: WantedScopes,
    /// What the answer carries.
    pub response_type: ResponseType,
    /// How the answer comes back.
    pub response_mode: ResponseMode,
    /// Whether it comes as one signed token (JWT Secured Authorization Response Mode §2).
    pub signed_answer: bool,
    /// The application's own, returned byte for byte.
    pub state: Option<String>,
    /// For the id_token.
    pub nonce: Option<String>,
    /// The proof key.
    pub challenge: Option<CodeChallenge>,
    /// Of which applications a proof key is wanted.
    pub challenge_wanted: ChallengeWanted,
    /// Whether a native application that answers by a scheme of its own, which any program can claim, is confirmed each time
    /// (RFC 8252 §8.6): a setting of the dialect, since there are libraries that sign people in again without a page.
    pub confirms_own_schemes: bool,
    /// What the person shall be asked.
    pub prompt: Prompt,
    /// Who is probably meant.
    pub login_hint: Option<String>,
    /// The session of the person who is meant, by its `sid`.
    pub sid: Option<String>,
    /// An id_token that the application has of the person who is meant (OpenID Connect Core §3.1.2.1).
    pub id_token_hint: Option<Secret>,
    /// How long ago the person may have proved who they are.
    pub max_age: Option<Duration>,
    /// What is asked for beside permissions.
    pub terms: Terms,
    /// The thumbprint of the key that whoever redeems the code must hold (RFC 9449 §10).
    pub dpop_jkt: Option<String>,
}

/// Of which applications a proof key is wanted with a code: a setting of the dialect, since what protects in one breaks clients
/// in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeWanted {
    /// Of those that live in a browser (Source: entra-dialect 17.4).
    OfBrowserApps,
    /// Of all but those that prove themselves with a secret and bind the answer by a nonce (OAuth 2.1 §4.1.1 and §7.5.1).
    OfAllWithoutNonce,
}

impl ChallengeWanted {
    fn holds(self, platform: Platform, request: &Request) -> bool {
        let by_nonce = request.nonce.is_some() && request.wanted.signs_in_with(SignInScope::OpenId);
        match (self, platform) {
            (_, Platform::Spa) | (Self::OfAllWithoutNonce, Platform::PublicClient) => true,
            (Self::OfAllWithoutNonce, Platform::Web) => !by_nonce,
            (Self::OfBrowserApps, Platform::Web | Platform::PublicClient) => false,
        }
    }
}

impl Request {
    /// A request that comes by no address of its own: of a program that waits elsewhere, or for a page of ours.
    pub fn without_address(wanted: WantedScopes) -> Self {
        Self {
            wanted,
            response_type: ResponseType::CODE,
            response_mode: ResponseMode::Query,
            signed_answer: false,
            state: None,
            nonce: None,
            challenge: None,
            challenge_wanted: ChallengeWanted::OfBrowserApps,
            confirms_own_schemes: false,
            prompt: Prompt::AsNeeded,
            login_hint: None,
            sid: None,
            id_token_hint: None,
            max_age: None,
            terms: Terms::default(),
            dpop_jkt: None,
        }
    }

    /// The request, with the `max_age` that `application` registered for those that name none (OpenID Connect Registration §2),
    /// and with the time that it takes people for themselves as the longest.
    pub fn bounded_by(&self, application: &Application) -> Cow<'_, Self> {
        let usual = application.metadata.default_max_age.map(Duration::from_secs);
        let asked = self.max_age.or(usual);
        let max_age = match (asked, application.lifetimes.sign_in) {
            (Some(asked), Some(bound)) => Some(asked.min(bound)),
            (asked, bound) => asked.or(bound),
        };
        if max_age == self.max_age { Cow::Borrowed(self) } else { Cow::Owned(Self { max_age, ..self.clone() }) }
    }
}

/// A person who is signed in, with what the directory says of them now.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// In whose directory.
    pub tenant: Arc<Tenant>,
    /// The sign-in.
    pub sign_in: SignIn,
    /// The person.
    pub user: User,
}

impl SignedIn {
    /// Whether the sign-in still counts at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.sign_in.expires_at > now && self.user.stands_by(self.sign_in.authenticated_at)
    }
}

/// What must be asked before the answer is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Which of these accounts.
    Account(Vec<UserId>),
    /// Name and password; with the name that is probably meant.
    SignIn {
        /// What to fill in.
        name: Option<String>,
    },
    /// Whether the application may have this.
    Consent(ConsentQuestion),
    /// Whether to ask an administrator, who alone may allow this.
    Approval {
        /// What.
        question: ConsentQuestion,
        /// Whether the tenant takes such wishes.
        can_ask: bool,
    },
    /// Whether the person began this themselves, on another device (RFC 8628 §5.4).
    Device,
}

/// Which person is meant.
#[derive(Clone, Debug)]
pub enum Who<'a> {
    /// This one.
    Person(&'a SignedIn),
    /// That must be asked first.
    Ask(Question),
}

/// Whether the request may be made at all by an application of this kind, whoever the person is.
///
/// # Errors
/// [`Refusal::ResponseTypeNotEnabled`], [`Refusal::ResponseModeForbidden`], [`Refusal::OpenIdRequired`],
/// [`Refusal::ParameterMissing`] for a nonce, [`Refusal::ChallengeRequired`], [`Refusal::SeveralApisInFront`].
///
/// Spec: OpenID Connect Core §3.2.2.1 and §3.3.2.1. Source: entra-dialect 6.3.
pub fn fits(application: &Application, platform: Platform, request: &Request) -> Result<(), Refusal> {
    let kind = request.response_type;
    let enabled = application.front_channel;
    let in_front = (!kind.id_token || enabled.id_tokens) && (!kind.token || enabled.access_tokens);
    if !in_front || !application.may_ask_for(kind) {
        return Err(Refusal::ResponseTypeNotEnabled { asked: kind.to_string() });
    }
    let too_open = kind.carries_tokens() && request.response_mode == ResponseMode::Query;
    if too_open || (application.profile.wants_signed_answers() && !request.signed_answer) {
        let asked = request.response_mode.as_str().to_owned();
        return Err(Refusal::ResponseModeForbidden { asked, response_type: kind.to_string() });
    }
    if kind.id_token && !request.wanted.signs_in_with(SignInScope::OpenId) {
        return Err(Refusal::OpenIdRequired);
    }
    if kind.id_token && request.nonce.is_none() {
        return Err(Refusal::ParameterMissing { name: "nonce" });
    }
    // What passes through a browser passes through places that others read (RFC 9700 §2.1.1).
    let wanted = application.profile.is_fapi() || request.challenge_wanted.holds(platform, request);
    if kind.code && request.challenge.is_none() && wanted {
        return Err(Refusal::ChallengeRequired);
    }
    if kind.token && request.wanted.apis().len() > 1 {
        return Err(Refusal::SeveralApisInFront);
    }
    Ok(())
}

/// Which person is meant: of those who are signed in, by what the request says and what the person has done so far.
///
/// # Errors
/// [`Refusal::LoginRequired`] and [`Refusal::AccountChoiceRequired`] under `prompt=none`, where nothing may be asked;
/// [`Refusal::UserDisabled`] when the account that was chosen may not sign in any more.
///
/// Spec: OpenID Connect Core §3.1.2.1 and §3.1.2.3. Source: entra-dialect 6.5.
pub fn who<'a>(
    request: &Request,
    progress: &Progress,
    signed_in: &'a [SignedIn],
    began_at: Timestamp,
    now: Timestamp,
) -> Result<Who<'a>, Refusal> {
    let live: Vec<&SignedIn> = signed_in.iter().filter(|one| one.is_live(now)).collect();
    let hinted = |one: &&&SignedIn| is_hinted(request, one);
    let chosen = progress.account.and_then(|id| live.iter().find(|one| one.user.id == id).copied());
    let ask_sign_in = |name: Option<&str>| Ok(Who::Ask(Question::SignIn { name: name.map(str::to_owned) }));

    if request.prompt == Prompt::None {
        return silently(request, &live, began_at, now);
    }
    if let Some(one) = chosen {
        if !one.user.account_enabled {
            return Err(Refusal::UserDisabled);
        }
        return if recent_enough(request, one, began_at, now) {
            Ok(Who::Person(one))
        } else {
            ask_sign_in(Some(&one.user.user_principal_name))
        };
    }
    if progress.other_account {
        return ask_sign_in(None);
    }
    if let Some(id) = progress.account {
        // Chosen, and not signed in any more: nobody else who is may stand in for them.
        let gone = signed_in.iter().find(|one| one.user.id == id).map(|one| one.user.user_principal_name.as_str());
        return ask_sign_in(gone.or(request.login_hint.as_deref()));
    }
    let usable: Vec<&SignedIn> = live.into_iter().filter(|one| one.user.account_enabled).collect();
    let all = || Question::Account(usable.iter().map(|one| one.user.id).collect());
    let is_named = request.login_hint.is_some() || request.sid.is_some();
    match request.prompt {
        Prompt::SelectAccount if usable.is_empty() => ask_sign_in(request.login_hint.as_deref()),
        Prompt::SelectAccount => Ok(Who::Ask(all())),
        Prompt::Login => ask_sign_in(request.login_hint.as_deref()),
        Prompt::AsNeeded | Prompt::Consent | Prompt::AdminConsent | Prompt::None => {
            match (usable.iter().find(hinted), usable.as_slice()) {
                (Some(one), _) if recent_enough(request, one, began_at, now) => Ok(Who::Person(one)),
                (Some(one), _) => ask_sign_in(Some(&one.user.user_principal_name)),
                (None, _) if is_named => ask_sign_in(request.login_hint.as_deref()),
                (None, []) => ask_sign_in(None),
                (None, [only]) if recent_enough(request, only, began_at, now) => Ok(Who::Person(only)),
                (None, [only]) => ask_sign_in(Some(&only.user.user_principal_name)),
                (None, _) => Ok(Who::Ask(all())),
            }
        }
    }
}

/// Whether the request names this person: by the session, by the sign-in name or by what stands for it in an id_token.
fn is_hinted(request: &Request, one: &SignedIn) -> bool {
    let by_name = request.login_hint.as_deref().is_some_and(|hint| {
        User::name_key(hint) == User::name_key(&one.user.user_principal_name) || hint == one.sign_in.sid
    });
    by_name || request.sid.as_deref() == Some(one.sign_in.sid.as_str())
}

fn silently<'a>(
    request: &Request,
    live: &[&'a SignedIn],
    began_at: Timestamp,
    now: Timestamp,
) -> Result<Who<'a>, Refusal> {
    let is_named = request.login_hint.is_some() || request.sid.is_some();
    let usable: Vec<&'a SignedIn> =
        live.iter().copied().filter(|one| one.user.account_enabled && (!is_named || is_hinted(request, one))).collect();
    match usable.as_slice() {
        [only] if recent_enough(request, only, began_at, now) => Ok(Who::Person(only)),
        [] | [_] => Err(Refusal::LoginRequired),
        several => Err(Refusal::AccountChoiceRequired { candidates: several.len() }),
    }
}

/// Whether the person proved who they are recently enough for this request: since it began, or within `max_age` where the
/// request does not want a new proof anyway.
fn recent_enough(request: &Request, one: &SignedIn, began_at: Timestamp, now: Timestamp) -> bool {
    let since_it_began = one.sign_in.authenticated_at >= began_at;
    let young = request.max_age.is_none_or(|max_age| now.since(one.sign_in.authenticated_at) <= max_age);
    since_it_began || (request.prompt != Prompt::Login && young)
}

/// Where the answer goes.
#[derive(Clone, Copy, Debug)]
pub enum Answer<'a> {
    /// To the application's address.
    Redirect(&'a RegisteredRedirect),
    /// To a program that waits elsewhere with a device code.
    Device,
    /// To a page of ours.
    Page,
}

impl Answer<'_> {
    /// What kind of program receives it.
    fn platform(&self, application: &Application) -> Platform {
        match self {
            Self::Redirect(redirect) => redirect.platform(),
            Self::Device | Self::Page => crate::client::platform_of_direct_grant(application),
        }
    }
}

/// What the decision looks at.
#[derive(Debug)]
pub struct Facts<'a> {
    /// Whose directory.
    pub tenant: &'a Tenant,
    /// Who asks, as the tenant knows it.
    pub client: &'a Registration,
    /// Where the answer goes.
    pub answer: Answer<'a>,
    /// What was asked.
    pub request: &'a Request,
    /// What that means.
    pub scopes: &'a ResolvedScopes,
    /// The APIs of the required permissions.
    pub required_apis: &'a BTreeMap<ClientId, Registration>,
    /// For whom.
    pub person: &'a SignedIn,
    /// What the person is to the application.
    pub assigned: &'a Assigned,
    /// What the person allows already, with what was just allowed.
    pub consents: &'a Consents,
    /// Whether the person has just said yes on the consent page.
    pub just_consented: bool,
}

/// Evidence: a code or tokens may be issued.
#[derive(Clone, Debug)]
pub struct CodePlan(CodeFacts);

/// What a code will stand for.
#[derive(Clone, Debug)]
pub struct CodeFacts {
    /// To whom.
    pub client_id: ClientId,
    /// Where it is sent, if it is sent anywhere.
    pub redirect: Option<RegisteredRedirect>,
    /// What kind of program receives it.
    pub platform: Platform,
    /// For whom, and how they proved it.
    pub person: SignIn,
    /// What was asked for.
    pub wanted: WantedScopes,
    /// The proof key.
    pub challenge: Option<CodeChallenge>,
    /// For the id_token.
    pub nonce: Option<String>,
    /// What the grant carries beside its permissions.
    pub terms: Terms,
    /// The thumbprint of the key that whoever redeems the code must hold.
    pub dpop_jkt: Option<String>,
}

impl Deref for CodePlan {
    type Target = CodeFacts;
    fn deref(&self) -> &CodeFacts {
        &self.0
    }
}

/// What becomes of the request.
#[derive(Clone, Debug)]
pub enum Decision {
    /// A code is issued.
    Issue(Box<CodePlan>),
    /// The person must be asked first.
    Ask(Question),
}

/// Whether this application may have a code for this person.
///
/// # Errors
/// As [`may_be_used`], [`assigned`], [`api_enabled`], [`pre_authorized`], [`not_itself_by_identifier`] and
/// [`consent::question`], or [`Refusal::ConsentRequired`] under `prompt=none`.
pub fn decide(facts: &Facts<'_>) -> Result<Decision, Refusal> {
    let application = &*facts.client.application;
    may_be_used(facts.client, facts.tenant)?;
    assigned(facts.client, facts.assigned)?;
    for of_api in &facts.scopes.apis {
        api_enabled(&of_api.registration())?;
        pre_authorized(application, &of_api.application)?;
        not_itself_by_identifier(application, of_api)?;
    }
    let about = consent::Facts {
        application,
        is_here: facts.client.is_here(),
        scopes: facts.scopes,
        terms: &still_to_allow(facts),
        consents: facts.consents,
        required_apis: facts.required_apis,
        person: &facts.person.user,
        policy: facts.tenant.policy,
    };
    let ask = match facts.request.prompt {
        Prompt::Consent if !facts.just_consented => Ask::Everything,
        Prompt::AdminConsent if !facts.just_consented => Ask::ForEveryone,
        Prompt::AdminConsent => Ask::MissingForEveryone,
        _ if !facts.just_consented && is_anybodys(facts) => Ask::Everything,
        _ => Ask::WhatIsMissing,
    };
    let silent = facts.request.prompt == Prompt::None;
    match consent::question(&about, ask)? {
        Asked::Nothing => Ok(Decision::Issue(Box::new(plan(facts)))),
        Asked::Consent(question) | Asked::Approval(question) if silent => {
            let name = |one: &consent::PermissionAsked| format!("{} · {}", one.api_name, one.value);
            Err(Refusal::ConsentRequired { missing: question.permissions.iter().map(name).collect() })
        }
        Asked::Consent(question) => Ok(Decision::Ask(Question::Consent(question))),
        Asked::Approval(question) => {
            // For everybody it is the administrators' own to decide: there is nobody to ask.
            let can_ask = facts.tenant.policy.consent_requests && !question.for_everyone;
            Ok(Decision::Ask(Question::Approval { question, can_ask }))
        }
    }
}

/// Whether the program that gets the answer may be another one than it says (RFC 8252 §8.6).
fn is_anybodys(facts: &Facts<'_>) -> bool {
    let own_scheme = |redirect: &RegisteredRedirect| {
        redirect.platform() == Platform::PublicClient && !["http", "https"].contains(&redirect.uri().scheme())
    };
    facts.request.confirms_own_schemes && matches!(facts.answer, Answer::Redirect(redirect) if own_scheme(redirect))
}

/// What is asked for in detail is asked each time, and once.
fn still_to_allow<'a>(facts: &Facts<'a>) -> Cow<'a, Terms> {
    let terms = &facts.request.terms;
    if facts.just_consented {
        Cow::Owned(Terms { authorization_details: Vec::new(), ..terms.clone() })
    } else {
        Cow::Borrowed(terms)
    }
}

fn plan(facts: &Facts<'_>) -> CodePlan {
    let application = &*facts.client.application;
    CodePlan(CodeFacts {
        client_id: application.client_id.clone(),
        redirect: match facts.answer {
            Answer::Redirect(redirect) => Some(redirect.clone()),
            Answer::Device | Answer::Page => None,
        },
        platform: facts.answer.platform(application),
        person: facts.person.sign_in.clone(),
        wanted: facts.request.wanted.clone(),
        challenge: facts.request.challenge.clone(),
        nonce: facts.request.nonce.clone(),
        terms: facts.request.terms.clone(),
        dpop_jkt: facts.request.dpop_jkt.clone(),
    })
}
