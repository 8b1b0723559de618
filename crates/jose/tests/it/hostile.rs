//! Tokens made by somebody who wants in.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use base64::Engine as _;
use grantor_jose::{
    Algorithm, Expected, HeaderFields, Jwk, KeySet, MAX_TOKEN_BYTES, SigningKey, VerifiedJws, VerifyError,
    VerifyingKey, base64url, digest, peek_header, sign_compact, verify_compact,
};
use serde_json::json;

const CLAIMS: &[u8] = br#"{"sub":"alice"}"#;

/// A verifier that trusts one key, and the signer of that key, who is used here to sign what no honest signer would.
struct Scene {
    key: SigningKey,
    keys: KeySet,
}

impl Scene {
    fn new(algorithm: Algorithm) -> Self {
        let key = SigningKey::generate(algorithm).unwrap().with_key_id("k".to_owned());
        let keys = KeySet::new(vec![VerifyingKey::from_signing_key(&key).unwrap()]);
        Self { key, keys }
    }

    fn verify(&self, token: &str) -> Result<VerifiedJws, VerifyError> {
        verify_compact(token, &self.keys, &Expected::any_type())
    }

    fn refusal(&self, token: &str) -> VerifyError {
        self.verify(token).unwrap_err()
    }

    /// Signs any header and payload with the trusted key.
    fn token(&self, header: &str, payload: &[u8]) -> String {
        forge(header, payload, |signed| self.key.sign(signed).unwrap())
    }
}

