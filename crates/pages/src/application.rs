//! What a page tells about an app and about what it asks for.

use crate::words;

/// An app, as far as a person has to know it to decide about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// What the app calls itself.
    pub name: String,
    /// The path of the app's picture on this server, if it has one.
    pub logo: Option<String>,
    /// Who made the app; empty if nobody is named.
    pub publisher: String,
    /// The domain of the tenant in which the app is registered, where it is worth saying: a name is easily claimed.
    pub publisher_tenant_domain: Option<String>,
    /// Whether the app is registered in this tenant. If not, the pages that ask for a decision warn.
    pub publisher_is_this_tenant: bool,
    /// What the publisher does with data. Only an `https` address becomes a link.
    pub privacy_uri: Option<String>,
    /// The publisher's terms. Only an `https` address becomes a link.
    pub terms_uri: Option<String>,
}

impl Application {
    /// The links that may be shown, each with its words.
    pub(crate) fn links(&self) -> Vec<(&str, &'static str)> {
        [(&self.privacy_uri, words::PRIVACY), (&self.terms_uri, words::TERMS)]
            .into_iter()
            .filter_map(|(address, name)| Some((address.as_deref().filter(|address| is_https(address))?, name)))
            .collect()
    }
}

/// Whether an address names the scheme `https`: any other could run in our origin, or open a program.
fn is_https(address: &str) -> bool {
    address.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://"))
}

/// One permission that an app asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// What it allows, as a person would say it; it continues "NAME would like to".
    pub words: String,
    /// The API's name and the permission's, for developers: `Colors API · Colors.Read`.
    pub technical: String,
    /// More about it.
    pub description: Option<String>,
    /// What it could do in wrong hands.
    pub risk: Risk,
    /// Whether it usually takes an administrator to allow it.
    pub administrators_only: bool,
    /// Whether the app uses it by itself, without a signed-in person.
    pub as_application: bool,
}

/// What a permission could do in wrong hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Little: what the person would tell a stranger.
    Low,
    /// Something: what the person would not tell everybody.
    Medium,
    /// Much: other people's data, or acting in somebody's name.
    High,
}

impl Risk {
    /// The words that stand beside the permission.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Low => words::RISK_LOW,
            Self::Medium => words::RISK_MEDIUM,
            Self::High => words::RISK_HIGH,
        }
    }

    /// The name of the style. The words say the same, so that nobody needs to see the colour.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_becomes_a_link() {
        assert!(is_https("https://contoso.example/privacy"));
        assert!(is_https("HTTPS://contoso.example/privacy"));
        for other in ["http://contoso.example/", "javascript:alert(1)//https://", " https://contoso.example/", "", "ä"]
        {
            assert!(!is_https(other), "{other}");
        }
    }
}
