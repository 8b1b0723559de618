//! Project Wycheproof for whole encrypted messages: changed parts, cut tags, wrong keys, keys used for another algorithm.

use grantor_jose::{
    ContentEncryption, DecryptError, DecryptedJwe, DecryptionKeySet, EncryptedHeaderFields, EncryptionKey, Expected,
    Jwk, KeyManagement, decrypt_compact, encrypt_compact,
};
use serde_json::Value;

use crate::private_keys::{decryption_key, public_half, shared_encryption_key};
use crate::vectors::{hex, list, load, text};

/// What the messages of a file came to.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    valid: usize,
    invalid: usize,
    /// Valid for the file, and refused here on purpose: `RSA1_5`, and compression.
    refused_on_purpose: usize,
}

/// Decrypts with the key of a group. The algorithm is the one the key says; a key that says a content encryption is a key
/// for `dir`. A shared secret is for one content encryption, that of the test.
fn decrypt(key: &Value, content: &str, token: &str) -> Option<Result<DecryptedJwe, DecryptError>> {
    let named = text(key, "alg");
    let direct = ContentEncryption::parse(named).map(|_| KeyManagement::Direct);
    let management = KeyManagement::parse(named).or(direct)?;
    let expected = Expected::any_type();
    Some(if key["kty"] == "oct" {
        let shared = shared_encryption_key(key, management, ContentEncryption::parse(content).unwrap());
        shared.unwrap().decrypt_compact(token, &expected)
    } else {
        let keys = DecryptionKeySet::new(vec![decryption_key(key, management).unwrap()]);
        decrypt_compact(token, &keys, &expected)
    })
}

fn run(counts: &mut Counts, key: &Value, test: &Value) {
    let token = test["jwe"].as_str().map_or_else(|| test["jwe"].to_string(), str::to_owned);
    // The older file does not say the content encryption; its shared secret is used for one only.
    let content = test["enc"].as_str().unwrap_or("A256CBC-HS512");
    let result = decrypt(key, content, &token);
    let compressed = matches!(result, Some(Err(DecryptError::Critical)));
    match (text(test, "result"), &result) {
        ("invalid", _) => {
            assert!(!matches!(result, Some(Ok(_))), "{test}");
            counts.invalid += 1;
        }
        ("valid", Some(Ok(opened))) => {
            if test.get("pt").is_some() {
                assert_eq!(opened.plaintext(), hex(test, "pt"));
            }
            counts.valid += 1;
        }
        ("valid", None) => {
            assert_eq!(key["alg"], "RSA1_5");
            counts.refused_on_purpose += 1;
        }
        ("valid", Some(Err(_))) if compressed => {
            assert!(list(test, "flags").iter().any(|flag| flag == "CompressedPlaintext"), "{test}");
            counts.refused_on_purpose += 1;
        }
        _ => panic!("{test}: {result:?}"),
    }
}

/// Encrypts for the published key of the group; the private one opens it.
fn both_directions(private: &Value) {
    let Some(management) = KeyManagement::parse(text(private, "alg")) else { return };
    if management.is_symmetric() {
        return;
    }
    let public = Jwk::from_value(&public_half(private)).unwrap();
    for content in ContentEncryption::ALL {
        let key = EncryptionKey::from_jwk_for(&public, management, content).unwrap();
        let token = encrypt_compact(&key, &EncryptedHeaderFields::default(), b"for the owner").unwrap();
        let opened = decrypt(private, content.name(), &token).unwrap().unwrap();
        assert_eq!(opened.plaintext(), b"for the owner");
    }
}

#[test]
fn messages() {
    let vectors = load("wycheproof/json_web_encryption_test.json");
    let mut counts = Counts::default();
    for group in list(&vectors, "testGroups") {
        both_directions(&group["private"]);
        for test in list(group, "tests") {
            run(&mut counts, &group["private"], test);
        }
    }
    assert_eq!(vectors["numberOfTests"], counts.valid + counts.invalid + counts.refused_on_purpose);
    assert_eq!(counts, Counts { valid: 56, invalid: 74, refused_on_purpose: 9 });
}

#[test]
fn messages_of_the_mixed_file() {
    let vectors = load("wycheproof/json_web_crypto_test.json");
    let mut counts = Counts::default();
    for group in list(&vectors, "testGroups") {
        for test in list(group, "tests").iter().filter(|test| test.get("jwe").is_some()) {
            run(&mut counts, &group["private"], test);
        }
    }
    // The other tests of the file are signatures, see `wycheproof.rs`.
    assert_eq!(counts, Counts { valid: 2, invalid: 32, refused_on_purpose: 0 });
}
