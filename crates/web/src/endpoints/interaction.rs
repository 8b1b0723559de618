//! The pages on which a waiting request asks its person something.
//!
//! Each page finds the request again, lets its dialect read it again and asks the flow what is due now. What is due is shown;
//! what is due elsewhere is a redirect there; nothing due is the answer to the application.

use axum::http::StatusCode;
use grantor_dialects::{Dialect, Parameters};
use grantor_flows::authorize::{self as flow, Consented, Proven, Stage, Step};
use grantor_flows::{Event, FlowError, sign_in as sign_in_flow};
use grantor_jose::base64url;
use grantor_pages::{
    Account, AccountPicker, Application, Brand, Consent, Hidden, Permission, Person, Risk, SignIn, SignInError,
};
use grantor_protocol::{Handle, HandleKind, Secret, UserId};
use grantor_rules::Refusal;
use grantor_rules::authorize::{Question, SignedIn};
use grantor_rules::consent::ConsentQuestion;
use grantor_rules::model::{Interaction, Progress, TenantName};

use super::authorize::{proceed, refuse};
use super::refused;
use crate::app::App;
use crate::cookies::{self, Browser};
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
    session: Option<Handle>,
}

/// Account picker and sign-in.
pub async fn sign_in(app: &App, incoming: &Incoming, read: Result<(), Refusal>, handle: &str) -> Answer {
    let outcome = async {
        let waiting = Waiting::find(app, incoming, handle).await?;
        read?;
        if incoming.is_post() { waiting.sign_in_posted().await } else { Ok(waiting.show().await) }
    };
    outcome.await.unwrap_or_else(|error| refused::page(app, incoming, None, &error))
}

/// Consent.
pub async fn consent(app: &App, incoming: &Incoming, read: Result<(), Refusal>, handle: &str) -> Answer {
    let outcome = async {
        let waiting = Waiting::find(app, incoming, handle).await?;
        read?;
        if incoming.is_post() { waiting.consent_posted().await } else { Ok(waiting.show().await) }
    };
    outcome.await.unwrap_or_else(|error| refused::page(app, incoming, None, &error))
}

impl<'a> Waiting<'a> {
    async fn find(app: &'a App, incoming: &'a Incoming, handle: &str) -> Result<Self, FlowError> {
        let handle = Handle::parse(HandleKind::Interaction, handle).map_err(|_| Refusal::InteractionGone)?;
        let browser = Browser::of(&incoming.headers, &app.env.public);
        let digest = browser.as_ref().map(Browser::digest);
        let interaction = flow::waiting(&app.env, &incoming.trace, &handle, digest).await?;
        let browser = browser.ok_or(Refusal::BrowserDiffers)?;
        let dialect = app.dialect(&interaction.dialect).ok_or(Refusal::InteractionGone)?;
        let parameters = Parameters::from_pairs(interaction.parameters.clone());
        let identified = dialect.identify(&parameters)?;
        let tenant = grantor_flows::find_tenant(&app.env, &TenantName::Id(handle.tenant())).await?;
        let session = cookies::session(&incoming.headers, &app.env.public, tenant.id);
        let proven = flow::prove(
            &app.env,
            &incoming.trace,
            tenant,
            &identified.client_id,
            identified.redirect_uri.as_ref(),
            dialect.built_in_redirects(),
        )
        .await?;
        Ok(Self { app, incoming, browser, handle, interaction, dialect, parameters, proven, session })
    }

