//! Access tokens for a person.

use grantor_protocol::PublicUrl;
use grantor_rules::directory_api;
use grantor_rules::layout::AccessTokenFacts;
use grantor_rules::model::TokenVersion;
use grantor_rules::scopes::SignInScope;
use serde_json::{Map, Value};

use super::family::family_claim;
use super::groups::Memberships;
use super::optional::{self, Person};
use super::{Claims, Token};

/// The claims of an access token, in the form that its API takes.
pub fn access_token(public: &PublicUrl, facts: &AccessTokenFacts<'_>) -> Map<String, Value> {
    let form = facts.api.access_token_version;
    let mut claims = Claims::of(
        public,
        &Token {
            form,
            tenant: facts.tenant,
            subject: facts.subject,
            issued_at: facts.issued_at,
            expires_at: facts.expires_at,
            id: facts.token_id,
        },
    );
    claims.add_audience(facts.asked_as, facts.api);
    claims.add_client(form, &facts.client.client_id, facts.proof);
    claims.add("rh", family_claim(facts.family));
    claims.add_some("scp", Some(scp(facts)).filter(|scp| !scp.is_empty()));
    match form {
        TokenVersion::V1 => {
            claims.add("acr", "1");
            claims.add_person_v1(facts.user, facts.method.as_str());
            if facts.api.client_id == directory_api::client_id() {
                claims.add("app_displayname", facts.client.display_name.as_str());
            }
        }
        TokenVersion::V2 if facts.sign_in.contains(&SignInScope::Profile) => claims.add_profile_v2(facts.user),
        TokenVersion::V2 => {}
    }
    claims.add_list("roles", facts.roles);
    Memberships { application: facts.api, user: facts.user, groups: facts.groups, in_front: facts.in_front }
        .add_to(&mut claims, public);
    let person = Person {
        form,
        user: facts.user,
        sign_in: facts.sign_in,
        sid: facts.sid,
        authenticated_at: facts.authenticated_at,
    };
    optional::add(&mut claims, &facts.api.optional_claims.access_token, &person);
    optional::add_mapped(&mut claims, &facts.api.claim_mappings, facts.user);
    claims.0
}

/// Names only, without the API's prefix. The permissions of signing in belong to the directory API and stand in its tokens
/// alone; `offline_access` in none.
fn scp(facts: &AccessTokenFacts<'_>) -> String {
    let mut names: Vec<&str> = facts.scopes.iter().map(String::as_str).collect();
    if facts.api.client_id == directory_api::client_id() {
        let shown = facts.sign_in.iter().filter(|scope| **scope != SignInScope::OfflineAccess);
        names.extend(shown.map(|scope| scope.as_str()));
    }
    names.join(" ")
}
