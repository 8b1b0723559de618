//! The pages on which a waiting request asks its person something.
//!
//! Each page finds the request again, lets its dialect read it again and asks the flow what is due now. What is due is shown;
//! what is due elsewhere is a redirect there; nothing due is the answer to the application.

mod show;

use std::sync::Arc;

use grantor_dialects::{Dialect, Parameters};
use grantor_flows::authorize::{self as flow, AnswerTo, Consented, Proven, Stage, Step};
use grantor_flows::{Event, FlowError, Place, device, place, sign_in as sign_in_flow};
use grantor_jose::base64url;
use grantor_pages::{NeedsAdministrator, SignInError};
use grantor_protocol::{Handle, HandleKind, Secret, UserId};
use grantor_rules::Refusal;
use grantor_rules::authorize::{Question, Request};
use grantor_rules::model::{Interaction, Progress, Purpose, Tenant, TenantName};
use grantor_rules::scopes::WantedScopes;

use super::authorize::{parsed, prove};
use super::outcome::{Asked, place_of};
use super::refused;
use crate::app::App;
use crate::cookies::{self, Browser, BrowserState};
use crate::csrf;
use crate::incoming::Incoming;
use crate::respond::{self, Answer, OwnPage};

/// A waiting request, found again.
struct Waiting<'a> {
    app: &'a App,
    incoming: &'a Incoming,
    browser: Browser,
    handle: Handle,
    interaction: Interaction,
    dialect: &'a dyn Dialect,
    parameters: Parameters,
    proven: Proven,
    publisher: Arc<Tenant>,
    request: Result<Request, Refusal>,
    sessions: Vec<Handle>,
    /// What the person compares with what the application shows, where that waits elsewhere.
    binding_message: Option<String>,
    /// The browser's state from now on, once somebody has just signed in.
    state: Option<BrowserState>,
}

/// Which page was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// Account picker and sign-in.
    SignIn,
    /// Consent, or the wish for it.
    Consent,
    /// Whether the person began it on another device.
    Device,
}

/// One of the pages of a waiting request.
pub async fn page(app: &App, incoming: &Incoming, read: Result<(), Refusal>, handle: &str, page: Page) -> Answer {
    // Until it is known in which one the request was asked.
    let mut dialect: &dyn Dialect = &app.entra_v2;
    let outcome = async {
        let waiting = Waiting::find(app, incoming, handle).await?;
        dialect = waiting.dialect;
        read?;
        match page {
            _ if !incoming.is_post() => Ok(waiting.show(page).await),
            Page::SignIn => waiting.sign_in_posted().await,
            Page::Consent => waiting.consent_posted().await,
            Page::Device => waiting.device_posted().await,
        }
    };
    let outcome: Result<Answer, FlowError> = outcome.await;
    outcome.unwrap_or_else(|error| refused::page(app, incoming, dialect, None, &error))
}

impl<'a> Waiting<'a> {
    async fn find(app: &'a App, incoming: &'a Incoming, handle: &str) -> Result<Self, FlowError> {
        let env = &app.env;
        let handle = Handle::parse(HandleKind::Interaction, handle).map_err(|_| Refusal::InteractionGone)?;
        let browser = Browser::of(&incoming.headers, &env.public);
        let digest = browser.as_ref().map(Browser::digest);
        let (interaction, place) = flow::waiting(env, &incoming.trace, &handle, digest).await?;
        let browser = browser.ok_or(Refusal::BrowserDiffers)?;
        let dialect = app.dialect(&interaction.dialect).ok_or(Refusal::InteractionGone)?;
        let parameters = Parameters::from_pairs(interaction.parameters.clone());
        let sessions = cookies::sessions(&incoming.headers, &env.public, interaction.authority);
        let mut binding_message = None;
        let (proven, request) = match &interaction.purpose {
            Purpose::Authorize | Purpose::AdminConsent => {
                let proven = prove(app, incoming, dialect, &parameters, place).await?;
                (proven, parsed(dialect, &parameters, &interaction.purpose))
            }
            Purpose::Device(digest) => {
                let code = device::waiting(env, digest).await?;
                let proven = flow::prove_device(env, &incoming.trace, place, *digest, &code).await?;
                binding_message = code.awaits.as_ref().and_then(|awaited| awaited.binding_message.clone());
                (proven, Ok(device::request_of(env, &code).await?))
            }
            Purpose::Page(path) => {
                let keeper = grantor_flows::find_tenant(env, &TenantName::Id(handle.tenant())).await?;
                let nothing = Request::without_address(WantedScopes::default());
                (flow::page_kept_by(keeper, place, path), Ok(nothing))
            }
        };
        let publisher = env.storage.find_tenant(&TenantName::Id(proven.application.publisher)).await?;
        let publisher = publisher.unwrap_or_else(|| Arc::clone(&proven.keeper));
        Ok(Self {
            app,
            incoming,
            browser,
            handle,
            interaction,
            dialect,
            parameters,
            proven,
            publisher,
            request,
            sessions,
            binding_message,
            state: None,
        })
    }

