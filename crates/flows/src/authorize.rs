//! From an authorization request to a code, by way of whatever must be asked.
//!
//! [`proceed`] is called when the request comes in and again after each page, always with everything that is known by then.

use std::sync::Arc;

use grantor_environment::Timestamp;
use grantor_protocol::secret::sha256;
use grantor_protocol::{ClientId, FamilyId, Handle, HandleDigest, HandleKind, RedirectUri, UserId};
use grantor_rules::Refusal;
use grantor_rules::authorize::{self as rule, CodePlan, Decision, Facts, Question, Request, SignedIn, Who};
use grantor_rules::client::{RegisteredRedirect, registered_redirect};
use grantor_rules::consent::ConsentQuestion;
use grantor_rules::model::{Application, Code, Consents, Interaction, Progress, Tenant};
use grantor_storage::{Finished, IssueCode, RecordedConsent, TenantStorage};

use crate::{Env, Event, FlowError, Trace, load};

/// An authorization request whose application and redirect address are proven.
#[derive(Debug)]
pub struct Proven {
    /// Whose directory.
    pub tenant: Arc<Tenant>,
    /// Who asks.
    pub application: Arc<Application>,
    /// Where the answer goes.
    pub redirect: RegisteredRedirect,
}

/// Proves the application and its redirect address. Until then nothing may be redirected.
///
/// # Errors
/// [`Refusal::ClientUnknown`] or one of the refusals of [`registered_redirect`].
pub async fn prove(
    env: &Env,
    trace: &Trace,
    tenant: Arc<Tenant>,
    client_id: &ClientId,
    redirect_uri: Option<&RedirectUri>,
    built_in: &[RedirectUri],
) -> Result<Proven, FlowError> {
    let store = env.storage.tenant(tenant.id);
    let application = load::application(store.as_ref(), &tenant, client_id).await?;
    env.record(trace, Event::AuthorizationAsked { client: application.client_id.clone() });
    let redirect = registered_redirect(&application, redirect_uri, built_in)?;
    Ok(Proven { tenant, application, redirect })
}

/// Where a request stands.
#[derive(Clone, Copy, Debug)]
pub enum Stage<'a> {
    /// It has just come in.
    New {
        /// The dialect that reads it.
        dialect: &'a str,
        /// The request as it came in.
        parameters: &'a [(String, String)],
        /// The digest of the browser's own cookie.
        browser: [u8; 32],
    },
    /// It waits for its person.
    Waiting {
        /// Its handle.
        handle: &'a Handle,
        /// What is kept of it.
        interaction: &'a Interaction,
    },
}

/// What the person did on the consent page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consented {
    /// Nothing: the page has not been shown, or not answered.
    NotAsked,
    /// Yes, to the question with this [`fingerprint`]. If another question is due by now, it is asked instead.
    Yes([u8; 32]),
}

/// How a request goes on.
#[derive(Debug)]
pub enum Step {
    /// With a code.
    Issued {
        /// The code.
        code: Handle,
        /// For whom.
        user: UserId,
        /// The browser session, as applications see it.
        sid: String,
    },
    /// With a page.
    Ask {
        /// What is asked.
        question: Question,
        /// The request's handle, in the page's address.
        handle: Handle,
        /// Who is signed in.
        people: Vec<SignedIn>,
        /// Who is meant, if that is known.
        person: Option<UserId>,
    },
}

