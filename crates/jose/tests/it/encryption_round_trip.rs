//! What we encrypt, we decrypt; and nobody else does.

use grantor_jose::{
    Algorithm, ContentEncryption, Curve, DecryptError, DecryptionKey, DecryptionKeySet, EncryptedHeaderFields,
    EncryptionKey, Expected, HeaderFields, JwkSet, KeyError, KeyManagement, KeySet, SharedEncryptionKey, SigningKey,
    VerifyingKey, decrypt_compact, encrypt_compact, sign_compact, verify_compact,
};
use serde_json::json;

const PLAIN: EncryptedHeaderFields<'static> = EncryptedHeaderFields { typ: None, cty: None };

fn asymmetric() -> impl Iterator<Item = KeyManagement> {
    KeyManagement::ALL.into_iter().filter(|management| !management.is_symmetric())
}

fn symmetric() -> impl Iterator<Item = KeyManagement> {
    KeyManagement::ALL.into_iter().filter(|management| management.is_symmetric())
}

/// One key of each algorithm, and for key agreement one on each curve.
fn keys_of(management: KeyManagement) -> Vec<DecryptionKey> {
    if management.name().starts_with("RSA") {
        return vec![DecryptionKey::generate(management).unwrap()];
    }
    Curve::ALL.map(|curve| DecryptionKey::generate_on(management, curve).unwrap()).into()
}

#[test]
fn every_algorithm_and_curve_decrypts_what_its_public_half_encrypts() {
    for management in asymmetric() {
        for key in keys_of(management) {
            let public = key.public_jwk();
            let keys = DecryptionKeySet::new(vec![key]);
            for content in ContentEncryption::ALL {
                let encrypting = EncryptionKey::from_jwk(&public, content).unwrap();
                for plaintext in [&b""[..], b"x", &[0xa5; 16], &[0x5a; 1000]] {
                    let token = encrypt_compact(&encrypting, &PLAIN, plaintext).unwrap();
                    let opened = decrypt_compact(&token, &keys, &Expected::any_type()).unwrap();
                    assert_eq!(opened.plaintext(), plaintext, "{management} {content}");
                    assert_eq!((opened.key_management(), opened.content_encryption()), (management, content));
                    assert_ne!(
                        encrypt_compact(&encrypting, &PLAIN, plaintext).unwrap(),
                        token,
                        "nothing is drawn twice"
                    );
                }
            }
        }
    }
}

#[test]
fn shared_secrets_decrypt_what_they_encrypt() {
    for management in symmetric() {
        for content in ContentEncryption::ALL {
            let secret = "a client secret of ordinary length";
            let key = SharedEncryptionKey::from_client_secret(management, content, secret).unwrap();
            let token = key.encrypt_compact(&PLAIN, b"plaintext").unwrap();
            let opened = key.decrypt_compact(&token, &Expected::any_type()).unwrap();
            assert_eq!(opened.plaintext(), b"plaintext");
            let other = SharedEncryptionKey::from_client_secret(management, content, "another client secret").unwrap();
            assert_eq!(other.decrypt_compact(&token, &Expected::any_type()).unwrap_err(), DecryptError::Refused);
        }
    }
}

#[test]
fn another_key_of_the_same_kind_does_not_decrypt() {
    for management in asymmetric() {
        let [own, other] = [(); 2].map(|()| DecryptionKey::generate(management).unwrap().with_key_id("k".to_owned()));
        let encrypting = EncryptionKey::from_jwk(&own.public_jwk(), ContentEncryption::A256Gcm).unwrap();
        let token = encrypt_compact(&encrypting, &PLAIN, b"plaintext").unwrap();
        let keys = DecryptionKeySet::new(vec![other]);
        let refused = decrypt_compact(&token, &keys, &Expected::any_type()).unwrap_err();
        assert_eq!(refused, DecryptError::Refused, "{management}");
    }
}

#[test]
fn a_key_survives_pkcs8() {
    for management in asymmetric() {
        for key in keys_of(management) {
            let again = DecryptionKey::from_pkcs8(management, &key.to_pkcs8().unwrap()).unwrap();
            assert_eq!(again.public_jwk(), key.public_jwk());
            let encrypting = EncryptionKey::from_jwk(&key.public_jwk(), ContentEncryption::A128Gcm).unwrap();
            let token = encrypt_compact(&encrypting, &PLAIN, b"plaintext").unwrap();
            let keys = DecryptionKeySet::new(vec![again]);
            assert_eq!(decrypt_compact(&token, &keys, &Expected::any_type()).unwrap().plaintext(), b"plaintext");
        }
    }
}

#[test]
fn pkcs8_of_another_kind_is_refused() {
    let rsa = DecryptionKey::generate(KeyManagement::RsaOaep256).unwrap().to_pkcs8().unwrap();
    let p256 = DecryptionKey::generate(KeyManagement::EcdhEs).unwrap().to_pkcs8().unwrap();
    let ed25519 = SigningKey::generate(Algorithm::EdDsa).unwrap().to_pkcs8().unwrap();
    let refusal = |management, pkcs8: &[u8]| DecryptionKey::from_pkcs8(management, pkcs8).unwrap_err();
    assert_eq!(refusal(KeyManagement::EcdhEs, &rsa), KeyError::Invalid);
    assert_eq!(refusal(KeyManagement::RsaOaep256, &p256), KeyError::Invalid);
    assert_eq!(refusal(KeyManagement::EcdhEs, &ed25519), KeyError::Invalid);
    assert_eq!(refusal(KeyManagement::EcdhEs, b"no key"), KeyError::Invalid);
    for management in symmetric() {
        assert_eq!(refusal(management, &p256), KeyError::AlgorithmNotKeys);
        assert_eq!(DecryptionKey::generate(management).unwrap_err(), KeyError::AlgorithmNotKeys);
    }
}

