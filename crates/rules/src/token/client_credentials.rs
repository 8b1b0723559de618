//! What an application may have for itself (RFC 6749 §4.4).

use std::ops::Deref;

use grantor_environment::Timestamp;
use uuid::Uuid;

use super::access_token_life;
use crate::client::{ClientProof, ProvenClient};
use crate::model::{Application, Binding, Registration, ServicePrincipal, Tenant};
use crate::scopes::{ResolvedScopes, WantedOfApi};
use crate::{Refusal, Settings, authorize};

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
    /// How it proved itself.
    pub proof: ClientProof,
    /// The id by which the tenant's directory knows the application.
    pub object_id: Uuid,
    /// For which API, and how it was named.
    pub api: WantedOfApi,
    /// What the application is to it.
    pub roles: Vec<String>,
    /// The key that whoever presents it must hold.
    pub bound_to: Option<Binding>,
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
/// [`Refusal::NotForApplications`] when anything else is asked for, as [`authorize::may_be_used`],
/// [`Refusal::ApiNotInTenant`], [`Refusal::ApiDisabled`], [`Refusal::ClientNotPreAuthorized`],
/// [`Refusal::ApplicationNotAssigned`].
///
/// Source: entra-dialect 9.3.
pub fn grant<'a>(
    client: &ProvenClient<'a>,
    registration: &Registration,
    tenant: &'a Tenant,
    scopes: ResolvedScopes,
    now: Timestamp,
    roll: u64,
    settings: &Settings,
) -> Result<ApplicationTokenPlan<'a>, Refusal> {
    authorize::may_be_used(registration, tenant)?;
    let api = the_one_api(scopes)?;
    super::usable(&api)?;
    authorize::pre_authorized(client, &api.application)?;
    authorize::not_itself_by_identifier(client, &api)?;
    let roles = roles(registration, &api.application);
    if api.registration().wants_assignment() && roles.is_empty() {
        return Err(Refusal::ApplicationNotAssigned { api: api.application.display_name.clone() });
    }
    let life = access_token_life(&api.application, settings, roll);
    Ok(ApplicationTokenPlan(ApplicationTokenPlanFacts {
        tenant,
        client: client.application(),
        proof: client.proof(),
        bound_to: client.binding().cloned(),
        object_id: ServicePrincipal::object_id(tenant.id, &client.client_id),
        api,
        roles,
        expires_at: now + life,
    }))
}

fn the_one_api(scopes: ResolvedScopes) -> Result<WantedOfApi, Refusal> {
    let only = scopes.sign_in.is_empty() && scopes.apis.len() == 1;
    let api = scopes.apis.into_iter().next().filter(|api| only && api.all_granted.is_some());
    api.ok_or(Refusal::NotForApplications)
}

fn roles(client: &Registration, api: &Application) -> Vec<String> {
    let granted = client.principal.iter().flat_map(|principal| &principal.granted_app_roles);
    let granted = granted.filter(|granted| granted.api == api.client_id).map(|granted| granted.value.clone());
    granted.filter(|value| api.app_role(value).is_some_and(|role| role.for_applications)).collect()
}
