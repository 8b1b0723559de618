//! The answer as data: what goes out, before it is HTTP.

use grantor_environment::Timestamp;
use serde_json::Value;

/// A reply that is not a page and not a redirect.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The JSON body.
    pub body: Value,
    /// Who may keep it.
    pub caching: Caching,
    /// Further headers.
    pub headers: Vec<(&'static str, String)>,
}

/// Who may keep a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caching {
    /// Nobody: it holds a token, or is about one person.
    NoStore,
    /// Clients, for a day (Source: entra-dialect 1.3).
    ADay,
}

impl Reply {
    /// A body that nobody may keep.
    pub const fn no_store(status: u16, body: Value) -> Self {
        Self { status, body, caching: Caching::NoStore, headers: Vec::new() }
    }

    /// A public document.
    pub const fn document(body: Value) -> Self {
        Self { status: 200, body, caching: Caching::ADay, headers: Vec::new() }
    }
}

/// What tells one request from all others, in replies and in the trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestIds {
    /// The request's own id: a UUID.
    pub trace_id: String,
    /// The caller's id for it, if the caller named one that is a UUID; otherwise one of ours.
    pub correlation_id: String,
    /// When it came in.
    pub at: Timestamp,
}

impl RequestIds {
    /// When the request came in, for people.
    pub fn at_text(&self) -> String {
        with_a_space(self.at)
    }
}

/// `YYYY-MM-DD HH:MM:SSZ`, as in error bodies (Source: entra-dialect 1.5).
pub fn with_a_space(at: Timestamp) -> String {
    moment(at, "%Y-%m-%d %H:%M:%SZ")
}

/// `YYYY-MM-DDTHH:MM:SS`, as in the directory API's error bodies (Source: entra-dialect 19.3).
pub fn without_zone(at: Timestamp) -> String {
    moment(at, "%Y-%m-%dT%H:%M:%S")
}

/// A day for people, such as `21 November 2026`.
pub fn day(at: Timestamp) -> String {
    moment(at, "%-d %B %Y")
}

fn moment(at: Timestamp, format: &str) -> String {
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or(jiff::Timestamp::MAX);
    at.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_the_service_writes_them() {
        let at = Timestamp::from_seconds(1_714_558_332);
        assert_eq!(with_a_space(at), "2024-05-01 10:12:12Z");
        assert_eq!(without_zone(at), "2024-05-01T10:12:12");
    }
}
