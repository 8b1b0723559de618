//! From an authorization request to a code or tokens, by way of whatever must be asked.
//!
//! [`proceed`] is called when the request comes in and again after each page, always with everything that is known by then.
//! What waits belongs to one tenant's store. At an address that stands for several tenants that is the store of the
//! application's publisher, until the person is known: then the request moves into their own tenant.

mod finish;
mod known;
mod prove;
mod push;
mod signed_answer;
mod waiting;

use std::sync::Arc;

use grantor_protocol::secret::sha256;
use grantor_protocol::{Handle, HandleDigest, HandleKind, UserId};
use grantor_rules::Refusal;
use grantor_rules::authorize::{self as rule, Decision, Question, Request, SignedIn, Who};
use grantor_rules::consent::{self, ConsentQuestion};
use grantor_rules::layout::TokenLayout;
use grantor_rules::model::{Consents, Interaction, Progress, Purpose, Tenant, TenantName};
use grantor_rules::token::issued::IssuedTokens;
use grantor_storage::Finished;

use crate::place::Place;
use crate::{Env, Event, FlowError, Trace, id_token_hint, responses};

pub use prove::{AnswerTo, Proven, for_page, page_kept_by, prove, prove_device};
pub use push::{prove_pusher, push, pushed};
pub use signed_answer::{can_be_signed, signed_answer};
pub use waiting::{ask_an_administrator, decline, note_progress, waiting};

use known::Known;

/// Where a request stands.
#[derive(Clone, Debug)]
pub enum Stage {
    /// It has just come in: what would be kept of it if it had to wait.
    New(Interaction),
    /// It waits for its person.
    Waiting {
        /// Its handle.
        handle: Handle,
        /// What is kept of it.
        interaction: Interaction,
    },
}

impl Stage {
    /// A request that has just come in.
    pub fn new(
        env: &Env,
        trace: &Trace,
        place: &Place,
        purpose: Purpose,
        dialect: &str,
        parameters: &[(String, String)],
        browser: [u8; 32],
    ) -> Self {
        Self::New(Interaction {
            purpose,
            authority: place.authority(),
            browser,
            dialect: dialect.to_owned(),
            parameters: parameters.to_vec(),
            progress: Progress::default(),
            began_at: trace.at(),
            expires_at: trace.at() + env.settings.interaction_lifetime,
            flow: trace.flow(),
            pushed: None,
        })
    }

    /// The same, begun with a request that was pushed.
    #[must_use]
    pub fn pushed(mut self, digest: Option<HandleDigest>) -> Self {
        let (Self::New(interaction) | Self::Waiting { interaction, .. }) = &mut self;
        interaction.pushed = digest;
        self
    }

    const fn interaction(&self) -> &Interaction {
        match self {
            Self::New(interaction) | Self::Waiting { interaction, .. } => interaction,
        }
    }

    fn handle(&self) -> Option<HandleDigest> {
        match self {
            Self::New(_) => None,
            Self::Waiting { handle, .. } => Some(handle.digest()),
        }
    }
}

/// What the person did on the consent page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consented {
    /// Nothing: the page has not been shown, or not answered.
    NotAsked,
    /// Yes, to one question. If another question is due by now, it is asked instead.
    Yes {
        /// The question's [`fingerprint`].
        question: [u8; 32],
        /// Whether an administrator said it for everybody in the tenant.
        for_everyone: bool,
    },
}

