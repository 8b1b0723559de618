//! What a person can ask of the program, one file for each.

pub mod app;
pub mod apply;
mod ask;
pub mod demo;
pub mod key;
pub mod migrate;
pub mod native;
pub mod serve;
mod shown;
pub mod store;
pub mod tenant;
pub mod user;

/// What was asked makes no sense: exit code 2, where everything else that goes wrong is 1.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);
