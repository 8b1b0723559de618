//! Project Wycheproof for shared secrets: the codes themselves, and tokens signed with them.

use grantor_jose::{Expected, KeyError, MacAlgorithm, SharedSecretKey};
use serde_json::Value;

use crate::private_keys::shared_secret;
use crate::vectors::{hex, list, load};

/// Tokens with a question mark in a part. The file calls them valid, and they are for a reader that skips what is not
/// base64url. For us every part has one spelling (RFC 7515 §2).
const OTHER_SPELLINGS: [u64; 2] = [372, 373];

/// Tokens that the file calls invalid for a padding that they do not have: letter by letter they are the valid token of the
/// third number. `hostile.rs` adds the padding.
const LOST_PADDING: ([u64; 2], u64) = ([367, 370], 357);

fn codes(file: &str, algorithm: MacAlgorithm) -> usize {
    let vectors = load(&format!("wycheproof/{file}_test.json"));
    let (mut seen, mut accepted) = (0, 0);
    for group in list(&vectors, "testGroups") {
        for test in list(group, "tests") {
            seen += 1;
            let (secret, message, code) = (hex(test, "key"), hex(test, "msg"), hex(test, "tag"));
            let (needed, found) = (algorithm.hash_bytes(), secret.len());
            let key = SharedSecretKey::new(algorithm, &secret);
            if found < needed {
                assert_eq!(key.unwrap_err(), KeyError::ShortSecret { needed, found });
                continue;
            }
            let key = key.unwrap();
            // Half of the groups have codes that were cut: JWS has only whole ones (RFC 7518 §3.2).
            let whole = group["tagSize"] == needed * 8;
            assert_eq!(key.verify(&message, &code), whole && test["result"] == "valid", "{test}");
            if test["result"] == "valid" {
                assert_eq!(key.sign(&message)[..code.len()], code, "{test}");
                accepted += usize::from(whole);
            }
        }
    }
    assert_eq!(vectors["numberOfTests"], seen);
    accepted
}

#[test]
fn codes_of_every_hash() {
    assert_eq!(codes("hmac_sha256", MacAlgorithm::Hs256), 27 + 3);
    assert_eq!(codes("hmac_sha384", MacAlgorithm::Hs384), 27 + 3);
    assert_eq!(codes("hmac_sha512", MacAlgorithm::Hs512), 27 + 3);
}

/// Runs the tests of one secret; yields how many were accepted and how many refused.
fn tokens_of(key: &Value, tests: &[Value]) -> (usize, usize) {
    let secret = shared_secret(key);
    let accepts =
        |token: &str| secret.as_ref().is_ok_and(|secret| secret.verify_compact(token, &Expected::any_type()).is_ok());
    let mut counts = (0, 0);
    for test in tests {
        let token = test["jws"].as_str().map_or_else(|| test["jws"].to_string(), str::to_owned);
        let number = test["tcId"].as_u64().unwrap();
        let mut expected = test["result"] == "valid";
        if OTHER_SPELLINGS.contains(&number) && token.contains('?') {
            assert!(accepts(&token.replace('?', "")), "{test}");
            expected = false;
        }
        if LOST_PADDING.0.contains(&number) && test["comment"].as_str().unwrap().contains("Padding") {
            let same = tests.iter().find(|other| other["tcId"] == LOST_PADDING.1).unwrap();
            assert_eq!((&same["jws"], &same["result"]), (&test["jws"], &"valid".into()));
            expected = true;
        }
        assert_eq!(accepts(&token), expected, "{test}");
        if expected {
            counts.0 += 1;
        } else {
            counts.1 += 1;
        }
    }
    counts
}

/// The shared secret of a group. A set with more than one key is never read: there is no set of shared secrets.
fn secret_of(group: &Value) -> Option<&Value> {
    let private = &group["private"];
    let key = match private["keys"].as_array().map(Vec::as_slice) {
        None => private,
        Some([only]) => only,
        Some(_) => return None,
    };
    (key["kty"] == "oct" && key["use"] == "sig").then_some(key)
}

/// Runs the groups of a file that have a shared secret.
fn tokens(file: &str) -> (usize, usize) {
    let vectors = load(&format!("wycheproof/{file}_test.json"));
    let groups = list(&vectors, "testGroups").iter();
    let counts = groups.filter_map(|group| Some(tokens_of(secret_of(group)?, list(group, "tests"))));
    counts.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
}

#[test]
fn tokens_signed_with_a_secret() {
    assert_eq!(tokens("json_web_signature"), (10, 30));
    assert_eq!(tokens("json_web_crypto"), (1, 16));
    assert_eq!(tokens("json_web_key"), (3, 8));
}
