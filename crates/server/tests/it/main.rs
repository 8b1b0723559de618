//! The product in process: from an authorization request to tokens and the calls that they allow, and every way to be
//! refused. The ids in comments are rows of the OAuth checklist and of the security lessons.
#![expect(clippy::unwrap_used, reason = "a test says no by panicking, its helpers too")]

mod addresses;
mod answers;
mod authorize_errors;
mod azure_ad_v1;
mod browser_at_common;
mod browser_security;
mod certificates;
mod claims;
mod client_credentials;
mod client_keys;
mod codes_concurrent;
mod consent;
mod consent_requests;
mod credentials;
mod device_grant;
mod directory_file;
mod errors;
mod fault_order;
mod front_channel;
mod handles;
mod journey;
mod lifetimes;
mod logos;
mod matrix;
mod oidc;
mod on_behalf_of;
mod password_grant;
mod proven_tokens;
mod refresh;
mod revocation;
mod routes;
mod same_permissions;
mod saying_no;
mod secrets;
mod service_principals;
mod sign_in;
mod sign_out;
mod signing_keys;
mod specs;
mod support;
mod token_errors;
mod tokens;
mod withdrawal;
