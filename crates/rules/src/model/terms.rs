//! What a grant carries beside its permissions, from the authorization request to each token that descends from it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::scopes::SignInScope;

/// What a grant carries beside its permissions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// Claims that the application asked for by name (OpenID Connect Core §5.5).
    #[serde(skip_serializing_if = "RequestedClaims::is_empty")]
    pub claims: RequestedClaims,
    /// What was asked for in detail, as it was allowed (RFC 9396 §2).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<AuthorizationDetail>,
    /// The key that whoever presents a token of it must hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound_to: Option<Binding>,
    /// Whether it ends with the browser session that it began in.
    #[serde(skip_serializing_if = "is_false")]
    pub ends_with_session: bool,
    /// Who acts for the person, the outermost last in line (RFC 8693 §4.1): the `act` claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Terms {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One entry of `authorization_details`: an object with a `type` (RFC 9396 §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationDetail {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// Everything else that it says.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// The key that whoever presents a token must hold: the `cnf` claim (RFC 7800 §3.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Binding {
    /// A key that signs DPoP proofs, by its thumbprint (RFC 9449 §6.1).
    #[serde(rename = "jkt")]
    Key(String),
    /// A TLS certificate, by the SHA-256 digest of its DER form, in base64url (RFC 8705 §3.1).
    #[serde(rename = "x5t#S256")]
    Certificate(String),
}

/// Claims that an application asks for by name (OpenID Connect Core §5.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestedClaims {
    /// From the userinfo endpoint.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: BTreeMap<String, RequestedClaim>,
    /// In the id_token.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: BTreeMap<String, RequestedClaim>,
}

impl RequestedClaims {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// The permissions of signing in that cover what is asked for: whoever asks for a claim by name needs the person's yes as
    /// much as whoever asks for all of its kind.
    pub fn covered_by(&self) -> BTreeSet<SignInScope> {
        self.userinfo.keys().chain(self.id_token.keys()).filter_map(|name| SignInScope::of_claim(name)).collect()
    }

    /// Those of them that are allowed, by the permission that covers each.
    #[must_use]
    pub fn allowed(&self, covers: impl Fn(SignInScope) -> bool) -> Self {
        let allowed = |name: &str| SignInScope::of_claim(name).is_none_or(&covers);
        let of = |asked: &BTreeMap<String, RequestedClaim>| {
            let kept = asked.iter().filter(|(name, _)| allowed(name));
            kept.map(|(name, how)| (name.clone(), how.clone())).collect()
        };
        Self { userinfo: of(&self.userinfo), id_token: of(&self.id_token) }
    }

    /// The names of the person that will do, where the request is about a certain one (OpenID Connect Core §3.1.2.2).
    pub fn subjects(&self) -> impl Iterator<Item = &RequestedClaim> {
        [&self.id_token, &self.userinfo].into_iter().filter_map(|place| place.get("sub"))
    }
}

impl RequestedClaim {
    /// Whether a value will do.
    pub fn takes(&self, value: &Value) -> bool {
        self.values.is_empty() || self.values.contains(value)
    }
}

/// One of them (OpenID Connect Core §5.5.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestedClaim {
    /// Whether the application can do little without it.
    #[serde(skip_serializing_if = "is_false")]
    pub essential: bool,
    /// The values that it may have; none for any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_agreed_is_not_kept() {
        assert_eq!(json!(Terms::default()), json!({}));
        assert!(serde_json::from_value::<Terms>(json!({})).unwrap().is_empty());
    }

    #[test]
    fn terms_are_read_back_as_they_were_kept() {
        let wanted = RequestedClaim { essential: true, values: vec![json!("a")] };
        let terms = Terms {
            claims: RequestedClaims {
                id_token: [("acr".to_owned(), wanted)].into(),
                userinfo: [("email".to_owned(), RequestedClaim::default())].into(),
            },
            authorization_details: serde_json::from_value(json!([{ "type": "payment", "amount": "1" }])).unwrap(),
            bound_to: Some(Binding::Key("thumbprint".to_owned())),
            ends_with_session: true,
            act: Some(json!({ "sub": "app" })),
        };
        let kept = serde_json::to_string(&terms).unwrap();
        assert_eq!(serde_json::from_str::<Terms>(&kept).unwrap(), terms, "{kept}");
        assert!(kept.contains(r#""bound_to":{"jkt":"thumbprint"}"#), "{kept}");
    }
}
