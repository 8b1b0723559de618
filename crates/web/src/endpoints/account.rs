//! What people look after themselves: the apps that they have allowed, and, for administrators, what people ask for.

mod lists;

use std::sync::Arc;

use axum::http::StatusCode;
use grantor_dialects::Parameters;
use grantor_flows::authorize::{self as flow, Consented, Stage};
use grantor_flows::{FlowError, Place, account as account_flow, authorize, backchannel, device};
use grantor_pages::{AccountPage, AllowedApp, ConsentRequests, ConsentRequestsDone, Hidden, Person, WithdrawConfirm};
use grantor_protocol::{ClientId, UserId};
use grantor_rules::Refusal;
use grantor_rules::authorize::Request;
use grantor_rules::model::{Purpose, Tenant, TenantName, User};
use grantor_rules::scopes::WantedScopes;
use grantor_storage::Finished;

use super::outcome::{Asked, brand};
use super::refused;
use crate::app::App;
use crate::cookies::{self, Browser};
use crate::csrf;
use crate::incoming::Incoming;
use crate::respond::{self, Answer, OwnPage};

/// Which of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Own,
    Requests,
}

/// The way to one's own page: whoever is signed in is sent there, everybody else signs in first.
pub async fn entrance(app: &App, incoming: &Incoming) -> Answer {
    let browser = Browser::known_or_fresh(&incoming.headers, &app.env);
    let outcome = sign_in(app, incoming, &browser, Place::Common, "/account").await;
    let mut answer = outcome.unwrap_or_else(|error| refused::page(app, incoming, &app.entra_v2, None, &error));
    if let Some(cookie) = browser.set_cookie(&app.env.public) {
        respond::add_cookie(&mut answer, &cookie);
    }
    answer
}

/// A person's own page.
pub async fn own(app: &App, incoming: &Incoming, read: Result<(), Refusal>, tenant: &str, user: &str) -> Answer {
    page(app, incoming, read, tenant, user, Which::Own).await
}

/// The administrators' page.
pub async fn requests(app: &App, incoming: &Incoming, read: Result<(), Refusal>, tenant: &str, user: &str) -> Answer {
    page(app, incoming, read, tenant, user, Which::Requests).await
}

async fn page(
    app: &App,
    incoming: &Incoming,
    read: Result<(), Refusal>,
    tenant: &str,
    user: &str,
    which: Which,
) -> Answer {
    let browser = Browser::known_or_fresh(&incoming.headers, &app.env);
    let outcome = async {
        read?;
        let Some((tenant, user)) = visitor(app, incoming, tenant, user).await? else {
            let path = if which == Which::Requests { "/account/requests" } else { "/account" };
            return sign_in(app, incoming, &browser, Place::Common, path).await;
        };
        let visit = Visit { app, incoming, browser: &browser, tenant, user, which };
        if incoming.is_post() { visit.posted().await } else { visit.show(None).await }
    };
    let outcome: Result<Answer, FlowError> = outcome.await;
    let mut answer = outcome.unwrap_or_else(|error| refused::page(app, incoming, &app.entra_v2, None, &error));
    if let Some(cookie) = browser.set_cookie(&app.env.public) {
        respond::add_cookie(&mut answer, &cookie);
    }
    answer
}

/// The person whose page it is, if they are signed in in this browser.
async fn visitor(
    app: &App,
    incoming: &Incoming,
    tenant: &str,
    user: &str,
) -> Result<Option<(Arc<Tenant>, User)>, FlowError> {
    let (Some(name), Ok(user)) = (TenantName::parse(tenant), user.parse::<UserId>()) else { return Ok(None) };
    let Some(tenant) = app.env.storage.find_tenant(&name).await? else { return Ok(None) };
    let place = Place::Tenant(Arc::clone(&tenant));
    let sessions = cookies::sessions(&incoming.headers, &app.env.public, place.authority());
    let now = app.env.now();
    let people = authorize::signed_in(&app.env, &place, &sessions).await?;
    let found = people.into_iter().find(|one| one.user.id == user && one.is_live(now) && one.user.account_enabled);
    Ok(found.map(|one| (tenant, one.user)))
}

