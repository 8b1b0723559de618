//! Introspection and revocation of the standard's dialect.

use std::sync::Arc;

use grantor_dialects::oidc::metadata::issuer;
use grantor_dialects::oidc::status::{self as words, RefreshTokenFacts};
use grantor_dialects::{Dialect as _, Reply};
use grantor_flows::token_status::{Asking, Status, TokenQuestion, Told, scope_of};
use grantor_flows::{Event, FlowError, responses};
use grantor_rules::Refusal;
use grantor_rules::model::{Application, Tenant};

use super::{log_failure, one_tenant};
use crate::app::App;
use crate::incoming::Incoming;
use crate::respond::{self, Answer};

/// Whether a token is of use (RFC 7662).
pub async fn introspect(app: &App, incoming: &Incoming, read: Result<(), Refusal>, asked_tenant: &str) -> Answer {
    let outcome = async {
        let (tenant, question) = asked(app, incoming, read, asked_tenant).await?;
        let Told { status, asker } = asking(app, incoming, &tenant).introspect(&question).await?;
        let reply = told(app, &tenant, &asker, status);
        if !incoming.accepts(words::SIGNED_ANSWER) {
            return Ok(super::token::answer(incoming, &reply));
        }
        let issuer = issuer(&app.env.public, &tenant.id.to_string());
        let token = responses::introspection(&app.env, &asker, &issuer, &reply.body).await?;
        Ok(respond::token(&token, words::SIGNED_ANSWER))
    };
    outcome.await.unwrap_or_else(|error| failed(app, incoming, error))
}

/// Where a token is given back (RFC 7009).
pub async fn revoke(app: &App, incoming: &Incoming, read: Result<(), Refusal>, asked_tenant: &str) -> Answer {
    let outcome = async {
        let (tenant, question) = asked(app, incoming, read, asked_tenant).await?;
        asking(app, incoming, &tenant).revoke(&question).await?;
        Ok(words::revoked())
    };
    match outcome.await {
        Ok(reply) => super::token::answer(incoming, &reply),
        Err(error) => failed(app, incoming, error),
    }
}

async fn asked(
    app: &App,
    incoming: &Incoming,
    read: Result<(), Refusal>,
    asked_tenant: &str,
) -> Result<(Arc<Tenant>, TokenQuestion), FlowError> {
    if !incoming.is_post() {
        return Err(incoming.not_post().into());
    }
    let tenant = one_tenant(&app.env, &app.oidc, asked_tenant).await?;
    read?;
    let parameters = incoming.form()?;
    let call = incoming.token_call(app, &parameters);
    let request = words::parse(&call)?;
    Ok((tenant, TokenQuestion { caller: request.caller, token: request.token }))
}

fn asking<'a>(app: &'a App, incoming: &'a Incoming, tenant: &'a Arc<Tenant>) -> Asking<'a> {
    Asking { env: &app.env, trace: &incoming.trace, tenant, layout: app.oidc.layout() }
}

fn told(app: &App, tenant: &Tenant, asker: &Application, status: Status) -> Reply {
    match status {
        Status::Inactive => words::inactive(),
        Status::AccessToken { claims, username } => words::access_token(claims, username),
        Status::RefreshToken { family, user, expires_at } => {
            let facts = RefreshTokenFacts {
                tenant: tenant.id,
                client_id: &family.client_id,
                // Nobody is told of a refresh token but whose it is.
                subject: &app.env.salt.subject(tenant.id, asker, user.id),
                username: &user.user_principal_name,
                scope: &scope_of(&family),
                expires_at,
            };
            words::refresh_token(&app.env.public, &facts)
        }
    }
}

fn failed(app: &App, incoming: &Incoming, error: FlowError) -> Answer {
    let reply = match error {
        FlowError::Refused(refusal) => {
            app.env.record(&incoming.trace, Event::refused(&refusal));
            app.oidc.token_refusal(&refusal, &incoming.ids())
        }
        error => {
            log_failure(&incoming.trace, &error);
            app.oidc.token_fault(error.retry_after(), &incoming.ids())
        }
    };
    super::token::answer(incoming, &reply)
}
