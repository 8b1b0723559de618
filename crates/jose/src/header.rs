//! The protected header of a JWS: what we read of it, and a look at it before anything is trusted.

use serde_json::{Map, Value};

use crate::verify::{MAX_TOKEN_BYTES, VerifyError};
use crate::{Jwk, KeyError, base64url, json};

/// The header members that matter to us, taken from strict JSON.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) alg: String,
    pub(crate) kid: Option<String>,
    pub(crate) typ: Option<String>,
    members: Map<String, Value>,
}

impl Header {
    /// Spec: RFC 7515 §4.1, §5.2.
    pub(crate) fn read(encoded: &str) -> Result<Self, VerifyError> {
        let bytes = base64url::decode(encoded).map_err(|_| VerifyError::Malformed)?;
        let mut members = json::parse_object(&bytes).map_err(|_| VerifyError::Malformed)?;
        let mut text = |name| json::take_text(&mut members, name).map_err(|_| VerifyError::Malformed);
        Ok(Self { alg: text("alg")?.ok_or(VerifyError::Malformed)?, kid: text("kid")?, typ: text("typ")?, members })
    }

    /// A member that has no meaning for other tokens.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// Whether the header asks for an extension. We understand none, so every request is a refusal (RFC 7515 §4.1.11);
    /// `b64` changes what is signed (RFC 7797 §3) and is refused even when `crit` does not list it.
    pub(crate) fn is_critical(&self) -> bool {
        self.members.contains_key("crit") || self.members.contains_key("b64")
    }
}

/// The three parts of a token after it has been measured.
pub(crate) fn split(token: &str, max_bytes: usize) -> Result<[&str; 3], VerifyError> {
    if token.len() > max_bytes {
        return Err(VerifyError::TooLarge);
    }
    let mut parts = token.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(payload), Some(signature), None) => Ok([header, payload, signature]),
        _ => Err(VerifyError::Malformed),
    }
}

/// What a token says about itself, before anybody has checked it.
///
/// Good for deciding which keys to fetch; never for deciding anything about the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeekedHeader {
    /// The `alg`, as text: it may be one we do not have.
    pub alg: String,
    /// The `kid`.
    pub kid: Option<String>,
    /// The `typ`.
    pub typ: Option<String>,
    jwk: Option<Value>,
}

impl PeekedHeader {
    /// The public key that the header carries, for DPoP proofs only, whose key is the claim itself (RFC 9449 §4.2).
    ///
    /// # Errors
    /// [`KeyError::PrivateMember`] when the sender put in the private half, [`KeyError::Invalid`] when it is not a key.
    pub fn embedded_jwk(&self) -> Result<Option<Jwk>, KeyError> {
        let Some(value) = &self.jwk else { return Ok(None) };
        Jwk::from_value(value).map(Some)
    }
}

/// Reads the header of a token without trusting it.
///
/// # Errors
/// [`VerifyError::TooLarge`] or [`VerifyError::Malformed`].
pub fn peek_header(token: &str) -> Result<PeekedHeader, VerifyError> {
    let [header, _, _] = split(token, MAX_TOKEN_BYTES)?;
    let Header { alg, kid, typ, mut members } = Header::read(header)?;
    Ok(PeekedHeader { alg, kid, typ, jwk: members.remove("jwk") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str) -> String {
        format!("{}.e30.", base64url::encode(header))
    }

    #[test]
    fn a_header_can_be_looked_at() {
        let peeked = peek_header(&token(r#"{"alg":"none","kid":"k","typ":"JWT","x":[1]}"#)).unwrap();
        assert_eq!((peeked.alg.as_str(), peeked.kid.as_deref()), ("none", Some("k")));
        assert_eq!(peeked.embedded_jwk(), Ok(None));
    }

    #[test]
    fn an_embedded_key_is_handed_out_only_when_it_is_public() {
        let public = peek_header(&token(r#"{"alg":"EdDSA","jwk":{"kty":"OKP","crv":"Ed25519","x":"AA"}}"#)).unwrap();
        assert_eq!(public.embedded_jwk().unwrap().unwrap().kty, "OKP");
        let private = peek_header(&token(r#"{"alg":"EdDSA","jwk":{"kty":"OKP","x":"AA","d":"AA"}}"#)).unwrap();
        assert_eq!(private.embedded_jwk(), Err(KeyError::PrivateMember));
        let nonsense = peek_header(&token(r#"{"alg":"EdDSA","jwk":"key"}"#)).unwrap();
        assert_eq!(nonsense.embedded_jwk(), Err(KeyError::Invalid));
    }

    #[test]
    fn members_of_the_wrong_type_are_malformed() {
        for header in [r#"{"kid":"k"}"#, r#"{"alg":1}"#, r#"{"alg":"RS256","kid":1}"#, r#"{"alg":"RS256","typ":null}"#]
        {
            assert_eq!(peek_header(&token(header)), Err(VerifyError::Malformed), "{header}");
        }
    }
}
