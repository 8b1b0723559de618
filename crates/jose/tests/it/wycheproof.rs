//! Project Wycheproof: forged signatures, odd encodings, weak keys. The expected result is the file's.

use grantor_jose::{
    Algorithm, Expected, Jwk, JwkSet, KeyError, KeySet, SealingKey, VerifyError, VerifyingKey, base64url,
    verify_compact,
};
use serde_json::Value;

use crate::vectors::{hex, list, load, text};

/// Tests of one file after they have run, by what the file expects of them.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    valid: usize,
    invalid: usize,
    acceptable: usize,
}

impl Counts {
    /// Compares with the file and counts. An `acceptable` test must be refused: there is one, a DigestInfo without its NULL,
    /// and a signature that two verifiers read differently is not one we want (RFC 8017 §8.2.2 compares whole encodings).
    fn expect(&mut self, test: &Value, accepted: bool) {
        let counted = match text(test, "result") {
            "valid" => &mut self.valid,
            "invalid" => &mut self.invalid,
            "acceptable" => &mut self.acceptable,
            other => panic!("{other}"),
        };
        *counted += 1;
        assert_eq!(accepted, test["result"] == "valid", "{test}");
    }
}

fn signatures(file: &str, algorithm: Algorithm) -> Counts {
    let mut counts = Counts::default();
    for group in list(&load(&format!("wycheproof/{file}_test.json")), "testGroups") {
        let jwk = [&group["publicKeyJwk"], &group["keyJwk"]].into_iter().find(|jwk| jwk.is_object());
        let jwk = jwk.map_or_else(|| from_numbers(&group["publicKey"], algorithm), read);
        let key = VerifyingKey::from_jwk_for(&jwk, algorithm).unwrap();
        for test in list(group, "tests") {
            counts.expect(test, key.verify(&hex(test, "msg"), &hex(test, "sig")));
        }
    }
    counts
}

fn read(jwk: &Value) -> Jwk {
    Jwk::from_value(jwk).unwrap()
}

/// A few groups have the key only as numbers.
fn from_numbers(key: &Value, algorithm: Algorithm) -> Jwk {
    let written = |bytes: &[u8]| Some(base64url::encode(bytes));
    if key.get("modulus").is_some() {
        let number = |name| written(hex(key, name).strip_prefix(&[0]).unwrap_or(&hex(key, name)));
        return Jwk { kty: "RSA".to_owned(), n: number("modulus"), e: number("publicExponent"), ..Jwk::default() };
    }
    let point = hex(key, "uncompressed");
    let (x, y) = point[1..].split_at(point.len() / 2);
    let crv = match algorithm {
        Algorithm::Es256 => "P-256",
        Algorithm::Es384 => "P-384",
        _ => "P-521",
    };
    Jwk { kty: "EC".to_owned(), crv: Some(crv.to_owned()), x: written(x), y: written(y), ..Jwk::default() }
}

#[test]
fn rsa_pkcs1_signatures() {
    let expected = |valid, invalid| Counts { valid, invalid, acceptable: 1 };
    assert_eq!(signatures("rsa_signature_2048_sha256", Algorithm::Rs256), expected(9, 249));
    assert_eq!(signatures("rsa_signature_2048_sha384", Algorithm::Rs384), expected(7, 250));
    assert_eq!(signatures("rsa_signature_2048_sha512", Algorithm::Rs512), expected(8, 250));
}

#[test]
fn rsa_pss_signatures() {
    let expected = |valid, invalid| Counts { valid, invalid, acceptable: 0 };
    assert_eq!(signatures("rsa_pss_2048_sha256_mgf1_32", Algorithm::Ps256), expected(63, 45));
    assert_eq!(signatures("rsa_pss_2048_sha384_mgf1_48", Algorithm::Ps384), expected(95, 46));
}

#[test]
fn ecdsa_signatures() {
    let expected = |valid, invalid| Counts { valid, invalid, acceptable: 0 };
    assert_eq!(signatures("ecdsa_secp256r1_sha256_p1363", Algorithm::Es256), expected(173, 89));
    assert_eq!(signatures("ecdsa_secp384r1_sha384_p1363", Algorithm::Es384), expected(193, 87));
    assert_eq!(signatures("ecdsa_secp521r1_sha512_p1363", Algorithm::Es512), expected(231, 87));
}

#[test]
fn ed25519_signatures() {
    let expected = Counts { valid: 88, invalid: 63, acceptable: 0 };
    assert_eq!(signatures("ed25519", Algorithm::EdDsa), expected);
}

#[test]
fn tokens() {
    /// RFC 7520 figures whose key in this file says another algorithm than the token (PS256 for PS384), or one that does
    /// not exist (`ES521`). The file calls them valid; a key that is bound to its algorithm must refuse them. The same
    /// tokens are accepted in `cookbook.rs` with keys that say the truth.
    const MISLABELLED: [u64; 4] = [346, 347, 350, 351];
    let mut counts = Counts::default();
    let mut shared_secrets = 0;
    for group in list(&load("wycheproof/json_web_signature_test.json"), "testGroups") {
        if group["private"]["kty"] == "oct" {
            // A shared secret is never read as a public key. Its tokens run in `wycheproof_shared_secrets.rs`.
            assert_eq!(Jwk::from_value(&group["private"]), Err(KeyError::PrivateMember));
            shared_secrets += list(group, "tests").len();
            continue;
        }
        let keys = VerifyingKey::from_jwk(&read(&group["public"])).map(|key| KeySet::new(vec![key]));
        for test in list(group, "tests") {
            let token = test["jws"].as_str().map_or_else(|| test["jws"].to_string(), str::to_owned);
            let result = keys.as_ref().map(|keys| verify_compact(&token, keys, &Expected::any_type()));
            if MISLABELLED.contains(&test["tcId"].as_u64().unwrap()) {
                assert_eq!(test["result"], "valid");
                let refused = match result {
                    Ok(token) => matches!(token, Err(VerifyError::AlgorithmNotKeys { .. })),
                    Err(key) => *key == KeyError::UnsupportedAlgorithm,
                };
                assert!(refused, "{test}");
                continue;
            }
            counts.expect(test, matches!(result, Ok(Ok(_))));
        }
    }
    assert_eq!(shared_secrets + MISLABELLED.len() + counts.valid + counts.invalid, 401);
    assert_eq!(counts, Counts { valid: 32, invalid: 325, acceptable: 0 });
}

