//! Who may have a code, and what must be asked first.
//!
//! After each page the same two questions are put again with the new facts: [`who`] is meant, and may they [`decide`] for
//! this application. No page knows the page before or after it.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::pkce::CodeChallenge;
use grantor_protocol::prompt::Prompt;
use grantor_protocol::response::ResponseMode;
use grantor_protocol::{ClientId, UserId};

use crate::Refusal;
use crate::client::RegisteredRedirect;
use crate::consent::{self, Ask, ConsentQuestion};
use crate::model::{Application, Consents, Platform, Progress, SignIn, Tenant, User};
use crate::scopes::{ResolvedScopes, WantedScopes};

/// An authorization request, once the application and its redirect address are proven.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is asked for.
    pub wanted: WantedScopes,
    /// How the answer comes back.
    pub response_mode: ResponseMode,
    /// The application's own, returned byte for byte.
    pub state: Option<String>,
    /// For the id_token.
    pub nonce: Option<String>,
    /// The proof key.
    pub challenge: Option<CodeChallenge>,
    /// What the person shall be asked.
    pub prompt: Prompt,
    /// Who is probably meant.
    pub login_hint: Option<String>,
    /// How long ago the person may have proved who they are.
    pub max_age: Option<Duration>,
}

/// A person who is signed in, with what the directory says of them now.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The sign-in.
    pub sign_in: SignIn,
    /// The person.
    pub user: User,
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
}

/// Which person is meant.
#[derive(Clone, Debug)]
pub enum Who<'a> {
    /// This one.
    Person(&'a SignedIn),
    /// That must be asked first.
    Ask(Question),
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
    let live: Vec<&SignedIn> = signed_in.iter().filter(|one| one.sign_in.expires_at > now).collect();
    let hinted = |one: &&&SignedIn| {
        request
            .login_hint
            .as_deref()
            .is_some_and(|hint| User::name_key(hint) == User::name_key(&one.user.user_principal_name))
    };
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
    match request.prompt {
        Prompt::SelectAccount if usable.is_empty() => ask_sign_in(request.login_hint.as_deref()),
        Prompt::SelectAccount => Ok(Who::Ask(all())),
        Prompt::Login => ask_sign_in(request.login_hint.as_deref()),
        Prompt::AsNeeded | Prompt::Consent | Prompt::None => match (usable.iter().find(hinted), usable.as_slice()) {
            (Some(one), _) if recent_enough(request, one, began_at, now) => Ok(Who::Person(one)),
            (Some(_), _) => ask_sign_in(request.login_hint.as_deref()),
            (None, _) if request.login_hint.is_some() => ask_sign_in(request.login_hint.as_deref()),
            (None, []) => ask_sign_in(None),
            (None, [only]) if recent_enough(request, only, began_at, now) => Ok(Who::Person(only)),
            (None, [only]) => ask_sign_in(Some(&only.user.user_principal_name)),
            (None, _) => Ok(Who::Ask(all())),
        },
    }
}

fn silently<'a>(
    request: &Request,
    live: &[&'a SignedIn],
    began_at: Timestamp,
    now: Timestamp,
) -> Result<Who<'a>, Refusal> {
    let usable: Vec<&'a SignedIn> = live
        .iter()
        .copied()
        .filter(|one| one.user.account_enabled)
        .filter(|one| match &request.login_hint {
            Some(hint) => User::name_key(hint) == User::name_key(&one.user.user_principal_name),
            None => true,
        })
        .collect();
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

/// What the decision looks at.
#[derive(Debug)]
pub struct Facts<'a> {
    /// Whose directory.
    pub tenant: &'a Tenant,
    /// Who asks.
    pub application: &'a Application,
    /// Where the answer goes.
    pub redirect: &'a RegisteredRedirect,
    /// What was asked.
    pub request: &'a Request,
    /// What that means.
    pub scopes: &'a ResolvedScopes,
    /// The APIs of the application's required permissions.
    pub required_apis: &'a BTreeMap<ClientId, Arc<Application>>,
    /// For whom.
    pub person: &'a SignedIn,
    /// What the person allows already, with what was just allowed.
    pub consents: &'a Consents,
    /// Whether the person has just said yes on the consent page.
    pub just_consented: bool,
}

/// Evidence: a code may be issued.
#[derive(Clone, Debug)]
pub struct CodePlan(CodeFacts);

/// What a code will stand for.
#[derive(Clone, Debug)]
pub struct CodeFacts {
    /// To whom.
    pub client_id: ClientId,
    /// Where it is sent.
    pub redirect: RegisteredRedirect,
    /// For whom, and how they proved it.
    pub person: SignIn,
    /// What was asked for.
    pub wanted: WantedScopes,
    /// The proof key.
    pub challenge: Option<CodeChallenge>,
    /// For the id_token.
    pub nonce: Option<String>,
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
/// [`Refusal::AudienceExcludes`], [`Refusal::ChallengeRequired`], [`Refusal::AdministratorMustConsent`],
/// [`Refusal::ApiNotRequired`], or [`Refusal::ConsentRequired`] under `prompt=none`.
pub fn decide(facts: &Facts<'_>) -> Result<Decision, Refusal> {
    admitted(facts.application, facts.tenant)?;
    proof_key_where_needed(facts)?;
    let ask = if facts.request.prompt == Prompt::Consent && !facts.just_consented {
        Ask::Everything
    } else {
        Ask::WhatIsMissing
    };
    let question = consent::question(
        facts.application,
        facts.scopes,
        facts.consents,
        facts.required_apis,
        &facts.person.user,
        ask,
    );
    let question = match question {
        // What only an administrator may allow is told on a page, and there must be none (Source: entra-dialect 12.2).
        Err(Refusal::AdministratorMustConsent { permissions }) if facts.request.prompt == Prompt::None => {
            return Err(Refusal::ConsentRequired { missing: permissions });
        }
        other => other?,
    };
    match question {
        None => Ok(Decision::Issue(Box::new(CodePlan(CodeFacts {
            client_id: facts.application.client_id.clone(),
            redirect: facts.redirect.clone(),
            person: facts.person.sign_in.clone(),
            wanted: facts.request.wanted.clone(),
            challenge: facts.request.challenge.clone(),
            nonce: facts.request.nonce.clone(),
        })))),
        Some(question) if facts.request.prompt == Prompt::None => Err(Refusal::ConsentRequired {
            missing: question.permissions.iter().map(|one| format!("{} · {}", one.api_name, one.value)).collect(),
        }),
        Some(question) => Ok(Decision::Ask(Question::Consent(question))),
    }
}

/// Whether the people of `tenant` may sign in to `application`.
///
/// # Errors
/// [`Refusal::AudienceExcludes`].
pub fn admitted(application: &Application, tenant: &Tenant) -> Result<(), Refusal> {
    if application.admits(tenant) {
        Ok(())
    } else {
        Err(Refusal::AudienceExcludes { application: application.display_name.clone() })
    }
}

/// A program in a browser cannot keep a secret, and its code passes through places that others read
/// (RFC 9700 §2.1.1; Source: entra-dialect 17.4, required for single-page applications).
fn proof_key_where_needed(facts: &Facts<'_>) -> Result<(), Refusal> {
    match (facts.redirect.platform(), &facts.request.challenge) {
        (Platform::Spa, None) => Err(Refusal::ChallengeRequired),
        _ => Ok(()),
    }
}
