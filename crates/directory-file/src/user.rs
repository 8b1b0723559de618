//! `[[tenant.user]]`: who.

use std::collections::BTreeMap;

use grantor_protocol::UserId;
use grantor_rules::directory::WantedUser;
use grantor_rules::model::User;
use toml::de::DeValue;
use uuid::Uuid;

use crate::choice::one_of;
use crate::fields::{Fields, Kind, Placed};
use crate::report::{Problem, Report, shown};
use crate::secrets;
use crate::seen::Seen;
use crate::{standard_claims, text};

pub(crate) const USER: Kind = Kind {
    name: "a user",
    header: "[[tenant.user]]",
    keys: &[
        "id",
        "user_principal_name",
        "display_name",
        "password",
        "given_name",
        "surname",
        "job_title",
        "mail",
        "mobile_phone",
        "business_phones",
        "office_location",
        "preferred_language",
        "account_enabled",
        "directory_roles",
        "attributes",
        "middle_name",
        "nickname",
        "profile_uri",
        "picture_uri",
        "website_uri",
        "mail_verified",
        "gender",
        "birthdate",
        "time_zone",
        "mobile_phone_verified",
        "address",
    ],
    not_keys: &[],
};

/// What has been seen in one tenant.
struct SeenInTenant {
    ids: Seen<UserId>,
    names: Seen<String>,
}

/// Reads the people of a tenant, whose names must end in `required_domain` if there is one.
pub(crate) fn read_all(tenant: &Fields<'_>, required_domain: Option<&str>) -> Vec<WantedUser> {
    let mut seen = SeenInTenant { ids: Seen::nothing(), names: Seen::nothing() };
    tenant.tables("user", &USER).iter().map(|fields| read_one(fields, required_domain, &mut seen)).collect()
}

fn read_one(fields: &Fields<'_>, required_domain: Option<&str>, seen: &mut SeenInTenant) -> WantedUser {
    let user = User {
        id: id(fields, seen),
        user_principal_name: user_principal_name(fields, required_domain, seen),
        display_name: text::required_name(fields, "display_name"),
        given_name: text::name(fields, "given_name"),
        surname: text::name(fields, "surname"),
        job_title: text::name(fields, "job_title"),
        mail: mail(fields),
        mobile_phone: text::name(fields, "mobile_phone"),
        business_phones: text::names(fields, "business_phones"),
        office_location: text::name(fields, "office_location"),
        preferred_language: preferred_language(fields),
        account_enabled: fields.flag("account_enabled").unwrap_or(true),
        directory_roles: directory_roles(fields),
        attributes: attributes(fields),
        claims: standard_claims::of_user(fields),
        sessions_valid_from: None,
    };
    WantedUser { user, password: secrets::password(fields) }
}

fn id(fields: &Fields<'_>, seen: &mut SeenInTenant) -> UserId {
    let placed = fields.required_text("id");
    let id = placed.and_then(|text| text::uuid(text, "id", fields.report)).map(UserId::from_uuid);
    if let (Some(placed), Some(id)) = (placed, id) {
        seen.ids.add(id, placed.at, || format!("the user {id} stands already"), fields.report);
    }
    id.unwrap_or(UserId::from_uuid(Uuid::nil()))
}

fn user_principal_name(fields: &Fields<'_>, required_domain: Option<&str>, seen: &mut SeenInTenant) -> String {
    let Some(name) = fields.required_text("user_principal_name") else { return String::new() };
    if let Some(wrong) = text::wrong_with_address(name.value) {
        let what = format!("\"user_principal_name\" is {}: it {wrong}", shown(name.value));
        fields.report.add(Problem::at(name.at, what));
    } else {
        in_domain(name, required_domain, fields.report);
    }
    let what = || format!("the user principal name {} stands already", shown(name.value));
    seen.names.add(User::name_key(name.value), name.at, what, fields.report);
    name.value.to_owned()
}

pub(crate) fn in_domain(name: Placed<&str>, required: Option<&str>, report: &Report) {
    let (local, domain) = name.value.split_once('@').unwrap_or((name.value, ""));
    if let Some(required) = required.filter(|required| !required.eq_ignore_ascii_case(domain)) {
        let what =
            format!("the domain of a user principal name must be the tenant's, {required}, not {}", shown(domain));
        report.add(Problem::at(name.at, what).hint(format!("did you mean \"{local}@{required}\"?")));
    }
}

fn mail(fields: &Fields<'_>) -> Option<String> {
    let mail = fields.text("mail")?;
    if let Some(wrong) = text::wrong_with_address(mail.value) {
        fields.report.add(Problem::at(mail.at, format!("\"mail\" is {}: it {wrong}", shown(mail.value))));
    }
    Some(mail.value.to_owned())
}

/// A language tag, as far as its form goes (RFC 5646 §2.1): subtags of 1 to 8 letters and digits, the first of letters.
fn preferred_language(fields: &Fields<'_>) -> Option<String> {
    let language = fields.text("preferred_language")?;
    let fits = |tag: &str| (1..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let first = language.value.split('-').next().unwrap_or_default();
    let begins = first.len() >= 2 && first.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !begins || !language.value.split('-').all(fits) || language.value.len() > 64 {
        let what = format!("{} is not a language tag", shown(language.value));
        fields.report.add(Problem::at(language.at, what).hint("expected something like en or de-CH"));
    }
    Some(language.value.to_owned())
}

fn directory_roles(fields: &Fields<'_>) -> Vec<String> {
    let roles = User::DIRECTORY_ROLES.map(|role| (role, role));
    let mut seen = Seen::nothing();
    let mut read = Vec::new();
    for word in fields.texts("directory_roles") {
        if let Some(role) = one_of(word, "directory role", &roles, fields.report) {
            seen.add(role, word.at, || format!("the role {role} stands already"), fields.report);
            read.push(role.to_owned());
        }
    }
    read
}

fn attributes(fields: &Fields<'_>) -> BTreeMap<String, String> {
    let mut read = BTreeMap::new();
    for (name, node) in fields.entries("attributes") {
        let at = node.span().start;
        let name = text::readable(name, "the name of an attribute", text::LONGEST_NAME, fields.report);
        match attribute(node.get_ref()) {
            Some(value) => {
                if value.chars().count() > text::LONGEST_DESCRIPTION {
                    let what = format!("an attribute is at most {} characters long", text::LONGEST_DESCRIPTION);
                    fields.report.add(Problem::at(at, what));
                }
                read.insert(name, value);
            }
            None => fields.report.add(Problem::at(at, "an attribute must be a string, a number, a boolean or a date")),
        }
    }
    read
}

/// An attribute is text; what is not becomes it as TOML writes it, integers in decimal.
fn attribute(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => {
            let decimal = i128::from_str_radix(number.as_str(), number.radix()).map(|number| number.to_string());
            Some(decimal.unwrap_or_else(|_| number.to_string()))
        }
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Datetime(moment) => Some(moment.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}
