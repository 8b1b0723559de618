//! Where a token stands in a request (RFC 6750 §2).

use grantor_protocol::dpop::Scheme;
use http::{HeaderValue, Uri};

use crate::rejection::Rejection;

/// The one token in the `Authorization` headers, and how it comes (RFC 6750 §2.1, RFC 9449 §7.1). The scheme's name has no case
/// (RFC 9110 §11.1).
///
/// # Errors
/// [`Rejection::NoCredentials`] when there is none or only another scheme, [`Rejection::SeveralCredentials`] when there is
/// more than one header, [`Rejection::Malformed`] when what follows the scheme is no token.
pub fn access_token<'a>(
    authorization: impl IntoIterator<Item = &'a HeaderValue>,
) -> Result<(Scheme, &'a str), Rejection> {
    let mut values = authorization.into_iter();
    let value = values.next().ok_or(Rejection::NoCredentials)?;
    if values.next().is_some() {
        return Err(Rejection::SeveralCredentials);
    }
    let malformed = Rejection::Malformed { reason: "the Authorization header holds characters that no token has" };
    let Ok(text) = value.to_str() else { return Err(malformed) };
    let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
    let scheme = Scheme::parse(scheme).ok_or(Rejection::NoCredentials)?;
    match rest.trim_matches(' ') {
        "" => Err(Rejection::Malformed { reason: "no token follows the scheme in the Authorization header" }),
        token if is_b64token(token) => Ok((scheme, token)),
        _ => Err(malformed),
    }
}

/// `b64token` of RFC 6750 §2.1: letters, digits and `-._~+/`, then `=`.
fn is_b64token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

/// Refuses a token in the query: there it ends up in logs and histories (RFC 6750 §5.3, OAuth 2.1 §5.2).
pub fn no_token_in_query(uri: &Uri) -> Result<(), Rejection> {
    let query = uri.query().unwrap_or_default();
    let named = |(name, _): (std::borrow::Cow<'_, str>, _)| name == "access_token";
    if url::form_urlencoded::parse(query.as_bytes()).any(named) { Err(Rejection::TokenInQuery) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str]) -> Result<(Scheme, String), Rejection> {
        let values: Vec<_> = values.iter().map(|value| HeaderValue::from_str(value).unwrap()).collect();
        access_token(&values).map(|(scheme, token)| (scheme, token.to_owned()))
    }

    #[test]
    fn the_scheme_has_no_case() {
        let token = "a.b-c_d~e+f/g==";
        for scheme in ["Bearer", "bearer", "BEARER"] {
            assert_eq!(read(&[&format!("{scheme} {token}")]).unwrap(), (Scheme::Bearer, token.to_owned()));
        }
        for scheme in ["DPoP", "dpop"] {
            assert_eq!(read(&[&format!("{scheme} {token}")]).unwrap(), (Scheme::Dpop, token.to_owned()));
        }
    }

    #[test]
    fn another_scheme_is_no_credentials() {
        assert_eq!(read(&[]), Err(Rejection::NoCredentials));
        assert_eq!(read(&["Basic dTpw"]), Err(Rejection::NoCredentials));
        assert_eq!(read(&["Bearerx a"]), Err(Rejection::NoCredentials));
    }

    #[test]
    fn two_headers_and_broken_ones_are_told_so() {
        assert_eq!(read(&["Bearer a", "Bearer a"]), Err(Rejection::SeveralCredentials));
        assert_eq!(read(&["Bearer a", "Basic b"]), Err(Rejection::SeveralCredentials));
        for bad in ["Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer \"a\"", "Bearer =", "Bearer a\tb"] {
            assert!(matches!(read(&[bad]), Err(Rejection::Malformed { .. })), "{bad:?}");
        }
    }

    #[test]
    fn a_token_in_the_query_is_seen_however_it_is_written() {
        for bad in ["/x?access_token=a", "/x?b=1&access_token=", "/x?access%5Ftoken=a"] {
            assert_eq!(no_token_in_query(&bad.parse().unwrap()), Err(Rejection::TokenInQuery), "{bad}");
        }
        assert_eq!(no_token_in_query(&"/x?my_access_token=a".parse().unwrap()), Ok(()));
    }
}
