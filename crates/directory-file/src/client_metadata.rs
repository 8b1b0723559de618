//! `client_metadata` of an application: what the standard lets a client say of itself, by the names of its registry (RFC 7591).

use grantor_jose::registered_keys;
use grantor_rules::client_metadata::{Wrong, wrong_with};
use grantor_rules::model::{Application, ClientMetadata};
use serde_json::Value;
use toml::de::DeValue;

use crate::fields::Fields;
use crate::report::{Problem, shown};

/// What the table says; each field that cannot be read is reported where it stands.
pub(crate) fn of_application(application: &Fields<'_>) -> ClientMetadata {
    let mut metadata = ClientMetadata::default();
    let known = ClientMetadata::fields();
    for (name, value) in application.entries("client_metadata") {
        if !known.iter().any(|field| field == name.value) {
            let what = format!("unknown key {} in client metadata", shown(name.value));
            application.report.add(Problem::at(name.at, what).choices(name.value, known.clone()));
            continue;
        }
        // What serde says repeats a wrong word and no more.
        if let Err(wrong) = metadata.read_field(name.value, json(value.get_ref())) {
            application.report.add(Problem::at(value.span().start, format!("\"{}\" is refused: {wrong}", name.value)));
        }
    }
    metadata
}

/// Reports what does not fit in what the table says, each where its field stands.
pub(crate) fn check(fields: &Fields<'_>, application: &Application) {
    let keys = |jwks: &Value| registered_keys(jwks).map(drop).map_err(|wrong| format!("is refused: {wrong}"));
    let entries = fields.entries("client_metadata");
    for Wrong { field, why } in wrong_with(application, &keys) {
        let stands = entries.iter().find(|(name, _)| name.value == field).map(|(_, value)| value.span().start);
        fields.report.add(Problem::at(stands.unwrap_or_else(|| fields.at()), format!("\"{field}\" {why}")));
    }
}

/// The same value in JSON; a date as its text.
pub(crate) fn json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map_or(Value::Null, Value::from)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Datetime(moment) => Value::from(moment.to_string()),
        DeValue::Array(list) => list.iter().map(|one| json(one.get_ref())).collect(),
        DeValue::Table(table) => {
            table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value.get_ref()))).collect()
        }
    }
}
