//! What a supervisor asks.

use axum::http::StatusCode;

use crate::app::App;
use crate::respond::{self, Answer};

/// The process runs.
pub fn live() -> Answer {
    respond::text(StatusCode::OK, "live\n")
}

/// The store answers.
pub async fn ready(app: &App) -> Answer {
    match app.env.storage.find_first_tenant().await {
        Ok(_) => respond::text(StatusCode::OK, "ready\n"),
        Err(fault) => {
            tracing::warn!(%fault, "not ready");
            respond::text(StatusCode::SERVICE_UNAVAILABLE, "not ready: the store does not answer\n")
        }
    }
}
