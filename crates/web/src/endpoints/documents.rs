//! What the server says of itself, and pages that ask nothing.

use axum::body::Bytes;
use axum::http::StatusCode;
use grantor_dialects::entra::errors::{self, Endpoint};
use grantor_dialects::entra::metadata::{self as metadata_words, Several};
use grantor_dialects::entra::{meanings, realm};
use grantor_dialects::{Reply, form, rehearsed};
use grantor_flows::key_readers::{self, Reader};
use grantor_flows::{Event, FlowError, Place};
use grantor_pages::{CheckSession, NativeClient, NotFound, Refused};
use grantor_protocol::ClientId;
use grantor_rules::model::RegistrationOpenTo;
use serde_json::Value;

use super::{log_failure, named_place, one_tenant, refused};
use crate::app::App;
use crate::cookies;
use crate::documents::{Document, Whose};
use crate::incoming::Incoming;
use crate::respond::{self, Answer};
use crate::routes::DialectName;

pub async fn metadata(app: &App, incoming: &Incoming, dialect: DialectName, asked: &str) -> Answer {
    let found = match dialect {
        DialectName::EntraV1 => whose(app, asked).await.map(Document::EntraV1),
        DialectName::EntraV2 => whose(app, asked).await.map(Document::EntraV2),
        DialectName::Oidc => of_the_standard(app, asked).await,
    };
    let text = found.map(|document| for_application(app.documents.metadata(&document), incoming));
    answer(app, incoming, text.map(respond::document))
}

async fn of_the_standard(app: &App, asked: &str) -> Result<Document, FlowError> {
    let tenant = one_tenant(&app.env, &app.oidc, asked).await?;
    Ok(Document::Oidc {
        tenant: tenant.id,
        registers: tenant.client_registration.open_to != RegistrationOpenTo::Nobody,
        detail_types: app.detail_types.of(&app.env, tenant.id).await?,
    })
}

/// The parameters by which an application says which one it is that reads public documents (Source: entra-dialect 4.1).
const SAYS_APPLICATION: [&str; 2] = ["appid", "client_id"];

/// Which application says that it reads, and by which parameter.
fn reading_application(incoming: &Incoming) -> Option<(&'static str, ClientId)> {
    let query = incoming.query().ok()?;
    SAYS_APPLICATION.into_iter().find_map(|name| Some((name, ClientId::parse(query.sole(name)?).ok()?)))
}

/// A discovery document for an application that says which one it is: the address of the keys says so as well, so that a rehearsal
/// knows who has fetched the next ones.
fn for_application(text: Bytes, incoming: &Incoming) -> Bytes {
    let Some((name, client_id)) = reading_application(incoming) else { return text };
    let Ok(mut document) = serde_json::from_slice::<Value>(&text) else { return text };
    let Some(Value::String(address)) = document.get_mut("jwks_uri") else { return text };
    *address = format!("{address}?{}", form::encode(&[(name, client_id.to_string())]));
    document.to_string().into()
}

async fn whose(app: &App, asked: &str) -> Result<Whose, FlowError> {
    Ok(match named_place(&app.env, asked).await? {
        Place::Tenant(tenant) if asked == "consumers" => Whose::Consumers(tenant.id),
        Place::Tenant(tenant) => Whose::Tenant(tenant.id),
        Place::Organizations => Whose::Several(Several::Organizations),
        Place::Common => Whose::Several(Several::Common),
    })
}

/// Every tenant's tokens are signed with the same keys.
pub async fn keys(app: &App, incoming: &Incoming, dialect: DialectName, asked: &str) -> Answer {
    let found = named_place(&app.env, asked).await;
    if found.is_ok() {
        let application = reading_application(incoming).map(|(_, client_id)| client_id);
        let reader = Reader { application: application.as_ref(), user_agent: incoming.header("user-agent") };
        key_readers::note(&app.env, reader).await;
    }
    let text = |_| app.documents.keys(dialect, &app.env.public, app.env.keys.public());
    answer(app, incoming, found.map(text).map(respond::document))
}

/// The frame that applications ask whether their person is still signed in.
pub async fn check_session(app: &App, incoming: &Incoming, asked: &str) -> Answer {
    match one_tenant(&app.env, &app.oidc, asked).await {
        Ok(_) => respond::frame(CheckSession { cookie: cookies::state_name(&app.env.public) }.render()),
        Err(error) => refused::page(app, incoming, &app.oidc, None, &error),
    }
}

/// Who checks a person's password: always we, for the names of our tenants.
pub async fn user_realm(app: &App, incoming: &Incoming, name: &str) -> Answer {
    let name = form::decode_component(name).unwrap_or_default();
    let found = grantor_flows::place::home_of(&app.env, &Place::Common, &name).await;
    let reply = found.map(|home| realm::reply(&app.env.public, &name, home.is_some()));
    answer(app, incoming, reply.map(|reply| respond::reply(&reply)))
}

pub fn instance(app: &App, incoming: &Incoming) -> Answer {
    let reply = incoming.query().and_then(|query| metadata_words::instance(&app.env.public, &query));
    answer(app, incoming, reply.map(|reply| respond::reply(&reply)).map_err(FlowError::from))
}

pub fn native_client() -> Answer {
    respond::page(StatusCode::OK, NativeClient {}.render(), None)
}

/// Where `error_uri` leads: what a code means, and how it is mended.
pub fn error_code(incoming: &Incoming) -> Answer {
    let asked = incoming.query().ok().and_then(|query| query.sole("code").and_then(|code| code.parse().ok()));
    let known = asked.and_then(|code| {
        let meaning = meanings::of(code).map(|meaning| (code, meaning.what, meaning.mend));
        meaning.or_else(|| rehearsed::find(code).map(|rehearsal| (code, rehearsal.what, rehearsal.then)))
    });
    let Some((code, what, mend)) = known else {
        return respond::page(StatusCode::NOT_FOUND, NotFound { path: "/error".to_owned() }.render(), None);
    };
    let ids = incoming.ids();
    let page = Refused {
        brand: None,
        heading: format!("What AADSTS{code} means"),
        sentence: what.to_owned(),
        compare: None,
        how_to_mend: Some(mend.to_owned()),
        code: format!("AADSTS{code}"),
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