    fn stage(&self) -> Stage<'_> {
        Stage::Waiting { handle: &self.handle, interaction: &self.interaction }
    }

    /// Asks the flow what is due, and shows it if this address is its place.
    async fn show(&self) -> Answer {
        let request = match self.dialect.parse_authorize(&self.parameters) {
            Ok(request) => request,
            Err(refusal) => return self.refuse(refusal.into()),
        };
        let session = self.session.as_ref().map(Handle::digest);
        let step = flow::proceed(
            &self.app.env,
            &self.incoming.trace,
            &self.proven,
            &request,
            self.stage(),
            session.as_ref(),
            &Consented::NotAsked,
        )
        .await;
        match step {
            Ok(Step::Ask { question: Question::SignIn { name }, people, .. }) => {
                self.sign_in_page(name.unwrap_or_default(), None, !people.is_empty())
            }
            Ok(Step::Ask { question: Question::Account(ids), people, .. }) => self.picker_page(&ids, &people),
            Ok(Step::Ask { question: Question::Consent(question), people, person, .. }) => {
                self.consent_page(&question, &people, person)
            }
            // It was answered meanwhile in another window: the answer goes out from here.
            Ok(Step::Issued { .. }) | Err(_) => self.finish(step),
        }
    }

    fn finish(&self, step: Result<Step, FlowError>) -> Answer {
        match step {
            Ok(Step::Issued { code, user, sid }) => super::authorize::answer_with_code(
                self.app,
                self.dialect,
                &self.proven,
                &self.parameters,
                &code,
                user,
                sid,
            ),
            Ok(Step::Ask { question: Question::Consent(_), handle, .. }) => self.go(OwnPage::Consent(&handle)),
            Ok(Step::Ask { handle, .. }) => self.go(OwnPage::SignIn(&handle)),
            Err(error) => self.refuse(error),
        }
    }

    fn go(&self, page: OwnPage<'_>) -> Answer {
        respond::send_browser(&self.app.env.public, &respond::Destination::Own(page))
    }

    fn refuse(&self, error: FlowError) -> Answer {
        refuse(self.app, self.incoming, self.dialect, &self.proven, &self.parameters, error)
    }

    async fn proceed(&self, session: Option<&Handle>, consented: &Consented) -> Answer {
        proceed(self.app, self.incoming, self.dialect, &self.proven, &self.parameters, self.stage(), session, consented)
            .await
    }

    // What the person sends.

    async fn sign_in_posted(mut self) -> Result<Answer, FlowError> {
        let form = self.incoming.form()?;
        if csrf::check(&self.incoming.headers, form.sole("csrf"), &self.mark("sign-in", b"")).is_err() {
            return Ok(self.sign_in_page(
                form.sole("username").unwrap_or_default().to_owned(),
                Some(SignInError::PageExpired),
                false,
            ));
        }
        if let Some(id) = form.sole("pick") {
            let account: UserId = id.parse().map_err(|_| Refusal::FormNotOurs)?;
            return self.go_on_with(Progress { account: Some(account), other_account: false }).await;
        }
        if form.sole("use-another").is_some() || form.sole("decision") == Some("switch") {
            return self
                .go_on_with(Progress { account: None, other_account: form.sole("use-another").is_some() })
                .await;
        }
        self.password_posted(&form).await
    }

    async fn go_on_with(&mut self, progress: Progress) -> Result<Answer, FlowError> {
        flow::note_progress(&self.app.env, &self.handle, &progress).await?;
        self.interaction.progress = progress;
        Ok(self.proceed(self.session.as_ref(), &Consented::NotAsked).await)
    }

    async fn password_posted(&mut self, form: &Parameters) -> Result<Answer, FlowError> {
        let name = form.optional("username", 320)?.unwrap_or_default().to_owned();
        let Some(password) = form.optional("password", 1024)?.filter(|_| !name.is_empty()) else {
            return Ok(self.sign_in_page(name, Some(SignInError::Incomplete), false));
        };
        let old = self.session.as_ref().map(Handle::digest);
        let env = &self.app.env;
        let signed_in = sign_in_flow::with_password(
            env,
            &self.incoming.trace,
            &self.proven.tenant,
            &name,
            &Secret::new(password),
            old,
            &self.handle,
        )
        .await;
        match signed_in {
            Ok(now) => {
                self.interaction.progress = now.progress;
                let mut answer = self.proceed(Some(&now.session), &Consented::NotAsked).await;
                respond::add_cookie(&mut answer, &cookies::set_session(&now.session, &env.public));
                Ok(answer)
            }
            Err(FlowError::Refused(refusal)) => {
                env.record(&self.incoming.trace, Event::refused(&refusal));
                let error = match refusal {
                    Refusal::UserDisabled => SignInError::AccountDisabled,
                    _ => SignInError::Mismatch,
                };
                Ok(self.sign_in_page(name, Some(error), false))
            }
            Err(error) => Err(error),
        }
    }

    async fn consent_posted(mut self) -> Result<Answer, FlowError> {
        let form = self.incoming.form()?;
        let shown = form.sole("csrf").and_then(|mark| mark.split_once('.'));
        let fingerprint = shown.and_then(|(fingerprint, _)| base64url::decode(fingerprint).ok()?.try_into().ok());
        let Some(fingerprint): Option<[u8; 32]> = fingerprint else { return Err(Refusal::FormNotOurs.into()) };
        csrf::check(&self.incoming.headers, form.sole("csrf"), &self.consent_mark(fingerprint))?;
        match form.sole("decision") {
            Some("accept") => Ok(self.proceed(self.session.as_ref(), &Consented::Yes(fingerprint)).await),
            Some("deny") => match flow::decline(&self.app.env, &self.handle).await {
                Err(error) => Ok(self.refuse(error)),
                Ok(never) => match never {},
            },
            Some("switch") => self.go_on_with(Progress { account: None, other_account: true }).await,
            _ => Err(Refusal::FormNotOurs.into()),
        }
    }

    // What the person sees.

    fn mark(&self, page: &str, about: &[u8]) -> String {
        csrf::mark(&self.browser, page, &self.handle, about)
    }

    /// The question that was shown, and a mark that only this page could have put on it.
    fn consent_mark(&self, fingerprint: [u8; 32]) -> String {
        format!("{}.{}", base64url::encode(fingerprint), self.mark("consent", &fingerprint))
    }

    fn brand(&self) -> Brand {
        Brand { tenant_name: self.proven.tenant.display_name.clone() }
    }

    fn page(&self, text: String) -> Answer {
        respond::page(StatusCode::OK, text, Some(self.proven.redirect.uri()))
    }

    fn sign_in_page(&self, username: String, error: Option<SignInError>, switch_account: bool) -> Answer {
        let page = SignIn {
            brand: Some(self.brand()),
            application_name: Some(self.proven.application.display_name.clone()),
            username,
            error,
            action: OwnPage::SignIn(&self.handle).path(),
            hidden: Hidden { csrf: self.mark("sign-in", b"") },
            switch_account,
        };
        self.page(page.render())
    }

    fn picker_page(&self, ids: &[UserId], people: &[SignedIn]) -> Answer {
        let account = |one: &SignedIn| Account {
            user_id: one.user.id.to_string(),
            display_name: one.user.display_name.clone(),
            username: one.user.user_principal_name.clone(),
        };
        let page = AccountPicker {
            brand: Some(self.brand()),
            application_name: self.proven.application.display_name.clone(),
            accounts: people.iter().filter(|one| ids.contains(&one.user.id)).map(account).collect(),
            action: OwnPage::SignIn(&self.handle).path(),
            hidden: Hidden { csrf: self.mark("sign-in", b"") },
        };
        self.page(page.render())
    }

    fn consent_page(&self, question: &ConsentQuestion, people: &[SignedIn], person: Option<UserId>) -> Answer {
        let user = people.iter().map(|one| &one.user).find(|user| Some(user.id) == person);
        let permission = |one: &grantor_rules::consent::PermissionAsked| Permission {
            words: one.words.clone(),
            technical: format!("{} · {}", one.api_name, one.value),
            description: one.description.clone(),
            risk: if one.for_administrators { Risk::High } else { Risk::Low },
            administrators_only: one.for_administrators,
            as_application: false,
        };
        let page = Consent {
            brand: self.brand(),
            application: Application {
                name: self.proven.application.display_name.clone(),
                publisher: self.proven.tenant.display_name.clone(),
                publisher_tenant_domain: None,
                publisher_is_this_tenant: self.proven.application.publisher == self.proven.tenant.id,
                privacy_uri: None,
                terms_uri: None,
            },
            permissions: question.permissions.iter().map(permission).collect(),
            person: Person {
                display_name: user.map(|user| user.display_name.clone()).unwrap_or_default(),
                username: user.map(|user| user.user_principal_name.clone()).unwrap_or_default(),
            },
            for_everyone: false,
            organization_choice: false,
            action: OwnPage::Consent(&self.handle).path(),
            hidden: Hidden { csrf: self.consent_mark(flow::fingerprint(question, person)) },
        };
        self.page(page.render())
    }
}
