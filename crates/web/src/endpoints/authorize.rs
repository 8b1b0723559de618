//! The authorization endpoint.

use std::sync::Arc;

use grantor_dialects::{Dialect, IssuedCode, Parameters};
use grantor_flows::authorize::{self as flow, Consented, Proven, Stage, Step};
use grantor_flows::{Event, FlowError};
use grantor_protocol::response::ResponseMode;
use grantor_protocol::{Handle, UserId};
use grantor_rules::Refusal;
use grantor_rules::authorize::Question;
use grantor_rules::model::Tenant;

use super::{refused, tenant};
use crate::app::App;
use crate::cookies::{self, Browser};
use crate::incoming::Incoming;
use crate::respond::{self, Answer, Destination, OwnPage};

pub async fn handle(app: &App, incoming: &Incoming, read: Result<(), Refusal>, asked_tenant: &str) -> Answer {
    let browser =
        Browser::of(&incoming.headers, &app.env.public).unwrap_or_else(|| Browser::fresh(app.env.entropy.bytes()));
    let mut answer = match start(app, incoming, read, asked_tenant, &browser).await {
        Ok(answer) => answer,
        Err((tenant, error)) => refused::page(app, incoming, tenant.as_deref(), &error),
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
    asked_tenant: &str,
    browser: &Browser,
) -> Result<Answer, (Option<Arc<Tenant>>, FlowError)> {
    let env = &app.env;
    let dialect: &dyn Dialect = &app.entra_v2;
    let tenant = tenant(env, asked_tenant).await.map_err(|error| (None, error))?;
    let at_tenant = |error: FlowError| (Some(Arc::clone(&tenant)), error);
    read.map_err(|refusal| at_tenant(refusal.into()))?;
    let parameters = if incoming.is_post() { incoming.form() } else { incoming.query() };
    let parameters = parameters.map_err(|refusal| at_tenant(refusal.into()))?;
    let identified = dialect.identify(&parameters).map_err(|refusal| at_tenant(refusal.into()))?;
    let proven = flow::prove(
        env,
        &incoming.trace,
        Arc::clone(&tenant),
        &identified.client_id,
        identified.redirect_uri.as_ref(),
        dialect.built_in_redirects(),
    )
    .await
    .map_err(&at_tenant)?;
    let stage = Stage::New { dialect: dialect.name(), parameters: parameters.pairs(), browser: browser.digest() };
    let session = cookies::session(&incoming.headers, &env.public, tenant.id);
    Ok(proceed(app, incoming, dialect, &proven, &parameters, stage, session.as_ref(), &Consented::NotAsked).await)
}

/// Takes a proven request as far as it can go. From here on what is wrong goes back to the application.
#[expect(
    clippy::too_many_arguments,
    reason = "the request with everything that is known of it; both callers have just these"
)]
pub async fn proceed(
    app: &App,
    incoming: &Incoming,
    dialect: &dyn Dialect,
    proven: &Proven,
    parameters: &Parameters,
    stage: Stage<'_>,
    session: Option<&Handle>,
    consented: &Consented,
) -> Answer {
    let session = session.map(Handle::digest);
    let step = match dialect.parse_authorize(parameters) {
        Ok(request) => {
            flow::proceed(&app.env, &incoming.trace, proven, &request, stage, session.as_ref(), consented).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    match step {
        Ok(Step::Issued { code, user, sid }) => answer_with_code(app, dialect, proven, parameters, &code, user, sid),
        Ok(Step::Ask { question: Question::Consent(_), handle, .. }) => {
            respond::send_browser(&app.env.public, &Destination::Own(OwnPage::Consent(&handle)))
        }
        Ok(Step::Ask { question: Question::Account(_) | Question::SignIn { .. }, handle, .. }) => {
            respond::send_browser(&app.env.public, &Destination::Own(OwnPage::SignIn(&handle)))
        }
        Err(error) => refuse(app, incoming, dialect, proven, parameters, error),
    }
}

/// Sends a code to the application.
pub fn answer_with_code(
    app: &App,
    dialect: &dyn Dialect,
    proven: &Proven,
    parameters: &Parameters,
    code: &Handle,
    user: UserId,
    sid: String,
) -> Answer {
    let issued = IssuedCode { tenant: proven.tenant.id, user, code: code.secret().clone(), session_state: sid };
    back_to_application(app, dialect, proven, parameters, dialect.authorize_success(parameters, &issued))
}

/// A refusal goes back to the application, unless it is for the person's eyes alone; trouble of ours is shown on a page.
pub fn refuse(
    app: &App,
    incoming: &Incoming,
    dialect: &dyn Dialect,
    proven: &Proven,
    parameters: &Parameters,
    error: FlowError,
) -> Answer {
    match error {
        FlowError::Refused(refusal) if !dialect.stays_on_a_page(&refusal) => {
            app.env.record(&incoming.trace, Event::refused(&refusal));
            let answer = dialect.authorize_refusal(&refusal, proven.tenant.id, &incoming.ids());
            back_to_application(app, dialect, proven, parameters, answer)
        }
        error => refused::page(app, incoming, Some(&proven.tenant), &error),
    }
}

fn back_to_application(
    app: &App,
    dialect: &dyn Dialect,
    proven: &Proven,
    parameters: &Parameters,
    mut answer: Vec<(&'static str, String)>,
) -> Answer {
    let (mode, state): (ResponseMode, Option<String>) = dialect.way_back(parameters);
    if let Some(state) = state {
        answer.push(("state", state));
    }
    let application = proven.application.display_name.as_str();
    respond::send_browser(
        &app.env.public,
        &Destination::Application { redirect: &proven.redirect, mode, parameters: &answer, application },
    )
}
