//! A call to one of our own APIs with an access token of ours.

use grantor_jose::VerifyError;
use grantor_protocol::Secret;
use grantor_rules::Refusal;
use grantor_rules::api_access::{PermittedCall, PresentedToken, permit};
use grantor_rules::refusal::TokenFault;
use serde_json::{Map, Value};

use crate::{Env, Event, FlowError, Trace};

/// How a dialect reads the claims of a token whose signature is proven.
pub type ReadClaims<'a> = &'a (dyn Fn(&Map<String, Value>) -> Result<PresentedToken, Refusal> + Sync);

/// Permits a call: the token is signed by us and says that any one of `needed` is allowed, nothing that it descends from was
/// revoked, and the person still may.
///
/// # Errors
/// [`Refusal::TokenInvalid`] or [`Refusal::ScopeInsufficient`].
pub async fn permitted(
    env: &Env,
    trace: &Trace,
    token: &Secret,
    read: ReadClaims<'_>,
    needed: &[&'static str],
) -> Result<PermittedCall, FlowError> {
    let claims = env.keys.claims(token).map_err(|error| fault(&error))?;
    let presented = read(&claims)?;
    let store = env.storage.tenant(presented.tenant);
    let (family, user) = store.find_family_with_user(presented.family).await?.unzip();
    if let Some(family) = &family {
        trace.join(family.flow);
    }
    let permitted = permit(presented, family.as_ref(), user.flatten(), needed)?;
    env.record(trace, Event::ApiCalled { user: permitted.user.id, client: permitted.token.client.clone() });
    Ok(permitted)
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
