//! Applications that register themselves, and look after that (RFC 7591, RFC 7592).
//!
//! Three acts on one record: [`register`], [`replace`] and [`remove`], with [`own`] before the last two, which takes an
//! application's registration access token and finds what it is for.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_environment::{Entropy, Timestamp};
use grantor_jose::registered_keys;
use grantor_protocol::{ClientId, Handle, HandleKind, InitialAccessToken, InitialAccessTokenKey, Secret, TenantId};
use grantor_rules::Refusal;
use grantor_rules::credentials::signs_with_secrets;
use grantor_rules::model::{Application, ClientSecret, Tenant};
use grantor_rules::refusal::TokenFault;
use grantor_rules::registration::{self as rules, Shown, WantedClient};
use serde_json::Value;
use uuid::Builder;

use crate::administration::applications;
use crate::{Env, Event, FlowError, Trace};

/// An application as it is registered, with what is told once.
#[derive(Debug)]
pub struct Registered {
    /// The application.
    pub application: Application,
    /// What it changes its registration with.
    pub token: Secret,
    /// Its secret, if it was made just now.
    pub secret: Option<Secret>,
}

/// What an application says of its own credentials when it changes its registration.
#[derive(Debug, Default)]
pub struct Claimed {
    /// Its id.
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<Secret>,
}

/// Whether somebody may register an application in a tenant, whatever it is: with which initial access token, if one was shown.
///
/// # Errors
/// What [`rules::may_register`] refuses.
pub fn may_register(env: &Env, tenant: &Tenant, shown: Option<&Secret>) -> Result<Option<InitialAccessToken>, Refusal> {
    let token = shown.map(|text| InitialAccessToken::parse(&env.initial_access_tokens, text.expose()));
    let evidence = match &token {
        None => Shown::Nothing,
        Some(Err(_)) => Shown::NotOurs,
        Some(Ok(token)) => Shown::Token(token),
    };
    rules::may_register(&tenant.client_registration, tenant.id, evidence, env.now())?;
    Ok(token.and_then(Result::ok))
}

/// Registers an application in a tenant. `shown` is the initial access token, if one was shown; it is spent when nothing else
/// is wrong.
///
/// # Errors
/// What [`rules::may_register`] and [`rules::registered`] refuse; [`TokenFault::Spent`] for a token that was used up.
///
/// Spec: RFC 7591 §3.
pub async fn register(
    env: &Env,
    trace: &Trace,
    tenant: &Tenant,
    shown: Option<&Secret>,
    wanted: WantedClient,
) -> Result<Registered, FlowError> {
    let token = may_register(env, tenant, shown)?;
    let (now, policy) = (env.now(), &tenant.client_registration);
    let id = Builder::from_random_bytes(env.entropy.bytes()).into_uuid().to_string();
    let client_id =
        ClientId::parse(&id).map_err(|_| FlowError::Failed { what: "a UUID is no client id".to_owned() })?;
    let handle = env.handle(HandleKind::Registration, tenant.id);
    let fresh = rules::fresh(client_id, tenant.id, *handle.digest().as_bytes(), now);
    let application = rules::registered(&fresh, wanted, policy, &keys)?;
    sector(env, &application).await?;
    if let Some(token) = &token {
        spend(env, tenant, token).await?;
    }
    let registered = write(env, application, handle.secret().clone()).await?;
    env.record(trace, Event::ApplicationRegistered { client: registered.application.client_id.clone() });
    Ok(registered)
}

/// Makes an initial access token, with its end. Nothing is kept of it.
pub fn initial_access_token(
    key: &InitialAccessTokenKey,
    entropy: &dyn Entropy,
    tenant: TenantId,
    uses: u16,
    end: Timestamp,
) -> (Secret, Timestamp) {
    let token = InitialAccessToken { tenant, id: entropy.bytes(), expires_at: end.seconds(), uses };
    (token.mint(key), end)
}

/// The application whose registration access token this is.
///
/// # Errors
/// [`Refusal::TokenInvalid`], also where there is no such application: nobody learns which there are (RFC 7592 §2.1).
pub async fn own(env: &Env, tenant: &Tenant, client_id: &str, shown: &Secret) -> Result<Arc<Application>, FlowError> {
    let refused = |why| FlowError::Refused(Refusal::TokenInvalid { why });
    let handle = Handle::parse(HandleKind::Registration, shown.expose()).map_err(|_| refused(TokenFault::Malformed))?;
    let client_id = ClientId::parse(client_id).map_err(|_| refused(TokenFault::Revoked))?;
    if handle.tenant() != tenant.id {
        return Err(refused(TokenFault::Issuer));
    }
    let found = env.storage.tenant(tenant.id).find_application(&client_id).await?;
    let own = found.filter(|found| rules::is_registered_with(found, handle.digest().as_bytes()));
    own.ok_or_else(|| refused(TokenFault::Revoked))
}

