//! What the server says of itself, and pages that ask nothing.

use axum::http::StatusCode;
use grantor_dialects::Reply;
use grantor_dialects::entra::errors::{self, Endpoint};
use grantor_dialects::entra::meanings;
use grantor_dialects::entra_v2::metadata as words;
use grantor_flows::{Event, FlowError};
use grantor_pages::{NativeClient, NotFound, Refused};

use super::{log_failure, tenant};
use crate::app::App;
use crate::incoming::Incoming;
use crate::respond::{self, Answer};

pub async fn metadata(app: &App, incoming: &Incoming, asked: &str) -> Answer {
    let found = tenant(&app.env, asked).await;
    answer(app, incoming, found.map(|tenant| respond::document(app.documents.metadata(tenant.id))))
}

pub async fn keys(app: &App, incoming: &Incoming, asked: &str) -> Answer {
    let found = match asked {
        // Every tenant's tokens are signed with the same keys.
        "common" | "organizations" | "consumers" => Ok(()),
        _ => tenant(&app.env, asked).await.map(|_| ()),
    };
    let text = |()| app.documents.keys(&app.env.public, app.env.keys.public());
    answer(app, incoming, found.map(text).map(respond::document))
}

pub fn instance(app: &App, incoming: &Incoming) -> Answer {
    let reply = incoming.query().and_then(|query| words::instance(&app.env.public, &query));
    answer(app, incoming, reply.map(|reply| respond::reply(&reply)).map_err(FlowError::from))
}

pub fn native_client() -> Answer {
    respond::page(StatusCode::OK, NativeClient {}.render(), None)
}

/// Where `error_uri` leads: what a code means, and how it is mended.
pub fn error_code(incoming: &Incoming) -> Answer {
    let asked = incoming.query().ok().and_then(|query| query.sole("code").and_then(|code| code.parse().ok()));
    let Some(meaning) = asked.and_then(meanings::of) else {
        return respond::page(StatusCode::NOT_FOUND, NotFound { path: "/error".to_owned() }.render(), None);
    };
    let ids = incoming.ids();
    let page = Refused {
        brand: None,
        heading: format!("What AADSTS{} means", meaning.code),
        sentence: meaning.what.to_owned(),
        compare: None,
        how_to_mend: Some(meaning.mend.to_owned()),
        code: format!("AADSTS{}", meaning.code),
        timestamp: ids.at_text(),
        trace_id: ids.trace_id,
    };
    respond::page(StatusCode::OK, page.render(), None)
}

fn answer(app: &App, incoming: &Incoming, outcome: Result<Answer, FlowError>) -> Answer {
    outcome.unwrap_or_else(|error| respond::reply(&failed(app, incoming, error)))
}

fn failed(app: &App, incoming: &Incoming, error: FlowError) -> Reply {
    let ids = incoming.ids();
    match error {
        FlowError::Refused(refusal) => {
            app.env.record(&incoming.trace, Event::refused(&refusal));
            errors::reply(&refusal, Endpoint::Discovery, &ids)
        }
        error => {
            log_failure(&incoming.trace, &error);
            errors::fault(error.retry_after(), &ids)
        }
    }
}
