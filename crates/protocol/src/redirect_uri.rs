//! Where an authorization response is sent (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1).
//!
//! The text is read once, strictly, into its parts; parts are compared with parts and nothing is decoded. What two parsers
//! could read in two ways (user information, backslashes, dot segments, encoded separators, other alphabets) is refused, and
//! the WHATWG parser, which is the browser's, must agree on scheme, host and port.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// A redirect address: absolute, without a fragment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri {
    text: String,
    scheme: String,
    /// Host in lower case and port, where there is an authority.
    authority: Option<(String, Option<u16>)>,
    path: String,
    query: Option<String>,
}

/// Why a text is not a redirect address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRedirectUri {
    /// More than [`RedirectUri::LONGEST`] bytes.
    #[error("it is longer than 2048 characters")]
    TooLong,
    /// A space, a control character, a backslash, a quote or something outside ASCII.
    #[error("it holds a character that does not belong in an address (non-ASCII hosts are written in their xn-- form)")]
    Character,
    /// No scheme, or none that is allowed.
    #[error("expected https://…, http://localhost or http://127.0.0.1, or a private scheme with a dot in it")]
    Scheme,
    /// `#`.
    #[error("it must not have a fragment")]
    Fragment,
    /// `user@`.
    #[error("it must not have user information before the host")]
    UserInformation,
    /// No host, or a port that is no port.
    #[error("its host or port cannot be read")]
    Host,
    /// `.` or `..`, or an encoded dot, slash or backslash.
    #[error("its path must not have dot segments or encoded separators")]
    Path,
}

impl RedirectUri {
    /// The longest redirect address that is accepted in a request, in bytes.
    pub const LONGEST: usize = 2048;

    /// # Errors
    /// [`BadRedirectUri`] naming the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, BadRedirectUri> {
        if text.len() > Self::LONGEST {
            return Err(BadRedirectUri::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte)) {
            return Err(BadRedirectUri::Character);
        }
        if text.contains('#') {
            return Err(BadRedirectUri::Fragment);
        }
        let (scheme, rest) = text.split_once(':').ok_or(BadRedirectUri::Scheme)?;
        let scheme = allowed_scheme(scheme)?;
        let (before_query, query) = match rest.split_once('?') {
            Some((before, query)) => (before, Some(query.to_owned())),
            None => (rest, None),
        };
        let (authority, path) = split_authority(before_query)?;
        let uri = Self {
            text: text.to_owned(),
            authority: authority.map(parse_authority).transpose()?,
            path: plain_path(path)?,
            query,
            scheme,
        };
        uri.scheme_fits_host()?;
        uri.browser_agrees()?;
        Ok(uri)
    }

    /// Whether a request for `self` may be answered at the `registered` address: equal in every part, save for the port of
    /// a loopback address (RFC 8252 §7.3) and for a bare host, which is the same with and without its slash.
    pub fn fits(&self, registered: &Self) -> bool {
        let same_place = match (&self.authority, &registered.authority) {
            (Some((host, port)), Some((registered_host, registered_port))) => {
                host == registered_host
                    && (self.effective_port(*port) == registered.effective_port(*registered_port)
                        || registered.is_loopback())
            }
            (None, None) => true,
            _ => false,
        };
        same_place && self.scheme == registered.scheme && self.path == registered.path && self.query == registered.query
    }

    /// Whether this is plain HTTP to the machine of the person.
    pub fn is_loopback(&self) -> bool {
        self.scheme == "http"
            && self
                .authority
                .as_ref()
                .is_some_and(|(host, _)| matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]"))
    }

    /// The address with `parameters` (already form-encoded) added to its query.
    pub fn with_query(&self, parameters: &str) -> String {
        let separator = if self.query.is_some() { '&' } else { '?' };
        format!("{}{separator}{parameters}", self.destination())
    }

    /// The address with `parameters` (already form-encoded) as its fragment.
    pub fn with_fragment(&self, parameters: &str) -> String {
        format!("{}#{parameters}", self.destination())
    }

    /// The address itself; one without a path gets the slash that a browser would add.
    pub fn destination(&self) -> String {
        let bare = self.authority.is_some() && self.query.is_none() && !self.after_authority().contains('/');
        if bare { format!("{}/", self.text) } else { self.text.clone() }
    }

    /// What a content security policy's `form-action` must name so that a browser may be sent there.
    pub fn policy_source(&self) -> String {
        match &self.authority {
            Some(_) if matches!(self.scheme.as_str(), "http" | "https") => {
                let end = self.text.len() - self.after_authority().len();
                let authority = self.after_authority().split(['/', '?']).next().unwrap_or_default();
                self.text[..end + authority.len()].to_ascii_lowercase()
            }
            _ => format!("{}:", self.scheme),
        }
    }

    /// The host, in lower case; none where there is no authority.
    pub fn host(&self) -> Option<&str> {
        self.authority.as_ref().map(|(host, _)| host.as_str())
    }

    /// The scheme, in lower case.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The address as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn after_authority(&self) -> &str {
        // "scheme://" is as long in the text as in the parsed form, whatever its case.
        self.text.get(self.scheme.len() + 3..).unwrap_or_default()
    }

    fn effective_port(&self, port: Option<u16>) -> Option<u16> {
        port.or(match self.scheme.as_str() {
            "https" => Some(443),
            "http" => Some(80),
            _ => None,
        })
    }

    fn scheme_fits_host(&self) -> Result<(), BadRedirectUri> {
        match self.scheme.as_str() {
            "https" if self.authority.is_some() => Ok(()),
            "http" if self.is_loopback() => Ok(()),
            "https" | "http" => Err(BadRedirectUri::Scheme),
            _ => Ok(()),
        }
    }

    /// The browser acts on what the WHATWG parser reads: both must read the same.
    fn browser_agrees(&self) -> Result<(), BadRedirectUri> {
        let url = Url::parse(&self.text).map_err(|_| BadRedirectUri::Host)?;
        if url.scheme() != self.scheme || !url.username().is_empty() || url.password().is_some() {
            return Err(BadRedirectUri::Host);
        }
        match &self.authority {
            Some((host, port)) if matches!(self.scheme.as_str(), "http" | "https") => {
                let same_host = url.host_str() == Some(host.as_str());
                let same_port = url.port_or_known_default() == self.effective_port(*port);
                if same_host && same_port { Ok(()) } else { Err(BadRedirectUri::Host) }
            }
            _ => Ok(()),
        }
    }
}

