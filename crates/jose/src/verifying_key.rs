//! A public key bound to one algorithm, parsed once and kept.

use aws_lc_rs::signature::{self, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm};

use crate::jwk::member;
use crate::{Algorithm, Jwk, KeyError, SigningKey, thumbprint, weak_rsa};

/// A public key that verifies signatures of exactly one algorithm.
///
/// The binding is the protection against algorithm confusion: nothing in a token can change which algorithm runs.
#[derive(Debug, Clone)]
pub struct VerifyingKey {
    key: ParsedPublicKey,
    algorithm: Algorithm,
    key_id: String,
    thumbprint: String,
    issuer: Option<String>,
}

impl VerifyingKey {
    /// Takes a key whose algorithm follows from its `alg`, or from its curve.
    ///
    /// # Errors
    /// [`KeyError`]; [`KeyError::AlgorithmRequired`] for an RSA key without `alg`, see [`Self::from_jwk_for`].
    pub fn from_jwk(jwk: &Jwk) -> Result<Self, KeyError> {
        let algorithm = match (&jwk.alg, &jwk.crv) {
            (Some(name), _) => Algorithm::parse(name).ok_or(KeyError::UnsupportedAlgorithm)?,
            (None, Some(curve)) => Algorithm::of_curve(curve).ok_or(KeyError::UnsupportedCurve)?,
            (None, None) => return Err(without_algorithm(jwk)),
        };
        Self::from_jwk_for(jwk, algorithm)
    }

    /// Takes a key for an algorithm the caller knows from elsewhere (registration, the documented default of an issuer).
    ///
    /// # Errors
    /// [`KeyError`] when the key says another algorithm or use, when type or curve do not fit, or when the key is weak.
    ///
    /// Spec: RFC 7517 §4.2 to §4.4; RFC 7518 §6.2.1, §6.3.1.
    pub fn from_jwk_for(jwk: &Jwk, algorithm: Algorithm) -> Result<Self, KeyError> {
        for_signatures(jwk)?;
        same_algorithm(jwk, algorithm)?;
        let key = match algorithm {
            Algorithm::Rs256 => rsa(jwk, &signature::RSA_PKCS1_2048_8192_SHA256),
            Algorithm::Rs384 => rsa(jwk, &signature::RSA_PKCS1_2048_8192_SHA384),
            Algorithm::Rs512 => rsa(jwk, &signature::RSA_PKCS1_2048_8192_SHA512),
            Algorithm::Ps256 => rsa(jwk, &signature::RSA_PSS_2048_8192_SHA256),
            Algorithm::Ps384 => rsa(jwk, &signature::RSA_PSS_2048_8192_SHA384),
            Algorithm::Ps512 => rsa(jwk, &signature::RSA_PSS_2048_8192_SHA512),
            Algorithm::Es256 => point(jwk, algorithm, &signature::ECDSA_P256_SHA256_FIXED),
            Algorithm::Es384 => point(jwk, algorithm, &signature::ECDSA_P384_SHA384_FIXED),
            Algorithm::Es512 => point(jwk, algorithm, &signature::ECDSA_P521_SHA512_FIXED),
            Algorithm::EdDsa => {
                let bytes = coordinate(jwk.x.as_ref(), "x", algorithm)?;
                ParsedPublicKey::new(&signature::ED25519, bytes).map_err(|_| KeyError::Invalid)
            }
        }?;
        let thumbprint = thumbprint(jwk)?;
        let key_id = jwk.kid.clone().unwrap_or_else(|| thumbprint.clone());
        Ok(Self { key, algorithm, key_id, thumbprint, issuer: jwk.issuer.clone() })
    }

    /// The public half of one of our own keys.
    ///
    /// # Errors
    /// [`KeyError`] when the key would not be accepted from others either.
    pub fn from_signing_key(key: &SigningKey) -> Result<Self, KeyError> {
        Self::from_jwk_for(&key.public_jwk(), key.algorithm())
    }

    /// The `kid` of the key; the thumbprint when the JWK had none.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The one algorithm the key verifies.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The RFC 7638 thumbprint of the key.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The issuer this key is reserved for, where the key document says one.
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whether the signature over the message is this key's.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(message, signature).is_ok()
    }
}

fn without_algorithm(jwk: &Jwk) -> KeyError {
    match jwk.kty.as_str() {
        "RSA" => KeyError::AlgorithmRequired,
        "EC" | "OKP" => KeyError::MissingMember("crv"),
        _ => KeyError::UnsupportedKeyType,
    }
}

fn for_signatures(jwk: &Jwk) -> Result<(), KeyError> {
    let use_fits = jwk.key_use.as_deref().is_none_or(|purpose| purpose == "sig");
    let operations_fit = jwk.key_ops.as_ref().is_none_or(|operations| operations.iter().any(|name| name == "verify"));
    if use_fits && operations_fit { Ok(()) } else { Err(KeyError::NotForSignatures) }
}

fn same_algorithm(jwk: &Jwk, algorithm: Algorithm) -> Result<(), KeyError> {
    let named = jwk.alg.as_deref().is_none_or(|name| Algorithm::parse(name) == Some(algorithm));
    // A curve on an RSA key means the document is confused about what the key is.
    if named && jwk.kty == algorithm.key_type() && jwk.crv.as_deref() == algorithm.curve() {
        Ok(())
    } else {
        Err(KeyError::AlgorithmNotKeys)
    }
}

