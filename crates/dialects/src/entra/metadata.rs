//! What the server says of itself (Source: entra-dialect 2 to 4).

use std::marker::PhantomData;

use grantor_protocol::{PublicUrl, TenantId};
use grantor_rules::Refusal;
use grantor_rules::model::{Tenant, TenantName, TokenVersion};
use serde_json::{Value, json};

use super::claims::issuer;
use super::version::Version;
use crate::form::cut;
use crate::{Parameters, Reply, entra_v1, entra_v2};

/// What stands for the tenant in the issuer where an address is for several: a reader puts the token's `tid` in its place.
pub const ANY_TENANT: &str = "{tenantid}";

/// The words that stand in a tenant's place in addresses.
pub const TENANT_WORDS: [&str; 3] = ["common", "organizations", "consumers"];

/// An address that is for the people of several tenants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Several {
    /// Of every tenant.
    Common,
    /// Of every organization.
    Organizations,
}

impl Several {
    /// The word in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Common => "common",
            Self::Organizations => "organizations",
        }
    }
}

/// The members of a discovery document that both versions have. `segment` stands for the tenant in addresses, also where the
/// address named its domain: clients take the tenant's place in these addresses for the name of their cache
/// (Source: entra-dialect 16.2).
pub fn common_members<V: Version>(public: &PublicUrl, issuer_segment: &str) -> Value {
    let mut document = json!({
        "issuer": issuer(V::FORM, public, issuer_segment),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256"],
        "code_challenge_methods_supported": ["S256", "plain"],
        "grant_types_supported": [
            "authorization_code", "implicit", "refresh_token", "client_credentials", "password",
            "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:jwt-bearer"
        ],
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "tenant_region_scope": null,
        "cloud_instance_name": public.authority(),
        "msgraph_host": public.authority(),
    });
    // What is no issuer cannot be compared with the `iss` of an answer (RFC 9207 §2.4).
    if issuer_segment != ANY_TENANT
        && let Value::Object(members) = &mut document
    {
        members.insert("authorization_response_iss_parameter_supported".to_owned(), json!(true));
    }
    document
}

/// The discovery document of a tenant, by its id.
pub fn document<V: Version>(public: &PublicUrl, tenant: &str) -> Reply {
    Reply::document(V::document(public, tenant, tenant))
}

/// The discovery documents as text, written once: tenants differ in nothing but their ids.
#[derive(Clone, Debug)]
pub struct MetadataText<V> {
    public: PublicUrl,
    around: Vec<String>,
    common: String,
    organizations: String,
    version: PhantomData<V>,
}

impl<V: Version> MetadataText<V> {
    /// Writes them for `public`.
    pub fn new(public: &PublicUrl) -> Self {
        // No host can hold a brace, so it stands where the tenant does and nowhere else.
        let any = "{tenant}";
        let text = V::document(public, any, any).to_string();
        let several = |several: Several| V::document(public, several.as_str(), ANY_TENANT).to_string();
        Self {
            public: public.clone(),
            around: text.split(any).map(str::to_owned).collect(),
            common: several(Several::Common),
            organizations: several(Several::Organizations),
            version: PhantomData,
        }
    }

    /// The document of a tenant, byte for byte that of [`document`].
    pub fn of(&self, tenant: TenantId) -> String {
        self.around.join(&tenant.to_string())
    }

    /// The document of an address that is for several tenants.
    pub fn of_several(&self, several: Several) -> &str {
        match several {
            Several::Common => &self.common,
            Several::Organizations => &self.organizations,
        }
    }

    /// The document of the address for personal accounts, whose tenant is `tenant`.
    pub fn of_consumers(&self, tenant: TenantId) -> String {
        V::document(&self.public, "consumers", &tenant.to_string()).to_string()
    }
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
    let (tenant, endpoint) = path.split_once('/').unwrap_or((path, ""));
    let known_word = TENANT_WORDS.iter().any(|word| word.eq_ignore_ascii_case(tenant));
    if TenantName::parse(tenant).is_none() && !known_word {
        return Err(malformed());
    }
    let tenant = tenant.to_ascii_lowercase();
    let document = if endpoint.eq_ignore_ascii_case("oauth2/authorize") {
        entra_v1::paths::metadata(&tenant)
    } else {
        entra_v2::paths::metadata(&tenant)
    };
    let mut body = json!({
        "tenant_discovery_endpoint": public.at(&document),
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

/// For whom a client assertion may be: the token endpoint of either version under each name of the tenant, as libraries take it
/// from the discovery document, from their configuration or from both (Source: entra-dialect 4.3 and 8.4); and the issuers.
pub fn assertion_audiences(public: &PublicUrl, tenant: &Tenant) -> Vec<String> {
    let id = tenant.id.to_string();
    let names = [id.as_str(), tenant.domain.as_str()].into_iter().chain(TENANT_WORDS);
    let endpoints = names.flat_map(|name| [entra_v1::paths::token(name), entra_v2::paths::token(name)]);
    let issuers = [TokenVersion::V1, TokenVersion::V2].map(|form| issuer(form, public, &id));
    endpoints.map(|path| public.at(&path)).chain(issuers).collect()
}
