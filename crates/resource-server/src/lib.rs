//! For the authors of APIs: verifies access tokens and says who may do what.
//!
//! A [`Verifier`] is told whose tokens count and for which audience; a [`RequireLayer`] stands before a route, lets in
//! only requests whose token meets a [`Requirement`], and hands the handler a [`VerifiedToken`]. All others get the
//! answer that RFC 6750 §3 asks for, with words that say what was wrong. A token is taken from the `Authorization` header
//! alone: not from a query, where it would end up in logs, and not from a form.
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use grantor_resource_server::{RequireLayer, Requirement, Verifier, VerifierSettings};
//! # fn example(http: Arc<dyn grantor_outgoing::HttpClient>) -> Result<(), Box<dyn std::error::Error>> {
//! let settings = VerifierSettings::new("https://id.example/contoso/v2.0", ["c0105000-0000-4000-8000-00000000a001"]);
//! let verifier = Arc::new(Verifier::new(settings, http, Arc::new(grantor_environment::SystemClock))?);
//! let layer = RequireLayer::new(verifier, Requirement::scope("Colors.Read"));
//! # Ok(()) }
//! ```
//!
//! Tokens that are bound to a key (DPoP, RFC 9449) are taken where [`VerifierSettings::public_url`] says under which address
//! callers reach the API; the layer then checks the proofs of that key, too. Without it, and wherever a token is bound in another
//! way, it is refused: nobody may use such a token who only has it.
//!
//! What is checked, and in which order, stands in one list: [`Verifier::verify_token`].

mod challenge;
mod credentials;
mod dpop;
mod keys;
mod layer;
mod rejection;
mod requirement;
mod settings;
mod token;
mod verify;

pub use challenge::{Answer, Protection, answer};
pub use credentials::access_token;
pub use grantor_jose::Algorithm;
pub use grantor_protocol::dpop::{BadProof, Scheme};
pub use layer::{Require, RequireLayer};
pub use rejection::{InvalidToken, Rejection};
pub use requirement::{Permission, Requirement};
pub use settings::{BadSettings, VerifierSettings};
pub use token::VerifiedToken;
pub use verify::Verifier;
