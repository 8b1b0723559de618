//! An authorization response as one signed token (JWT Secured Authorization Response Mode §2.1).

use std::time::Duration;

use grantor_protocol::Secret;
use grantor_rules::layout::TokenType;
use grantor_rules::model::Application;
use grantor_rules::responses::Response;
use serde_json::{Map, Value, json};

use crate::{Env, FlowError, responses};

/// How long an application may take it. The specification recommends ten minutes at most.
const LIFETIME: Duration = Duration::from_mins(5);

/// Signs an answer, `iss` among its parameters, for the application alone, and encrypts it if the application is registered for
/// that.
///
/// # Errors
/// [`grantor_rules::Refusal::ResponseNotPossible`].
pub async fn signed_answer(
    env: &Env,
    application: &Application,
    answer: &[(&'static str, String)],
) -> Result<Secret, FlowError> {
    let text = |(name, value): &(&'static str, String)| ((*name).to_owned(), Value::String(value.clone()));
    let mut claims: Map<String, Value> = answer.iter().map(text).collect();
    claims.insert("aud".to_owned(), json!(application.client_id.as_str()));
    claims.insert("exp".to_owned(), json!((env.now() + LIFETIME).seconds()));
    responses::signed(env, application, Response::Authorization, TokenType::Jwt, &claims).await
}

/// Whether an application could be answered so. Asked before anybody is, since an answer that is committed must reach it.
///
/// # Errors
/// [`grantor_rules::Refusal::ResponseNotPossible`].
pub async fn can_be_signed(env: &Env, application: &Application) -> Result<(), FlowError> {
    responses::possible(env, application, Response::Authorization).await
}
