//! The answer of the admin consent endpoint (Source: entra-dialect 12.4).

use grantor_rules::Refusal;

use super::errors;
use crate::RequestIds;
use crate::entra::errors::{Endpoint, description};

pub fn refusal(refusal: &Refusal, ids: &RequestIds) -> Vec<(&'static str, String)> {
    if matches!(refusal, Refusal::ConsentDeclined) {
        return vec![
            ("error", "permission_denied".to_owned()),
            ("error_description", "The admin canceled the request".to_owned()),
        ];
    }
    let report = errors::of(refusal, Endpoint::Authorize);
    vec![("error", report.error.to_owned()), ("error_description", description(refusal, report, ids))]
}
