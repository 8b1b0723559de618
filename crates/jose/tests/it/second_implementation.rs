//! Keys and tokens that another library made.

use grantor_jose::{
    Algorithm, ContentEncryption, DecryptionKey, DecryptionKeySet, EncryptedHeaderFields, EncryptionKey, Expected,
    HeaderFields, Jwk, KeyManagement, KeySet, MacAlgorithm, SharedEncryptionKey, SharedSecretKey, SigningKey,
    VerifyingKey, base64url, decrypt_compact, encrypt_compact, sign_compact, thumbprint, verify_compact,
};
use serde_json::Value;

use crate::private_keys::decoded;
use crate::vectors::{list, load, text};

#[test]
fn tokens_thumbprints_and_private_keys_of_another_library_are_read() {
    let mut seen = Vec::new();
    for vector in list(&load("second-implementation/tokens.json"), "vectors") {
        let algorithm = Algorithm::parse(text(vector, "alg")).unwrap();
        let jwk = Jwk::from_value(&vector["jwk"]).unwrap();
        assert_eq!(thumbprint(&jwk).unwrap(), text(vector, "thumbprint"));

        let keys = KeySet::new(vec![VerifyingKey::from_jwk_for(&jwk, algorithm).unwrap()]);
        let verified = verify_compact(text(vector, "token"), &keys, &Expected::types(&["JWT"])).unwrap();
        assert_eq!(verified.claims().unwrap()["alg"], text(vector, "alg"));

        // The private key fits the public one: the same thumbprint, and what it signs verifies with the key of the vector.
        let pkcs8 = base64url::decode(text(vector, "pkcs8")).unwrap();
        let signing = SigningKey::from_pkcs8(algorithm, &pkcs8).unwrap();
        assert_eq!(signing.key_id(), text(vector, "thumbprint"));
        let signing = signing.with_key_id(verified.key_id().to_owned());
        let token = sign_compact(&signing, &HeaderFields { typ: "JWT", x5t: None }, &"claims").unwrap();
        assert!(verify_compact(&token, &keys, &Expected::any_type()).is_ok());
        seen.push(algorithm);
    }
    assert_eq!(seen.len(), Algorithm::ALL.len());
    assert!(Algorithm::ALL.iter().all(|algorithm| seen.contains(algorithm)));
}

#[test]
fn messages_and_decryption_keys_of_another_library_are_read() {
    let mut seen = Vec::new();
    for vector in list(&load("second-implementation/encrypted.json"), "vectors") {
        let management = KeyManagement::parse(text(vector, "alg")).unwrap();
        let content = ContentEncryption::parse(text(vector, "enc")).unwrap();
        if management.is_symmetric() {
            let key = SharedEncryptionKey::new(management, content, &decoded(vector, "secret")).unwrap();
            let opened = key.decrypt_compact(text(vector, "token"), &Expected::any_type()).unwrap();
            assert_eq!(opened.plaintext(), decoded(vector, "plaintext"), "{vector}");
        } else {
            asymmetric(vector, management, content);
        }
        seen.push(management);
    }
    assert!(KeyManagement::ALL.iter().all(|management| seen.contains(management)));
}

fn asymmetric(vector: &Value, management: KeyManagement, content: ContentEncryption) {
    let key = || DecryptionKey::from_pkcs8(management, &decoded(vector, "pkcs8")).unwrap();
    let jwk = Jwk::from_value(&vector["jwk"]).unwrap();
    assert_eq!(key().key_id(), thumbprint(&jwk).unwrap(), "the private key fits the public one");
    // Some messages name their key by a `kid` that is not ours to choose.
    let token = text(vector, "token");
    let named: Value = {
        let header = token.split('.').next().unwrap();
        serde_json::from_slice(&base64url::decode(header).unwrap()).unwrap()
    };
    let key = match named["kid"].as_str() {
        Some(kid) => key().with_key_id(kid.to_owned()),
        None => key(),
    };
    let keys = DecryptionKeySet::new(vec![key]);
    let opened = decrypt_compact(token, &keys, &Expected::types(&["JWT"])).unwrap();
    assert_eq!(opened.plaintext(), decoded(vector, "plaintext"), "{vector}");

    let public = EncryptionKey::from_jwk_for(&jwk, management, content).unwrap();
    let token = encrypt_compact(&public, &EncryptedHeaderFields::default(), b"for that key").unwrap();
    assert_eq!(decrypt_compact(&token, &keys, &Expected::any_type()).unwrap().plaintext(), b"for that key");
}

#[test]
fn tokens_that_another_library_signed_with_a_secret_are_read() {
    let mut seen = Vec::new();
    for vector in list(&load("second-implementation/shared_secrets.json"), "vectors") {
        let algorithm = MacAlgorithm::parse(text(vector, "alg")).unwrap();
        let key = SharedSecretKey::new(algorithm, &decoded(vector, "secret")).unwrap();
        let verified = key.verify_compact(text(vector, "token"), &Expected::types(&["JWT"])).unwrap();
        assert_eq!(verified.claims().unwrap()["alg"], text(vector, "alg"));
        let header = HeaderFields { typ: "JWT", x5t: None };
        let token = key.sign_compact(&header, &verified.claims().unwrap()).unwrap();
        assert!(key.verify_compact(&token, &Expected::any_type()).is_ok());
        seen.push(algorithm);
    }
    assert_eq!(seen, MacAlgorithm::ALL);
}