/// Changes a registration to what is wanted now: what is left out is as it would be for a new application. The registration
/// access token stays, since an answer that is lost on its way would lock the application out (RFC 7592 §3 leaves the choice).
///
/// # Errors
/// What [`rules::is_the_same`] and [`rules::registered`] refuse.
///
/// Spec: RFC 7592 §2.2.
pub async fn replace(
    env: &Env,
    trace: &Trace,
    tenant: &Tenant,
    there: &Application,
    shown: &Secret,
    (claimed, wanted): (Claimed, WantedClient),
) -> Result<Registered, FlowError> {
    rules::is_the_same(there, claimed.client_id.as_deref(), claimed.client_secret.as_ref())?;
    let application = rules::registered(there, wanted, &tenant.client_registration, &keys)?;
    sector(env, &application).await?;
    let registered = write(env, application, shown.clone()).await?;
    env.record(trace, Event::RegistrationChanged { client: there.client_id.clone() });
    Ok(registered)
}

/// Takes a registration away, with everything that hangs on it.
///
/// # Errors
/// [`FlowError::Store`].
///
/// Spec: RFC 7592 §2.3.
pub async fn remove(env: &Env, trace: &Trace, there: &Application) -> Result<(), FlowError> {
    applications::remove_registered(env.storage.as_ref(), there, env.now()).await?;
    env.record(trace, Event::RegistrationRemoved { client: there.client_id.clone() });
    Ok(())
}

fn keys(jwks: &Value) -> Result<(), String> {
    registered_keys(jwks).map(drop).map_err(|wrong| format!("is refused: {wrong}"))
}

/// With the secret that it needs, if it has none.
async fn write(env: &Env, mut application: Application, token: Secret) -> Result<Registered, FlowError> {
    let now = env.now();
    let needs = application.token_endpoint_auth_method.is_some_and(rules::needs_a_secret);
    // One that signs with its secret needs one that can be read again: a digest verifies nothing.
    let readable = |one: &ClientSecret| one.sealed.is_some() || !signs_with_secrets(&application);
    let has_one = application.secrets.iter().any(readable);
    let secret = (needs && !has_one).then(|| {
        let value = Secret::new(URL_SAFE_NO_PAD.encode(env.entropy.bytes::<32>()));
        let mut kept = ClientSecret { created_at: Some(now), ..ClientSecret::new("its own registration", &value) };
        if signs_with_secrets(&application) {
            env.client_secrets.keep(env.entropy.as_ref(), &application.client_id, &mut kept, &value);
        }
        application.secrets.push(kept);
        value
    });
    applications::write(env.storage.as_ref(), application.clone(), now).await?;
    Ok(Registered { application, token, secret })
}

/// Counts a use of an initial access token. Of those who come at once, as many go on as it has uses.
async fn spend(env: &Env, tenant: &Tenant, token: &InitialAccessToken) -> Result<(), FlowError> {
    let store = env.storage.tenant(tenant.id);
    let until = Timestamp::from_seconds(token.expires_at);
    // Not all begin with the same use: those who come at once would stand in each other's way.
    let first = u16::from_be_bytes(env.entropy.bytes()) % token.uses.max(1);
    for number in (first..token.uses).chain(0..first) {
        if store.spend_once(&token.use_digest(number), until).await? {
            return Ok(());
        }
    }
    Err(Refusal::TokenInvalid { why: TokenFault::Spent }.into())
}

/// Whether the list of addresses that share one name for a person holds this application's (OpenID Connect Registration §5).
async fn sector(env: &Env, application: &Application) -> Result<(), FlowError> {
    let Some(address) = &application.metadata.sector_identifier_uri else { return Ok(()) };
    let invalid = |why: &str| {
        let (field, why) = ("sector_identifier_uri".to_owned(), why.to_owned());
        FlowError::Refused(Refusal::ClientMetadataInvalid { field, why })
    };
    let published = env.outside.fetch(address).await.map_err(|_| invalid("cannot be fetched"))?;
    let listed: Vec<String> =
        serde_json::from_slice(&published.bytes).map_err(|_| invalid("leads to no list of addresses"))?;
    Ok(rules::sector_holds(application, &listed)?)
}
