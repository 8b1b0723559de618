//! A code is exchanged.

use grantor_protocol::{Handle, HandleKind, Secret};
use grantor_rules::Refusal;
use grantor_rules::model::{Code, RevocationReason, User};
use grantor_rules::token::TokenPlan;
use grantor_rules::token::code::{CodeRequest, belongs_together, of_tenant, redeem as rule, same_api};
use grantor_rules::token::issued::IssuedTokens;
use grantor_storage::{RedeemCode, Redeemed};

use super::{Call, issue};
use crate::{Event, FlowError};

pub async fn redeem(call: &Call<'_>, presented: &Secret, redemption: &CodeRequest) -> Result<IssuedTokens, FlowError> {
    let found = find(call, presented).await?;
    let platform = found.as_ref().map_or_else(|| call.platform_of_unknown(), |(_, code, _)| code.platform);
    let client = call.prove(platform).await?;
    if let Ok(handle) = Handle::parse(HandleKind::Code, presented.expose()) {
        of_tenant(handle.tenant(), call.tenant.id)?;
    }
    let (handle, code, user) = found.ok_or(Refusal::CodeUnknown)?;
    call.trace.join(code.flow);
    if let Err(refusal) = belongs_together(redemption, &code, &client, call.env.now()) {
        let is_late = [Refusal::CodeExpired, Refusal::SessionsEnded].contains(&refusal);
        if is_late && code.spent_at.is_some() {
            return replayed_late(call, &code).await;
        }
        // Somebody has a code that is not theirs: now it is nobody's.
        call.store.burn_code(&handle.digest(), call.env.now()).await?;
        return Err(refusal.into());
    }
    let wanted = call.request.wanted.as_ref().filter(|_| redemption.names_scopes);
    let asked_before = call.scopes(&code.wanted).await?;
    let mut scopes = match wanted {
        Some(wanted) => call.scopes(wanted).await?,
        None => asked_before.clone(),
    };
    same_api(&asked_before, &scopes)?;
    // What was allowed at the sign-in stays allowed, whether or not it is named again.
    scopes.sign_in.extend(code.wanted.sign_in_scopes());
    let person = call.person(code.user, user.as_ref(), &scopes).await?;
    let plan = rule(redemption, &code, &client, scopes, &call.standing(&person))?;
    commit(call, &handle, &code, &plan).await
}

async fn find(call: &Call<'_>, presented: &Secret) -> Result<Option<(Handle, Code, Option<User>)>, FlowError> {
    let Ok(handle) = Handle::parse(HandleKind::Code, presented.expose()) else { return Ok(None) };
    Ok(call.store.find_code_with_user(&handle.digest()).await?.map(|(code, user)| (handle, code, user)))
}

async fn commit(
    call: &Call<'_>,
    handle: &Handle,
    code: &Code,
    plan: &TokenPlan<'_>,
) -> Result<IssuedTokens, FlowError> {
    let (handed_out, kept) = issue::first_refresh_token(call.env, plan).unzip();
    let issued = issue::tokens(call.env, plan, call.layout, handed_out.as_ref()).await?;
    let redeemed = call
        .store
        .redeem_code(&RedeemCode {
            digest: handle.digest(),
            family: issue::family(plan, &code.wanted, kept, None),
            keep_until: issue::keep_until(plan),
            now: call.env.now(),
        })
        .await?;
    match redeemed {
        Redeemed::Now => {
            issue::record(call.env, call.trace, plan, "authorization_code");
            Ok(issued)
        }
        // The same commit has already revoked what the first use bought (RFC 6749 §4.1.2).
        Redeemed::Before => {
            let revoked = Event::FamilyRevoked { family: code.family, reason: RevocationReason::CodeReplayed };
            call.env.record(call.trace, revoked);
            Err(Refusal::CodeReplayed.into())
        }
    }
}

/// A redeemed code that comes again after its end, or its session's, is as much a sign of theft as before it.
async fn replayed_late(call: &Call<'_>, code: &Code) -> Result<IssuedTokens, FlowError> {
    let reason = RevocationReason::CodeReplayed;
    call.store.revoke_family(code.family, reason, call.env.now()).await?;
    call.env.record(call.trace, Event::FamilyRevoked { family: code.family, reason });
    Err(Refusal::CodeReplayed.into())
}
