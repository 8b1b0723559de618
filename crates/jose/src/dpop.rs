//! Proofs that somebody holds a key: tokens that bring the public key which they are signed with (RFC 9449 §4.2).

use serde_json::{Map, Value};

use crate::compact::Compact;
use crate::{Algorithm, Expected, Jwk, KeyError, VerifyError, VerifyingKey, json};

/// No proof is longer: the modulus and the signature of the largest RSA key fit.
pub const MAX_PROOF_BYTES: usize = 8 * 1024;

const TYPES: [&str; 1] = ["dpop+jwt"];

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DpopError {
    /// Its form, its type or its claims.
    #[error(transparent)]
    Unreadable(VerifyError),
    /// It is signed with an algorithm that is not one of ours, such as `none` or one of a shared secret.
    #[error("the proof's algorithm is not asymmetric, or is unknown")]
    Algorithm,
    /// It brings no key.
    #[error("the proof brings no key")]
    NoKey,
    /// Its key is of no use: it does not fit the algorithm, is weak, or shows its private half.
    #[error("the proof's key: {0}")]
    Key(KeyError),
    /// Its own key did not sign it.
    #[error("the proof's signature is wrong")]
    BadSignature,
}

/// A proof whose own key has signed it: whoever made it held that key. What it says is for the caller to compare.
#[derive(Debug, Clone)]
pub struct DpopProof {
    thumbprint: String,
    algorithm: Algorithm,
    claims: Map<String, Value>,
}

impl DpopProof {
    /// Reads a proof: form, type, algorithm, key, signature, then the claims. No other member of the header has any effect: not
    /// `kid`, `jku`, `x5c` or `x5u`, nor a certificate within the key.
    ///
    /// # Errors
    /// [`DpopError`], the first rule that does not hold.
    ///
    /// Spec: RFC 9449 §4.3, checks 2 and 4 to 7.
    pub fn read(text: &str) -> Result<Self, DpopError> {
        let expected = Expected::types(&TYPES).max_bytes(MAX_PROOF_BYTES);
        let compact = Compact::read(text, MAX_PROOF_BYTES).map_err(DpopError::Unreadable)?;
        let header = &compact.header;
        if !expected.accepts(header.typ.as_deref()) {
            return Err(DpopError::Unreadable(VerifyError::WrongType { found: header.typ.clone() }));
        }
        let algorithm = Algorithm::parse(&header.alg).ok_or(DpopError::Algorithm)?;
        let jwk = Jwk::from_value(header.member("jwk").ok_or(DpopError::NoKey)?).map_err(DpopError::Key)?;
        let key = VerifyingKey::from_jwk_for(&jwk, algorithm).map_err(DpopError::Key)?;
        let same = |named: &str| Algorithm::parse(named) == Some(algorithm);
        let proven = compact.prove(&expected, same, |signed, signature| key.verify(signed, signature));
        let proven = proven.map_err(|error| match error {
            VerifyError::BadSignature => DpopError::BadSignature,
            other => DpopError::Unreadable(other),
        })?;
        let claims = json::parse_object(&proven.payload).map_err(|_| DpopError::Unreadable(VerifyError::BadClaims))?;
        Ok(Self { thumbprint: key.thumbprint().to_owned(), algorithm, claims })
    }

    /// The thumbprint of the key: the `jkt` of what is bound to it (RFC 9449 §6.1).
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// What it is signed with.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What it says.
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{SigningKey, base64url};

    fn signed(key: &SigningKey, header: &Value, claims: &[u8]) -> String {
        let text = format!("{}.{}", base64url::encode(header.to_string()), base64url::encode(claims));
        let signature = key.sign(text.as_bytes()).unwrap();
        format!("{text}.{}", base64url::encode(signature))
    }

    /// A good header, with some members in place of its own.
    fn header(key: &SigningKey, others: &Value) -> Value {
        let mut header = json!({ "typ": "dpop+jwt", "alg": key.algorithm().name(), "jwk": key.public_jwk() });
        header.as_object_mut().unwrap().extend(others.as_object().unwrap().clone());
        header
    }

    fn read(key: &SigningKey, others: &Value) -> Result<DpopProof, DpopError> {
        DpopProof::read(&signed(key, &header(key, others), b"{\"jti\":\"1\"}"))
    }

