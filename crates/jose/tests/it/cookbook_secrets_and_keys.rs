//! The examples of RFC 7520 with a shared secret, those in JSON form, those of RFC 7797, and the keys of RFC 7520.
//!
//! We speak the compact form alone. Where an example has only the JSON form, its protected header, payload and signature are
//! put into compact form; a header that is not protected has no place in it, and such a signature is refused.

use grantor_jose::{
    Algorithm, ContentEncryption, Expected, Jwk, KeyError, KeyManagement, KeySet, MacAlgorithm, SharedSecretKey,
    SigningKey, VerifyError, VerifyingKey, base64url, verify_compact,
};
use serde_json::Value;

use crate::private_keys::{pkcs8, public_half, shared_encryption_key, shared_secret};
use crate::vectors::{list, load, text};

fn refusal(secret: &SharedSecretKey, token: &str) -> VerifyError {
    secret.verify_compact(token, &Expected::any_type()).unwrap_err()
}

/// The compact form of one signature in JSON form.
fn compact(protected: &Value, payload: &str, signature: &Value) -> String {
    format!("{}.{payload}.{}", protected.as_str().unwrap_or_default(), signature.as_str().unwrap())
}

#[test]
fn an_hmac_is_verified_and_made_again() {
    let example = load("jose-cookbook/jws/4_4.hmac-sha2_integrity_protection.json");
    let secret = shared_secret(&example["input"]["key"]).unwrap();
    let token = text(&example["output"], "compact");
    let verified = secret.verify_compact(token, &Expected::any_type()).unwrap();
    assert_eq!(verified.payload(), text(&example["input"], "payload").as_bytes());
    let code = secret.sign(text(&example["signing"], "sig-input").as_bytes());
    assert_eq!(base64url::encode(code), text(&example["signing"], "sig"));
    assert_eq!(refusal(&secret, &token.replacen(".SXTigJlz", ".SXTigJly", 1)), VerifyError::BadSignature);
}

#[test]
fn detached_content_is_refused_until_it_is_put_back() {
    let example = load("jose-cookbook/jws/4_5.signature_with_detached_content.json");
    let secret = shared_secret(&example["input"]["key"]).unwrap();
    let detached = text(&example["output"], "compact");
    assert_eq!(refusal(&secret, detached), VerifyError::BadSignature);
    let payload = base64url::encode(text(&example["input"], "payload"));
    let whole = detached.replace("..", &format!(".{payload}."));
    assert!(secret.verify_compact(&whole, &Expected::any_type()).is_ok());
}

#[test]
fn what_a_header_protects_is_verified_and_what_stands_beside_it_is_not_read() {
    let example = load("jose-cookbook/jws/4_6.protecting_specific_header_fields.json");
    let secret = shared_secret(&example["input"]["key"]).unwrap();
    let flat = &example["output"]["json_flat"];
    let token = compact(&flat["protected"], text(flat, "payload"), &flat["signature"]);
    assert!(secret.verify_compact(&token, &Expected::any_type()).is_ok());
    assert_eq!(refusal(&secret, &flat.to_string()), VerifyError::Malformed);

    let example = load("jose-cookbook/jws/4_7.protecting_content_only.json");
    let flat = &example["output"]["json_flat"];
    let code = secret.sign(text(&example["signing"], "sig-input").as_bytes());
    assert_eq!(base64url::encode(code), text(flat, "signature"));
    let token = compact(&flat["protected"], text(flat, "payload"), &flat["signature"]);
    assert_eq!(refusal(&secret, &token), VerifyError::Malformed);
}

