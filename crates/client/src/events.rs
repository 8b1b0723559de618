//! What an application may be told about while it waits.

use grantor_environment::Timestamp;
use http::{Method, StatusCode};
use url::Url;

/// Is told each step, as it happens. A command prints them; a test counts them.
pub trait Observer: Send + Sync {
    /// One step. Must return soon: the step waits for it.
    fn notice(&self, event: &Event);
}

/// Notices nothing.
impl Observer for () {
    fn notice(&self, _: &Event) {}
}

/// A step. None holds a token, a code or a verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The provider's metadata were read.
    MetadataRead {
        /// Their issuer.
        issuer: String,
    },
    /// The loopback address waits for the answer.
    Listening {
        /// The redirect address.
        redirect_uri: String,
    },
    /// The person is to open this address; the browser is being opened at it. It ties the answer to this sign-in, so show
    /// it to this person alone.
    AddressReady {
        /// The authorization request.
        url: Url,
    },
    /// The browser could not be opened: the person opens the address by hand.
    BrowserNotOpened {
        /// Why.
        reason: String,
    },
    /// A response that belongs to no sign-in of ours came in and was turned away (RFC 8252 §8.9).
    ForeignResponse,
    /// The browser brought the provider's answer: a code, or a refusal.
    AnswerReceived,
    /// The person is signed in.
    SignedIn {
        /// Who, to show.
        username: Option<String>,
        /// What was granted.
        scopes: Vec<String>,
        /// When the access token's life ends.
        expires_at: Timestamp,
    },
    /// A cached access token is still good.
    FromCache {
        /// When its life ends.
        expires_at: Timestamp,
    },
    /// The refresh token is being used.
    Refreshing,
    /// There is a new access token.
    Refreshed {
        /// Whether a new refresh token came too and took the old one's place.
        rotated: bool,
        /// What was granted.
        scopes: Vec<String>,
        /// When the access token's life ends.
        expires_at: Timestamp,
    },
    /// An API was called.
    Called {
        /// The method.
        method: Method,
        /// Scheme, host and path, without query.
        address: String,
        /// What it answered.
        status: StatusCode,
    },
    /// The API says that the token is no longer good: it is dropped, and the call made once more with a new one.
    TokenRefused {
        /// The API's words.
        description: Option<String>,
    },
}
