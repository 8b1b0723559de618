//! What the server says of itself (Source: entra-dialect 4).

use grantor_protocol::PublicUrl;
use serde_json::{Value, json};

use super::{V1, paths};
use crate::Reply;
use crate::entra::metadata::{self, common_members};

/// The discovery documents as text, written once.
pub type MetadataText = metadata::MetadataText<V1>;

/// The discovery document of a tenant, by its id.
pub fn document(public: &PublicUrl, tenant: &str) -> Reply {
    metadata::document::<V1>(public, tenant)
}

/// The body of a discovery document: `segment` stands for the tenant in addresses, `issuer` in the issuer.
pub(super) fn body(public: &PublicUrl, segment: &str, issuer: &str) -> Value {
    let mut body = common_members::<V1>(public, issuer);
    if let Value::Object(members) = &mut body {
        let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
        add("authorization_endpoint", json!(public.at(&paths::authorize(segment))));
        add("token_endpoint", json!(public.at(&paths::token(segment))));
        add("device_authorization_endpoint", json!(public.at(&paths::device_code(segment))));
        add("end_session_endpoint", json!(public.at(&paths::sign_out(segment))));
        // One set of keys signs for every tenant.
        add("jwks_uri", json!(public.at(&paths::keys("common"))));
        add("userinfo_endpoint", json!(public.at(&paths::userinfo(segment))));
        add("response_types_supported", json!(["code", "id_token", "code id_token", "token id_token", "token"]));
        add("scopes_supported", json!(["openid"]));
        add("claims_supported", json!(CLAIMS));
        // A refresh token is good for every API that was allowed.
        add("microsoft_multi_refresh_token", json!(true));
    }
    body
}

const CLAIMS: [&str; 21] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "amr",
    "nonce",
    "name",
    "given_name",
    "family_name",
    "upn",
    "unique_name",
    "tid",
    "ver",
    "at_hash",
    "c_hash",
    "oid",
    "sid",
    "roles",
    "groups",
];

/// The verification keys: `keys` are public JSON Web Keys.
pub fn keys(keys: Vec<Value>) -> Reply {
    Reply::document(Value::Object([("keys".to_owned(), Value::Array(keys))].into_iter().collect()))
}
