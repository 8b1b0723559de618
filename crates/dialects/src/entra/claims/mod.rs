//! Claims of access tokens and id_tokens (Source: entra-dialect 13.3 to 13.8).
//!
//! The id_token's form follows the endpoint that was asked, the access token's follows the API.

mod access;
mod application;
mod chosen;
mod family;
mod groups;
mod id;
mod optional;
pub mod read;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, PublicUrl, TenantId};
use grantor_rules::client::ClientProof;
use grantor_rules::model::{Application, TokenVersion, User};
use grantor_rules::scopes::ApiName;
use serde_json::{Map, Value, json};

pub use access::access_token;
pub use application::application_token;
pub use id::id_token;

/// Observed: the live service sets `iat` and `nbf` five minutes back, so that a reader whose clock lags takes the token.
const BACKDATED: Duration = Duration::from_mins(5);

/// When a token that is issued at that moment begins.
pub fn begins_at(issued_at: Timestamp) -> Timestamp {
    issued_at - BACKDATED
}

/// The issuer of tokens of that form.
pub fn issuer(form: TokenVersion, public: &PublicUrl, tenant: &str) -> String {
    match form {
        TokenVersion::V1 => issuer_v1(public, tenant),
        TokenVersion::V2 => issuer_v2(public, tenant),
    }
}

/// The issuer of v2.0 tokens.
pub fn issuer_v2(public: &PublicUrl, tenant: &str) -> String {
    public.at(&format!("/{tenant}/v2.0"))
}

/// The issuer of v1.0 tokens, with its slash.
pub fn issuer_v1(public: &PublicUrl, tenant: &str) -> String {
    public.at(&format!("/{tenant}/"))
}

/// Claims while they are written.
struct Claims(Map<String, Value>);

/// What every token says of itself.
struct Token<'a> {
    form: TokenVersion,
    tenant: TenantId,
    subject: &'a str,
    issued_at: Timestamp,
    expires_at: Timestamp,
    id: [u8; 16],
}

impl Claims {
    fn of(public: &PublicUrl, token: &Token<'_>) -> Self {
        let tenant = token.tenant.to_string();
        let begins = begins_at(token.issued_at).seconds();
        let mut claims = Self(Map::new());
        claims.add(
            "ver",
            match token.form {
                TokenVersion::V1 => "1.0",
                TokenVersion::V2 => "2.0",
            },
        );
        claims.add("iss", issuer(token.form, public, &tenant));
        claims.add("sub", token.subject);
        claims.add("tid", tenant);
        claims.add("iat", begins);
        claims.add("nbf", begins);
        claims.add("exp", token.expires_at.seconds());
        claims.add("uti", URL_SAFE_NO_PAD.encode(token.id));
        claims
    }

    fn add(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    fn add_some(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }

    /// A list that is absent rather than empty (Source: entra-dialect 13.5).
    fn add_list(&mut self, name: &str, values: &[String]) {
        if !values.is_empty() {
            self.add(name, json!(values));
        }
    }

    /// For whom an access token is: always the API's id in v2.0; in v1.0 the identifier as it was asked for, or the API's id
    /// where it was not named (Source: entra-dialect 13.5).
    fn add_audience(&mut self, asked_as: &ApiName, api: &Application) {
        match (api.access_token_version, asked_as) {
            (TokenVersion::V1, ApiName::Identifier(name)) => self.add("aud", name.as_str()),
            (TokenVersion::V1 | TokenVersion::V2, _) => self.add("aud", api.client_id.as_str()),
        }
    }

    /// Who may use an access token, and how that application proved itself.
    fn add_client(&mut self, form: TokenVersion, client: &ClientId, proof: ClientProof) {
        let (name, how) = match form {
            TokenVersion::V1 => ("appid", "appidacr"),
            TokenVersion::V2 => ("azp", "azpacr"),
        };
        self.add(name, client.as_str());
        self.add(
            how,
            match proof {
                ClientProof::Nothing => "0",
                ClientProof::Secret => "1",
                ClientProof::Certificate => "2",
            },
        );
    }

    /// What v1.0 tokens say of the person without being asked.
    fn add_person_v1(&mut self, user: &User, method: &str) {
        self.add("amr", json!([method]));
        self.add("oid", user.id.to_string());
        self.add("name", user.display_name.as_str());
        self.add("upn", user.user_principal_name.as_str());
        self.add("unique_name", user.user_principal_name.as_str());
        self.add_some("given_name", user.given_name.as_deref());
        self.add_some("family_name", user.surname.as_deref());
    }

    /// What v2.0 tokens say of the person with the permission `profile`.
    fn add_profile_v2(&mut self, user: &User) {
        self.add("oid", user.id.to_string());
        self.add("name", user.display_name.as_str());
        self.add("preferred_username", user.user_principal_name.as_str());
    }
}