#[test]
fn tokens_of_the_mixed_file() {
    let mut counts = Counts::default();
    for group in list(&load("wycheproof/json_web_crypto_test.json"), "testGroups") {
        let Some(public) = group.get("public") else {
            // Shared secrets, alone or in a set, and encrypted messages.
            assert!(serde_json::from_value::<JwkSet>(group["private"].clone()).is_err());
            assert!(Jwk::from_value(&group["private"]).is_err());
            continue;
        };
        let keys = VerifyingKey::from_jwk(&read(public)).map(|key| KeySet::new(vec![key]));
        for test in list(group, "tests") {
            let accepted = |keys| verify_compact(text(test, "jws"), keys, &Expected::any_type()).is_ok();
            counts.expect(test, keys.as_ref().is_ok_and(accepted));
        }
    }
    assert_eq!(counts, Counts { valid: 2, invalid: 27, acceptable: 0 });
}

/// ES256K is not on our list: no standard that we speak asks for it, and each algorithm more is one more to watch. So no
/// token of such a key is accepted, for there is no such key.
#[test]
fn keys_on_secp256k1_are_refused() {
    let mut seen = 0;
    let vectors = load("wycheproof/ecdsa_secp256k1_sha256_p1363_test.json");
    for group in list(&vectors, "testGroups") {
        let point = hex(&group["publicKey"], "uncompressed");
        let (x, y) = point[1..].split_at(point.len() / 2);
        let (x, y) = (Some(base64url::encode(x)), Some(base64url::encode(y)));
        let jwk = Jwk { kty: "EC".to_owned(), crv: Some("secp256k1".to_owned()), x, y, ..Jwk::default() };
        assert_eq!(VerifyingKey::from_jwk(&jwk).unwrap_err(), KeyError::UnsupportedCurve);
        let named = Jwk { alg: Some("ES256K".to_owned()), ..jwk.clone() };
        assert_eq!(VerifyingKey::from_jwk(&named).unwrap_err(), KeyError::UnsupportedAlgorithm);
        for algorithm in Algorithm::ALL {
            assert_eq!(VerifyingKey::from_jwk_for(&jwk, algorithm).unwrap_err(), KeyError::AlgorithmNotKeys);
        }
        // Calling it a P-256 key does not help: the point is not on that curve.
        let renamed = Jwk { crv: Some("P-256".to_owned()), ..jwk };
        assert_eq!(VerifyingKey::from_jwk(&renamed).unwrap_err(), KeyError::Invalid);
        seen += list(group, "tests").len();
    }
    assert_eq!(vectors["numberOfTests"], seen);
}

#[test]
fn keys() {
    let mut counts = Counts::default();
    let mut shared_secrets = 0;
    for group in list(&load("wycheproof/json_web_key_test.json"), "testGroups") {
        let Some(public) = group.get("public") else {
            // A set with a shared secret in it: the whole document is refused, mixed or not. Secrets that are alone run in
            // `wycheproof_shared_secrets.rs`.
            assert!(serde_json::from_value::<JwkSet>(group["private"].clone()).is_err());
            shared_secrets += list(group, "tests").len();
            continue;
        };
        assert!(serde_json::from_value::<JwkSet>(group["private"].clone()).is_err());
        let document: JwkSet = serde_json::from_value(public.clone()).unwrap();
        let keys = KeySet::from_jwk_set(&document, Algorithm::Rs256);
        for test in list(group, "tests") {
            counts.expect(test, verify_compact(text(test, "jws"), &keys, &Expected::any_type()).is_ok());
            // Refused because of the key, not by accident: no bad key gets into the set.
            assert_eq!(keys.is_empty(), test["result"] == "invalid", "{test}");
        }
    }
    assert_eq!(shared_secrets + counts.valid + counts.invalid, 26);
    assert_eq!(counts, Counts { valid: 1, invalid: 10, acceptable: 0 });
}

#[test]
fn sealing() {
    let mut counts = Counts::default();
    for group in list(&load("wycheproof/aes_gcm_test.json"), "testGroups") {
        if (&group["keySize"], &group["ivSize"], &group["tagSize"]) != (&256.into(), &96.into(), &128.into()) {
            continue;
        }
        for test in list(group, "tests") {
            let key = SealingKey::from_bytes(hex(test, "key").try_into().unwrap());
            let nonce: [u8; 12] = hex(test, "iv").try_into().unwrap();
            let (place, message) = (hex(test, "aad"), hex(test, "msg"));
            let sealed = [&[1][..], &nonce, &hex(test, "ct"), &hex(test, "tag")].concat();
            let opened = key.open(&place, &sealed);
            counts.expect(test, opened.is_ok());
            if let Ok(opened) = opened {
                assert_eq!(*opened, message);
                assert_eq!(key.seal(nonce, &place, &message), sealed);
            }
        }
    }
    assert_eq!(counts, Counts { valid: 39, invalid: 27, acceptable: 0 });
}
