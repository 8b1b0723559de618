//! How an authorization response comes back (OAuth 2.0 Multiple Response Type Encoding Practices §2.1).

use serde::{Deserialize, Serialize};

/// Where the parameters of an authorization response stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResponseMode {
    /// In the query of the redirect address.
    Query,
    /// In its fragment, which the browser keeps from the server.
    Fragment,
    /// In the body of a form that the browser posts (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

impl ResponseMode {
    /// The values that can be written.
    pub const VALUES: [(&'static str, Self); 3] =
        [("query", Self::Query), ("fragment", Self::Fragment), ("form_post", Self::FormPost)];

    /// Reads one value, `None` if there is no such value.
    pub fn parse(text: &str) -> Option<Self> {
        Self::VALUES.iter().find(|(name, _)| *name == text).map(|(_, mode)| *mode)
    }

    /// The value as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_reads_back_as_it_is_written() {
        for (text, mode) in ResponseMode::VALUES {
            assert_eq!(ResponseMode::parse(text), Some(mode));
            assert_eq!(mode.as_str(), text);
        }
        assert_eq!(ResponseMode::parse("web_message"), None);
    }
}
