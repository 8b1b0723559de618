//! Whose directory.

use std::fmt;

use grantor_protocol::TenantId;
use serde::{Deserialize, Serialize};

use super::trusted_issuer::TrustedIssuer;

/// An organization with a directory of its own, or the tenant of personal accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// Its id, the same for ever.
    pub id: TenantId,
    /// The domain that may stand for the id in addresses, in lower case.
    pub domain: String,
    /// What people read.
    pub display_name: String,
    /// What kind of accounts it holds.
    pub kind: TenantKind,
    /// What its administrators have laid down.
    #[serde(default)]
    pub policy: TenantPolicy,
    /// Which applications may register themselves in it.
    #[serde(default)]
    pub client_registration: RegistrationPolicy,
    /// Whose word about its people it takes (RFC 7523).
    #[serde(default)]
    pub trusted_issuers: Vec<TrustedIssuer>,
}

/// Which applications may register themselves in a tenant (RFC 7591).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrationPolicy {
    /// Who may.
    #[serde(default)]
    pub open_to: RegistrationOpenTo,
    /// The schemes that their redirect addresses may have; without any, each that an application of their type may have.
    #[serde(default)]
    pub redirect_schemes: Vec<String>,
    /// The hosts that their redirect addresses may have; `.example.com` stands for each below it. Without any, each host.
    #[serde(default)]
    pub redirect_hosts: Vec<String>,
}

named! {
    /// Who may register applications with a program.
    #[derive(Default)]
    RegistrationOpenTo {
        /// Nobody.
        #[default]
        Nobody = "closed",
        /// Whoever shows an initial access token (RFC 7591 §3).
        TokenHolders = "with-initial-access-token",
        /// Everybody.
        Everybody = "open",
    }
}

/// What the administrators of a tenant have laid down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantPolicy {
    /// What people may allow applications by themselves.
    #[serde(default)]
    pub user_consent: UserConsent,
    /// Whether people may ask an administrator for what they cannot allow themselves.
    #[serde(default)]
    pub consent_requests: bool,
    /// What a token request for several APIs gets.
    #[serde(default)]
    pub several_apis: SeveralApis,
    /// Whether proofs of keys must hold a nonce of ours (RFC 9449 §8 and §9).
    #[serde(default)]
    pub dpop_nonces: DpopNoncePolicy,
}

/// What people of a tenant may allow applications by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UserConsent {
    /// Whatever is not for administrators.
    #[default]
    Allowed,
    /// Of that, what has a low risk.
    LowRiskOnly,
    /// Nothing.
    NotAllowed,
}

/// What a token request that names several APIs gets (Source: entra-dialect 21.1: the documents and the live service differ).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeveralApis {
    /// A token for the first of them.
    #[default]
    FirstWins,
    /// A refusal.
    Refused,
}

/// Whether proofs of keys must hold a nonce of ours, so that none can be made ahead of its use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DpopNoncePolicy {
    /// Not: the time that they say is enough.
    #[default]
    NotRequired,
    /// Each must.
    Required,
}

/// What kind of accounts a tenant holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TenantKind {
    /// The people of one organization.
    Organization,
    /// Personal accounts.
    Consumers,
}

/// Whose people may sign in at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Authority {
    /// Those of one tenant.
    Tenant(TenantId),
    /// Those of every organization, each in their own tenant.
    Organizations,
    /// Those of every tenant, personal accounts included.
    Common,
}

impl Authority {
    /// Whether the people of `tenant` may sign in here.
    pub fn admits(self, tenant: &Tenant) -> bool {
        match self {
            Self::Tenant(id) => tenant.id == id,
            Self::Organizations => tenant.kind == TenantKind::Organization,
            Self::Common => true,
        }
    }
}

/// How an address names a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TenantName {
    /// By id.
    Id(TenantId),
    /// By domain, in lower case.
    Domain(String),
}

impl TenantName {
    /// Reads an id or a domain (letters, digits, hyphens and dots, with at least one dot); `None` if it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(id) = text.parse() {
            return Some(Self::Id(id));
        }
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let domain = text.len() <= 253 && text.contains('.') && text.split('.').all(label);
        domain.then(|| Self::Domain(text.to_ascii_lowercase()))
    }
}

impl fmt::Display for TenantName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(formatter),
            Self::Domain(domain) => formatter.write_str(domain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_named_by_id_or_domain_in_any_case() {
        assert_eq!(TenantName::parse("Contoso.Example"), Some(TenantName::Domain("contoso.example".into())));
        assert!(matches!(TenantName::parse("8EAEF023-2b34-4da1-9baa-8bc8c9d6a490"), Some(TenantName::Id(_))));
        for bad in ["", "contoso", "a..b", "-a.b", "a b.c", "a/b.c", "é.example", "x."] {
            assert_eq!(TenantName::parse(bad), None, "{bad}");
        }
    }
}
