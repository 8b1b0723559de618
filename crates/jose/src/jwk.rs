//! Public keys as JSON: one key, and a set of them.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::{KeyError, base64url};

/// Members that make a key private or symmetric (RFC 7518 §6.2.2, §6.3.2, §6.4.1; RFC 8037 §2; `priv` of the AKP type).
const PRIVATE_MEMBERS: [&str; 9] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/// A public key in JSON; a private or symmetric member in the input is an error, not ignored.
///
/// Members we do not know are ignored, as RFC 7517 §4 asks. The values are text as it came in: what they mean is decided by
/// [`crate::VerifyingKey`].
///
/// Spec: RFC 7517 §4; RFC 7518 §6; RFC 8037 §2.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Members")]
pub struct Jwk {
    /// Key type: RSA, EC or OKP.
    pub kty: String,
    /// What the key is for: `sig` or `enc`.
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub key_use: Option<String>,
    /// What the key may do: `verify`, `sign`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_ops: Option<Vec<String>>,
    /// Key identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    /// The one algorithm the key is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    /// RSA modulus.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    /// RSA public exponent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    /// Curve of an EC or OKP key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    /// First coordinate, or the whole OKP key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// Second coordinate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// Certificate chain, standard base64 of DER.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x5c: Option<Vec<String>>,
    /// SHA-1 thumbprint of the certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x5t: Option<String>,
    /// Issuer this key signs for, in key documents that serve several.
    ///
    /// Source: <https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-the-issuer> (an
    /// extension member).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}

impl Jwk {
    /// Reads a key out of a larger document: a registration, a header, a `cnf` claim.
    ///
    /// # Errors
    /// [`KeyError::PrivateMember`] when there is more than the public half, [`KeyError::Invalid`] when it is not a key.
    pub fn from_value(value: &Value) -> Result<Self, KeyError> {
        let Value::Object(members) = value else { return Err(KeyError::Invalid) };
        if is_private(members) {
            return Err(KeyError::PrivateMember);
        }
        Self::deserialize(value).map_err(|_| KeyError::Invalid)
    }
}

/// The bytes of a member that the key type needs.
pub(crate) fn member(value: Option<&String>, name: &'static str) -> Result<Vec<u8>, KeyError> {
    base64url::decode(value.ok_or(KeyError::MissingMember(name))?).map_err(|_| KeyError::BadMember(name))
}

fn is_private(members: &Map<String, Value>) -> bool {
    PRIVATE_MEMBERS.iter().any(|name| members.contains_key(*name))
}

/// What may stand in the input; the private members are here only to be noticed.
#[derive(Deserialize)]
struct Members {
    kty: String,
    #[serde(rename = "use")]
    key_use: Option<String>,
    key_ops: Option<Vec<String>>,
    kid: Option<String>,
    alg: Option<String>,
    n: Option<String>,
    e: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    x5c: Option<Vec<String>>,
    x5t: Option<String>,
    issuer: Option<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl TryFrom<Members> for Jwk {
    type Error = KeyError;

    fn try_from(members: Members) -> Result<Self, KeyError> {
        if is_private(&members.others) {
            return Err(KeyError::PrivateMember);
        }
        let Members { kty, key_use, key_ops, kid, alg, n, e, crv, x, y, x5c, x5t, issuer, others: _ } = members;
        Ok(Self { kty, key_use, key_ops, kid, alg, n, e, crv, x, y, x5c, x5t, issuer })
    }
}

/// A set of public keys, as `jwks_uri` serves it.
///
/// Reading skips a key that is not understood (RFC 7517 §5 asks for it), but a private or symmetric key anywhere refuses the
/// whole document: whoever publishes one has lost control of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct JwkSet {
    /// The keys in the order of the document.
    pub keys: Vec<Jwk>,
}

impl<'de> Deserialize<'de> for JwkSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<Map<String, Value>>,
        }
        let document = Document::deserialize(deserializer)?;
        if document.keys.iter().any(is_private) {
            return Err(D::Error::custom(KeyError::PrivateMember));
        }
        let understood = |key| serde_json::from_value(Value::Object(key)).ok();
        Ok(Self { keys: document.keys.into_iter().filter_map(understood).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_members_survive_a_round_trip_and_unknown_ones_are_dropped() {
        let text = r#"{"kty":"EC","use":"sig","kid":"1","crv":"P-256","x":"AA","y":"BB","x5t#S256":"cc","issuer":"https://i"}"#;
        let key: Jwk = serde_json::from_str(text).unwrap();
        assert_eq!(key.key_use.as_deref(), Some("sig"));
        assert_eq!(key.issuer.as_deref(), Some("https://i"));
        let written = serde_json::to_string(&key).unwrap();
        assert_eq!(
            written,
            r#"{"kty":"EC","use":"sig","kid":"1","crv":"P-256","x":"AA","y":"BB","issuer":"https://i"}"#
        );
    }

    #[test]
    fn a_private_member_is_refused_in_a_key_and_in_a_set() {
        for name in PRIVATE_MEMBERS {
            let key = format!(r#"{{"kty":"RSA","n":"AA","e":"AQAB","{name}":"AA"}}"#);
            let error = serde_json::from_str::<Jwk>(&key).unwrap_err().to_string();
            assert!(error.contains("private or symmetric"), "{name}: {error}");
            let set = format!(r#"{{"keys":[{{"kty":"RSA","n":"AA","e":"AQAB"}},{key}]}}"#);
            assert!(serde_json::from_str::<JwkSet>(&set).is_err(), "{name}");
        }
    }

    #[test]
    fn a_repeated_member_is_refused() {
        assert!(serde_json::from_str::<Jwk>(r#"{"kty":"RSA","n":"AA","n":"BB"}"#).is_err());
    }

    #[test]
    fn a_set_skips_keys_it_does_not_understand() {
        let set: JwkSet = serde_json::from_str(
            r#"{"keys":[{"kid":"no type"},{"kty":"RSA","kid":7},{"kty":"AKP","kid":"later"},{"kty":"RSA","kid":"good"}],"x":1}"#,
        )
        .unwrap();
        let ids: Vec<_> = set.keys.iter().map(|key| key.kid.as_deref()).collect();
        assert_eq!(ids, [Some("later"), Some("good")]);
    }
}
