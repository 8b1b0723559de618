//! A person proves who they are.

use grantor_environment::Timestamp;
use grantor_protocol::{Handle, HandleDigest, HandleKind, Secret};
use grantor_rules::Refusal;
use grantor_rules::model::{Method, Progress, SignIn, Tenant, User};
use grantor_storage::{NewSignIn, StoredPassword, WrongPassword};

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

/// Signs somebody in by name and password, in a browser that has `old_session` in their tenant. What the person has done so far
/// is kept with `interaction` where that waits in the same tenant.
///
/// # Errors
/// As [`check_password`].
#[expect(clippy::too_many_arguments, reason = "who, with what, in which browser, for which request")]
pub async fn with_password(
    env: &Env,
    trace: &Trace,
    tenant: &Tenant,
    name: &str,
    password: &Secret,
    old_session: Option<HandleDigest>,
    interaction: &Handle,
    so_far: &Progress,
) -> Result<SignedInNow, FlowError> {
    let user = check_password(env, tenant, name, password).await?;
    let session = env.handle(HandleKind::Session, tenant.id);
    let progress = Progress { account: Some(user.id), other_account: false, ..so_far.clone() };
    let store = env.storage.tenant(tenant.id);
    let now = env.now();
    // Whoever proves once more who they are goes on with the session that their applications know.
    let before = match &old_session {
        Some(session) => store.list_sign_ins(session).await?,
        None => Vec::new(),
    };
    let goes_on = before.into_iter().find(|before| before.user == user.id && before.expires_at > now);
    let fresh = sign_in(env, &user, now);
    let sign_in = SignIn { sid: goes_on.map_or(fresh.sid, |before| before.sid), ..fresh };
    store
        .record_sign_in(&NewSignIn {
            old_session,
            new_session: session.digest(),
            sign_in,
            interaction: (interaction.tenant() == tenant.id).then(|| (interaction.digest(), progress.clone())),
        })
        .await?;
    env.record(trace, Event::SignedIn { user: user.id });
    Ok(SignedInNow { user, session, progress })
}

/// The person with this name, if the password is theirs.
///
/// Names that nobody has cost the same time and get the same answer as wrong passwords. Too many wrong ones in a row lock the
/// account for a while, in which no password is looked at.
///
/// # Errors
/// [`Refusal::PasswordWrong`]; [`Refusal::UserLocked`]; [`Refusal::UserDisabled`] to whoever knows the password;
/// [`FlowError::Busy`].
pub async fn check_password(env: &Env, tenant: &Tenant, name: &str, password: &Secret) -> Result<User, FlowError> {
    let store = env.storage.tenant(tenant.id);
    let user = store.find_user_by_name(name).await?;
    let known = match &user {
        Some(user) => store.find_password(user.id).await?,
        None => None,
    };
    not_locked(env, tenant, name, known.as_ref())?;
    let right = env.passwords.verify(password, known.as_ref().map(|known| &known.hash)).await?;
    let now = env.now();
    let user = user.filter(|_| known.is_some());
    // Guesses that waited for their turn together must not get by a lock that fell meanwhile, and the answer must not tell which
    // of them was right.
    let known = match &user {
        Some(user) => store.find_password(user.id).await?,
        None => None,
    };
    not_locked(env, tenant, name, known.as_ref())?;
    match user {
        Some(user) if right => {
            if known.is_some_and(|known| known.wrong_tries > 0) {
                store.forget_wrong_passwords(user.id).await?;
            }
            if user.account_enabled { Ok(user) } else { Err(Refusal::UserDisabled.into()) }
        }
        Some(user) => {
            let (most, locked_until) = (env.settings.most_wrong_passwords, now + env.settings.locked_for);
            store.count_wrong_password(&WrongPassword { user: user.id, most, locked_until }).await?;
            Err(Refusal::PasswordWrong.into())
        }
        None => {
            env.unknown_names.count(tenant.id, name, now, &env.settings);
            Err(Refusal::PasswordWrong.into())
        }
    }
}

fn not_locked(env: &Env, tenant: &Tenant, name: &str, known: Option<&StoredPassword>) -> Result<(), Refusal> {
    let now = env.now();
    let locked = match known {
        Some(known) => known.locked_until.is_some_and(|until| now < until),
        None => env.unknown_names.is_locked(tenant.id, name, now),
    };
    if locked { Err(Refusal::UserLocked) } else { Ok(()) }
}

/// A fresh sign-in of somebody who has just proved who they are.
pub fn sign_in(env: &Env, user: &User, now: Timestamp) -> SignIn {
    SignIn {
        user: user.id,
        sid: new_sid(env),
        authenticated_at: now,
        method: Method::Pwd,
        expires_at: now + env.settings.session_lifetime,
    }
}

/// The id of a session as applications see it.
pub fn new_sid(env: &Env) -> String {
    grantor_protocol::FlowId::from_random(env.entropy.bytes()).to_string()
}
