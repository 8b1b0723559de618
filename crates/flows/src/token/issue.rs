//! The one place that issues tokens.

use grantor_environment::Timestamp;
use grantor_protocol::{RefreshHandle, Secret};
use grantor_rules::layout::{AccessTokenFacts, ApplicationTokenFacts, IdTokenFacts, TokenLayout};
use grantor_rules::model::SigningAlg;
use grantor_rules::token::TokenPlan;
use grantor_rules::token::client_credentials::ApplicationTokenPlan;
use grantor_rules::token::issued::IssuedTokens;
use serde_json::{Map, Value};

use crate::{Env, Event, FlowError, Trace};

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
        object_id: plan.object_id,
        api: &plan.api.application,
        asked_as: &plan.api.asked_as,
        roles: &plan.roles,
        issued_at: now,
        expires_at: plan.expires_at,
        token_id: env.entropy.bytes(),
    });
    sign(env, plan.api.application.access_token_signing_alg, &claims).await
}

/// Signs with the key of an algorithm, making that key first where no API has asked for it before.
async fn sign(env: &Env, alg: SigningAlg, claims: &Map<String, Value>) -> Result<Secret, FlowError> {
    if let Some(signer) = env.keys.signer(alg, env.now(), &env.settings) {
        return signer.sign(claims);
    }
    env.keys.make(alg, env.storage.as_ref(), env.now(), env.entropy.as_ref()).await?;
    let missing = || FlowError::Failed { what: format!("there is no signing key for {}", alg.as_str()) };
    env.keys.signer(alg, env.now(), &env.settings).ok_or_else(missing)?.sign(claims)
}

/// Issues what a plan allows. The plan is the evidence: only the rules make one.
pub async fn tokens(
    env: &Env,
    plan: &TokenPlan<'_>,
    layout: &dyn TokenLayout,
    refresh_token: Option<&RefreshHandle>,
) -> Result<IssuedTokens, FlowError> {
    let now = env.now();
    let access_claims = layout.access_token(&AccessTokenFacts {
        tenant: plan.tenant.id,
        client: plan.client,
        platform: plan.platform,
        api: &plan.api.application,
        asked_as: &plan.api.asked_as,
        user: plan.user,
        subject: &env.salt.subject(plan.tenant.id, &plan.api.application.client_id, plan.user.id),
        scopes: &plan.scopes,
        sign_in: &plan.sign_in,
        authenticated_at: plan.authenticated_at,
        method: plan.method,
        issued_at: now,
        expires_at: plan.access_expires_at,
        token_id: env.entropy.bytes(),
        family: plan.family,
    });
    let access_token = sign(env, plan.api.application.access_token_signing_alg, &access_claims).await?;
    let id_token = if plan.has_id_token() { Some(id_token(env, plan, layout, now).await?) } else { None };
    Ok(IssuedTokens {
        tenant: plan.tenant.id,
        user: Some(plan.user.id),
        access_token,
        expires_in: plan.access_expires_at.since(now),
        id_token,
        refresh_token: refresh_token.map(|token| token.secret().clone()),
        refresh_token_expires_in: refresh_token.and(plan.family_ends_at).map(|end| end.since(now)),
        scope: plan.spelled_scopes.clone(),
    })
}

async fn id_token(
    env: &Env,
    plan: &TokenPlan<'_>,
    layout: &dyn TokenLayout,
    now: Timestamp,
) -> Result<grantor_protocol::Secret, FlowError> {
    let claims = layout.id_token(&IdTokenFacts {
        tenant: plan.tenant.id,
        client: plan.client,
        user: plan.user,
        subject: &env.salt.subject(plan.tenant.id, &plan.client.client_id, plan.user.id),
        sign_in: &plan.sign_in,
        nonce: plan.nonce.as_deref(),
        authenticated_at: plan.authenticated_at,
        sid: &plan.sid,
        issued_at: now,
        expires_at: plan.id_expires_at,
        token_id: env.entropy.bytes(),
        family: plan.family,
    });
    // Readers of id_tokens expect RS256 in the Microsoft dialects, whatever the API's tokens are signed with.
    sign(env, SigningAlg::Rs256, &claims).await
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
    env.record(
        trace,
        Event::TokensIssued {
            client: plan.client.client_id.clone(),
            user: plan.user.id,
            api: plan.api.application.client_id.clone(),
            scopes: plan.scopes.clone(),
            grant,
        },
    );
}
