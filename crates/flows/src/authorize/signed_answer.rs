//! An authorization response as one signed token (JWT Secured Authorization Response Mode §2.1).

use std::time::Duration;

use grantor_protocol::Secret;
use grantor_rules::layout::{TokenLayout, TokenType};
use grantor_rules::model::Application;
use serde_json::{Map, Value, json};

use crate::token::issue;
use crate::{Env, FlowError};

/// How long an application may take it. The specification recommends ten minutes at most.
const LIFETIME: Duration = Duration::from_mins(5);

/// Signs an answer, `iss` among its parameters, for the application alone, as the application's id_tokens are signed.
///
/// # Errors
/// Only trouble of ours.
pub async fn signed_answer(
    env: &Env,
    application: &Application,
    layout: &dyn TokenLayout,
    answer: &[(&'static str, String)],
) -> Result<Secret, FlowError> {
    let text = |(name, value): &(&'static str, String)| ((*name).to_owned(), Value::String(value.clone()));
    let mut claims: Map<String, Value> = answer.iter().map(text).collect();
    claims.insert("aud".to_owned(), json!(application.client_id.as_str()));
    claims.insert("exp".to_owned(), json!((env.now() + LIFETIME).seconds()));
    issue::sign(env, layout.id_token_signing_alg(application), TokenType::Jwt, &claims).await
}
