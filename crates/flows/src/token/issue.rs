//! The one place that issues tokens.

use grantor_environment::Timestamp;
use grantor_protocol::Handle;
use grantor_rules::layout::{AccessTokenFacts, IdTokenFacts, TokenLayout};
use grantor_rules::token::TokenPlan;
use grantor_rules::token::issued::IssuedTokens;

use crate::{Env, Event, FlowError, Trace};

/// Issues what a plan allows. The plan is the evidence: only the rules make one.
pub fn tokens(
    env: &Env,
    plan: &TokenPlan<'_>,
    layout: &dyn TokenLayout,
    refresh_token: Option<&Handle>,
) -> Result<IssuedTokens, FlowError> {
    let now = env.now();
    let access_token = env.keys.sign(&layout.access_token(&AccessTokenFacts {
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
    }))?;
    let id_token = plan.has_id_token().then(|| id_token(env, plan, layout, now)).transpose()?;
    Ok(IssuedTokens {
        tenant: plan.tenant.id,
        user: plan.user.id,
        access_token,
        expires_in: plan.access_expires_at.since(now),
        id_token,
        refresh_token: refresh_token.map(|token| token.secret().clone()),
        refresh_token_expires_in: refresh_token.and(plan.family_ends_at).map(|end| end.since(now)),
        scope: plan.spelled_scopes.clone(),
    })
}

fn id_token(
    env: &Env,
    plan: &TokenPlan<'_>,
    layout: &dyn TokenLayout,
    now: Timestamp,
) -> Result<grantor_protocol::Secret, FlowError> {
    env.keys.sign(&layout.id_token(&IdTokenFacts {
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
    }))
}

/// Until when a family must be remembered: a revoked one must be known for as long as anything it bought could be used.
pub fn keep_until(plan: &TokenPlan<'_>) -> Timestamp {
    plan.refresh_expires_at.map_or(plan.access_expires_at, |end| end.max(plan.access_expires_at))
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
