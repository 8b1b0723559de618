//! A device code is exchanged.

use grantor_protocol::{FamilyId, Handle, HandleKind, Secret};
use grantor_rules::Refusal;
use grantor_rules::client::platform_of_direct_grant;
use grantor_rules::model::{Authority, DeviceCode, User};
use grantor_rules::token::device::{approved, redeem as rule, session_lives};
use grantor_rules::token::issued::IssuedTokens;
use grantor_storage::{RedeemDeviceCode, Redeemed};

use super::{Call, issue};
use crate::{Env, FlowError};

/// The device code behind a text.
pub async fn find(env: &Env, presented: &Secret) -> Result<Option<(Handle, DeviceCode)>, FlowError> {
    let Ok(handle) = Handle::parse(HandleKind::DeviceCode, presented.expose()) else { return Ok(None) };
    Ok(env.storage.find_device_code(&handle.digest()).await?.map(|code| (handle, code)))
}

pub async fn redeem(call: &Call<'_>, presented: &Secret) -> Result<IssuedTokens, FlowError> {
    let platform = platform_of_direct_grant(&call.client.application);
    let client = call.prove(platform).await?;
    let (handle, code) = find(call.env, presented).await?.ok_or(Refusal::DeviceCodeUnknown)?;
    call.trace.join(code.flow);
    let approval = approved(&code, &client, call.env.now())?;
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
            issue::record(call.env, call.trace, &plan, "device_code");
            Ok(issued)
        }
        Redeemed::Before => Err(Refusal::DeviceCodeSpent.into()),
    }
}