/// How a request goes on.
#[derive(Debug)]
pub enum Step {
    /// With an answer to the application.
    Issued(Box<Issued>),
    /// An administrator has allowed everything for everybody: that is the answer.
    AllowedForEveryone {
        /// In whose directory.
        tenant: Arc<Tenant>,
        /// What.
        question: ConsentQuestion,
    },
    /// The program that waits elsewhere goes on.
    DeviceApproved,
    /// The person may see the page.
    Visit {
        /// In whose directory they are.
        tenant: Arc<Tenant>,
        /// Who.
        user: UserId,
        /// Its path.
        path: String,
    },
    /// With a page.
    Ask {
        /// In whose directory.
        tenant: Arc<Tenant>,
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

/// What an application gets at once.
#[derive(Debug)]
pub struct Issued {
    /// In whose directory.
    pub tenant: Arc<Tenant>,
    /// For whom.
    pub user: UserId,
    /// A code, if one was asked for.
    pub code: Option<Handle>,
    /// An id_token, if one was asked for here.
    pub id_token: Option<grantor_protocol::Secret>,
    /// An access token, if one was asked for here.
    pub access_token: Option<IssuedTokens>,
    /// The browser session, as applications see it.
    pub sid: String,
}

/// Takes a request as far as it can go with what is known: to its answer, or to the next page. `sessions` are those of the
/// browser, one for each tenant in which somebody signed in.
///
/// # Errors
/// Any refusal of [`rule::fits`], [`rule::who`] and [`rule::decide`], [`Refusal::InteractionGone`] when the request was answered
/// meanwhile.
#[expect(
    clippy::too_many_arguments,
    reason = "the request with everything that is known of it, and how it is answered"
)]
pub async fn proceed(
    env: &Env,
    trace: &Trace,
    proven: &Proven,
    request: &Request,
    stage: Stage,
    sessions: &[Handle],
    consented: Consented,
    layout: &dyn TokenLayout,
) -> Result<Step, FlowError> {
    if let AnswerTo::Redirect(redirect) = &proven.answer {
        rule::fits(&proven.application, redirect.platform(), request)?;
    }
    responses::keys_are_made(env, &proven.application).await?;
    let request = &*request.bounded_by(&proven.application);
    let people = signed_in(env, &proven.place, sessions).await?;
    let request = &*id_token_hint::named(env, request, &proven.application, &people)?;
    let interaction = stage.interaction();
    let person = match rule::who(request, &interaction.progress, &people, interaction.began_at, env.now())? {
        Who::Person(person) => person.clone(),
        Who::Ask(question) => {
            let asking = Asking { env, trace, tenant: &proven.keeper, stage };
            return asking.ask(question, people, None).await;
        }
    };
    id_token_hint::is_meant(env, request, &proven.application, &person)?;
    let tenant = Arc::clone(&person.tenant);
    let stage = moved(env, stage, &person).await?;
    if matches!(proven.answer, AnswerTo::Device { awaits: Some(asked), .. } if asked != person.user.id) {
        return Err(Refusal::AskedOfAnotherPerson.into());
    }
    // Who was named by the application has typed no code that somebody else could have sent.
    let unconfirmed = matches!(proven.answer, AnswerTo::Device { awaits: None, .. });
    if unconfirmed && !stage.interaction().progress.confirmed {
        let asking = Asking { env, trace, tenant: &tenant, stage };
        return asking.ask(Question::Device, people, Some(person.user.id)).await;
    }
    let known = Known::load(env, proven, request, &person).await?;
    let decide =
        |consents: &Consents, just_consented: bool| known.decide(proven, request, &person, consents, just_consented);
    let mut consents = consent::effective(known.consents.clone(), &proven.application, &known.scopes);
    let mut decision = decide(&consents, false)?;
    let mut given = None;
    if let (Decision::Ask(Question::Consent(question)), Consented::Yes { question: shown, for_everyone }) =
        (&decision, consented)
        && fingerprint(question, Some(person.user.id)) == shown
    {
        if for_everyone && !question.may_be_for_everyone {
            return Err(Refusal::FormNotOurs.into());
        }
        let (allowed, before) = (question.by_client(), consents.clone());
        if let Some(own) = allowed.get(&proven.application.client_id) {
            consents.extend(&own.scopes);
        }
        let for_everyone = for_everyone || question.for_everyone;
        given = Some(finish::Given { question: question.clone(), for_everyone, before });
        decision = decide(&consents, true)?;
    }
    match decision {
        Decision::Issue(plan) => {
            let finishing = finish::Finishing {
                env,
                trace,
                proven,
                request,
                stage: &stage,
                known: &known,
                person: &person,
                given,
                consents: &consents,
                layout,
            };
            finishing.finish(&plan).await
        }
        Decision::Ask(question) => {
            Asking { env, trace, tenant: &tenant, stage }.ask(question, people, Some(person.user.id)).await
        }
    }
}

