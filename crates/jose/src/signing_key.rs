//! A private key, parsed once and kept, that signs with its one algorithm.

use std::fmt;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaEncoding, RsaKeyPair,
};
use zeroize::Zeroizing;

use crate::{Algorithm, Jwk, KeyError, SignError, base64url, der, thumbprint};

/// A private key bound to one algorithm.
///
/// Signing is the hot path, so the key is parsed when it is made and never again.
pub struct SigningKey {
    pair: Pair,
    algorithm: Algorithm,
    /// The key as others see it; its `kid` is the identifier.
    public: Jwk,
    key_id: String,
}

enum Pair {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl SigningKey {
    /// Makes a new key: RSA of 2048 bits, or the curve of the algorithm.
    ///
    /// The randomness is the cryptographic library's own: key generation takes no source from outside.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the library cannot generate.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let pair = match kind(algorithm) {
            Kind::Rsa(encoding) => RsaKeyPair::generate(KeySize::Rsa2048).map(|pair| Pair::Rsa(pair, encoding)),
            Kind::Ec(parameters) => EcdsaKeyPair::generate(parameters).map(Pair::Ec),
            Kind::Ed => Ed25519KeyPair::generate().map(Pair::Ed),
        };
        Self::from_pair(algorithm, pair.map_err(|_| KeyError::Failed)?)
    }

    /// Reads an unencrypted PKCS#8 key.
    ///
    /// # Errors
    /// [`KeyError::Invalid`] when the bytes are not a key of this algorithm's type and curve, or an RSA modulus is shorter
    /// than 2048 bits.
    ///
    /// Spec: RFC 5208 §5.
    pub fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, KeyError> {
        let pair = match kind(algorithm) {
            Kind::Rsa(encoding) => RsaKeyPair::from_pkcs8(pkcs8).map(|pair| Pair::Rsa(pair, encoding)),
            Kind::Ec(parameters) => EcdsaKeyPair::from_pkcs8(parameters, pkcs8).map(Pair::Ec),
            Kind::Ed => Ed25519KeyPair::from_pkcs8(pkcs8).map(Pair::Ed),
        };
        Self::from_pair(algorithm, pair.map_err(|_| KeyError::Invalid)?)
    }

    /// Writes the key as unencrypted PKCS#8; seal it before it is stored.
    ///
    /// # Errors
    /// [`KeyError::Failed`] when the library cannot write it.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let bytes = match &self.pair {
            Pair::Rsa(pair, _) => pair.as_der().map(|der| der.as_ref().to_vec()),
            Pair::Ec(pair) => pair.to_pkcs8v1().map(|document| document.as_ref().to_vec()),
            Pair::Ed(pair) => pair.to_pkcs8v1().map(|document| document.as_ref().to_vec()),
        };
        bytes.map(Zeroizing::new).map_err(|_| KeyError::Failed)
    }

    /// The `kid`: the RFC 7638 thumbprint unless another was given.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Gives the key another identifier.
    #[must_use]
    pub fn with_key_id(mut self, key_id: String) -> Self {
        self.public.kid = Some(key_id.clone());
        self.key_id = key_id;
        self
    }

    /// The one algorithm the key signs with.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public half with `use`, `kid` and `alg`.
    pub fn public_jwk(&self) -> Jwk {
        self.public.clone()
    }

    /// Signs the message; ECDSA signatures are r‖s of fixed length (RFC 7518 §3.4).
    ///
    /// # Errors
    /// [`SignError::Failed`] when the library fails.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        match &self.pair {
            Pair::Rsa(pair, encoding) => sign_rsa(pair, *encoding, message),
            Pair::Ec(pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| SignError::Failed),
            Pair::Ed(pair) => {
                pair.try_sign(message).map(|signature| signature.as_ref().to_vec()).map_err(|_| SignError::Failed)
            }
        }
    }

    /// Signs with PKCS#1 v1.5 and SHA-256 whatever the JWS algorithm of the RSA key is; a certificate needs it.
    pub(crate) fn sign_rsa_pkcs1_sha256(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        match &self.pair {
            Pair::Rsa(pair, _) => sign_rsa(pair, &signature::RSA_PKCS1_SHA256, message),
            Pair::Ec(_) | Pair::Ed(_) => Err(SignError::Failed),
        }
    }

    /// The public key as the library writes it: `RSAPublicKey`, an uncompressed point, or 32 bytes.
    pub(crate) fn public_bytes(&self) -> &[u8] {
        match &self.pair {
            Pair::Rsa(pair, _) => pair.public_key().as_ref(),
            Pair::Ec(pair) => pair.public_key().as_ref(),
            Pair::Ed(pair) => pair.public_key().as_ref(),
        }
    }

    fn from_pair(algorithm: Algorithm, pair: Pair) -> Result<Self, KeyError> {
        let mut key = Self { pair, algorithm, public: Jwk::default(), key_id: String::new() };
        key.public = describe(algorithm, key.public_bytes())?;
        let key_id = thumbprint(&key.public)?;
        Ok(key.with_key_id(key_id))
    }
}

/// Shows which key it is and nothing of the private half.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