#[test]
fn a_signed_token_travels_inside_an_encrypted_one() {
    let signing = SigningKey::generate(Algorithm::Es256).unwrap();
    let verifying = KeySet::new(vec![VerifyingKey::from_signing_key(&signing).unwrap()]);
    let signed = sign_compact(&signing, &HeaderFields { typ: "JWT", x5t: None }, &json!({ "sub": "alice" })).unwrap();
    let key = DecryptionKey::generate(KeyManagement::RsaOaep256).unwrap();
    let encrypting = EncryptionKey::from_jwk(&key.public_jwk(), ContentEncryption::A256CbcHs512).unwrap();
    let keys = DecryptionKeySet::new(vec![key]);
    let opened = |fields: &EncryptedHeaderFields<'_>, inside: &str| {
        let token = encrypt_compact(&encrypting, fields, inside.as_bytes()).unwrap();
        decrypt_compact(&token, &keys, &Expected::any_type()).unwrap()
    };

    let nested = opened(&EncryptedHeaderFields::NESTED, &signed);
    let verified = verify_compact(nested.nested().unwrap(), &verifying, &Expected::types(&["JWT"])).unwrap();
    assert_eq!(verified.claims().unwrap()["sub"], "alice");

    let named = opened(&EncryptedHeaderFields { typ: None, cty: Some("application/oauth-authz-req+jwt") }, &signed);
    assert_eq!(named.nested(), Err(DecryptError::NotNested));
    assert_eq!(named.nested_in(&["oauth-authz-req+jwt", "JWT"]), Ok(signed.as_str()));
    assert_eq!(named.nested_in(&["at+jwt"]), Err(DecryptError::NotNested));

    assert_eq!(opened(&PLAIN, &signed).nested(), Err(DecryptError::NotNested));
    let twice = encrypt_compact(&encrypting, &EncryptedHeaderFields::NESTED, signed.as_bytes()).unwrap();
    assert_eq!(opened(&EncryptedHeaderFields::NESTED, &twice).nested(), Err(DecryptError::NotNested));
}

#[test]
fn the_client_key_is_found_by_kid_and_by_use() {
    let management = KeyManagement::EcdhEs;
    let public = |kid: &str| DecryptionKey::generate(management).unwrap().with_key_id(kid.to_owned()).public_jwk();
    let signing = SigningKey::generate(Algorithm::Es256).unwrap().with_key_id("sig".to_owned()).public_jwk();
    let mut silent = public("silent");
    (silent.key_use, silent.alg) = (None, None);
    let (one, two) = (public("one"), public("two"));
    let document = JwkSet { keys: vec![signing.clone(), silent.clone(), one.clone(), two.clone(), public("two")] };
    let find = |kid| EncryptionKey::find(&document, kid, management, ContentEncryption::A128Gcm);
    assert_eq!(find(None).unwrap().key_id(), Some("one"));
    assert_eq!(find(Some("silent")).unwrap().key_id(), Some("silent"));
    assert_eq!(find(Some("sig")).unwrap_err(), KeyError::NotForEncryption);
    assert_eq!(find(Some("two")).unwrap_err(), KeyError::NotFound);
    assert_eq!(find(Some("three")).unwrap_err(), KeyError::NotFound);
    let only_silent = JwkSet { keys: vec![signing, silent] };
    let found = EncryptionKey::find(&only_silent, None, management, ContentEncryption::A128Gcm).unwrap();
    assert_eq!(found.key_id(), Some("silent"));
    let rsa = EncryptionKey::find(&document, None, KeyManagement::RsaOaep256, ContentEncryption::A128Gcm);
    assert_eq!(rsa.unwrap_err(), KeyError::NotFound);
}

#[test]
fn secrets_are_not_shown() {
    let key = DecryptionKey::generate(KeyManagement::EcdhEs).unwrap().with_key_id("k".to_owned());
    assert_eq!(format!("{key:?}"), r#"DecryptionKey { key_management: EcdhEs, key_id: "k", .. }"#);
    let shared = SharedEncryptionKey::new(KeyManagement::A128Kw, ContentEncryption::A128Gcm, &[7; 16]).unwrap();
    assert_eq!(
        format!("{shared:?}"),
        "SharedEncryptionKey { key_management: A128Kw, content_encryption: A128Gcm, key_id: None, .. }"
    );
    let token = shared.encrypt_compact(&PLAIN, b"the plaintext").unwrap();
    assert_eq!(
        format!("{:?}", shared.decrypt_compact(&token, &Expected::any_type()).unwrap()),
        "DecryptedJwe { key_management: A128Kw, content_encryption: A128Gcm, typ: None, cty: None, .. }"
    );
}
