//! Pushed authorization requests (RFC 9126 §2).

use std::time::Duration;

use grantor_protocol::Handle;
use grantor_rules::Refusal;
use grantor_rules::client::Caller;
use serde_json::json;

use super::request::PUSHED;
use crate::oauth::credentials;
use crate::oauth::words::limit;
use crate::{Parameters, Reply, TokenCall};

/// What proves the application, and is no part of its request.
const PROOF: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// Who pushes, and the request without what proves that.
///
/// # Errors
/// A [`Refusal`] for the caller.
pub fn parse(call: &TokenCall<'_>) -> Result<(Caller, Parameters), Refusal> {
    let caller = credentials::read(call)?;
    let mut pairs = call.parameters.pairs().to_vec();
    pairs.retain(|(name, _)| !PROOF.contains(&name.as_str()));
    if !pairs.iter().any(|(name, _)| name == "client_id") {
        // Whoever proves itself in the header has said who it is.
        pairs.push(("client_id".to_owned(), caller.client_id.as_str().to_owned()));
    }
    Ok((caller, Parameters::from_pairs(pairs)))
}

/// What is pushed stands here and nowhere else.
///
/// # Errors
/// [`Refusal::ParameterNotSupported`].
///
/// Spec: RFC 9126 §2.1.
pub fn stands_here(request: &Parameters) -> Result<(), Refusal> {
    match request.optional("request_uri", limit::DOCUMENT)? {
        Some(_) => Err(Refusal::ParameterNotSupported { name: "request_uri" }),
        None => Ok(()),
    }
}

/// The reply: where the request stands from now on, and for how long (RFC 9126 §2.2).
pub fn success(handle: &Handle, lifetime: Duration) -> Reply {
    let address = format!("{PUSHED}{}", handle.secret().expose());
    Reply::no_store(201, json!({ "request_uri": address, "expires_in": lifetime.as_secs() }))
}
