//! The names by which tokens for an API are asked.

use grantor_rules::directory_api::WELL_KNOWN_URI;

const LONGEST: usize = 255;

/// What is wrong with an identifier URI.
pub(crate) fn wrong_with(uri: &str) -> Option<&'static str> {
    let lower = uri.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix("api://").or_else(|| lower.strip_prefix("https://")) else {
        return Some("must begin with api:// or https://");
    };
    let host = rest.split('/').next().unwrap_or_default();
    let graph = WELL_KNOWN_URI.trim_start_matches("https://");
    if uri.len() > LONGEST {
        Some("is longer than 255 characters")
    } else if uri.contains(['#', '?']) {
        Some("must not have a query or a fragment")
    } else if !uri.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"<>^`{|}*".contains(&byte)) {
        Some("holds a character that does not belong in an address")
    } else if uri.ends_with('/') && !rest.is_empty() {
        Some("must not end in a slash")
    } else if host.is_empty() || rest.contains("//") {
        Some("must have a name after the two slashes")
    } else if host == graph && lower.starts_with("https://") {
        Some("is that of the built-in directory API")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_ones_pass_and_bad_ones_do_not() {
        for good in ["api://colors", "api://contoso.example/colors", "https://api.contoso.example/v1", "API://Colors"] {
            assert_eq!(wrong_with(good), None, "{good}");
        }
        let bad = [
            ("", "begin"),
            ("colors", "begin"),
            ("http://colors.example", "begin"),
            ("urn:colors", "begin"),
            ("api://", "name"),
            ("api:///x", "name"),
            ("api://a//b", "name"),
            ("api://colors/", "slash"),
            ("api://colors#f", "fragment"),
            ("api://colors?a", "query"),
            ("api://col ors", "character"),
            ("api://*", "character"),
            ("https://graph.microsoft.com", "built-in"),
            ("HTTPS://Graph.Microsoft.com/x", "built-in"),
        ];
        for (uri, fragment) in bad {
            assert!(wrong_with(uri).is_some_and(|wrong| wrong.contains(fragment)), "{uri}: {:?}", wrong_with(uri));
        }
        assert!(wrong_with(&format!("api://{}", "x".repeat(250))).is_some());
    }
}
