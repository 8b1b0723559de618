//! Access tokens for a person.

use grantor_protocol::PublicUrl;
use grantor_rules::directory_api;
use grantor_rules::layout::AccessTokenFacts;
use grantor_rules::model::TokenVersion;
use grantor_rules::scopes::SignInScope;
use serde_json::{Map, Value};

use super::family::family_claim;
use super::{Claims, Token, chosen};

/// The claims of an access token, in the form that its API takes.
pub fn access_token(public: &PublicUrl, facts: &AccessTokenFacts<'_>) -> Map<String, Value> {
    let form = facts.api.access_token_version;
    let mut claims = Claims::of(
        public,
        &Token {
            form,
            tenant: facts.person.tenant,
            subject: facts.person.subject,
            issued_at: facts.person.issued_at,
            expires_at: facts.person.expires_at,
            id: facts.person.token_id,
        },
    );
    claims.add_audience(facts.asked_as, facts.api);
    claims.add_client(form, &facts.client.client_id, facts.proof);
    claims.add("rh", family_claim(facts.person.family));
    claims.add_some("scp", Some(scp(facts)).filter(|scp| !scp.is_empty()));
    match form {
        TokenVersion::V1 => {
            claims.add("acr", "1");
            claims.add_person_v1(facts.person.user, facts.person.method.as_str());
            if facts.api.client_id == directory_api::client_id() {
                claims.add("app_displayname", facts.client.display_name.as_str());
            }
        }
        TokenVersion::V2 if facts.person.sign_in.contains(&SignInScope::Profile) => {
            claims.add_profile_v2(facts.person.user);
        }
        TokenVersion::V2 => {}
    }
    let asked = &facts.api.optional_claims.access_token;
    chosen::add(&mut claims, public, form, facts.api, asked, &facts.person);
    claims.0
}

/// Names only, without the API's prefix. The permissions of signing in belong to the directory API and stand in its tokens
/// alone; `offline_access` in none.
fn scp(facts: &AccessTokenFacts<'_>) -> String {
    let mut names: Vec<&str> = facts.scopes.iter().map(String::as_str).collect();
    if facts.api.client_id == directory_api::client_id() {
        let shown = facts.person.sign_in.iter().filter(|scope| **scope != SignInScope::OfflineAccess);
        names.extend(shown.map(|scope| scope.as_str()));
    }
    names.join(" ")
}
