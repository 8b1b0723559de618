//! What an authorization code buys (RFC 6749 §4.1.3).

use grantor_environment::Timestamp;
use grantor_protocol::pkce::CodeVerifier;
use grantor_protocol::{RedirectUri, TenantId};

use super::{Grounds, Standing, TokenPlan, plan};
use crate::client::ProvenClient;
use crate::dpop::same_holder;
use crate::model::{Binding, Code, Platform};
use crate::scopes::{ResolvedScopes, SignInScope, WantedOfApi};
use crate::{Refusal, Settings};

/// When a request must say again where its code was sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaysAddress {
    /// Where the request for the code said it (RFC 6749 §4.1.3).
    Again,
    /// The same, unless a proof key ties the code to whoever asked for it (OAuth 2.1 §10.2).
    AgainWithoutProofKey,
}

/// A request to redeem a code.
#[derive(Clone, Debug)]
pub struct CodeRequest {
    /// The address that the code was sent to.
    pub redirect_uri: Option<RedirectUri>,
    /// The proof key.
    pub verifier: Option<CodeVerifier>,
    /// Whether the request says what it wants; otherwise it wants what the code was asked for.
    pub names_scopes: bool,
    /// When the address must be said again: a setting of the dialect.
    pub address: SaysAddress,
}

/// The checks between a code and the request that presents it. What a stranger fails here burns the code.
///
/// # Errors
/// A [`Refusal`] naming the first rule that does not hold.
///
/// Spec: RFC 6749 §4.1.3 and §10.5, RFC 7636 §4.6, RFC 9700 §4.8.2, RFC 9449 §10.
pub fn belongs_together(
    request: &CodeRequest,
    code: &Code,
    client: &ProvenClient<'_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    issued_to(code, client)?;
    same_redirect_uri(code, request)?;
    proof_key_holds(code, request)?;
    same_holder(code.dpop_jkt.clone().map(Binding::Key).as_ref(), client.binding())?;
    // Last, so that these are said of a code that fits in every other way: if it was redeemed before, that counts.
    not_expired(code, now)?;
    session_lives(code)
}

/// Decides what a code buys. Whether it is already spent is not asked here: only the commit can answer that once.
///
/// # Errors
/// A [`Refusal`] naming the first rule that does not hold.
pub fn redeem<'a>(
    request: &CodeRequest,
    code: &'a Code,
    client: &ProvenClient<'a>,
    scopes: ResolvedScopes,
    standing: &Standing<'a>,
) -> Result<TokenPlan<'a>, Refusal> {
    belongs_together(request, code, client, standing.now)?;
    one_api(request, &scopes)?;
    plan(
        Grounds {
            client: client.application(),
            proof: client.proof(),
            bound_to: client.binding().cloned(),
            user: code.user,
            platform: code.platform,
            scopes,
            without_person: false,
            asked_by_request: request.names_scopes,
            wants_refresh: code.wanted.signs_in_with(SignInScope::OfflineAccess),
            nonce: code.nonce.clone(),
            authenticated_at: code.authenticated_at,
            method: code.method,
            sid: &code.sid,
            family: code.family,
            flow: code.flow,
            family_ends_at: fixed_end(code.platform, standing.now, standing.settings),
            limits: None,
            terms: code.terms.clone(),
        },
        standing,
    )
}

/// Where the code was asked for several APIs, the request that redeems it says which one is meant first
/// (Source: entra-dialect 18, 28003).
fn one_api(request: &CodeRequest, scopes: &ResolvedScopes) -> Result<(), Refusal> {
    if request.names_scopes || scopes.apis.len() < 2 {
        return Ok(());
    }
    let apis = scopes.apis.iter().map(|one| one.application.display_name.clone()).collect();
    Err(Refusal::ApiNotNamed { apis })
}

/// Refresh tokens of single-page applications end after a fixed time, which their successors inherit
/// (Source: entra-dialect 9.2).
pub(super) fn fixed_end(platform: Platform, now: Timestamp, settings: &Settings) -> Option<Timestamp> {
    match platform {
        Platform::Spa => Some(now + settings.spa_refresh_lifetime),
        Platform::Web | Platform::PublicClient => None,
    }
}

/// Whether a code's own tenant is the one whose address it was presented at.
///
/// # Errors
/// [`Refusal::CodeOfAnotherTenant`].
pub fn of_tenant(found: TenantId, asked: TenantId) -> Result<(), Refusal> {
    if found == asked { Ok(()) } else { Err(Refusal::CodeOfAnotherTenant) }
}

/// A code that was asked for with APIs buys a token for one of them (Source: entra-dialect 7 and 9.1).
///
/// # Errors
/// [`Refusal::ApiDiffers`].
pub fn same_api(asked_before: &ResolvedScopes, asked: &ResolvedScopes) -> Result<(), Refusal> {
    let Some(wanted) = asked.apis.first().filter(|_| !asked_before.apis.is_empty()) else { return Ok(()) };
    let same = |of_api: &WantedOfApi| of_api.application.client_id == wanted.application.client_id;
    if asked_before.apis.iter().any(same) {
        return Ok(());
    }
    Err(Refusal::ApiDiffers { asked: wanted.application.display_name.clone() })
}

fn issued_to(code: &Code, client: &ProvenClient<'_>) -> Result<(), Refusal> {
    if code.client_id == client.client_id { Ok(()) } else { Err(Refusal::CodeOfAnotherClient) }
}

fn not_expired(code: &Code, now: Timestamp) -> Result<(), Refusal> {
    if now < code.expires_at { Ok(()) } else { Err(Refusal::CodeExpired) }
}

/// A code is what the browser carries from its session to the application: with the session its errand is over, in every
/// dialect. What it has bought by then is another matter, and the application's own.
fn session_lives(code: &Code) -> Result<(), Refusal> {
    if code.session_ended_at.is_none() { Ok(()) } else { Err(Refusal::SessionsEnded) }
}

/// The very same text that was sent before, and nothing if none was (RFC 6749 §4.1.3).
fn same_redirect_uri(code: &Code, request: &CodeRequest) -> Result<(), Refusal> {
    match &request.redirect_uri {
        Some(asked) if *asked == code.redirect_uri => Ok(()),
        Some(asked) => Err(Refusal::RedirectDiffers { asked: asked.as_str().to_owned() }),
        None if request.address == SaysAddress::AgainWithoutProofKey && code.challenge.is_some() => Ok(()),
        None if code.redirect_uri_was_given => Err(Refusal::ParameterMissing { name: "redirect_uri" }),
        None => Ok(()),
    }
}

fn proof_key_holds(code: &Code, request: &CodeRequest) -> Result<(), Refusal> {
    match (&code.challenge, &request.verifier) {
        (Some(challenge), Some(verifier)) if challenge.holds(verifier) => Ok(()),
        (Some(_), Some(_)) => Err(Refusal::VerifierWrong),
        // Source: entra-dialect 9.1: these have a code of their own.
        (_, None) if code.platform == Platform::Spa => Err(Refusal::ChallengeRequired),
        (Some(_), None) => Err(Refusal::VerifierMissing),
        (None, Some(_)) => Err(Refusal::VerifierUnexpected),
        (None, None) => Ok(()),
    }
}
