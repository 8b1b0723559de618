//! Whose directory.

use std::fmt;

use grantor_protocol::TenantId;
use serde::{Deserialize, Serialize};

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
