//! What the server says of itself (Source: entra-dialect 4).

use grantor_protocol::PublicUrl;
use serde_json::{Value, json};

use super::{V2, paths};
use crate::Reply;
use crate::entra::claims::issuer_v2;
use crate::entra::metadata::{ANY_TENANT, common_members};
use crate::entra::{metadata, paths as shared};

/// The discovery documents as text, written once.
pub type MetadataText = metadata::MetadataText<V2>;

/// The discovery document of a tenant, by its id.
pub fn document(public: &PublicUrl, tenant: &str) -> Reply {
    metadata::document::<V2>(public, tenant)
}

/// The body of a discovery document: `segment` stands for the tenant in addresses, `issuer` in the issuer.
pub(super) fn body(public: &PublicUrl, segment: &str, issuer: &str) -> Value {
    let mut body = common_members::<V2>(public, issuer);
    if let Value::Object(members) = &mut body {
        let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
        add("authorization_endpoint", json!(public.at(&paths::authorize(segment))));
        add("token_endpoint", json!(public.at(&paths::token(segment))));
        add("device_authorization_endpoint", json!(public.at(&paths::device_code(segment))));
        add("end_session_endpoint", json!(public.at(&paths::sign_out(segment))));
        add("jwks_uri", json!(public.at(&paths::keys(segment))));
        add("userinfo_endpoint", json!(public.at(shared::USERINFO)));
        add("response_types_supported", json!(["code", "id_token", "code id_token", "id_token token", "token"]));
        add("scopes_supported", json!(["openid", "profile", "email", "offline_access"]));
        add("claims_supported", json!(CLAIMS));
    }
    body
}

const CLAIMS: [&str; 20] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "preferred_username",
    "name",
    "tid",
    "ver",
    "at_hash",
    "c_hash",
    "oid",
    "sid",
    "email",
    "roles",
    "groups",
    "wids",
    "login_hint",
];

/// The verification keys. `keys` are public JSON Web Keys; each says for which issuers it is good.
pub fn keys(public: &PublicUrl, keys: Vec<Value>) -> Reply {
    let issuer = issuer_v2(public, ANY_TENANT);
    let keys: Vec<Value> = keys
        .into_iter()
        .map(|mut key| {
            if let Value::Object(members) = &mut key {
                members.insert("issuer".to_owned(), json!(issuer));
            }
            key
        })
        .collect();
    Reply::document(json!({ "keys": keys }))
}
