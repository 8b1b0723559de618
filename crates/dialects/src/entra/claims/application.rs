//! Access tokens of applications that act for themselves.

use grantor_protocol::PublicUrl;
use grantor_rules::directory_api;
use grantor_rules::layout::ApplicationTokenFacts;
use grantor_rules::model::OptionalClaim;
use serde_json::{Map, Value};

use super::{Claims, Token};

/// The claims of the access token of an application that acts for itself: `oid` and `sub` are the application's own, and there
/// is no `scp` (Source: entra-dialect 13.5).
pub fn application_token(public: &PublicUrl, facts: &ApplicationTokenFacts<'_>) -> Map<String, Value> {
    let form = facts.api.access_token_version;
    let object_id = facts.object_id.to_string();
    let mut claims = Claims::of(
        public,
        &Token {
            form,
            tenant: facts.tenant,
            subject: &object_id,
            issued_at: facts.issued_at,
            expires_at: facts.expires_at,
            id: facts.token_id,
        },
    );
    claims.add_audience(facts.asked_as, facts.api);
    claims.add_client(form, &facts.client.client_id, facts.proof);
    claims.add("oid", object_id);
    claims.add_list("roles", facts.roles);
    let is_directory = facts.api.client_id == directory_api::client_id();
    if is_directory {
        claims.add("app_displayname", facts.client.display_name.as_str());
    }
    if is_directory || facts.api.optional_claims.access_token.contains(&OptionalClaim::Idtyp) {
        claims.add("idtyp", "app");
    }
    claims.0
}
