//! What a flow has come to, as an answer to the browser: the application's answer, the next page, or a refusal.

use axum::http::StatusCode;
use grantor_dialects::oidc::session;
use grantor_dialects::{Authorized, Dialect, Parameters, WayBack};
use grantor_flows::authorize::{self as flow, AnswerTo, Issued, Proven, Step};
use grantor_flows::{Event, FlowError};
use grantor_jose::base64url;
use grantor_pages::{Brand, DeviceDone, ElsewhereDone};
use grantor_protocol::response::ResponseMode;
use grantor_protocol::{Handle, UserId};
use grantor_rules::Refusal;
use grantor_rules::authorize::{Question, Request};
use grantor_rules::client::RegisteredRedirect;
use grantor_rules::model::{Purpose, Tenant};
use grantor_rules::scopes::SignInScope;

use super::authorize::parsed;
use super::refused;
use crate::app::App;
use crate::cookies::BrowserState;
use crate::incoming::Incoming;
use crate::respond::{self, Answer, Destination, OwnPage};

/// A request that is being answered.
pub struct Asked<'a> {
    pub app: &'a App,
    pub incoming: &'a Incoming,
    pub dialect: &'a dyn Dialect,
    pub proven: &'a Proven,
    pub parameters: &'a Parameters,
    pub purpose: &'a Purpose,
    /// The browser's state from now on, where somebody has just signed in.
    pub state: Option<BrowserState>,
}

