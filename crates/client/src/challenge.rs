//! What an API's challenge says (RFC 9110 §11.6.1, RFC 6750 §3).

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

/// An API's words on a token that it refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// `error_description`.
    pub description: Option<String>,
}

/// Whether a Bearer challenge says `error="invalid_token"`: then, and only then, a new token can help.
pub fn refused_token(headers: &HeaderMap) -> Option<Refused> {
    let texts = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(challenges).find_map(|(scheme, parameters)| {
        let find = |name: &str| parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let refused = scheme.eq_ignore_ascii_case("Bearer") && find("error")?.1 == "invalid_token";
        refused.then(|| Refused { description: find("error_description").map(|(_, text)| text.clone()) })
    })
}

type Challenge = (String, Vec<(String, String)>);

/// Reads the challenges of one header. It is lenient: what cannot be read is passed over.
fn challenges(text: &str) -> Vec<Challenge> {
    let mut all: Vec<Challenge> = Vec::new();
    for item in split_outside_quotes(text) {
        let (head, rest) = item.split_once(' ').map_or((item, ""), |(head, rest)| (head, rest.trim()));
        let parameter = if head.contains('=') {
            item
        } else {
            all.push((head.to_owned(), Vec::new()));
            rest
        };
        if let (Some((name, value)), Some((_, parameters))) = (parameter.split_once('='), all.last_mut()) {
            parameters.push((name.trim().to_owned(), unquoted(value.trim())));
        }
    }
    all
}

fn split_outside_quotes(text: &str) -> Vec<&str> {
    let (mut items, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (index, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ',' if !quoted => {
                items.push(text[start..index].trim());
                start = index + 1;
            }
            _ => {}
        }
    }
    items.push(text[start..].trim());
    items.retain(|item| !item.is_empty());
    items
}

fn unquoted(value: &str) -> String {
    let Some(inside) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { return value.to_owned() };
    let mut text = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        text.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(values: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, value.parse().unwrap());
        }
        refused_token(&headers).map(|refused| refused.description.unwrap_or_default())
    }

    #[test]
    fn only_a_bearer_challenge_with_that_error_counts() {
        assert_eq!(
            judged(&[r#"Bearer realm="x", error="invalid_token", error_description="it, \"expired\"""#]),
            Some("it, \"expired\"".to_owned())
        );
        assert_eq!(judged(&["Basic realm=\"a\", bearer error=invalid_token"]), Some(String::new()));
        assert_eq!(judged(&["Basic realm=x", "Bearer error=\"invalid_token\""]), Some(String::new()));
        for other in [
            r#"Bearer realm="x""#,
            r#"Bearer error="insufficient_scope""#,
            r#"Bearer realm="error=invalid_token""#,
            r#"DPoP error="invalid_token""#,
            r#"Bearer realm="x", DPoP error="invalid_token""#,
            "",
            ",,,",
            "\"",
        ] {
            assert_eq!(judged(&[other]), None, "{other}");
        }
    }
}
