//! Texts with a form: names and descriptions that people read (an error about one does not repeat it), ids, domains.

use grantor_protocol::{ClientId, UserId};
use grantor_rules::model::TenantName;
pub(crate) use grantor_rules::text::LONGEST_NAME;
use grantor_rules::text::misleading;
use uuid::Uuid;

use crate::fields::{Fields, Placed};
use crate::report::{Problem, Report, shown};

/// The longest description or attribute, in characters.
pub(crate) const LONGEST_DESCRIPTION: usize = 1024;

/// A name that must be there; empty when it is not, which has been reported then.
pub(crate) fn required_name(fields: &Fields<'_>, key: &str) -> String {
    fields.require(key);
    name(fields, key).unwrap_or_default()
}

pub(crate) fn name(fields: &Fields<'_>, key: &str) -> Option<String> {
    fields.text(key).map(|text| readable(text, key, LONGEST_NAME, fields.report))
}

pub(crate) fn names(fields: &Fields<'_>, key: &str) -> Vec<String> {
    fields.texts(key).into_iter().map(|text| readable(text, key, LONGEST_NAME, fields.report)).collect()
}

pub(crate) fn description(fields: &Fields<'_>, key: &str) -> Option<String> {
    fields.text(key).map(|text| readable(text, key, LONGEST_DESCRIPTION, fields.report))
}

/// A text of several lines.
pub(crate) fn lines(fields: &Fields<'_>, key: &str) -> Option<String> {
    let text = fields.text(key)?;
    // What is wrong is said once, with the whole text; the line breaks alone may be in it.
    let one_line = text.value.replace('\n', " ");
    readable(Placed { value: one_line.as_str(), at: text.at }, key, LONGEST_DESCRIPTION, fields.report);
    Some(text.value.to_owned())
}

/// The text itself; what is wrong with it has been reported then.
pub(crate) fn readable(text: Placed<&str>, key: &str, longest: usize, report: &Report) -> String {
    if let Err(wrong) = grantor_rules::text::readable(text.value, longest) {
        report.add(Problem::at(text.at, format!("\"{key}\" {wrong}")));
    }
    text.value.to_owned()
}

/// A UUID in its hyphenated form, and not the one that stands for nothing.
pub(crate) fn uuid(text: Placed<&str>, key: &str, report: &Report) -> Option<Uuid> {
    let read = text.value.parse::<UserId>().map(|id| id.uuid());
    match read {
        Ok(id) if !id.is_nil() => return Some(id),
        Ok(_) => report.add(Problem::at(text.at, format!("\"{key}\" must not be the UUID of zeros"))),
        Err(error) => report.add(Problem::at(text.at, format!("\"{key}\" is {}: {error}", shown(text.value)))),
    }
    None
}

/// The client id of an application; what is wrong with it has been reported.
pub(crate) fn client_id(text: Placed<&str>, key: &str, report: &Report) -> Option<ClientId> {
    let read = ClientId::parse(text.value);
    if let Err(error) = &read {
        report.add(Problem::at(text.at, format!("\"{key}\" cannot be read: {error}")));
    }
    read.ok()
}

/// Stands for a client id that could not be read, in a result that will not be used.
pub(crate) fn no_client_id() -> ClientId {
    ClientId::parse("unreadable").expect("a word is a client id")
}

/// A domain in lower case. Its last part is no number: `v2.0` is a part of our own addresses, and `10.0.0.1` is no name.
pub(crate) fn domain(text: &str) -> Option<String> {
    match TenantName::parse(text)? {
        TenantName::Domain(domain) => {
            let numeric = domain.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
            (!numeric).then_some(domain)
        }
        TenantName::Id(_) => None,
    }
}

/// What is wrong with a name of the form `name@domain`.
pub(crate) fn wrong_with_address(text: &str) -> Option<&'static str> {
    let Some((name, after)) = text.split_once('@') else {
        return Some("must look like name@domain");
    };
    let fits = |letter: char| !letter.is_whitespace() && !misleading(letter) && !"\"\\/[]:;|=,*?<>()@".contains(letter);
    if text.chars().count() > LONGEST_NAME {
        Some("is longer than 256 characters")
    } else if name.is_empty() || name.chars().count() > 64 {
        Some("must have 1 to 64 characters before the @")
    } else if !name.chars().all(fits) {
        Some("holds a character before the @ that a sign-in name cannot have")
    } else if domain(after).is_none() {
        Some("must have a domain after the @")
    } else {
        None
    }
}