/// A request that waits in another tenant's store than the person's is begun anew in theirs, as far as it has come; what
/// waited ends, and whoever ends it twice is too late.
async fn moved(env: &Env, stage: Stage, person: &SignedIn) -> Result<Stage, FlowError> {
    match stage {
        Stage::Waiting { handle, interaction } if handle.tenant() != person.tenant.id => {
            match env.storage.tenant(handle.tenant()).end_interaction(&handle.digest(), None).await? {
                Finished::Now => {
                    let progress = Progress { account: Some(person.user.id), ..interaction.progress };
                    Ok(Stage::New(Interaction { progress, ..interaction }))
                }
                Finished::Before => Err(Refusal::InteractionGone.into()),
            }
        }
        stage => Ok(stage),
    }
}

/// What tells one consent question from another: a yes counts for the very permissions that were shown, and for the person
/// who was shown beside them. In another window of the same browser somebody else may have signed in meanwhile.
pub fn fingerprint(question: &ConsentQuestion, person: Option<UserId>) -> [u8; 32] {
    let mut text = person.map(|person| format!("{person}\n")).unwrap_or_default();
    text.push_str(if question.for_everyone { "everyone\n" } else { "person\n" });
    for permission in &question.permissions {
        let kind = if permission.as_application { "role" } else { "scope" };
        for part in [permission.client.as_str(), permission.api.as_str(), kind, &permission.value] {
            text.push_str(part);
            text.push('\n');
        }
    }
    // None of these holds a line break: whatever people are shown is readable.
    for detail in &question.details {
        let rows = detail.rows.iter().flat_map(|(label, value)| [label.as_str(), value.as_str()]);
        for part in [detail.api_name.as_str(), "detail", &detail.heading].into_iter().chain(rows) {
            text.push_str(part);
            text.push('\n');
        }
    }
    sha256(text.as_bytes())
}

/// Everybody who is signed in in this browser and may be meant here.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn signed_in(env: &Env, place: &Place, sessions: &[Handle]) -> Result<Vec<SignedIn>, FlowError> {
    let mut people = Vec::new();
    for session in sessions {
        let Some(tenant) = env.storage.find_tenant(&TenantName::Id(session.tenant())).await? else { continue };
        if !place.authority().admits(&tenant) {
            continue;
        }
        let store = env.storage.tenant(tenant.id);
        for sign_in in store.list_sign_ins(&session.digest()).await? {
            if let Some(user) = store.find_user(sign_in.user).await? {
                people.push(SignedIn { tenant: Arc::clone(&tenant), sign_in, user });
            }
        }
    }
    Ok(people)
}

/// A question that is about to be asked.
struct Asking<'a> {
    env: &'a Env,
    trace: &'a Trace,
    tenant: &'a Arc<Tenant>,
    stage: Stage,
}

impl Asking<'_> {
    async fn ask(self, question: Question, people: Vec<SignedIn>, person: Option<UserId>) -> Result<Step, FlowError> {
        let Self { env, trace, tenant, stage } = self;
        let handle = match stage {
            Stage::Waiting { handle, .. } => handle,
            Stage::New(interaction) => {
                let handle = env.handle(HandleKind::Interaction, tenant.id);
                env.storage.tenant(tenant.id).begin_interaction(&handle.digest(), &interaction).await?;
                handle
            }
        };
        let what = match &question {
            Question::Account(_) => "account",
            Question::SignIn { .. } => "sign-in",
            Question::Consent(_) => "consent",
            Question::Approval { .. } => "approval",
            Question::Device => "device",
        };
        env.record(trace, Event::PersonAsked { what });
        Ok(Step::Ask { tenant: Arc::clone(tenant), question, handle, people, person })
    }
}
