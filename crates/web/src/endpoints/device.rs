//! Device codes: where a program gets one, and where its person types what it shows (RFC 8628 §3.1 to §3.3).

use axum::http::StatusCode;
use grantor_dialects::{Dialect, IssuedDeviceCode, Reply};
use grantor_flows::authorize::{self as flow, Consented, Stage};
use grantor_flows::device::Asker;
use grantor_flows::place::again;
use grantor_flows::{Event, FlowError, device as device_flow};
use grantor_pages::{DeviceCodeEntry, DeviceCodeError, Facts, Hidden};
use grantor_protocol::HandleDigest;
use grantor_rules::Refusal;
use grantor_rules::authorize::Request;
use grantor_rules::model::{DeviceCode, Purpose, UserCode};

use super::outcome::Asked;
use super::{log_failure, place, refused};
use crate::app::App;
use crate::cookies::{self, Browser};
use crate::csrf;
use crate::incoming::Incoming;
use crate::rehearsals::At;
use crate::respond::{self, Answer};
use crate::routes::DialectName;

/// The address at which people type what a device shows.
const ENTRY: &str = "/device";

/// Where a program gets a device code.
pub async fn begin(
    app: &App,
    incoming: &Incoming,
    read: Result<(), Refusal>,
    dialect: DialectName,
    asked_tenant: &str,
) -> Answer {
    let dialect = app.speaking(dialect);
    let ids = incoming.ids();
    let reply = match begun(app, incoming, read, asked_tenant, dialect).await {
        Ok(reply) => reply,
        Err(FlowError::Refused(refusal)) => {
            app.env.record(&incoming.trace, Event::refused(&refusal));
            dialect.token_refusal(&refusal, &ids)
        }
        Err(error) => {
            log_failure(&incoming.trace, &error);
            dialect.token_fault(error.retry_after(), &ids)
        }
    };
    super::token::answer(incoming, &reply)
}

async fn begun(
    app: &App,
    incoming: &Incoming,
    read: Result<(), Refusal>,
    asked_tenant: &str,
    dialect: &dyn Dialect,
) -> Result<Reply, FlowError> {
    let env = &app.env;
    if !incoming.is_post() {
        return Err(incoming.not_post().into());
    }
    let place = place(env, dialect, asked_tenant).await?;
    read?;
    let parameters = incoming.form()?;
    let call = incoming.token_call(app, &parameters);
    let asked = dialect.parse_device(&call)?;
    app.rehearsed(&asked.client_id, At::Token)?;
    let (trace, name) = (&incoming.trace, dialect.name());
    let by = Asker { client_id: &asked.client_id, caller: asked.caller.as_ref(), layout: dialect.layout() };
    let asked = asked.asked.map(|asked| (asked.wanted, asked.terms));
    let begun = device_flow::begin(env, trace, &place, name, by, asked).await?;
    Ok(dialect.device_success(&IssuedDeviceCode {
        device_code: begun.device_code.secret().clone(),
        user_code: begun.user_code.shown(),
        verification_uri: env.public.at(ENTRY),
        expires_in: env.settings.device_code_lifetime,
        interval: env.settings.device_code_interval,
    }))
}

/// Where a person types what a device shows.
pub async fn enter(app: &App, incoming: &Incoming, read: Result<(), Refusal>) -> Answer {
    let browser = Browser::known_or_fresh(&incoming.headers, &app.env);
    let outcome = async {
        read?;
        if incoming.is_post() { typed(app, incoming, &browser).await } else { Ok(blank(app, incoming, &browser)) }
    };
    let outcome: Result<Answer, FlowError> = outcome.await;
    let mut answer = outcome.unwrap_or_else(|error| refused::page(app, incoming, &app.entra_v2, None, &error));
    if let Some(cookie) = browser.set_cookie(&app.env.public) {
        respond::add_cookie(&mut answer, &cookie);
    }
    answer
}

