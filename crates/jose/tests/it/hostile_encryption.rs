//! Encrypted messages made by somebody who wants in, or who wants to learn something from the refusal.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use grantor_jose::{
    ContentEncryption, DecryptError, DecryptedJwe, DecryptionKey, DecryptionKeySet, EncryptedHeaderFields,
    EncryptionKey, Expected, KeyError, KeyManagement, MAX_TOKEN_BYTES, SharedEncryptionKey, base64url, decrypt_compact,
    encrypt_compact,
};
use serde_json::json;

const SECRET: [u8; 16] = [7; 16];
const PLAINTEXT: &[u8] = br#"{"sub":"alice"}"#;

fn direct() -> SharedEncryptionKey {
    SharedEncryptionKey::new(KeyManagement::Direct, ContentEncryption::A128Gcm, &SECRET).unwrap()
}

/// A message whose tag is right whatever its header says, for the one who knows the key.
fn authentic(header: &str, key: [u8; 16]) -> String {
    let header = base64url::encode(header);
    let sealing = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
    let mut text = PLAINTEXT.to_vec();
    let nonce = Nonce::assume_unique_for_key([1; 12]);
    let tag = sealing.seal_in_place_separate_tag(nonce, Aad::from(header.as_bytes()), &mut text).unwrap();
    let [iv, text, tag] = [&[1; 12], &text[..], tag.as_ref()].map(base64url::encode);
    format!("{header}..{iv}.{text}.{tag}")
}

fn open(token: &str) -> Result<DecryptedJwe, DecryptError> {
    direct().decrypt_compact(token, &Expected::any_type())
}

/// The refusal of a message that is authentic but for what its header says.
fn refusal(header: &str) -> DecryptError {
    open(&authentic(header, SECRET)).unwrap_err()
}

