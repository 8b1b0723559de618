//! Who is contacted, in words that may be shown, and whether that may be asked for at all.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::error::OutgoingError;
use crate::settings::PlainHttp;

/// Scheme, host, port and path of an address: never its query, which may hold a secret.
pub fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}{}", url.scheme(), url.path())
}

/// Whether the address names this machine: `localhost`, `127.0.0.0/8` or `::1`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_loopback_name(name),
        Some(Host::Ipv4(address)) => Ipv4Addr::is_loopback(&address),
        Some(Host::Ipv6(address)) => Ipv6Addr::is_loopback(&address),
        None => false,
    }
}

/// Whether a name stands for this machine (RFC 6761 §6.3).
pub fn is_loopback_name(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether an address may be contacted as far as its scheme and its form go; [`crate::routes`] judges the host.
pub fn permitted(url: &Url, plain_http: PlainHttp) -> Result<(), OutgoingError> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(OutgoingError::Address { destination: shown(url), reason: "it holds a user name or a password" });
    }
    match (url.scheme(), plain_http) {
        ("https", _) | ("http", PlainHttp::Anywhere) => Ok(()),
        ("http", PlainHttp::LoopbackOnly) if is_loopback(url) => Ok(()),
        ("http", PlainHttp::LoopbackOnly) => Err(OutgoingError::NotEncrypted { destination: shown(url) }),
        _ => Err(OutgoingError::Address { destination: shown(url), reason: "its scheme is neither https nor http" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_query_is_not_shown() {
        assert_eq!(shown(&url("https://x.example:8443/token?code=secret#y")), "https://x.example:8443/token");
    }

    #[test]
    fn plain_http_reaches_this_machine_alone() {
        for own in ["http://localhost:1/", "http://127.0.0.1/", "http://[::1]:5/", "https://x.example/"] {
            assert!(permitted(&url(own), PlainHttp::LoopbackOnly).is_ok(), "{own}");
        }
        for other in ["http://x.example/", "http://10.0.0.1/", "http://localhost.evil.example/"] {
            assert!(permitted(&url(other), PlainHttp::LoopbackOnly).is_err(), "{other}");
            assert!(permitted(&url(other), PlainHttp::Anywhere).is_ok(), "{other}");
        }
    }

    #[test]
    fn other_schemes_and_passwords_in_addresses_are_refused() {
        for bad in ["ftp://x/", "file:///etc/passwd", "https://u:p@x/", "https://u@x/"] {
            assert!(permitted(&url(bad), PlainHttp::Anywhere).is_err(), "{bad}");
        }
    }
}