enum Kind {
    Rsa(&'static dyn RsaEncoding),
    Ec(&'static EcdsaSigningAlgorithm),
    Ed,
}

fn kind(algorithm: Algorithm) -> Kind {
    match algorithm {
        Algorithm::Rs256 => Kind::Rsa(&signature::RSA_PKCS1_SHA256),
        Algorithm::Rs384 => Kind::Rsa(&signature::RSA_PKCS1_SHA384),
        Algorithm::Rs512 => Kind::Rsa(&signature::RSA_PKCS1_SHA512),
        Algorithm::Ps256 => Kind::Rsa(&signature::RSA_PSS_SHA256),
        Algorithm::Ps384 => Kind::Rsa(&signature::RSA_PSS_SHA384),
        Algorithm::Ps512 => Kind::Rsa(&signature::RSA_PSS_SHA512),
        Algorithm::Es256 => Kind::Ec(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
        Algorithm::Es384 => Kind::Ec(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
        Algorithm::Es512 => Kind::Ec(&signature::ECDSA_P521_SHA512_FIXED_SIGNING),
        Algorithm::EdDsa => Kind::Ed,
    }
}

fn sign_rsa(pair: &RsaKeyPair, encoding: &'static dyn RsaEncoding, message: &[u8]) -> Result<Vec<u8>, SignError> {
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), message, &mut signature).map_err(|_| SignError::Failed)?;
    Ok(signature)
}

fn describe(algorithm: Algorithm, public: &[u8]) -> Result<Jwk, KeyError> {
    let mut key = Jwk {
        kty: algorithm.key_type().to_owned(),
        key_use: Some("sig".to_owned()),
        alg: Some(algorithm.name().to_owned()),
        crv: algorithm.curve().map(str::to_owned),
        ..Jwk::default()
    };
    match kind(algorithm) {
        Kind::Rsa(_) => {
            let (modulus, exponent) = der::rsa_public_key(public).ok_or(KeyError::Invalid)?;
            key.n = Some(base64url::encode(modulus));
            key.e = Some(base64url::encode(exponent));
        }
        Kind::Ec(_) => {
            // 0x04 says: uncompressed, both coordinates follow (SEC 1 §2.3.3).
            let point = public.strip_prefix(&[4]).ok_or(KeyError::Invalid)?;
            let (x, y) = point.split_at_checked(algorithm.coordinate_bytes()).ok_or(KeyError::Invalid)?;
            key.x = Some(base64url::encode(x));
            key.y = Some(base64url::encode(y));
        }
        Kind::Ed => key.x = Some(base64url::encode(public)),
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VerifyingKey;

    #[test]
    fn every_algorithm_signs_what_its_public_half_verifies_and_nothing_else() {
        for algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            let verifying = VerifyingKey::from_jwk(&key.public_jwk()).unwrap();
            let signature = key.sign(b"message").unwrap();
            assert!(verifying.verify(b"message", &signature), "{algorithm}");
            assert!(!verifying.verify(b"messagE", &signature), "{algorithm}");
            assert!(!verifying.verify(b"message", &signature[..signature.len() - 1]), "{algorithm}");
            let stranger = VerifyingKey::from_signing_key(&SigningKey::generate(algorithm).unwrap()).unwrap();
            assert!(!stranger.verify(b"message", &signature), "{algorithm}");
        }
    }

    #[test]
    fn a_key_survives_pkcs8() {
        for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::Es512, Algorithm::EdDsa] {
            let key = SigningKey::generate(algorithm).unwrap();
            let again = SigningKey::from_pkcs8(algorithm, &key.to_pkcs8().unwrap()).unwrap();
            assert_eq!(again.public_jwk(), key.public_jwk());
            let signature = again.sign(b"message").unwrap();
            assert!(VerifyingKey::from_signing_key(&key).unwrap().verify(b"message", &signature));
        }
    }

    #[test]
    fn pkcs8_of_another_type_or_curve_is_refused() {
        let p256 = SigningKey::generate(Algorithm::Es256).unwrap().to_pkcs8().unwrap();
        for algorithm in [Algorithm::Es384, Algorithm::EdDsa, Algorithm::Rs256] {
            assert_eq!(SigningKey::from_pkcs8(algorithm, &p256).unwrap_err(), KeyError::Invalid);
        }
        assert_eq!(SigningKey::from_pkcs8(Algorithm::Es256, b"no key").unwrap_err(), KeyError::Invalid);
    }

    #[test]
    fn ecdsa_signatures_have_a_fixed_length() {
        for (algorithm, length) in [(Algorithm::Es256, 64), (Algorithm::Es384, 96), (Algorithm::Es512, 132)] {
            let key = SigningKey::generate(algorithm).unwrap();
            for message in 0..8_u8 {
                assert_eq!(key.sign(&[message]).unwrap().len(), length);
            }
        }
    }

    #[test]
    fn the_identifier_is_the_thumbprint_until_it_is_given() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        assert_eq!(key.key_id(), thumbprint(&key.public_jwk()).unwrap());
        let key = key.with_key_id("2026-a".to_owned());
        assert_eq!(key.key_id(), "2026-a");
        assert_eq!(key.public_jwk().kid.as_deref(), Some("2026-a"));
    }

    #[test]
    fn debug_shows_no_key_material() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap().with_key_id("k".to_owned());
        assert_eq!(format!("{key:?}"), r#"SigningKey { algorithm: Es256, key_id: "k", .. }"#);
    }
}
