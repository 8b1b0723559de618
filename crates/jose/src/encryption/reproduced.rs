//! The worked examples of RFC 7520 and RFC 8037, made again byte for byte from the keys and vectors that they publish.

use aws_lc_rs::agreement::PrivateKey;
use serde_json::Value;
use zeroize::Zeroizing;

use super::compact::Message;
use super::encrypt::{Wraps, seal};
use super::fresh::Fresh;
use super::vectors::{list, load, text};
use super::{
    ContentEncryption, Curve, DecryptError, EncryptedHeaderFields, EncryptionKey, KeyManagement, SharedEncryptionKey,
};
use crate::{Expected, Jwk, base64url};

const PLAIN: EncryptedHeaderFields<'static> = EncryptedHeaderFields { typ: None, cty: None };

fn bytes(value: &Value, name: &str) -> Vec<u8> {
    base64url::decode(text(value, name)).unwrap()
}

fn algorithms(example: &Value) -> (KeyManagement, ContentEncryption) {
    let input = &example["input"];
    (KeyManagement::parse(text(input, "alg")).unwrap(), ContentEncryption::parse(text(input, "enc")).unwrap())
}

/// What the example drew; without the members that it does not have.
fn fresh(example: &Value, ephemeral: Option<PrivateKey>) -> Fresh {
    let optional = |value: &Value, name: &str| value[name].as_str().map(|text| base64url::decode(text).unwrap());
    let content_key = optional(&example["generated"], "cek").unwrap_or_default();
    Fresh {
        content_key: Zeroizing::new(content_key),
        iv: bytes(&example["generated"], "iv"),
        key_iv: optional(&example["encrypting_key"], "iv").unwrap_or_default(),
        ephemeral,
    }
}

fn is_reproduced(example: &Value, key: &impl Wraps, fresh: &Fresh) {
    let made = seal(key, &PLAIN, text(&example["input"], "plaintext").as_bytes(), fresh).unwrap();
    assert_eq!(made, text(&example["output"], "compact"), "{}", example["title"]);
}

/// The example with the shared secret of its key.
fn shared(example: &Value) -> SharedEncryptionKey {
    let (management, content) = algorithms(example);
    let key = &example["input"]["key"];
    let shared = SharedEncryptionKey::new(management, content, &bytes(key, "k")).unwrap();
    shared.with_key_id(text(key, "kid").to_owned())
}

#[test]
fn examples_with_a_shared_secret() {
    for file in [
        "5_6.direct_encryption_using_aes-gcm.json",
        "5_7.key_wrap_using_aes-gcm_keywrap_with_aes-cbc-hmac-sha2.json",
        "5_8.key_wrap_using_aes-keywrap_with_aes-gcm.json",
    ] {
        let example = load(&format!("jose-cookbook/jwe/{file}"));
        assert_eq!(example["reproducible"], true, "{file}");
        is_reproduced(&example, &shared(&example), &fresh(&example, None));
    }
}

fn agreed(file: &str, private: &str, curve: Curve) {
    let example = load(&format!("jose-cookbook/{file}"));
    let (management, content) = algorithms(&example);
    let mut public = example["input"]["key"].clone();
    public.as_object_mut().unwrap().remove("d");
    let key = EncryptionKey::from_jwk_for(&Jwk::from_value(&public).unwrap(), management, content).unwrap();
    let ephemeral = base64url::decode(private).unwrap();
    let ephemeral = PrivateKey::from_private_key(curve.agreement(), &ephemeral).unwrap();
    is_reproduced(&example, &key, &fresh(&example, Some(ephemeral)));
}

/// The private half of the sender's key, as the example publishes it.
fn published_private(file: &str) -> String {
    text(&load(&format!("jose-cookbook/{file}"))["encrypting_key"]["epk"], "d").to_owned()
}

#[test]
fn examples_with_key_agreement() {
    let wrapped = "jwe/5_4.key_agreement_with_key_wrapping_using_ecdh-es_and_aes-keywrap_with_aes-gcm.json";
    agreed(wrapped, &published_private(wrapped), Curve::P384);
    let direct = "jwe/5_5.key_agreement_using_ecdh-es_with_aes-cbc-hmac-sha2.json";
    agreed(direct, &published_private(direct), Curve::P256);
}

/// Examples in JSON form: their parts are made again with the header that is protected there, since a compact message has
/// another one.
#[test]
fn contents_and_keys_of_examples_in_json_form() {
    for file in [
        "5_10.including_additional_authentication_data.json",
        "5_11.protecting_specific_header_fields.json",
        "5_12.protecting_content_only.json",
    ] {
        let example = load(&format!("jose-cookbook/jwe/{file}"));
        assert!(example["output"].get("compact").is_none(), "{file}");
        let fresh = fresh(&example, None);
        let wrapped = shared(&example).wrap(&fresh).unwrap();
        assert_eq!(wrapped.encrypted_key, bytes(&example["encrypting_key"], "encrypted_key"));
        let flat = &example["output"]["json_flat"];
        let member = |name: &str| flat[name].as_str().unwrap_or_default();
        let aad = match member("aad") {
            "" => member("protected").to_owned(),
            aad => format!("{}.{aad}", member("protected")),
        };
        let (_, content) = algorithms(&example);
        let plaintext = text(&example["input"], "plaintext").as_bytes();
        let (ciphertext, tag) = content.seal(&wrapped.content_key, &fresh.iv, aad.as_bytes(), plaintext).unwrap();
        assert_eq!((ciphertext, tag), (bytes(flat, "ciphertext"), bytes(flat, "tag")));
        // As a whole it is not a message for us: the header is not protected, or more is.
        let text = flat.to_string();
        assert_eq!(Message::read(&text, text.len()).err(), Some(DecryptError::Malformed));
    }
}

