//! The authorization endpoint, and the one at which an administrator is asked to allow something for everyone.

use std::sync::Arc;

use grantor_dialects::{Dialect, Parameters};
use grantor_flows::authorize::{self as flow, Consented, Proven, Stage};
use grantor_flows::{FlowError, Place};
use grantor_rules::Refusal;
use grantor_rules::authorize::{Request, came_as_registered};
use grantor_rules::model::{Purpose, Tenant};

use super::arrived::{Arrived, arrived};
use super::outcome::Asked;
use super::{place, refused};
use crate::app::App;
use crate::cookies::{self, Browser};
use crate::incoming::Incoming;
use crate::rehearsals::At;
use crate::respond::{self, Answer};
use crate::routes::DialectName;

pub async fn handle(
    app: &App,
    incoming: &Incoming,
    read: Result<(), Refusal>,
    dialect: DialectName,
    tenant: &str,
) -> Answer {
    entered(app, incoming, read, dialect, tenant, Purpose::Authorize).await
}

pub async fn admin_consent(
    app: &App,
    incoming: &Incoming,
    read: Result<(), Refusal>,
    dialect: DialectName,
    tenant: &str,
) -> Answer {
    entered(app, incoming, read, dialect, tenant, Purpose::AdminConsent).await
}

async fn entered(
    app: &App,
    incoming: &Incoming,
    read: Result<(), Refusal>,
    dialect: DialectName,
    asked_tenant: &str,
    purpose: Purpose,
) -> Answer {
    let browser = Browser::known_or_fresh(&incoming.headers, &app.env);
    let mut answer = match start(app, incoming, read, dialect, asked_tenant, purpose, &browser).await {
        Ok(answer) => answer,
        Err((tenant, error)) => refused::page(app, incoming, app.speaking(dialect), tenant.as_deref(), &error),
    };
    if let Some(cookie) = browser.set_cookie(&app.env.public) {
        respond::add_cookie(&mut answer, &cookie);
    }
    answer
}

/// Until the application and its redirect address are proven, what is wrong is shown on a page.
async fn start(
    app: &App,
    incoming: &Incoming,
    read: Result<(), Refusal>,
    dialect: DialectName,
    asked_tenant: &str,
    purpose: Purpose,
    browser: &Browser,
) -> Result<Answer, (Option<Arc<Tenant>>, FlowError)> {
    let env = &app.env;
    let (spoken, dialect) = (dialect, app.speaking(dialect));
    let place = place(env, dialect, asked_tenant).await.map_err(|error| (None, error))?;
    let tenant = place.tenant().cloned();
    let at_tenant = |error: FlowError| (tenant.clone(), error);
    read.map_err(|refusal| at_tenant(refusal.into()))?;
    let sent = if incoming.is_post() { incoming.form() } else { incoming.query() };
    let sent = sent.map_err(|refusal| at_tenant(refusal.into()))?;
    let Arrived { parameters, arrival, pushed } = match arrived(app, spoken, &place, &sent).await {
        Ok(arrived) => arrived,
        Err(error) => return unread(app, incoming, dialect, place, &sent, error).await.map_err(&at_tenant),
    };
    let proven = prove(app, incoming, dialect, &parameters, place).await.map_err(&at_tenant)?;
    let stage = Stage::new(
        env,
        &incoming.trace,
        &proven.place,
        purpose.clone(),
        dialect.name(),
        parameters.pairs(),
        browser.digest(),
    )
    .pushed(pushed);
    let sessions = cookies::sessions(&incoming.headers, &env.public, proven.place.authority());
    let asked =
        Asked { app, incoming, dialect, proven: &proven, parameters: &parameters, purpose: &purpose, state: None };
    if asked.way_back().signed {
        flow::can_be_signed(env, &proven.application).await.map_err(&at_tenant)?;
    }
    let rehearsed = app.rehearsed(&proven.application.client_id, At::Authorize);
    let comes_well = || match purpose {
        Purpose::Authorize => came_as_registered(&proven.application, arrival),
        Purpose::AdminConsent | Purpose::Device(_) | Purpose::Page(_) => Ok(()),
    };
    let request = match rehearsed.and_then(|()| comes_well()).and_then(|()| asked.request()) {
        Ok(request) => request,
        Err(refusal) => return Ok(asked.refuse(refusal.into()).await),
    };
    let step =
        flow::proceed(env, &incoming.trace, &proven, &request, stage, &sessions, Consented::NotAsked, dialect.layout());
    Ok(asked.finish(step.await).await)
}

/// A request whose meaning cannot be read goes back to where it says outside, if that is an address of the application.
async fn unread(
    app: &App,
    incoming: &Incoming,
    dialect: &dyn Dialect,
    place: Place,
    sent: &Parameters,
    error: FlowError,
) -> Result<Answer, FlowError> {
    match prove(app, incoming, dialect, sent, place).await {
        Ok(proven) => {
            let purpose = &Purpose::Authorize;
            let asked = Asked { app, incoming, dialect, proven: &proven, parameters: sent, purpose, state: None };
            Ok(asked.refuse(error).await)
        }
        Err(_) => Err(error),
    }
}

/// Proves who asks and where the answer goes.
pub async fn prove(
    app: &App,
    incoming: &Incoming,
    dialect: &dyn Dialect,
    parameters: &Parameters,
    place: Place,
) -> Result<Proven, FlowError> {
    let identified = dialect.identify(parameters)?;
    flow::prove(
        &app.env,
        &incoming.trace,
        place,
        &identified.client_id,
        identified.redirect_uri.as_ref(),
        dialect.built_in_redirects(),
    )
    .await
}

/// The request as its dialect reads it.
pub fn parsed(dialect: &dyn Dialect, parameters: &Parameters, purpose: &Purpose) -> Result<Request, Refusal> {
    match purpose {
        Purpose::AdminConsent => dialect.parse_admin_consent(parameters),
        Purpose::Authorize | Purpose::Device(_) | Purpose::Page(_) => dialect.parse_authorize(parameters),
    }
}
