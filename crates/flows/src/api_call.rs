//! A call to one of our own APIs with an access token of ours.

use std::sync::Arc;

use grantor_jose::VerifyError;
use grantor_protocol::Secret;
use grantor_rules::api_access::{PermittedCall, PresentedToken, permit};
use grantor_rules::layout::TokenType;
use grantor_rules::model::{Application, Family, RequestedClaims, TenantName, User};
use grantor_rules::refusal::TokenFault;
use grantor_rules::{Refusal, directory_api};
use serde_json::{Map, Value};

use crate::{Env, Event, FlowError, Trace, lineage, load};

/// How a dialect reads the claims of a token whose signature is proven.
pub type ReadClaims<'a> = &'a (dyn Fn(&Map<String, Value>) -> Result<PresentedToken, Refusal> + Sync);

/// A call that is allowed, with who makes it.
#[derive(Debug)]
pub struct Permitted {
    /// The evidence.
    pub call: PermittedCall,
    /// The application.
    pub client: Arc<Application>,
}

/// What a token goes back to.
pub(crate) struct Grounds {
    pub family: Option<Family>,
    pub user: Option<User>,
    pub client: Arc<Application>,
}

/// Permits a call: the token is signed by us and says that any one of `needed` is allowed, nothing that it descends from was
/// revoked, and the person still may.
///
/// # Errors
/// [`Refusal::TokenInvalid`] or [`Refusal::ScopeInsufficient`].
pub async fn permitted(
    env: &Env,
    trace: &Trace,
    token: &Secret,
    kind: TokenType,
    read: ReadClaims<'_>,
    needed: &[&'static str],
) -> Result<Permitted, FlowError> {
    let claims = env.keys.claims(token, kind).map_err(|error| fault(&error))?;
    let presented = read(&claims)?;
    let Grounds { family, user, client } = grounds(env, trace, &presented).await?;
    let call = permit(presented, family.as_ref(), user, needed)?;
    env.record(trace, Event::ApiCalled { user: call.user.id, client: call.token.client.clone() });
    Ok(Permitted { call, client })
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
