//! One function per use case: load, decide, commit.
//!
//! A flow loads facts, lets a rule decide and commits the outcome in one operation of the store. Every dialect, page and
//! command uses the same ones. What a flow needs from outside travels in one [`Env`]; what tells one request from another in
//! one [`Trace`]. Start with [`authorize`] and [`token`].

pub mod account;
pub mod administration;
pub mod api_call;
mod assertions;
pub mod authorize;
pub mod backchannel;
pub mod client_certificate;
pub mod client_keys;
pub mod client_proof;
mod client_secrets;
mod credential_uses;
pub mod device;
pub mod directory;
pub mod dpop;
mod dpop_nonces;
mod env;
mod error;
pub mod events;
mod id_token_hint;
pub mod key_readers;
mod keys;
mod lineage;
mod load;
pub mod logo;
pub mod notices;
mod opaque_tokens;
pub mod outside;
mod passwords;
pub mod place;
mod proven;
pub mod registration;
mod request_keys;
pub mod request_object;
pub mod responses;
pub mod sign_in;
pub mod sign_out;
pub mod start;
pub mod token;
pub mod token_status;
mod unknown_names;

pub use client_secrets::ClientSecrets;
pub use credential_uses::CredentialUses;
pub use dpop_nonces::DpopNonces;
pub use env::{Env, Trace};
pub use error::FlowError;
pub use events::{Event, Recorder};
pub use keys::KeyRing;
pub use load::find_tenant;
pub use outside::{Notice, Outside, Published, Unreachable};
pub use passwords::Passwords;
pub use place::Place;
pub use request_keys::RequestKeys;
pub use unknown_names::UnknownNames;
