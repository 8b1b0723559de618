//! The directory API's shapes: those of Microsoft Graph (Source: entra-dialect 19).

pub mod errors;
pub mod me;
pub mod token;
