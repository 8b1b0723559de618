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

/// What an authorization response carries (OAuth 2.0 Multiple Response Type Encoding Practices §3 and §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseType {
    /// A code.
    pub code: bool,
    /// An id_token.
    pub id_token: bool,
    /// An access token.
    pub token: bool,
}

impl ResponseType {
    /// A code alone.
    pub const CODE: Self = Self { code: true, id_token: false, token: false };

    /// Reads a set of words in any order; `None` if there is no word or one that there is not.
    pub fn parse(text: &str) -> Option<Self> {
        let mut found = Self { code: false, id_token: false, token: false };
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match word {
                "code" => found.code = true,
                "id_token" => found.id_token = true,
                "token" => found.token = true,
                _ => return None,
            }
        }
        (found.code || found.carries_tokens()).then_some(found)
    }

    /// Whether tokens go through the browser.
    pub const fn carries_tokens(self) -> bool {
        self.id_token || self.token
    }
}

impl std::fmt::Display for ResponseType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = [(self.code, "code"), (self.id_token, "id_token"), (self.token, "token")];
        let words: Vec<&str> = words.into_iter().filter(|(there, _)| *there).map(|(_, word)| word).collect();
        formatter.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_type_is_a_set_of_words() {
        assert_eq!(ResponseType::parse("code"), Some(ResponseType::CODE));
        assert_eq!(ResponseType::parse("token id_token").unwrap().to_string(), "id_token token");
        for bad in ["", " ", "code device", "Code", "none"] {
            assert_eq!(ResponseType::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn each_mode_reads_back_as_it_is_written() {
        for (text, mode) in ResponseMode::VALUES {
            assert_eq!(ResponseMode::parse(text), Some(mode));
            assert_eq!(mode.as_str(), text);
        }
        assert_eq!(ResponseMode::parse("web_message"), None);
    }
}
