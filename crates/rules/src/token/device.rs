//! What a device code buys (RFC 8628 §3.4 and §3.5).

use grantor_environment::Timestamp;
use grantor_protocol::FamilyId;

use super::{Grounds, Standing, TokenPlan, plan};
use crate::Refusal;
use crate::client::ProvenClient;
use crate::model::{DeviceAnswer, DeviceApproval, DeviceCode, Platform};
use crate::scopes::{ResolvedScopes, SignInScope};

/// What the person has said, if a device code fits the application that presents it.
///
/// # Errors
/// [`Refusal::DeviceCodeOfAnotherClient`], [`Refusal::DeviceCodeSpent`], [`Refusal::DeviceCodeExpired`],
/// [`Refusal::DevicePending`] or [`Refusal::DeviceDeclined`].
pub fn approved<'a>(
    code: &'a DeviceCode,
    client: &ProvenClient<'_>,
    now: Timestamp,
) -> Result<&'a DeviceApproval, Refusal> {
    if code.client_id != client.client_id {
        return Err(Refusal::DeviceCodeOfAnotherClient);
    }
    if code.spent_at.is_some() {
        return Err(Refusal::DeviceCodeSpent);
    }
    if now >= code.expires_at {
        return Err(Refusal::DeviceCodeExpired);
    }
    match &code.answer {
        None => Err(Refusal::DevicePending),
        Some(DeviceAnswer::Declined) => Err(Refusal::DeviceDeclined),
        Some(DeviceAnswer::Approved(approval)) => Ok(approval),
    }
}

/// Whether the browser session in which its person said yes still lives, for what ends with that.
///
/// # Errors
/// [`Refusal::SessionsEnded`].
pub fn session_lives(code: &DeviceCode, session_ended_at: Option<Timestamp>) -> Result<(), Refusal> {
    if code.terms.ends_with_session && session_ended_at.is_some() { Err(Refusal::SessionsEnded) } else { Ok(()) }
}

/// Decides what it buys. Whether it is already spent is not asked here: only the commit can answer that once.
///
/// # Errors
/// A [`Refusal`] naming the first rule that does not hold.
pub fn redeem<'a>(
    code: &'a DeviceCode,
    approval: &'a DeviceApproval,
    client: &ProvenClient<'a>,
    platform: Platform,
    scopes: ResolvedScopes,
    family: FamilyId,
    standing: &Standing<'a>,
) -> Result<TokenPlan<'a>, Refusal> {
    plan(
        Grounds {
            client: client.application(),
            proof: client.proof(),
            bound_to: client.binding().cloned(),
            user: approval.user,
            platform,
            scopes,
            without_person: false,
            asked_by_request: false,
            wants_refresh: code.wanted.signs_in_with(SignInScope::OfflineAccess),
            nonce: None,
            authenticated_at: approval.authenticated_at,
            method: approval.method,
            sid: &approval.sid,
            family,
            flow: code.flow,
            family_ends_at: None,
            terms: code.terms.clone(),
        },
        standing,
    )
}
