//! Where an application leaves a request before it sends a browser (RFC 9126).

use std::sync::Arc;

use grantor_dialects::oidc::push as words;
use grantor_dialects::{Dialect as _, Reply};
use grantor_flows::authorize::{self as flow, prove_pusher};
use grantor_flows::dpop::next_nonce;
use grantor_flows::token_status::Asking;
use grantor_flows::{Event, FlowError, Place};
use grantor_rules::Refusal;
use grantor_rules::authorize::{Arrival, came_as_registered};

use super::arrived::{Arrived, arrived};
use super::{log_failure, nonce_after, offering, one_tenant};
use crate::app::App;
use crate::incoming::Incoming;
use crate::rehearsals::At;
use crate::respond::Answer;
use crate::routes::DialectName;

pub async fn handle(app: &App, incoming: &Incoming, read: Result<(), Refusal>, asked_tenant: &str) -> Answer {
    let too_large = read.is_err();
    let mut reply = pushed(app, incoming, read, asked_tenant).await.unwrap_or_else(|error| match error {
        FlowError::Refused(refusal) => {
            app.env.record(&incoming.trace, Event::refused(&refusal));
            offering(app.oidc.token_refusal(&refusal, &incoming.ids()), nonce_after(app, &refusal))
        }
        error => {
            log_failure(&incoming.trace, &error);
            app.oidc.token_fault(error.retry_after(), &incoming.ids())
        }
    });
    if too_large && reply.status == 400 {
        // RFC 9126 §2.3 has a status of its own for that.
        reply.status = 413;
    }
    super::token::answer(incoming, &reply)
}

/// Who asks is proven first, then the request goes the way of any other, as far as it can without a person.
async fn pushed(
    app: &App,
    incoming: &Incoming,
    read: Result<(), Refusal>,
    asked_tenant: &str,
) -> Result<Reply, FlowError> {
    if !incoming.is_post() {
        return Err(incoming.not_post().into());
    }
    let (env, dialect) = (&app.env, &app.oidc);
    let tenant = one_tenant(env, dialect, asked_tenant).await?;
    read?;
    let parameters = incoming.form()?;
    let call = incoming.token_call(app, &parameters);
    let (caller, sent) = words::parse(&call)?;
    let asking = Asking { env, trace: &incoming.trace, tenant: &tenant, layout: dialect.layout() };
    let key = prove_pusher(&asking, &caller, &call.proofs).await?;
    app.rehearsed(&caller.client_id, At::Authorize)?;
    words::stands_here(&sent)?;
    let place = Place::Tenant(Arc::clone(&tenant));
    let Arrived { parameters, arrival, .. } = arrived(app, DialectName::Oidc, &place, &sent).await?;
    let proven = super::authorize::prove(app, incoming, dialect, &parameters, place).await?;
    came_as_registered(&proven.application, Arrival { pushed: true, ..arrival })?;
    let request = dialect.parse_authorize(&parameters)?;
    let handle = flow::push(env, &tenant, &proven, &request, dialect.name(), parameters.pairs(), key.as_ref()).await?;
    let nonce = key.and_then(|key| next_nonce(env, &key));
    Ok(offering(words::success(&handle, env.settings.pushed_request_lifetime), nonce))
}
