//! Provider metadata (OpenID Connect Discovery §3, RFC 8414 §2).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a provider says of itself. Members that are read on the other side have fields; the rest is kept in `other`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ProviderMetadata {
    /// The issuer, to be compared byte for byte.
    pub issuer: String,
    /// Where a browser is sent to sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization_endpoint: Option<String>,
    /// Where codes and refresh tokens are exchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint: Option<String>,
    /// Where the verification keys are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Where facts about the person are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo_endpoint: Option<String>,
    /// Where a person signs out (OpenID Connect RP-Initiated Logout §2.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_session_endpoint: Option<String>,
    /// Which `response_mode` values are understood.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub response_modes_supported: Vec<String>,
    /// Which code challenge methods are understood (RFC 8414 §2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub code_challenge_methods_supported: Vec<String>,
    /// Whether authorization responses carry `iss` (RFC 9207 §3).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub authorization_response_iss_parameter_supported: bool,
    /// Everything else.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_members_are_kept_and_missing_ones_are_absent() {
        let read: ProviderMetadata = serde_json::from_str(r#"{"issuer":"https://x","extra":1}"#).unwrap();
        assert_eq!(read.token_endpoint, None);
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"{"issuer":"https://x","extra":1}"#);
    }
}
