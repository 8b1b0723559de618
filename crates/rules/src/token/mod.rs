//! What a code or a refresh token buys.

pub mod client_credentials;
pub mod code;
pub mod issued;
pub mod refresh;

use std::ops::Deref;
use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::{FamilyId, FlowId, UserId};

use crate::model::{Application, Consents, Method, Platform, Tenant, User};
use crate::scopes::{ResolvedScopes, SignInScope, WantedOfApi, WantedScopes};
use crate::{Refusal, Settings, authorize, consent};

/// Evidence: tokens may be issued. Only the rules of this module make one, and nothing can be issued without.
#[derive(Debug)]
pub struct TokenPlan<'a>(TokenFacts<'a>);

/// What is issued.
#[derive(Debug)]
pub struct TokenFacts<'a> {
    /// Whose directory.
    pub tenant: &'a Tenant,
    /// To whom.
    pub client: &'a Application,
    /// What kind of program that is.
    pub platform: Platform,
    /// For whom.
    pub user: &'a User,
    /// The API that the access token is for, and how it was named.
    pub api: WantedOfApi,
    /// What the access token allows.
    pub scopes: Vec<String>,
    /// What the reply calls that: the words in which it was asked for.
    pub spelled_scopes: Vec<String>,
    /// The permissions of signing in that were asked for and allowed.
    pub sign_in: Vec<SignInScope>,
    /// From the authorization request; renewed id_tokens carry none (OpenID Connect Core §12.2).
    pub nonce: Option<String>,
    /// When the person proved who they are.
    pub authenticated_at: Timestamp,
    /// How.
    pub method: Method,
    /// The browser session.
    pub sid: String,
    /// What it is revoked with.
    pub family: FamilyId,
    /// The flow it belongs to.
    pub flow: FlowId,
    /// When the access token ends.
    pub access_expires_at: Timestamp,
    /// When the id_token ends.
    pub id_expires_at: Timestamp,
    /// When the refresh token ends unused, if there is one.
    pub refresh_expires_at: Option<Timestamp>,
    /// When the family ends whatever happens.
    pub family_ends_at: Option<Timestamp>,
}

impl<'a> Deref for TokenPlan<'a> {
    type Target = TokenFacts<'a>;
    fn deref(&self) -> &TokenFacts<'a> {
        &self.0
    }
}

impl TokenFacts<'_> {
    /// Whether an id_token goes with it.
    pub fn has_id_token(&self) -> bool {
        self.sign_in.contains(&SignInScope::OpenId)
    }
}

/// The person and the directory at the moment of issue: what was allowed once may no longer be.
#[derive(Debug)]
pub struct Standing<'a> {
    /// Whose directory.
    pub tenant: &'a Tenant,
    /// The person, if they still exist.
    pub user: Option<&'a User>,
    /// What the person and their administrators allow the application now.
    pub consents: &'a Consents,
    /// Now.
    pub now: Timestamp,
    /// A random number, from which the access token's life is drawn.
    pub roll: u64,
    /// How long things live.
    pub settings: &'a Settings,
}

/// What both grants have in common.
struct Grounds<'a> {
    client: &'a Application,
    /// Whom the code or the refresh token is for; the person who is loaded must be no other.
    user: UserId,
    platform: Platform,
    scopes: ResolvedScopes,
    /// Whether the request itself named what it wants.
    asked_by_request: bool,
    original: &'a WantedScopes,
    nonce: Option<String>,
    authenticated_at: Timestamp,
    method: Method,
    sid: &'a str,
    family: FamilyId,
    flow: FlowId,
    family_ends_at: Option<Timestamp>,
}