/// https, http (whose host is checked later), or a private-use scheme: a reverse domain name, or one that Microsoft's
/// libraries make (`msal…`, `msauth…`, `ms-appx-web`). So `javascript:`, `data:` and the like cannot even be registered.
fn allowed_scheme(scheme: &str) -> Result<String, BadRedirectUri> {
    let lower = scheme.to_ascii_lowercase();
    let well_formed = lower.starts_with(|first: char| first.is_ascii_lowercase())
        && lower.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte));
    let private =
        lower.contains('.') || lower.starts_with("msal") || lower.starts_with("msauth") || lower == "ms-appx-web";
    if well_formed && (lower == "https" || lower == "http" || private) {
        Ok(lower)
    } else {
        Err(BadRedirectUri::Scheme)
    }
}

fn split_authority(text: &str) -> Result<(Option<&str>, &str), BadRedirectUri> {
    let Some(rest) = text.strip_prefix("//") else {
        return if text.starts_with('/') { Ok((None, text)) } else { Err(BadRedirectUri::Host) };
    };
    let end = rest.find('/').unwrap_or(rest.len());
    Ok((Some(&rest[..end]), &rest[end..]))
}

fn parse_authority(text: &str) -> Result<(String, Option<u16>), BadRedirectUri> {
    if text.contains('@') {
        return Err(BadRedirectUri::UserInformation);
    }
    let (host, port) = if text.starts_with('[') {
        let end = text.find(']').ok_or(BadRedirectUri::Host)?;
        (
            &text[..=end],
            text[end + 1..]
                .strip_prefix(':')
                .or_else(|| text[end + 1..].is_empty().then_some(""))
                .ok_or(BadRedirectUri::Host)?,
        )
    } else {
        text.split_once(':').unwrap_or((text, ""))
    };
    let port = match port {
        "" if text.ends_with(':') => return Err(BadRedirectUri::Host),
        "" => None,
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0') => {
            Some(digits.parse().map_err(|_| BadRedirectUri::Host)?)
        }
        _ => return Err(BadRedirectUri::Host),
    };
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte);
    if host.is_empty() || host.contains('*') || !host.bytes().all(fits) {
        return Err(BadRedirectUri::Host);
    }
    Ok((host.to_ascii_lowercase(), port))
}

