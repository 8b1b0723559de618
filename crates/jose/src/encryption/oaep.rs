//! RSAES-OAEP: a key encrypted for the owner of an RSA key.
//!
//! Spec: RFC 7518 §4.3; RFC 8017 §7.1.

use aws_lc_rs::rsa::{
    OaepAlgorithm, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PublicEncryptingKey, PublicKeyComponents,
};
use zeroize::Zeroizing;

use super::Refused;
use crate::jwk::member;
use crate::{Jwk, KeyError, weak_rsa};

/// The public key of a JWK, if it may be trusted with a key.
pub(super) fn public_key(jwk: &Jwk) -> Result<OaepPublicEncryptingKey, KeyError> {
    let n = member(jwk.n.as_ref(), "n")?;
    let e = member(jwk.e.as_ref(), "e")?;
    weak_rsa::refuse(&n, &e)?;
    let key: PublicEncryptingKey = PublicKeyComponents { n, e }.try_into().map_err(|_| KeyError::Invalid)?;
    OaepPublicEncryptingKey::new(key).map_err(|_| KeyError::Invalid)
}

/// Encrypts a key.
pub(super) fn wrap(
    public: &OaepPublicEncryptingKey,
    algorithm: &'static OaepAlgorithm,
    key: &[u8],
) -> Result<Vec<u8>, Refused> {
    let mut encrypted = vec![0; public.ciphertext_size()];
    let length = public.encrypt(algorithm, key, &mut encrypted, None)?.len();
    encrypted.truncate(length);
    Ok(encrypted)
}

/// Decrypts a key.
pub(super) fn unwrap(
    private: &OaepPrivateDecryptingKey,
    algorithm: &'static OaepAlgorithm,
    encrypted: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let mut key = Zeroizing::new(vec![0; private.min_output_size()]);
    let length = private.decrypt(algorithm, encrypted, &mut key, None)?.len();
    key.truncate(length);
    Ok(key)
}
