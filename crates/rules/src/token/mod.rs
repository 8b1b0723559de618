//! What a code or a refresh token buys.

pub mod client_credentials;
pub mod code;
pub mod device;
pub mod exchange;
pub mod front;
pub mod issued;
pub mod jwt_bearer;
pub mod on_behalf_of;
pub mod password;
pub mod refresh;

use std::collections::BTreeSet;
use std::ops::Deref;
use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::{FamilyId, FlowId, UserId};
use uuid::Uuid;

use crate::client::ClientProof;
use crate::model::{
    Application, Assigned, AuthorizationDetail, Binding, Consents, GroupClaims, Method, Platform, Registration,
    SeveralApis, Tenant, Terms, User,
};
use crate::scopes::{ResolvedScopes, SignInScope, WantedOfApi};
use crate::{Refusal, Settings, authorization_details, authorize, consent};

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
    /// How it proved itself.
    pub proof: ClientProof,
    /// For whom.
    pub user: &'a User,
    /// The API that the access token is for, and how it was named.
    pub api: WantedOfApi,
    /// What the access token allows.
    pub scopes: Vec<String>,
    /// What it allows in detail.
    pub details: Vec<AuthorizationDetail>,
    /// What the person is to the API.
    pub api_roles: Vec<String>,
    /// The person's groups, as far as the API's tokens tell them.
    pub api_groups: Vec<Uuid>,
    /// What the person is to the application.
    pub client_roles: Vec<String>,
    /// The person's groups, as far as the application's id_tokens tell them.
    pub client_groups: Vec<Uuid>,
    /// What the reply calls what the access token allows: the words in which it was asked for.
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
    /// What the grant carries beside its permissions.
    pub terms: Terms,
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
    /// The application as the tenant knows it.
    pub client: &'a Registration,
    /// The person, if they still exist.
    pub user: Option<&'a User>,
    /// What the person is to the application.
    pub client_assigned: &'a Assigned,
    /// What the person is to the API.
    pub api_assigned: &'a Assigned,
    /// Every group that the person is a member of.
    pub groups: &'a [Uuid],
    /// What the person and their administrators allow the application now.
    pub consents: &'a Consents,
    /// Now.
    pub now: Timestamp,
    /// A random number, from which the access token's life is drawn.
    pub roll: u64,
    /// How long things live.
    pub settings: &'a Settings,
    /// Which of the authorization details that were allowed the access token shall carry; all of them if it is not said
    /// (RFC 9396 §6).
    pub details: Option<&'a [AuthorizationDetail]>,
}

/// What all grants for a person have in common.
struct Grounds<'a> {
    client: &'a Application,
    proof: ClientProof,
    /// What the application has shown that it holds.
    bound_to: Option<Binding>,
    /// Whom the grant is for; the person who is loaded must be no other.
    user: UserId,
    platform: Platform,
    scopes: ResolvedScopes,
    /// Whether the request itself named what it wants.
    asked_by_request: bool,
    /// Whether it goes on without the person, who proved who they are some time ago.
    without_person: bool,
    /// Whether a refresh token was asked for.
    wants_refresh: bool,
    nonce: Option<String>,
    authenticated_at: Timestamp,
    method: Method,
    sid: &'a str,
    family: FamilyId,
    flow: FlowId,
    family_ends_at: Option<Timestamp>,
    /// What it may not go beyond, whatever else is allowed.
    limits: Option<Limits>,
    terms: Terms,
}

/// What tokens that are made from another token may not go beyond.
struct Limits {
    /// The permissions of the API that may be had for it.
    scopes: BTreeSet<String>,
    /// When it ends.
    ends_at: Timestamp,
    /// The app roles of whoever acts, where that is a person.
    roles: Option<BTreeSet<String>>,
}

