//! What people and administrators look after themselves: what applications are allowed.

use std::collections::BTreeMap;
use std::sync::Arc;

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, UserId};
use grantor_rules::model::{
    Application, ConsentRequest, Consents, GrantedPermission, Registration, ServicePrincipal, Tenant, User,
};
use grantor_rules::scopes::ApiName;
use grantor_rules::{Refusal, directory_api};
use grantor_storage::{Finished, RecordedConsent, WithdrawnConsent};
use uuid::Uuid;

use crate::{Env, Event, FlowError, Trace, load};

/// How many wishes are shown at once.
const MOST_REQUESTS: u32 = 100;

/// An application with what it is allowed.
#[derive(Debug)]
pub struct AllowedApplication {
    /// The application; `None` if it is registered no more.
    pub application: Option<Arc<Application>>,
    /// Its client id.
    pub client_id: ClientId,
    /// What it is allowed, each with its API where that is known.
    pub permissions: Vec<(Option<Arc<Application>>, GrantedPermission)>,
    /// Since when.
    pub since: Timestamp,
}

/// What a person has allowed, or, for `None`, what administrators have allowed for everyone.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn allowed(
    env: &Env,
    tenant: &Tenant,
    principal: Option<UserId>,
) -> Result<Vec<AllowedApplication>, FlowError> {
    let granted = env.storage.tenant(tenant.id).list_consents(principal).await?;
    let mut by_client: BTreeMap<ClientId, Vec<GrantedPermission>> = BTreeMap::new();
    for one in granted {
        by_client.entry(one.client_id.clone()).or_default().push(one);
    }
    let mut found = Vec::new();
    for (client_id, granted) in by_client {
        let since = granted.iter().map(|one| one.granted_at).min().unwrap_or(env.now());
        let mut permissions = Vec::new();
        for one in granted {
            permissions.push((application(env, tenant, &one.api).await?, one));
        }
        let application = application(env, tenant, &client_id).await?;
        found.push(AllowedApplication { application, client_id, permissions, since });
    }
    Ok(found)
}

/// An application that is known here, if it is.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn application(env: &Env, tenant: &Tenant, id: &ClientId) -> Result<Option<Arc<Application>>, FlowError> {
    if *id == directory_api::client_id() {
        return Ok(Some(directory_api::application()));
    }
    match load::client(env, tenant, id).await {
        Ok(found) => Ok(Some(found.application)),
        Err(FlowError::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Takes back what an application is allowed. It holds from the next token on.
///
/// # Errors
/// [`Refusal::AdministratorMustConsent`] when somebody who is none takes back what is allowed for everyone.
pub async fn withdraw(
    env: &Env,
    trace: &Trace,
    tenant: &Tenant,
    person: &User,
    client_id: &ClientId,
    for_everyone: bool,
) -> Result<bool, FlowError> {
    if for_everyone {
        administrator(person)?;
    }
    let principal = (!for_everyone).then_some(person.id);
    let withdrawn = WithdrawnConsent { principal, client_id: client_id.clone() };
    let was_there = env.storage.tenant(tenant.id).withdraw_consent(&withdrawn).await?;
    if was_there {
        env.record(trace, Event::ConsentWithdrawn { user: person.id, client: client_id.clone(), for_everyone });
    }
    Ok(was_there)
}

/// The wishes that wait for an administrator.
///
/// # Errors
/// [`Refusal::AdministratorMustConsent`].
pub async fn requests(env: &Env, tenant: &Tenant, person: &User) -> Result<Vec<ConsentRequest>, FlowError> {
    administrator(person)?;
    Ok(env.storage.tenant(tenant.id).list_consent_requests(MOST_REQUESTS).await?)
}

/// An administrator answers a wish: yes is for everyone. Says whether somebody else had answered before.
///
/// # Errors
/// [`Refusal::AdministratorMustConsent`].
pub async fn answer_request(
    env: &Env,
    trace: &Trace,
    tenant: &Tenant,
    person: &User,
    id: Uuid,
    approved: bool,
) -> Result<Finished, FlowError> {
    let store = env.storage.tenant(tenant.id);
    let waiting = requests(env, tenant, person).await?;
    let Some(request) = waiting.into_iter().find(|one| one.id == id) else { return Ok(Finished::Before) };
    let now = env.now();
    let allowed = if approved { vec![recorded(env, tenant, &request, now).await?] } else { Vec::new() };
    let finished = store.end_consent_request(id, &allowed, now).await?;
    if approved && finished == Finished::Now {
        let permissions = request
            .permissions
            .by_api()
            .flat_map(|(api, values)| values.iter().map(move |value| format!("{api} · {value}")).collect::<Vec<_>>());
        let event = Event::Consented { user: person.id, permissions: permissions.collect(), for_everyone: true };
        env.record(trace, event);
    }
    Ok(finished)
}

async fn recorded(
    env: &Env,
    tenant: &Tenant,
    request: &ConsentRequest,
    now: Timestamp,
) -> Result<RecordedConsent, FlowError> {
    let client = load::client(env, tenant, &request.client_id).await?;
    let names = request.permissions.by_api().map(|(api, _)| ApiName::Identifier(api.to_string()));
    let mut all: Vec<Registration> = load::named_apis(env, tenant, names).await?;
    all.push(client);
    let newcomers = all.iter().filter(|one| !one.is_here());
    // As the page lists it: what an API no longer has, or has switched off, is not allowed for the day when it comes back.
    let mut consents = Consents::default();
    for (id, values) in request.permissions.by_api() {
        let Some(api) = application(env, tenant, id).await? else { continue };
        consents.allow(id, values.iter().filter(|value| api.scope(value).is_some()).cloned());
    }
    Ok(RecordedConsent {
        principal: None,
        client_id: request.client_id.clone(),
        consents,
        app_roles: Vec::new(),
        service_principals: newcomers.map(|one| ServicePrincipal::new(&one.application, now)).collect(),
    })
}

fn administrator(person: &User) -> Result<(), Refusal> {
    if person.may_consent_for_administrators() {
        Ok(())
    } else {
        Err(Refusal::AdministratorMustConsent { permissions: Vec::new(), can_ask: false })
    }
}
