//! For how long a document is kept.

use std::time::Duration;

use http::{HeaderMap, HeaderName, header};

use super::DocumentSettings;

/// What the answer says of its own lifetime, within our bounds.
///
/// `max-age` less the `Age` that it had when it came counts; an answer that is not to be kept at all is kept for the least
/// that we keep. `Expires` is not read.
///
/// Spec: RFC 9111 §4.2.1, §4.2.3, §5.2.2.
pub fn of(headers: &HeaderMap, settings: &DocumentSettings) -> Duration {
    let said = if directives(headers).any(|one| is(&one, "no-store") || is(&one, "no-cache")) {
        Some(Duration::ZERO)
    } else {
        // Several that differ: the shortest, as §4.2.1 lets us choose.
        directives(headers).filter_map(|one| max_age(&one)).min().map(|whole| whole.saturating_sub(age(headers)))
    };
    said.unwrap_or(settings.default_lifetime).min(settings.greatest_lifetime).max(settings.least_lifetime)
}

fn directives(headers: &HeaderMap) -> impl Iterator<Item = String> {
    texts(headers, header::CACHE_CONTROL).flat_map(|text| text.split(',')).map(|one| one.trim().to_ascii_lowercase())
}

fn texts(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
}

/// A directive, with or without an argument: `no-cache="set-cookie"` is about a header, and the cautious reading does no harm.
fn is(directive: &str, name: &str) -> bool {
    directive.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
}

fn max_age(directive: &str) -> Option<Duration> {
    let argument = directive.strip_prefix("max-age=")?;
    let unquoted = argument.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(argument);
    seconds(unquoted)
}

fn age(headers: &HeaderMap) -> Duration {
    texts(headers, header::AGE).next().and_then(|text| seconds(text.trim())).unwrap_or_default()
}

/// A number too large to be held is as good as forever (RFC 9111 §1.2.2).
fn seconds(text: &str) -> Option<Duration> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| Duration::from_secs(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn kept(lines: &[(&'static str, &'static str)]) -> u64 {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        of(&headers, &DocumentSettings::default()).as_secs()
    }

    #[test]
    fn a_document_says_for_how_long_within_bounds() {
        const DAY: u64 = 24 * 60 * 60;
        for (said, seconds) in [
            ("max-age=300", 300),
            ("public, MAX-AGE=300, must-revalidate", 300),
            ("max-age=\"300\"", 300),
            ("max-age=0", 60),
            ("max-age=59", 60),
            ("max-age=86400", DAY),
            ("max-age=86401", DAY),
            ("max-age=99999999999999999999999", DAY),
            ("max-age=600, max-age=300", 300),
            ("max-age=600, no-cache", 60),
            ("no-store, max-age=600", 60),
            ("s-maxage=5, max-age=300", 300),
        ] {
            assert_eq!(kept(&[("cache-control", said)]), seconds, "{said}");
        }
    }

    #[test]
    fn what_says_nothing_is_kept_for_ten_minutes() {
        assert_eq!(kept(&[]), 600);
        for said in
            ["public", "max-age", "max-age=", "max-age=-5", "max-age=+5", "max-age=5m", "x-max-age=5", "no-cachex"]
        {
            assert_eq!(kept(&[("cache-control", said)]), 600, "{said}");
        }
    }

    #[test]
    fn several_lines_count_as_one_and_the_age_is_taken_off() {
        assert_eq!(kept(&[("cache-control", "public"), ("cache-control", "max-age=120")]), 120);
        assert_eq!(kept(&[("cache-control", "max-age=600"), ("age", "500")]), 100);
        assert_eq!(kept(&[("cache-control", "max-age=600"), ("age", "900")]), 60);
        assert_eq!(kept(&[("cache-control", "max-age=600"), ("age", "old")]), 600);
    }
}
