//! What a program has waited with is exchanged: a device code, or a request to a person who is elsewhere.

use grantor_protocol::{FamilyId, Handle, HandleKind, Secret};
use grantor_rules::Refusal;
use grantor_rules::backchannel::may_ask;
use grantor_rules::client::platform_of_direct_grant;
use grantor_rules::model::{Authority, DeviceCode, Platform, User};
use grantor_rules::refusal::WaitedWith;
use grantor_rules::token::device::{approved, asked, redeem as rule, session_lives};
use grantor_rules::token::issued::IssuedTokens;
use grantor_storage::{RedeemDeviceCode, Redeemed};

use super::{Call, issue};
use crate::{Env, FlowError};

/// What a program waits with.
pub struct Waits<'a> {
    /// What it is.
    pub kind: HandleKind,
    /// Its text.
    pub presented: &'a Secret,
    /// Whether a program that asks too fast is told so.
    pub slows_down: bool,
}

impl Waits<'_> {
    fn with(&self) -> WaitedWith {
        if self.kind == HandleKind::BackchannelRequest { WaitedWith::AuthReqId } else { WaitedWith::DeviceCode }
    }
}

/// What waits behind a text of one kind.
pub async fn find(env: &Env, kind: HandleKind, presented: &Secret) -> Result<Option<(Handle, DeviceCode)>, FlowError> {
    let Ok(handle) = Handle::parse(kind, presented.expose()) else { return Ok(None) };
    Ok(env.storage.find_device_code(&handle.digest()).await?.map(|code| (handle, code)))
}

pub async fn redeem(call: &Call<'_>, waits: &Waits<'_>) -> Result<IssuedTokens, FlowError> {
    let by_backchannel = waits.kind == HandleKind::BackchannelRequest;
    let application = &call.client.application;
    let platform = if by_backchannel { Platform::Web } else { platform_of_direct_grant(application) };
    let client = call.prove(platform).await?;
    if by_backchannel {
        may_ask(application)?;
    }
    let (handle, code) =
        find(call.env, waits.kind, waits.presented).await?.ok_or(Refusal::DeviceCodeUnknown { what: waits.with() })?;
    call.trace.join(code.flow);
    let approval = match approved(&code, &client, call.env.now()) {
        Err(Refusal::DevicePending) if waits.slows_down => return Err(paced(call.env, &handle, &code).await?.into()),
        found => found?,
    };
    let elsewhere = matches!(code.authority, Authority::Tenant(asked) if asked != call.tenant.id);
    if elsewhere || approval.tenant != call.tenant.id {
        return Err(Refusal::CodeOfAnotherTenant.into());
    }
    session_lives(&code, call.store.find_session_end(&approval.sid).await?)?;
    let user: Option<User> = call.store.find_user(approval.user).await?;
    let scopes = call.scopes(&code.wanted).await?;
    let person = call.person(approval.user, user.as_ref(), &scopes).await?;
    let family = FamilyId::from_random(call.env.entropy.bytes());
    let plan = rule(&code, approval, &client, platform, scopes, family, &call.standing(&person))?;
    let (handed_out, kept) = issue::first_refresh_token(call.env, &plan).unzip();
    let issued = issue::tokens(call.env, &plan, call.layout, handed_out.as_ref()).await?;
    let redeemed = call
        .env
        .storage
        .redeem_device_code(&RedeemDeviceCode {
            digest: handle.digest(),
            tenant: call.tenant.id,
            family: issue::family(&plan, &code.wanted, kept, None),
            keep_until: issue::keep_until(&plan),
            now: call.env.now(),
        })
        .await?;
    match redeemed {
        Redeemed::Now => {
            let grant = if by_backchannel { "ciba" } else { "device_code" };
            issue::record(call.env, call.trace, &plan, grant);
            Ok(issued)
        }
        Redeemed::Before => Err(Refusal::DeviceCodeSpent { what: waits.with() }.into()),
    }
}

/// There is no answer yet: whether the program waited for its interval, which is kept for the next time.
async fn paced(env: &Env, handle: &Handle, code: &DeviceCode) -> Result<Refusal, FlowError> {
    let (polled, in_time) = asked(code.polled, env.settings.device_code_interval, env.now());
    let kept = env.storage.note_device_poll(&handle.digest(), code.polled, polled).await?;
    Ok(match in_time {
        Ok(()) if kept => Refusal::DevicePending,
        // Another question came in between.
        Ok(()) => Refusal::PollingTooFast { interval: polled.interval.as_secs() },
        Err(refusal) => refusal,
    })
}