async fn sign_in(
    app: &App,
    incoming: &Incoming,
    browser: &Browser,
    place: Place,
    path: &str,
) -> Result<Answer, FlowError> {
    let (env, trace) = (&app.env, &incoming.trace);
    let proven = flow::for_page(env, place, path).await?;
    let purpose = Purpose::Page(path.to_owned());
    let dialect = app.speaking(crate::routes::DialectName::EntraV2);
    let stage = Stage::new(env, trace, &proven.place, purpose.clone(), dialect.name(), &[], browser.digest());
    let sessions = cookies::sessions(&incoming.headers, &env.public, proven.place.authority());
    let request = Request::without_address(WantedScopes::default());
    let parameters = Parameters::default();
    let asked =
        Asked { app, incoming, dialect, proven: &proven, parameters: &parameters, purpose: &purpose, state: None };
    let (nothing, layout) = (Consented::NotAsked, dialect.layout());
    Ok(asked.finish(flow::proceed(env, trace, &proven, &request, stage, &sessions, nothing, layout).await).await)
}

/// Somebody at one of their pages.
struct Visit<'a> {
    app: &'a App,
    incoming: &'a Incoming,
    browser: &'a Browser,
    tenant: Arc<Tenant>,
    user: User,
    which: Which,
}

/// What was just done, and to which app.
enum Done {
    Approved(String),
    Rejected(String),
    Withdrawn(String),
}

