//! Tokens for a shared secret, made by somebody who does not have it, or who wants more than it is for.

use grantor_jose::{
    Algorithm, Expected, HeaderFields, Jwk, KeySet, MAX_TOKEN_BYTES, MacAlgorithm, SharedSecretKey, SigningKey,
    VerifyError, VerifyingKey, base64url, sign_compact, verify_compact,
};
use serde_json::json;

const CLAIMS: &[u8] = br#"{"sub":"app"}"#;

fn secret() -> SharedSecretKey {
    SharedSecretKey::new(MacAlgorithm::Hs256, &[7; 32]).unwrap()
}

/// Signs any header and payload with the secret.
fn token(header: &str, payload: &[u8]) -> String {
    let signed = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
    let code = base64url::encode(secret().sign(signed.as_bytes()));
    format!("{signed}.{code}")
}

fn verify(token: &str) -> Result<Vec<u8>, VerifyError> {
    secret().verify_compact(token, &Expected::any_type()).map(|verified| verified.payload().to_vec())
}

#[test]
fn the_scene_accepts_an_honest_token() {
    assert_eq!(verify(&token(r#"{"alg":"HS256"}"#, CLAIMS)), Ok(CLAIMS.to_vec()));
}

#[test]
fn a_header_cannot_choose_another_algorithm() {
    let signatures = Algorithm::ALL.map(Algorithm::name);
    for found in signatures.into_iter().chain(["none", "None", "HS384", "HS512", "hs256", "HS1", "A128KW", "dir", ""]) {
        let expected = VerifyError::AlgorithmNotKeys { found: found.to_owned() };
        let header = json!({ "alg": found }).to_string();
        assert_eq!(verify(&token(&header, CLAIMS)), Err(expected.clone()));
        let unsigned = format!("{}.{}.", base64url::encode(&header), base64url::encode(CLAIMS));
        assert_eq!(verify(&unsigned), Err(expected));
    }
}

#[test]
fn what_a_private_key_signs_no_secret_verifies_and_the_other_way_round() {
    // T28
    let fields = HeaderFields { typ: "JWT", x5t: None };
    for algorithm in Algorithm::ALL {
        let signing = SigningKey::generate(algorithm).unwrap();
        let keys = KeySet::new(vec![VerifyingKey::from_signing_key(&signing).unwrap()]);
        let signed = sign_compact(&signing, &fields, &json!({ "sub": "app" })).unwrap();
        // Even the public key itself, in its published form, is no secret that verifies.
        let published = serde_json::to_vec(&signing.public_jwk()).unwrap();
        for mac in MacAlgorithm::ALL {
            let secret = SharedSecretKey::new(mac, &published).unwrap();
            let expected = VerifyError::AlgorithmNotKeys { found: algorithm.name().to_owned() };
            assert_eq!(secret.verify_compact(&signed, &Expected::any_type()).unwrap_err(), expected);
            let forged = secret.sign_compact(&fields, &json!({ "sub": "app" })).unwrap();
            let expected = VerifyError::AlgorithmNotKeys { found: mac.name().to_owned() };
            assert_eq!(verify_compact(&forged, &keys, &Expected::any_type()).unwrap_err(), expected);
        }
    }
}

#[test]
fn no_jwk_becomes_a_secret() {
    for alg in MacAlgorithm::ALL.map(MacAlgorithm::name) {
        let published = json!({ "kty": "oct", "alg": alg, "kid": "k" });
        let jwk = Jwk::from_value(&published).unwrap();
        assert!(VerifyingKey::from_jwk(&jwk).is_err());
        let with_secret = json!({ "kty": "oct", "alg": alg, "k": base64url::encode([7; 64]) });
        assert!(Jwk::from_value(&with_secret).is_err());
    }
}

#[test]
fn extensions_are_refused_and_keys_in_the_header_have_no_effect() {
    for member in [r#""crit":["exp"],"exp":1"#, r#""crit":[]"#, r#""b64":false"#, r#""b64":true"#] {
        assert_eq!(verify(&token(&format!(r#"{{"alg":"HS256",{member}}}"#), CLAIMS)), Err(VerifyError::Critical));
    }
    let attacker = SharedSecretKey::new(MacAlgorithm::Hs256, &[8; 32]).unwrap();
    for member in [
        json!({ "jwk": { "kty": "oct", "k": base64url::encode([8; 32]) } }),
        json!({ "jku": "https://evil.example/keys" }),
        json!({ "x5c": ["MIIB"] }),
        json!({ "kid": "../../dev/null" }),
    ] {
        let mut header = member;
        header["alg"] = "HS256".into();
        let honest = token(&header.to_string(), CLAIMS);
        assert!(verify(&honest).is_ok(), "{header}");
        let (signed, _) = honest.rsplit_once('.').unwrap();
        let forged = format!("{signed}.{}", base64url::encode(attacker.sign(signed.as_bytes())));
        assert_eq!(verify(&forged), Err(VerifyError::BadSignature), "{header}");
    }
}

#[test]
fn cut_and_longer_codes_are_refused() {
    let honest = token(r#"{"alg":"HS256"}"#, CLAIMS);
    let (signed, code) = honest.rsplit_once('.').unwrap();
    let code = base64url::decode(code).unwrap();
    for length in 0..code.len() {
        let cut = format!("{signed}.{}", base64url::encode(&code[..length]));
        assert_eq!(verify(&cut), Err(VerifyError::BadSignature), "{length}");
    }
    let longer = format!("{signed}.{}", base64url::encode([&code[..], &[0]].concat()));
    assert_eq!(verify(&longer), Err(VerifyError::BadSignature));
}

#[test]
fn size_spelling_and_type_are_looked_at() {
    assert_eq!(verify(&"x".repeat(MAX_TOKEN_BYTES + 1)), Err(VerifyError::TooLarge));
    let honest = token(r#"{"alg":"HS256"}"#, CLAIMS);
    for text in ["", "..", "a.b", &format!("{honest}="), &format!("{honest}.a"), &honest.replacen('.', "=.", 1)] {
        assert_eq!(verify(text), Err(VerifyError::Malformed), "{text}");
    }
    for header in [r#"{"alg":"none","alg":"HS256"}"#, r#"{"alg":1}"#, "{}", "[]", ""] {
        assert_eq!(verify(&token(header, CLAIMS)), Err(VerifyError::Malformed), "{header}");
    }
    let typed = |expected: &[&str]| secret().verify_compact(&honest, &Expected::types(expected)).map(|_| ());
    assert_eq!(typed(&["JWT"]), Err(VerifyError::WrongType { found: None }));
    let twice = token(r#"{"alg":"HS256"}"#, br#"{"sub":"app","sub":"admin"}"#);
    let verified = secret().verify_compact(&twice, &Expected::any_type()).unwrap();
    assert_eq!(verified.claims(), Err(VerifyError::BadClaims));
}
