//! Reading `application/x-www-form-urlencoded` text: queries and bodies (RFC 6749 appendix B).

use std::borrow::Cow;

use grantor_rules::Refusal;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// The parameters of a request, in order, each as often as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Nobody sends more parameters than this.
    pub const MOST: usize = 100;

    /// Reads an encoded text.
    ///
    /// # Errors
    /// [`Refusal::BodyUnreadable`] when it is not UTF-8 or has more than [`Self::MOST`] parameters.
    pub fn parse(encoded: &[u8]) -> Result<Self, Refusal> {
        let unreadable = |expected| Refusal::BodyUnreadable { expected };
        let mut parameters = Vec::new();
        for pair in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if parameters.len() == Self::MOST {
                return Err(unreadable("at most 100 parameters"));
            }
            let split = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let value = pair.get(split + 1..).unwrap_or_default();
            let decode = |bytes| decoded(bytes).ok_or_else(|| unreadable("UTF-8, percent-encoded as a form"));
            parameters.push((decode(&pair[..split])?, decode(value)?));
        }
        Ok(Self(parameters))
    }

    /// Takes pairs that were read before.
    pub const fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The pairs, in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// One parameter; an empty one counts as absent (RFC 6749 §3.1).
    ///
    /// # Errors
    /// [`Refusal::ParameterRepeated`] when it stands twice, [`Refusal::ParameterTooLong`] beyond `limit` bytes.
    pub fn optional(&self, name: &'static str, limit: usize) -> Result<Option<&str>, Refusal> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        let Some((_, value)) = found.next() else { return Ok(None) };
        if found.next().is_some() {
            return Err(Refusal::ParameterRepeated { name: name.to_owned() });
        }
        if value.len() > limit {
            return Err(Refusal::ParameterTooLong { name, limit, found: value.len() });
        }
        Ok((!value.is_empty()).then_some(value))
    }

    /// One parameter that must be there.
    ///
    /// # Errors
    /// As [`Self::optional`], and [`Refusal::ParameterMissing`].
    pub fn required(&self, name: &'static str, limit: usize) -> Result<&str, Refusal> {
        self.optional(name, limit)?.ok_or(Refusal::ParameterMissing { name })
    }

    /// The sole value of a parameter, without any check: for replies that must be sent even when the request is wrong.
    pub fn sole(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) if !value.is_empty() => Some(value),
            _ => None,
        }
    }
}

/// Decodes one name or value; `None` if that is not UTF-8.
pub(crate) fn decoded(bytes: &[u8]) -> Option<String> {
    // Most names and values are written as they are.
    if !bytes.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return String::from_utf8(bytes.to_vec()).ok();
    }
    let spaced: Cow<'_, [u8]> = if bytes.contains(&b'+') {
        bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect()
    } else {
        bytes.into()
    };
    percent_decode(&spaced).decode_utf8().ok().map(Cow::into_owned)
}

/// Everything but unreserved characters (RFC 3986 §2.3): a `+` in a state must not come back as a space.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Writes parameters as form text.
pub fn encode(parameters: &[(&str, String)]) -> String {
    let pair = |(name, value): &(&str, String)| format!("{name}={}", encode_component(value));
    parameters.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// One value as form text.
pub fn encode_component(value: &str) -> String {
    utf8_percent_encode(value, RESERVED).to_string()
}

/// One value of a path or a form; `None` if it is not UTF-8.
pub fn decode_component(text: &str) -> Option<String> {
    percent_decode(text.as_bytes()).decode_utf8().ok().map(Cow::into_owned)
}

/// Cuts a text that a stranger sent, for showing.
pub fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|character| !character.is_control()).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_once() {
        let read = Parameters::parse(b"a=1+2&b=%2B&c=%2525&d&e=&f=g=h").unwrap();
        let value = |name| read.optional(name, 100).unwrap();
        assert_eq!((value("a"), value("b"), value("c")), (Some("1 2"), Some("+"), Some("%25")));
        assert_eq!((value("d"), value("e"), value("f"), value("z")), (None, None, Some("g=h"), None));
    }

    #[test]
    fn what_is_repeated_or_too_long_is_refused() {
        let read = Parameters::parse(b"a=1&a=1&b=12345").unwrap();
        assert_eq!(read.optional("a", 9), Err(Refusal::ParameterRepeated { name: "a".into() }));
        assert_eq!(read.optional("b", 4), Err(Refusal::ParameterTooLong { name: "b", limit: 4, found: 5 }));
        assert_eq!(read.required("c", 4), Err(Refusal::ParameterMissing { name: "c" }));
        assert_eq!(read.sole("a"), None);
    }

    #[test]
    fn other_encodings_and_floods_are_refused() {
        assert!(Parameters::parse(b"a=%ff").is_err());
        assert!(Parameters::parse("a=1&".repeat(101).as_bytes()).is_err());
        assert!(Parameters::parse(b"a=%zz").is_ok());
    }

    #[test]
    fn what_is_written_reads_back() {
        let state = "a+b=c|d&é %";
        let encoded = encode(&[("state", state.to_owned())]);
        assert_eq!(Parameters::parse(encoded.as_bytes()).unwrap().sole("state"), Some(state));
    }
}
