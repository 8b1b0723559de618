//! What we sign, we verify; kinds of tokens do not pass for each other.

use std::collections::BTreeMap;

use grantor_jose::{
    Algorithm, Expected, HeaderFields, JwkSet, KeySet, SigningKey, VerifyError, VerifyingKey, peek_header,
    sign_compact, verify_compact,
};

fn claims() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([("iss", "https://id.example"), ("sub", "alice")])
}

#[test]
fn a_token_of_every_algorithm_verifies_through_a_published_key_set() {
    for algorithm in Algorithm::ALL {
        let key = SigningKey::generate(algorithm).unwrap();
        let other = SigningKey::generate(Algorithm::Es256).unwrap();
        let published = serde_json::to_string(&JwkSet { keys: vec![other.public_jwk(), key.public_jwk()] }).unwrap();
        let document: JwkSet = serde_json::from_str(&published).unwrap();
        let keys = KeySet::from_jwk_set(&document, Algorithm::Rs256);

        let token = sign_compact(&key, &HeaderFields { typ: "at+jwt", x5t: Some("abc") }, &claims()).unwrap();
        let verified = verify_compact(&token, &keys, &Expected::types(&["at+jwt"])).unwrap();
        assert_eq!(verified.key_id(), key.key_id());
        assert_eq!(verified.algorithm(), algorithm);
        assert_eq!(verified.typ(), Some("at+jwt"));
        assert_eq!(verified.claims().unwrap()["sub"], "alice");

        let peeked = peek_header(&token).unwrap();
        assert_eq!((peeked.alg.as_str(), peeked.kid.as_deref()), (algorithm.name(), Some(key.key_id())));
    }
}

#[test]
fn a_kind_of_token_passes_only_for_itself() {
    let kinds = ["JWT", "at+jwt", "logout+jwt", "dpop+jwt", "client-authentication+jwt", "secevent+jwt"];
    let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let keys = KeySet::new(vec![VerifyingKey::from_signing_key(&key).unwrap()]);
    for typ in kinds {
        let token = sign_compact(&key, &HeaderFields { typ, x5t: None }, &claims()).unwrap();
        for expected in kinds {
            let result = verify_compact(&token, &keys, &Expected::types(&[expected]));
            if typ == expected {
                assert!(result.is_ok(), "{typ}");
            } else {
                assert_eq!(result.unwrap_err(), VerifyError::WrongType { found: Some(typ.to_owned()) });
            }
        }
    }
}

#[test]
fn a_key_reserved_for_an_issuer_says_so() {
    let signing = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let mut jwk = signing.public_jwk();
    jwk.issuer = Some("https://login.example/{tenantid}/v2.0".to_owned());
    let keys = KeySet::new(vec![VerifyingKey::from_jwk(&jwk).unwrap()]);
    let token = sign_compact(&signing, &HeaderFields { typ: "JWT", x5t: None }, &claims()).unwrap();
    let verified = verify_compact(&token, &keys, &Expected::any_type()).unwrap();
    assert_eq!(verified.key_issuer(), Some("https://login.example/{tenantid}/v2.0"));
}
