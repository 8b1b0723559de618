//! A refresh token is exchanged for its successor.

use grantor_jose::{NONCE_BYTES, SealingKey};
use grantor_protocol::secret::sha256;
use grantor_protocol::{Handle, HandleKind, Secret};
use grantor_rules::Refusal;
use grantor_rules::client::platform_without_redirect;
use grantor_rules::model::{RefreshToken, RevocationReason, Spent};
use grantor_rules::token::TokenPlan;
use grantor_rules::token::issued::IssuedTokens;
use grantor_rules::token::refresh::{PresentedAgain, of_tenant, presented_again, renew as rule};
use grantor_storage::{NewRefreshToken, RotateRefreshToken, Rotated};

use super::{Call, issue};
use crate::{Event, FlowError, load};

pub async fn renew(call: &Call<'_>, presented: &Secret) -> Result<IssuedTokens, FlowError> {
    let found = find(call, presented).await?;
    let platform =
        found.as_ref().map_or_else(|| platform_without_redirect(call.application), |(_, token)| token.family.platform);
    let client = call.prove(platform)?;
    let (handle, token) = found.ok_or(Refusal::RefreshTokenUnknown)?;
    call.trace.join(token.family.flow);
    let original = &token.family.wanted;
    let names_apis = call.request.wanted.as_ref().filter(|wanted| !wanted.apis().is_empty());
    let mut scopes = {
        let wanted = names_apis.unwrap_or(original);
        wanted.resolve(&load::apis(call.env, call.store, wanted).await?)?
    };
    if let Some(wanted) = &call.request.wanted {
        scopes.sign_in = wanted.sign_in_scopes();
    }
    // A renewal cannot widen what the person signed in for.
    scopes.sign_in.retain(|scope| original.signs_in_with(*scope));
    let (user, consents) = call.person(token.family.user).await?;
    let standing = call.standing(user.as_ref(), &consents);
    let plan = rule(&token, &client, scopes, names_apis.is_some(), &standing)?;
    rotate(call, &handle, &token, &plan).await
}

async fn find(call: &Call<'_>, presented: &Secret) -> Result<Option<(Handle, RefreshToken)>, FlowError> {
    let Ok(handle) = Handle::parse(HandleKind::RefreshToken, presented.expose()) else { return Ok(None) };
    of_tenant(handle.tenant(), call.tenant.id)?;
    Ok(call.store.find_refresh_token(&handle.digest()).await?.map(|token| (handle, token)))
}

/// Strict and kind: one successor for each token, and the same one again while its reply may still be on the way.
async fn rotate(
    call: &Call<'_>,
    presented: &Handle,
    token: &RefreshToken,
    plan: &TokenPlan<'_>,
) -> Result<IssuedTokens, FlowError> {
    let Some(expires_at) = plan.refresh_expires_at else {
        // The person has withdrawn `offline_access`.
        return Err(Refusal::ConsentRequired { missing: vec!["offline_access".to_owned()] }.into());
    };
    if let Some(spent) = &token.spent {
        return again(call, presented, token, plan, spent).await;
    }
    let successor = call.env.handle(HandleKind::RefreshToken, call.tenant.id);
    let issued = issue::tokens(call.env, plan, call.layout, Some(&successor)).await?;
    let rotated = call
        .store
        .rotate_refresh_token(&RotateRefreshToken {
            presented: presented.digest(),
            successor: NewRefreshToken { digest: successor.digest(), expires_at },
            sealed_successor: seal(presented, &successor, call.env.entropy.bytes()),
            keep_until: issue::keep_until(plan),
            now: call.env.now(),
        })
        .await?;
    match rotated {
        Rotated::Now => {
            issue::record(call.env, call.trace, plan, "refresh_token");
            Ok(issued)
        }
        Rotated::Before(spent) => again(call, presented, token, plan, &spent).await,
        Rotated::Revoked(why) => Err(Refusal::RefreshTokenRevoked { why }.into()),
        Rotated::Unknown => Err(Refusal::RefreshTokenUnknown.into()),
    }
}

async fn again(
    call: &Call<'_>,
    presented: &Handle,
    token: &RefreshToken,
    plan: &TokenPlan<'_>,
    spent: &Spent,
) -> Result<IssuedTokens, FlowError> {
    let family = token.family.id;
    // Measured at the request's arrival: a node that stood still meanwhile must not take an honest program for a thief.
    match presented_again(spent, call.trace.at(), call.env.settings.refresh_grace) {
        PresentedAgain::SameSuccessor => {
            let successor = open(presented, &spent.successor)?;
            call.env.record(call.trace, Event::SuccessorRepeated { family });
            let issued = issue::tokens(call.env, plan, call.layout, Some(&successor)).await?;
            // Nothing is committed here that could notice a revocation since the token was read.
            let family_now = call.store.find_family(family).await?;
            if let Some(why) = family_now.and_then(|family| family.revoked) {
                return Err(Refusal::RefreshTokenRevoked { why }.into());
            }
            issue::record(call.env, call.trace, plan, "refresh_token");
            Ok(issued)
        }
        PresentedAgain::Reused => {
            let reason = RevocationReason::RefreshTokenReused;
            call.store.revoke_family(family, reason, call.env.now()).await?;
            call.env.record(call.trace, Event::FamilyRevoked { family, reason });
            Err(Refusal::RefreshTokenReused.into())
        }
    }
}

/// The successor is kept sealed under the very token that it replaces: nobody else can open it, not even with the store.
fn sealing_key(presented: &Handle) -> SealingKey {
    SealingKey::from_bytes(sha256(presented.secret().expose().as_bytes())).derive("refresh-token-successor")
}

fn seal(presented: &Handle, successor: &Handle, nonce: [u8; NONCE_BYTES]) -> Vec<u8> {
    sealing_key(presented).seal(nonce, presented.digest().as_bytes(), successor.secret().expose().as_bytes())
}

fn open(presented: &Handle, sealed: &[u8]) -> Result<Handle, FlowError> {
    let broken = || FlowError::Failed { what: "the sealed successor of a refresh token cannot be opened".to_owned() };
    let opened = sealing_key(presented).open(presented.digest().as_bytes(), sealed).map_err(|_| broken())?;
    let text = std::str::from_utf8(&opened).map_err(|_| broken())?;
    Handle::parse(HandleKind::RefreshToken, text).map_err(|_| broken())
}
