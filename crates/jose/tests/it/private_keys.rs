//! Private keys and shared secrets that were published as JWK. The crate reads none of these: it takes PKCS#8 and bytes.

use aws_lc_rs::agreement::{self, PrivateKey};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeyPairComponents;
use aws_lc_rs::signature::{RsaKeyPair, RsaPublicKeyComponents};
use grantor_jose::{
    ContentEncryption, DecryptionKey, KeyError, KeyManagement, MacAlgorithm, SharedEncryptionKey, SharedSecretKey,
    base64url,
};
use serde_json::Value;

use crate::vectors::text;

/// The public half of a JWK that was published with its private members.
pub fn public_half(key: &Value) -> Value {
    let mut key = key.clone();
    key.as_object_mut().unwrap().retain(|name, _| !["d", "p", "q", "dp", "dq", "qi"].contains(&name.as_str()));
    key
}

/// A member in base64url.
pub fn decoded(value: &Value, name: &str) -> Vec<u8> {
    base64url::decode(text(value, name)).unwrap()
}

/// An RSA, EC or X25519 key as PKCS#8.
pub fn pkcs8(key: &Value) -> Vec<u8> {
    let curve = match key["crv"].as_str() {
        None => return rsa_pkcs8(key),
        Some("X25519") => return [X25519_PKCS8, &decoded(key, "d")].concat(),
        Some("P-256") => &agreement::ECDH_P256,
        Some("P-384") => &agreement::ECDH_P384,
        Some("P-521") => &agreement::ECDH_P521,
        Some(other) => panic!("{other}"),
    };
    let der: Pkcs8V1Der<'_> = PrivateKey::from_private_key(curve, &decoded(key, "d")).unwrap().as_der().unwrap();
    der.as_ref().to_vec()
}

/// RFC 8410 §7, up to the key itself.
const X25519_PKCS8: &[u8] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x6e\x04\x22\x04\x20";

fn rsa_pkcs8(key: &Value) -> Vec<u8> {
    let pair = RsaKeyPair::from_components(&KeyPairComponents {
        public_key: RsaPublicKeyComponents { n: decoded(key, "n"), e: decoded(key, "e") },
        d: decoded(key, "d"),
        p: decoded(key, "p"),
        q: decoded(key, "q"),
        dP: decoded(key, "dp"),
        dQ: decoded(key, "dq"),
        qInv: decoded(key, "qi"),
    });
    pair.unwrap().as_der().unwrap().as_ref().to_vec()
}

/// A decryption key with the identifier of the JWK.
pub fn decryption_key(key: &Value, management: KeyManagement) -> Result<DecryptionKey, KeyError> {
    let private = DecryptionKey::from_pkcs8(management, &pkcs8(key))?;
    Ok(match key["kid"].as_str() {
        Some(kid) => private.with_key_id(kid.to_owned()),
        None => private,
    })
}

/// A shared secret for encryption, with the identifier of the JWK.
pub fn shared_encryption_key(
    key: &Value,
    management: KeyManagement,
    content: ContentEncryption,
) -> Result<SharedEncryptionKey, KeyError> {
    let shared = SharedEncryptionKey::new(management, content, &decoded(key, "k"))?;
    Ok(match key["kid"].as_str() {
        Some(kid) => shared.with_key_id(kid.to_owned()),
        None => shared,
    })
}

/// A shared secret for signing, if it says one of our algorithms and is long enough.
pub fn shared_secret(key: &Value) -> Result<SharedSecretKey, KeyError> {
    let algorithm = MacAlgorithm::parse(text(key, "alg")).ok_or(KeyError::UnsupportedAlgorithm)?;
    SharedSecretKey::new(algorithm, &decoded(key, "k"))
}
