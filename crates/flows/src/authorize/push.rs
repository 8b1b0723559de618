//! Requests that an application leaves here before it sends a browser (RFC 9126).

use grantor_protocol::{ClientId, Handle, HandleDigest, HandleKind, Secret};
use grantor_rules::authorize::{self as rule, Request};
use grantor_rules::client::{Caller, platform_without_redirect};
use grantor_rules::dpop::{HeldKey, PresentedProofs, of_code};
use grantor_rules::model::{PushedRequest, Tenant};
use grantor_rules::refusal::RequestUriFault;
use grantor_rules::{Refusal, authorization_details};

use super::Proven;
use crate::client_proof::{Asking, prove};
use crate::{Env, FlowError, dpop, load};

/// Proves the application that pushes a request, as at the token endpoint, before anything else of it is looked at; with the key
/// that it holds, if it proves one.
///
/// # Errors
/// [`Refusal::ClientUnknown`], [`Refusal::DpopProofInvalid`], or as [`grantor_rules::client::prove`].
///
/// Spec: RFC 9126 §2, RFC 9449 §10.1.
pub async fn prove_pusher(
    asking: &Asking<'_>,
    caller: &Caller,
    proofs: &PresentedProofs,
) -> Result<Option<HeldKey>, FlowError> {
    let client = load::client_here(asking.env, asking.tenant, &caller.client_id).await?;
    let application = client.application;
    prove(asking, &application, platform_without_redirect(&application), caller).await?;
    dpop::of_application(asking.env, asking.tenant, &application, proofs).await
}

/// Keeps a request for a browser to point at, once every rule holds that can be asked without a person.
///
/// # Errors
/// As [`rule::fits`], those of scopes and APIs that there are not, and [`Refusal::AuthorizationDetailsInvalid`].
///
/// Spec: RFC 9126 §2.1 and §2.2.
pub async fn push(
    env: &Env,
    tenant: &Tenant,
    proven: &Proven,
    request: &Request,
    dialect: &str,
    parameters: &[(String, String)],
    key: Option<&HeldKey>,
) -> Result<Handle, FlowError> {
    if let Some(redirect) = proven.redirect() {
        rule::fits(&proven.application, redirect.platform(), request)?;
    }
    let scopes = load::scopes(env, tenant, &request.wanted).await?;
    authorization_details::asked(&proven.application, &scopes, &request.terms.authorization_details)?;
    let dpop_jkt = of_code(request.dpop_jkt.clone(), key)?;
    let mut parameters = parameters.to_vec();
    if let (None, Some(thumbprint)) = (&request.dpop_jkt, &dpop_jkt) {
        // As if the application had named it.
        parameters.push(("dpop_jkt".to_owned(), thumbprint.clone()));
    }
    let handle = env.handle(HandleKind::PushedRequest, tenant.id);
    let expires_at = env.now() + env.settings.pushed_request_lifetime;
    let kept = PushedRequest {
        client_id: proven.application.client_id.clone(),
        dialect: dialect.to_owned(),
        parameters,
        dpop_jkt,
        expires_at,
        // Whoever came in time may take as long as others to sign in.
        keep_until: expires_at + env.settings.interaction_lifetime,
    };
    env.storage.tenant(tenant.id).push_request(&handle.digest(), &kept).await?;
    Ok(handle)
}

/// What an application has pushed, for a browser that comes in time with the application's own name. It may come again until
/// the request is answered.
///
/// # Errors
/// [`Refusal::RequestUriInvalid`].
///
/// Spec: RFC 9126 §4 and §7.
pub async fn pushed(
    env: &Env,
    tenant: &Tenant,
    client_id: &ClientId,
    dialect: &str,
    reference: &Secret,
) -> Result<(HandleDigest, PushedRequest), FlowError> {
    let unknown = || Refusal::RequestUriInvalid { why: RequestUriFault::Unknown };
    let handle = Handle::parse(HandleKind::PushedRequest, reference.expose()).map_err(|_| unknown())?;
    if handle.tenant() != tenant.id {
        return Err(unknown().into());
    }
    let found = env.storage.tenant(tenant.id).find_pushed_request(&handle.digest()).await?;
    let usable = found
        .filter(|kept| kept.client_id == *client_id && kept.dialect == dialect && env.now() < kept.expires_at)
        .ok_or_else(unknown)?;
    Ok((handle.digest(), usable))
}
