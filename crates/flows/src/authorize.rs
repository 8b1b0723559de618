//! From an authorization request to a code or tokens, by way of whatever must be asked.
//!
//! [`proceed`] is called when the request comes in and again after each page, always with everything that is known by then.
//! What waits belongs to one tenant's store. At an address that stands for several tenants that is the store of the
//! application's publisher, until the person is known: then the request moves into their own tenant.

mod finish;

use std::sync::Arc;

use grantor_protocol::secret::sha256;
use grantor_protocol::{ClientId, Handle, HandleDigest, HandleKind, RedirectUri, UserId};
use grantor_rules::Refusal;
use grantor_rules::authorize::{self as rule, Answer, Decision, Facts, Question, Request, SignedIn, Who};
use grantor_rules::client::{RegisteredRedirect, registered_redirect};
use grantor_rules::consent::{self, ConsentQuestion};
use grantor_rules::layout::TokenLayout;
use grantor_rules::model::{
    Application, Assigned, ConsentRequest, Consents, Interaction, Progress, Purpose, Registration, Tenant, TenantName,
};
use grantor_rules::scopes::ResolvedScopes;
use grantor_rules::token::issued::IssuedTokens;
use grantor_storage::Finished;
use uuid::Uuid;

use crate::place::{Place, again};
use crate::{Env, Event, FlowError, Trace, load};

/// An authorization request whose application is proven, with where its answer goes.
#[derive(Debug)]
pub struct Proven {
    /// Whose address it came to.
    pub place: Place,
    /// Whose store keeps it while it waits.
    pub keeper: Arc<Tenant>,
    /// Who asks.
    pub application: Arc<Application>,
    /// Where the answer goes.
    pub answer: AnswerTo,
}

/// Where an answer goes.
#[derive(Clone, Debug)]
pub enum AnswerTo {
    /// To an address that is registered for the application.
    Redirect(RegisteredRedirect),
    /// To a program that waits elsewhere; with the digest of its device code.
    Device(HandleDigest),
    /// To a page of ours, by its path.
    Page(String),
}

impl Proven {
    /// The address that the answer goes to, if it goes to the application's.
    pub const fn redirect(&self) -> Option<&RegisteredRedirect> {
        match &self.answer {
            AnswerTo::Redirect(redirect) => Some(redirect),
            AnswerTo::Device(_) | AnswerTo::Page(_) => None,
        }
    }
}

/// Proves the application and its redirect address. Until then nothing may be redirected.
///
/// # Errors
/// [`Refusal::ClientUnknown`], [`Refusal::SingleTenantOnly`], [`Refusal::AudienceExcludes`], [`Refusal::ClientDisabled`] or one of
/// the refusals of [`registered_redirect`].
pub async fn prove(
    env: &Env,
    trace: &Trace,
    place: Place,
    client_id: &ClientId,
    redirect_uri: Option<&RedirectUri>,
    built_in: &[RedirectUri],
) -> Result<Proven, FlowError> {
    let (keeper, application) = application(env, trace, &place, client_id).await?;
    let redirect = registered_redirect(&application, redirect_uri, built_in)?;
    rule::fits_authority(&application, place.authority())?;
    Ok(Proven { place, keeper, application, answer: AnswerTo::Redirect(redirect) })
}

/// Proves the application behind a device code.
///
/// # Errors
/// [`Refusal::ClientUnknown`], [`Refusal::SingleTenantOnly`].
pub async fn prove_device(
    env: &Env,
    trace: &Trace,
    place: Place,
    client_id: &ClientId,
    device_code: HandleDigest,
) -> Result<Proven, FlowError> {
    let (keeper, application) = application(env, trace, &place, client_id).await?;
    rule::fits_authority(&application, place.authority())?;
    Ok(Proven { place, keeper, application, answer: AnswerTo::Device(device_code) })
}

/// A page of ours for which somebody must be signed in.
///
/// # Errors
/// [`Refusal::TenantUnknown`] in a deployment without any tenant.
pub async fn for_page(env: &Env, place: Place, path: &str) -> Result<Proven, FlowError> {
    let keeper = if let Some(tenant) = place.tenant() {
        Arc::clone(tenant)
    } else {
        let first = env.storage.find_first_tenant().await?;
        first.ok_or_else(|| Refusal::TenantUnknown { asked: place.word().to_owned() })?
    };
    Ok(page_kept_by(keeper, place, path))
}

/// The same, where it is known whose store keeps what waits.
pub fn page_kept_by(keeper: Arc<Tenant>, place: Place, path: &str) -> Proven {
    Proven {
        place,
        keeper,
        application: grantor_rules::directory_api::account_pages(),
        answer: AnswerTo::Page(path.to_owned()),
    }
}

