//! An application asks for itself. Nothing is written: what such a token descends from is the application's own secret.

use grantor_protocol::Secret;
use grantor_rules::dpop::scheme;
use grantor_rules::model::Platform;
use grantor_rules::scopes::WantedScopes;
use grantor_rules::token::client_credentials::grant as rule;
use grantor_rules::token::issued::IssuedTokens;

use super::{Call, issue};
use crate::{Event, FlowError};

pub async fn grant(call: &Call<'_>) -> Result<IssuedTokens, FlowError> {
    // Whatever its redirect addresses are: only who keeps a secret can act for itself.
    let client = call.prove(Platform::Web).await?;
    let nothing = WantedScopes::default();
    let scopes = call.scopes(call.request.wanted.as_ref().unwrap_or(&nothing)).await?;
    let now = call.env.now();
    let plan = rule(&client, call.client, call.tenant, scopes, now, call.roll(), &call.env.settings)?;
    let access_token: Secret = issue::application_token(call.env, &plan, call.layout, now).await?;
    call.env.record(
        call.trace,
        Event::ApplicationTokenIssued {
            client: plan.client.client_id.clone(),
            api: plan.api.application.client_id.clone(),
            roles: plan.roles.clone(),
        },
    );
    Ok(IssuedTokens {
        tenant: call.tenant.id,
        user: None,
        access_token,
        issued_at: now,
        expires_in: plan.expires_at.since(now),
        api: plan.api.asked_as.clone(),
        id_token: None,
        refresh_token: None,
        refresh_token_expires_in: None,
        scope: Vec::new(),
        details: Vec::new(),
        granted: plan.roles.clone(),
        sign_in: Vec::new(),
        scheme: scheme(plan.bound_to.as_ref()),
        dpop_nonce: None,
        exchanged: false,
    })
}
