//! Other machines, as far as flows need them: what they publish, and what they are told.
//!
//! Who may be contacted, for how long and how much is read is not decided here: whoever implements [`Outside`] keeps to
//! docs/decisions/0019.

use std::sync::Arc;

use grantor_environment::Timestamp;
use grantor_protocol::Secret;

/// Contacts other machines.
#[async_trait::async_trait]
pub trait Outside: Send + Sync {
    /// The document that is published under `address`: the one that is known, or what a request brings.
    ///
    /// # Errors
    /// [`Unreachable`] when there is none.
    async fn fetch(&self, address: &str) -> Result<Published, Unreachable>;

    /// The picture that is published under `address`: the one that is known, or what a request brings. Pictures are kept apart
    /// from documents and few are asked for at once, so that they never stand in the way of keys.
    ///
    /// # Errors
    /// [`Unreachable`] when there is none.
    async fn picture(&self, address: &str) -> Result<Published, Unreachable>;

    /// The document after `seen` turned out to lack something, such as a key that a token names: a newer one if there is one by
    /// now and we may ask again, else the same.
    ///
    /// # Errors
    /// [`Unreachable`] when there is none any more.
    async fn refetch(&self, address: &str, seen: &Published) -> Result<Published, Unreachable>;

    /// Tells somebody something, and says with which status they answered.
    ///
    /// # Errors
    /// [`Unreachable`] when nobody answered.
    async fn tell(&self, notice: &Notice) -> Result<u16, Unreachable>;
}

/// A document that others publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The content, as it came.
    pub bytes: Arc<[u8]>,
    /// The `Content-Type`, as it came.
    pub content_type: Option<String>,
    /// When it was asked for.
    pub fetched_at: Timestamp,
}

/// What somebody is told, by a `POST`.
#[derive(Clone, Debug)]
pub struct Notice {
    /// Where.
    pub address: String,
    /// What the body is.
    pub content_type: &'static str,
    /// The body. It may hold a token.
    pub body: Secret,
    /// The bearer token to show, if they gave us one.
    pub bearer: Option<Secret>,
}

/// Nobody answered, or not with what was asked for. The text may go into a log and holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);
