//! What the name of a tenant, a person or an application means.

use std::sync::Arc;

use grantor_protocol::{ClientId, TenantId, UserId};
use grantor_rules::model::{Application, Tenant, TenantName, User};
use grantor_storage::{Storage, TenantStorage};

use super::{AdministrationError, only};
use crate::FlowError;

/// How many are read at a time.
const PAGE: u32 = 200;
/// How many are looked through for names that are alike, in each tenant, and how many of those are told.
const LOOKED_THROUGH: u32 = 1000;
const TOLD: usize = 5;

/// A person with their tenant.
#[derive(Clone, Debug)]
pub struct Found {
    /// The tenant.
    pub tenant: Tenant,
    /// The person.
    pub user: User,
}

/// The tenant of this id or domain, or, without a name, every tenant.
///
/// # Errors
/// [`AdministrationError`].
pub async fn tenants(storage: &dyn Storage, name: Option<&str>) -> Result<Vec<Tenant>, AdministrationError> {
    let all = storage.list_tenants().await?;
    let Some(name) = name else { return Ok(all) };
    let meant = TenantName::parse(name);
    let is_meant = |tenant: &&Tenant| match &meant {
        Some(TenantName::Id(id)) => tenant.id == *id,
        Some(TenantName::Domain(domain)) => tenant.domain == *domain,
        None => false,
    };
    let found: Vec<Tenant> = all.iter().filter(is_meant).cloned().collect();
    if found.is_empty() {
        let there = all.iter().map(|tenant| tenant.domain.as_str());
        let there = alike(name, there.clone(), there);
        return Err(AdministrationError::NoSuch { kind: "tenant", name: name.to_owned(), there });
    }
    Ok(found)
}

/// The person with this sign-in name or id, in one tenant or, without one, in any.
///
/// # Errors
/// [`AdministrationError`].
pub async fn person(storage: &dyn Storage, tenant: Option<&str>, name: &str) -> Result<Found, AdministrationError> {
    let tenants = tenants(storage, tenant).await?;
    let mut found = Vec::new();
    for tenant in &tenants {
        let store = storage.tenant(tenant.id);
        let user = match name.parse::<UserId>() {
            Ok(id) => store.find_user(id).await?,
            Err(_) => store.find_user_by_name(name).await?,
        };
        found.extend(user.map(|user| Found { tenant: tenant.clone(), user }));
    }
    let mut there = Vec::new();
    if found.is_empty() {
        for tenant in &tenants {
            there.extend(storage.tenant(tenant.id).list_users(None, LOOKED_THROUGH).await?);
        }
    }
    let shown = |one: &Found| format!("{} ({}) of {}", one.user.user_principal_name, one.user.id, one.tenant.domain);
    only(found, "person", name, shown, || {
        let searched = there.iter().map(|user| format!("{} {}", user.user_principal_name, user.display_name));
        alike(name, searched, there.iter().map(|user| user.user_principal_name.as_str()))
    })
}

/// The application with this client id, whichever tenant has registered it.
///
/// # Errors
/// [`AdministrationError`].
pub async fn application(storage: &dyn Storage, client_id: &str) -> Result<Arc<Application>, AdministrationError> {
    let mut found = Vec::new();
    if let Ok(client_id) = ClientId::parse(client_id) {
        // The name could be an identifier URI of another one.
        found.extend(storage.find_registered(client_id.as_str()).await?.filter(|one| one.client_id == client_id));
    }
    let mut there = Vec::new();
    if found.is_empty() {
        for tenant in storage.list_tenants().await? {
            there.extend(storage.tenant(tenant.id).list_applications(None, LOOKED_THROUGH).await?);
        }
    }
    let shown = |one: &Arc<Application>| format!("{} ({})", one.client_id, one.display_name);
    only(found, "application", client_id, shown, || {
        alike(client_id, there.iter().map(&shown), there.iter().map(&shown))
    })
}

/// Those that are called alike, a few of them; where none is, all, if they are few.
fn alike(
    name: &str,
    searched: impl Iterator<Item = impl AsRef<str>>,
    shown: impl Iterator<Item = impl Into<String>>,
) -> Vec<String> {
    let wanted = name.split('@').next().unwrap_or_default().trim().to_lowercase();
    let is_alike = |text: &str| {
        let text = text.to_lowercase();
        let begins = text.split(['@', ' ', '.']).next().unwrap_or_default();
        !wanted.is_empty() && (text.contains(&wanted) || (begins.len() > 2 && wanted.contains(begins)))
    };
    let all: Vec<(bool, String)> =
        searched.zip(shown).map(|(searched, shown)| (is_alike(searched.as_ref()), shown.into())).collect();
    if all.iter().any(|(alike, _)| *alike) {
        all.into_iter().filter(|(alike, _)| *alike).map(|(_, shown)| shown).take(TOLD).collect()
    } else if all.len() <= TOLD {
        all.into_iter().map(|(_, shown)| shown).collect()
    } else {
        Vec::new()
    }
}

/// Every application that a tenant has registered, in the order of client ids.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn applications_of(storage: &dyn Storage, tenant: TenantId) -> Result<Vec<Arc<Application>>, FlowError> {
    let store = storage.tenant(tenant);
    let mut found: Vec<Arc<Application>> = Vec::new();
    loop {
        let after = found.last().map(|last| &last.client_id);
        let page = store.list_applications(after, PAGE).await?;
        if page.is_empty() {
            return Ok(found);
        }
        found.extend(page);
    }
}

/// Everybody of a tenant, in the order of sign-in names.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn people_of(store: &dyn TenantStorage) -> Result<Vec<User>, FlowError> {
    let mut found: Vec<User> = Vec::new();
    loop {
        let after = found.last().map(|last| last.user_principal_name.as_str());
        let page = store.list_users(after, PAGE).await?;
        if page.is_empty() {
            return Ok(found);
        }
        found.extend(page);
    }
}

#[cfg(test)]
mod tests {
    use super::alike;

    fn told(name: &str, all: &[&str]) -> Vec<String> {
        alike(name, all.iter(), all.iter().copied())
    }

    #[test]
    fn what_is_called_alike_is_told() {
        let all =
            ["ada@x.example", "adam@x.example", "bea@x.example", "cy@x.example", "dan@x.example", "eve@x.example"];
        assert_eq!(told("ADA", &all), ["ada@x.example", "adam@x.example"]);
        assert_eq!(told("adam@y.example", &all), ["ada@x.example", "adam@x.example"]);
        assert!(told("zoe", &all).is_empty());
        assert_eq!(told("zoe", &all[..2]), ["ada@x.example", "adam@x.example"]);
        assert!(told("", &all).is_empty());
    }

    #[test]
    fn of_many_alike_a_few_are_told() {
        let all: Vec<String> = (0..9).map(|number| format!("ada{number}@x.example")).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        assert_eq!(told("ada", &all).len(), 5);
    }
}
