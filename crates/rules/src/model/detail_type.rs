//! Which authorization details an API takes (RFC 9396 §2 and §10): what somebody may be asked to allow once, in detail.

use serde::{Deserialize, Serialize};

/// One kind of authorization details, as its API declares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationDetailType {
    /// What requests call it.
    #[serde(rename = "type")]
    pub kind: String,
    /// What people read above it.
    pub display_name: String,
    /// What it may say; nothing else, since people could not be told what that means.
    #[serde(default)]
    pub fields: Vec<DetailField>,
}

/// One field of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailField {
    /// What requests call it.
    pub name: String,
    /// What people read before its value.
    pub label: String,
    /// Whether it must be there.
    #[serde(default)]
    pub required: bool,
}

/// The fields that every kind has, with what people read before their values (RFC 9396 §2.2).
pub const COMMON_FIELDS: [(&str, &str); 5] = [
    ("locations", "Where"),
    ("actions", "Actions"),
    ("datatypes", "Kinds of data"),
    ("identifier", "Which one"),
    ("privileges", "Privileges"),
];

impl AuthorizationDetailType {
    /// What people read before the value of a field, if it has that field.
    pub fn label(&self, field: &str) -> Option<&str> {
        let own = self.fields.iter().find(|one| one.name == field).map(|one| one.label.as_str());
        own.or_else(|| COMMON_FIELDS.iter().find(|(name, _)| *name == field).map(|(_, label)| *label))
    }
}
