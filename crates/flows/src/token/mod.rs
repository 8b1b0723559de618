//! The token endpoint: what is presented is exchanged for tokens.

mod client_credentials;
mod code;
mod device;
mod direct;
mod exchange;
pub(crate) mod issue;
mod jwt_bearer;
mod on_behalf_of;
mod password;
mod refresh;
mod unread;

use std::sync::{Arc, OnceLock};

use grantor_protocol::{Handle, HandleKind, RefreshHandle, TenantId, UserId};
use grantor_rules::Refusal;
use grantor_rules::authorize::fits_authority;
use grantor_rules::client::ProvenClient;
use grantor_rules::client_metadata::registered_for;
use grantor_rules::dpop::certificate_of;
use grantor_rules::layout::TokenLayout;
use grantor_rules::model::{Consents, DeviceAnswer, Platform, Registration, Tenant, TenantKind, TenantName, User};
use grantor_rules::scopes::{ResolvedScopes, WantedScopes};
use grantor_rules::token::exchange::Exchange;
use grantor_rules::token::issued::{Grant, IssuedTokens, TokenRequest};
use grantor_rules::token::{Standing, the_api};
use grantor_storage::TenantStorage;

use crate::client_proof::{self, Asking};
use crate::load::Ties;
use crate::place::{Place, home_of};
use crate::{Env, FlowError, Trace, dpop, load};
use device::Waits;
pub use unread::unread;

/// Exchanges what a request presents for tokens, laid out as `layout` says.
///
/// # Errors
/// A refusal naming the first rule that does not hold.
pub async fn exchange(
    env: &Env,
    trace: &Trace,
    place: &Place,
    request: &TokenRequest,
    layout: &dyn TokenLayout,
) -> Result<IssuedTokens, FlowError> {
    let tenant = tenant_of(env, place, request, layout).await?;
    let store = env.storage.tenant(tenant.id);
    let client = load::client_here(env, &tenant, &request.caller.client_id).await?;
    fits_authority(&client.application, place.authority())?;
    let next_nonce = OnceLock::new();
    let call =
        Call { env, trace, tenant: &tenant, store: store.as_ref(), client: &client, request, layout, next_nonce };
    let issued = match &request.grant {
        Grant::Code { code, redemption } => code::redeem(&call, code, redemption).await,
        Grant::ClientCredentials => client_credentials::grant(&call).await,
        Grant::RefreshToken { token } => refresh::renew(&call, token).await,
        // Apart from the others: a whole sign-in happens on the way, and every request would carry its state about.
        Grant::Password { name, password } => Box::pin(password::grant(&call, name, password)).await,
        Grant::DeviceCode { code, slows_down } => {
            let waits = Waits { kind: HandleKind::DeviceCode, presented: code, slows_down: *slows_down };
            Box::pin(device::redeem(&call, &waits)).await
        }
        Grant::BackchannelRequest { id } => {
            let waits = Waits { kind: HandleKind::BackchannelRequest, presented: id, slows_down: true };
            Box::pin(device::redeem(&call, &waits)).await
        }
        Grant::OnBehalfOf { assertion } => Box::pin(on_behalf_of::grant(&call, assertion)).await,
        Grant::JwtBearer { assertion } => Box::pin(jwt_bearer::grant(&call, assertion)).await,
        Grant::TokenExchange(exchange) => Box::pin(exchange::grant(&call, exchange)).await,
    };
    Ok(IssuedTokens { dpop_nonce: call.next_nonce.into_inner(), ..issued? })
}

/// In whose directory the request is answered: the one that the address names, or, at an address that stands for several, the
/// one that what is presented belongs to.
async fn tenant_of(
    env: &Env,
    place: &Place,
    request: &TokenRequest,
    layout: &dyn TokenLayout,
) -> Result<Arc<Tenant>, FlowError> {
    let password = matches!(request.grant, Grant::Password { .. });
    // Source: entra-dialect 2: a password is never sent where personal accounts could be meant.
    let personal = place.tenant().map_or(matches!(place, Place::Common), |one| one.kind == TenantKind::Consumers);
    if password && personal {
        return Err(Refusal::GrantNotHere { grant: "password", asked: place.word().to_owned() }.into());
    }
    if let Place::Tenant(tenant) = place {
        return Ok(Arc::clone(tenant));
    }
    let found = match &request.grant {
        Grant::Code { code, .. } => Handle::parse(HandleKind::Code, code.expose()).ok().map(|handle| handle.tenant()),
        Grant::RefreshToken { token } => {
            RefreshHandle::parse(&env.refresh_tokens, token.expose()).ok().map(|handle| handle.tenant())
        }
        Grant::DeviceCode { code, .. } => approved_in(env, HandleKind::DeviceCode, code).await?,
        Grant::BackchannelRequest { id } => approved_in(env, HandleKind::BackchannelRequest, id).await?,
        Grant::OnBehalfOf { assertion: token } | Grant::TokenExchange(Exchange { subject: token, .. }) => {
            let claims = env.keys.claims(token, layout.access_token_type()).ok();
            claims.and_then(|claims| layout.read_access_token(&claims, env.now()).ok()).map(|token| token.tenant)
        }
        Grant::ClientCredentials | Grant::JwtBearer { .. } => {
            return Err(Refusal::TenantNotSpecific { asked: place.word().to_owned() }.into());
        }
        Grant::Password { name, .. } => Some(home_of_password(env, place, name).await?),
    };
    let found = match found {
        Some(id) => env.storage.find_tenant(&TenantName::Id(id)).await?,
        None => None,
    };
    if let Some(found) = found.filter(|found| place.authority().admits(found)) {
        return Ok(found);
    }
    // What is presented belongs nowhere: the publisher's tenant is as good a place as any to say so.
    let application = load::registered(env, &request.caller.client_id).await?;
    let application = application.ok_or_else(|| load::unknown(&request.caller.client_id, place.word()))?;
    load::find_tenant(env, &TenantName::Id(application.publisher)).await
}