/// Takes a request as far as it can go with what is known: to a code, or to the next page.
///
/// # Errors
/// Any refusal of [`rule::who`] and [`rule::decide`], [`Refusal::InteractionGone`] when the request was answered meanwhile.
pub async fn proceed(
    env: &Env,
    trace: &Trace,
    proven: &Proven,
    request: &Request,
    stage: Stage<'_>,
    session: Option<&HandleDigest>,
    consented: &Consented,
) -> Result<Step, FlowError> {
    let store = env.storage.tenant(proven.tenant.id);
    let (progress, began_at) = match stage {
        Stage::New { .. } => (Progress::default(), trace.at()),
        Stage::Waiting { interaction, .. } => (interaction.progress.clone(), interaction.began_at),
    };
    let people = signed_in(store.as_ref(), session).await?;
    rule::admitted(&proven.application, &proven.tenant)?;
    let person = match rule::who(request, &progress, &people, began_at, env.now())? {
        Who::Person(person) => person.clone(),
        Who::Ask(question) => return ask(env, trace, store.as_ref(), stage, question, people, None).await,
    };
    let apis = load::apis(env, store.as_ref(), &request.wanted).await?;
    let scopes = request.wanted.resolve(&apis)?;
    let required_apis = load::required_apis(store.as_ref(), &proven.application).await?;
    let mut consents = store.find_consents(person.user.id, &proven.application.client_id).await?;
    let decide = |consents: &Consents, just_consented: bool| {
        rule::decide(&Facts {
            tenant: &proven.tenant,
            application: &proven.application,
            redirect: &proven.redirect,
            request,
            scopes: &scopes,
            required_apis: &required_apis,
            person: &person,
            consents,
            just_consented,
        })
    };
    let mut decision = decide(&consents, false)?;
    let mut given = None;
    if let (Decision::Ask(Question::Consent(question)), Consented::Yes(asked)) = (&decision, consented)
        && fingerprint(question, Some(person.user.id)) == *asked
    {
        let allowed = question.by_api();
        for (api, values) in allowed.by_api() {
            consents.allow(api, values.iter().cloned());
        }
        given = Some((question.clone(), allowed));
        decision = decide(&consents, true)?;
    }
    match decision {
        Decision::Issue(plan) => issue(env, trace, store.as_ref(), proven, &plan, stage, given).await,
        Decision::Ask(question) => ask(env, trace, store.as_ref(), stage, question, people, Some(person.user.id)).await,
    }
}

/// What tells one consent question from another: a yes counts for the very permissions that were shown, and for the person
/// who was shown beside them. In another window of the same browser somebody else may have signed in meanwhile.
pub fn fingerprint(question: &ConsentQuestion, person: Option<UserId>) -> [u8; 32] {
    let mut text = person.map(|person| format!("{person}\n")).unwrap_or_default();
    for permission in &question.permissions {
        text.push_str(permission.api.as_str());
        text.push('\n');
        text.push_str(&permission.value);
        text.push('\n');
    }
    sha256(text.as_bytes())
}

async fn signed_in(store: &dyn TenantStorage, session: Option<&HandleDigest>) -> Result<Vec<SignedIn>, FlowError> {
    let Some(session) = session else { return Ok(Vec::new()) };
    let mut people = Vec::new();
    for sign_in in store.list_sign_ins(session).await? {
        if let Some(user) = store.find_user(sign_in.user).await? {
            people.push(SignedIn { sign_in, user });
        }
    }
    Ok(people)
}

async fn ask(
    env: &Env,
    trace: &Trace,
    store: &dyn TenantStorage,
    stage: Stage<'_>,
    question: Question,
    people: Vec<SignedIn>,
    person: Option<UserId>,
) -> Result<Step, FlowError> {
    let handle = match stage {
        Stage::Waiting { handle, .. } => handle.clone(),
        Stage::New { dialect, parameters, browser } => begin(env, trace, store, dialect, parameters, browser).await?,
    };
    let what = match &question {
        Question::Account(_) => "account",
        Question::SignIn { .. } => "sign-in",
        Question::Consent(_) => "consent",
    };
    env.record(trace, Event::PersonAsked { what });
    Ok(Step::Ask { question, handle, people, person })
}

async fn begin(
    env: &Env,
    trace: &Trace,
    store: &dyn TenantStorage,
    dialect: &str,
    parameters: &[(String, String)],
    browser: [u8; 32],
) -> Result<Handle, FlowError> {
    let handle = env.handle(HandleKind::Interaction, store.id());
    let interaction = Interaction {
        browser,
        dialect: dialect.to_owned(),
        parameters: parameters.to_vec(),
        progress: Progress::default(),
        began_at: trace.at(),
        expires_at: trace.at() + env.settings.interaction_lifetime,
        flow: trace.flow(),
    };
    store.begin_interaction(&handle.digest(), &interaction).await?;
    Ok(handle)
}

