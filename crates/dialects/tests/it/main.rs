//! What goes over the wire, word by word.

mod authorize;
mod authorize_v1;
mod claims;
mod consent_and_sign_out;
mod error_codes;
mod grants;
mod graph;
mod instance;
mod refusals;
mod replies;
mod requests;
mod samples;
mod secrets;
mod snapshot;
mod token;
mod world;
