//! The directory API and userinfo.

use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use grantor_dialects::Reply;
use grantor_dialects::graph::{errors, me as words, token};
use grantor_dialects::oidc::errors::DPOP_NONCE;
use grantor_dialects::oidc::metadata::issuer;
use grantor_dialects::oidc::{claims, errors as oidc_errors, read};
use grantor_flows::api_call::{self, Permitted, ReadClaims};
use grantor_flows::responses::{self, UserInfo};
use grantor_flows::{Event, FlowError};
use grantor_rules::Refusal;
use grantor_rules::api_access::PermittedCall;
use grantor_rules::layout::{TokenLayout as _, TokenType};
use grantor_rules::refusal::TokenFault;
use grantor_rules::scopes::SignInScope;
use serde_json::{Map, Value};

use super::{log_failure, nonce_after, offering, one_tenant};
use crate::app::App;
use crate::incoming::Incoming;
use crate::respond::{self, Answer};

/// `GET /v1.0/me`.
pub async fn me(app: &App, incoming: &Incoming) -> Answer {
    let reply = match permitted(app, incoming, Tokens::AnyDialect, words::NEEDED).await {
        Ok(permitted) => offering(person(app, incoming, &permitted.call), permitted.dpop_nonce),
        Err(error) => failed(app, incoming, error),
    };
    directory_answer(incoming, &reply)
}

fn person(app: &App, incoming: &Incoming, call: &PermittedCall) -> Reply {
    let rendered = incoming
        .query()
        .map_err(|_| errors::BadQuery { what: "The query cannot be read.".to_owned() })
        .and_then(|query| words::render(&app.env.public, &call.user, &query));
    match rendered {
        Ok(body) => Reply::no_store(200, body),
        Err(bad) => errors::bad_query(&bad, &incoming.ids()),
    }
}

/// `GET` and `POST /oidc/userinfo` (OpenID Connect Core §5.3).
pub async fn userinfo(app: &App, incoming: &Incoming) -> Answer {
    let reply = match permitted(app, incoming, Tokens::Directory, &[SignInScope::OpenId.as_str()]).await {
        Ok(Permitted { call, client, dpop_nonce }) => {
            // The person's name is the one that the application knows from its id_token, not the directory API's.
            let subject = app.env.salt.subject(call.token.tenant, &client, call.user.id);
            let body = words::userinfo(&call.user, &subject, &call.token.scopes);
            offering(Reply::no_store(200, body), dpop_nonce)
        }
        Err(error) => failed(app, incoming, error),
    };
    directory_answer(incoming, &reply)
}

/// `GET` and `POST /TENANT/oidc/userinfo` (OpenID Connect Core §5.3), with an access token of the standard's dialect.
pub async fn userinfo_of(app: &App, incoming: &Incoming, asked_tenant: &str) -> Answer {
    let outcome = async {
        let tenant = one_tenant(&app.env, &app.oidc, asked_tenant).await?.id;
        let issuer = issuer(&app.env.public, &tenant.to_string());
        let (presented, now) = (incoming.access_token(app)?, app.env.now());
        let read = |claims: &Map<String, Value>| read::own_access_token(&app.env.public, tenant, claims, now);
        let needed = [SignInScope::OpenId.as_str()];
        let readers: [(TokenType, ReadClaims<'_>); 1] = [(app.oidc.access_token_type(), &read)];
        let Permitted { call, client, dpop_nonce } =
            api_call::permitted(&app.env, &incoming.trace, &presented, &readers, &needed).await?;
        let subject = app.env.salt.subject(call.token.tenant, &client, call.user.id);
        let by_name = api_call::claims_by_name(&app.env, &call).await?;
        let claims = claims::userinfo(&call.user, &subject, &call.token.scopes, &by_name);
        Ok((responses::userinfo(&app.env, &client, &issuer, claims).await?, dpop_nonce))
    };
    let outcome: Result<(UserInfo, Option<String>), FlowError> = outcome.await;
    match outcome {
        Ok((UserInfo::Plain(claims), nonce)) => {
            respond::reply(&offering(Reply::no_store(200, Value::Object(claims)), nonce))
        }
        Ok((UserInfo::Token(token), nonce)) => {
            let mut answer = respond::token(&token, "application/jwt");
            if let Some(nonce) = nonce {
                respond::insert(&mut answer, HeaderName::from_static(DPOP_NONCE), &nonce);
            }
            answer
        }
        Err(FlowError::Refused(refusal)) => {
            app.env.record(&incoming.trace, Event::refused(&refusal));
            let reply = oidc_errors::challenge(&refusal, incoming.scheme());
            respond::reply(&offering(reply, nonce_after(app, &refusal)))
        }
        Err(error) => {
            log_failure(&incoming.trace, &error);
            respond::reply(&oidc_errors::fault(error.retry_after(), &incoming.ids()))
        }
    }
}

/// Anything else below the directory API.
pub fn not_found(incoming: &Incoming) -> Answer {
    directory_answer(incoming, &errors::not_found(&incoming.ids()))
}

/// Whose tokens a call of the directory's addresses may carry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tokens {
    /// Those of the Microsoft dialects.
    Directory,
    /// Those, and those of the standard's dialect that were asked for by the API's name: they can be bound to a key.
    AnyDialect,
}

async fn permitted(
    app: &App,
    incoming: &Incoming,
    tokens: Tokens,
    needed: &[&'static str],
) -> Result<Permitted, FlowError> {
    let presented = incoming.access_token(app)?;
    let (public, now) = (&app.env.public, app.env.now());
    let by_directory = |claims: &Map<String, Value>| token::read(public, claims, now);
    let by_standard = |claims: &Map<String, Value>| {
        let issuer = Refusal::TokenInvalid { why: TokenFault::Issuer };
        read::own_access_token(public, read::tenant_of(public, claims).ok_or(issuer)?, claims, now)
    };
    let readers: [(TokenType, ReadClaims<'_>); 2] =
        [(TokenType::Jwt, &by_directory), (app.oidc.access_token_type(), &by_standard)];
    let readers = if tokens == Tokens::AnyDialect { &readers[..] } else { &readers[..1] };
    api_call::permitted(&app.env, &incoming.trace, &presented, readers, needed).await
}

fn failed(app: &App, incoming: &Incoming, error: FlowError) -> Reply {
    match error {
        FlowError::Refused(refusal) => refused(app, incoming, &refusal),
        error => {
            log_failure(&incoming.trace, &error);
            errors::fault(error.retry_after(), &incoming.ids())
        }
    }
}

fn refused(app: &App, incoming: &Incoming, refusal: &Refusal) -> Reply {
    app.env.record(&incoming.trace, Event::refused(refusal));
    let reply = errors::refusal(&app.env.public, refusal, incoming.scheme(), &incoming.ids());
    offering(reply, nonce_after(app, refusal))
}

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");
const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");

/// The headers of the directory API (Source: entra-dialect 19.1).
fn directory_answer(incoming: &Incoming, reply: &Reply) -> Answer {
    let ids = incoming.ids();
    let mut answer = respond::reply(reply);
    let content_type = respond::value!(
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
    );
    respond::fixed(&mut answer, CONTENT_TYPE, content_type);
    respond::insert(&mut answer, REQUEST_ID, &ids.trace_id);
    respond::insert(&mut answer, CLIENT_REQUEST_ID, &ids.correlation_id);
    respond::fixed(&mut answer, ODATA_VERSION, respond::value!("4.0"));
    answer
}
