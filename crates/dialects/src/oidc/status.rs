//! Introspection and revocation (RFC 7662 §2, RFC 7009 §2).

use grantor_protocol::claims::name;
use grantor_protocol::dpop::Scheme;
use grantor_protocol::{ClientId, PublicUrl, Secret, TenantId};
use grantor_rules::Refusal;
use grantor_rules::client::Caller;
use serde_json::{Map, Value, json};

use super::metadata::issuer;
use crate::oauth::credentials;
use crate::oauth::words::limit;
use crate::{Reply, TokenCall};

/// What a signed answer is called, in the header that asks for it and in the answer (RFC 9701 §4 and §5).
pub const SIGNED_ANSWER: &str = "application/token-introspection+jwt";

/// Who asks about which token.
#[derive(Debug)]
pub struct StatusRequest {
    /// Who asks.
    pub caller: Caller,
    /// The token, or why there is none: who asks is proven before that (RFC 7009 §2.1).
    pub token: Result<Secret, Refusal>,
}

/// Reads a request of either endpoint. What kind of token it could be is seen from the token: a hint is not needed.
///
/// # Errors
/// A [`Refusal`] for the caller.
pub fn parse(call: &TokenCall<'_>) -> Result<StatusRequest, Refusal> {
    let caller = credentials::read(call)?;
    let token = call.parameters.required("token", limit::DOCUMENT).map(Secret::new);
    Ok(StatusRequest { caller, token })
}

/// A token that is of no use, or that the asker may not know of.
pub fn inactive() -> Reply {
    Reply::no_store(200, json!({ "active": false }))
}

/// An access token of use: what it says, and the name of its person.
pub fn access_token(claims: Map<String, Value>, username: Option<String>) -> Reply {
    let mut body = claims;
    body.insert("active".to_owned(), json!(true));
    let by_key = body.get(name::CNF).is_some_and(|confirmation| confirmation.get("jkt").is_some());
    let scheme = if by_key { Scheme::Dpop } else { Scheme::Bearer };
    body.insert("token_type".to_owned(), json!(scheme.as_str()));
    if let Some(username) = username {
        body.insert("username".to_owned(), json!(username));
    }
    Reply::no_store(200, Value::Object(body))
}

/// What a refresh token of use says.
#[derive(Debug)]
pub struct RefreshTokenFacts<'a> {
    /// Whose directory.
    pub tenant: TenantId,
    /// Its application.
    pub client_id: &'a ClientId,
    /// The person's name towards the application.
    pub subject: &'a str,
    /// The name that the person signs in with.
    pub username: &'a str,
    /// The permissions of signing in that it is good for.
    pub scope: &'a [String],
    /// When it ends unused, in seconds since 1970.
    pub expires_at: i64,
}

/// A refresh token of use.
pub fn refresh_token(public: &PublicUrl, facts: &RefreshTokenFacts<'_>) -> Reply {
    Reply::no_store(
        200,
        json!({
            "active": true,
            "iss": issuer(public, &facts.tenant.to_string()),
            "client_id": facts.client_id.as_str(),
            "sub": facts.subject,
            "username": facts.username,
            "scope": facts.scope.join(" "),
            "exp": facts.expires_at,
        }),
    )
}

/// A token that was given back.
pub const fn revoked() -> Reply {
    Reply::no_store(200, Value::Null)
}