impl Limits {
    fn allow(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    /// What an application may have of itself: everything asked for that was allowed when it was called.
    fn of_itself(&self, api: &WantedOfApi) -> Vec<String> {
        let asked = |value: &&String| api.all_granted.is_some() || api.named.iter().any(|(named, _)| named == *value);
        self.scopes.iter().filter(asked).cloned().collect()
    }
}

/// The API that a request wants a token for: with several in one request, the first one, unless the tenant refuses such
/// requests (Source: entra-dialect 9.1 and 21.1).
///
/// # Errors
/// [`Refusal::SeveralApis`].
pub fn the_api(scopes: &ResolvedScopes, tenant: &Tenant, asked_by_request: bool) -> Result<WantedOfApi, Refusal> {
    if asked_by_request && scopes.apis.len() > 1 && tenant.policy.several_apis == SeveralApis::Refused {
        let apis = scopes.apis.iter().map(|one| one.application.display_name.clone()).collect();
        return Err(Refusal::SeveralApis { apis });
    }
    Ok(scopes.apis.first().cloned().unwrap_or_else(WantedOfApi::directory))
}

/// The last checks, the same for every grant that acts for a person: the person may still sign in, the application is still
/// for them, the API is there, and each permission is still allowed.
fn plan<'a>(grounds: Grounds<'a>, standing: &Standing<'a>) -> Result<TokenPlan<'a>, Refusal> {
    let user = standing.user.filter(|user| user.id == grounds.user).ok_or(Refusal::UserGone)?;
    may_go_on(user, grounds.authenticated_at)?;
    if grounds.without_person {
        lately_enough(grounds.client, grounds.authenticated_at, standing.now)?;
    }
    authorize::may_be_used(standing.client, standing.tenant)?;
    authorize::assigned(standing.client, standing.client_assigned)?;
    let directory = crate::directory_api::client_id();
    let api = the_api(&grounds.scopes, standing.tenant, grounds.asked_by_request)?;
    usable(&api)?;
    authorize::pre_authorized(grounds.client, &api.application)?;
    // What is made from another token is named as that one is.
    if grounds.limits.is_none() {
        authorize::not_itself_by_identifier(grounds.client, &api)?;
    }
    let consents = consent::effective(standing.consents.clone(), grounds.client, &grounds.scopes);
    let allowed = |scope: &SignInScope| consents.covers(&directory, scope.as_str());
    let sign_in: Vec<SignInScope> = grounds.scopes.sign_in.iter().copied().filter(allowed).collect();
    let limits = grounds.limits.as_ref();
    let is_itself = api.application.client_id == grounds.client.client_id;
    let scopes = match limits {
        Some(limits) if is_itself => limits.of_itself(&api),
        Some(limits) => consent::allowed_of(&api, &consents).into_iter().filter(|scope| limits.allow(scope)).collect(),
        None => consent::allowed_of(&api, &consents),
    };
    let mut api_roles = roles(&api.application, standing.api_assigned);
    if let Some(held) = limits.and_then(|limits| limits.roles.as_ref()) {
        api_roles.retain(|role| held.contains(role));
    }
    let access_ends = |end: Timestamp| limits.map_or(end, |limits| end.min(limits.ends_at));
    if is_itself && limits.is_some() {
        // Somebody called it with that, and it asks nobody else for anything.
        if scopes.is_empty() {
            return Err(Refusal::NothingToIssue);
        }
    } else if is_itself && api.all_granted.is_some() {
        // What it does with itself is its own business; who the person is, is theirs.
        if consents.is_empty() {
            return Err(Refusal::ConsentRequired { missing: vec!["openid".to_owned()] });
        }
    } else {
        consented(&api, &scopes, grounds.asked_by_request)?;
        if scopes.is_empty() && sign_in.is_empty() {
            return Err(Refusal::NothingToIssue);
        }
    }
    let known = authorization_details::for_api(&api.application, &grounds.terms.authorization_details);
    let details = authorization_details::narrowed(&known, standing.details)?;
    let may_keep = grounds.wants_refresh && grounds.client.may_use(issued::GrantKind::RefreshToken);
    let keeps = may_keep && consents.covers(&directory, SignInScope::OfflineAccess.as_str());
    let (now, settings) = (standing.now, standing.settings);
    let idle = grounds.client.lifetimes.refresh_token.unwrap_or(settings.refresh_token_idle);
    // A fixed end is the last one: what the application says itself may come before it.
    let idle_end = grounds.family_ends_at.map_or(now + idle, |end| end.min(now + idle));
    Ok(TokenPlan(TokenFacts {
        tenant: standing.tenant,
        client: grounds.client,
        platform: grounds.platform,
        proof: grounds.proof,
        user,
        spelled_scopes: spelled(&api, &scopes, &sign_in),
        api_roles,
        api_groups: groups(&api.application, standing.groups, standing.api_assigned),
        client_roles: roles(grounds.client, standing.client_assigned),
        client_groups: groups(grounds.client, standing.groups, standing.client_assigned),
        access_expires_at: access_ends(now + access_token_life(&api.application, settings, standing.roll)),
        api,
        scopes,
        details,
        sign_in,
        nonce: grounds.nonce,
        authenticated_at: grounds.authenticated_at,
        method: grounds.method,
        sid: grounds.sid.to_owned(),
        family: grounds.family,
        flow: grounds.flow,
        id_expires_at: now + grounds.client.lifetimes.id_token().unwrap_or(settings.id_token_lifetime),
        refresh_expires_at: keeps.then_some(idle_end),
        family_ends_at: grounds.family_ends_at,
        terms: Terms {
            claims: grounds.terms.claims.allowed(|scope| allowed(&scope)),
            bound_to: grounds.bound_to,
            ..grounds.terms
        },
    }))
}

/// Whether the person may still act on what they proved then.
///
/// # Errors
/// [`Refusal::UserDisabled`], [`Refusal::SessionsEnded`].
pub fn may_go_on(user: &User, authenticated_at: Timestamp) -> Result<(), Refusal> {
    if !user.account_enabled {
        return Err(Refusal::UserDisabled);
    }
    if user.stands_by(authenticated_at) { Ok(()) } else { Err(Refusal::SessionsEnded) }
}

/// Whether the application still takes the person for themselves, so long after they proved it. Asked of what goes on without
/// the person; where they are there, they are asked to sign in again instead ([`authorize::who`]).
fn lately_enough(client: &Application, authenticated_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    let too_old = client.lifetimes.sign_in.is_some_and(|life| now.since(authenticated_at) > life);
    if too_old { Err(Refusal::SignInTooOld) } else { Ok(()) }
}

/// Whether tokens for the API may be issued in this tenant.
fn usable(api: &WantedOfApi) -> Result<(), Refusal> {
    let registration = api.registration();
    if !registration.is_here() {
        return Err(Refusal::ApiNotInTenant { api: api.application.display_name.clone() });
    }
    authorize::api_enabled(&registration)
}

/// The app roles that a person has and that the application still knows.
fn roles(application: &Application, assigned: &Assigned) -> Vec<String> {
    let known = |value: &&String| application.app_role(value).is_some_and(|role| role.for_users);
    assigned.roles.iter().filter(known).cloned().collect()
}

/// The groups that an application's tokens tell (Source: entra-dialect 13.8).
fn groups(application: &Application, all: &[Uuid], assigned: &Assigned) -> Vec<Uuid> {
    if application.tells_groups(GroupClaims::SecurityGroup) {
        all.to_vec()
    } else if application.tells_groups(GroupClaims::ApplicationGroup) {
        assigned.groups.iter().copied().collect()
    } else {
        Vec::new()
    }
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

/// As long as the API says, or drawn between the shortest and the longest, so that the tokens of many do not all end at once.
fn access_token_life(api: &Application, settings: &Settings, roll: u64) -> Duration {
    let span = settings.access_token_longest.saturating_sub(settings.access_token_shortest).as_secs();
    let drawn = settings.access_token_shortest + Duration::from_secs(if span == 0 { 0 } else { roll % span });
    api.lifetimes.access_token().unwrap_or(drawn)
}
