//! What a refresh token buys (RFC 6749 §6).

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::TenantId;

use super::{Grounds, Standing, TokenPlan, plan};
use crate::Refusal;
use crate::client::ProvenClient;
use crate::model::{RefreshToken, Spent};
use crate::scopes::ResolvedScopes;

/// Decides what a refresh token buys. Whether it is already spent is not asked here: only the commit can answer that once,
/// and [`presented_again`] says what follows.
///
/// # Errors
/// A [`Refusal`] naming the first rule that does not hold.
///
/// Spec: RFC 6749 §6 and §10.4, RFC 9700 §4.14.2.
pub fn renew<'a>(
    token: &'a RefreshToken,
    client: &ProvenClient<'a>,
    scopes: ResolvedScopes,
    names_scopes: bool,
    standing: &Standing<'a>,
) -> Result<TokenPlan<'a>, Refusal> {
    issued_to(token, client)?;
    not_revoked(token)?;
    not_expired(token, standing.now)?;
    let family = &token.family;
    plan(
        Grounds {
            client: client.application(),
            user: family.user,
            platform: family.platform,
            scopes,
            asked_by_request: names_scopes,
            original: &family.wanted,
            nonce: None,
            authenticated_at: family.authenticated_at,
            method: family.method,
            sid: &family.sid,
            family: family.id,
            flow: family.flow,
            family_ends_at: family.ends_at,
        },
        standing,
    )
}

/// What follows when a refresh token is presented that was exchanged before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresentedAgain {
    /// The reply was lost, or two tabs raced: the same successor once more.
    SameSuccessor,
    /// Somebody else may have it: the family ends.
    Reused,
}

/// Tells an honest repetition from a stolen token, by time alone.
pub fn presented_again(spent: &Spent, now: Timestamp, grace: Duration) -> PresentedAgain {
    if now.since(spent.at) <= grace { PresentedAgain::SameSuccessor } else { PresentedAgain::Reused }
}

/// Whether a refresh token's own tenant is the one whose address it was presented at.
///
/// # Errors
/// [`Refusal::RefreshTokenOfAnotherTenant`].
pub fn of_tenant(found: TenantId, asked: TenantId) -> Result<(), Refusal> {
    if found == asked { Ok(()) } else { Err(Refusal::RefreshTokenOfAnotherTenant) }
}

fn issued_to(token: &RefreshToken, client: &ProvenClient<'_>) -> Result<(), Refusal> {
    if token.family.client_id == client.client_id { Ok(()) } else { Err(Refusal::RefreshTokenOfAnotherClient) }
}

fn not_revoked(token: &RefreshToken) -> Result<(), Refusal> {
    token.family.revoked.map_or(Ok(()), |why| Err(Refusal::RefreshTokenRevoked { why }))
}

fn not_expired(token: &RefreshToken, now: Timestamp) -> Result<(), Refusal> {
    match token.family.ends_at {
        Some(end) if now >= end => Err(Refusal::RefreshTokenEnded),
        _ if now >= token.expires_at => Err(Refusal::RefreshTokenExpired),
        _ => Ok(()),
    }
}
