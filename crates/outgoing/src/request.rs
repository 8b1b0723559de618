//! A request and its answer as values.

use std::fmt;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use crate::destination::shown;

/// A request to another machine. Its `Debug` form names the method and the destination alone: the rest may be secret.
#[derive(Clone)]
pub struct OutgoingRequest {
    /// The method.
    pub method: Method,
    /// The address.
    pub url: Url,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
    /// How many bytes of the answer's body are read; `None` for the limit in the settings.
    pub body_limit: Option<usize>,
}

impl OutgoingRequest {
    /// A request with nothing but a method and an address.
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: Bytes::new(), body_limit: None }
    }

    /// A request for a JSON document.
    pub fn get_json(url: Url) -> Self {
        Self::new(Method::GET, url).header(http::header::ACCEPT, HeaderValue::from_static("application/json"))
    }

    /// A form posted for a JSON answer, as OAuth's endpoints take it (RFC 6749 Appendix B).
    pub fn post_form<'a>(url: Url, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::new(Method::POST, url)
            .header(http::header::ACCEPT, HeaderValue::from_static("application/json"))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
            .body(form)
    }

    /// Sets one header, in place of earlier ones of that name.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends `token` as a bearer token (RFC 6750 §2.1).
    ///
    /// # Errors
    /// When the token holds a character that no header may hold.
    pub fn bearer(self, token: &str) -> Result<Self, http::header::InvalidHeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {token}"))?;
        value.set_sensitive(true);
        Ok(self.header(AUTHORIZATION, value))
    }
}

impl fmt::Debug for OutgoingRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OutgoingRequest({} {})", self.method, shown(&self.url))
    }
}

/// A complete answer. Its `Debug` form leaves out headers and body, which may hold tokens.
#[derive(Clone)]
pub struct OutgoingResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

impl OutgoingResponse {
    /// Reads the body as JSON.
    ///
    /// # Errors
    /// When the body is not JSON of that shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }
}

impl fmt::Debug for OutgoingResponse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "OutgoingResponse({}, {} bytes)", self.status, self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_query_nor_token_nor_body_is_printed() {
        let url = Url::parse("https://x.example/token?code=SECRET").unwrap();
        let request = OutgoingRequest::post_form(url, [("password", "SECRET")]).bearer("SECRET").unwrap();
        assert_eq!(format!("{request:?}"), "OutgoingRequest(POST https://x.example/token)");
        assert!(!format!("{:?}", request.headers).contains("SECRET"));
    }

    #[test]
    fn a_form_is_encoded() {
        let url = Url::parse("https://x.example/token").unwrap();
        let request = OutgoingRequest::post_form(url, [("scope", "a b&c"), ("x", "ä")]);
        assert_eq!(request.body, "scope=a+b%26c&x=%C3%A4");
    }
}
