//! A person proves who they are.

use grantor_protocol::{Handle, HandleDigest, HandleKind, Secret};
use grantor_rules::Refusal;
use grantor_rules::model::{Method, Progress, SignIn, Tenant, User};
use grantor_storage::NewSignIn;

use crate::{Env, Event, FlowError, Trace};

/// Somebody who has just signed in.
#[derive(Debug)]
pub struct SignedInNow {
    /// Who.
    pub user: User,
    /// The browser's session from now on: a new one at each sign-in, so that a handle somebody planted before is worthless.
    pub session: Handle,
    /// What the person has done so far in the request.
    pub progress: Progress,
}

/// Signs somebody in by name and password.
///
/// Names that nobody has cost the same time and get the same answer as wrong passwords.
///
/// # Errors
/// [`Refusal::PasswordWrong`]; [`Refusal::UserDisabled`] to whoever knows the password; [`FlowError::Busy`].
pub async fn with_password(
    env: &Env,
    trace: &Trace,
    tenant: &Tenant,
    name: &str,
    password: &Secret,
    old_session: Option<HandleDigest>,
    interaction: &Handle,
) -> Result<SignedInNow, FlowError> {
    let store = env.storage.tenant(tenant.id);
    let user = store.find_user_by_name(name).await?;
    let hash = match &user {
        Some(user) => store.find_password(user.id).await?,
        None => None,
    };
    let right = env.passwords.verify(password, hash.as_ref()).await?;
    let user = user.filter(|_| right).ok_or(Refusal::PasswordWrong)?;
    if !user.account_enabled {
        return Err(Refusal::UserDisabled.into());
    }
    let now = env.now();
    let session = env.handle(HandleKind::Session, tenant.id);
    let progress = Progress { account: Some(user.id), other_account: false };
    let sign_in = SignIn {
        user: user.id,
        sid: grantor_protocol::FlowId::from_random(env.entropy.bytes()).to_string(),
        authenticated_at: now,
        method: Method::Pwd,
        expires_at: now + env.settings.session_lifetime,
    };
    store
        .record_sign_in(&NewSignIn {
            old_session,
            new_session: session.digest(),
            sign_in,
            interaction: Some((interaction.digest(), progress.clone())),
        })
        .await?;
    env.record(trace, Event::SignedIn { user: user.id });
    Ok(SignedInNow { user, session, progress })
}
