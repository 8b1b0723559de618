//! The way out: every request that Grantor sends to another machine goes through [`Outgoing`].
//!
//! One place decides who may be contacted, which certificates are trusted, how long to wait and how much to read, so no
//! caller can forget it. Redirects are never followed: an answer that points elsewhere is an answer like any other. The
//! callers see the trait [`HttpClient`], so a test can answer in its stead. Start with [`Outgoing::new`].
//!
//! There are two rules about whom to contact, [`Destinations`]: anyone, for addresses that the program's own user named, and
//! public addresses with an [`AllowList`], for addresses that strangers may have named. What such an address publishes is
//! kept by [`Documents`].

mod addresses;
mod allow;
mod client;
mod destination;
mod documents;
mod error;
mod names;
mod places;
mod request;
mod routes;
mod settings;
mod tls;

pub use allow::{AllowList, AllowedHost, BadAllowedHost};
pub use client::Outgoing;
pub use documents::{Document, DocumentError, DocumentSettings, Documents};
pub use error::OutgoingError;
pub use names::{Names, SystemNames};
pub use request::{OutgoingRequest, OutgoingResponse};
pub use settings::{AtOnce, Destinations, OutgoingSettings, PlainHttp};

/// Sends one request and reads the whole answer.
#[async_trait::async_trait]
pub trait HttpClient: Send + Sync {
    /// Sends `request`. Every status is an answer; only the lack of one is an error.
    ///
    /// # Errors
    /// [`OutgoingError`] when there was no complete answer within the limits.
    async fn send(&self, request: OutgoingRequest) -> Result<OutgoingResponse, OutgoingError>;
}