/// The last checks, the same for every grant that acts for a person: the person may still sign in, the application is still
/// for them, and each permission is still allowed.
fn plan<'a>(grounds: Grounds<'a>, standing: &Standing<'a>) -> Result<TokenPlan<'a>, Refusal> {
    let user =
        standing.user.filter(|user| user.id == grounds.user && user.account_enabled).ok_or(Refusal::UserDisabled)?;
    authorize::admitted(grounds.client, standing.tenant)?;
    let directory = crate::directory_api::client_id();
    let allowed = |scope: &SignInScope| standing.consents.covers(&directory, scope.as_str());
    let sign_in: Vec<SignInScope> = grounds.scopes.sign_in.iter().copied().filter(allowed).collect();
    // Source: entra-dialect 9.1 and 21.1: with several APIs in one request the first one wins.
    let api = grounds.scopes.apis.into_iter().next().unwrap_or_else(WantedOfApi::directory);
    let scopes = consent::allowed_of(&api, standing.consents);
    consented(&api, &scopes, grounds.asked_by_request)?;
    if scopes.is_empty() && sign_in.is_empty() {
        return Err(Refusal::NothingToIssue);
    }
    let keeps = grounds.original.signs_in_with(SignInScope::OfflineAccess)
        && standing.consents.covers(&directory, SignInScope::OfflineAccess.as_str());
    let (now, settings) = (standing.now, standing.settings);
    let idle_end = grounds.family_ends_at.unwrap_or(now + settings.refresh_token_idle);
    Ok(TokenPlan(TokenFacts {
        tenant: standing.tenant,
        client: grounds.client,
        platform: grounds.platform,
        user,
        spelled_scopes: spelled(&api, &scopes, &sign_in),
        api,
        scopes,
        sign_in,
        nonce: grounds.nonce,
        authenticated_at: grounds.authenticated_at,
        method: grounds.method,
        sid: grounds.sid.to_owned(),
        family: grounds.family,
        flow: grounds.flow,
        access_expires_at: now + access_token_life(settings, standing.roll),
        id_expires_at: now + settings.id_token_lifetime,
        refresh_expires_at: keeps.then_some(idle_end),
        family_ends_at: grounds.family_ends_at,
    }))
}

/// A permission that the request names must be allowed; of those that an earlier request named, what is left is enough.
fn consented(api: &WantedOfApi, allowed: &[String], asked_by_request: bool) -> Result<(), Refusal> {
    let missing: Vec<String> = api
        .named
        .iter()
        .filter(|(value, _)| !allowed.contains(value))
        .map(|(value, _)| format!("{} · {value}", api.application.display_name))
        .collect();
    let nothing_left = allowed.is_empty() && (!api.named.is_empty() || api.all_granted.is_some());
    if nothing_left || (asked_by_request && !missing.is_empty()) {
        return Err(Refusal::ConsentRequired { missing });
    }
    Ok(())
}

/// Clients use the reply's scope as the key of their caches: each permission in the spelling of the request, the word for
/// everything granted beside what it stood for, then the permissions of signing in; never `offline_access`
/// (Source: entra-dialect 8.6).
fn spelled(api: &WantedOfApi, allowed: &[String], sign_in: &[SignInScope]) -> Vec<String> {
    let named = api.named.iter().filter(|(value, _)| allowed.contains(value)).map(|(_, spelled)| spelled.clone());
    let granted = api.all_granted.iter().flat_map(|spelled| {
        let prefix = spelled.strip_suffix(".default").unwrap_or_default().to_owned();
        allowed.iter().map(move |value| format!("{prefix}{value}")).chain([spelled.clone()])
    });
    let shown =
        sign_in.iter().filter(|scope| **scope != SignInScope::OfflineAccess).map(|scope| scope.as_str().to_owned());
    named.chain(granted).chain(shown).collect()
}

/// Drawn between the shortest and the longest, so that the tokens of many do not all end at once.
fn access_token_life(settings: &Settings, roll: u64) -> Duration {
    let span = settings.access_token_longest.saturating_sub(settings.access_token_shortest).as_secs();
    settings.access_token_shortest + Duration::from_secs(if span == 0 { 0 } else { roll % span })
}
