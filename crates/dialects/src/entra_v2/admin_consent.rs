//! The answer of the admin consent endpoint (Source: entra-dialect 12.4).

use grantor_protocol::TenantId;
use grantor_rules::consent::{ConsentQuestion, PermissionAsked};
use grantor_rules::scopes::SignInScope;
use grantor_rules::{Refusal, directory_api};

use crate::RequestIds;
use crate::entra::administrator_allowed;
use crate::entra::errors::{self, Endpoint};

pub fn success(allowed: &ConsentQuestion, tenant: TenantId) -> Vec<(&'static str, String)> {
    let mut words: Vec<String> = Vec::new();
    for permission in &allowed.permissions {
        let word = word(permission);
        if !words.contains(&word) {
            words.push(word);
        }
    }
    let mut answer = administrator_allowed(tenant);
    answer.push(("scope", words.join(" ")));
    answer
}

/// A word with which the permission could have been asked for. The request's own words may have been one for many.
fn word(permission: &PermissionAsked) -> String {
    let value = &permission.value;
    if permission.api != directory_api::client_id() {
        return format!("{}/{value}", permission.api);
    }
    match SignInScope::parse(value) {
        Some(scope) => scope.as_str().to_owned(),
        None => format!("{}/{value}", directory_api::WELL_KNOWN_URI),
    }
}

pub fn refusal(refusal: &Refusal, ids: &RequestIds) -> Vec<(&'static str, String)> {
    let report = errors::of(refusal, Endpoint::Authorize);
    vec![
        ("error", report.error.to_owned()),
        ("error_description", errors::description(refusal, report, ids)),
        ("admin_consent", "True".to_owned()),
    ]
}