fn forge(header: &str, payload: &[u8], sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", base64url::encode(header), base64url::encode(payload));
    let signature = base64url::encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

#[test]
fn the_scene_accepts_an_honest_token() {
    for algorithm in Algorithm::ALL {
        let scene = Scene::new(algorithm);
        let token = scene.token(&format!(r#"{{"alg":"{algorithm}","kid":"k"}}"#), CLAIMS);
        assert_eq!(scene.verify(&token).unwrap().claims().unwrap()["sub"], "alice");
    }
}

#[test]
fn no_algorithm_at_all_is_refused() {
    // T28
    let scene = Scene::new(Algorithm::Rs256);
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        for header in [format!(r#"{{"alg":"{alg}"}}"#), format!(r#"{{"alg":"{alg}","kid":"k"}}"#)] {
            let expected = VerifyError::AlgorithmNotKeys { found: alg.to_owned() };
            assert_eq!(scene.refusal(&forge(&header, CLAIMS, |_| Vec::new())), expected, "{header}");
            assert_eq!(scene.refusal(&scene.token(&header, CLAIMS)), expected, "{header}");
        }
    }
    assert_eq!(scene.refusal(&scene.token(r#"{"kid":"k"}"#, CLAIMS)), VerifyError::Malformed);
    assert_eq!(scene.refusal(&scene.token(r#"{"alg":null,"kid":"k"}"#, CLAIMS)), VerifyError::Malformed);
}

#[test]
fn a_public_key_is_not_a_shared_secret() {
    // T28
    let scene = Scene::new(Algorithm::Rs256);
    let jwk = scene.key.public_jwk();
    let der = public_key_info(&scene.key);
    let modulus = jwk.n.clone().unwrap();
    for secret in [
        pem(&der, "\n").into_bytes(),
        pem(&der, "\r\n").into_bytes(),
        pem(&der, "\n").trim_end().into(),
        der,
        base64url::decode(&modulus).unwrap(),
        modulus.into_bytes(),
        serde_json::to_vec(&jwk).unwrap(),
        Vec::new(),
    ] {
        for header in [r#"{"alg":"HS256","kid":"k"}"#, r#"{"alg":"HS256"}"#] {
            let token = forge(header, CLAIMS, |signed| digest::hmac_sha256(&secret, signed).to_vec());
            assert_eq!(scene.refusal(&token), VerifyError::AlgorithmNotKeys { found: "HS256".to_owned() });
        }
    }
}

fn public_key_info(key: &SigningKey) -> Vec<u8> {
    let pair = RsaKeyPair::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
    AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).unwrap().as_ref().to_vec()
}

fn pem(der: &[u8], line_end: &str) -> String {
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let lines = [&["-----BEGIN PUBLIC KEY-----"], &lines[..], &["-----END PUBLIC KEY-----", ""]].concat();
    lines.join(line_end)
}

#[test]
fn a_header_cannot_choose_another_algorithm_for_a_key() {
    // T28
    let scenes = Algorithm::ALL.map(Scene::new);
    for scene in &scenes {
        for attacker in scenes.iter().filter(|other| other.key.algorithm() != scene.key.algorithm()) {
            let named = attacker.key.algorithm();
            let header = format!(r#"{{"alg":"{named}","kid":"k"}}"#);
            let expected = VerifyError::AlgorithmNotKeys { found: named.name().to_owned() };
            // Signed as the key signs, and signed as the header claims with the attacker's own key.
            assert_eq!(scene.refusal(&scene.token(&header, CLAIMS)), expected);
            assert_eq!(scene.refusal(&attacker.token(&header, CLAIMS)), expected);
        }
    }
}

#[test]
fn an_rsa_key_bound_to_one_padding_does_not_verify_the_other() {
    let pkcs1 = SigningKey::generate(Algorithm::Rs256).unwrap().with_key_id("k".to_owned());
    let pss = SigningKey::from_pkcs8(Algorithm::Ps256, &pkcs1.to_pkcs8().unwrap()).unwrap();
    let keys = KeySet::new(vec![VerifyingKey::from_signing_key(&pkcs1).unwrap()]);
    for alg in ["PS256", "RS256"] {
        let header = format!(r#"{{"alg":"{alg}","kid":"k"}}"#);
        let token = forge(&header, CLAIMS, |signed| pss.sign(signed).unwrap());
        assert!(verify_compact(&token, &keys, &Expected::any_type()).is_err(), "{alg}");
    }
}

#[test]
fn critical_extensions_are_refused() {
    // T28
    let scene = Scene::new(Algorithm::Es256);
    for member in [
        r#""crit":["exp"],"exp":1"#,
        r#""crit":[]"#,
        r#""crit":null"#,
        r#""crit":["b64"],"b64":false"#,
        r#""b64":false"#,
        r#""b64":true"#,
    ] {
        let token = scene.token(&format!(r#"{{"alg":"ES256","kid":"k",{member}}}"#), CLAIMS);
        assert_eq!(scene.refusal(&token), VerifyError::Critical, "{member}");
    }
}

#[test]
fn an_unencoded_payload_is_refused() {
    // T28
    let scene = Scene::new(Algorithm::Es256);
    let header = base64url::encode(r#"{"alg":"ES256","kid":"k","b64":false,"crit":["b64"]}"#);
    let signed = format!("{header}.payload");
    let signature = base64url::encode(scene.key.sign(signed.as_bytes()).unwrap());
    assert!(scene.verify(&format!("{signed}.{signature}")).is_err());
}

#[test]
fn a_key_in_the_header_is_not_trusted() {
    // T28
    let scene = Scene::new(Algorithm::Es256);
    let attacker = SigningKey::generate(Algorithm::Es256).unwrap().with_key_id("evil".to_owned());
    let jwk = serde_json::to_value(attacker.public_jwk()).unwrap();
    let key_members = [
        json!({ "jwk": jwk }),
        json!({ "jku": "https://evil.example/keys" }),
        json!({ "x5u": "https://evil.example/chain.pem" }),
        json!({ "x5c": ["MIIB"] }),
    ];
    let kids = [
        (Some("k"), VerifyError::BadSignature),
        (None, VerifyError::BadSignature),
        (Some("evil"), VerifyError::UnknownKey { kid: "evil".to_owned() }),
    ];
    for members in &key_members {
        for (kid, expected) in &kids {
            let mut header = members.clone();
            header["alg"] = "ES256".into();
            if let Some(kid) = kid {
                header["kid"] = (*kid).into();
            }
            let token = forge(&header.to_string(), CLAIMS, |signed| attacker.sign(signed).unwrap());
            assert_eq!(scene.refusal(&token), *expected, "{header}");
        }
        // The members have no effect in the other direction either: an honest token that carries them still verifies.
        let mut header = members.clone();
        header["alg"] = "ES256".into();
        header["kid"] = "k".into();
        assert!(scene.verify(&scene.token(&header.to_string(), CLAIMS)).is_ok());
    }
}

#[test]
fn the_key_of_a_proof_is_used_only_when_the_caller_takes_it_out() {
    // The way of DPoP: the proof's key is what it proves (RFC 9449 §4.3).
    let prover = SigningKey::generate(Algorithm::Es256).unwrap();
    let jwk = Jwk { kid: None, ..prover.public_jwk() };
    let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": jwk }).to_string();
    let proof = forge(&header, CLAIMS, |signed| prover.sign(signed).unwrap());
    let peeked = peek_header(&proof).unwrap();
    let key = VerifyingKey::from_jwk(&peeked.embedded_jwk().unwrap().unwrap()).unwrap();
    assert_eq!(key.thumbprint(), prover.key_id());
    let keys = KeySet::new(vec![key]);
    assert!(verify_compact(&proof, &keys, &Expected::types(&["dpop+jwt"])).is_ok());
    assert_eq!(verify_compact(&proof, &KeySet::default(), &Expected::any_type()).unwrap_err(), VerifyError::NoKeyId);
}

#[test]
fn size_is_measured_before_anything_is_parsed() {
    // T29
    let scene = Scene::new(Algorithm::EdDsa);
    assert_eq!(scene.refusal(&"x".repeat(MAX_TOKEN_BYTES + 1)), VerifyError::TooLarge);
    assert_eq!(peek_header(&".".repeat(MAX_TOKEN_BYTES + 1)), Err(VerifyError::TooLarge));
    let header = r#"{"alg":"EdDSA","kid":"k"}"#;
    let token = scene.token(header, CLAIMS);
    let limit = |bytes| verify_compact(&token, &scene.keys, &Expected::any_type().max_bytes(bytes));
    assert!(limit(token.len()).is_ok());
    assert_eq!(limit(token.len() - 1).unwrap_err(), VerifyError::TooLarge);
}

#[test]
fn other_numbers_of_parts_are_refused() {
    let scene = Scene::new(Algorithm::EdDsa);
    let token = scene.token(r#"{"alg":"EdDSA","kid":"k"}"#, CLAIMS);
    let (signed, _) = token.rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    for text in
        ["", ".", "..", "...", signed, header, &format!("{token}."), &format!(".{token}"), &format!("{token}.a.b")]
    {
        assert_eq!(scene.refusal(text), VerifyError::Malformed, "{text}");
    }
    assert_eq!(scene.refusal(&format!("{signed}.")), VerifyError::BadSignature);
}

#[test]
fn other_spellings_of_base64_are_refused_in_every_part() {
    let scene = Scene::new(Algorithm::Rs256);
    // One byte over a multiple of three everywhere, so that padding would fit and the last character has unused bits.
    let header = r#"{"alg":"RS256","kid":"k"}"#;
    let payload = br#"{"sub":"alice","":1234}"#;
    let token = scene.token(header, payload);
    assert!(scene.verify(&token).is_ok());
    let parts: Vec<&str> = token.split('.').collect();
    for part in 0..3 {
        let changed = |change: &dyn Fn(&str) -> String| {
            let mut parts: Vec<String> = parts.iter().map(|&text| text.to_owned()).collect();
            parts[part] = change(&parts[part]);
            parts.join(".")
        };
        let respellings: [&dyn Fn(&str) -> String; 7] = [
            &|text| format!("{text}="),
            &|text| format!("{text}=="),
            &|text| format!(" {text}"),
            &|text| format!("{text}\n"),
            &|text| format!("{}+{}", &text[..4], &text[5..]),
            &|text| format!("{}\u{e9}{}", &text[..4], &text[4..]),
            &other_unused_bits,
        ];
        for (number, change) in respellings.iter().enumerate() {
            assert_eq!(scene.refusal(&changed(change)), VerifyError::Malformed, "part {part}, change {number}");
        }
    }
}

/// The same bytes for a lax decoder: the lowest unused bit of the last character is set.
fn other_unused_bits(text: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    assert_ne!(text.len() % 4, 0, "every bit of the last character is used");
    let (rest, last) = text.split_at(text.len() - 1);
    let value = ALPHABET.find(last).unwrap();
    format!("{rest}{}", &ALPHABET[value + 1..value + 2])
}

#[test]
fn repeated_members_are_refused() {
    let scene = Scene::new(Algorithm::EdDsa);
    for header in [
        r#"{"alg":"EdDSA","kid":"k","alg":"EdDSA"}"#,
        r#"{"alg":"none","kid":"k","alg":"EdDSA"}"#,
        r#"{"alg":"EdDSA","kid":"x","kid":"k"}"#,
        r#"{"alg":"EdDSA","kid":"k","\u0061lg":"EdDSA"}"#,
        r#"{"alg":"EdDSA","kid":"k","jwk":{"kty":"OKP","kty":"RSA"}}"#,
    ] {
        assert_eq!(scene.refusal(&scene.token(header, CLAIMS)), VerifyError::Malformed, "{header}");
    }
    for claims in [r#"{"sub":"alice","sub":"bob"}"#, r#"{"act":{"sub":"alice","sub":"bob"}}"#] {
        let verified = scene.verify(&scene.token(r#"{"alg":"EdDSA","kid":"k"}"#, claims.as_bytes())).unwrap();
        assert_eq!(verified.claims(), Err(VerifyError::BadClaims), "{claims}");
    }
}

#[test]
fn headers_and_claims_that_are_not_one_object_are_refused() {
    let scene = Scene::new(Algorithm::EdDsa);
    let honest = r#"{"alg":"EdDSA","kid":"k"}"#;
    for header in [
        String::new(),
        "[]".to_owned(),
        r#""EdDSA""#.to_owned(),
        format!("{honest}{honest}"),
        format!("{honest} x"),
        honest.replace('}', ",}"),
        format!(r#"{{"alg":"EdDSA","kid":"k","x":{}1{}}}"#, "[".repeat(64), "]".repeat(64)),
    ] {
        assert_eq!(scene.refusal(&scene.token(&header, CLAIMS)), VerifyError::Malformed, "{header}");
    }
    let deep = format!(r#"{{"x":{}1{}}}"#, "[".repeat(5000), "]".repeat(5000));
    for payload in [&b""[..], b"null", b"[]", b"{} {}", b"{\"a\":\"\xff\"}", deep.as_bytes()] {
        let verified = scene.verify(&scene.token(honest, payload)).unwrap();
        assert_eq!(verified.claims(), Err(VerifyError::BadClaims));
    }
}

#[test]
fn a_token_without_kid_needs_a_set_of_one() {
    let one = Scene::new(Algorithm::EdDsa);
    let other = Scene::new(Algorithm::EdDsa);
    let token = one.token(r#"{"alg":"EdDSA"}"#, CLAIMS);
    assert!(one.verify(&token).is_ok());
    let key = |scene: &Scene| scene.keys.single().unwrap().clone();
    let two = KeySet::new(vec![key(&one), key(&other)]);
    assert_eq!(verify_compact(&token, &two, &Expected::any_type()).unwrap_err(), VerifyError::NoKeyId);
    let named = one.token(r#"{"alg":"EdDSA","kid":"k "}"#, CLAIMS);
    assert_eq!(one.refusal(&named), VerifyError::UnknownKey { kid: "k ".to_owned() });
}

#[test]
fn a_change_of_any_character_is_noticed() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap().with_key_id("k".to_owned());
    let keys = KeySet::new(vec![VerifyingKey::from_signing_key(&key).unwrap()]);
    let token = sign_compact(&key, &HeaderFields { typ: "JWT", x5t: None }, &json!({ "sub": "alice" })).unwrap();
    let accepted = |token: &str| verify_compact(token, &keys, &Expected::any_type()).is_ok();
    assert!(accepted(&token));
    for at in 0..token.len() {
        for replacement in ["A", "B", "_", "."] {
            let changed = format!("{}{replacement}{}", &token[..at], &token[at + 1..]);
            assert_eq!(accepted(&changed), changed == token, "{at} {replacement}");
        }
        assert!(!accepted(&format!("{}{}", &token[..at], &token[at + 1..])), "{at} removed");
    }
}

#[test]
fn messages_carry_nothing_of_the_token() {
    // T23
    let scene = Scene::new(Algorithm::EdDsa);
    let token = scene.token(r#"{"alg":"EdDSA","kid":"<script>\n"}"#, CLAIMS);
    assert!(!scene.refusal(&token).to_string().contains("script"));
}
