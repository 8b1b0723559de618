//! The token endpoint (RFC 6749 §3.2) as a native application uses it: without a secret.

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_outgoing::{HttpClient, OutgoingError, OutgoingRequest};
use grantor_protocol::Secret;
use serde_json::{Map, Value};
use url::Url;

use crate::server_error::ServerError;

/// No token came from the token endpoint.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TokenEndpointError {
    /// It cannot be reached.
    #[error(transparent)]
    Unreachable(#[from] OutgoingError),
    /// It said no.
    #[error("the provider refused: {0}")]
    Refused(Box<ServerError>),
    /// It answered with something else.
    #[error("the token endpoint did not answer as RFC 6749 §5 says (status {status}: {detail}); ask its operator")]
    NotTokens {
        /// The status.
        status: http::StatusCode,
        /// What is wrong.
        detail: &'static str,
    },
}

/// A successful token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3).
pub struct Tokens {
    pub access_token: Secret,
    pub expires_at: Timestamp,
    /// What was granted, if the provider said so.
    pub scope: Option<Vec<String>>,
    pub refresh_token: Option<Secret>,
    pub id_token: Option<Secret>,
    /// Microsoft's `client_info`, as it was sent.
    pub client_info: Option<String>,
}

/// Sends a request and reads the tokens. `now` is the moment before the request, so that no token is used beyond its life.
pub async fn exchange(
    http: &dyn HttpClient,
    endpoint: Url,
    fields: &[(&str, &str)],
    now: Timestamp,
) -> Result<Tokens, TokenEndpointError> {
    let answer = http.send(OutgoingRequest::post_form(endpoint, fields.iter().copied())).await?;
    let status = answer.status;
    let body: Map<String, Value> =
        answer.json().map_err(|_| TokenEndpointError::NotTokens { status, detail: "the body is not a JSON object" })?;
    if status == http::StatusCode::OK {
        return read(&body, now).map_err(|detail| TokenEndpointError::NotTokens { status, detail });
    }
    match ServerError::of_json(&body) {
        Some(error) => Err(TokenEndpointError::Refused(Box::new(error))),
        None => Err(TokenEndpointError::NotTokens { status, detail: "the body has no error member" }),
    }
}

fn read(body: &Map<String, Value>, now: Timestamp) -> Result<Tokens, &'static str> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let secret = |name: &str| text(name).map(Secret::new);
    if !text("token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")) {
        // A token of an unknown type must not be used (RFC 6749 §7.1).
        return Err("the token_type is not Bearer");
    }
    Ok(Tokens {
        access_token: secret("access_token").ok_or("there is no access_token")?,
        expires_at: now + seconds(body.get("expires_in")),
        scope: text("scope").map(|scope| scope.split_ascii_whitespace().map(str::to_owned).collect()),
        refresh_token: secret("refresh_token"),
        id_token: secret("id_token"),
        client_info: text("client_info").map(str::to_owned),
    })
}

/// `expires_in`: a number, or a text in Microsoft's older dialect. Unsaid means: good for now, and not worth keeping.
fn seconds(value: Option<&Value>) -> Duration {
    let seconds = match value {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    };
    Duration::from_secs(seconds.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_json(body: &Value) -> Result<Tokens, &'static str> {
        read(body.as_object().unwrap(), Timestamp::from_seconds(100))
    }

    #[test]
    fn numbers_may_be_texts() {
        for expires_in in [json!(60), json!("60")] {
            let body = json!({"access_token": "a", "token_type": "bearer", "expires_in": expires_in, "scope": "r w"});
            let tokens = read_json(&body).unwrap();
            assert_eq!(tokens.expires_at.seconds(), 160);
            assert_eq!(tokens.scope.unwrap(), ["r", "w"]);
        }
    }

    #[test]
    fn another_token_type_or_no_token_is_refused() {
        assert!(read_json(&json!({"access_token": "a", "token_type": "DPoP"})).is_err());
        assert!(read_json(&json!({"access_token": "", "token_type": "Bearer"})).is_err());
    }
}
