//! A refusal that the person sees.

use axum::http::StatusCode;
use grantor_dialects::{Dialect, wording};
use grantor_flows::{Event, FlowError};
use grantor_pages::{Brand, Busy, Compare, Fault, Refused, words};
use grantor_rules::Refusal;
use grantor_rules::model::Tenant;

use super::log_failure;
use crate::app::App;
use crate::incoming::Incoming;
use crate::respond::{self, Answer};

/// Shows why a request cannot go on, with the code that `dialect` has for it, or that we failed.
pub fn page(
    app: &App,
    incoming: &Incoming,
    dialect: &dyn Dialect,
    tenant: Option<&Tenant>,
    error: &FlowError,
) -> Answer {
    let trace_id = incoming.trace.request().to_string();
    match (error, error.retry_after()) {
        (FlowError::Refused(refusal), _) => {
            app.env.record(&incoming.trace, Event::refused(refusal));
            let page = refused(app, incoming, tenant, refusal, dialect.code_on_page(refusal), trace_id);
            respond::page(StatusCode::BAD_REQUEST, page.render(), None)
        }
        (_, Some(seconds)) => {
            log_failure(&incoming.trace, error);
            let mut answer = respond::page(StatusCode::SERVICE_UNAVAILABLE, Busy { trace_id }.render(), None);
            respond::insert(&mut answer, axum::http::header::RETRY_AFTER, &seconds.to_string());
            answer
        }
        (_, None) => {
            log_failure(&incoming.trace, error);
            respond::page(StatusCode::INTERNAL_SERVER_ERROR, Fault { trace_id }.render(), None)
        }
    }
}

fn refused(
    app: &App,
    incoming: &Incoming,
    tenant: Option<&Tenant>,
    refusal: &Refusal,
    code: String,
    trace_id: String,
) -> Refused {
    Refused {
        brand: tenant.map(|tenant| Brand { tenant_name: tenant.display_name.clone() }),
        heading: words::REFUSED_HEADING.to_owned(),
        sentence: wording::sentence(refusal),
        compare: compare(app, refusal),
        how_to_mend: wording::how_to_mend(refusal).map(str::to_owned),
        code,
        trace_id,
        timestamp: incoming.ids().at_text(),
    }
}

/// Registered addresses are nobody's business but the developer's: they are shown under `--dev` alone.
fn compare(app: &App, refusal: &Refusal) -> Option<Compare> {
    match refusal {
        Refusal::RedirectNotRegistered { asked, registered } if app.dev_clock.is_some() => {
            Some(Compare { asked: asked.clone(), registered: registered.clone() })
        }
        _ => None,
    }
}
