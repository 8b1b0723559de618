//! Style sheets and pictures.

use axum::http::StatusCode;
use grantor_pages::NotFound;
use grantor_pages::assets::assets;

use crate::respond::{self, Answer};

pub fn handle(path: &str) -> Answer {
    match assets().iter().find(|asset| asset.path == path) {
        Some(asset) => respond::asset(asset.content_type, asset.bytes),
        None => respond::page(StatusCode::NOT_FOUND, NotFound { path: path.to_owned() }.render(), None),
    }
}
