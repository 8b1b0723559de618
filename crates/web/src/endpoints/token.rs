//! The token endpoint.

use axum::http::HeaderName;
use axum::http::header::WWW_AUTHENTICATE;
use grantor_dialects::{Dialect, Parameters, Reply};
use grantor_flows::token::unread;
use grantor_flows::{Event, FlowError};
use grantor_rules::Refusal;
use grantor_rules::token::issued::IssuedTokens;

use super::{log_failure, nonce_after, offering, place};
use crate::app::App;
use crate::incoming::Incoming;
use crate::rehearsals::At;
use crate::respond::{self, Answer};
use crate::routes::DialectName;

const X_MS_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

pub async fn handle(
    app: &App,
    incoming: &Incoming,
    read: Result<(), Refusal>,
    dialect: DialectName,
    asked_tenant: &str,
) -> Answer {
    let dialect = app.speaking(dialect);
    let ids = incoming.ids();
    let reply = match exchange(app, incoming, read, asked_tenant, dialect).await {
        Ok((parameters, issued)) => dialect.token_success(&parameters, &issued),
        Err(FlowError::Refused(refusal)) => {
            app.env.record(&incoming.trace, Event::refused(&refusal));
            offering(dialect.token_refusal(&refusal, &ids), nonce_after(app, &refusal))
        }
        Err(error) => {
            log_failure(&incoming.trace, &error);
            dialect.token_fault(error.retry_after(), &ids)
        }
    };
    answer(incoming, &reply)
}

/// A reply of the token endpoint and of those beside it, with the headers that clients read.
pub fn answer(incoming: &Incoming, reply: &Reply) -> Answer {
    let ids = incoming.ids();
    let mut answer = respond::reply(reply);
    if reply.status == 401 && basic_was_tried(incoming) {
        // RFC 6749 §5.2: the challenge names the scheme that was tried.
        respond::fixed(&mut answer, WWW_AUTHENTICATE, respond::value!("Basic realm=\"token endpoint\""));
    }
    respond::insert(&mut answer, X_MS_REQUEST_ID, &ids.trace_id);
    if incoming.header("return-client-request-id").is_some_and(|text| text.eq_ignore_ascii_case("true")) {
        respond::insert(&mut answer, CLIENT_REQUEST_ID, &ids.correlation_id);
    }
    answer
}

fn basic_was_tried(incoming: &Incoming) -> bool {
    incoming.authorization().is_some_and(|header| header.to_ascii_lowercase().starts_with("basic"))
}

async fn exchange(
    app: &App,
    incoming: &Incoming,
    read: Result<(), Refusal>,
    asked_tenant: &str,
    dialect: &dyn Dialect,
) -> Result<(Parameters, IssuedTokens), FlowError> {
    if !incoming.is_post() {
        return Err(incoming.not_post().into());
    }
    let place = place(&app.env, dialect, asked_tenant).await?;
    read?;
    let parameters = incoming.form()?;
    let call = incoming.token_call(app, &parameters);
    let request = match (dialect.parse_token(&call), dialect.parse_caller(&call)) {
        (Ok(request), _) => request,
        (Err(refusal), None) => return Err(refusal.into()),
        (Err(refusal), Some(caller)) => {
            let layout = dialect.layout();
            return Err(unread(&app.env, &incoming.trace, &place, &caller, layout, refusal).await);
        }
    };
    app.rehearsed(&request.caller.client_id, At::Token)?;
    let issued = grantor_flows::token::exchange(&app.env, &incoming.trace, &place, &request, dialect.layout()).await?;
    Ok((parameters, issued))
}
