//! Finding what a request names.

use std::collections::BTreeMap;
use std::sync::Arc;

use grantor_protocol::{ClientId, UserId};
use grantor_rules::model::{Application, Assigned, GroupClaims, Registration, Tenant, TenantName};
use grantor_rules::profile::governed_arc;
use grantor_rules::scopes::{ApiName, ResolvedScopes, WantedScopes};
use grantor_rules::{Refusal, directory_api};
use grantor_storage::TenantStorage;
use uuid::Uuid;

use crate::{Env, FlowError};

/// The tenant that an address names.
///
/// # Errors
/// [`Refusal::TenantUnknown`].
pub async fn find_tenant(env: &Env, name: &TenantName) -> Result<Arc<Tenant>, FlowError> {
    let found = env.storage.find_tenant(name).await?;
    found.ok_or_else(|| Refusal::TenantUnknown { asked: name.to_string() }.into())
}

/// The application that a request says it comes from, as the tenant knows it: one of its own, one that it has let in, or one
/// that is for several tenants and that nobody has let in yet.
///
/// # Errors
/// [`Refusal::ClientUnknown`].
pub async fn client(env: &Env, tenant: &Tenant, client_id: &ClientId) -> Result<Registration, FlowError> {
    let store = env.storage.tenant(tenant.id);
    let principal = store.find_service_principal(client_id).await?;
    let application = match &principal {
        Some(known) if known.publisher == tenant.id => store.find_application(client_id).await?,
        Some(known) => env.storage.tenant(known.publisher).find_application(client_id).await?,
        None => registered(env, client_id).await?.filter(|found| found.is_for_several_tenants()),
    };
    let application = application.ok_or_else(|| unknown(client_id, &tenant.display_name))?;
    Ok(Registration { application: governed_arc(application), principal })
}

/// The same, where the application must be here already.
///
/// # Errors
/// [`Refusal::ClientUnknown`].
pub async fn client_here(env: &Env, tenant: &Tenant, client_id: &ClientId) -> Result<Registration, FlowError> {
    let found = client(env, tenant, client_id).await?;
    if found.is_here() { Ok(found) } else { Err(unknown(client_id, &tenant.display_name).into()) }
}

/// The application with this client id, whichever tenant has registered it.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn registered(env: &Env, client_id: &ClientId) -> Result<Option<Arc<Application>>, FlowError> {
    let found = env.storage.find_registered(client_id.as_str()).await?;
    // The name could be an identifier URI of another one.
    Ok(found.filter(|found| found.client_id == *client_id).map(governed_arc))
}

/// The application that a request at an address for several tenants says it comes from.
///
/// # Errors
/// [`Refusal::ClientUnknown`], [`Refusal::ClientDisabled`].
pub async fn client_of_several(env: &Env, client_id: &ClientId, place: &str) -> Result<Arc<Application>, FlowError> {
    let application = registered(env, client_id).await?.ok_or_else(|| unknown(client_id, place))?;
    if application.disabled {
        return Err(Refusal::ClientDisabled { application: application.display_name.clone() }.into());
    }
    Ok(application)
}

/// That no such application is known.
pub fn unknown(client_id: &ClientId, place: &str) -> Refusal {
    Refusal::ClientUnknown { asked: client_id.to_string(), tenant: place.to_owned() }
}

/// The APIs that a scope names; one that is not found is missing from the map.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn apis(
    env: &Env,
    tenant: &Tenant,
    wanted: &WantedScopes,
) -> Result<BTreeMap<ApiName, Registration>, FlowError> {
    let mut found = BTreeMap::new();
    for name in wanted.apis() {
        if let Some(api) = api(env, tenant, name).await? {
            found.insert(name.clone(), api);
        }
    }
    Ok(found)
}

/// The APIs of these names that are found.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn named_apis(
    env: &Env,
    tenant: &Tenant,
    names: impl Iterator<Item = ApiName>,
) -> Result<Vec<Registration>, FlowError> {
    let mut found = Vec::new();
    for name in names {
        found.extend(api(env, tenant, &name).await?);
    }
    Ok(found)
}

