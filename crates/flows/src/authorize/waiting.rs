//! Requests that wait for their person.

use std::convert::Infallible;

use grantor_protocol::secret::same_bytes;
use grantor_protocol::{Handle, HandleDigest, UserId};
use grantor_rules::Refusal;
use grantor_rules::consent::ConsentQuestion;
use grantor_rules::model::{Application, ConsentRequest, Consents, Interaction, Progress, Tenant};
use grantor_storage::Finished;
use uuid::Uuid;

use crate::place::{Place, again};
use crate::{Env, Event, FlowError, Trace};

/// Finds a request that waits, for the browser that began it, with the place that it came to.
///
/// # Errors
/// [`Refusal::InteractionGone`], [`Refusal::BrowserDiffers`].
pub async fn waiting(
    env: &Env,
    trace: &Trace,
    handle: &Handle,
    browser: Option<[u8; 32]>,
) -> Result<(Interaction, Place), FlowError> {
    let found = env.storage.tenant(handle.tenant()).find_interaction(&handle.digest()).await?;
    let interaction = found.filter(|found| found.expires_at > env.now()).ok_or(Refusal::InteractionGone)?;
    trace.join(interaction.flow);
    let same = browser.is_some_and(|browser| same_bytes(&browser, &interaction.browser));
    if !same {
        return Err(Refusal::BrowserDiffers.into());
    }
    let place = again(env, interaction.authority).await?;
    Ok((interaction, place))
}

/// Keeps what the person has done so far.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn note_progress(env: &Env, handle: &Handle, progress: &Progress) -> Result<(), FlowError> {
    Ok(env.storage.tenant(handle.tenant()).note_progress(&handle.digest(), progress).await?)
}

/// Ends a request because the person said no, with what was pushed for it.
///
/// # Errors
/// Always: [`Refusal::ConsentDeclined`], or [`Refusal::InteractionGone`] when it was answered meanwhile.
pub async fn decline(env: &Env, handle: &Handle, pushed: Option<&HandleDigest>) -> Result<Infallible, FlowError> {
    match env.storage.tenant(handle.tenant()).end_interaction(&handle.digest(), pushed).await? {
        Finished::Now => Err(Refusal::ConsentDeclined.into()),
        Finished::Before => Err(Refusal::InteractionGone.into()),
    }
}

/// Keeps a person's wish that an administrator allow what they may not.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn ask_an_administrator(
    env: &Env,
    trace: &Trace,
    tenant: &Tenant,
    application: &Application,
    user: UserId,
    question: &ConsentQuestion,
    reason: &str,
) -> Result<(), FlowError> {
    let mut permissions = Consents::default();
    for (client, allowed) in question.by_client() {
        if client == application.client_id {
            permissions.extend(&allowed.scopes);
        }
    }
    let request = ConsentRequest {
        id: Uuid::from_bytes(env.entropy.bytes()),
        client_id: application.client_id.clone(),
        user,
        permissions,
        reason: reason.to_owned(),
        asked_at: env.now(),
    };
    env.storage.tenant(tenant.id).ask_for_consent(&request).await?;
    env.record(trace, Event::AdministratorAsked { user, client: application.client_id.clone() });
    Ok(())
}
