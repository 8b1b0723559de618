//! What the server says of itself (OpenID Connect Discovery §3, RFC 8414 §2). Each member is registered, and each value is true.

use grantor_protocol::{PublicUrl, TenantId};
use grantor_rules::client::assertion;
use grantor_rules::client_metadata::algorithms::REQUEST_KEY_MANAGEMENT;
use grantor_rules::model::{SigningAlg, SubjectType, Tenant};
use grantor_rules::responses::{CONTENT_ENCRYPTION, KEY_MANAGEMENT};
use grantor_rules::scopes::SignInScope;
use grantor_rules::token::issued::GrantKind;
use serde_json::{Value, json};

use super::{claims, paths};
use crate::Reply;

/// The issuer of a tenant's tokens.
pub fn issuer(public: &PublicUrl, tenant: &str) -> String {
    public.at(&format!("/{tenant}/oidc"))
}

/// The grants that are served, in the order of the documents that define them.
pub const GRANTS: [GrantKind; 4] =
    [GrantKind::Code, GrantKind::ClientCredentials, GrantKind::RefreshToken, GrantKind::DeviceCode];

/// How an application may prove itself.
const AUTHENTICATION: [&str; 5] =
    ["none", "client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt"];

/// The discovery document of a tenant, by its id; `registers` says whether applications may register themselves in it.
pub fn document(public: &PublicUrl, tenant: TenantId, registers: bool) -> Reply {
    let mut reply = without_registration(public, tenant);
    if let (true, Some(members)) = (registers, reply.body.as_object_mut()) {
        let address = public.at(&paths::register(&tenant.to_string()));
        members.insert("registration_endpoint".to_owned(), json!(address));
    }
    reply
}

fn without_registration(public: &PublicUrl, tenant: TenantId) -> Reply {
    let tenant = tenant.to_string();
    let at = |path: fn(&str) -> String| public.at(&path(&tenant));
    let grants: Vec<&str> = GRANTS.iter().map(|grant| grant.as_str()).chain(["implicit"]).collect();
    let signing = SigningAlg::NAMES.map(|(name, _)| name);
    let confidential = &AUTHENTICATION[1..];
    let signed: Vec<&str> = assertion::algorithms().collect();
    let mut document = json!({
        "issuer": issuer(public, &tenant),
        "authorization_endpoint": at(paths::authorize),
        "token_endpoint": at(paths::token),
        "userinfo_endpoint": at(paths::userinfo),
        "jwks_uri": at(paths::keys),
        "device_authorization_endpoint": at(paths::device_authorization),
        "introspection_endpoint": at(paths::introspect),
        "revocation_endpoint": at(paths::revoke),
        "end_session_endpoint": at(paths::end_session),
        "scopes_supported": SignInScope::ALL.map(SignInScope::as_str),
        "response_types_supported": [
            "code", "id_token", "id_token token", "code id_token", "code token", "code id_token token"
        ],
        "response_modes_supported": [
            "query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"
        ],
        "authorization_signing_alg_values_supported": signing,
        "authorization_encryption_alg_values_supported": KEY_MANAGEMENT,
        "authorization_encryption_enc_values_supported": CONTENT_ENCRYPTION,
        "grant_types_supported": grants,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "subject_types_supported": [SubjectType::Pairwise.as_str(), SubjectType::Public.as_str()],
        "id_token_signing_alg_values_supported": signing,
        "id_token_encryption_alg_values_supported": KEY_MANAGEMENT,
        "id_token_encryption_enc_values_supported": CONTENT_ENCRYPTION,
        "userinfo_signing_alg_values_supported": signing,
        "userinfo_encryption_alg_values_supported": KEY_MANAGEMENT,
        "userinfo_encryption_enc_values_supported": CONTENT_ENCRYPTION,
        "introspection_signing_alg_values_supported": signing,
        "introspection_encryption_alg_values_supported": KEY_MANAGEMENT,
        "introspection_encryption_enc_values_supported": CONTENT_ENCRYPTION,
        "claims_supported": claims::SUPPORTED,
        "authorization_response_iss_parameter_supported": true,
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": AUTHENTICATION,
        "token_endpoint_auth_signing_alg_values_supported": signed,
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": signed,
        "revocation_endpoint_auth_methods_supported": AUTHENTICATION,
        "revocation_endpoint_auth_signing_alg_values_supported": signed,
    });
    add(&mut document, requests(&at(paths::push)));
    add(&mut document, sessions(&at(paths::check_session)));
    Reply::document(document)
}

/// How sessions end, and who can ask whether they have.
fn sessions(check_session: &str) -> Value {
    json!({
        "check_session_iframe": check_session,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
    })
}

/// How requests may be put (RFC 9101 §10.5, RFC 9126 §5, OpenID Connect Discovery §3).
fn requests(push: &str) -> Value {
    json!({
        "pushed_authorization_request_endpoint": push,
        "require_pushed_authorization_requests": false,
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": true,
        "require_request_uri_registration": true,
        "request_object_signing_alg_values_supported": SigningAlg::NAMES.map(|(name, _)| name),
        "request_object_encryption_alg_values_supported": REQUEST_KEY_MANAGEMENT,
        "request_object_encryption_enc_values_supported": CONTENT_ENCRYPTION,
    })
}

/// Puts the members of a part into the document.
fn add(document: &mut Value, part: Value) {
    if let (Value::Object(document), Value::Object(part)) = (document, part) {
        document.extend(part);
    }
}

/// The keys: `keys` verify what is signed here, and what others encrypt for us they encrypt for `request_key`. All are public
/// JSON Web Keys.
pub fn keys(keys: &[Value], request_key: &Value) -> Reply {
    let all: Vec<&Value> = keys.iter().chain([request_key]).collect();
    Reply::document(json!({ "keys": all }))
}

/// For whom a client assertion may be: the issuer or the token endpoint, under each name of the tenant (RFC 7523 §3).
pub fn assertion_audiences(public: &PublicUrl, tenant: &Tenant) -> Vec<String> {
    let id = tenant.id.to_string();
    let endpoints = [id.as_str(), tenant.domain.as_str()].map(|name| public.at(&paths::token(name)));
    endpoints.into_iter().chain([issuer(public, &id)]).collect()
}
