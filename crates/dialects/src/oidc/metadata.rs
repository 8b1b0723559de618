//! What the server says of itself (OpenID Connect Discovery §3, RFC 8414 §2). Each member is registered, and each value is true.

use grantor_protocol::dpop::ALGORITHMS;
use grantor_protocol::{PublicUrl, TenantId};
use grantor_rules::client::assertion;
use grantor_rules::client_metadata::algorithms::REQUEST_KEY_MANAGEMENT;
use grantor_rules::model::{AuthMethod, DeliveryMode, SigningAlg, SubjectType, Tenant};
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
pub const GRANTS: [GrantKind; 7] = [
    GrantKind::Code,
    GrantKind::ClientCredentials,
    GrantKind::RefreshToken,
    GrantKind::DeviceCode,
    GrantKind::BackchannelRequest,
    GrantKind::JwtBearer,
    GrantKind::TokenExchange,
];

/// How an application may prove itself.
const AUTHENTICATION: [AuthMethod; 5] = [
    AuthMethod::None,
    AuthMethod::ClientSecretBasic,
    AuthMethod::ClientSecretPost,
    AuthMethod::ClientSecretJwt,
    AuthMethod::PrivateKeyJwt,
];
/// The same by TLS, where certificates are asked for.
const BY_TLS: [AuthMethod; 2] = [AuthMethod::TlsClientAuth, AuthMethod::SelfSignedTlsClientAuth];

/// The discovery document of a tenant, by its id; `registers` says whether applications may register themselves in it, and
/// `detail_types` are the types of authorization details that its APIs take.
pub fn document(
    public: &PublicUrl,
    mtls: Option<&PublicUrl>,
    tenant: TenantId,
    registers: bool,
    detail_types: &[String],
) -> Reply {
    let mut reply = without_registration(public, mtls, tenant, detail_types);
    if let (true, Some(members)) = (registers, reply.body.as_object_mut()) {
        let address = public.at(&paths::register(&tenant.to_string()));
        members.insert("registration_endpoint".to_owned(), json!(address));
    }
    reply
}

fn without_registration(
    public: &PublicUrl,
    mtls: Option<&PublicUrl>,
    tenant: TenantId,
    detail_types: &[String],
) -> Reply {
    let tenant = tenant.to_string();
    let at = |path: fn(&str) -> String| public.at(&path(&tenant));
    let grants: Vec<&str> = GRANTS.iter().map(|grant| grant.as_str()).chain(["implicit"]).collect();
    let by_tls = BY_TLS.iter().filter(|_| mtls.is_some());
    let authentication: Vec<&str> = AUTHENTICATION.iter().chain(by_tls).map(|method| method.as_str()).collect();
    let confidential = &authentication[1..];
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
        "grant_types_supported": grants,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "subject_types_supported": [SubjectType::Pairwise.as_str(), SubjectType::Public.as_str()],
        "claims_supported": claims::SUPPORTED,
        "authorization_response_iss_parameter_supported": true,
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": authentication,
        "token_endpoint_auth_signing_alg_values_supported": signed,
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": signed,
        "revocation_endpoint_auth_methods_supported": authentication,
        "revocation_endpoint_auth_signing_alg_values_supported": signed,
        "dpop_signing_alg_values_supported": ALGORITHMS,
    });
    add(&mut document, requests(&at(paths::push)));
    add(&mut document, sessions(&at(paths::check_session)));
    add(&mut document, answers());
    if let Some(mtls) = mtls {
        document["mtls_endpoint_aliases"] = aliases(mtls, &tenant);
        document["tls_client_certificate_bound_access_tokens"] = json!(true);
    }
    if !detail_types.is_empty() {
        // RFC 9396 §10
        add(&mut document, json!({ "authorization_details_types_supported": detail_types }));
    }
    add(&mut document, people_elsewhere(&at(paths::backchannel_authentication)));
    Reply::document(document)
}

/// Where the same endpoints ask for certificates (RFC 8705 §5).
fn aliases(mtls: &PublicUrl, tenant: &str) -> Value {
    let at = |path: fn(&str) -> String| mtls.at(&path(tenant));
    json!({
        "token_endpoint": at(paths::token),
        "userinfo_endpoint": at(paths::userinfo),
        "device_authorization_endpoint": at(paths::device_authorization),
        "introspection_endpoint": at(paths::introspect),
        "revocation_endpoint": at(paths::revoke),
        "pushed_authorization_request_endpoint": at(paths::push),
        "backchannel_authentication_endpoint": at(paths::backchannel_authentication),
    })
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

/// How what goes out can be signed and encrypted.
fn answers() -> Value {
    let signing = SigningAlg::NAMES.map(|(name, _)| name);
    json!({
        "authorization_signing_alg_values_supported": signing,
        "authorization_encryption_alg_values_supported": KEY_MANAGEMENT,
        "authorization_encryption_enc_values_supported": CONTENT_ENCRYPTION,
        "id_token_signing_alg_values_supported": signing,
        "id_token_encryption_alg_values_supported": KEY_MANAGEMENT,
        "id_token_encryption_enc_values_supported": CONTENT_ENCRYPTION,
        "userinfo_signing_alg_values_supported": signing,
        "userinfo_encryption_alg_values_supported": KEY_MANAGEMENT,
        "userinfo_encryption_enc_values_supported": CONTENT_ENCRYPTION,
        "introspection_signing_alg_values_supported": signing,
        "introspection_encryption_alg_values_supported": KEY_MANAGEMENT,
        "introspection_encryption_enc_values_supported": CONTENT_ENCRYPTION,
    })
}

/// What is said of requests to people who are elsewhere (CIBA §4).
fn people_elsewhere(endpoint: &str) -> Value {
    let modes: Vec<&str> = DeliveryMode::NAMES.iter().map(|(name, _)| *name).collect();
    json!({
        "backchannel_authentication_endpoint": endpoint,
        "backchannel_token_delivery_modes_supported": modes,
        "backchannel_authentication_request_signing_alg_values_supported": SigningAlg::NAMES.map(|(name, _)| name),
        "backchannel_user_code_parameter_supported": false,
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

/// For whom a client assertion may be: the issuer, the token endpoint, that for pushed requests or the one that asks people
/// elsewhere, under each name of the tenant (RFC 7523 §3, RFC 9126 §2, CIBA §7.1).
pub fn assertion_audiences(public: &PublicUrl, tenant: &Tenant) -> Vec<String> {
    let id = tenant.id.to_string();
    let names = [id.as_str(), tenant.domain.as_str()];
    let endpoints = [paths::token, paths::push, paths::backchannel_authentication];
    let addresses = endpoints.iter().flat_map(|path| names.map(|name| public.at(&path(name))));
    addresses.chain([issuer(public, &id)]).collect()
}
