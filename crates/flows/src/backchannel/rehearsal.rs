//! Under `--dev` alone: the answer of a person, without their browser, for suites that have none.

use std::sync::Arc;

use grantor_protocol::{HandleDigest, HandleKind};
use grantor_rules::Refusal;
use grantor_rules::authorize::Question;
use grantor_rules::layout::TokenLayout;
use grantor_rules::model::{Awaited, DeviceCode, Purpose, Tenant, TenantName, User};
use grantor_storage::NewSignIn;

use super::waiting_for;
use crate::authorize::{self, Consented, Stage, Step, fingerprint};
use crate::{Env, FlowError, Place, Trace, device, load, sign_in};

/// How many people are read at once.
const AT_ONCE: u32 = 500;

/// A request that waits, with whose answer it waits for.
#[derive(Debug)]
pub struct Waiting {
    /// In whose directory.
    pub tenant: Arc<Tenant>,
    /// Who is asked.
    pub user: User,
    /// Its digest.
    pub digest: HandleDigest,
    /// What waits.
    pub code: DeviceCode,
}

/// Everything that waits in the whole deployment. It reads every person: a deployment for development has few.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn everything_waiting(env: &Env) -> Result<Vec<Waiting>, FlowError> {
    let mut all = Vec::new();
    for tenant in env.storage.list_tenants().await?.into_iter().map(Arc::new) {
        let store = env.storage.tenant(tenant.id);
        let mut after: Option<String> = None;
        loop {
            let users = store.list_users(after.as_deref(), AT_ONCE).await?;
            let Some(last) = users.last() else { break };
            after = Some(last.user_principal_name.clone());
            for user in users {
                let waiting = waiting_for(env, &tenant, &user).await?;
                let of = |(digest, code)| Waiting { tenant: Arc::clone(&tenant), user: user.clone(), digest, code };
                all.extend(waiting.into_iter().map(of));
            }
        }
    }
    Ok(all)
}

/// Answers for the person: no, or yes to everything that is asked, as if they had signed in just now.
///
/// # Errors
/// [`Refusal::InteractionGone`] for what does not wait; what the person themselves would have met.
pub async fn answer(
    env: &Env,
    trace: &Trace,
    digest: HandleDigest,
    approved: bool,
    layout: &dyn TokenLayout,
) -> Result<(), FlowError> {
    let code = env.storage.find_device_code(&digest).await?.ok_or(Refusal::InteractionGone)?;
    let awaited = code.awaits.clone().ok_or(Refusal::InteractionGone)?;
    trace.join(code.flow);
    if !approved {
        return device::decline(env, digest, awaited.tenant, None).await;
    }
    device::waiting(env, &digest).await?;
    approve(env, trace, digest, &code, &awaited, layout).await
}

async fn approve(
    env: &Env,
    trace: &Trace,
    digest: HandleDigest,
    code: &DeviceCode,
    awaited: &Awaited,
    layout: &dyn TokenLayout,
) -> Result<(), FlowError> {
    let tenant = load::find_tenant(env, &TenantName::Id(awaited.tenant)).await?;
    let store = env.storage.tenant(tenant.id);
    let user = store.find_user(awaited.user).await?.ok_or(Refusal::UserGone)?;
    let session = env.handle(HandleKind::Session, tenant.id);
    let sign_in = sign_in::sign_in(env, &user, env.now());
    let (old_session, new_session) = (None, session.digest());
    store.record_sign_in(&NewSignIn { old_session, new_session, sign_in, interaction: None }).await?;

    let proven = authorize::prove_device(env, trace, Place::Tenant(tenant), digest, code).await?;
    let request = device::request_of(env, code).await?;
    let (purpose, browser) = (Purpose::Device(digest), env.entropy.bytes());
    let stage = Stage::new(env, trace, &proven.place, purpose, &code.dialect, &[], browser);
    let Stage::New(interaction) = stage.clone() else { return Err(Refusal::InteractionGone.into()) };
    let sessions = [session];
    let asked =
        |stage, consented| authorize::proceed(env, trace, &proven, &request, stage, &sessions, consented, layout);
    match asked(stage, Consented::NotAsked).await? {
        Step::DeviceApproved => Ok(()),
        Step::Ask { question: Question::Consent(question), handle, person, .. } => {
            let yes = Consented::Yes { question: fingerprint(&question, person), for_everyone: false };
            match asked(Stage::Waiting { handle, interaction }, yes).await? {
                Step::DeviceApproved => Ok(()),
                _ => Err(Refusal::InteractionGone.into()),
            }
        }
        Step::Ask { question: Question::Approval { .. }, .. } => {
            Err(Refusal::AdministratorMustConsent { permissions: Vec::new(), can_ask: false }.into())
        }
        _ => Err(Refusal::InteractionGone.into()),
    }
}
