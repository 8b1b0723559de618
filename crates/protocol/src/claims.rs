//! The names of claims, and how the permissions in a token are read.
//!
//! The dialects write these claims and the libraries for applications and APIs read them; what both must agree on stands here.

use serde_json::{Map, Value};

/// Claim names (RFC 7519 §4.1, OpenID Connect Core §2 and §5.1, and the vendors' own).
pub mod name {
    /// Issuer.
    pub const ISS: &str = "iss";
    /// Subject.
    pub const SUB: &str = "sub";
    /// Audience.
    pub const AUD: &str = "aud";
    /// Expiry, in seconds since the epoch.
    pub const EXP: &str = "exp";
    /// Not before, in seconds since the epoch.
    pub const NBF: &str = "nbf";
    /// Issued at, in seconds since the epoch.
    pub const IAT: &str = "iat";
    /// The key that whoever presents it must hold (RFC 7800 §3.1).
    pub const CNF: &str = "cnf";
    /// The nonce of the authorization request.
    pub const NONCE: &str = "nonce";
    /// Delegated permissions, in Microsoft's dialects: a string, divided by spaces.
    pub const SCP: &str = "scp";
    /// Delegated permissions (RFC 9068 §2.2.3): a string, divided by spaces.
    pub const SCOPE: &str = "scope";
    /// Roles: an array of strings (RFC 9068 §2.2.3.1).
    pub const ROLES: &str = "roles";
    /// Permissions, in Auth0's dialect: an array of strings.
    pub const PERMISSIONS: &str = "permissions";
    /// The tenant, in Microsoft's dialects.
    pub const TID: &str = "tid";
    /// The person's id in the tenant, in Microsoft's dialects.
    pub const OID: &str = "oid";
}

/// What a token allows, whichever dialect wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// What an application may do on a person's behalf: `scp` or `scope`.
    pub scopes: Vec<String>,
    /// What the application or the person is: `roles`.
    pub roles: Vec<String>,
    /// `permissions` of Auth0's dialect.
    pub permissions: Vec<String>,
}

impl Permissions {
    /// Reads the permissions of a token's claims. A member of another type than expected counts as absent: it allows nothing.
    pub fn of(claims: &Map<String, Value>) -> Self {
        let mut scopes = words(claims.get(name::SCP));
        scopes.extend(words(claims.get(name::SCOPE)));
        Self { scopes, roles: texts(claims.get(name::ROLES)), permissions: texts(claims.get(name::PERMISSIONS)) }
    }
}

/// Whether `aud` (a string or an array of strings, RFC 7519 §4.1.3) names `audience`.
pub fn names_audience(claims: &Map<String, Value>, audience: &str) -> bool {
    match claims.get(name::AUD) {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(audience)),
        _ => false,
    }
}

/// A NumericDate claim (RFC 7519 §2) in whole seconds, rounded down; `None` if it is absent or no number.
pub fn numeric_date(claims: &Map<String, Value>, name: &str) -> Option<i64> {
    let value = claims.get(name)?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`as` saturates, and a date beyond i64 seconds is the end of time"
    )]
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds.floor() as i64))
}

fn words(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        other => texts(other),
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let Some(Value::Array(items)) = value else { return Vec::new() };
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn scopes_are_read_from_either_name() {
        assert_eq!(Permissions::of(&claims(&json!({"scp": "A B"}))).scopes, ["A", "B"]);
        assert_eq!(Permissions::of(&claims(&json!({"scope": "A B"}))).scopes, ["A", "B"]);
        assert_eq!(Permissions::of(&claims(&json!({"roles": ["R"], "permissions": ["P"]}))).roles, ["R"]);
    }

    #[test]
    fn a_member_of_the_wrong_type_allows_nothing() {
        assert_eq!(
            Permissions::of(&claims(&json!({"scp": {"A": 1}, "roles": "Admin", "permissions": 1}))),
            Permissions::default()
        );
    }

    #[test]
    fn an_audience_is_a_string_or_one_of_several() {
        assert!(names_audience(&claims(&json!({"aud": "a"})), "a"));
        assert!(names_audience(&claims(&json!({"aud": ["b", "a"]})), "a"));
        assert!(!names_audience(&claims(&json!({"aud": ["b"]})), "a"));
        assert!(!names_audience(&claims(&json!({})), "a"));
        assert!(!names_audience(&claims(&json!({"aud": "ab"})), "a"));
    }

    #[test]
    fn a_date_may_be_a_fraction() {
        assert_eq!(numeric_date(&claims(&json!({"exp": 10.9})), "exp"), Some(10));
        assert_eq!(numeric_date(&claims(&json!({"exp": "10"})), "exp"), None);
    }
}
