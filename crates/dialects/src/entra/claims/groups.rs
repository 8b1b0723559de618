//! Groups and directory roles of the person (Source: entra-dialect 13.8).

use grantor_protocol::PublicUrl;
use grantor_rules::layout::PersonFacts;
use grantor_rules::model::{Application, GroupClaims};
use serde_json::json;
use uuid::Uuid;

use super::Claims;
use crate::entra::directory_roles;

/// With more groups than this a token would outgrow what servers take in a header.
const MOST: usize = 200;
/// With more groups than this a token would outgrow what browsers take in an address.
const MOST_IN_FRONT: usize = 6;

/// What the person belongs to, as far as the reader's tokens tell it.
pub fn add(claims: &mut Claims, public: &PublicUrl, reader: &Application, person: &PersonFacts<'_>) {
    match person.groups.len() {
        0 => {}
        count if person.in_front && count > MOST_IN_FRONT => claims.add("hasgroups", true),
        count if count > MOST => {
            let endpoint = public.at(&format!("/v1.0/users/{}/getMemberObjects", person.user.id));
            claims.add("_claim_names", json!({"groups": "src1"}));
            claims.add("_claim_sources", json!({"src1": {"endpoint": endpoint}}));
        }
        _ => claims.add("groups", json!(person.groups)),
    }
    // There is no room for them in front, either.
    let tells_roles = !person.in_front && reader.tells_groups(GroupClaims::DirectoryRole);
    if tells_roles && !person.user.directory_roles.is_empty() {
        let ids: Vec<Uuid> =
            person.user.directory_roles.iter().map(|role| directory_roles::template_id(role)).collect();
        claims.add("wids", json!(ids));
    }
}
