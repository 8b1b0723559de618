//! Every address that is served.
//!
//! Fixed words are matched without regard to case: client libraries disagree about it (Source: entra-dialect 0.2). Handles and
//! asset names keep theirs.

/// What an address means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The Microsoft identity platform's authorization endpoint.
    Authorize {
        /// How the address names the tenant.
        tenant: String,
    },
    /// Its token endpoint.
    Token {
        /// How the address names the tenant.
        tenant: String,
    },
    /// Its discovery document.
    Metadata {
        /// How the address names the tenant.
        tenant: String,
    },
    /// Its keys.
    Keys {
        /// How the address names the tenant.
        tenant: String,
    },
    /// Which hosts are one authority.
    InstanceDiscovery,
    /// The landing page of embedded browsers.
    NativeClient,
    /// What an error code means.
    ErrorCode,
    /// Facts about the person, for OpenID Connect libraries.
    Userinfo,
    /// The person, for the directory API's callers.
    Me,
    /// Anything else below the directory API.
    DirectoryApi,
    /// Account picker and sign-in.
    SignIn {
        /// The waiting request.
        handle: String,
    },
    /// Consent.
    Consent {
        /// The waiting request.
        handle: String,
    },
    /// A style sheet or picture.
    Asset {
        /// Its whole path.
        path: String,
    },
    /// Whether the process runs.
    HealthLive,
    /// Whether it can answer.
    HealthReady,
    /// The virtual clock; only under `--dev`.
    DevClock,
    /// Recorded events; only under `--dev`.
    DevFlows,
}

impl Route {
    /// What `path` means, if anything.
    pub fn find(path: &str) -> Option<Self> {
        let lower = path.to_ascii_lowercase();
        let mut room = [""; MOST_SEGMENTS];
        let segments = segments(lower.strip_prefix('/')?, &mut room);
        let last = || path.rsplit('/').next().unwrap_or_default().to_owned();
        let tenant = || (*segments.first().unwrap_or(&"")).to_owned();
        Some(match segments {
            ["common", "discovery", "instance"] => Self::InstanceDiscovery,
            ["common", "oauth2", "nativeclient"] => Self::NativeClient,
            ["oidc", "userinfo"] => Self::Userinfo,
            ["v1.0", "me"] => Self::Me,
            ["v1.0" | "beta", ..] => Self::DirectoryApi,
            ["sign-in", _] => Self::SignIn { handle: last() },
            ["consent", _] => Self::Consent { handle: last() },
            ["assets", _] => Self::Asset { path: path.to_owned() },
            ["health", "live"] => Self::HealthLive,
            ["health", "ready"] => Self::HealthReady,
            ["dev", "clock"] => Self::DevClock,
            ["dev", "flows"] => Self::DevFlows,
            ["error"] => Self::ErrorCode,
            [_, "oauth2", "v2.0", "authorize"] => Self::Authorize { tenant: tenant() },
            [_, "oauth2", "v2.0", "token"] => Self::Token { tenant: tenant() },
            [_, "v2.0", ".well-known", "openid-configuration"] => Self::Metadata { tenant: tenant() },
            [_, "discovery", "v2.0", "keys"] => Self::Keys { tenant: tenant() },
            _ => return None,
        })
    }

    /// The methods that the address takes beside `OPTIONS` and `HEAD`.
    pub const fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::Authorize { .. } | Self::Userinfo | Self::SignIn { .. } | Self::Consent { .. } | Self::DevClock => {
                &["GET", "POST"]
            }
            Self::Token { .. } => &["POST"],
            Self::Metadata { .. }
            | Self::Keys { .. }
            | Self::InstanceDiscovery
            | Self::NativeClient
            | Self::ErrorCode
            | Self::Me
            | Self::DirectoryApi
            | Self::Asset { .. }
            | Self::HealthLive
            | Self::HealthReady
            | Self::DevFlows => &["GET"],
        }
    }

    /// Whether scripts of any origin may read the answer: public documents, and calls that carry a token and no cookie.
    pub const fn open_to_scripts(&self) -> bool {
        match self {
            Self::Token { .. }
            | Self::Metadata { .. }
            | Self::Keys { .. }
            | Self::InstanceDiscovery
            | Self::Userinfo
            | Self::Me
            | Self::DirectoryApi => true,
            Self::Authorize { .. }
            | Self::NativeClient
            | Self::ErrorCode
            | Self::SignIn { .. }
            | Self::Consent { .. }
            | Self::Asset { .. }
            | Self::HealthLive
            | Self::HealthReady
            | Self::DevClock
            | Self::DevFlows => false,
        }
    }
}

/// One more than the longest address has: what is longer still is told apart from it, and how much longer does not matter.
const MOST_SEGMENTS: usize = 5;

fn segments<'a, 'room>(path: &'a str, room: &'room mut [&'a str; MOST_SEGMENTS]) -> &'room [&'a str] {
    let mut count = 0;
    for (place, segment) in room.iter_mut().zip(path.split('/')) {
        *place = segment;
        count += 1;
    }
    &room[..count]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_words_are_found_in_any_case_and_handles_keep_theirs() {
        assert_eq!(Route::find("/Common/Discovery/Instance"), Some(Route::InstanceDiscovery));
        assert_eq!(
            Route::find("/Contoso.Example/OAuth2/V2.0/Token"),
            Some(Route::Token { tenant: "contoso.example".into() })
        );
        assert_eq!(Route::find("/sign-in/gi1.AbC"), Some(Route::SignIn { handle: "gi1.AbC".into() }));
    }

    #[test]
    fn what_is_not_listed_is_nothing() {
        for path in [
            "",
            "/",
            "/sign-in",
            "/sign-in/a/b",
            "/x/oauth2/token",
            "//oauth2/v2.0/token/",
            "/x/oauth2/v2.0/token/",
            "/dev",
            "/x/oauth2/v2.0/token/y/z",
            "/x/oauth2/v2.0/authorize/oauth2/v2.0/token",
        ] {
            assert_eq!(Route::find(path), None, "{path}");
        }
    }
}
