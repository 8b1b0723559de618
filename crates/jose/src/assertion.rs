//! Client assertions that certificates signed, as the vendors' libraries really write them: padded base64url, white space in
//! `x5c`, a thumbprint in place of a key id.
//!
//! Source: entra-dialect 8.4.

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256};
use serde_json::{Map, Value};

use crate::{base64url, json};

/// No assertion is longer: a certificate chain of a few links fits.
const MAX_BYTES: usize = 32 * 1024;

/// Why an assertion is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// Too long, not three parts of base64url with a strict JSON object in each of the first two, or an algorithm other than
    /// RS256 and PS256.
    #[error("the assertion cannot be read")]
    Malformed,
    /// The key did not sign it, or is none.
    #[error("the signature is wrong")]
    BadSignature,
}

/// By which of its thumbprints an assertion names its certificate (RFC 7515 §4.1.7 and §4.1.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbprints {
    /// `x5t`: SHA-1.
    pub sha1: Option<Vec<u8>>,
    /// `x5t#S256`: SHA-256.
    pub sha256: Option<Vec<u8>>,
}

/// An assertion that has been read and not been believed.
#[derive(Debug)]
pub struct Assertion<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    pss: bool,
    payload: Vec<u8>,
    /// What names the certificate.
    pub thumbprints: Thumbprints,
}

impl<'a> Assertion<'a> {
    /// Reads the parts of an assertion.
    ///
    /// # Errors
    /// [`AssertionError::Malformed`].
    pub fn read(text: &'a str) -> Result<Self, AssertionError> {
        let malformed = || AssertionError::Malformed;
        if text.len() > MAX_BYTES {
            return Err(malformed());
        }
        let (signed, signature) = text.rsplit_once('.').ok_or_else(malformed)?;
        let (header, payload) = signed.split_once('.').ok_or_else(malformed)?;
        let decode = |part: &str| base64url::decode_padded_tolerant(part).map_err(|_| malformed());
        let header = json::parse_object(&decode(header)?).map_err(|_| malformed())?;
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(malformed());
        }
        let pss = match header.get("alg").and_then(Value::as_str) {
            Some("RS256") => false,
            Some("PS256") => true,
            _ => return Err(malformed()),
        };
        let thumbprint = |name: &str| match header.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => decode(text).map(Some),
            Some(_) => Err(malformed()),
        };
        Ok(Self {
            signed,
            signature: decode(signature)?,
            pss,
            payload: decode(payload)?,
            thumbprints: Thumbprints { sha1: thumbprint("x5t")?, sha256: thumbprint("x5t#S256")? },
        })
    }

    /// What it says, if the key (SubjectPublicKeyInfo or RSAPublicKey, DER) has signed it.
    ///
    /// # Errors
    /// [`AssertionError::BadSignature`], or [`AssertionError::Malformed`] for what was signed and is no JSON object.
    pub fn claims(&self, public_key: &[u8]) -> Result<Map<String, Value>, AssertionError> {
        let algorithm = if self.pss { &RSA_PSS_2048_8192_SHA256 } else { &RSA_PKCS1_2048_8192_SHA256 };
        let key = ParsedPublicKey::new(algorithm, public_key).map_err(|_| AssertionError::BadSignature)?;
        key.verify_sig(self.signed.as_bytes(), &self.signature).map_err(|_| AssertionError::BadSignature)?;
        json::parse_object(&self.payload).map_err(|_| AssertionError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Algorithm, HeaderFields, SigningKey, sign_compact};

    fn signed(algorithm: Algorithm) -> (SigningKey, String) {
        let key = SigningKey::generate(algorithm).unwrap();
        let text =
            sign_compact(&key, &HeaderFields { typ: "JWT", x5t: Some("AQID") }, &json!({"iss": "me", "exp": 1.5}))
                .unwrap();
        (key, text)
    }

    #[test]
    fn what_the_key_signed_is_read_with_padding_or_without() {
        for algorithm in [Algorithm::Rs256, Algorithm::Ps256] {
            let (key, text) = signed(algorithm);
            let read = Assertion::read(&text).unwrap();
            assert_eq!(read.thumbprints, Thumbprints { sha1: Some(vec![1, 2, 3]), sha256: None });
            let public = key.public_bytes().to_vec();
            assert_eq!(read.claims(&public).unwrap()["iss"], "me");
            let other = SigningKey::generate(algorithm).unwrap().public_bytes().to_vec();
            assert_eq!(read.claims(&other), Err(AssertionError::BadSignature));
        }
    }

    #[test]
    fn other_algorithms_and_extensions_are_refused() {
        let (_, text) = signed(Algorithm::Es256);
        assert_eq!(Assertion::read(&text).unwrap_err(), AssertionError::Malformed);
        let none = format!("{}.{}.", base64url::encode(br#"{"alg":"none"}"#), base64url::encode(b"{}"));
        let critical =
            format!("{}.{}.AA", base64url::encode(br#"{"alg":"RS256","crit":["x"],"x":1}"#), base64url::encode(b"{}"));
        for bad in ["", "a.b", none.as_str(), critical.as_str(), "a.b.c.d"] {
            assert_eq!(Assertion::read(bad).map(|_| ()), Err(AssertionError::Malformed), "{bad}");
        }
    }
}
