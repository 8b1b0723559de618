//! Which key a message or a document may use, and what a key says of itself.

use grantor_jose::{
    Algorithm, ContentEncryption, DecryptError, DecryptionKey, DecryptionKeySet, EncryptedHeaderFields, EncryptionKey,
    Expected, Jwk, JwkSet, KeyError, KeyManagement, KeySet, SharedEncryptionKey, SigningKey, decrypt_compact, digest,
    encrypt_compact, thumbprint,
};
use serde_json::json;

const CONTENT: ContentEncryption = ContentEncryption::A128Gcm;
const PLAIN: EncryptedHeaderFields<'static> = EncryptedHeaderFields { typ: None, cty: None };

fn named(management: KeyManagement, kid: &str) -> DecryptionKey {
    DecryptionKey::generate(management).unwrap().with_key_id(kid.to_owned())
}

/// A message for the public key as it was published, or for one without `kid`.
fn message(public: &Jwk, with_kid: bool) -> String {
    let public = if with_kid { public.clone() } else { Jwk { kid: None, ..public.clone() } };
    encrypt_compact(&EncryptionKey::from_jwk(&public, CONTENT).unwrap(), &PLAIN, b"plaintext").unwrap()
}

fn refusal(token: &str, keys: Vec<DecryptionKey>) -> DecryptError {
    decrypt_compact(token, &DecryptionKeySet::new(keys), &Expected::any_type()).unwrap_err()
}

#[test]
fn a_key_is_found_by_kid() {
    let keys = || vec![named(KeyManagement::EcdhEs, "old"), named(KeyManagement::EcdhEs, "new")];
    let set = DecryptionKeySet::new(keys());
    let document = set.public_jwk_set();
    for public in &document.keys {
        assert!(decrypt_compact(&message(public, true), &set, &Expected::any_type()).is_ok());
        assert_eq!(
            decrypt_compact(&message(public, false), &set, &Expected::any_type()).unwrap_err(),
            DecryptError::NoKeyId
        );
    }
    let stranger = message(&named(KeyManagement::EcdhEs, "third").public_jwk(), true);
    assert_eq!(refusal(&stranger, keys()), DecryptError::UnknownKey { kid: "third".to_owned() });
    assert_eq!(refusal(&stranger, Vec::new()), DecryptError::UnknownKey { kid: "third".to_owned() });
    let twice = vec![named(KeyManagement::EcdhEs, "third"), named(KeyManagement::EcdhEs, "third")];
    assert_eq!(refusal(&stranger, twice), DecryptError::UnknownKey { kid: "third".to_owned() });
}

#[test]
fn without_kid_the_only_key_of_the_algorithm_is_taken() {
    let set = DecryptionKeySet::new(vec![named(KeyManagement::RsaOaep256, "rsa"), named(KeyManagement::EcdhEs, "ec")]);
    for public in set.public_jwk_set().keys {
        assert!(decrypt_compact(&message(&public, false), &set, &Expected::any_type()).is_ok());
    }
    let stranger = message(&named(KeyManagement::EcdhEsA128Kw, "other").public_jwk(), false);
    let expected = DecryptError::AlgorithmNotKeys { found: "ECDH-ES+A128KW".to_owned() };
    assert_eq!(decrypt_compact(&stranger, &set, &Expected::any_type()).unwrap_err(), expected);
    assert_eq!(refusal(&stranger, Vec::new()), DecryptError::NoKeyId);
}

#[test]
fn a_key_is_used_with_its_content_encryptions_alone() {
    let key = named(KeyManagement::EcdhEs, "k").with_content_encryptions(&[ContentEncryption::A256Gcm]);
    let token = message(&key.public_jwk(), true);
    let expected = DecryptError::ContentEncryptionNotKeys { found: "A128GCM".to_owned() };
    assert_eq!(refusal(&token, vec![key]), expected);
}

