//! `[[tenant.trusted_issuer]]`: whose word about its people a tenant takes (RFC 7523).

use grantor_jose::registered_keys;
use grantor_rules::client_metadata::addresses::secure;
use grantor_rules::model::{AssertedSubject, TrustedIssuer};
use serde_json::Value;

use crate::choice::one_of;
use crate::client_metadata::json;
use crate::fields::{Fields, Kind};
use crate::report::{Problem, shown};
use crate::seen::Seen;
use crate::text;

pub(crate) const TRUSTED_ISSUER: Kind = Kind {
    name: "a trusted issuer",
    header: "[[tenant.trusted_issuer]]",
    keys: &["issuer", "jwks", "jwks_uri", "subject", "applications"],
    not_keys: &[],
};

/// The longest name of an issuer, in bytes.
const LONGEST: usize = 512;

/// Reads the issuers that a tenant trusts.
pub(crate) fn of_tenant(tenant: &Fields<'_>) -> Vec<TrustedIssuer> {
    let mut seen = Seen::nothing();
    tenant.tables("trusted_issuer", &TRUSTED_ISSUER).iter().map(|fields| one(fields, &mut seen)).collect()
}

fn one(fields: &Fields<'_>, seen: &mut Seen<String>) -> TrustedIssuer {
    fields.require("applications");
    fields.refuse_empty_list("applications");
    let (jwks, jwks_uri) = keys(fields);
    TrustedIssuer {
        issuer: issuer(fields, seen),
        jwks,
        jwks_uri,
        subject: fields
            .text("subject")
            .and_then(|word| one_of(word, "subject", AssertedSubject::NAMES, fields.report))
            .unwrap_or_default(),
        applications: fields
            .texts("applications")
            .into_iter()
            .filter_map(|written| text::client_id(written, "applications", fields.report))
            .collect(),
    }
}

fn issuer(fields: &Fields<'_>, seen: &mut Seen<String>) -> String {
    let Some(written) = fields.required_text("issuer") else { return String::new() };
    let name = written.value;
    if name.is_empty() || name.len() > LONGEST || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
        let what = format!("\"issuer\" {} must be 1 to {LONGEST} visible ASCII characters", shown(name));
        fields.report.add(Problem::at(written.at, what));
    }
    seen.add(name.to_owned(), written.at, || format!("the issuer {} stands already", shown(name)), fields.report);
    name.to_owned()
}

/// Its keys, by value or by address: exactly one of the two.
fn keys(fields: &Fields<'_>) -> (Option<Value>, Option<String>) {
    let by_value = fields.has("jwks").then(|| {
        let entries = fields.entries("jwks");
        let set: Value = entries.iter().map(|(name, value)| (name.value.to_owned(), json(value.get_ref()))).collect();
        if let Err(wrong) = registered_keys(&set) {
            let at = entries.first().map_or_else(|| fields.at(), |(name, _)| name.at);
            fields.report.add(Problem::at(at, format!("\"jwks\" is refused: {wrong}")));
        }
        set
    });
    let by_address = fields.text("jwks_uri").map(|written| {
        if let Err(wrong) = secure(written.value) {
            fields.report.add(Problem::at(written.at, format!("\"jwks_uri\" {wrong}")));
        }
        written.value.to_owned()
    });
    if by_value.is_some() == by_address.is_some() {
        fields.report.add(Problem::at(fields.at(), "an issuer has either \"jwks\" or \"jwks_uri\"".to_owned()));
    }
    (by_value, by_address)
}
