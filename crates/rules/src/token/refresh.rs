//! What a refresh token buys (RFC 6749 §6).

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::{HandleDigest, TenantId};

use super::{Grounds, Standing, TokenPlan, plan};
use crate::Refusal;
use crate::client::{ClientProof, ProvenClient};
use crate::dpop::same_holder;
use crate::model::{Exchanged, Family, RefreshRotation, RefreshToken};
use crate::scopes::{ResolvedScopes, SignInScope};

/// How many exchanged tokens a family remembers within the grace window, so that a program which renews without end does not
/// make its row grow without end.
const MOST_REMEMBERED: usize = 4;

/// What a refresh token of ours is to its family at the moment when it comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented<'a> {
    /// The one that can be exchanged.
    Live(&'a RefreshToken),
    /// Exchanged a moment ago: the reply was lost, or two tabs raced. The same successor once more.
    Repeated(&'a Exchanged),
    /// Exchanged before that: somebody has a copy, and the family ends (RFC 9700 §4.14.2).
    Reused,
    /// Exchanged before, by an application whose old tokens stay good.
    Old(&'a RefreshToken),
    /// The one, of an application that exchanges none.
    Staying(&'a RefreshToken),
}

/// Tells an honest repetition from a stolen token, by time alone; where old tokens stay good, there is no theft to tell.
pub fn recognise<'a>(
    family: &'a Family,
    rotation: RefreshRotation,
    presented: &HandleDigest,
    now: Timestamp,
    grace: Duration,
) -> Presented<'a> {
    let Some(live) = &family.refresh_token else { return Presented::Reused };
    if live.digest == *presented {
        let stays = rotation == RefreshRotation::Stay;
        return if stays { Presented::Staying(live) } else { Presented::Live(live) };
    }
    let lately = live.exchanged.iter().find(|exchanged| exchanged.digest == *presented);
    match lately {
        Some(exchanged) if just_now(exchanged, now, grace) => Presented::Repeated(exchanged),
        _ if rotation == RefreshRotation::RotateAndKeep => Presented::Old(live),
        _ => Presented::Reused,
    }
}

/// What a family remembers after `live` was exchanged at `now` for a successor that is sealed under it: the newest first.
pub fn remembered(live: &RefreshToken, sealed_successor: Vec<u8>, now: Timestamp, grace: Duration) -> Vec<Exchanged> {
    let newest = Exchanged { digest: live.digest, at: now, successor: sealed_successor };
    let still = live.exchanged.iter().filter(|earlier| just_now(earlier, now, grace)).cloned();
    std::iter::once(newest).chain(still).take(MOST_REMEMBERED).collect()
}

/// Within the window, by clocks that differ by less than that: what was exchanged far ahead was exchanged under a wrong clock.
fn just_now(exchanged: &Exchanged, now: Timestamp, grace: Duration) -> bool {
    now.since(exchanged.at).max(exchanged.at.since(now)) <= grace
}

/// Decides what a refresh token of a family buys. Whether it is the live one is not asked here: only the commit can answer
/// that once, and [`recognise`] says what follows.
///
/// # Errors
/// A [`Refusal`] naming the first rule that does not hold.
///
/// Spec: RFC 6749 §6 and §10.4, RFC 9700 §4.14.2, RFC 9449 §5.
pub fn renew<'a>(
    family: &'a Family,
    client: &ProvenClient<'a>,
    scopes: ResolvedScopes,
    names_scopes: bool,
    standing: &Standing<'a>,
) -> Result<TokenPlan<'a>, Refusal> {
    issued_to(family, client)?;
    not_revoked(family)?;
    not_expired(family, standing.now)?;
    if client.proof() == ClientProof::Nothing {
        // What a secret does for others, the key does here: others may change theirs (RFC 9449 §5).
        same_holder(family.terms.bound_to.as_ref(), client.binding())?;
    }
    let planned = plan(
        Grounds {
            client: client.application(),
            proof: client.proof(),
            bound_to: client.binding().cloned(),
            user: family.user,
            platform: family.platform,
            scopes,
            without_person: true,
            asked_by_request: names_scopes,
            wants_refresh: family.wanted.signs_in_with(SignInScope::OfflineAccess),
            nonce: None,
            authenticated_at: family.authenticated_at,
            method: family.method,
            sid: &family.sid,
            family: family.id,
            flow: family.flow,
            family_ends_at: family.ends_at,
            limits: None,
            terms: family.terms.clone(),
        },
        standing,
    );
    planned.map_err(|refusal| if refusal == Refusal::SessionsEnded { Refusal::RefreshTokenOutlived } else { refusal })
}

/// Whether a refresh token's own tenant is the one whose address it was presented at.
///
/// # Errors
/// [`Refusal::RefreshTokenOfAnotherTenant`].
pub fn of_tenant(found: TenantId, asked: TenantId) -> Result<(), Refusal> {
    if found == asked { Ok(()) } else { Err(Refusal::RefreshTokenOfAnotherTenant) }
}

fn issued_to(family: &Family, client: &ProvenClient<'_>) -> Result<(), Refusal> {
    if family.client_id == client.client_id { Ok(()) } else { Err(Refusal::RefreshTokenOfAnotherClient) }
}

fn not_revoked(family: &Family) -> Result<(), Refusal> {
    family.ended_because().map_or(Ok(()), |why| Err(Refusal::RefreshTokenRevoked { why }))
}

fn not_expired(family: &Family, now: Timestamp) -> Result<(), Refusal> {
    let idle_since = family.refresh_token.as_ref().map(|token| token.expires_at);
    match (family.ends_at, idle_since) {
        (Some(end), _) if now >= end => Err(Refusal::RefreshTokenEnded),
        (_, Some(end)) if now >= end => Err(Refusal::RefreshTokenExpired),
        _ => Ok(()),
    }
}
