//! Claims of access tokens and id_tokens (Source: entra-dialect 13.3 to 13.6).
//!
//! The id_token's form follows the endpoint that was asked, the access token's follows the API.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_environment::Timestamp;
use grantor_protocol::{FamilyId, PublicUrl, TenantId};
use grantor_rules::directory_api;
use grantor_rules::layout::{AccessTokenFacts, ApplicationTokenFacts, IdTokenFacts};
use grantor_rules::model::{Application, Platform, TokenVersion, User};
use grantor_rules::scopes::{ApiName, SignInScope};
use serde_json::{Map, Value, json};

/// Observed: the live service sets `iat` and `nbf` five minutes back, so that a reader whose clock lags takes the token.
const BACKDATED: Duration = Duration::from_mins(5);

/// The issuer of v2.0 tokens.
pub fn issuer_v2(public: &PublicUrl, tenant: &str) -> String {
    public.at(&format!("/{tenant}/v2.0"))
}

/// The issuer of v1.0 tokens, with its slash.
pub fn issuer_v1(public: &PublicUrl, tenant: &str) -> String {
    public.at(&format!("/{tenant}/"))
}

/// The claims of an access token, in the form that its API takes.
pub fn access_token(public: &PublicUrl, facts: &AccessTokenFacts<'_>) -> Map<String, Value> {
    let tenant = facts.tenant.to_string();
    let mut claims = lifetime(facts.issued_at, facts.expires_at);
    let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    add("sub", json!(facts.subject));
    add("tid", json!(tenant));
    add("scp", json!(scp(facts)));
    add("uti", json!(URL_SAFE_NO_PAD.encode(facts.token_id)));
    add("rh", json!(family_claim(facts.family)));
    match facts.api.access_token_version {
        TokenVersion::V2 => {
            add("ver", json!("2.0"));
            add("iss", json!(issuer_v2(public, &tenant)));
            add("aud", json!(facts.api.client_id));
            add("azp", json!(facts.client.client_id));
            add("azpacr", json!(how_the_client_proved_itself(facts.platform)));
            if facts.sign_in.contains(&SignInScope::Profile) {
                add("oid", json!(facts.user.id));
                add("name", json!(facts.user.display_name));
                add("preferred_username", json!(facts.user.user_principal_name));
            }
        }
        TokenVersion::V1 => {
            add("ver", json!("1.0"));
            add("iss", json!(issuer_v1(public, &tenant)));
            add("aud", json!(audience_v1(facts.asked_as, facts.api)));
            add("appid", json!(facts.client.client_id));
            add("appidacr", json!(how_the_client_proved_itself(facts.platform)));
            add("acr", json!("1"));
            add("amr", json!([facts.method.as_str()]));
            add("oid", json!(facts.user.id));
            if facts.api.client_id == directory_api::client_id() {
                add("app_displayname", json!(facts.client.display_name));
            }
            claims.extend(person_v1(facts.user));
        }
    }
    claims
}

/// The claims of the access token of an application that acts for itself: `oid` and `sub` are the application's own, and there
/// is no `scp`. `roles` is absent rather than empty (Source: entra-dialect 13.5).
pub fn application_token(public: &PublicUrl, facts: &ApplicationTokenFacts<'_>) -> Map<String, Value> {
    let tenant = facts.tenant.to_string();
    let mut claims = lifetime(facts.issued_at, facts.expires_at);
    let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    add("sub", json!(facts.object_id));
    add("oid", json!(facts.object_id));
    add("tid", json!(tenant));
    add("uti", json!(URL_SAFE_NO_PAD.encode(facts.token_id)));
    if !facts.roles.is_empty() {
        add("roles", json!(facts.roles));
    }
    let proof = how_the_client_proved_itself(Platform::Web);
    match facts.api.access_token_version {
        TokenVersion::V2 => {
            add("ver", json!("2.0"));
            add("iss", json!(issuer_v2(public, &tenant)));
            add("aud", json!(facts.api.client_id));
            add("azp", json!(facts.client.client_id));
            add("azpacr", json!(proof));
        }
        TokenVersion::V1 => {
            add("ver", json!("1.0"));
            add("iss", json!(issuer_v1(public, &tenant)));
            add("aud", json!(audience_v1(facts.asked_as, facts.api)));
            add("appid", json!(facts.client.client_id));
            add("appidacr", json!(proof));
            add("idtyp", json!("app"));
        }
    }
    claims
}

