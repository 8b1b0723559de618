//! Finding what a request names.

use std::collections::BTreeMap;
use std::sync::Arc;

use grantor_protocol::ClientId;
use grantor_rules::model::{Application, Tenant, TenantName};
use grantor_rules::scopes::{ApiName, WantedScopes};
use grantor_rules::{Refusal, directory_api};
use grantor_storage::TenantStorage;

use crate::{Env, FlowError};

/// The tenant that an address names.
///
/// # Errors
/// [`Refusal::TenantUnknown`].
pub async fn find_tenant(env: &Env, name: &TenantName) -> Result<Arc<Tenant>, FlowError> {
    let found = env.storage.find_tenant(name).await?;
    found.ok_or_else(|| Refusal::TenantUnknown { asked: name.to_string() }.into())
}

/// The application that a request says it comes from.
pub async fn application(
    store: &dyn TenantStorage,
    tenant: &Tenant,
    client_id: &ClientId,
) -> Result<Arc<Application>, FlowError> {
    let found = store.find_application(client_id).await?;
    found.ok_or_else(|| {
        Refusal::ClientUnknown { asked: client_id.to_string(), tenant: tenant.display_name.clone() }.into()
    })
}

/// The APIs that a scope names; one that is not found is missing from the map.
pub async fn apis(
    env: &Env,
    store: &dyn TenantStorage,
    wanted: &WantedScopes,
) -> Result<BTreeMap<ApiName, Arc<Application>>, FlowError> {
    let mut found = BTreeMap::new();
    for name in wanted.apis() {
        if let Some(api) = api(env, store, name).await? {
            found.insert(name.clone(), api);
        }
    }
    Ok(found)
}

async fn api(env: &Env, store: &dyn TenantStorage, name: &ApiName) -> Result<Option<Arc<Application>>, FlowError> {
    let ApiName::Identifier(identifier) = name else { return Ok(Some(directory_api::application())) };
    if directory_api::is_named_by(identifier, &env.public) {
        return Ok(Some(directory_api::application()));
    }
    match store.find_api(identifier).await? {
        Some(found) => Ok(Some(found)),
        // Source: entra-dialect 17.3: an identifier is worth looking up without its slash too.
        None => match identifier.strip_suffix('/') {
            Some(bare) => Ok(store.find_api(bare).await?),
            None => Ok(None),
        },
    }
}

/// The APIs of an application's required permissions.
pub async fn required_apis(
    store: &dyn TenantStorage,
    application: &Application,
) -> Result<BTreeMap<ClientId, Arc<Application>>, FlowError> {
    let mut found = BTreeMap::new();
    for required in &application.required_permissions {
        if found.contains_key(&required.api) {
            continue;
        }
        let api = if required.api == directory_api::client_id() {
            Some(directory_api::application())
        } else {
            store.find_application(&required.api).await?
        };
        if let Some(api) = api {
            found.insert(required.api.clone(), api);
        }
    }
    Ok(found)
}
