//! What an application may have for itself (RFC 6749 §4.4).

use std::ops::Deref;

use grantor_environment::Timestamp;
use uuid::Uuid;

use super::access_token_life;
use crate::client::ProvenClient;
use crate::model::{Application, Tenant};
use crate::scopes::{ResolvedScopes, WantedOfApi};
use crate::{Refusal, Settings, authorize, directory_api};

/// Evidence: an access token may be issued to an application that acts for itself.
#[derive(Debug)]
pub struct ApplicationTokenPlan<'a>(ApplicationTokenPlanFacts<'a>);

/// What is issued.
#[derive(Debug)]
pub struct ApplicationTokenPlanFacts<'a> {
    /// Whose directory.
    pub tenant: &'a Tenant,
    /// To whom.
    pub client: &'a Application,
    /// The id by which the tenant's directory knows the application.
    pub object_id: Uuid,
    /// For which API, and how it was named.
    pub api: WantedOfApi,
    /// What the application is to it.
    pub roles: Vec<String>,
    /// When the token ends.
    pub expires_at: Timestamp,
}

impl<'a> Deref for ApplicationTokenPlan<'a> {
    type Target = ApplicationTokenPlanFacts<'a>;
    fn deref(&self) -> &ApplicationTokenPlanFacts<'a> {
        &self.0
    }
}

/// Decides what an application may have for itself: a token for exactly one API, asked for as everything that is granted
/// there, with the app roles that an administrator granted and the API still defines. `roll` is a random number, from which
/// the token's life is drawn.
///
/// # Errors
/// [`Refusal::NotForApplications`] when anything else is asked for, [`Refusal::AudienceExcludes`].
///
/// Source: entra-dialect 9.3.
pub fn grant<'a>(
    client: &ProvenClient<'a>,
    tenant: &'a Tenant,
    scopes: ResolvedScopes,
    now: Timestamp,
    roll: u64,
    settings: &Settings,
) -> Result<ApplicationTokenPlan<'a>, Refusal> {
    let client = client.application();
    authorize::admitted(client, tenant)?;
    let api = the_one_api(scopes)?;
    let roles = roles(client, &api.application);
    Ok(ApplicationTokenPlan(ApplicationTokenPlanFacts {
        tenant,
        client,
        object_id: object_id(tenant, client),
        api,
        roles,
        expires_at: now + access_token_life(settings, roll),
    }))
}

fn the_one_api(scopes: ResolvedScopes) -> Result<WantedOfApi, Refusal> {
    let only = scopes.sign_in.is_empty() && scopes.apis.len() == 1;
    let api = scopes.apis.into_iter().next().filter(|api| only && api.all_granted.is_some());
    api.ok_or(Refusal::NotForApplications)
}

fn roles(client: &Application, api: &Application) -> Vec<String> {
    let granted = client.granted_app_roles.iter().filter(|granted| granted.api == api.client_id);
    let defined = |value: &str| api.app_roles.iter().any(|role| role.value == value && role.for_applications);
    granted.filter(|granted| defined(&granted.value)).map(|granted| granted.value.clone()).collect()
}

/// The same for ever, and another one in each tenant.
fn object_id(tenant: &Tenant, client: &Application) -> Uuid {
    directory_api::derived_id(&format!("{}/service-principal/{}", tenant.id, client.client_id))
}
