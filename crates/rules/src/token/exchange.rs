//! What an access token is exchanged for (RFC 8693): never for more than it allows itself.
//!
//! Whoever exchanges a token takes one that it was called with, or one that is its own. An administrator has written down for
//! which APIs it may do so, and what of them for which permission of the token; the person's consents decide beside that, as
//! for every other grant.

use std::collections::BTreeSet;

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, FamilyId, FlowId, Secret};
use serde_json::{Value, json};

use super::{Grounds, Limits, Standing, TokenPlan, on_behalf_of, plan, the_api};
use crate::Refusal;
use crate::api_access::PresentedToken;
use crate::client::ProvenClient;
use crate::directory_api::is_built_in;
use crate::model::{Application, Binding, ExchangeTarget, Family, Platform, Terms};
use crate::refusal::{ExchangeFault, TokenFault};
use crate::scopes::{ResolvedScopes, WantedOfApi};

/// The one type of tokens that are exchanged, and for which they are (RFC 8693 §3).
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The tokens of an exchange (RFC 8693 §2.1).
#[derive(Debug)]
pub struct Exchange {
    /// An access token of the person for whom something is to be done.
    pub subject: Secret,
    /// An access token of whoever acts for them, if the request says so.
    pub actor: Option<Secret>,
}

/// Who acts.
#[derive(Debug)]
pub enum Actor<'a> {
    /// The application, on its own account: as it says in its own token.
    Application(&'a ClientId),
    /// Another person.
    Person {
        /// Their name towards the API (`sub`).
        subject: &'a str,
        /// The app roles that they have themselves in the API.
        roles: &'a BTreeSet<String>,
    },
}

/// Whether an application may exchange tokens at all (RFC 8693 §5).
///
/// # Errors
/// [`Refusal::GrantTypeNotEnabled`].
pub fn may_exchange(client: &Application) -> Result<(), Refusal> {
    if client.token_exchange.is_empty() {
        return Err(Refusal::GrantTypeNotEnabled { grant: super::issued::GrantKind::TokenExchange.as_str() });
    }
    Ok(())
}

/// Whether a token is the application's to exchange: it was called with it, or was given it itself. What is bound to a key and
/// was given to it, it shows that key for again.
///
/// # Errors
/// What is wrong with it.
pub fn may_present(token: &PresentedToken, client: &ProvenClient<'_>) -> Result<(), TokenFault> {
    if on_behalf_of::is_for(&token.audience, client) {
        return Ok(());
    }
    if token.client != client.client_id {
        return Err(TokenFault::Audience { found: token.audience.clone() });
    }
    if token.bound_to.is_some() && token.bound_to.as_ref() != client.binding() {
        return Err(TokenFault::KeyDiffers);
    }
    Ok(())
}

/// The same of an application's own token, by what it says.
///
/// # Errors
/// What is wrong with it.
pub fn may_present_own(
    audience: &str,
    holder: &str,
    bound_to: Option<&Binding>,
    client: &ProvenClient<'_>,
) -> Result<(), TokenFault> {
    if holder != client.client_id.as_str() {
        // An application's token says what that application may do; only it can say that it acts.
        return Err(TokenFault::Audience { found: audience.to_owned() });
    }
    if bound_to.is_some() && bound_to != client.binding() {
        return Err(TokenFault::KeyDiffers);
    }
    Ok(())
}

/// What stands in the token as `act`: who acts now, and in it who acted before (RFC 8693 §4.1).
fn act(actor: Option<&Actor<'_>>, before: Option<&Value>) -> Option<Value> {
    let Some(actor) = actor else { return before.cloned() };
    let name = match actor {
        Actor::Application(id) => id.as_str(),
        Actor::Person { subject, .. } => subject,
    };
    let mut act = json!({ "sub": name });
    if let Some(before) = before {
        act["act"] = before.clone();
    }
    Some(act)
}

/// The API that an administrator lets the application have tokens for.
fn target<'c>(client: &'c Application, api: &WantedOfApi) -> Result<&'c ExchangeTarget, Refusal> {
    // Whoever acts for somebody administers nothing in their name.
    let ours = is_built_in(&api.application.client_id);
    let listed = client.token_exchange.iter().find(|target| !ours && target.api == api.application.client_id);
    listed.ok_or_else(|| refused(ExchangeFault::Target { api: api.application.display_name.clone() }))
}

const fn refused(why: ExchangeFault) -> Refusal {
    Refusal::ExchangeRefused { why }
}