/// Examples whose way to the key draws anew each time, or is refused: their contents are made again with the published key.
#[test]
fn contents_under_a_published_key() {
    let nested = load("jose-cookbook/6.nesting_signatures_and_encryption.json")["encrypt"].clone();
    let files = [
        "5_1.key_encryption_using_rsa_v15_and_aes-hmac-sha2.json",
        "5_2.key_encryption_using_rsa-oaep_with_aes-gcm.json",
        "5_3.key_wrap_using_pbes2-aes-keywrap_with-aes-cbc-hmac-sha2.json",
    ];
    for example in files.map(|file| load(&format!("jose-cookbook/jwe/{file}"))).into_iter().chain([nested]) {
        let content = ContentEncryption::parse(text(&example["input"], "enc")).unwrap();
        let (generated, published) = (&example["generated"], &example["encrypting_content"]);
        let aad = text(published, "protected_b64u").as_bytes();
        let plaintext = text(&example["input"], "plaintext").as_bytes();
        let made = content.seal(&bytes(generated, "cek"), &bytes(generated, "iv"), aad, plaintext).unwrap();
        assert_eq!(made, (bytes(published, "ciphertext"), bytes(published, "tag")), "{}", example["title"]);
    }
}

/// Three recipients exist in JSON form alone. What the second and the third get is made again; the first is `RSA1_5`.
#[test]
fn the_parts_for_several_recipients() {
    let example = load("jose-cookbook/jwe/5_13.encrypting_to_multiple_recipients.json");
    let content = ContentEncryption::A128CbcHs256;
    let (generated, published) = (&example["generated"], &example["encrypting_content"]);
    let fresh = |key_iv: Vec<u8>, ephemeral| Fresh {
        content_key: Zeroizing::new(bytes(generated, "cek")),
        iv: bytes(generated, "iv"),
        key_iv,
        ephemeral,
    };
    let (keys, encrypted) = (list(&example["input"], "key"), list(&example, "encrypting_key"));

    assert_eq!(KeyManagement::parse(text(&encrypted[0]["header"], "alg")), None);

    let mut public = keys[1].clone();
    public.as_object_mut().unwrap().remove("d");
    let public = Jwk::from_value(&public).unwrap();
    let second = EncryptionKey::from_jwk_for(&public, KeyManagement::EcdhEsA256Kw, content).unwrap();
    let ephemeral = bytes(&encrypted[1]["epk"], "d");
    let ephemeral = PrivateKey::from_private_key(Curve::P384.agreement(), &ephemeral).unwrap();
    let wrapped = second.wrap(&fresh(Vec::new(), Some(ephemeral))).unwrap();
    assert_eq!(wrapped.encrypted_key, bytes(&encrypted[1], "encrypted_key"));
    let epk = serde_json::to_value(wrapped.parameters.epk).unwrap();
    assert_eq!(epk, encrypted[1]["header"]["epk"]);

    let secret = bytes(&keys[2], "k");
    let third = SharedEncryptionKey::new(KeyManagement::A256GcmKw, content, &secret).unwrap();
    let fresh = fresh(bytes(&encrypted[2], "iv"), None);
    let wrapped = third.wrap(&fresh).unwrap();
    assert_eq!(wrapped.encrypted_key, bytes(&encrypted[2], "encrypted_key"));
    assert_eq!(wrapped.parameters.tag.as_deref(), encrypted[2]["tag"].as_str());

    let aad = text(published, "protected_b64u").as_bytes();
    let plaintext = text(&example["input"], "plaintext").as_bytes();
    let made = content.seal(&wrapped.content_key, &fresh.iv, aad, plaintext).unwrap();
    assert_eq!(made, (bytes(published, "ciphertext"), bytes(published, "tag")));
}

#[test]
fn the_compressed_example_is_refused_although_its_parts_are_right() {
    let example = load("jose-cookbook/jwe/5_9.compressed_content.json");
    let key = shared(&example);
    let (fresh, (_, content)) = (fresh(&example, None), algorithms(&example));
    let wrapped = key.wrap(&fresh).unwrap();
    assert_eq!(wrapped.encrypted_key, bytes(&example["encrypting_key"], "encrypted_key"));
    let aad = text(&example["encrypting_content"], "protected_b64u").as_bytes();
    let compressed = bytes(&example["generated"], "plaintext_c");
    let (ciphertext, tag) = content.seal(&wrapped.content_key, &fresh.iv, aad, &compressed).unwrap();
    let published = &example["encrypting_content"];
    assert_eq!((ciphertext, tag), (bytes(published, "ciphertext"), bytes(published, "tag")));
    let refused = key.decrypt_compact(text(&example["output"], "compact"), &Expected::any_type());
    assert_eq!(refused.unwrap_err(), DecryptError::Critical);
}
