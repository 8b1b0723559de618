//! The claims of a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4).

use std::time::Duration;

use grantor_rules::layout::LogoutTokenFacts;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// What happened, as the specification names it.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How long a token may be on its way: one is made for each try.
const LIFETIME: Duration = Duration::from_mins(2);

/// The claims. There is no `nonce`, so that nothing takes the token for an id_token.
pub fn claims(issuer: &str, facts: &LogoutTokenFacts<'_>) -> Map<String, Value> {
    let claims = [
        ("iss", json!(issuer)),
        ("sub", json!(facts.subject)),
        ("aud", json!(facts.client.client_id.as_str())),
        ("iat", json!(facts.issued_at.seconds())),
        ("exp", json!((facts.issued_at + LIFETIME).seconds())),
        ("jti", json!(Uuid::from_bytes(facts.token_id).to_string())),
        ("events", json!({ EVENT: {} })),
        ("sid", json!(facts.sid)),
    ];
    claims.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
