//! Whatever comes in: no reader panics, nothing is accepted that was not made with the key, and what was made is read back.

use std::sync::LazyLock;

use grantor_jose::{
    Algorithm, ContentEncryption, DecryptionKey, DecryptionKeySet, EncryptedHeaderFields, EncryptionKey, Expected,
    HeaderFields, Jwk, JwkSet, KeyManagement, KeySet, MacAlgorithm, SharedEncryptionKey, SharedSecretKey, SigningKey,
    VerifyingKey, base64url, decrypt_compact, encrypt_compact, peek_header, verify_compact,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

/// Keys that are made once.
static SIGNED: LazyLock<KeySet> = LazyLock::new(|| {
    let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
    KeySet::new(vec![VerifyingKey::from_signing_key(&key).unwrap()])
});
static ENCRYPTED: LazyLock<DecryptionKeySet> = LazyLock::new(|| {
    let managements = [KeyManagement::RsaOaep256, KeyManagement::EcdhEs, KeyManagement::EcdhEsA256Kw];
    DecryptionKeySet::new(managements.map(|management| DecryptionKey::generate(management).unwrap()).into())
});

/// Gives a text to everything that reads tokens of strangers.
fn nobody_accepts(text: &str) {
    let expected = Expected::any_type();
    let _ = peek_header(text);
    assert!(verify_compact(text, &SIGNED, &expected).is_err());
    assert!(decrypt_compact(text, &ENCRYPTED, &expected).is_err());
    for algorithm in MacAlgorithm::ALL {
        let secret = SharedSecretKey::new(algorithm, &[7; 64]).unwrap();
        assert!(secret.verify_compact(text, &expected).is_err());
    }
    for management in KeyManagement::ALL.into_iter().filter(|management| management.is_symmetric()) {
        let content = ContentEncryption::A128Gcm;
        let key = SharedEncryptionKey::from_client_secret(management, content, "secret").unwrap();
        assert!(key.decrypt_compact(text, &expected).is_err());
    }
}

/// Headers that come far: right names, wrong or odd values.
fn header() -> impl Strategy<Value = String> {
    let algorithms = KeyManagement::ALL.map(KeyManagement::name).to_vec();
    let contents = ContentEncryption::ALL.map(ContentEncryption::name).to_vec();
    let number = prop_oneof![Just(json!(null)), any::<u32>().prop_map(|number| json!(number))];
    let text = vec(any::<u8>(), 0..40).prop_map(|bytes| json!(base64url::encode(bytes)));
    let point = (vec(any::<u8>(), 32), vec(any::<u8>(), 32), select(vec!["P-256", "X25519", "P-521"])).prop_map(
        |(x, y, curve)| {
            let kty = if curve == "X25519" { "OKP" } else { "EC" };
            json!({ "kty": kty, "crv": curve, "x": base64url::encode(x), "y": base64url::encode(y) })
        },
    );
    let value = prop_oneof![number, text, point];
    let name = select(vec!["epk", "apu", "apv", "iv", "tag", "typ", "cty", "p2c", "x"]);
    (select(algorithms), select(contents), name, value).prop_map(|(alg, enc, name, value)| {
        let mut header = json!({ "alg": alg, "enc": enc });
        header[name] = value;
        header.to_string()
    })
}

fn part() -> impl Strategy<Value = String> {
    vec(any::<u8>(), 0..80).prop_map(base64url::encode)
}

proptest! {
    #[test]
    fn any_text_is_refused(text in ".{0,300}") {
        // T29
        nobody_accepts(&text);
    }

    #[test]
    fn any_parts_are_refused(parts in vec("[A-Za-z0-9_-]{0,60}", 1..7)) {
        nobody_accepts(&parts.join("."));
    }

    #[test]
    fn any_message_with_a_good_header_is_refused(header in header(), parts in vec(part(), 2..5)) {
        nobody_accepts(&format!("{}.{}", base64url::encode(header), parts.join(".")));
    }

    #[test]
    fn any_json_is_a_key_or_none(text in r#"\{("(kty|crv|x|y|n|e|d|use|alg)":("(RSA|EC|OKP|P-256|AQAB|AAAA)"|1|null|\[\]),?){0,6}\}"#) {
        let _ = serde_json::from_str::<JwkSet>(&format!(r#"{{"keys":[{text}]}}"#));
        if let Ok(jwk) = serde_json::from_str::<Jwk>(&text) {
            prop_assert!(!text.contains(r#""d":"#));
            for management in KeyManagement::ALL {
                prop_assert!(EncryptionKey::from_jwk_for(&jwk, management, ContentEncryption::A128Gcm).is_err());
            }
        }
    }

    #[test]
    fn what_is_encrypted_is_read_back_and_a_changed_bit_is_not(
        plaintext in vec(any::<u8>(), 0..300),
        management in select(KeyManagement::ALL.to_vec()),
        content in select(ContentEncryption::ALL.to_vec()),
        (part, at, bit) in (1_usize..5, any::<proptest::sample::Index>(), 0_u8..8),
    ) {
        let own = ENCRYPTED.iter().find(|key| key.key_management() == management);
        let shared = SharedEncryptionKey::from_client_secret(management, content, "secret");
        let fields = EncryptedHeaderFields::default();
        let token = match (&shared, own) {
            (Ok(shared), _) => shared.encrypt_compact(&fields, &plaintext).unwrap(),
            (Err(_), Some(own)) => {
                let public = EncryptionKey::from_jwk(&own.public_jwk(), content).unwrap();
                encrypt_compact(&public, &fields, &plaintext).unwrap()
            }
            (Err(_), None) => return Ok(()),
        };
        let open = |token: &str| match &shared {
            Ok(shared) => shared.decrypt_compact(token, &Expected::any_type()),
            Err(_) => decrypt_compact(token, &ENCRYPTED, &Expected::any_type()),
        };
        let opened = open(&token).unwrap();
        prop_assert_eq!(opened.plaintext(), &plaintext[..]);

        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        let mut bytes = base64url::decode(&parts[part]).unwrap();
        if !bytes.is_empty() {
            let length = bytes.len();
            bytes[at.index(length)] ^= 1 << bit;
            parts[part] = base64url::encode(bytes);
            prop_assert!(open(&parts.join(".")).is_err());
        }
    }

    #[test]
    fn what_a_secret_signs_is_read_back_and_a_changed_bit_is_not(
        secret in vec(any::<u8>(), 64..100),
        claim in ".{0,100}",
        algorithm in select(MacAlgorithm::ALL.to_vec()),
        (at, bit) in (any::<proptest::sample::Index>(), 0_u8..8),
    ) {
        let key = SharedSecretKey::new(algorithm, &secret).unwrap();
        let header = HeaderFields { typ: "JWT", x5t: None };
        let token = key.sign_compact(&header, &json!({ "claim": claim })).unwrap();
        let verified = key.verify_compact(&token, &Expected::types(&["JWT"])).unwrap();
        prop_assert_eq!(&verified.claims().unwrap()["claim"], &json!(claim));
        let mut bytes = token.into_bytes();
        let length = bytes.len();
        bytes[at.index(length)] ^= 1 << bit;
        if let Ok(changed) = String::from_utf8(bytes) {
            prop_assert!(key.verify_compact(&changed, &Expected::any_type()).is_err());
        }
    }
}