    #[test]
    fn the_example_of_rfc_9449_is_read() {
        // RFC 9449 §4.1 and §6.1.
        let proof = DpopProof::read("eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg").unwrap();
        assert_eq!(proof.thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        assert_eq!((proof.algorithm(), &proof.claims()["htm"]), (Algorithm::Es256, &json!("POST")));
    }

    #[test]
    fn every_algorithm_of_ours_proves_a_key() {
        for algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            let proof = read(&key, &json!({})).unwrap();
            assert_eq!(proof.thumbprint(), crate::thumbprint(&key.public_jwk()).unwrap(), "{algorithm}");
            assert_eq!(proof.algorithm(), algorithm);
        }
    }

    #[test]
    fn the_type_and_the_algorithm_are_those_of_a_proof() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        for typ in [json!("JWT"), json!("at+jwt"), json!("dpop")] {
            let error = read(&key, &json!({ "typ": typ })).unwrap_err();
            assert!(matches!(error, DpopError::Unreadable(VerifyError::WrongType { .. })), "{typ}");
        }
        for alg in ["none", "HS256", "ES256K", "es256"] {
            assert_eq!(read(&key, &json!({ "alg": alg })).unwrap_err(), DpopError::Algorithm, "{alg}");
        }
        // One that there is, and that is not the key's.
        for alg in ["ES384", "PS256", "EdDSA"] {
            let error = read(&key, &json!({ "alg": alg })).unwrap_err();
            assert_eq!(error, DpopError::Key(KeyError::AlgorithmNotKeys), "{alg}");
        }
        let critical = read(&key, &json!({ "crit": ["x"], "x": 1 })).unwrap_err();
        assert_eq!(critical, DpopError::Unreadable(VerifyError::Critical));
    }

    #[test]
    fn the_key_is_there_and_public_and_its_own() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let mut private = json!(key.public_jwk());
        private["d"] = json!("AA");
        assert_eq!(read(&key, &json!({ "jwk": private })).unwrap_err(), DpopError::Key(KeyError::PrivateMember));
        assert_eq!(read(&key, &json!({ "jwk": "key" })).unwrap_err(), DpopError::Key(KeyError::Invalid));
        let symmetric = json!({ "kty": "oct", "k": "AAAA" });
        assert_eq!(read(&key, &json!({ "jwk": symmetric })).unwrap_err(), DpopError::Key(KeyError::PrivateMember));
        let without = json!({ "typ": "dpop+jwt", "alg": "ES256" });
        assert_eq!(DpopProof::read(&signed(&key, &without, b"{}")).unwrap_err(), DpopError::NoKey);
        let other = SigningKey::generate(Algorithm::Es256).unwrap();
        assert_eq!(read(&key, &json!({ "jwk": other.public_jwk() })).unwrap_err(), DpopError::BadSignature);
    }

    #[test]
    fn nothing_else_in_the_header_names_a_key() {
        let (key, other) = [(); 2].map(|()| SigningKey::generate(Algorithm::Es256).unwrap()).into();
        let own = read(&key, &json!({})).unwrap();
        let mut with_certificate = json!(key.public_jwk());
        with_certificate["x5c"] = json!(["AAAA"]);
        for others in [
            json!({ "kid": crate::thumbprint(&other.public_jwk()).unwrap() }),
            json!({ "x5c": ["AAAA"], "x5u": "https://evil.example", "jku": "https://evil.example" }),
            json!({ "jwk": with_certificate }),
        ] {
            assert_eq!(read(&key, &others).unwrap().thumbprint(), own.thumbprint(), "{others}");
        }
    }

    #[test]
    fn what_is_too_long_or_no_token_is_not_read() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let good = signed(&key, &header(&key, &json!({})), b"{}");
        let long = signed(&key, &header(&key, &json!({ "x": "x".repeat(MAX_PROOF_BYTES) })), b"{}");
        assert_eq!(DpopProof::read(&long).unwrap_err(), DpopError::Unreadable(VerifyError::TooLarge));
        for bad in ["", "a.b.c", &good[1..], &format!("{good}.e30"), &format!(" {good}")] {
            assert!(matches!(DpopProof::read(bad), Err(DpopError::Unreadable(_))), "{bad}");
        }
        let twice = signed(&key, &header(&key, &json!({})), b"{\"jti\":\"1\",\"jti\":\"2\"}");
        assert_eq!(DpopProof::read(&twice).unwrap_err(), DpopError::Unreadable(VerifyError::BadClaims));
    }
}
