//! `[tenant.policy]`: what the administrators of a tenant have laid down.

use grantor_rules::model::{SeveralApis, TenantPolicy, UserConsent};

use crate::choice::one_of;
use crate::fields::{Fields, Kind};

pub(crate) const POLICY: Kind = Kind {
    name: "a policy",
    header: "[tenant.policy]",
    keys: &["user_consent", "consent_requests", "several_apis"],
    not_keys: &[],
};

const USER_CONSENTS: [(&str, UserConsent); 3] = [
    ("allowed", UserConsent::Allowed),
    ("low-risk-only", UserConsent::LowRiskOnly),
    ("not-allowed", UserConsent::NotAllowed),
];

const SEVERAL_APIS: [(&str, SeveralApis); 2] =
    [("first-wins", SeveralApis::FirstWins), ("refused", SeveralApis::Refused)];

/// The policy of a tenant; what it does not say is as in a tenant without one.
pub(crate) fn of_tenant(tenant: &Fields<'_>) -> TenantPolicy {
    let Some(fields) = tenant.table("policy", &POLICY) else { return TenantPolicy::default() };
    let report = fields.report;
    let user_consent =
        fields.text("user_consent").and_then(|word| one_of(word, "user_consent", &USER_CONSENTS, report));
    let several_apis = fields.text("several_apis").and_then(|word| one_of(word, "several_apis", &SEVERAL_APIS, report));
    TenantPolicy {
        user_consent: user_consent.unwrap_or_default(),
        consent_requests: fields.flag("consent_requests").unwrap_or_default(),
        several_apis: several_apis.unwrap_or_default(),
    }
}