/// Who may act, where the token that is exchanged says so (RFC 8693 §4.4).
fn may_act(token: &PresentedToken, actor: Option<&Actor<'_>>, client: &Application) -> Result<(), Refusal> {
    let Some(named) = &token.may_act else { return Ok(()) };
    let acts = match actor {
        Some(Actor::Application(id)) => *named == id.as_str(),
        Some(Actor::Person { .. }) => false,
        None => *named == client.client_id.as_str(),
    };
    if acts { Ok(()) } else { Err(refused(ExchangeFault::ActorNotAllowed)) }
}

/// Whether nothing is asked for that the token does not allow to be had; nobody signs in with it.
fn within(scopes: &ResolvedScopes, api: &WantedOfApi, may_be_had: &BTreeSet<String>) -> Result<(), Refusal> {
    let signs_in = scopes.sign_in.iter().map(|scope| scope.as_str());
    let named = api.named.iter().map(|(value, _)| value.as_str()).filter(|value| !may_be_had.contains(*value));
    let nothing = api.all_granted.as_deref().filter(|_| may_be_had.is_empty());
    match signs_in.chain(named).chain(nothing).next() {
        Some(asked) => Err(refused(ExchangeFault::Scope { asked: asked.to_owned() })),
        None => Ok(()),
    }
}

/// What of the API the token allows to be had.
fn may_be_had(target: &ExchangeTarget, api: &Application, token: &PresentedToken) -> BTreeSet<String> {
    let own = on_behalf_of::is_for(&token.audience, api);
    let has = |needed: &str| token.scopes.iter().any(|found| found == needed);
    let allowed = |value: &&str| {
        let mut for_it = target.scopes.iter().filter(|scope| scope.value == *value).peekable();
        let for_itself = own && for_it.peek().is_none();
        for_it.any(|scope| has(&scope.needs)) || (for_itself && has(value))
    };
    let values = api.scopes.iter().filter(|scope| !scope.disabled).map(|scope| scope.value.as_str());
    values.filter(allowed).map(str::to_owned).collect()
}

/// What a token is exchanged for, and by whom.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The token, which [`crate::api_access::stands`] and which the application [`may_present`].
    pub token: &'a PresentedToken,
    /// What it descends from.
    pub family: &'a Family,
    /// Who acts for the person, if somebody is said to.
    pub actor: Option<Actor<'a>>,
}

/// Decides what it is exchanged for: a token for the same person, for one API that an administrator has listed, with nothing
/// that the token that is exchanged does not allow, and with no longer life.
///
/// # Errors
/// [`Refusal::ExchangeRefused`], or another [`Refusal`] naming the first rule that does not hold.
pub fn grant<'a>(
    subject: &Subject<'a>,
    client: &ProvenClient<'a>,
    scopes: ResolvedScopes,
    family: FamilyId,
    flow: FlowId,
    standing: &Standing<'a>,
) -> Result<TokenPlan<'a>, Refusal> {
    let api = the_api(&scopes, standing.tenant, true)?;
    let target = target(client, &api)?;
    may_act(subject.token, subject.actor.as_ref(), client)?;
    if subject.actor.is_none() && !target.impersonation {
        return Err(refused(ExchangeFault::ActorMissing));
    }
    let may_be_had = may_be_had(target, &api.application, subject.token);
    within(&scopes, &api, &may_be_had)?;
    let ends_at: Timestamp = subject.token.expires_at;
    let roles = match &subject.actor {
        Some(Actor::Person { roles, .. }) => Some((*roles).clone()),
        Some(Actor::Application(_)) | None => None,
    };
    plan(
        Grounds {
            client: client.application(),
            proof: client.proof(),
            bound_to: client.binding().cloned(),
            user: subject.family.user,
            platform: Platform::Web,
            wants_refresh: false,
            scopes,
            without_person: true,
            asked_by_request: true,
            nonce: None,
            authenticated_at: subject.family.authenticated_at,
            method: subject.family.method,
            sid: &subject.family.sid,
            family,
            flow,
            family_ends_at: Some(ends_at),
            limits: Some(Limits { scopes: may_be_had, ends_at, roles }),
            terms: Terms {
                ends_with_session: subject.family.terms.ends_with_session,
                act: act(subject.actor.as_ref(), subject.family.terms.act.as_ref()),
                ..Terms::default()
            },
        },
        standing,
    )
}
