//! How a rejection is told: status, challenge and body (RFC 6750 §3).

use std::fmt::Write as _;
use std::time::Duration;

use grantor_protocol::dpop::{ALGORITHMS, Scheme};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Map, Value};

use crate::rejection::{InvalidToken, Rejection};

/// A rejection as it is sent, before it becomes a response of some body type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The `WWW-Authenticate` header, for all but 503.
    pub challenge: Option<HeaderValue>,
    /// The `Retry-After` header, for 503.
    pub retry_after: Option<Duration>,
    /// The body: the same facts as JSON.
    pub body: String,
}

/// What a challenge says of what is protected.
#[derive(Clone, Copy, Debug)]
pub struct Protection<'a> {
    /// Its name (RFC 9110 §11.5).
    pub realm: &'a str,
    /// How the call carried its token.
    pub scheme: Scheme,
    /// Whether tokens that are bound to a key are taken (RFC 9449 §7).
    pub takes_proofs: bool,
}

/// Words a rejection. The texts hold no secret and name what to correct.
pub fn answer(rejection: &Rejection, protection: &Protection<'_>) -> Answer {
    let (status, error) = code(rejection);
    let description = rejection.to_string();
    let scope = match rejection {
        Rejection::InsufficientScope { needed } => Some(needed.scopes().collect::<Vec<_>>().join(" ")),
        _ => None,
    }
    .filter(|scope| !scope.is_empty());
    let challenge = (status != StatusCode::SERVICE_UNAVAILABLE)
        .then(|| challenge(rejection, protection, error.map(|error| (error, description.as_str())), scope.as_deref()));
    let retry_after = match rejection {
        Rejection::KeysUnavailable { retry_after, .. } => Some(*retry_after),
        _ => None,
    };
    let members = [("error", error), ("error_description", Some(&*description)), ("scope", scope.as_deref())];
    let body: Map<String, Value> =
        members.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Value::from(text?)))).collect();
    Answer { status, challenge, retry_after, body: Value::Object(body).to_string() }
}

/// Status and error code (RFC 6750 §3.1). A request without credentials learns nothing but that some are needed.
fn code(rejection: &Rejection) -> (StatusCode, Option<&'static str>) {
    match rejection {
        Rejection::NoCredentials => (StatusCode::UNAUTHORIZED, None),
        Rejection::SeveralCredentials | Rejection::TokenInQuery | Rejection::Malformed { .. } => {
            (StatusCode::BAD_REQUEST, Some("invalid_request"))
        }
        Rejection::NoProof | Rejection::Proof(_) => (StatusCode::UNAUTHORIZED, Some("invalid_dpop_proof")),
        Rejection::Invalid(_) => (StatusCode::UNAUTHORIZED, Some("invalid_token")),
        Rejection::InsufficientScope { .. } => (StatusCode::FORBIDDEN, Some("insufficient_scope")),
        // Not 401: the token may be perfectly good, and a client that throws it away would not be helped.
        Rejection::KeysUnavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, Some("temporarily_unavailable")),
    }
}

/// What is wrong stands with the scheme that the call came by, or should have come by; where there is another one, it is named
/// beside it (RFC 9449 §7.1 and §7.2).
fn challenge(
    rejection: &Rejection,
    protection: &Protection<'_>,
    error: Option<(&str, &str)>,
    scope: Option<&str>,
) -> HeaderValue {
    let mut said = format!("realm=\"{}\"", quoted(protection.realm));
    if let Some((error, description)) = error {
        let _ = write!(said, ", error=\"{error}\", error_description=\"{}\"", plain(description));
    }
    if let Some(scope) = scope {
        let _ = write!(said, ", scope=\"{}\"", plain(scope));
    }
    let algorithms = format!("algs=\"{}\"", ALGORITHMS.join(" "));
    let bound = matches!(rejection, Rejection::Invalid(InvalidToken::Bound));
    let text = match (protection.takes_proofs, protection.scheme) {
        (false, _) => format!("Bearer {said}"),
        (true, Scheme::Bearer) if !bound => format!("Bearer {said}, DPoP {algorithms}"),
        (true, Scheme::Bearer | Scheme::Dpop) => format!("DPoP {said}, {algorithms}"),
    };
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("Bearer"))
}

/// The inside of a quoted-string (RFC 9110 §5.6.4); what a header cannot hold becomes a question mark.
fn quoted(text: &str) -> String {
    let mut inside = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\\' => inside.extend(['\\', character]),
            ' '..='~' => inside.push(character),
            _ => inside.push('?'),
        }
    }
    inside
}

/// What `error_description` and `scope` may hold: visible ASCII and spaces without quote and backslash (RFC 6750 §3).
fn plain(text: &str) -> String {
    let allowed = |character: char| match character {
        '"' => '\'',
        '\\' => '/',
        ' '..='~' => character,
        _ => '?',
    };
    text.chars().map(allowed).collect()
}

impl Answer {
    /// The answer as a response.
    pub fn into_response<B: From<String>>(self) -> Response<B> {
        let mut response = Response::new(B::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(after) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirement::Requirement;

    const fn protection(realm: &str) -> Protection<'_> {
        Protection { realm, scheme: Scheme::Bearer, takes_proofs: false }
    }

    fn header(rejection: &Rejection) -> String {
        answer(rejection, &protection("colors")).challenge.unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn without_credentials_there_is_no_error() {
        assert_eq!(header(&Rejection::NoCredentials), r#"Bearer realm="colors""#);
        assert!(!answer(&Rejection::NoCredentials, &protection("colors")).body.contains("\"error\""));
    }

    #[test]
    fn a_scope_that_is_missing_is_named() {
        let rejection = Rejection::InsufficientScope { needed: Requirement::scope("Colors.Read") };
        assert!(header(&rejection).ends_with(r#", scope="Colors.Read""#), "{}", header(&rejection));
        assert!(header(&rejection).contains(r#"error="insufficient_scope""#));
        let rejection = Rejection::InsufficientScope { needed: Requirement::role("Admin") };
        assert!(!header(&rejection).contains("scope=\""));
    }

    #[test]
    fn what_a_token_says_cannot_break_out_of_the_quotes() {
        let found = "x\", error=\"none\\\r\nSet-Cookie: a=ä".to_owned();
        let rejection = Rejection::Invalid(InvalidToken::Issuer { expected: "i".to_owned(), found });
        let header = header(&rejection);
        assert!(header.ends_with("sent x', error='none/??Set-Cookie: a=?\""), "{header}");
        assert_eq!(header.matches("error=\"").count(), 1);
    }

    #[test]
    fn a_realm_is_escaped() {
        let challenge = answer(&Rejection::NoCredentials, &protection("a\"b\\c\n")).challenge.unwrap();
        assert_eq!(challenge.to_str().unwrap(), r#"Bearer realm="a\"b\\c?""#);
    }

    #[test]
    fn unavailable_keys_are_our_trouble_and_the_reason_stays_here() {
        let rejection =
            Rejection::KeysUnavailable { retry_after: Duration::from_millis(100), detail: "SECRET".to_owned() };
        let answer = answer(&rejection, &protection("colors"));
        assert_eq!((answer.status, &answer.challenge), (StatusCode::SERVICE_UNAVAILABLE, &None));
        assert!(!answer.body.contains("SECRET"));
        assert_eq!(answer.into_response::<String>().headers()[RETRY_AFTER], "1");
    }
}
