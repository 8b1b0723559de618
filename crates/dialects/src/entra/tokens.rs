//! The reply that carries tokens (Source: entra-dialect 8.5).

use grantor_rules::token::issued::IssuedTokens;
use serde_json::{Map, Value, json};

use super::client_info;
use super::version::Version;
use crate::oauth::words::TOKEN_TYPE;
use crate::{Parameters, Reply};

pub fn success<V: Version>(parameters: &Parameters, issued: &IssuedTokens) -> Reply {
    let mut body = Map::new();
    let mut add = |name: &str, value: Value| body.insert(name.to_owned(), value);
    add("token_type", json!(TOKEN_TYPE));
    if let Some(scope) = V::scope(issued) {
        add("scope", json!(scope));
    }
    let lifetime = V::number(issued.expires_in.as_secs());
    add("expires_in", lifetime.clone());
    add("ext_expires_in", lifetime);
    add("access_token", json!(issued.access_token.expose()));
    if let Some(refresh_token) = &issued.refresh_token {
        add("refresh_token", json!(refresh_token.expose()));
    }
    if let Some(id_token) = &issued.id_token {
        add("id_token", json!(id_token.expose()));
    }
    // MSAL for Python asks for it also where no person is involved.
    if let Some(client_info) = issued.user.and_then(|user| client_info(parameters, issued.tenant, user)) {
        add("client_info", json!(client_info));
    }
    V::add_to_tokens(&mut body, issued);
    Reply::no_store(200, Value::Object(body))
}
