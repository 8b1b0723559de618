//! The one place that issues tokens.

use std::sync::Arc;

use grantor_environment::Timestamp;
use grantor_protocol::{FamilyId, RefreshHandle, Secret};
use grantor_rules::dpop::scheme;
use grantor_rules::layout::{
    AccessTokenFacts, ApplicationTokenFacts, IdTokenFacts, PersonFacts, TokenLayout, TokenType,
};
use grantor_rules::model::{AccessTokenFormat, Application, Family, RefreshToken, SigningAlg};
use grantor_rules::responses::Response;
use grantor_rules::scopes::WantedScopes;
use grantor_rules::token::TokenPlan;
use grantor_rules::token::client_credentials::ApplicationTokenPlan;
use grantor_rules::token::issued::IssuedTokens;
use serde_json::{Map, Value};

use crate::keys::Signer;
use crate::{Env, Event, FlowError, Trace, responses};

/// Issues what a plan allows to an application that acts for itself. The plan is the evidence: only the rules make one.
pub async fn application_token(
    env: &Env,
    plan: &ApplicationTokenPlan<'_>,
    layout: &dyn TokenLayout,
    now: Timestamp,
) -> Result<Secret, FlowError> {
    let claims = layout.application_token(&ApplicationTokenFacts {
        tenant: plan.tenant.id,
        client: plan.client,
        proof: plan.proof,
        object_id: plan.object_id,
        api: &plan.api.application,
        asked_as: &plan.api.asked_as,
        roles: &plan.roles,
        bound_to: plan.bound_to.as_ref(),
        issued_at: now,
        expires_at: plan.expires_at,
        token_id: env.entropy.bytes(),
    });
    access_token_of(env, layout, (&plan.api.application, plan.client), &claims).await
}

/// The claims of an access token in the form that its API, or our own API's caller, is registered for.
async fn access_token_of(
    env: &Env,
    layout: &dyn TokenLayout,
    (api, client): (&Application, &Application),
    claims: &Map<String, Value>,
) -> Result<Secret, FlowError> {
    match layout.access_token_format(api, client) {
        AccessTokenFormat::Jwt => sign(env, api.access_token_signing_alg, layout.access_token_type(), claims).await,
        AccessTokenFormat::Opaque => env.keys.seal(claims, env.entropy.as_ref()),
    }
}

/// The key of an algorithm, which is made where nobody has asked for it before.
pub(crate) async fn signer(env: &Env, alg: SigningAlg) -> Result<Arc<Signer>, FlowError> {
    if let Some(signer) = env.keys.signer(alg, env.now(), &env.settings) {
        return Ok(signer);
    }
    env.keys.make(alg, env.storage.as_ref(), env.now(), env.entropy.as_ref()).await?;
    let missing = || FlowError::Failed { what: format!("there is no signing key for {}", alg.as_str()) };
    env.keys.signer(alg, env.now(), &env.settings).ok_or_else(missing)
}

/// Signs with the key of an algorithm.
pub(crate) async fn sign(
    env: &Env,
    alg: SigningAlg,
    kind: TokenType,
    claims: &Map<String, Value>,
) -> Result<Secret, FlowError> {
    signer(env, alg).await?.sign(kind, claims)
}

/// Issues what a plan allows. The plan is the evidence: only the rules make one.
pub async fn tokens(
    env: &Env,
    plan: &TokenPlan<'_>,
    layout: &dyn TokenLayout,
    refresh_token: Option<&RefreshHandle>,
) -> Result<IssuedTokens, FlowError> {
    let now = env.now();
    let access_token = access_token(env, plan, layout, now, false).await?;
    let bound = Bound { code: None, access_token: None, in_front: false };
    let id_token = if plan.has_id_token() { Some(id_token(env, plan, layout, now, &bound).await?) } else { None };
    let refresh_token = refresh_token.map(|token| token.secret().clone());
    Ok(issued_tokens(plan, now, access_token, id_token, refresh_token))
}

/// Which tokens go through the browser.
#[derive(Debug)]
pub struct InFront<'a> {
    /// The code that they go with.
    pub code: Option<&'a Secret>,
    /// Whether an access token does.
    pub access_token: bool,
    /// Whether an id_token does.
    pub id_token: bool,
}

/// Issues what goes through the browser.
pub async fn in_front(
    env: &Env,
    plan: &TokenPlan<'_>,
    layout: &dyn TokenLayout,
    wanted: &InFront<'_>,
) -> Result<(Option<IssuedTokens>, Option<Secret>), FlowError> {
    let now = env.now();
    let access = if wanted.access_token { Some(access_token(env, plan, layout, now, true).await?) } else { None };
    let id = if wanted.id_token {
        let bound = Bound { code: wanted.code, access_token: access.as_ref(), in_front: true };
        Some(id_token(env, plan, layout, now, &bound).await?)
    } else {
        None
    };
    Ok((access.map(|token| issued_tokens(plan, now, token, None, None)), id))
}

