//! What a device code buys (RFC 8628 §3.4 and §3.5).

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::FamilyId;

use super::{Grounds, Standing, TokenPlan, plan};
use crate::Refusal;
use crate::client::ProvenClient;
use crate::model::{DeviceAnswer, DeviceApproval, DeviceCode, Platform, Polled};
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
    let what = code.waited_with();
    if code.client_id != client.client_id {
        return Err(Refusal::DeviceCodeOfAnotherClient { what });
    }
    if code.spent_at.is_some() {
        return Err(Refusal::DeviceCodeSpent { what });
    }
    if now >= code.expires_at {
        return Err(Refusal::DeviceCodeExpired { what });
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

/// By how much the interval grows each time that a program asks too fast (RFC 8628 §3.5).
const SLOWER_BY: Duration = Duration::from_secs(5);

/// A program asks, and there is no answer yet: what is kept of that, and whether it came too early. `usual` is the interval that
/// it was told at first.
///
/// Spec: RFC 8628 §3.5; CIBA §11.
pub fn asked(before: Option<Polled>, usual: Duration, now: Timestamp) -> (Polled, Result<(), Refusal>) {
    let Some(before) = before else { return (Polled { at: now, interval: usual }, Ok(())) };
    if now >= before.at + before.interval {
        return (Polled { at: now, interval: before.interval }, Ok(()));
    }
    let interval = before.interval.saturating_add(SLOWER_BY);
    (Polled { at: now, interval }, Err(Refusal::PollingTooFast { interval: interval.as_secs() }))
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
            limits: None,
            terms: code.terms.clone(),
        },
        standing,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_too_fast_waits_longer_each_time() {
        let (usual, at) = (Duration::from_secs(5), Timestamp::from_seconds);
        let (first, answer) = asked(None, usual, at(100));
        assert_eq!((first.interval, answer), (usual, Ok(())));
        let (second, answer) = asked(Some(first), usual, at(105));
        assert_eq!((second, answer), (Polled { at: at(105), interval: usual }, Ok(())));
        let (third, answer) = asked(Some(second), usual, at(109));
        assert_eq!(answer, Err(Refusal::PollingTooFast { interval: 10 }));
        let (fourth, answer) = asked(Some(third), usual, at(118));
        assert_eq!(answer, Err(Refusal::PollingTooFast { interval: 15 }));
        let (fifth, answer) = asked(Some(fourth), usual, at(133));
        assert_eq!((fifth.interval, answer), (Duration::from_secs(15), Ok(())));
    }
}
