//! What an application buys with the access token that it was called with (Source: entra-dialect 9.6).

use grantor_environment::Timestamp;
use grantor_protocol::{FamilyId, FlowId};

use super::{Grounds, Standing, TokenPlan, plan};
use crate::Refusal;
use crate::api_access::PresentedToken;
use crate::client::ProvenClient;
use crate::model::{Application, Family, Platform, Terms};
use crate::refusal::TokenFault;
use crate::scopes::{ResolvedScopes, SignInScope};

/// Whether the access token lets the application act on: it is for the application itself, and what it descends from stands.
///
/// # Errors
/// [`Refusal::OnBehalfOfInvalid`].
pub fn stands<'f>(
    token: &PresentedToken,
    family: Option<&'f Family>,
    client: &Application,
) -> Result<&'f Family, Refusal> {
    let fault = |why| Refusal::OnBehalfOfInvalid { why };
    if !is_for(&token.audience, client) {
        return Err(fault(TokenFault::Audience { found: token.audience.clone() }));
    }
    family.filter(|family| token.stands_by(family)).ok_or(fault(TokenFault::Revoked))
}

/// Whether an audience is one of the names of an API.
pub(super) fn is_for(audience: &str, api: &Application) -> bool {
    audience.eq_ignore_ascii_case(api.client_id.as_str())
        || api.identifier_uris.iter().any(|uri| bare(uri) == bare(audience))
}

fn bare(identifier: &str) -> &str {
    identifier.strip_suffix('/').unwrap_or(identifier)
}

/// What is done on somebody's behalf ends with what it was begun on, which is remembered for as long: so that its end is known.
fn ends_with(parent: &Family, standing: &Standing<'_>) -> Timestamp {
    let idle = parent.refresh_token.as_ref().map(|token| token.expires_at);
    let end = idle.unwrap_or(standing.now + standing.settings.access_token_longest);
    parent.ends_at.map_or(end, |fixed| fixed.min(end))
}

/// Decides what it buys: tokens for the same person, within what the person and the administrators allow this application.
///
/// # Errors
/// A [`Refusal`] naming the first rule that does not hold.
pub fn grant<'a>(
    parent: &'a Family,
    client: &ProvenClient<'a>,
    scopes: ResolvedScopes,
    family: FamilyId,
    flow: FlowId,
    standing: &Standing<'a>,
) -> Result<TokenPlan<'a>, Refusal> {
    plan(
        Grounds {
            client: client.application(),
            proof: client.proof(),
            bound_to: client.binding().cloned(),
            user: parent.user,
            platform: Platform::Web,
            wants_refresh: scopes.sign_in.contains(&SignInScope::OfflineAccess),
            scopes,
            without_person: true,
            asked_by_request: true,
            nonce: None,
            authenticated_at: parent.authenticated_at,
            method: parent.method,
            sid: &parent.sid,
            family,
            flow,
            family_ends_at: Some(ends_with(parent, standing)),
            limits: None,
            terms: Terms::default(),
        },
        standing,
    )
}
