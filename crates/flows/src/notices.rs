//! Applications are told what has happened, by requests of ours, until they have heard it.
//!
//! A notice is kept in the same commit as what it tells of. Every node looks for those that are due; one takes it in hand, for a
//! while, and keeps what became of it. If it dies with it, another one tries again when that while is over.

use std::time::Duration;

use grantor_protocol::{Secret, TenantId};
use grantor_rules::layout::{LogoutTokenFacts, TokenLayout, TokenType};
use grantor_rules::model::{Application, Attempt, Notice, NoticeEvent, Tenant, TenantName};
use grantor_rules::notices::again_after;

use crate::token::issue::sign;
use crate::{Env, Event, FlowError, Unreachable, backchannel, load, outside};

/// For how long whoever takes a notice in hand has it: far longer than a request may take.
const IN_HAND: Duration = Duration::from_mins(1);
/// What is kept of an answer at the most, in characters.
const LONGEST_ANSWER: usize = 200;

/// How the tokens of a dialect are laid out, by the dialect's name.
pub type Layouts<'a> = &'a (dyn Fn(&str) -> Option<&'a dyn TokenLayout> + Sync);

/// The notices that are due, those that have waited longest first, at most `most`.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn due(env: &Env, most: u32) -> Result<Vec<(TenantId, Notice)>, FlowError> {
    Ok(env.storage.list_due_notices(env.now(), most).await?)
}

/// A notice that is in our hand alone.
#[derive(Debug)]
pub struct Taken {
    tenant: TenantId,
    notice: Notice,
}

/// Takes a notice in hand; nothing if somebody else was faster.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn take(env: &Env, tenant: TenantId, notice: Notice) -> Result<Option<Taken>, FlowError> {
    let until = env.now() + IN_HAND;
    let taken = env.storage.tenant(tenant).claim_notice(notice.id, notice.tries, until).await?;
    Ok(taken.then(|| Taken { tenant, notice: Notice { tries: notice.tries + 1, ..notice } }))
}

/// Puts a notice back untried: its application is being told so much that others wait.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn put_back(env: &Env, taken: Taken, pause: Duration) -> Result<(), FlowError> {
    let notice = Notice { due_at: Some(env.now() + pause), ..taken.notice };
    Ok(env.storage.tenant(taken.tenant).note_notice(&notice).await?)
}

/// Tells the application, and keeps what it said.
///
/// # Errors
/// [`FlowError::Store`] or [`FlowError::Failed`]: the notice is tried again when its time in our hand is over.
pub async fn tell(env: &Env, taken: Taken, layouts: Layouts<'_>) -> Result<(), FlowError> {
    let Taken { tenant, mut notice } = taken;
    let begun = env.now();
    let message = match message(env, tenant, &notice, layouts).await {
        Ok(message) => message,
        // Whoever is gone is told nothing.
        Err(FlowError::Refused(refusal)) => return given_up(env, tenant, notice, refusal.reason()).await,
        Err(error) => return Err(error),
    };
    let told = match message {
        Some(message) => env.outside.tell(&message).await,
        None => return given_up(env, tenant, notice, "it has no address for that any more").await,
    };
    let status = told.as_ref().ok().copied();
    let answer = match told {
        Ok(status) => status.to_string(),
        Err(Unreachable(why)) => why.chars().take(LONGEST_ANSWER).collect(),
    };
    notice.attempts.push(Attempt { at: begun, answer });
    let again = again_after(&notice.event, status, notice.attempts.len());
    notice.due_at = again.map(|pause| env.now() + pause);
    keep(env, tenant, &notice).await
}

async fn given_up(env: &Env, tenant: TenantId, mut notice: Notice, why: &str) -> Result<(), FlowError> {
    notice.attempts.push(Attempt { at: env.now(), answer: format!("not told: {why}") });
    notice.due_at = None;
    keep(env, tenant, &notice).await
}

/// Keeps the last attempt, and says it where events are recorded.
async fn keep(env: &Env, tenant: TenantId, notice: &Notice) -> Result<(), FlowError> {
    env.storage.tenant(tenant).note_notice(notice).await?;
    let answer = notice.attempts.last().map(|attempt| attempt.answer.clone()).unwrap_or_default();
    let (client, what, again) = (notice.client_id.clone(), notice.event.name(), notice.due_at.is_some());
    tracing::info!(%client, what, answer, again, "an application was told");
    env.record(&env.trace(), Event::ApplicationTold { client, what, answer, again });
    Ok(())
}

/// What is sent; nothing where the application has no address for it.
async fn message(
    env: &Env,
    tenant: TenantId,
    notice: &Notice,
    layouts: Layouts<'_>,
) -> Result<Option<outside::Notice>, FlowError> {
    let tenant = load::find_tenant(env, &TenantName::Id(tenant)).await?;
    let client = load::client(env, &tenant, &notice.client_id).await?.application;
    match &notice.event {
        NoticeEvent::SessionEnded { user, sid, dialect } => {
            let missing = || FlowError::Failed { what: format!("there is no dialect {dialect}") };
            let layout = layouts(dialect).ok_or_else(missing)?;
            let Some(address) = client.metadata.backchannel_logout_uri.clone() else { return Ok(None) };
            let subject = env.salt.subject(tenant.id, &client, *user);
            let token = logout_token(env, &tenant, &client, &subject, sid, layout).await?;
            // A compact token needs no escape (RFC 7515 §7.1).
            let body = Secret::new(format!("logout_token={}", token.expose()));
            let content_type = "application/x-www-form-urlencoded";
            Ok(Some(outside::Notice { address, content_type, body, bearer: None }))
        }
        NoticeEvent::RequestAnswered { sealed } => backchannel::ping(env, &client, sealed),
    }
}

/// A fresh token for each try (OpenID Connect Back-Channel Logout 1.0 §2.4): signed as the application's id_tokens are.
async fn logout_token(
    env: &Env,
    tenant: &Tenant,
    client: &Application,
    subject: &str,
    sid: &str,
    layout: &dyn TokenLayout,
) -> Result<Secret, FlowError> {
    let claims = layout.logout_token(&LogoutTokenFacts {
        tenant: tenant.id,
        client,
        subject,
        sid,
        issued_at: env.now(),
        token_id: env.entropy.bytes(),
    });
    sign(env, layout.id_token_signing_alg(client), TokenType::LogoutJwt, &claims).await
}
