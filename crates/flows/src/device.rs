//! A program that waits while its person signs in elsewhere (RFC 8628).

use grantor_protocol::{ClientId, Handle, HandleDigest, HandleKind, TenantId};
use grantor_rules::authorize::fits_authority;
use grantor_rules::client::{Caller, platform_of_direct_grant};
use grantor_rules::client_metadata::registered_for;
use grantor_rules::layout::TokenLayout;
use grantor_rules::model::{DeviceAnswer, DeviceCode, Terms, UserCode};
use grantor_rules::scopes::WantedScopes;
use grantor_rules::token::issued::GrantKind;
use grantor_rules::{Refusal, authorize};
use grantor_storage::{AnswerDeviceCode, Finished};
use uuid::Uuid;

use crate::client_proof::{self, Asking};
use crate::{Env, Event, FlowError, Place, Trace, backchannel, load};

/// A device code that was issued.
#[derive(Debug)]
pub struct Begun {
    /// What the program asks with.
    pub device_code: Handle,
    /// What the person types.
    pub user_code: UserCode,
}

/// Who asks for a device code.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    /// The application.
    pub client_id: &'a ClientId,
    /// What it shows for itself, where it must.
    pub caller: Option<&'a Caller>,
    /// How tokens are laid out there.
    pub layout: &'a dyn TokenLayout,
}

/// Begins to wait. What is wrong with what is `asked` is said to who proves who asks.
///
/// # Errors
/// [`Refusal::ClientUnknown`], as [`client_proof::prove`], [`Refusal::SingleTenantOnly`], [`Refusal::ApiUnknown`] and what else is
/// wrong with the scopes.
///
/// Spec: RFC 8628 §3.1.
pub async fn begin(
    env: &Env,
    trace: &Trace,
    place: &Place,
    dialect: &str,
    by: Asker<'_>,
    asked: Result<(WantedScopes, Terms), Refusal>,
) -> Result<Begun, FlowError> {
    let Asker { client_id, caller, layout } = by;
    let application = match place {
        Place::Tenant(tenant) => {
            let client = load::client(env, tenant, client_id).await?;
            if let Some(caller) = caller {
                let platform = platform_of_direct_grant(&client.application);
                client_proof::prove(&Asking { env, trace, tenant, layout }, &client.application, platform, caller)
                    .await?;
            }
            authorize::may_be_used(&client, tenant)?;
            // What nobody could allow is told to the program at once, and not to its person.
            load::scopes(env, tenant, &asked.as_ref().map_err(Refusal::clone)?.0).await?;
            client.application
        }
        Place::Organizations | Place::Common => load::client_of_several(env, client_id, place.word()).await?,
    };
    let (wanted, terms) = asked?;
    fits_authority(&application, place.authority())?;
    registered_for(&application, GrantKind::DeviceCode)?;
    let tenant = place.tenant().map_or(TenantId::from_uuid(Uuid::nil()), |tenant| tenant.id);
    let device_code = env.handle(HandleKind::DeviceCode, tenant);
    let user_code = UserCode::from_random(env.entropy.bytes());
    let code = DeviceCode {
        client_id: application.client_id.clone(),
        authority: place.authority(),
        dialect: dialect.to_owned(),
        wanted,
        flow: trace.flow(),
        expires_at: env.now() + env.settings.device_code_lifetime,
        answer: None,
        spent_at: None,
        terms,
        awaits: None,
        polled: None,
    };
    env.storage.begin_device_code(&device_code.digest(), &user_code.digest(), &code).await?;
    env.record(trace, Event::DeviceCodeIssued { client: code.client_id });
    Ok(Begun { device_code, user_code })
}

/// The device code that a person has typed the user code of.
///
/// # Errors
/// [`Refusal::UserCodeUnknown`], [`Refusal::UserCodeUsed`], [`Refusal::DeviceCodeExpired`].
pub async fn of_user_code(
    env: &Env,
    trace: &Trace,
    user_code: &UserCode,
) -> Result<(HandleDigest, DeviceCode), FlowError> {
    let found = env.storage.find_device_code_of(&user_code.digest()).await?;
    let (digest, code) = found.ok_or(Refusal::UserCodeUnknown)?;
    trace.join(code.flow);
    unanswered(env, &code)?;
    Ok((digest, code))
}

/// A device code that still waits.
///
/// # Errors
/// As [`of_user_code`].
pub async fn waiting(env: &Env, digest: &HandleDigest) -> Result<DeviceCode, FlowError> {
    let code = env.storage.find_device_code(digest).await?.ok_or(Refusal::UserCodeUnknown)?;
    unanswered(env, &code)?;
    Ok(code)
}

/// What is asked of the person, as an authorization request.
///
/// # Errors
/// [`Refusal::AskedOfAnotherPerson`] if the one whom the application asks is gone.
pub async fn request_of(env: &Env, code: &DeviceCode) -> Result<authorize::Request, FlowError> {
    match &code.awaits {
        Some(awaited) => backchannel::request_of(env, code, awaited).await,
        None => Ok(authorize::Request::without_address(code.wanted.clone())),
    }
}

fn unanswered(env: &Env, code: &DeviceCode) -> Result<(), Refusal> {
    let is_over = code.answer.is_some() || code.spent_at.is_some() || env.now() >= code.expires_at;
    if code.awaits.is_some() && is_over {
        // Nobody typed a code for it, and nobody could be shown a new one.
        return Err(Refusal::InteractionGone);
    }
    if code.answer.is_some() || code.spent_at.is_some() {
        return Err(Refusal::UserCodeUsed);
    }
    if env.now() >= code.expires_at { Err(Refusal::DeviceCodeExpired { what: code.waited_with() }) } else { Ok(()) }
}

/// Somebody was faster. For what the application asks a person itself there is no code to type.
pub(crate) const fn answered_before(code: &DeviceCode) -> Refusal {
    if code.awaits.is_some() { Refusal::InteractionGone } else { Refusal::UserCodeUsed }
}

/// The person says no.
///
/// # Errors
/// As [`waiting`], also when it was answered meanwhile.
pub async fn decline(
    env: &Env,
    digest: HandleDigest,
    tenant: TenantId,
    interaction: Option<HandleDigest>,
) -> Result<(), FlowError> {
    let code = waiting(env, &digest).await?;
    let now = env.now();
    let answered = env
        .storage
        .answer_device_code(&AnswerDeviceCode {
            digest,
            tenant,
            answer: DeviceAnswer::Declined,
            interaction,
            consents: Vec::new(),
            notices: backchannel::notices(env, &code, now),
            now,
        })
        .await?;
    match answered {
        Finished::Now => Ok(()),
        Finished::Before => Err(answered_before(&code).into()),
    }
}