impl Visit<'_> {
    fn own_page(&self) -> OwnPage<'static> {
        match self.which {
            Which::Own => OwnPage::Account(self.tenant.id, self.user.id),
            Which::Requests => OwnPage::ConsentRequests(self.tenant.id, self.user.id),
        }
    }

    fn mark(&self) -> String {
        csrf::mark_page(self.browser, "account", self.own_page().path().as_bytes())
    }

    fn hidden(&self) -> Hidden {
        Hidden { csrf: self.mark() }
    }

    fn person(&self) -> Person {
        Person { display_name: self.user.display_name.clone(), username: self.user.user_principal_name.clone() }
    }

    fn sign_out(&self) -> String {
        OwnPage::SignOut(&self.tenant.id.to_string(), &Parameters::default()).path()
    }

    async fn show(&self, done: Option<Done>) -> Result<Answer, FlowError> {
        let text = match self.which {
            Which::Own => self.own(done).await?,
            Which::Requests => self.requests(done).await?,
        };
        Ok(respond::page(StatusCode::OK, text, None))
    }

    async fn own(&self, done: Option<Done>) -> Result<String, FlowError> {
        let page = AccountPage {
            brand: brand(&self.tenant),
            person: self.person(),
            waiting: self.waiting_apps().await?,
            apps: self.allowed(false).await?,
            apps_for_everyone: self.allowed(true).await?,
            withdrawn: match done {
                Some(Done::Withdrawn(name)) => Some(name),
                _ => None,
            },
            requests: self
                .user
                .may_consent_for_administrators()
                .then(|| OwnPage::ConsentRequests(self.tenant.id, self.user.id).path()),
            sign_out: self.sign_out(),
            action: self.own_page().path(),
            hidden: self.hidden(),
        };
        Ok(page.render())
    }

    async fn requests(&self, done: Option<Done>) -> Result<String, FlowError> {
        let page = ConsentRequests {
            brand: brand(&self.tenant),
            person: self.person(),
            requests: self.waiting().await?,
            apps_for_everyone: self.allowed(true).await?,
            done: done.map(|done| match done {
                Done::Approved(name) => ConsentRequestsDone::Approved(name),
                Done::Rejected(name) => ConsentRequestsDone::Rejected(name),
                Done::Withdrawn(name) => ConsentRequestsDone::Withdrawn(name),
            }),
            sign_out: self.sign_out(),
            action: self.own_page().path(),
            hidden: self.hidden(),
        };
        Ok(page.render())
    }

    async fn posted(&self) -> Result<Answer, FlowError> {
        let form = self.incoming.form()?;
        csrf::check(&self.incoming.headers, form.sole("csrf"), &self.mark())?;
        if let Some(id) = form.sole("withdraw") {
            let id = ClientId::parse(id).map_err(|_| Refusal::FormNotOurs)?;
            return self.withdrawing(&id, form.sole("decision")).await;
        }
        if let (Which::Own, Some(id)) = (self.which, form.sole("review")) {
            return self.reviewing(id).await;
        }
        let (id, approved) = match (self.which, form.sole("approve"), form.sole("reject")) {
            (Which::Requests, Some(id), None) => (id, true),
            (Which::Requests, None, Some(id)) => (id, false),
            _ => return Err(Refusal::FormNotOurs.into()),
        };
        self.answered(id, approved).await
    }

    /// From here on it is a request like any other, which the person finds at an address of its own.
    async fn reviewing(&self, id: &str) -> Result<Answer, FlowError> {
        let (app, incoming) = (self.app, self.incoming);
        let (env, trace) = (&app.env, &incoming.trace);
        let waiting = backchannel::waiting_for(env, &self.tenant, &self.user).await?;
        let found = waiting.into_iter().find(|(digest, _)| lists::id_of(digest) == id);
        // It was answered meanwhile in another window, or its time is over: the list says how things stand.
        let Some((digest, code)) = found else { return self.show(None).await };
        trace.join(code.flow);
        let dialect = app.dialect(&code.dialect).ok_or(Refusal::InteractionGone)?;
        let proven = flow::prove_device(env, trace, Place::Tenant(Arc::clone(&self.tenant)), digest, &code).await?;
        let purpose = Purpose::Device(digest);
        let stage = Stage::new(env, trace, &proven.place, purpose.clone(), dialect.name(), &[], self.browser.digest());
        let sessions = cookies::sessions(&incoming.headers, &env.public, proven.place.authority());
        let request = device::request_of(env, &code).await?;
        let parameters = Parameters::default();
        let asked =
            Asked { app, incoming, dialect, proven: &proven, parameters: &parameters, purpose: &purpose, state: None };
        let (nothing, layout) = (Consented::NotAsked, dialect.layout());
        Ok(asked.finish(flow::proceed(env, trace, &proven, &request, stage, &sessions, nothing, layout).await).await)
    }

    async fn withdrawing(&self, id: &ClientId, decision: Option<&str>) -> Result<Answer, FlowError> {
        let for_everyone = self.which == Which::Requests;
        let app = self.allowed(for_everyone).await?.into_iter().find(|app| app.client_id == id.as_str());
        // It was withdrawn meanwhile in another window, or never there.
        let Some(app) = app else { return self.show(None).await };
        match decision {
            Some("accept") => {
                let (env, trace) = (&self.app.env, &self.incoming.trace);
                account_flow::withdraw(env, trace, &self.tenant, &self.user, id, for_everyone).await?;
                self.show(Some(Done::Withdrawn(app.application.name))).await
            }
            Some(_) => self.show(None).await,
            None => Ok(self.really(app, for_everyone)),
        }
    }

    fn really(&self, app: AllowedApp, for_everyone: bool) -> Answer {
        let page = WithdrawConfirm {
            brand: brand(&self.tenant),
            app,
            for_everyone,
            action: self.own_page().path(),
            hidden: self.hidden(),
        };
        respond::page(StatusCode::OK, page.render(), None)
    }

    async fn answered(&self, id: &str, approved: bool) -> Result<Answer, FlowError> {
        let name = self.waiting().await?.into_iter().find(|one| one.id == id).map(|one| one.application.name);
        let id = id.parse().map_err(|_| Refusal::FormNotOurs)?;
        let (env, trace) = (&self.app.env, &self.incoming.trace);
        let finished = account_flow::answer_request(env, trace, &self.tenant, &self.user, id, approved).await?;
        let done = match (name, finished) {
            (Some(name), Finished::Now) if approved => Some(Done::Approved(name)),
            (Some(name), Finished::Now) => Some(Done::Rejected(name)),
            // Another administrator was faster: the list says how things stand.
            _ => None,
        };
        self.show(done).await
    }
}
