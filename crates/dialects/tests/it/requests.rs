//! Requests that are like a good one but for one parameter.

use grantor_dialects::Parameters;
use grantor_rules::Refusal;

/// Applies changes, divided by spaces, to a good request: `-name` leaves a parameter out, `name=value` puts a value in its
/// place, `+name=value` adds one more. The value is form text, and `*5` stands for five letters.
pub fn changed(good: &[(&str, &str)], changes: &str) -> Parameters {
    let mut pairs: Vec<(String, String)> =
        good.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    for change in changes.split_whitespace() {
        if let Some(name) = change.strip_prefix('-') {
            pairs.retain(|(known, _)| known != name);
            continue;
        }
        let (name, value) = change.split_once('=').expect("name=value");
        let value =
            value.strip_prefix('*').map_or_else(|| value.to_owned(), |count| "x".repeat(count.parse().expect("*5")));
        if let Some(name) = name.strip_prefix('+') {
            pairs.push((name.to_owned(), value));
        } else if let Some(known) = pairs.iter_mut().find(|(known, _)| known == name) {
            known.1 = value;
        } else {
            pairs.push((name.to_owned(), value));
        }
    }
    let encoded: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    Parameters::parse(encoded.join("&").as_bytes()).expect("the request is a form")
}

/// The reason of a refusal, with the parameter that it is about.
pub fn told(refusal: &Refusal) -> String {
    let name = match refusal {
        Refusal::ParameterMissing { name }
        | Refusal::ParameterTooLong { name, .. }
        | Refusal::ParameterMalformed { name, .. }
        | Refusal::ParameterNotSupported { name } => name,
        Refusal::ParameterRepeated { name } => name.as_str(),
        other => return other.reason().to_owned(),
    };
    format!("{} {name}", refusal.reason())
}
