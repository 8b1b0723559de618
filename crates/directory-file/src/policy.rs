//! `[tenant.policy]`: what the administrators of a tenant have laid down.

use grantor_protocol::RedirectUri;
use grantor_rules::model::{
    DpopNoncePolicy, RegistrationOpenTo, RegistrationPolicy, SeveralApis, TenantPolicy, UserConsent,
};

use crate::choice::one_of;
use crate::fields::{Fields, Kind, Placed};
use crate::report::{Problem, shown};

pub(crate) const POLICY: Kind = Kind {
    name: "a policy",
    header: "[tenant.policy]",
    keys: &[
        "user_consent",
        "consent_requests",
        "several_apis",
        "dpop_nonces",
        "client_registration",
        "registration_redirect_schemes",
        "registration_redirect_hosts",
    ],
    not_keys: &[],
};

const USER_CONSENTS: [(&str, UserConsent); 3] = [
    ("allowed", UserConsent::Allowed),
    ("low-risk-only", UserConsent::LowRiskOnly),
    ("not-allowed", UserConsent::NotAllowed),
];

const SEVERAL_APIS: [(&str, SeveralApis); 2] =
    [("first-wins", SeveralApis::FirstWins), ("refused", SeveralApis::Refused)];

const DPOP_NONCES: [(&str, DpopNoncePolicy); 2] =
    [("not-required", DpopNoncePolicy::NotRequired), ("required", DpopNoncePolicy::Required)];

/// The policy of a tenant, and which applications may register themselves in it; what it does not say is as in a tenant without
/// one.
pub(crate) fn of_tenant(tenant: &Fields<'_>) -> (TenantPolicy, RegistrationPolicy) {
    let Some(fields) = tenant.table("policy", &POLICY) else { return Default::default() };
    let report = fields.report;
    let user_consent =
        fields.text("user_consent").and_then(|word| one_of(word, "user_consent", &USER_CONSENTS, report));
    let several_apis = fields.text("several_apis").and_then(|word| one_of(word, "several_apis", &SEVERAL_APIS, report));
    let dpop_nonces = fields.text("dpop_nonces").and_then(|word| one_of(word, "dpop_nonces", &DPOP_NONCES, report));
    let policy = TenantPolicy {
        dpop_nonces: dpop_nonces.unwrap_or_default(),
        user_consent: user_consent.unwrap_or_default(),
        consent_requests: fields.flag("consent_requests").unwrap_or_default(),
        several_apis: several_apis.unwrap_or_default(),
    };
    (policy, registration(&fields))
}

fn registration(fields: &Fields<'_>) -> RegistrationPolicy {
    let open_to = fields
        .text("client_registration")
        .and_then(|word| one_of(word, "client_registration", RegistrationOpenTo::NAMES, fields.report));
    RegistrationPolicy {
        open_to: open_to.unwrap_or_default(),
        redirect_schemes: words(fields, "registration_redirect_schemes", "a scheme, such as https", is_scheme),
        redirect_hosts: words(
            fields,
            "registration_redirect_hosts",
            "a host, such as app.example or .example",
            is_host,
        ),
    }
}

/// The words of a list, in lower case.
fn words(fields: &Fields<'_>, key: &str, expected: &str, fits: fn(&str) -> bool) -> Vec<String> {
    fields.refuse_empty_list(key);
    let word = |text: Placed<&str>| {
        let word = text.value.to_ascii_lowercase();
        if !fits(&word) {
            let what = format!("{} is no word of \"{key}\"", shown(text.value));
            fields.report.add(Problem::at(text.at, what).hint(format!("expected {expected}")));
        }
        word
    };
    fields.texts(key).into_iter().map(word).collect()
}

/// Those that a redirect address may have at all: `javascript` is none (RedirectUri).
fn is_scheme(word: &str) -> bool {
    let place = if word == "http" { "localhost/" } else { "a.example/" };
    RedirectUri::parse(&format!("{word}://{place}")).is_ok_and(|uri| uri.scheme() == word)
}

fn is_host(word: &str) -> bool {
    let host = word.strip_prefix('.').unwrap_or(word);
    RedirectUri::parse(&format!("https://{host}/")).is_ok_and(|uri| uri.host() == Some(host))
}
