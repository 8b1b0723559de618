//! The worked examples of RFC 7520 and RFC 8037: verified, and made again where the signature is deterministic.

use aws_lc_rs::signature::Ed25519KeyPair;
use grantor_jose::{
    Algorithm, Expected, Jwk, KeySet, SigningKey, VerifyError, VerifyingKey, base64url, verify_compact,
};

use crate::private_keys::{decoded, pkcs8, public_half};
use crate::vectors::{load, text};

/// Verifies the compact output with the key of the example, and refuses it after one changed character.
fn verifies(file: &str) {
    let example = load(&format!("jose-cookbook/{file}"));
    let algorithm = Algorithm::parse(text(&example["input"], "alg")).unwrap();
    let jwk = Jwk::from_value(&public_half(&example["input"]["key"])).unwrap();
    let keys = KeySet::new(vec![VerifyingKey::from_jwk_for(&jwk, algorithm).unwrap()]);
    let token = text(&example["output"], "compact");

    let verified = verify_compact(token, &keys, &Expected::any_type()).unwrap();
    assert_eq!(verified.payload(), text(&example["input"], "payload").as_bytes());
    assert_eq!(verified.algorithm(), algorithm);
    // The payload is a sentence, not claims.
    assert_eq!(verified.claims(), Err(VerifyError::BadClaims));

    let changed = token.replacen(".SXTigJlz", ".SXTigJly", 1).replacen(".RXhh", ".RXhi", 1);
    assert_ne!(changed, token);
    assert_eq!(verify_compact(&changed, &keys, &Expected::any_type()).unwrap_err(), VerifyError::BadSignature);
}

#[test]
fn rsa_v15_signature_verifies() {
    verifies("jws/4_1.rsa_v15_signature.json");
}

#[test]
fn rsa_pss_signature_verifies() {
    verifies("jws/4_2.rsa-pss_signature.json");
}

#[test]
fn ecdsa_signature_verifies() {
    verifies("jws/4_3.ecdsa_signature.json");
}

#[test]
fn ed25519_signature_verifies() {
    verifies("curve25519/jws.json");
}

#[test]
fn rsa_v15_signature_is_made_again() {
    let example = load("jose-cookbook/jws/4_1.rsa_v15_signature.json");
    let key = &example["input"]["key"];
    let signing = SigningKey::from_pkcs8(Algorithm::Rs256, &pkcs8(key)).unwrap();
    assert_eq!(signing.public_jwk().n.as_deref(), key["n"].as_str());
    assert_eq!(signing.public_jwk().e.as_deref(), key["e"].as_str());
    let signature = signing.sign(text(&example["signing"], "sig-input").as_bytes()).unwrap();
    assert_eq!(base64url::encode(signature), text(&example["signing"], "sig"));
}

#[test]
fn ed25519_signature_is_made_again() {
    let example = load("jose-cookbook/curve25519/jws.json");
    let key = &example["input"]["key"];
    let pair = Ed25519KeyPair::from_seed_and_public_key(&decoded(key, "d"), &decoded(key, "x")).unwrap();
    for pkcs8 in [pair.to_pkcs8().unwrap(), pair.to_pkcs8v1().unwrap()] {
        let signing = SigningKey::from_pkcs8(Algorithm::EdDsa, pkcs8.as_ref()).unwrap();
        assert_eq!(signing.key_id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        let signature = signing.sign(text(&example["signing"], "sig-input").as_bytes()).unwrap();
        assert_eq!(base64url::encode(signature), text(&example["signing"], "sig"));
    }
}
