//! Applications: what they are, on and off, and gone.

use std::sync::Arc;

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, TenantId};
use grantor_rules::directory::{DirectoryChange, Outcome, Removal};
use grantor_rules::directory_api;
use grantor_rules::model::{Application, RequiredPermission, ServicePrincipal};
use grantor_storage::Storage;

use super::AdministrationError;
use crate::FlowError;

/// What an application may do in the tenant that registered it.
#[derive(Debug)]
pub struct Permissions {
    /// On a person's behalf: what it says it needs.
    pub delegated: Vec<Named>,
    /// By itself: what it says it needs.
    pub wanted_app_roles: Vec<Named>,
    /// By itself: what it was granted.
    pub granted_app_roles: Vec<Named>,
}

/// A permission with the name of its API.
#[derive(Debug, PartialEq, Eq)]
pub struct Named {
    /// The API's name, or its client id where it is registered no more.
    pub api: String,
    /// The scope or the app role.
    pub value: String,
}

/// What an application may do at home.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn permissions(storage: &dyn Storage, application: &Application) -> Result<Permissions, FlowError> {
    let principal = storage.tenant(application.publisher).find_service_principal(&application.client_id).await?;
    let granted = principal.map(|principal| principal.granted_app_roles.iter().cloned().collect::<Vec<_>>());
    Ok(Permissions {
        delegated: named(storage, &application.required_permissions).await?,
        wanted_app_roles: named(storage, &application.required_app_roles).await?,
        granted_app_roles: named(storage, &granted.unwrap_or_default()).await?,
    })
}

async fn named(storage: &dyn Storage, permissions: &[RequiredPermission]) -> Result<Vec<Named>, FlowError> {
    let mut all = Vec::new();
    for RequiredPermission { api, value } in permissions {
        all.push(Named { api: name_of(storage, api).await?, value: value.clone() });
    }
    Ok(all)
}

/// What people call an application; its client id if it is registered no more.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn name_of(storage: &dyn Storage, client_id: &ClientId) -> Result<String, FlowError> {
    if *client_id == directory_api::client_id() {
        return Ok(directory_api::SHORT_NAME.to_owned());
    }
    let found = storage.find_registered(client_id.as_str()).await?.filter(|found| found.client_id == *client_id);
    Ok(found.map_or_else(|| client_id.to_string(), |found| found.display_name.clone()))
}

/// What stands for an application in a tenant, and what hangs on that.
#[derive(Debug)]
pub struct Standing {
    /// The tenant's domain.
    pub domain: String,
    /// What stands there.
    pub principal: Arc<ServicePrincipal>,
    /// How many assignments there are.
    pub assignments: usize,
    /// How many permissions administrators allow it for everyone.
    pub for_everyone: usize,
}

/// Where something stands for an application: what goes with it when it is removed.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn standing_in(storage: &dyn Storage, client_id: &ClientId) -> Result<Vec<Standing>, FlowError> {
    let mut found = Vec::new();
    for tenant in storage.list_tenants().await? {
        let store = storage.tenant(tenant.id);
        let Some(principal) = store.find_service_principal(client_id).await? else { continue };
        let consents = store.list_consents(None).await?;
        found.push(Standing {
            domain: tenant.domain,
            principal,
            assignments: store.list_assignments(client_id).await?.len(),
            for_everyone: consents.iter().filter(|one| one.client_id == *client_id).count(),
        });
    }
    Ok(found)
}

/// Switches an application on or off everywhere. Off, it gets no token any more, nor does anybody for it.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn switch(
    storage: &dyn Storage,
    application: &Application,
    enabled: bool,
    now: Timestamp,
) -> Result<Outcome, FlowError> {
    if application.disabled != enabled {
        return Ok(Outcome::Left);
    }
    write(storage, Application { disabled: !enabled, ..application.clone() }, now).await?;
    Ok(Outcome::Changed)
}

/// Takes an application away, with everything that hangs on it, in every tenant.
///
/// # Errors
/// [`AdministrationError`].
pub async fn remove(
    storage: &dyn Storage,
    publisher: TenantId,
    client_id: &ClientId,
    now: Timestamp,
) -> Result<(), AdministrationError> {
    let removals = vec![(publisher, Removal::Application(client_id.clone()))];
    storage.apply_directory(&DirectoryChange { now, removals, ..DirectoryChange::default() }).await?;
    Ok(())
}

/// Takes away an application that is at hand.
pub(crate) async fn remove_registered(
    storage: &dyn Storage,
    application: &Application,
    now: Timestamp,
) -> Result<(), FlowError> {
    let removals = vec![(application.publisher, Removal::Application(application.client_id.clone()))];
    Ok(storage.apply_directory(&DirectoryChange { now, removals, ..DirectoryChange::default() }).await?)
}

/// Writes an application as it is from now on.
pub(crate) async fn write(storage: &dyn Storage, application: Application, now: Timestamp) -> Result<(), FlowError> {
    let change = DirectoryChange { now, applications: vec![application], ..DirectoryChange::default() };
    Ok(storage.apply_directory(&change).await?)
}
