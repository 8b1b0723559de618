//! The picture of an application, from our own address: whoever sees a page of ours is not seen by the application's host for it
//! (docs/decisions/0029).

use axum::http::StatusCode;
use grantor_flows::FlowError;
use grantor_flows::logo::{self as flow, Logo};
use grantor_jose::base64url;
use grantor_pages::{NotFound, mark_picture};
use grantor_protocol::ClientId;
use grantor_rules::model::{Application, TenantName};

use super::log_failure;
use crate::app::App;
use crate::incoming::Incoming;
use crate::respond::{self, Answer};

/// Where the picture of an application stands, if it registered one.
pub fn path(application: &Application) -> Option<String> {
    application.information.logo.as_ref()?;
    let client = base64url::encode(application.client_id.as_str());
    Some(format!("/logo/{}/{client}", application.publisher))
}

pub async fn handle(app: &App, incoming: &Incoming, tenant: &str, client: &str) -> Answer {
    match found(app, tenant, client).await {
        Ok(Some(Logo::Picture { kind, bytes })) => respond::picture(kind.media_type(), bytes.to_vec(), 3600),
        Ok(Some(Logo::Missing { name, why })) => {
            tracing::info!(tenant, application = name, why, "the picture of an application cannot be shown");
            respond::picture("image/svg+xml", mark_picture(&name).into_bytes(), 60)
        }
        Ok(None) => {
            let path = format!("/logo/{tenant}/{client}");
            respond::page(StatusCode::NOT_FOUND, NotFound { path }.render(), None)
        }
        Err(error) => {
            log_failure(&incoming.trace, &error);
            respond::text(StatusCode::SERVICE_UNAVAILABLE, "This picture cannot be shown now.\n")
        }
    }
}

async fn found(app: &App, tenant: &str, client: &str) -> Result<Option<Logo>, FlowError> {
    let client = base64url::decode(client).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let client = client.and_then(|text| ClientId::parse(&text).ok());
    let (Some(name), Some(client)) = (TenantName::parse(tenant), client) else { return Ok(None) };
    let Some(tenant) = app.env.storage.find_tenant(&name).await? else { return Ok(None) };
    flow::logo(&app.env, &tenant, &client).await
}