async fn application(
    env: &Env,
    trace: &Trace,
    place: &Place,
    client_id: &ClientId,
) -> Result<(Arc<Tenant>, Arc<Application>), FlowError> {
    let (keeper, application) = if let Place::Tenant(tenant) = place {
        let client = load::client(env, tenant, client_id).await?;
        // Nobody is asked to sign in to what they cannot use whoever they are.
        rule::may_be_used(&client, tenant)?;
        (Arc::clone(tenant), client.application)
    } else {
        let application = load::client_of_several(env, client_id, place.word()).await?;
        let keeper = load::find_tenant(env, &TenantName::Id(application.publisher)).await?;
        (keeper, application)
    };
    env.record(trace, Event::AuthorizationAsked { client: application.client_id.clone() });
    Ok((keeper, application))
}

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
        })
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
    let people = signed_in(env, &proven.place, sessions).await?;
    let interaction = stage.interaction();
    let person = match rule::who(request, &interaction.progress, &people, interaction.began_at, env.now())? {
        Who::Person(person) => person.clone(),
        Who::Ask(question) => {
            let asking = Asking { env, trace, tenant: &proven.keeper, stage };
            return asking.ask(question, people, None).await;
        }
    };
    let tenant = Arc::clone(&person.tenant);
    let stage = moved(env, stage, &person).await?;
    let unconfirmed = matches!(proven.answer, AnswerTo::Device(_)) && !stage.interaction().progress.confirmed;
    if unconfirmed {
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

/// What the decision needs to know, once the person is known.
struct Known {
    client: Registration,
    scopes: ResolvedScopes,
    required_apis: std::collections::BTreeMap<ClientId, Registration>,
    assigned: Assigned,
    consents: Consents,
}

impl Known {
    async fn load(env: &Env, proven: &Proven, request: &Request, person: &SignedIn) -> Result<Self, FlowError> {
        let (tenant, application) = (&*person.tenant, &proven.application);
        let store = env.storage.tenant(tenant.id);
        let client = match &proven.answer {
            AnswerTo::Page(_) => Registration { application: Arc::clone(application), principal: None },
            AnswerTo::Redirect(_) | AnswerTo::Device(_) => load::client(env, tenant, &application.client_id).await?,
        };
        let scopes = load::scopes(env, tenant, &request.wanted).await?;
        let assigned = if client.wants_assignment() {
            store.find_assigned(&application.client_id, person.user.id).await?
        } else {
            Assigned::default()
        };
        Ok(Self {
            required_apis: load::required_apis(env, tenant, application, &scopes).await?,
            consents: store.find_consents(person.user.id, &application.client_id).await?,
            client,
            scopes,
            assigned,
        })
    }

    fn decide(
        &self,
        proven: &Proven,
        request: &Request,
        person: &SignedIn,
        consents: &Consents,
        just_consented: bool,
    ) -> Result<Decision, Refusal> {
        rule::decide(&Facts {
            tenant: &person.tenant,
            client: &self.client,
            answer: match &proven.answer {
                AnswerTo::Redirect(redirect) => Answer::Redirect(redirect),
                AnswerTo::Device(_) => Answer::Device,
                AnswerTo::Page(_) => Answer::Page,
            },
            request,
            scopes: &self.scopes,
            required_apis: &self.required_apis,
            person,
            assigned: &self.assigned,
            consents,
            just_consented,
        })
    }
}

/// A request that waits in another tenant's store than the person's is begun anew in theirs, as far as it has come; what
/// waited ends, and whoever ends it twice is too late.
async fn moved(env: &Env, stage: Stage, person: &SignedIn) -> Result<Stage, FlowError> {
    match stage {
        Stage::Waiting { handle, interaction } if handle.tenant() != person.tenant.id => {
            match env.storage.tenant(handle.tenant()).end_interaction(&handle.digest()).await? {
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

/// Finds a request that waits, for the browser that began it, with the place that it came to.
///
/// # Errors
/// [`Refusal::InteractionGone`], [`Refusal::BrowserDiffers`].
pub async fn waiting(
    env: &Env,
    trace: &Trace,
    handle: &Handle,
    browser: Option<[u8; 32]>,
) -> Result<(Interaction, Place), FlowError> {
    let found = env.storage.tenant(handle.tenant()).find_interaction(&handle.digest()).await?;
    let interaction = found.filter(|found| found.expires_at > env.now()).ok_or(Refusal::InteractionGone)?;
    trace.join(interaction.flow);
    let same = browser.is_some_and(|browser| grantor_protocol::secret::same_bytes(&browser, &interaction.browser));
    if !same {
        return Err(Refusal::BrowserDiffers.into());
    }
    let place = again(env, interaction.authority).await?;
    Ok((interaction, place))
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

/// Keeps a person's wish that an administrator allow what they may not.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn ask_an_administrator(
    env: &Env,
    trace: &Trace,
    tenant: &Tenant,
    application: &Application,
    user: UserId,
    question: &ConsentQuestion,
    reason: &str,
) -> Result<(), FlowError> {
    let mut permissions = Consents::default();
    for (client, allowed) in question.by_client() {
        if client == application.client_id {
            permissions.extend(&allowed.scopes);
        }
    }
    let request = ConsentRequest {
        id: Uuid::from_bytes(env.entropy.bytes()),
        client_id: application.client_id.clone(),
        user,
        permissions,
        reason: reason.to_owned(),
        asked_at: env.now(),
    };
    env.storage.tenant(tenant.id).ask_for_consent(&request).await?;
    env.record(trace, Event::AdministratorAsked { user, client: application.client_id.clone() });
    Ok(())
}
