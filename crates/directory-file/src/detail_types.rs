//! `[[tenant.application.authorization_detail_type]]`: what people may allow on an API once and in detail (RFC 9396).

use grantor_rules::model::{AuthorizationDetailType, DetailField};

use crate::fields::{Fields, Kind};
use crate::report::{Problem, shown};
use crate::seen::Seen;
use crate::text;

pub(crate) const TYPE: Kind = Kind {
    name: "an authorization detail type",
    header: "[[tenant.application.authorization_detail_type]]",
    keys: &["type", "display_name", "field"],
    not_keys: &[("fields", "each field is a table of its own: field = [{ name = …, label = … }]")],
};

pub(crate) const FIELD: Kind = Kind {
    name: "a field of an authorization detail type",
    header: "[[tenant.application.authorization_detail_type.field]]",
    keys: &["name", "label", "required"],
    not_keys: &[],
};

/// The longest name of a type or a field, in bytes.
const LONGEST: usize = 120;

/// Reads the types that an application declares.
pub(crate) fn of_application(application: &Fields<'_>) -> Vec<AuthorizationDetailType> {
    let mut seen = Seen::nothing();
    application.tables("authorization_detail_type", &TYPE).iter().map(|fields| one(fields, &mut seen)).collect()
}

fn one(fields: &Fields<'_>, seen: &mut Seen<String>) -> AuthorizationDetailType {
    let mut names = Seen::nothing();
    AuthorizationDetailType {
        kind: word(fields, "type", seen),
        display_name: text::required_name(fields, "display_name"),
        fields: fields.tables("field", &FIELD).iter().map(|field| self::field(field, &mut names)).collect(),
    }
}

fn field(fields: &Fields<'_>, seen: &mut Seen<String>) -> DetailField {
    DetailField {
        name: word(fields, "name", seen),
        label: text::required_name(fields, "label"),
        required: fields.flag("required").unwrap_or(false),
    }
}

/// A word that requests use: visible ASCII, once.
fn word(fields: &Fields<'_>, key: &str, seen: &mut Seen<String>) -> String {
    let Some(word) = fields.required_text(key) else { return String::new() };
    if word.value.is_empty() || word.value.len() > LONGEST || !word.value.bytes().all(|byte| byte.is_ascii_graphic()) {
        let what = format!("\"{key}\" {} must be 1 to 120 visible ASCII characters", shown(word.value));
        fields.report.add(Problem::at(word.at, what));
    }
    let what = || format!("the {key} {} stands already", shown(word.value));
    seen.add(word.value.to_owned(), word.at, what, fields.report);
    word.value.to_owned()
}