#[test]
fn a_message_of_another_type_is_refused() {
    let key = named(KeyManagement::EcdhEs, "k");
    let public = EncryptionKey::from_jwk(&key.public_jwk(), CONTENT).unwrap();
    let keys = DecryptionKeySet::new(vec![key]);
    let fields = EncryptedHeaderFields { typ: Some("JWT"), cty: None };
    let token = encrypt_compact(&public, &fields, b"plaintext").unwrap();
    let open = |expected: &Expected<'_>| decrypt_compact(&token, &keys, expected).map(|opened| opened.typ().is_some());
    assert_eq!(open(&Expected::types(&["jwt"])), Ok(true));
    let found = Some("JWT".to_owned());
    assert_eq!(open(&Expected::types(&["at+jwt"])), Err(DecryptError::WrongType { found }));
    let untyped = message(&keys.public_jwk_set().keys[0], true);
    let refused = decrypt_compact(&untyped, &keys, &Expected::types(&["JWT"])).unwrap_err();
    assert_eq!(refused, DecryptError::WrongType { found: None });
}

#[test]
fn a_shared_secret_with_a_name_opens_what_names_it_or_nothing() {
    let key = |kid: Option<&str>| {
        let key = SharedEncryptionKey::new(KeyManagement::A128Kw, CONTENT, &[7; 16]).unwrap();
        match kid {
            None => key,
            Some(kid) => key.with_key_id(kid.to_owned()),
        }
    };
    for (sender, reader, opens) in [
        (None, None, true),
        (Some("a"), None, true),
        (None, Some("a"), true),
        (Some("a"), Some("a"), true),
        (Some("b"), Some("a"), false),
    ] {
        let token = key(sender).encrypt_compact(&PLAIN, b"plaintext").unwrap();
        let opened = key(reader).decrypt_compact(&token, &Expected::any_type());
        assert_eq!(opened.is_ok(), opens, "{sender:?} {reader:?}");
        if let Err(refused) = opened {
            assert_eq!(refused, DecryptError::UnknownKey { kid: "b".to_owned() });
        }
    }
}

#[test]
fn the_key_of_a_client_secret_is_the_beginning_of_its_digest() {
    let secret = "the client secret";
    let derived = SharedEncryptionKey::from_client_secret(KeyManagement::A192Kw, CONTENT, secret).unwrap();
    let written = SharedEncryptionKey::new(KeyManagement::A192Kw, CONTENT, &digest::sha256(secret.as_bytes())[..24]);
    let token = derived.encrypt_compact(&PLAIN, b"plaintext").unwrap();
    assert!(written.unwrap().decrypt_compact(&token, &Expected::any_type()).is_ok());
    for management in [KeyManagement::RsaOaep256, KeyManagement::EcdhEs, KeyManagement::EcdhEsA128Kw] {
        let refused = SharedEncryptionKey::from_client_secret(management, CONTENT, secret).unwrap_err();
        assert_eq!(refused, KeyError::AlgorithmNotKeys);
    }
}

#[test]
fn secrets_of_another_length_are_refused() {
    for (management, needed) in [
        (KeyManagement::A128Kw, 16),
        (KeyManagement::A192GcmKw, 24),
        (KeyManagement::A256Kw, 32),
        (KeyManagement::Direct, 64),
    ] {
        for found in [0, needed - 1, needed + 1] {
            let refused = SharedEncryptionKey::new(management, ContentEncryption::A256CbcHs512, &vec![7; found]);
            assert_eq!(refused.unwrap_err(), KeyError::SecretLength { needed, found });
        }
    }
}

#[test]
fn our_public_keys_say_what_they_are_for() {
    for (management, kty) in [(KeyManagement::RsaOaep256, "RSA"), (KeyManagement::EcdhEs, "EC")] {
        let key = DecryptionKey::generate(management).unwrap();
        let public = key.public_jwk();
        assert_eq!(public.kty, kty);
        assert_eq!((public.key_use.as_deref(), public.alg.as_deref()), (Some("enc"), Some(management.name())));
        assert_eq!(public.kid.as_deref(), Some(thumbprint(&public).unwrap().as_str()));
        // In a document beside signing keys it is never taken for one.
        let signing = SigningKey::generate(Algorithm::Es256).unwrap().public_jwk();
        let document = JwkSet { keys: vec![public.clone(), signing.clone()] };
        let signatures = KeySet::from_jwk_set(&document, Algorithm::Rs256);
        assert_eq!(signatures.iter().map(|key| key.key_id().to_owned()).collect::<Vec<_>>(), [signing.kid.unwrap()]);
        let text = serde_json::to_string(&document).unwrap();
        assert_eq!(serde_json::from_str::<JwkSet>(&text).unwrap(), document, "no private member is written");
    }
}

