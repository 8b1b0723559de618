//! Calling an API with an access token.

use bytes::Bytes;
use grantor_outgoing::{OutgoingError, OutgoingRequest, OutgoingResponse};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use url::Url;

use crate::account::{AccessToken, Account};
use crate::acquire::AcquireError;
use crate::application::Application;
use crate::challenge::refused_token;
use crate::events::Event;

/// A call to an API.
#[derive(Clone, Debug)]
pub struct Call<'a> {
    /// The method.
    pub method: Method,
    /// The address.
    pub url: Url,
    /// What the access token must allow.
    pub scopes: &'a [&'a str],
    /// Further headers; an `Authorization` among them is replaced.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
    /// How many bytes of the answer are read at most.
    pub body_limit: usize,
}

/// An API may answer with more than a provider's documents, and still not with what fills the memory.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

impl<'a> Call<'a> {
    /// A call without further headers and body.
    pub fn new(method: Method, url: Url, scopes: &'a [&'a str]) -> Self {
        Self { method, url, scopes, headers: HeaderMap::new(), body: Bytes::new(), body_limit: BODY_LIMIT }
    }

    /// With a JSON body.
    pub fn json(mut self, body: impl Into<Bytes>) -> Self {
        self.headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.body = body.into();
        self
    }
}

/// What an API answered.
#[derive(Clone, Debug)]
pub struct Called {
    /// The answer, whatever its status.
    pub response: OutgoingResponse,
    /// Whether the API refused the first token, so that the call was made a second time.
    pub retried: bool,
}

/// The API was not called, or did not answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// There is no token for the call.
    #[error(transparent)]
    Token(#[from] AcquireError),
    /// The API did not answer.
    #[error(transparent)]
    Unreachable(#[from] OutgoingError),
    /// The provider gave a token that no header can hold.
    #[error("the access token holds characters that cannot be sent; ask the provider's operator")]
    Unsendable,
}

impl Application {
    /// Calls an API on behalf of `account`. If it answers 401 and says that the token is no longer good, the token is
    /// forgotten, a new one had silently, and the call made once more: exactly once.
    ///
    /// # Errors
    /// [`CallError`] when there is no token or no answer; every status is an answer.
    pub async fn call(&self, account: &Account, call: &Call<'_>) -> Result<Called, CallError> {
        let token = self.acquire_silent(account, call.scopes).await?;
        let response = self.sent(call, &token).await?;
        let refused = refused_token(&response.headers).filter(|_| response.status == StatusCode::UNAUTHORIZED);
        let Some(refused) = refused else { return Ok(Called { response, retried: false }) };
        self.notice(&Event::TokenRefused { description: refused.description });
        let token = self.replaced(account, call.scopes, &token.secret).await?;
        let response = self.sent(call, &token).await?;
        Ok(Called { response, retried: true })
    }

    async fn sent(&self, call: &Call<'_>, token: &AccessToken) -> Result<OutgoingResponse, CallError> {
        let mut request = OutgoingRequest::new(call.method.clone(), call.url.clone()).body(call.body.clone());
        request.headers.clone_from(&call.headers);
        request.body_limit = Some(call.body_limit);
        let request = request.bearer(token.secret.expose()).map_err(|_| CallError::Unsendable)?;
        let address = address(&call.url);
        let response = self.http.send(request).await?;
        self.notice(&Event::Called { method: call.method.clone(), address, status: response.status });
        Ok(response)
    }
}

/// Without query, which may hold a secret.
fn address(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}
