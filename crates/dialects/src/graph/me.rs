//! `GET /v1.0/me` and the person behind a userinfo call.

use grantor_protocol::PublicUrl;
use grantor_rules::model::User;
use grantor_rules::scopes::SignInScope;
use serde_json::{Map, Value, json};

use super::errors::BadQuery;
use crate::Parameters;

/// Any of these permissions lets an application read the person's own profile.
pub const NEEDED: &[&str] =
    &["User.Read", "User.ReadWrite", "User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All"];

/// The members that come without `$select`, in the order of the service (Source: entra-dialect 19.4).
const DEFAULT: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];

/// The members that `$select` can name beside those.
const FURTHER: [&str; 1] = ["accountEnabled"];

fn member(user: &User, name: &str) -> Value {
    match name {
        "businessPhones" => json!(user.business_phones),
        "displayName" => json!(user.display_name),
        "givenName" => json!(user.given_name),
        "jobTitle" => json!(user.job_title),
        "mail" => json!(user.mail),
        "mobilePhone" => json!(user.mobile_phone),
        "officeLocation" => json!(user.office_location),
        "preferredLanguage" => json!(user.preferred_language),
        "surname" => json!(user.surname),
        "userPrincipalName" => json!(user.user_principal_name),
        "accountEnabled" => json!(user.account_enabled),
        _ => json!(user.id),
    }
}

/// The person in Microsoft Graph's shape. What is not set is `null`, not absent.
///
/// # Errors
/// [`BadQuery`] for a `$select` that names what does not exist.
pub fn render(public: &PublicUrl, user: &User, query: &Parameters) -> Result<Value, BadQuery> {
    let selected = selection(query)?;
    let context = match &selected {
        None => public.at("/v1.0/$metadata#users/$entity"),
        Some(names) => public.at(&format!("/v1.0/$metadata#users({})/$entity", names.join(","))),
    };
    let mut body = Map::new();
    body.insert("@odata.context".to_owned(), json!(context));
    for name in selected.unwrap_or_else(|| DEFAULT.to_vec()) {
        body.insert(name.to_owned(), member(user, name));
    }
    Ok(Value::Object(body))
}

/// `$select`, with or without its dollar sign; a repeated one adds up (Source: entra-dialect 19.2).
fn selection(query: &Parameters) -> Result<Option<Vec<&'static str>>, BadQuery> {
    let mut names: Vec<&'static str> = Vec::new();
    let mut present = false;
    let texts =
        query.pairs().iter().filter(|(name, _)| matches!(name.as_str(), "$select" | "select")).map(|(_, text)| text);
    for name in texts.flat_map(|text| text.split(',')).map(str::trim).filter(|name| !name.is_empty()) {
        present = true;
        let known =
            DEFAULT.iter().chain(&FURTHER).find(|known| known.eq_ignore_ascii_case(name)).ok_or_else(|| BadQuery {
                what: format!(
                    "Could not find a property named '{}' on type 'microsoft.graph.user'.",
                    crate::form::cut(name, 80)
                ),
            })?;
        if !names.contains(known) {
            names.push(known);
        }
    }
    Ok(present.then_some(names))
}

/// The claims of a userinfo reply (OpenID Connect Core §5.3.2), as far as the token's scopes allow.
pub fn userinfo(user: &User, subject: &str, scopes: &[String]) -> Value {
    let allows = |scope: SignInScope| scopes.iter().any(|found| found == scope.as_str());
    let mut body = Map::new();
    body.insert("sub".to_owned(), json!(subject));
    if allows(SignInScope::Profile) {
        body.insert("name".to_owned(), json!(user.display_name));
        for (name, value) in [("given_name", &user.given_name), ("family_name", &user.surname)] {
            if let Some(value) = value {
                body.insert(name.to_owned(), json!(value));
            }
        }
    }
    if let (true, Some(mail)) = (allows(SignInScope::Email), &user.mail) {
        body.insert("email".to_owned(), json!(mail));
    }
    Value::Object(body)
}
