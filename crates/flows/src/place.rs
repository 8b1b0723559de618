//! Whose address a request came to: one tenant's, or one that stands for several.

use std::sync::Arc;

use grantor_protocol::TenantId;
use grantor_rules::Refusal;
use grantor_rules::model::{Authority, Tenant, TenantKind, TenantName, User};
use uuid::Uuid;

use crate::load::find_tenant;
use crate::{Env, FlowError};

/// The ids by which client libraries know the tenant of personal accounts (Source: entra-dialect 2).
const PERSONAL_ACCOUNTS: [Uuid; 2] = [
    Uuid::from_u128(0x9188_040d_6c67_4b5b_b112_36a3_04b6_6dad),
    Uuid::from_u128(0x9188_040d_6c67_4c5b_b112_36a3_04b6_6dad),
];

/// Whose address a request came to.
#[derive(Clone, Debug)]
pub enum Place {
    /// One tenant's.
    Tenant(Arc<Tenant>),
    /// That of every organization.
    Organizations,
    /// That of every tenant.
    Common,
}

impl Place {
    /// Whose people may sign in here.
    pub fn authority(&self) -> Authority {
        match self {
            Self::Tenant(tenant) => Authority::Tenant(tenant.id),
            Self::Organizations => Authority::Organizations,
            Self::Common => Authority::Common,
        }
    }

    /// The tenant, if there is just one.
    pub const fn tenant(&self) -> Option<&Arc<Tenant>> {
        match self {
            Self::Tenant(tenant) => Some(tenant),
            Self::Organizations | Self::Common => None,
        }
    }

    /// The word in the address that stands for several tenants.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Tenant(tenant) if tenant.kind == TenantKind::Consumers => "consumers",
            Self::Tenant(_) => "tenant",
            Self::Organizations => "organizations",
            Self::Common => "common",
        }
    }
}

/// The place that is kept with something that waits.
///
/// # Errors
/// [`Refusal::TenantUnknown`].
pub async fn again(env: &Env, authority: Authority) -> Result<Place, FlowError> {
    Ok(match authority {
        Authority::Tenant(id) => Place::Tenant(find_tenant(env, &TenantName::Id(id)).await?),
        Authority::Organizations => Place::Organizations,
        Authority::Common => Place::Common,
    })
}

/// The tenant of personal accounts, if this deployment has one.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn personal_accounts(env: &Env) -> Result<Option<Arc<Tenant>>, FlowError> {
    for id in PERSONAL_ACCOUNTS {
        let found = env.storage.find_tenant(&TenantName::Id(TenantId::from_uuid(id))).await?;
        if let Some(found) = found.filter(|found| found.kind == TenantKind::Consumers) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The tenant whose people have sign-in names like this one: the one with the name's domain, or that of personal accounts,
/// whose people bring domains of their own.
///
/// # Errors
/// [`Refusal::UserOfAnotherTenant`] at the address of one tenant, when the name's domain is another one's.
pub async fn home_of(env: &Env, place: &Place, name: &str) -> Result<Option<Arc<Tenant>>, FlowError> {
    let domain = User::domain_of(name);
    let of_domain = match domain.as_deref().and_then(TenantName::parse) {
        Some(name @ TenantName::Domain(_)) => env.storage.find_tenant(&name).await?,
        _ => None,
    };
    match (place, of_domain) {
        (Place::Tenant(here), Some(other)) if other.id != here.id => {
            let (name, tenant) = (name.chars().take(320).collect(), here.display_name.clone());
            Err(Refusal::UserOfAnotherTenant { name, tenant }.into())
        }
        (Place::Tenant(here), _) => Ok(Some(Arc::clone(here))),
        (Place::Organizations | Place::Common, Some(home)) => {
            Ok(Some(home).filter(|home| place.authority().admits(home)))
        }
        (Place::Common, None) => personal_accounts(env).await,
        (Place::Organizations, None) => Ok(None),
    }
}