#[test]
fn the_scene_opens_an_honest_message() {
    let opened = open(&authentic(r#"{"alg":"dir","enc":"A128GCM","typ":"JWT"}"#, SECRET)).unwrap();
    assert_eq!((opened.plaintext(), opened.typ()), (PLAINTEXT, Some("JWT")));
    assert_eq!(opened.claims().unwrap()["sub"], "alice");
}

#[test]
fn a_header_cannot_choose_another_algorithm() {
    let others = KeyManagement::ALL.into_iter().filter(|management| *management != KeyManagement::Direct);
    let names = others.map(KeyManagement::name);
    let weak = ["none", "None", "", "RSA1_5", "PBES2-HS256+A128KW", "HS256", "RS256", "DIR"];
    for found in names.chain(weak) {
        let expected = DecryptError::AlgorithmNotKeys { found: found.to_owned() };
        assert_eq!(refusal(&json!({ "alg": found, "enc": "A128GCM" }).to_string()), expected);
    }
    for found in ["A256GCM", "A128CBC-HS256", "A128CBC", "none", "", "a128gcm"] {
        let expected = DecryptError::ContentEncryptionNotKeys { found: found.to_owned() };
        assert_eq!(refusal(&json!({ "alg": "dir", "enc": found }).to_string()), expected);
    }
}

#[test]
fn a_password_with_billions_of_rounds_costs_nothing() {
    // T29
    for rounds in [json!(2_147_483_647), json!(u64::MAX), json!("many")] {
        let header = json!({ "alg": "PBES2-HS512+A256KW", "enc": "A128GCM", "p2s": "AAAA", "p2c": rounds });
        let expected = DecryptError::AlgorithmNotKeys { found: "PBES2-HS512+A256KW".to_owned() };
        assert_eq!(refusal(&header.to_string()), expected);
    }
}

#[test]
fn extensions_and_compression_are_refused() {
    // T29
    for member in [
        r#""crit":["exp"],"exp":1"#,
        r#""crit":[]"#,
        r#""crit":null"#,
        r#""b64":false,"crit":["b64"]"#,
        r#""b64":true"#,
        r#""zip":"DEF""#,
        r#""zip":null"#,
    ] {
        let header = format!(r#"{{"alg":"dir","enc":"A128GCM",{member}}}"#);
        assert_eq!(refusal(&header), DecryptError::Critical, "{member}");
    }
}

#[test]
fn keys_and_addresses_in_the_header_have_no_effect() {
    let attacker = DecryptionKey::generate(KeyManagement::EcdhEs).unwrap();
    for member in [
        json!({ "jwk": attacker.public_jwk() }),
        json!({ "jwk": { "kty": "oct", "k": base64url::encode([8; 16]) } }),
        json!({ "jku": "https://evil.example/keys" }),
        json!({ "x5u": "https://evil.example/chain.pem" }),
        json!({ "x5c": ["MIIB"] }),
        json!({ "epk": attacker.public_jwk() }),
    ] {
        let mut header = member;
        header["alg"] = "dir".into();
        header["enc"] = "A128GCM".into();
        assert!(open(&authentic(&header.to_string(), SECRET)).is_ok(), "{header}");
        assert_eq!(open(&authentic(&header.to_string(), [8; 16])).unwrap_err(), DecryptError::Refused, "{header}");
    }
}

#[test]
fn a_public_key_is_not_a_shared_secret() {
    let key = DecryptionKey::generate(KeyManagement::EcdhEs).unwrap().with_key_id("k".to_owned());
    let public = key.public_jwk();
    let x = base64url::decode(public.x.as_ref().unwrap()).unwrap();
    let keys = DecryptionKeySet::new(vec![key]);
    let token = authentic(r#"{"alg":"dir","kid":"k","enc":"A128GCM"}"#, x[..16].try_into().unwrap());
    let refused = decrypt_compact(&token, &keys, &Expected::any_type()).unwrap_err();
    assert_eq!(refused, DecryptError::AlgorithmNotKeys { found: "dir".to_owned() });
    for management in KeyManagement::ALL {
        let silent = grantor_jose::Jwk { alg: None, ..public.clone() };
        let bound = EncryptionKey::from_jwk_for(&silent, management, ContentEncryption::A128Gcm);
        let fits = management.name().starts_with("ECDH");
        assert_eq!(bound.is_ok(), fits, "{management}");
        let as_secret = SharedEncryptionKey::new(management, ContentEncryption::A128Gcm, &x);
        assert_eq!(as_secret.is_err(), !management.is_symmetric() || !management.name().starts_with("A256"));
    }
}

#[test]
fn size_is_measured_before_anything_is_parsed() {
    // T29
    let long = "x".repeat(MAX_TOKEN_BYTES + 1);
    assert_eq!(open(&long).unwrap_err(), DecryptError::TooLarge);
    let none = DecryptionKeySet::default();
    assert_eq!(decrypt_compact(&long, &none, &Expected::any_type()).unwrap_err(), DecryptError::TooLarge);
    let token = authentic(r#"{"alg":"dir","enc":"A128GCM"}"#, SECRET);
    let limit = |bytes| direct().decrypt_compact(&token, &Expected::any_type().max_bytes(bytes));
    assert!(limit(token.len()).is_ok());
    assert_eq!(limit(token.len() - 1).unwrap_err(), DecryptError::TooLarge);
}

#[test]
fn other_headers_than_one_strict_object_are_refused() {
    let honest = r#"{"alg":"dir","enc":"A128GCM"}"#;
    for header in [
        String::new(),
        "[]".to_owned(),
        "null".to_owned(),
        format!("{honest}{honest}"),
        honest.replace('}', ",}"),
        r#"{"enc":"A128GCM"}"#.to_owned(),
        r#"{"alg":"dir"}"#.to_owned(),
        r#"{"alg":"dir","enc":null}"#.to_owned(),
        r#"{"alg":["dir"],"enc":"A128GCM"}"#.to_owned(),
        r#"{"alg":"dir","enc":"A128GCM","kid":1}"#.to_owned(),
        r#"{"alg":"dir","enc":"A128GCM","cty":{}}"#.to_owned(),
        r#"{"alg":"RSA1_5","alg":"dir","enc":"A128GCM"}"#.to_owned(),
        r#"{"alg":"dir","enc":"A128GCM","epk":{"kty":"EC","kty":"OKP"}}"#.to_owned(),
        honest.replace('}', &format!(r#","x":{}1{}}}"#, "[".repeat(64), "]".repeat(64))),
        honest.replace('}', &format!(r#","x":{}1{}}}"#, r#"{"a":"#.repeat(900), "}".repeat(900))),
    ] {
        assert_eq!(refusal(&header), DecryptError::Malformed, "{header}");
    }
}

#[test]
fn other_spellings_and_numbers_of_parts_are_refused() {
    let token = authentic(r#"{"alg":"dir","enc":"A128GCM"}"#, SECRET);
    let parts: Vec<&str> = token.split('.').collect();
    for part in 0..5 {
        for (before, after) in [("", "="), ("", "=="), (" ", ""), ("", "\n"), ("", "+"), ("\u{e9}", ""), ("", "%41")] {
            let mut changed: Vec<String> = parts.iter().map(|&part| part.to_owned()).collect();
            changed[part] = format!("{before}{}{after}", changed[part]);
            assert_eq!(open(&changed.join(".")).unwrap_err(), DecryptError::Malformed, "{part} {before}{after}");
        }
    }
    for text in ["", ".", "....", "a.b.c", &parts[..4].join("."), &format!("{token}."), &format!(".{token}")] {
        assert_eq!(open(text).unwrap_err(), DecryptError::Malformed, "{text}");
    }
    let json = json!({ "protected": parts[0], "iv": parts[2], "ciphertext": parts[3], "tag": parts[4] }).to_string();
    assert_eq!(open(&json).unwrap_err(), DecryptError::Malformed);
}

/// Decrypts with a key of its own.
type Opener = Box<dyn Fn(&str) -> Result<DecryptedJwe, DecryptError>>;

/// One key of each algorithm, and what is wrong with the secret parts: the answer must be the same everywhere.
#[test]
fn whatever_is_wrong_inside_the_answer_is_the_same() {
    let content = ContentEncryption::A128CbcHs256;
    for management in KeyManagement::ALL {
        let (token, decrypt): (String, Opener) = if management.is_symmetric() {
            let key = SharedEncryptionKey::from_client_secret(management, content, "the client secret").unwrap();
            let token = key.encrypt_compact(&EncryptedHeaderFields::default(), PLAINTEXT).unwrap();
            (token, Box::new(move |token| key.decrypt_compact(token, &Expected::any_type())))
        } else {
            let key = DecryptionKey::generate(management).unwrap();
            let encrypting = EncryptionKey::from_jwk(&key.public_jwk(), content).unwrap();
            let token = encrypt_compact(&encrypting, &EncryptedHeaderFields::default(), PLAINTEXT).unwrap();
            let keys = DecryptionKeySet::new(vec![key]);
            (token, Box::new(move |token| decrypt_compact(token, &keys, &Expected::any_type())))
        };
        assert!(decrypt(&token).is_ok(), "{management}");
        let parts: Vec<Vec<u8>> = token.split('.').map(|part| base64url::decode(part).unwrap()).collect();
        let mut refused = 0;
        for part in 1..5 {
            for wrong in wrong_versions(&parts[part]) {
                let mut changed: Vec<String> = token.split('.').map(str::to_owned).collect();
                changed[part] = base64url::encode(&wrong);
                assert_eq!(decrypt(&changed.join(".")).unwrap_err(), DecryptError::Refused, "{management} {part}");
                refused += 1;
            }
        }
        assert!(refused > 4 * 10, "{management}");
    }
}

/// Cut, longer, empty, and with a bit changed: at the ends and in the middle.
fn wrong_versions(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut wrong = vec![[bytes, &[0]].concat(), [&[0], bytes].concat(), [bytes, &[0; 16]].concat(), vec![0; 4096]];
    for length in [0, 1, 4, 8, 12, 15, 16, 24] {
        wrong.push(bytes.iter().copied().chain([0; 24]).take(length).collect());
    }
    for at in [0, bytes.len() / 2, bytes.len().wrapping_sub(1)] {
        if at < bytes.len() {
            let mut changed = bytes.to_vec();
            changed[at] ^= 1;
            wrong.push(changed);
        }
    }
    wrong.retain(|version| version != bytes);
    wrong
}

#[test]
fn a_change_of_any_character_is_noticed() {
    let key = DecryptionKey::generate(KeyManagement::EcdhEsA256Kw).unwrap();
    let encrypting = EncryptionKey::from_jwk(&key.public_jwk(), ContentEncryption::A256Gcm).unwrap();
    let keys = DecryptionKeySet::new(vec![key]);
    let token = encrypt_compact(&encrypting, &EncryptedHeaderFields::default(), PLAINTEXT).unwrap();
    let accepted = |token: &str| decrypt_compact(token, &keys, &Expected::any_type()).is_ok();
    for at in 0..token.len() {
        for replacement in ["A", "_", "."] {
            let changed = format!("{}{replacement}{}", &token[..at], &token[at + 1..]);
            assert_eq!(accepted(&changed), changed == token, "{at} {replacement}");
        }
        assert!(!accepted(&format!("{}{}", &token[..at], &token[at + 1..])), "{at} removed");
    }
}

#[test]
fn a_key_for_another_padding_does_not_open() {
    let old = DecryptionKey::generate(KeyManagement::RsaOaep).unwrap();
    let new = DecryptionKey::from_pkcs8(KeyManagement::RsaOaep256, &old.to_pkcs8().unwrap()).unwrap();
    assert_eq!(old.key_id(), new.key_id());
    let encrypting = EncryptionKey::from_jwk(&old.public_jwk(), ContentEncryption::A128Gcm).unwrap();
    assert_eq!(
        EncryptionKey::from_jwk_for(&old.public_jwk(), KeyManagement::RsaOaep256, ContentEncryption::A128Gcm)
            .unwrap_err(),
        KeyError::AlgorithmNotKeys
    );
    let token = encrypt_compact(&encrypting, &EncryptedHeaderFields::default(), PLAINTEXT).unwrap();
    let pkcs8 = new.to_pkcs8().unwrap();
    let only_new = DecryptionKeySet::new(vec![DecryptionKey::from_pkcs8(KeyManagement::RsaOaep256, &pkcs8).unwrap()]);
    let refused = decrypt_compact(&token, &only_new, &Expected::any_type()).unwrap_err();
    assert_eq!(refused, DecryptError::AlgorithmNotKeys { found: "RSA-OAEP".to_owned() });
    // With both keys in the set the algorithm chooses between them.
    let both = DecryptionKeySet::new(vec![new, old]);
    assert!(decrypt_compact(&token, &both, &Expected::any_type()).is_ok());
}
