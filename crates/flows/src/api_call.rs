//! A call to one of our own APIs with an access token of ours.

use std::sync::Arc;

use grantor_jose::VerifyError;
use grantor_protocol::Secret;
use grantor_protocol::dpop::Scheme;
use grantor_rules::api_access::{PermittedCall, PresentedToken, carried, of_certificate, of_key, permit};
use grantor_rules::client::ShownCertificate;
use grantor_rules::dpop::{HeldKey, PresentedProofs};
use grantor_rules::layout::TokenType;
use grantor_rules::model::{Application, Family, RequestedClaims, TenantName, User};
use grantor_rules::refusal::TokenFault;
use grantor_rules::{Refusal, directory_api};
use serde_json::{Map, Value};

use crate::{Env, Event, FlowError, Trace, dpop, lineage, load};

/// How a dialect reads the claims of a token whose signature is proven.
pub type ReadClaims<'a> = &'a (dyn Fn(&Map<String, Value>) -> Result<PresentedToken, Refusal> + Sync);

/// An access token, and how a call carries it.
#[derive(Debug)]
pub struct Presented {
    /// The token.
    pub token: Secret,
    /// How the call carries it.
    pub scheme: Scheme,
    /// What shows which key the caller holds.
    pub proofs: PresentedProofs,
    /// The certificate of the TLS connection, if one was shown.
    pub certificate: Option<Arc<ShownCertificate>>,
}

/// A call that is allowed.
#[derive(Debug)]
pub struct Permitted {
    /// On whose behalf, and what it may see.
    pub call: PermittedCall,
    /// The application.
    pub client: Arc<Application>,
    /// The nonce for the next proof of a key, where proofs hold one.
    pub dpop_nonce: Option<String>,
}

/// What a token goes back to.
pub(crate) struct Grounds {
    pub family: Option<Family>,
    pub user: Option<User>,
    pub client: Arc<Application>,
}

/// Permits a call: the token is signed by us, is of one of the types that `readers` read, and says that any one of `needed` is
/// allowed; the caller holds the key that it is bound to; nothing that it descends from was revoked, and the person still may.
///
/// # Errors
/// [`Refusal::TokenInvalid`], [`Refusal::DpopProofInvalid`], [`Refusal::KeyProofMissing`] or [`Refusal::ScopeInsufficient`].
pub async fn permitted(
    env: &Env,
    trace: &Trace,
    presented: &Presented,
    readers: &[(TokenType, ReadClaims<'_>)],
    needed: &[&'static str],
) -> Result<Permitted, FlowError> {
    let token = read(env, &presented.token, readers)?;
    let held = holder(env, presented, &token).await?;
    let Grounds { family, user, client } = grounds(env, trace, &token).await?;
    let call = permit(token, family.as_ref(), user, needed)?;
    env.record(trace, Event::ApiCalled { user: call.user.id, client: call.token.client.clone() });
    Ok(Permitted { call, client, dpop_nonce: held.as_ref().and_then(|held| dpop::next_nonce(env, held)) })
}

/// What a token says, by the reader of its type.
fn read(env: &Env, token: &Secret, readers: &[(TokenType, ReadClaims<'_>)]) -> Result<PresentedToken, FlowError> {
    let mut wrong = FlowError::from(Refusal::TokenInvalid { why: TokenFault::Malformed });
    for (kind, read) in readers {
        match env.keys.claims(token, *kind) {
            Ok(claims) => return Ok(read(&claims)?),
            // It may be of the next type, which may not even be signed.
            Err(error @ (VerifyError::WrongType { .. } | VerifyError::Malformed)) => wrong = fault(&error),
            Err(error) => return Err(fault(&error)),
        }
    }
    Err(wrong)
}

/// The key that the caller holds, where the token is bound to one: it comes by its own scheme, with a proof of that key.
async fn holder(env: &Env, presented: &Presented, token: &PresentedToken) -> Result<Option<HeldKey>, FlowError> {
    carried(token.bound_to.as_ref(), presented.scheme)?;
    of_certificate(token.bound_to.as_ref(), presented.certificate.as_deref())?;
    if presented.scheme == Scheme::Bearer {
        return Ok(None);
    }
    let Some(proof) = dpop::read(&presented.proofs)? else { return Err(Refusal::KeyProofMissing.into()) };
    of_key(token.bound_to.as_ref(), proof.thumbprint())?;
    let gone = || Refusal::TokenInvalid { why: TokenFault::Revoked };
    let tenant = env.storage.find_tenant(&TenantName::Id(token.tenant)).await?.ok_or_else(gone)?;
    dpop::taken(env, &tenant, &proof, &presented.proofs, Some(&presented.token)).await.map(Some)
}

/// The claims of userinfo that the application asked for by name, as far as the person allows them now.
///
/// # Errors
/// [`FlowError::Store`].
///
/// Spec: OpenID Connect Core §5.5.
pub async fn claims_by_name(env: &Env, call: &PermittedCall) -> Result<RequestedClaims, FlowError> {
    if call.claims.userinfo.is_empty() {
        return Ok(RequestedClaims::default());
    }
    let store = env.storage.tenant(call.token.tenant);
    let (consents, directory) =
        (store.find_consents(call.user.id, &call.token.client).await?, directory_api::client_id());
    Ok(call.claims.allowed(|scope| consents.covers(&directory, scope.as_str())))
}

/// What a token goes back to, with its person: nothing before it was revoked, and its application may still be used.
pub(crate) async fn grounds(env: &Env, trace: &Trace, presented: &PresentedToken) -> Result<Grounds, FlowError> {
    let store = env.storage.tenant(presented.tenant);
    let (family, user) = store.find_family_with_user(presented.family).await?.unzip();
    if let Some(family) = &family {
        trace.join(family.flow);
        if lineage::revoked(store.as_ref(), family).await?.is_some() {
            return Err(Refusal::TokenInvalid { why: TokenFault::Revoked }.into());
        }
    }
    let client = not_switched_off(env, presented).await?;
    Ok(Grounds { family, user: user.flatten(), client })
}

/// The application may have been switched off, or sent away, since the token was issued. Both are read from memory.
async fn not_switched_off(env: &Env, token: &PresentedToken) -> Result<Arc<Application>, FlowError> {
    let revoked = || Refusal::TokenInvalid { why: TokenFault::Revoked };
    let tenant = env.storage.find_tenant(&TenantName::Id(token.tenant)).await?.ok_or_else(revoked)?;
    match load::client(env, &tenant, &token.client).await {
        Ok(client) if client.is_here() && client.is_enabled() => Ok(client.application),
        Ok(_) | Err(FlowError::Refused(_)) => Err(revoked().into()),
        Err(error) => Err(error),
    }
}

fn fault(error: &VerifyError) -> FlowError {
    let why = match error {
        VerifyError::BadSignature
        | VerifyError::UnknownKey { .. }
        | VerifyError::NoKeyId
        | VerifyError::AlgorithmNotKeys { .. } => TokenFault::Signature,
        VerifyError::TooLarge
        | VerifyError::Malformed
        | VerifyError::Critical
        | VerifyError::WrongType { .. }
        | VerifyError::BadClaims => TokenFault::Malformed,
    };
    Refusal::TokenInvalid { why }.into()
}
