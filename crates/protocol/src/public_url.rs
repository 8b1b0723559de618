//! The address under which the world reaches us, and the one way to build an address of ours.

use std::fmt;

use url::Url;

/// The public URL: scheme, host and port, from the configuration and never from a request's headers, since a link built
/// from a header is a link that a stranger wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    authority: String,
    host: String,
}

/// Why a text cannot be the public URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPublicUrl {
    /// It could not be read as an address.
    #[error("not an address: {0}")]
    Unreadable(String),
    /// It is neither https nor http.
    #[error("expected https://HOST[:PORT], found the scheme {0:?}")]
    Scheme(String),
    /// It has a path, a query, a fragment or user information.
    #[error(
        "expected a scheme, a host and a port alone, as in https://id.example.com: clients accept no path before the tenant"
    )]
    NotOnlyAnOrigin,
}

impl PublicUrl {
    /// # Errors
    /// [`BadPublicUrl`] unless the text is an http or https origin (a single slash at the end is accepted).
    pub fn parse(text: &str) -> Result<Self, BadPublicUrl> {
        let url = Url::parse(text).map_err(|error| BadPublicUrl::Unreadable(error.to_string()))?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(BadPublicUrl::Scheme(url.scheme().to_owned()));
        }
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let host = url.host_str().unwrap_or_default().to_owned();
        if !bare || !url.username().is_empty() || url.password().is_some() || host.is_empty() {
            return Err(BadPublicUrl::NotOnlyAnOrigin);
        }
        let authority = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        Ok(Self { origin: format!("{}://{authority}", url.scheme()), authority, host })
    }

    /// The one function that builds an address of ours. `path` begins with a slash and is already percent-encoded.
    pub fn at(&self, path: &str) -> String {
        debug_assert!(path.is_empty() || path.starts_with('/'), "a path begins with a slash");
        format!("{}{path}", self.origin)
    }

    /// Scheme, host and port, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Host, and port where it is not the scheme's own.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host alone.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether browsers reach us over TLS.
    pub fn is_https(&self) -> bool {
        self.origin.starts_with("https:")
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_kept_and_built_upon() {
        let url = PublicUrl::parse("https://localhost:8443/").unwrap();
        assert_eq!(url.at("/common/oauth2/nativeclient"), "https://localhost:8443/common/oauth2/nativeclient");
        assert_eq!((url.authority(), url.host()), ("localhost:8443", "localhost"));
    }

    #[test]
    fn the_port_of_the_scheme_is_left_out() {
        assert_eq!(PublicUrl::parse("https://id.example:443").unwrap().origin(), "https://id.example");
    }

    #[test]
    fn anything_but_an_origin_is_refused() {
        for bad in ["https://x/path", "https://x?q", "https://x#f", "https://u@x", "ftp://x", "x", "", "https://"] {
            assert!(PublicUrl::parse(bad).is_err(), "{bad}");
        }
    }
}