#[test]
fn each_of_several_signatures_stands_for_itself() {
    let example = load("jose-cookbook/jws/4_8.multiple_signatures.json");
    let (keys, output) = (list(&example["input"], "key"), &example["output"]["json"]);
    let tokens: Vec<String> = list(output, "signatures")
        .iter()
        .map(|signature| compact(&signature["protected"], text(output, "payload"), &signature["signature"]))
        .collect();
    let trusted = |at: usize, algorithm| {
        let jwk = Jwk::from_value(&public_half(&keys[at])).unwrap();
        KeySet::new(vec![VerifyingKey::from_jwk_for(&jwk, algorithm).unwrap()])
    };
    assert!(verify_compact(&tokens[0], &trusted(0, Algorithm::Rs256), &Expected::any_type()).is_ok());
    // The second has no protected header, so it has no compact form; the signature itself is right.
    let second = trusted(1, Algorithm::Es512);
    assert_eq!(verify_compact(&tokens[1], &second, &Expected::any_type()).unwrap_err(), VerifyError::Malformed);
    let signing = &list(&example, "signing")[1];
    let signature = base64url::decode(text(signing, "sig")).unwrap();
    assert!(second.single().unwrap().verify(text(signing, "sig-input").as_bytes(), &signature));
    let third = shared_secret(&keys[2]).unwrap();
    assert!(third.verify_compact(&tokens[2], &Expected::any_type()).is_ok());
}

/// Refused on purpose: two readers of such a token may see two payloads (RFC 7797 §8).
#[test]
fn payloads_that_are_not_encoded_are_refused() {
    let example = load("jose-cookbook/rfc7797/hmac-sha2_b64_false.json");
    let secret = shared_secret(&example["input"]["key"]).unwrap();
    let token = text(&example["output"], "compact");
    let (signed, code) = token.rsplit_once('.').unwrap();
    assert!(secret.verify(signed.as_bytes(), &base64url::decode(code).unwrap()), "the code is right");
    assert_eq!(refusal(&secret, token), VerifyError::Malformed);
    // With a payload that can be read the header is what is refused.
    let (header, _) = signed.split_once('.').unwrap();
    assert_eq!(refusal(&secret, &format!("{header}.AAAA.{code}")), VerifyError::Critical);

    let example = load("jose-cookbook/rfc7797/4.2.hmac-sha2_b64_false.json");
    let flat = &example["output"]["json_flat"];
    let token = compact(&flat["protected"], text(flat, "payload"), &flat["signature"]);
    assert_eq!(refusal(&secret, &token), VerifyError::Malformed);
    assert_eq!(refusal(&secret, &token.replace("$.02", "AAAA")), VerifyError::Critical);
}

#[test]
fn private_keys_are_no_public_keys_and_have_the_published_public_half() {
    for (public, private, algorithm) in [
        ("3_1.ec_public_key.json", "3_2.ec_private_key.json", Algorithm::Es512),
        ("3_3.rsa_public_key.json", "3_4.rsa_private_key.json", Algorithm::Rs256),
    ] {
        let [public, private] = [public, private].map(|file| load(&format!("jose-cookbook/jwk/{file}")));
        assert_eq!(Jwk::from_value(&private), Err(KeyError::PrivateMember));
        let jwk = Jwk::from_value(&public).unwrap();
        let verifying = VerifyingKey::from_jwk_for(&jwk, algorithm).unwrap();
        let signing = SigningKey::from_pkcs8(algorithm, &pkcs8(&private)).unwrap();
        assert_eq!(signing.key_id(), verifying.thumbprint());
        assert!(verifying.verify(b"message", &signing.sign(b"message").unwrap()));
    }
}

#[test]
fn shared_secrets_are_no_public_keys() {
    let signs = load("jose-cookbook/jwk/3_5.symmetric_key_mac_computation.json");
    assert_eq!(Jwk::from_value(&signs), Err(KeyError::PrivateMember));
    assert_eq!(shared_secret(&signs).unwrap().algorithm(), MacAlgorithm::Hs256);
    let encrypts = load("jose-cookbook/jwk/3_6.symmetric_key_encryption.json");
    assert_eq!(Jwk::from_value(&encrypts), Err(KeyError::PrivateMember));
    assert_eq!(shared_secret(&encrypts).unwrap_err(), KeyError::UnsupportedAlgorithm);
    let content = ContentEncryption::parse(text(&encrypts, "alg")).unwrap();
    assert!(shared_encryption_key(&encrypts, KeyManagement::Direct, content).is_ok());
    let other = shared_encryption_key(&encrypts, KeyManagement::Direct, ContentEncryption::A128Gcm).unwrap_err();
    assert_eq!(other, KeyError::SecretLength { needed: 16, found: 32 });
}