/// Whose person a name and a password could be of, at an address that stands for several tenants.
async fn home_of_password(env: &Env, place: &Place, name: &str) -> Result<TenantId, FlowError> {
    if let Some(home) = home_of(env, place, name).await? {
        return Ok(home.id);
    }
    Err(match User::domain_of(name) {
        Some(domain) => Refusal::DomainUnknown { domain: domain.chars().take(80).collect() },
        None => Refusal::TenantNotSpecific { asked: place.word().to_owned() },
    }
    .into())
}

async fn approved_in(
    env: &Env,
    kind: HandleKind,
    code: &grantor_protocol::Secret,
) -> Result<Option<TenantId>, FlowError> {
    let found = device::find(env, kind, code).await?;
    Ok(found.and_then(|(_, code)| match code.answer {
        Some(DeviceAnswer::Approved(approval)) => Some(approval.tenant),
        Some(DeviceAnswer::Declined) | None => None,
    }))
}

/// One call of the token endpoint, with what every grant needs.
struct Call<'a> {
    env: &'a Env,
    trace: &'a Trace,
    tenant: &'a Arc<Tenant>,
    store: &'a dyn TenantStorage,
    client: &'a Registration,
    request: &'a TokenRequest,
    layout: &'a dyn TokenLayout,
    /// The nonce for the application's next proof of a key, where this one held one.
    next_nonce: OnceLock<String>,
}

/// The person that a grant is for, with everything that depends on them.
struct Person<'a> {
    user: Option<&'a User>,
    consents: Consents,
    ties: Ties,
}

impl<'a> Call<'a> {
    /// Proves the application, as far as a program of its kind can, and which key it holds.
    async fn prove(&self, platform: Platform) -> Result<ProvenClient<'a>, FlowError> {
        let asking = Asking { env: self.env, trace: self.trace, tenant: self.tenant, layout: self.layout };
        let proven = client_proof::prove(&asking, &self.client.application, platform, &self.request.caller).await?;
        registered_for(&proven, self.request.grant.kind())?;
        let held = dpop::of_application(self.env, self.tenant, &proven, &self.request.proofs).await?;
        if let Some(nonce) = held.as_ref().and_then(|held| dpop::next_nonce(self.env, held)) {
            let _ = self.next_nonce.set(nonce);
        }
        let certificate = self.request.caller.certificate.as_deref();
        let held = held.map(|held| held.binding()).or_else(|| certificate_of(&proven, certificate));
        Ok(proven.holding(held)?)
    }

    /// What kind of program calls with something that is unknown here.
    fn platform_of_unknown(&self) -> Platform {
        unread::platform_of_unknown(&self.client.application, &self.request.caller)
    }

    /// What is asked for, with each API and permission found.
    async fn scopes(&self, wanted: &WantedScopes) -> Result<ResolvedScopes, FlowError> {
        load::scopes(self.env, self.tenant, wanted).await
    }

    /// The person, what they allow the application, and what they are to it and to the API: at this moment.
    async fn person<'s>(
        &self,
        id: UserId,
        user: Option<&'s User>,
        scopes: &ResolvedScopes,
    ) -> Result<Person<'s>, FlowError> {
        let api = the_api(scopes, self.tenant, false)?.registration();
        Ok(Person {
            user,
            consents: self.store.find_consents(id, &self.client.application.client_id).await?,
            ties: load::ties(self.store, self.client, &api, id).await?,
        })
    }

    /// What the rules look at beside the grant: the person, what they allow, and this moment.
    fn standing<'s>(&'s self, person: &'s Person<'s>) -> Standing<'s> {
        Standing {
            details: self.request.details.as_deref(),
            tenant: self.tenant,
            client: self.client,
            user: person.user,
            client_assigned: &person.ties.client,
            api_assigned: &person.ties.api,
            groups: &person.ties.groups,
            consents: &person.consents,
            now: self.env.now(),
            roll: self.roll(),
            settings: &self.env.settings,
        }
    }

    /// A random number, from which the access token's life is drawn.
    fn roll(&self) -> u64 {
        u64::from_be_bytes(self.env.entropy.bytes())
    }

    fn tenant_arc(&self) -> Arc<Tenant> {
        Arc::clone(self.tenant)
    }
}