fn issued_tokens(
    plan: &TokenPlan<'_>,
    now: Timestamp,
    access_token: Secret,
    id_token: Option<Secret>,
    refresh_token: Option<Secret>,
) -> IssuedTokens {
    IssuedTokens {
        tenant: plan.tenant.id,
        user: Some(plan.user.id),
        access_token,
        issued_at: now,
        expires_in: plan.access_expires_at.since(now),
        api: plan.api.asked_as.clone(),
        id_token,
        refresh_token_expires_in: refresh_token.as_ref().and(plan.family_ends_at).map(|end| end.since(now)),
        refresh_token,
        scope: plan.spelled_scopes.clone(),
        granted: plan.scopes.clone(),
        details: plan.details.clone(),
        sign_in: plan.sign_in.clone(),
        scheme: scheme(plan.terms.bound_to.as_ref()),
        dpop_nonce: None,
        exchanged: false,
    }
}

async fn access_token(
    env: &Env,
    plan: &TokenPlan<'_>,
    layout: &dyn TokenLayout,
    now: Timestamp,
    in_front: bool,
) -> Result<Secret, FlowError> {
    let claims = layout.access_token(&AccessTokenFacts {
        person: PersonFacts {
            tenant: plan.tenant.id,
            user: plan.user,
            subject: &env.salt.subject(plan.tenant.id, &plan.api.application, plan.user.id),
            roles: &plan.api_roles,
            groups: &plan.api_groups,
            in_front,
            sign_in: &plan.sign_in,
            authenticated_at: plan.authenticated_at,
            method: plan.method,
            sid: &plan.sid,
            issued_at: now,
            expires_at: plan.access_expires_at,
            token_id: env.entropy.bytes(),
            family: plan.family,
        },
        client: plan.client,
        proof: plan.proof,
        api: &plan.api.application,
        asked_as: &plan.api.asked_as,
        scopes: &plan.scopes,
        details: &plan.details,
        terms: &plan.terms,
    });
    access_token_of(env, layout, (&plan.api.application, plan.client), &claims).await
}

/// What an id_token is handed out with.
struct Bound<'a> {
    code: Option<&'a Secret>,
    access_token: Option<&'a Secret>,
    in_front: bool,
}

async fn id_token(
    env: &Env,
    plan: &TokenPlan<'_>,
    layout: &dyn TokenLayout,
    now: Timestamp,
    bound: &Bound<'_>,
) -> Result<Secret, FlowError> {
    let encryption = layout.id_token_encryption(plan.client);
    let recipient = responses::recipient(env, plan.client, Response::IdToken, encryption).await?;
    let claims = layout.id_token(&IdTokenFacts {
        person: PersonFacts {
            tenant: plan.tenant.id,
            user: plan.user,
            subject: &env.salt.subject(plan.tenant.id, plan.client, plan.user.id),
            sign_in: &plan.sign_in,
            roles: &plan.client_roles,
            groups: &plan.client_groups,
            in_front: bound.in_front,
            authenticated_at: plan.authenticated_at,
            method: plan.method,
            sid: &plan.sid,
            issued_at: now,
            expires_at: plan.id_expires_at,
            token_id: env.entropy.bytes(),
            family: plan.family,
        },
        client: plan.client,
        code: bound.code,
        access_token: bound.access_token,
        nonce: plan.nonce.as_deref(),
        terms: &plan.terms,
    });
    let token = sign(env, layout.id_token_signing_alg(plan.client), TokenType::Jwt, &claims).await?;
    responses::nested(recipient.as_ref(), token)
}

/// What the tokens of a plan are revoked with, with the refresh token that goes with them.
pub fn family(
    plan: &TokenPlan<'_>,
    wanted: &WantedScopes,
    refresh_token: Option<RefreshToken>,
    parent: Option<FamilyId>,
) -> Family {
    Family {
        id: plan.family,
        client_id: plan.client.client_id.clone(),
        user: plan.user.id,
        platform: plan.platform,
        wanted: wanted.clone(),
        authenticated_at: plan.authenticated_at,
        method: plan.method,
        sid: plan.sid.clone(),
        flow: plan.flow,
        parent,
        ends_at: plan.family_ends_at,
        revoked: None,
        refresh_token,
        terms: plan.terms.clone(),
        session_ended_at: None,
    }
}

/// The first refresh token of a family, as it goes out and as it is kept; none if the plan allows none.
pub fn first_refresh_token(env: &Env, plan: &TokenPlan<'_>) -> Option<(RefreshHandle, RefreshToken)> {
    let expires_at = plan.refresh_expires_at?;
    let (handle, _) = env.refresh_token(plan.tenant.id, plan.family);
    let kept = RefreshToken { digest: handle.digest(), expires_at, exchanged: Vec::new() };
    Some((handle, kept))
}

/// Until when a family must be remembered: a revoked one must be known for as long as anything it bought could be used. In
/// whole days, so that the renewals of one day leave the time, and whatever the store has in its order, as it is.
pub fn keep_until(plan: &TokenPlan<'_>) -> Timestamp {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let end = plan.refresh_expires_at.map_or(plan.access_expires_at, |end| end.max(plan.access_expires_at));
    Timestamp::from_millis(end.millis().saturating_add(DAY - 1).div_euclid(DAY).saturating_mul(DAY))
}

/// Records that tokens were issued, once the commit has said so.
pub fn record(env: &Env, trace: &Trace, plan: &TokenPlan<'_>, grant: &'static str) {
    env.record(trace, issued(plan, grant));
}

/// That tokens were issued.
pub fn issued(plan: &TokenPlan<'_>, grant: &'static str) -> Event {
    Event::TokensIssued {
        client: plan.client.client_id.clone(),
        user: plan.user.id,
        api: plan.api.application.client_id.clone(),
        scopes: plan.scopes.clone(),
        grant,
    }
}
