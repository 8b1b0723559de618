//! Where an application asks a person who is elsewhere (CIBA §7).

use grantor_dialects::oidc::backchannel as words;
use grantor_dialects::{Dialect as _, Reply};
use grantor_flows::backchannel as flow;
use grantor_flows::client_proof::Asking;
use grantor_flows::{Event, FlowError};
use grantor_rules::Refusal;

use super::{log_failure, one_tenant};
use crate::app::App;
use crate::incoming::Incoming;
use crate::respond::Answer;

/// An application asks.
pub async fn begin(app: &App, incoming: &Incoming, read: Result<(), Refusal>, asked_tenant: &str) -> Answer {
    let ids = incoming.ids();
    let reply = match begun(app, incoming, read, asked_tenant).await {
        Ok(reply) => reply,
        Err(FlowError::Refused(refusal)) => {
            app.env.record(&incoming.trace, Event::refused(&refusal));
            app.oidc.token_refusal(&refusal, &ids)
        }
        Err(error) => {
            log_failure(&incoming.trace, &error);
            app.oidc.token_fault(error.retry_after(), &ids)
        }
    };
    super::token::answer(incoming, &reply)
}

async fn begun(
    app: &App,
    incoming: &Incoming,
    read: Result<(), Refusal>,
    asked_tenant: &str,
) -> Result<Reply, FlowError> {
    if !incoming.is_post() {
        return Err(incoming.not_post().into());
    }
    let tenant = one_tenant(&app.env, &app.oidc, asked_tenant).await?;
    read?;
    let parameters = incoming.form()?;
    let call = incoming.token_call(app, &parameters);
    let (caller, signed) = words::caller(&call)?;
    let asking = Asking { env: &app.env, trace: &incoming.trace, tenant: &tenant, layout: app.oidc.layout() };
    let client = flow::prove(&asking, &caller).await?;
    let claims = client.signed(&asking, signed.as_ref()).await?;
    let parameters = claims.map_or_else(|| Ok(parameters.clone()), |claims| words::of_signed(&parameters, &claims))?;
    let request = words::parse(&parameters)?;
    let begun = client.begin(&asking, app.oidc.name(), &request).await?;
    Ok(words::success(begun.auth_req_id.secret(), begun.expires_in, app.env.settings.device_code_interval))
}
