//! What an application is told.

use std::time::Duration;

use url::Url;

/// Who the application is and whom it trusts to sign people in.
#[derive(Clone, Debug)]
pub struct AppSettings {
    /// The registered id. A native application has no secret: it could not keep one (RFC 8252 §8.5).
    pub client_id: String,
    /// The provider: its metadata is at this address with `/.well-known/openid-configuration` behind it.
    pub authority: String,
    /// Which issuer the metadata may name.
    pub issuer_rule: IssuerRule,
    /// How the redirect address names this machine.
    pub redirect_host: RedirectHost,
    /// A cached access token is handed out while more life than this is left; of a token whose whole life is shorter than
    /// twice this, while more than half of its life is left.
    pub renew_ahead: Duration,
    /// How long a sign-in may take before it is given up.
    pub sign_in_timeout: Duration,
    /// How far the provider's clock may be off when an id_token is checked.
    pub clock_skew: Duration,
    /// How long metadata and keys are kept.
    pub metadata_lifetime: Duration,
}

impl AppSettings {
    /// The usual settings: issuer exact, `http://localhost:PORT`, tokens renewed five minutes ahead, five minutes to sign in.
    pub fn new(client_id: impl Into<String>, authority: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            authority: authority.into(),
            issuer_rule: IssuerRule::Exact,
            redirect_host: RedirectHost::Localhost,
            renew_ahead: Duration::from_mins(5),
            sign_in_timeout: Duration::from_mins(5),
            clock_skew: Duration::from_mins(5),
            metadata_lifetime: Duration::from_hours(1),
        }
    }

    pub(crate) fn metadata_url(&self) -> Result<Url, BadAppSettings> {
        if self.client_id.is_empty() {
            return Err(BadAppSettings::NoClientId);
        }
        let bad = || BadAppSettings::Authority { text: self.authority.clone() };
        let authority = Url::parse(&self.authority).map_err(|_| bad())?;
        if authority.query().is_some() || authority.fragment().is_some() || authority.cannot_be_a_base() {
            return Err(bad());
        }
        let base = self.authority.trim_end_matches('/');
        Url::parse(&format!("{base}/.well-known/openid-configuration")).map_err(|_| bad())
    }
}

/// Which issuer the metadata at an authority may name.
///
/// The check keeps a provider from speaking for another one (RFC 8414 §3.3, OpenID Connect Discovery §4.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IssuerRule {
    /// The authority itself, byte for byte, as the specifications say.
    #[default]
    Exact,
    /// An address on the authority's own origin whose path differs in the first segment alone: the tenant. So
    /// `https://id.example/contoso.example/v2.0` may name `https://id.example/8eaef023-…/v2.0`, as Microsoft's dialect does
    /// for a tenant's domain, and `https://id.example/{tenantid}/v2.0` for `common`, where each id_token's `tid` fills the
    /// place. Whoever controls one path of the origin could then speak for others: choose it for such providers alone.
    SameOrigin,
}

impl IssuerRule {
    pub(crate) fn allows(self, authority: &str, issuer: &str) -> bool {
        match self {
            Self::Exact => issuer == authority,
            Self::SameOrigin => issuer == authority || differs_in_tenant_alone(authority, issuer).unwrap_or(false),
        }
    }
}

fn differs_in_tenant_alone(authority: &str, issuer: &str) -> Option<bool> {
    let (authority, issuer) = (Url::parse(authority).ok()?, Url::parse(issuer).ok()?);
    let after_tenant = |url: &Url| -> Option<Vec<String>> {
        let mut segments = url.path().trim_end_matches('/').split('/').skip(1).map(str::to_owned);
        segments.next().filter(|tenant| !tenant.is_empty())?;
        Some(segments.collect())
    };
    let plain = issuer.query().is_none() && issuer.fragment().is_none() && issuer.username().is_empty();
    Some(plain && authority.origin() == issuer.origin() && after_tenant(&authority)? == after_tenant(&issuer)?)
}

/// How the loopback redirect address names this machine (RFC 8252 §7.3). It must be the form that is registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RedirectHost {
    /// `http://localhost:PORT`: what Microsoft's libraries use. Both loopback addresses are listened on.
    #[default]
    Localhost,
    /// `http://127.0.0.1:PORT`: what RFC 8252 §8.3 prefers, since no name has to be resolved.
    Ipv4,
}

impl RedirectHost {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Localhost => "localhost",
            Self::Ipv4 => "127.0.0.1",
        }
    }
}

/// The settings do not make an application.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAppSettings {
    /// No client id.
    #[error("no client id is given; register the application and give its client id")]
    NoClientId,
    /// The authority is no address.
    #[error("the authority {text:?} is not an address such as https://id.example/TENANT/v2.0")]
    Authority {
        /// What was given.
        text: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_may_differ_in_the_tenant_alone_and_only_when_that_is_allowed() {
        let authority = "https://id.example:8443/contoso.example/v2.0";
        let rows = [
            ("https://id.example:8443/contoso.example/v2.0", true, true),
            ("https://id.example:8443/8eaef023/v2.0", false, true),
            ("https://id.example:8443/{tenantid}/v2.0", false, true),
            ("https://id.example:8443/8eaef023/v1.0", false, false),
            ("https://id.example:8443/8eaef023/x/v2.0", false, false),
            ("https://id.example:8443/v2.0", false, false),
            ("https://id.example/8eaef023/v2.0", false, false),
            ("http://id.example:8443/8eaef023/v2.0", false, false),
            ("https://evil.example:8443/8eaef023/v2.0", false, false),
            ("https://u@id.example:8443/8eaef023/v2.0", false, false),
            ("https://id.example:8443/8eaef023/v2.0?x", false, false),
            ("https://id.example:8443/contoso.example/v2.0/../v3.0", false, false),
            ("not an address", false, false),
        ];
        for (issuer, exact, same_origin) in rows {
            assert_eq!(IssuerRule::Exact.allows(authority, issuer), exact, "{issuer}");
            assert_eq!(IssuerRule::SameOrigin.allows(authority, issuer), same_origin, "{issuer}");
        }
    }

    #[test]
    fn metadata_stands_behind_the_authority_with_one_slash() {
        let at = |authority| AppSettings::new("c", authority).metadata_url().map(String::from);
        let expected = Ok("https://x.example/t/.well-known/openid-configuration".to_owned());
        assert_eq!(at("https://x.example/t"), expected);
        assert_eq!(at("https://x.example/t/"), expected);
        for bad in ["x", "https://x/?a", "https://x/#a", "mailto:a"] {
            assert!(matches!(at(bad), Err(BadAppSettings::Authority { .. })), "{bad}");
        }
        assert_eq!(AppSettings::new("", "https://x").metadata_url(), Err(BadAppSettings::NoClientId));
    }
}