/// The claims of a v2.0 id_token.
pub fn id_token_v2(public: &PublicUrl, facts: &IdTokenFacts<'_>) -> Map<String, Value> {
    let tenant = facts.tenant.to_string();
    let mut claims = lifetime(facts.issued_at, facts.expires_at);
    let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    add("ver", json!("2.0"));
    add("iss", json!(issuer_v2(public, &tenant)));
    add("aud", json!(facts.client.client_id));
    add("sub", json!(facts.subject));
    add("tid", json!(tenant));
    add("uti", json!(URL_SAFE_NO_PAD.encode(facts.token_id)));
    add("rh", json!(family_claim(facts.family)));
    add("auth_time", json!(facts.authenticated_at.seconds()));
    add("sid", json!(facts.sid));
    if let Some(nonce) = facts.nonce {
        add("nonce", json!(nonce));
    }
    if facts.sign_in.contains(&SignInScope::Profile) {
        add("oid", json!(facts.user.id));
        add("name", json!(facts.user.display_name));
        add("preferred_username", json!(facts.user.user_principal_name));
    }
    if let (true, Some(mail)) = (facts.sign_in.contains(&SignInScope::Email), &facts.user.mail) {
        add("email", json!(mail));
    }
    claims
}

/// `rh`: opaque to everybody else, it names what the token is revoked with.
fn family_claim(family: FamilyId) -> String {
    format!("1.{}.", URL_SAFE_NO_PAD.encode(family.uuid().as_bytes()))
}

/// Reads `rh` back.
pub fn read_family_claim(text: &str) -> Option<FamilyId> {
    let encoded = text.strip_prefix("1.")?.strip_suffix('.')?;
    let bytes: [u8; 16] = URL_SAFE_NO_PAD.decode(encoded).ok()?.try_into().ok()?;
    Some(FamilyId::from_uuid(uuid::Uuid::from_bytes(bytes)))
}

fn lifetime(issued_at: Timestamp, expires_at: Timestamp) -> Map<String, Value> {
    let from = (issued_at - BACKDATED).seconds();
    let mut claims = Map::new();
    claims.insert("iat".to_owned(), json!(from));
    claims.insert("nbf".to_owned(), json!(from));
    claims.insert("exp".to_owned(), json!(expires_at.seconds()));
    claims
}

/// Names only, without the API's prefix. The permissions of signing in belong to the directory API and stand in its tokens
/// alone; `offline_access` in none.
fn scp(facts: &AccessTokenFacts<'_>) -> String {
    let mut names: Vec<&str> = facts.scopes.iter().map(String::as_str).collect();
    if facts.api.client_id == directory_api::client_id() {
        names.extend(
            facts.sign_in.iter().filter(|scope| **scope != SignInScope::OfflineAccess).map(|scope| scope.as_str()),
        );
    }
    names.join(" ")
}

/// The identifier as it was asked for, or the API's id where it was not named (Source: entra-dialect 13.5).
fn audience_v1(asked_as: &ApiName, api: &Application) -> String {
    match asked_as {
        ApiName::Directory => api.client_id.to_string(),
        ApiName::Identifier(text) => text.clone(),
    }
}

const fn how_the_client_proved_itself(platform: Platform) -> &'static str {
    match platform {
        Platform::Web => "1",
        Platform::Spa | Platform::PublicClient => "0",
    }
}

fn person_v1(user: &User) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("name".to_owned(), json!(user.display_name));
    claims.insert("upn".to_owned(), json!(user.user_principal_name));
    claims.insert("unique_name".to_owned(), json!(user.user_principal_name));
    if let Some(given_name) = &user.given_name {
        claims.insert("given_name".to_owned(), json!(given_name));
    }
    if let Some(surname) = &user.surname {
        claims.insert("family_name".to_owned(), json!(surname));
    }
    claims
}

/// The tenant that a v1.0 issuer of ours names, if it is one.
pub fn tenant_of_issuer_v1(public: &PublicUrl, issuer: &str) -> Option<TenantId> {
    issuer.strip_prefix(public.origin())?.strip_prefix('/')?.strip_suffix('/')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_reads_back_from_its_claim() {
        let family = FamilyId::from_random([0xa5; 16]);
        assert_eq!(read_family_claim(&family_claim(family)), Some(family));
        assert_eq!(read_family_claim("1.x."), None);
        assert_eq!(read_family_claim(""), None);
    }

    #[test]
    fn only_an_issuer_of_ours_names_a_tenant() {
        let public = PublicUrl::parse("https://localhost:8443").unwrap();
        let tenant = TenantId::from_random([1; 16]);
        assert_eq!(tenant_of_issuer_v1(&public, &issuer_v1(&public, &tenant.to_string())), Some(tenant));
        for other in [
            format!("https://localhost:8443.evil/{tenant}/"),
            format!("https://localhost:8443/{tenant}"),
            String::new(),
        ] {
            assert_eq!(tenant_of_issuer_v1(&public, &other), None, "{other}");
        }
    }
}