fn rsa(jwk: &Jwk, parameters: &'static RsaParameters) -> Result<ParsedPublicKey, KeyError> {
    let n = member(jwk.n.as_ref(), "n")?;
    let e = member(jwk.e.as_ref(), "e")?;
    weak_rsa::refuse(&n, &e)?;
    RsaPublicKeyComponents { n, e }.to_parsed_public_key(parameters).map_err(|_| KeyError::Invalid)
}

fn point(
    jwk: &Jwk,
    algorithm: Algorithm,
    parameters: &'static dyn VerificationAlgorithm,
) -> Result<ParsedPublicKey, KeyError> {
    // 0x04 says: uncompressed, both coordinates follow (SEC 1 §2.3.3). The library checks that the point is on the curve.
    let mut bytes = vec![4];
    bytes.extend(coordinate(jwk.x.as_ref(), "x", algorithm)?);
    bytes.extend(coordinate(jwk.y.as_ref(), "y", algorithm)?);
    ParsedPublicKey::new(parameters, bytes).map_err(|_| KeyError::Invalid)
}

fn coordinate(value: Option<&String>, name: &'static str, algorithm: Algorithm) -> Result<Vec<u8>, KeyError> {
    let bytes = member(value, name)?;
    // The full length of the curve, leading zeros included (RFC 7518 §6.2.1.2).
    if bytes.len() == algorithm.coordinate_bytes() { Ok(bytes) } else { Err(KeyError::BadMember(name)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwk(algorithm: Algorithm) -> Jwk {
        SigningKey::generate(algorithm).unwrap().public_jwk()
    }

    #[test]
    fn an_rsa_key_without_alg_needs_the_caller() {
        let key = Jwk { alg: None, ..jwk(Algorithm::Rs256) };
        assert_eq!(VerifyingKey::from_jwk(&key).unwrap_err(), KeyError::AlgorithmRequired);
        let bound = VerifyingKey::from_jwk_for(&key, Algorithm::Ps256).unwrap();
        assert_eq!(bound.algorithm(), Algorithm::Ps256);
    }

    #[test]
    fn a_curve_says_the_algorithm() {
        for algorithm in [Algorithm::Es256, Algorithm::Es384, Algorithm::Es512, Algorithm::EdDsa] {
            let key = Jwk { alg: None, ..jwk(algorithm) };
            assert_eq!(VerifyingKey::from_jwk(&key).unwrap().algorithm(), algorithm);
        }
    }

    #[test]
    fn a_key_that_says_its_algorithm_cannot_be_used_for_another() {
        for own in Algorithm::ALL {
            let key = jwk(own);
            for other in Algorithm::ALL {
                let bound = VerifyingKey::from_jwk_for(&key, other);
                assert_eq!(bound.is_ok(), own == other, "{own} as {other}");
            }
        }
    }

    #[test]
    fn key_type_and_curve_must_fit_even_without_alg() {
        let p256 = Jwk { alg: None, ..jwk(Algorithm::Es256) };
        for other in Algorithm::ALL.into_iter().filter(|other| *other != Algorithm::Es256) {
            assert_eq!(VerifyingKey::from_jwk_for(&p256, other).unwrap_err(), KeyError::AlgorithmNotKeys, "{other}");
        }
        let mislabelled = Jwk { crv: Some("P-384".into()), ..p256.clone() };
        assert_eq!(VerifyingKey::from_jwk(&mislabelled).unwrap_err(), KeyError::BadMember("x"));
        let unknown = Jwk { crv: Some("secp256k1".into()), ..p256 };
        assert_eq!(VerifyingKey::from_jwk(&unknown).unwrap_err(), KeyError::UnsupportedCurve);
    }

    #[test]
    fn keys_for_other_purposes_are_refused() {
        let key = jwk(Algorithm::Es256);
        let encrypts = Jwk { key_use: Some("enc".into()), ..key.clone() };
        assert_eq!(VerifyingKey::from_jwk(&encrypts).unwrap_err(), KeyError::NotForSignatures);
        let derives = Jwk { key_ops: Some(vec!["deriveKey".into()]), ..key.clone() };
        assert_eq!(VerifyingKey::from_jwk(&derives).unwrap_err(), KeyError::NotForSignatures);
        let verifies = Jwk { key_ops: Some(vec!["verify".into()]), ..key };
        assert!(VerifyingKey::from_jwk(&verifies).is_ok());
    }

    #[test]
    fn a_point_off_the_curve_is_refused() {
        let key = jwk(Algorithm::Es256);
        let moved = Jwk { y: key.x.clone(), ..key };
        assert_eq!(VerifyingKey::from_jwk(&moved).unwrap_err(), KeyError::Invalid);
    }

    #[test]
    fn a_key_without_kid_is_called_by_its_thumbprint() {
        let key = Jwk { kid: None, ..jwk(Algorithm::EdDsa) };
        assert_eq!(VerifyingKey::from_jwk(&key).unwrap().key_id(), thumbprint(&key).unwrap());
    }
}
