//! Applications that register themselves, in the standard's dialect (RFC 7591, RFC 7592).

use axum::http::Method;
use grantor_dialects::oidc::errors as oidc_errors;
use grantor_dialects::oidc::registration::{self as words, RegistrationFacts, RegistrationRequest};
use grantor_dialects::{Dialect as _, Reply};
use grantor_flows::registration::{self as flow, Claimed, Registered};
use grantor_flows::{Event, FlowError};
use grantor_protocol::TenantId;
use grantor_rules::Refusal;

use super::{log_failure, one_tenant};
use crate::app::App;
use crate::incoming::Incoming;
use crate::respond::{self, Answer};

/// `POST /TENANT/oidc/register`.
pub async fn register(app: &App, incoming: &Incoming, read: Result<(), Refusal>, asked_tenant: &str) -> Answer {
    let outcome = async {
        let tenant = one_tenant(&app.env, &app.oidc, asked_tenant).await?;
        let shown = match incoming.bearer() {
            Ok(token) => Some(token),
            Err(Refusal::TokenMissing) => None,
            Err(refusal) => return Err(refusal.into()),
        };
        // Whoever may not register at all learns nothing about what they sent.
        flow::may_register(&app.env, &tenant, shown.as_ref())?;
        read?;
        let wanted = words::parse(incoming.json()?)?.wanted;
        let registered = flow::register(&app.env, &incoming.trace, &tenant, shown.as_ref(), wanted).await?;
        Ok(words::created(&app.env.public, tenant.id, &facts(&registered)))
    };
    answer(app, incoming, outcome.await)
}

/// `GET`, `PUT` and `DELETE /TENANT/oidc/register/CLIENT`.
pub async fn configuration(
    app: &App,
    incoming: &Incoming,
    read: Result<(), Refusal>,
    asked_tenant: &str,
    client: &str,
) -> Answer {
    if incoming.method == Method::DELETE {
        return remove(app, incoming, asked_tenant, client).await;
    }
    let outcome = async {
        let tenant = one_tenant(&app.env, &app.oidc, asked_tenant).await?;
        let token = incoming.bearer()?;
        let there = flow::own(&app.env, &tenant, client, &token).await?;
        if incoming.method != Method::PUT {
            let registered = Registered { application: (*there).clone(), token, secret: None };
            return Ok(told(app, tenant.id, &registered));
        }
        read?;
        let RegistrationRequest { wanted, client_id, client_secret } = words::parse_change(incoming.json()?)?;
        let asked = (Claimed { client_id, client_secret }, wanted);
        let registered = flow::replace(&app.env, &incoming.trace, &tenant, &there, &token, asked).await?;
        Ok(told(app, tenant.id, &registered))
    };
    answer(app, incoming, outcome.await)
}

async fn remove(app: &App, incoming: &Incoming, asked_tenant: &str, client: &str) -> Answer {
    let outcome = async {
        let tenant = one_tenant(&app.env, &app.oidc, asked_tenant).await?;
        let there = flow::own(&app.env, &tenant, client, &incoming.bearer()?).await?;
        flow::remove(&app.env, &incoming.trace, &there).await
    };
    match outcome.await {
        Ok(()) => respond::no_content(),
        Err(error) => answer(app, incoming, Err(error)),
    }
}

fn told(app: &App, tenant: TenantId, registered: &Registered) -> Reply {
    words::told(&app.env.public, tenant, &facts(registered))
}

const fn facts(registered: &Registered) -> RegistrationFacts<'_> {
    RegistrationFacts {
        application: &registered.application,
        token: &registered.token,
        secret: registered.secret.as_ref(),
    }
}

fn answer(app: &App, incoming: &Incoming, outcome: Result<Reply, FlowError>) -> Answer {
    let reply = outcome.unwrap_or_else(|error| match error {
        FlowError::Refused(refusal) => {
            app.env.record(&incoming.trace, Event::refused(&refusal));
            match refusal {
                Refusal::TokenMissing | Refusal::TokenInvalid { .. } => oidc_errors::bearer_challenge(&refusal),
                _ => oidc_errors::reply(&refusal),
            }
        }
        error => {
            log_failure(&incoming.trace, &error);
            app.oidc.token_fault(error.retry_after(), &incoming.ids())
        }
    });
    respond::reply(&reply)
}