fn blank(_: &App, incoming: &Incoming, browser: &Browser) -> Answer {
    let named = incoming.query().ok().and_then(|query| query.sole("user_code").and_then(UserCode::parse));
    entry(browser, named.map(|code| code.shown()).unwrap_or_default(), None)
}

fn entry(browser: &Browser, user_code: String, error: Option<(DeviceCodeError, Option<Facts>)>) -> Answer {
    let (error, facts) = error.map_or((None, None), |(error, facts)| (Some(error), facts));
    let page = DeviceCodeEntry {
        brand: None,
        user_code,
        error,
        facts,
        action: ENTRY.to_owned(),
        hidden: Hidden { csrf: csrf::mark_page(browser, "device", b"") },
    };
    respond::page(StatusCode::OK, page.render(), None)
}

async fn typed(app: &App, incoming: &Incoming, browser: &Browser) -> Result<Answer, FlowError> {
    let form = incoming.form()?;
    let text = form.optional("user-code", 80)?.unwrap_or_default().to_owned();
    let expected = csrf::mark_page(browser, "device", b"");
    if csrf::check(&incoming.headers, form.sole("csrf"), &expected).is_err() {
        return Ok(entry(browser, text, Some((DeviceCodeError::PageExpired, None))));
    }
    if !app.device_tries.may_try(app.env.now()) {
        return Ok(entry(browser, text, Some((DeviceCodeError::TooManyAttempts, None))));
    }
    let found = match UserCode::parse(&text) {
        None if text.trim().is_empty() => Err(Refusal::UserCodeMissing.into()),
        Some(code) => device_flow::of_user_code(&app.env, &incoming.trace, &code).await.map(|found| (code, found)),
        None => Err(Refusal::UserCodeUnknown.into()),
    };
    match found {
        Ok((user_code, (digest, code))) => begin_sign_in(app, incoming, browser, &user_code, digest, code).await,
        Err(FlowError::Refused(refusal)) => {
            app.device_tries.was_wrong(app.env.now());
            app.env.record(&incoming.trace, Event::refused(&refusal));
            let error = match refusal {
                Refusal::UserCodeMissing => DeviceCodeError::Missing,
                Refusal::UserCodeUsed => DeviceCodeError::AlreadyUsed,
                Refusal::DeviceCodeExpired { .. } => DeviceCodeError::Expired,
                _ => DeviceCodeError::Unknown,
            };
            let facts = Facts {
                code: app.entra_v2.code_on_page(&refusal),
                trace_id: incoming.trace.request().to_string(),
                timestamp: incoming.ids().at_text(),
            };
            Ok(entry(browser, text, Some((error, Some(facts)))))
        }
        Err(error) => Err(error),
    }
}

/// From here on it is a request like any other: who is it, did they begin it, do they allow it.
async fn begin_sign_in(
    app: &App,
    incoming: &Incoming,
    browser: &Browser,
    user_code: &UserCode,
    digest: HandleDigest,
    code: DeviceCode,
) -> Result<Answer, FlowError> {
    let (env, trace) = (&app.env, &incoming.trace);
    let place = again(env, code.authority).await?;
    let dialect = app.dialect(&code.dialect).ok_or(Refusal::UserCodeUnknown)?;
    let proven = flow::prove_device(env, trace, place, digest, &code).await?;
    let shown = [("user-code".to_owned(), user_code.shown())];
    let purpose = Purpose::Device(digest);
    let stage = Stage::new(env, trace, &proven.place, purpose.clone(), dialect.name(), &shown, browser.digest());
    let sessions = cookies::sessions(&incoming.headers, &env.public, proven.place.authority());
    let request = Request::without_address(code.wanted);
    let parameters = grantor_dialects::Parameters::default();
    let asked =
        Asked { app, incoming, dialect, proven: &proven, parameters: &parameters, purpose: &purpose, state: None };
    let (nothing, layout) = (Consented::NotAsked, dialect.layout());
    Ok(asked.finish(flow::proceed(env, trace, &proven, &request, stage, &sessions, nothing, layout).await).await)
}