#[test]
fn use_operations_and_algorithm_of_a_client_key_are_obeyed() {
    let management = KeyManagement::EcdhEsA128Kw;
    let key = DecryptionKey::generate(management).unwrap().public_jwk();
    let bound = |jwk: &Jwk| EncryptionKey::from_jwk_for(jwk, management, CONTENT).map(|_| ());
    let operations = |names: &[&str]| {
        let key_ops = Some(names.iter().map(|name| (*name).to_owned()).collect());
        bound(&Jwk { key_ops, ..key.clone() })
    };
    assert_eq!(bound(&key), Ok(()));
    assert_eq!(operations(&["deriveKey"]), Ok(()));
    assert_eq!(operations(&["verify", "wrapKey"]), Ok(()));
    assert_eq!(operations(&["verify"]), Err(KeyError::NotForEncryption));
    assert_eq!(operations(&[]), Err(KeyError::NotForEncryption));
    assert_eq!(bound(&Jwk { key_use: Some("sig".into()), ..key.clone() }), Err(KeyError::NotForEncryption));
    assert_eq!(bound(&Jwk { key_use: None, ..key.clone() }), Ok(()));
    for alg in ["ECDH-ES", "RSA-OAEP", "ES256", "none", ""] {
        assert_eq!(bound(&Jwk { alg: Some(alg.into()), ..key.clone() }), Err(KeyError::AlgorithmNotKeys), "{alg}");
    }
    let silent = Jwk { alg: None, ..key.clone() };
    assert_eq!(bound(&silent), Ok(()));
    let required = EncryptionKey::from_jwk(&silent, CONTENT).unwrap_err();
    assert_eq!(required, KeyError::AlgorithmRequired);
    let weak = EncryptionKey::from_jwk(&Jwk { alg: Some("RSA1_5".into()), ..key }, CONTENT).unwrap_err();
    assert_eq!(weak, KeyError::UnsupportedAlgorithm);
}

#[test]
fn weak_and_private_keys_of_clients_are_refused() {
    let honest = DecryptionKey::generate(KeyManagement::RsaOaep256).unwrap().public_jwk();
    let bound = |jwk: &Jwk| EncryptionKey::from_jwk(jwk, CONTENT).map(|_| ()).unwrap_err();
    let short = Jwk { n: honest.n.as_ref().map(|n| n[..172].to_owned()), ..honest.clone() };
    assert!(matches!(bound(&short), KeyError::Weak(_)));
    assert!(matches!(bound(&Jwk { e: Some("AQ".into()), ..honest.clone() }), KeyError::Weak(_)));
    assert_eq!(bound(&Jwk { n: None, ..honest.clone() }), KeyError::MissingMember("n"));
    assert_eq!(bound(&Jwk { crv: Some("P-256".into()), ..honest.clone() }), KeyError::AlgorithmNotKeys);
    assert_eq!(bound(&Jwk { kty: "EC".into(), ..honest.clone() }), KeyError::AlgorithmNotKeys);
    let mut private = serde_json::to_value(&honest).unwrap();
    private["d"] = json!("AAAA");
    assert_eq!(Jwk::from_value(&private), Err(KeyError::PrivateMember));
    let document = json!({ "keys": [honest, private] });
    assert!(serde_json::from_value::<JwkSet>(document).is_err());
}

#[test]
fn keys_can_be_shared_between_threads() {
    fn shareable<T: Send + Sync>() {}
    shareable::<EncryptionKey>();
    shareable::<DecryptionKeySet>();
    shareable::<SharedEncryptionKey>();
}