async fn issue(
    env: &Env,
    trace: &Trace,
    store: &dyn TenantStorage,
    proven: &Proven,
    plan: &CodePlan,
    stage: Stage<'_>,
    given: Option<(ConsentQuestion, Consents)>,
) -> Result<Step, FlowError> {
    let now = env.now();
    let handle = env.handle(HandleKind::Code, proven.tenant.id);
    let user = plan.person.user;
    let consent = given.as_ref().map(|(_, consents)| RecordedConsent {
        principal: Some(user),
        client_id: plan.client_id.clone(),
        consents: consents.clone(),
    });
    let issue = IssueCode {
        digest: handle.digest(),
        code: code(env, trace, plan, now),
        interaction: match stage {
            Stage::New { .. } => None,
            Stage::Waiting { handle, .. } => Some(handle.digest()),
        },
        consent,
        now,
    };
    match store.issue_code(&issue).await? {
        Finished::Now => {}
        Finished::Before => return Err(Refusal::InteractionGone.into()),
    }
    if let Some((question, _)) = given {
        let permissions = question.permissions.iter().map(|one| format!("{} · {}", one.api_name, one.value)).collect();
        env.record(trace, Event::Consented { user, permissions });
    }
    env.record(trace, Event::CodeIssued { client: plan.client_id.clone(), user });
    Ok(Step::Issued { code: handle, user, sid: plan.person.sid.clone() })
}

fn code(env: &Env, trace: &Trace, plan: &CodePlan, now: Timestamp) -> Code {
    Code {
        client_id: plan.client_id.clone(),
        user: plan.person.user,
        redirect_uri: plan.redirect.uri().clone(),
        redirect_uri_was_given: plan.redirect.was_given(),
        platform: plan.redirect.platform(),
        challenge: plan.challenge.clone(),
        nonce: plan.nonce.clone(),
        wanted: plan.wanted.clone(),
        authenticated_at: plan.person.authenticated_at,
        method: plan.person.method,
        sid: plan.person.sid.clone(),
        family: FamilyId::from_random(env.entropy.bytes()),
        flow: trace.flow(),
        expires_at: now + env.settings.code_lifetime,
        spent_at: None,
    }
}

/// Finds a request that waits, for the browser that began it.
///
/// # Errors
/// [`Refusal::InteractionGone`], [`Refusal::BrowserDiffers`].
pub async fn waiting(
    env: &Env,
    trace: &Trace,
    handle: &Handle,
    browser: Option<[u8; 32]>,
) -> Result<Interaction, FlowError> {
    let found = env.storage.tenant(handle.tenant()).find_interaction(&handle.digest()).await?;
    let interaction = found.filter(|found| found.expires_at > env.now()).ok_or(Refusal::InteractionGone)?;
    trace.join(interaction.flow);
    let same = browser.is_some_and(|browser| grantor_protocol::secret::same_bytes(&browser, &interaction.browser));
    if same { Ok(interaction) } else { Err(Refusal::BrowserDiffers.into()) }
}

/// Keeps what the person has done so far.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn note_progress(env: &Env, handle: &Handle, progress: &Progress) -> Result<(), FlowError> {
    Ok(env.storage.tenant(handle.tenant()).note_progress(&handle.digest(), progress).await?)
}

/// Ends a request because the person said no.
///
/// # Errors
/// Always: [`Refusal::ConsentDeclined`], or [`Refusal::InteractionGone`] when it was answered meanwhile.
pub async fn decline(env: &Env, handle: &Handle) -> Result<std::convert::Infallible, FlowError> {
    match env.storage.tenant(handle.tenant()).end_interaction(&handle.digest()).await? {
        Finished::Now => Err(Refusal::ConsentDeclined.into()),
        Finished::Before => Err(Refusal::InteractionGone.into()),
    }
}