fn plain_path(path: &str) -> Result<String, BadRedirectUri> {
    let lower = path.to_ascii_lowercase();
    let encoded = ["%2e", "%2f", "%5c", "%00"].iter().any(|bad| lower.contains(bad));
    let dots = path.split('/').any(|segment| matches!(segment.split(';').next(), Some("." | "..")));
    if encoded || dots {
        return Err(BadRedirectUri::Path);
    }
    Ok(if path.is_empty() { "/".to_owned() } else { path.to_owned() })
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = BadRedirectUri;
    fn try_from(text: String) -> Result<Self, BadRedirectUri> {
        Self::parse(&text)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> RedirectUri {
        RedirectUri::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn only_the_port_of_a_loopback_address_may_differ() {
        // T01, T04, T05
        let rows = [
            ("http://localhost", "http://localhost", true),
            ("http://localhost:1", "http://localhost", true),
            ("http://localhost:65535/", "http://localhost", true),
            ("http://LOCALHOST:8400", "http://localhost", true),
            ("HTTP://localhost:8400", "http://localhost", true),
            ("http://localhost:8400/callback", "http://localhost", false),
            ("http://localhost:8400/?a=1", "http://localhost", false),
            ("https://localhost:8400", "http://localhost", false),
            ("http://127.0.0.1:8400", "http://localhost", false),
            ("http://127.0.0.1:8400", "http://127.0.0.1", true),
            ("http://[::1]:8400", "http://[::1]", true),
            ("http://[::1]:8400", "http://127.0.0.1", false),
            ("http://localhost:9/a", "http://localhost:5/a", true),
            ("http://localhost:9/A", "http://localhost:5/a", false),
            ("http://localhost:9/a/", "http://localhost:5/a", false),
            ("https://app.example", "https://app.example/", true),
            ("https://app.example:443/", "https://app.example/", true),
            ("https://APP.example/", "https://app.example/", true),
            ("https://app.example:8443/", "https://app.example/", false),
            ("https://app.example/a", "https://app.example/", false),
            ("https://app.example.evil.tld/", "https://app.example/", false),
            ("https://app.example/cb?a=1", "https://app.example/cb?a=1", true),
            ("https://app.example/cb?a=2", "https://app.example/cb?a=1", false),
            ("https://app.example/cb?", "https://app.example/cb", false),
            ("https://app.example/cb", "https://app.example/CB", false),
            ("com.example.app:/cb", "com.example.app:/cb", true),
            ("com.example.app:/cb2", "com.example.app:/cb", false),
            ("msal1234://auth", "msal1234://auth", true),
            ("msal1234://auth:1", "msal1234://auth", false),
        ];
        for (asked, registered, expected) in rows {
            assert_eq!(uri(asked).fits(&uri(registered)), expected, "{asked} against {registered}");
        }
    }

    #[test]
    fn hostile_addresses_are_refused() {
        // T02, T03, T06
        let rows = [
            "",
            "x",
            "/cb",
            "//evil.example/cb",
            "https:",
            "https:/x",
            "https://",
            "https:///x",
            "https://#",
            "https://x#f",
            "https://x/#",
            "https://u@x/",
            "https://u:p@x/",
            "https://a@b@x/",
            "https://x@/",
            "https://x\\@y/",
            "https://x\\y/",
            "https://x y/",
            "https://x/\n",
            "https://x/\r\nSet-Cookie:a",
            "https://x/\t",
            "https://x/\u{0}",
            "https://ex\u{e4}mple/",
            "https://x/\u{ff0e}",
            "https://*.example.com/",
            "https://*/",
            "https://x:port/",
            "https://x:0/",
            "https://x:080/",
            "https://x:99999/",
            "https://x:/",
            "https://x/../y",
            "https://x/./y",
            "https://x/..;/y",
            "https://x/%2e%2e/y",
            "https://x/%2E/y",
            "https://x/a%2fb",
            "https://x/a%5cb",
            "https://x/a%00",
            "http://example.com/",
            "http://10.0.0.1/",
            "http://localhost.evil.tld/",
            "http://127.0.0.2/",
            "http://0x7f.1/",
            "https://0x7f.1/",
            "https://127.1/",
            "https://[::1/",
            "https://[::1]x/",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "javascript://x/%0aalert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://x/1",
            "about:blank",
            "ftp://x/",
            "ws://x/",
            "myapp:/cb",
            "myapp://cb",
            "1app.x:/cb",
            "com.example.app:cb",
            "https://x/<script>",
            "https://x/\"",
            "https://x/`",
            "https://x/{a}",
            "https://x/|",
        ];
        for bad in rows {
            assert!(RedirectUri::parse(bad).is_err(), "{bad:?} was accepted");
        }
        assert_eq!(RedirectUri::parse(&format!("https://x/{}", "a".repeat(2048))), Err(BadRedirectUri::TooLong));
    }

    #[test]
    fn whatever_is_taken_goes_to_the_host_that_is_registered() {
        // T01, T02: every registered address with something put in, taken out or put in its place, anywhere.
        let registered = [
            "https://app.example.com/cb",
            "https://app.example.com:8443/cb?a=1",
            "http://localhost/cb",
            "http://127.0.0.1:5000",
            "http://[::1]/cb",
            "com.example.app:/cb",
        ];
        let pieces = [
            "",
            ".",
            "..",
            ";",
            "/",
            "//",
            "\\",
            "@",
            "a@",
            ":",
            ":1",
            ":443",
            "?",
            "#",
            "*",
            "%",
            "%2e",
            "%2f",
            "%40",
            " ",
            "\t",
            "\0",
            ".evil.tld",
            "evil.tld/",
            "evil.tld#",
            "[",
            "]",
            "1",
            "A",
            "\u{ff0e}",
            "\u{3002}",
            "\u{ad}",
        ];
        let mut taken = 0;
        for text in registered {
            for (at, piece) in (0..=text.len()).flat_map(|at| pieces.iter().map(move |piece| (at, *piece))) {
                for left_out in 0..=2.min(text.len() - at) {
                    let asked = format!("{}{piece}{}", &text[..at], &text[at + left_out..]);
                    let Ok(read) = RedirectUri::parse(&asked) else { continue };
                    if !read.fits(&uri(text)) {
                        continue;
                    }
                    taken += 1;
                    // What a browser reads, and not what we read, is where the answer goes.
                    let (there, here) = (url::Url::parse(&asked).unwrap(), url::Url::parse(text).unwrap());
                    assert_eq!((there.scheme(), there.host_str()), (here.scheme(), here.host_str()), "{asked:?}");
                    let is_loopback = uri(text).is_loopback();
                    assert!(is_loopback || there.port() == here.port(), "{asked:?}");
                    assert_eq!((there.path(), there.query()), (here.path(), here.query()), "{asked:?}");
                    assert_eq!((there.username(), there.password(), there.fragment()), ("", None, None), "{asked:?}");
                }
            }
        }
        assert!(taken > registered.len(), "{taken}");
    }

    #[test]
    fn parameters_are_added_where_the_mode_says() {
        assert_eq!(uri("http://localhost:5").with_query("code=1"), "http://localhost:5/?code=1");
        assert_eq!(uri("http://localhost:5").with_fragment("code=1"), "http://localhost:5/#code=1");
        assert_eq!(uri("https://x/cb?a=1").with_query("code=1"), "https://x/cb?a=1&code=1");
        assert_eq!(uri("https://x/cb").with_fragment("code=1"), "https://x/cb#code=1");
        assert_eq!(uri("com.example.app:/cb").with_query("code=1"), "com.example.app:/cb?code=1");
        assert_eq!(uri("msal1://auth").with_query("code=1"), "msal1://auth/?code=1");
    }

    #[test]
    fn a_policy_names_the_origin_or_the_private_scheme() {
        assert_eq!(uri("http://localhost:5").policy_source(), "http://localhost:5");
        assert_eq!(uri("https://App.example/cb?x=1").policy_source(), "https://app.example");
        assert_eq!(uri("com.example.app:/cb").policy_source(), "com.example.app:");
        assert_eq!(uri("msal1://auth").policy_source(), "msal1:");
    }
}
