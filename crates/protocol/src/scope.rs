//! The `scope` parameter (RFC 6749 §3.3).

/// The tokens of a `scope` parameter, in the order and spelling in which they were asked, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeText(Vec<String>);

/// Why a text is not a `scope`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a scope holds visible ASCII characters without quote and backslash; {token:?} does not")]
pub struct BadScope {
    /// The token that broke the grammar, cut to 80 characters.
    pub token: String,
}

impl ScopeText {
    /// Splits at spaces; several spaces in a row count as one.
    ///
    /// # Errors
    /// [`BadScope`] when a token holds a character outside the grammar.
    pub fn parse(text: &str) -> Result<Self, BadScope> {
        let fits = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        let mut tokens: Vec<String> = Vec::new();
        for token in text.split(' ').filter(|token| !token.is_empty()) {
            if !token.bytes().all(fits) {
                return Err(BadScope { token: token.chars().take(80).collect() });
            }
            if !tokens.iter().any(|known| known == token) {
                tokens.push(token.to_owned());
            }
        }
        Ok(Self(tokens))
    }

    /// The tokens, in order.
    pub fn tokens(&self) -> &[String] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_keep_order_and_spelling_and_stand_once() {
        let scope = ScopeText::parse(" openid  User.Read openid api://colors/Colors.Read").unwrap();
        assert_eq!(scope.tokens(), ["openid", "User.Read", "api://colors/Colors.Read"]);
    }

    #[test]
    fn quotes_controls_and_other_alphabets_are_refused() {
        for bad in ["a\"b", "a\\b", "a\tb", "a\nb", "é"] {
            assert!(ScopeText::parse(bad).is_err(), "{bad:?}");
        }
    }
}