/// What a request asks for, with each API and permission found.
///
/// # Errors
/// As [`WantedScopes::resolve`].
pub async fn scopes(env: &Env, tenant: &Tenant, wanted: &WantedScopes) -> Result<ResolvedScopes, FlowError> {
    Ok(wanted.resolve(&apis(env, tenant, wanted).await?)?)
}

async fn api(env: &Env, tenant: &Tenant, name: &ApiName) -> Result<Option<Registration>, FlowError> {
    let ApiName::Identifier(identifier) = name else { return Ok(Some(directory())) };
    if directory_api::is_named_by(identifier, &env.public) {
        return Ok(Some(directory()));
    }
    match named(env, tenant, identifier).await? {
        Some(found) => Ok(Some(found)),
        // Source: entra-dialect 17.3: an identifier is worth looking up without its slash too.
        None => match identifier.strip_suffix('/') {
            Some(bare) => named(env, tenant, bare).await,
            None => Ok(None),
        },
    }
}

/// An API of the tenant's own, or one that is for several tenants.
async fn named(env: &Env, tenant: &Tenant, identifier: &str) -> Result<Option<Registration>, FlowError> {
    let store = env.storage.tenant(tenant.id);
    let application = if let Some(own) = store.find_api(identifier).await? {
        Some(own)
    } else {
        let other = env.storage.find_registered(identifier).await?;
        other.filter(|other| other.is_for_several_tenants() && other.admits(tenant))
    };
    let Some(application) = application else { return Ok(None) };
    let principal = store.find_service_principal(&application.client_id).await?;
    Ok(Some(Registration { application, principal }))
}

fn directory() -> Registration {
    Registration { application: directory_api::application(), principal: None }
}

/// The APIs of the required permissions: of the application's own, and of those of the APIs that ask together with it.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn required_apis(
    env: &Env,
    tenant: &Tenant,
    application: &Application,
    scopes: &ResolvedScopes,
) -> Result<BTreeMap<ClientId, Registration>, FlowError> {
    let together = scopes.apis.iter().map(|of_api| &*of_api.application);
    let together = together.filter(|api| api.known_client_applications.contains(&application.client_id));
    let mut found = BTreeMap::new();
    for one in std::iter::once(application).chain(together) {
        for required in one.required_permissions.iter().chain(&one.required_app_roles) {
            if found.contains_key(&required.api) {
                continue;
            }
            let name = ApiName::Identifier(required.api.to_string());
            if let Some(api) = api(env, tenant, &name).await? {
                found.insert(required.api.clone(), api);
            }
        }
    }
    Ok(found)
}

/// What a person is to an application and to an API.
#[derive(Debug, Default)]
pub struct Ties {
    /// To the application.
    pub client: Assigned,
    /// To the API.
    pub api: Assigned,
    /// Every group that the person is a member of.
    pub groups: Vec<Uuid>,
}

/// Loads what depends on who the person is to whom, and nothing where nothing does.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn ties(
    store: &dyn TenantStorage,
    client: &Registration,
    api: &Registration,
    user: UserId,
) -> Result<Ties, FlowError> {
    let mut ties = Ties::default();
    if asks_for_assignment(client) {
        ties.client = store.find_assigned(&client.application.client_id, user).await?;
    }
    let same = api.application.client_id == client.application.client_id;
    if same {
        ties.api = ties.client.clone();
    } else if asks_for_assignment(api) {
        ties.api = store.find_assigned(&api.application.client_id, user).await?;
    }
    let tells = |one: &Registration| one.application.tells_groups(GroupClaims::SecurityGroup);
    if tells(client) || tells(api) {
        ties.groups = store.list_groups_of(user).await?;
    }
    Ok(ties)
}

fn asks_for_assignment(one: &Registration) -> bool {
    let application = &one.application;
    one.wants_assignment()
        || application.app_roles.iter().any(|role| role.for_users && !role.disabled)
        || application.tells_groups(GroupClaims::ApplicationGroup)
}
