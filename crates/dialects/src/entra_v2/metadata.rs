//! What the server says of itself (Source: entra-dialect 3 and 4).

use grantor_protocol::{PublicUrl, TenantId};
use grantor_rules::Refusal;
use grantor_rules::model::TenantName;
use serde_json::{Value, json};

use super::paths;
use crate::entra::claims::issuer_v2;
use crate::form::cut;
use crate::{Parameters, Reply};

/// The discovery document of a tenant. `tenant` is its id, also where the address named its domain: clients take the tenant's
/// place in these addresses for the name of their cache (Source: entra-dialect 16.2).
pub fn document(public: &PublicUrl, tenant: &str) -> Reply {
    Reply::document(json!({
        "issuer": issuer_v2(public, tenant),
        "authorization_endpoint": public.at(&paths::authorize(tenant)),
        "token_endpoint": public.at(&paths::token(tenant)),
        "jwks_uri": public.at(&paths::keys(tenant)),
        "userinfo_endpoint": public.at(paths::USERINFO),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["S256", "plain"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "preferred_username", "name", "tid", "ver", "oid", "sid", "email"
        ],
        "authorization_response_iss_parameter_supported": true,
        "request_uri_parameter_supported": false,
        "tenant_region_scope": null,
        "cloud_instance_name": public.authority(),
        "msgraph_host": public.authority(),
    }))
}

/// The discovery document as text, written once: its tenants differ in nothing but their ids.
#[derive(Clone, Debug)]
pub struct MetadataText {
    around: Vec<String>,
}

impl MetadataText {
    /// Writes it for `public`.
    pub fn new(public: &PublicUrl) -> Self {
        // No host can hold a brace, so it stands where the tenant does and nowhere else.
        let any = "{tenantid}";
        let text = document(public, any).body.to_string();
        Self { around: text.split(any).map(str::to_owned).collect() }
    }

    /// The document of a tenant, byte for byte that of [`document`].
    pub fn of(&self, tenant: TenantId) -> String {
        self.around.join(&tenant.to_string())
    }
}

/// The verification keys. `keys` are public JSON Web Keys; each says for which issuers it is good.
pub fn keys(public: &PublicUrl, keys: Vec<Value>) -> Reply {
    let issuer = issuer_v2(public, "{tenantid}");
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

/// Instance discovery: this host is its own only alias. The document that it leads to is that of the dialect in the asked
/// address.
///
/// # Errors
/// [`Refusal::InstanceUnknown`] for another host (50049), [`Refusal::ParameterMalformed`] for what is no address.
pub fn instance(public: &PublicUrl, parameters: &Parameters) -> Result<Reply, Refusal> {
    let asked = parameters.required("authorization_endpoint", 2048)?;
    let malformed = || Refusal::ParameterMalformed {
        name: "authorization_endpoint",
        expected: "https://HOST/TENANT/oauth2/v2.0/authorize",
        found: cut(asked, 80),
    };
    let rest = asked.split_once("://").ok_or_else(malformed)?.1;
    let (host, path) = rest.split_once('/').ok_or_else(malformed)?;
    // MSAL for Python leaves the port out of the address that it asks about.
    if !host.eq_ignore_ascii_case(public.authority()) && !host.eq_ignore_ascii_case(public.host()) {
        return Err(Refusal::InstanceUnknown { asked: cut(asked, 200) });
    }
    let tenant = path.split('/').next().unwrap_or_default();
    let known_word = ["common", "organizations", "consumers"].iter().any(|word| word.eq_ignore_ascii_case(tenant));
    if TenantName::parse(tenant).is_none() && !known_word {
        return Err(malformed());
    }
    let mut body = json!({
        "tenant_discovery_endpoint": public.at(&paths::metadata(&tenant.to_ascii_lowercase())),
        "api-version": "1.1",
        "metadata": [{
            "preferred_network": public.authority(),
            "preferred_cache": public.authority(),
            "aliases": [public.authority()],
        }],
    });
    if parameters.sole("api-version") == Some("1.0")
        && let Value::Object(members) = &mut body
    {
        members.remove("metadata");
        members.insert("api-version".to_owned(), json!("1.0"));
    }
    Ok(Reply::document(body))
}