impl Asked<'_> {
    /// The request as its dialect reads it.
    pub fn request(&self) -> Result<Request, Refusal> {
        parsed(self.dialect, self.parameters, self.purpose)
    }

    /// Sends the browser on. What is asked on a page is shown at that page's own address.
    pub async fn finish(&self, step: Result<Step, FlowError>) -> Answer {
        match step {
            Ok(Step::Issued(issued)) => self.issued(*issued).await,
            Ok(Step::AllowedForEveryone { tenant, question }) => {
                let answer = self.dialect.admin_consent_success(&question, tenant.id);
                self.to_application(answer).await
            }
            Ok(Step::DeviceApproved) => self.device_done(),
            Ok(Step::Visit { tenant, user, path }) if path.ends_with("/requests") => {
                self.go(OwnPage::ConsentRequests(tenant.id, user))
            }
            Ok(Step::Visit { tenant, user, .. }) => self.go(OwnPage::Account(tenant.id, user)),
            Ok(Step::Ask { question, handle, .. }) => self.go(place_of(&question, &handle)),
            Err(error) => self.refuse(error).await,
        }
    }

    fn go(&self, page: OwnPage<'_>) -> Answer {
        respond::send_browser(&self.app.env.public, &Destination::Own(page))
    }

    async fn issued(&self, issued: Issued) -> Answer {
        let (session_state, state) = self.session_state(issued.sid);
        let authorized = Authorized {
            tenant: issued.tenant.id,
            user: issued.user,
            code: issued.code.map(|code| code.secret().clone()),
            id_token: issued.id_token,
            access_token: issued.access_token,
            session_state,
        };
        let mut answer = self.to_application(self.dialect.authorize_success(self.parameters, &authorized)).await;
        if let Some(cookie) = state.and_then(|state| state.set_cookie(&self.app.env.public)) {
            respond::add_cookie(&mut answer, &cookie);
        }
        answer
    }

    /// What `session_state` says, and the browser's state if it is to be kept from now on.
    fn session_state(&self, sid: String) -> (String, Option<BrowserState>) {
        if !self.dialect.lets_ask_about_sessions() {
            return (sid, None);
        }
        let asks_who = self.request().is_ok_and(|request| request.wanted.signs_in_with(SignInScope::OpenId));
        let Some(redirect) = self.proven.redirect().filter(|_| asks_who) else { return (String::new(), None) };
        let env = &self.app.env;
        let state = self.state.clone();
        let state = state.unwrap_or_else(|| BrowserState::known_or_fresh(&self.incoming.headers, env));
        let salt = base64url::encode(env.entropy.bytes::<16>());
        let hash = session::state(&self.proven.application.client_id, redirect.uri(), state.value(), &salt);
        let kept = hash.is_some().then_some(state);
        (hash.unwrap_or_default(), kept)
    }

    fn device_done(&self) -> Answer {
        if let AnswerTo::Device { awaits: Some(person), .. } = self.proven.answer {
            return self.elsewhere_done(person, true);
        }
        let page = DeviceDone { brand: self.brand(), application_name: self.proven.application.display_name.clone() };
        respond::page(StatusCode::OK, page.render(), None)
    }

    /// How the question of an application that waits elsewhere ended.
    pub fn elsewhere_done(&self, person: UserId, approved: bool) -> Answer {
        let page = ElsewhereDone {
            brand: self.brand(),
            application_name: self.proven.application.display_name.clone(),
            approved,
            account: OwnPage::Account(self.proven.keeper.id, person).path(),
        };
        respond::page(StatusCode::OK, page.render(), None)
    }

    /// Whose page it is, where the address names one tenant.
    pub fn brand(&self) -> Option<Brand> {
        self.proven.place.tenant().map(|tenant| brand(tenant))
    }

    /// A refusal goes back to the application, unless it is for the person's eyes alone; trouble of ours is shown on a page.
    pub async fn refuse(&self, error: FlowError) -> Answer {
        match (error, self.proven.redirect()) {
            (FlowError::Refused(refusal), Some(_)) if !self.dialect.stays_on_a_page(&refusal) => {
                self.app.env.record(&self.incoming.trace, Event::refused(&refusal));
                let (tenant, ids) = (self.proven.keeper.id, self.incoming.ids());
                let answer = match self.purpose {
                    Purpose::AdminConsent => self.dialect.admin_consent_refusal(&refusal, tenant, &ids),
                    _ => self.dialect.authorize_refusal(&refusal, tenant, &ids),
                };
                self.to_application(answer).await
            }
            (error, _) => {
                let tenant = self.proven.place.tenant().map(|tenant| &**tenant);
                refused::page(self.app, self.incoming, self.dialect, tenant, &error)
            }
        }
    }

    async fn to_application(&self, mut answer: Vec<(&'static str, String)>) -> Answer {
        let Some(redirect) = self.proven.redirect() else { return self.nowhere() };
        let WayBack { mode, signed, state } = self.way_back();
        answer.extend(state.map(|state| ("state", state)));
        if signed {
            match flow::signed_answer(&self.app.env, &self.proven.application, &answer).await {
                Ok(token) => answer = vec![("response", token.expose().to_owned())],
                Err(error) => return refused::page(self.app, self.incoming, self.dialect, None, &error),
            }
        }
        send(self.app, redirect, mode, &answer, &self.proven.application.display_name)
    }

    pub fn way_back(&self) -> WayBack {
        let asked = self.dialect.way_back(self.parameters);
        match self.purpose {
            // Source: entra-dialect 12.4: always a query redirect.
            Purpose::AdminConsent => WayBack { mode: ResponseMode::Query, signed: false, ..asked },
            _ => asked,
        }
    }

    fn nowhere(&self) -> Answer {
        let error = FlowError::Failed { what: "an answer was to go to an address that is none".to_owned() };
        refused::page(self.app, self.incoming, self.dialect, None, &error)
    }
}

fn send(
    app: &App,
    redirect: &RegisteredRedirect,
    mode: ResponseMode,
    parameters: &[(&'static str, String)],
    application: &str,
) -> Answer {
    respond::send_browser(&app.env.public, &Destination::Application { redirect, mode, parameters, application })
}

/// Whose page it is.
pub fn brand(tenant: &Tenant) -> Brand {
    Brand { tenant_name: tenant.display_name.clone() }
}

/// The page on which a question is asked.
pub const fn place_of<'a>(question: &Question, handle: &'a Handle) -> OwnPage<'a> {
    match question {
        Question::SignIn { .. } | Question::Account(_) => OwnPage::SignIn(handle),
        Question::Consent(_) | Question::Approval { .. } => OwnPage::Consent(handle),
        Question::Device => OwnPage::Device(handle),
    }
}