    fn asked(&self) -> Asked<'_> {
        Asked {
            app: self.app,
            incoming: self.incoming,
            dialect: self.dialect,
            proven: &self.proven,
            parameters: &self.parameters,
            purpose: &self.interaction.purpose,
            state: self.state.clone(),
        }
    }

    fn stage(&self) -> Stage {
        Stage::Waiting { handle: self.handle.clone(), interaction: self.interaction.clone() }
    }

    async fn step(&self, consented: Consented) -> Result<Step, FlowError> {
        let request = self.request.clone()?;
        let Self { app, incoming, proven, sessions, dialect, .. } = self;
        let (env, trace, layout) = (&app.env, &incoming.trace, dialect.layout());
        flow::proceed(env, trace, proven, &request, self.stage(), sessions, consented, layout).await
    }

    /// Asks the flow what is due, and shows it if this address is its place.
    async fn show(&self, page: Page) -> Answer {
        match self.step(Consented::NotAsked).await {
            Ok(Step::Ask { tenant, question, handle, people, person })
                if page == Self::page_of(&question) && handle.digest() == self.handle.digest() =>
            {
                self.question_page(&tenant, &question, &people, person)
            }
            // It is due elsewhere, or was answered meanwhile in another window: the answer goes out from here.
            step => self.asked().finish(step).await,
        }
    }

    const fn page_of(question: &Question) -> Page {
        match question {
            Question::SignIn { .. } | Question::Account(_) => Page::SignIn,
            Question::Consent(_) | Question::Approval { .. } => Page::Consent,
            Question::Device => Page::Device,
        }
    }

    async fn proceed(&self, consented: Consented) -> Answer {
        self.asked().finish(self.step(consented).await).await
    }

    // What the person sends.

    async fn sign_in_posted(mut self) -> Result<Answer, FlowError> {
        let form = self.incoming.form()?;
        if csrf::check(&self.incoming.headers, form.sole("csrf"), &self.mark("sign-in", b"")).is_err() {
            let name = form.sole("username").unwrap_or_default().to_owned();
            return Ok(self.sign_in_page(name, Some(SignInError::PageExpired), false));
        }
        if form.sole("decision") == Some("deny") {
            return self.declined().await;
        }
        let so_far = self.interaction.progress.clone();
        if let Some(id) = form.sole("pick") {
            let account: UserId = id.parse().map_err(|_| Refusal::FormNotOurs)?;
            return self.go_on_with(Progress { account: Some(account), other_account: false, ..so_far }).await;
        }
        if form.sole("use-another").is_some() || form.sole("decision") == Some("switch") {
            let other_account = form.sole("use-another").is_some();
            return self.go_on_with(Progress { account: None, other_account, ..so_far }).await;
        }
        self.password_posted(&form).await
    }

    async fn go_on_with(&mut self, progress: Progress) -> Result<Answer, FlowError> {
        flow::note_progress(&self.app.env, &self.handle, &progress).await?;
        self.interaction.progress = progress;
        Ok(self.proceed(Consented::NotAsked).await)
    }

    async fn password_posted(&mut self, form: &Parameters) -> Result<Answer, FlowError> {
        let name = form.optional("username", 320)?.unwrap_or_default().to_owned();
        let Some(password) = form.optional("password", 1024)?.filter(|_| !name.is_empty()) else {
            return Ok(self.sign_in_page(name, Some(SignInError::Incomplete), false));
        };
        match self.signed_in(&name, &Secret::new(password)).await {
            Ok(now) => {
                self.interaction.progress = now.progress;
                self.sessions.retain(|session| session.tenant() != now.session.tenant());
                self.sessions.push(now.session.clone());
                self.state = BrowserState::changed(&self.incoming.headers, &self.app.env);
                let mut answer = self.proceed(Consented::NotAsked).await;
                if let Some(cookie) = self.state.as_ref().and_then(|state| state.set_cookie(&self.app.env.public)) {
                    respond::add_cookie(&mut answer, &cookie);
                }
                respond::add_cookie(&mut answer, &cookies::set_session(&now.session, &self.app.env.public));
                Ok(answer)
            }
            Err(FlowError::Refused(refusal)) => self.sign_in_refused(name, refusal),
            Err(error) => Err(error),
        }
    }

    async fn signed_in(&self, name: &str, password: &Secret) -> Result<sign_in_flow::SignedInNow, FlowError> {
        let (env, trace) = (&self.app.env, &self.incoming.trace);
        let Some(home) = place::home_of(env, &self.proven.place, name).await? else {
            // As long as for a name that somebody has.
            env.passwords.verify(password, None).await?;
            return Err(Refusal::PasswordWrong.into());
        };
        let old = self.sessions.iter().find(|session| session.tenant() == home.id).map(Handle::digest);
        let so_far = &self.interaction.progress;
        sign_in_flow::with_password(env, trace, &home, name, password, old, &self.handle, so_far).await
    }

    /// What the person can mend by typing something else stays on the page.
    fn sign_in_refused(&self, name: String, refusal: Refusal) -> Result<Answer, FlowError> {
        let error = match refusal {
            Refusal::UserDisabled => SignInError::AccountDisabled,
            Refusal::UserLocked => SignInError::AccountLocked,
            Refusal::PasswordWrong => SignInError::Mismatch,
            other => return Err(other.into()),
        };
        self.app.env.record(&self.incoming.trace, Event::refused(&refusal));
        Ok(self.sign_in_page(name, Some(error), false))
    }

    async fn consent_posted(mut self) -> Result<Answer, FlowError> {
        let form = self.incoming.form()?;
        let shown = form.sole("csrf").and_then(|mark| mark.split_once('.'));
        let fingerprint = shown.and_then(|(fingerprint, _)| base64url::decode(fingerprint).ok()?.try_into().ok());
        let Some(question): Option<[u8; 32]> = fingerprint else { return Err(Refusal::FormNotOurs.into()) };
        csrf::check(&self.incoming.headers, form.sole("csrf"), &self.consent_mark(question))?;
        let for_everyone = form.sole("consent-for-organization").is_some();
        let other = Progress { account: None, other_account: true, ..self.interaction.progress.clone() };
        match form.sole("decision") {
            Some("accept") => Ok(self.proceed(Consented::Yes { question, for_everyone }).await),
            Some("deny") => self.declined().await,
            Some("switch") => self.go_on_with(other).await,
            Some("ask") => self.wished(&form).await,
            _ => Err(Refusal::FormNotOurs.into()),
        }
    }

    /// The person says no, at whichever step: the request ends, and whoever waits for it is told.
    async fn declined(&self) -> Result<Answer, FlowError> {
        if let AnswerTo::Device { code, awaits } = self.proven.answer {
            device::decline(&self.app.env, code, self.handle.tenant(), Some(self.handle.digest())).await?;
            return Ok(match awaits {
                Some(person) => self.asked().elsewhere_done(person, false),
                None => self.device_declined_page(),
            });
        }
        match flow::decline(&self.app.env, &self.handle, self.interaction.pushed.as_ref()).await {
            Err(error) => Ok(self.asked().refuse(error).await),
            Ok(never) => match never {},
        }
    }

    /// The person asks an administrator; the request itself goes on waiting for a yes or a no.
    async fn wished(&self, form: &Parameters) -> Result<Answer, FlowError> {
        let reason = form.optional("reason", 4 * NeedsAdministrator::LONGEST_REASON)?.unwrap_or_default();
        let reason = reason.replace("\r\n", "\n");
        if reason.encode_utf16().count() > NeedsAdministrator::LONGEST_REASON {
            return Err(Refusal::FormNotOurs.into());
        }
        match self.step(Consented::NotAsked).await {
            Ok(Step::Ask {
                tenant,
                question: Question::Approval { question, can_ask: true },
                person: Some(person),
                ..
            }) => {
                let (env, trace, application) = (&self.app.env, &self.incoming.trace, &self.proven.application);
                flow::ask_an_administrator(env, trace, &tenant, application, person, &question, &reason).await?;
                Ok(self.request_sent_page(&tenant, flow::fingerprint(&question, Some(person))))
            }
            step => Ok(self.asked().finish(step).await),
        }
    }

    async fn device_posted(mut self) -> Result<Answer, FlowError> {
        let form = self.incoming.form()?;
        csrf::check(&self.incoming.headers, form.sole("csrf"), &self.mark("device", b""))?;
        let so_far = self.interaction.progress.clone();
        match form.sole("decision") {
            Some("accept") => self.go_on_with(Progress { confirmed: true, ..so_far }).await,
            Some("deny") => self.declined().await,
            Some("switch") => self.go_on_with(Progress { account: None, other_account: true, ..so_far }).await,
            _ => Err(Refusal::FormNotOurs.into()),
        }
    }

    fn mark(&self, page: &str, about: &[u8]) -> String {
        csrf::mark(&self.browser, page, &self.handle, about)
    }

    /// The question that was shown, and a mark that only this page could have put on it.
    fn consent_mark(&self, fingerprint: [u8; 32]) -> String {
        format!("{}.{}", base64url::encode(fingerprint), self.mark("consent", &fingerprint))
    }

    fn address_of(&self, question: &Question) -> String {
        place_of(question, &self.handle).path()
    }

    fn place(&self) -> &Place {
        &self.proven.place
    }

    fn sign_in_address(&self) -> String {
        OwnPage::SignIn(&self.handle).path()
    }
}
