//! The building blocks against Project Wycheproof: what a whole message cannot show, because its header is authenticated too.

use aws_lc_rs::agreement::{PrivateKey, agree};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm, OaepPrivateDecryptingKey, PrivateDecryptingKey,
};
use serde_json::Value;

use super::vectors::{hex, list, load, text};
use super::{ContentEncryption, Curve, EncryptionKey, KeyManagement, Refused, key_wrap, oaep};
use crate::{Jwk, base64url};

/// Runs every test of a file and sees that none was left out.
fn each(file: &str, mut run: impl FnMut(&Value, &Value)) {
    let vectors = load(&format!("wycheproof/{file}_test.json"));
    let mut seen = 0;
    for group in list(&vectors, "testGroups") {
        for test in list(group, "tests") {
            run(group, test);
            seen += 1;
        }
    }
    assert_eq!(vectors["numberOfTests"], seen, "{file}");
}

fn flagged(test: &Value, flag: &str) -> bool {
    list(test, "flags").iter().any(|found| found == flag)
}

fn content(file: &str, content_of: impl Fn(&Value) -> Option<ContentEncryption>) -> usize {
    let mut accepted = 0;
    each(file, |group, test| {
        let [key, iv, aad, message, ciphertext, tag] =
            ["key", "iv", "aad", "msg", "ct", "tag"].map(|name| hex(test, name));
        let content = content_of(group).unwrap();
        let opened = content.open(&key, &iv, &aad, &ciphertext, &tag);
        // Another size of the vector may be valid for the cipher; a JWE never has it.
        if iv.len() != content.iv_bytes() {
            assert_eq!(opened, Err(Refused), "{test}");
            return;
        }
        assert_eq!(opened.is_ok(), test["result"] == "valid", "{test}");
        if let Ok(opened) = opened {
            assert_eq!(*opened, message);
            assert_eq!(content.seal(&key, &iv, &aad, &message), Ok((ciphertext.clone(), tag.clone())));
            for length in 0..tag.len() {
                assert_eq!(content.open(&key, &iv, &aad, &ciphertext, &tag[..length]), Err(Refused), "{test}");
            }
            accepted += 1;
        }
    });
    accepted
}

#[test]
fn cbc_with_hmac() {
    assert_eq!(content("a128cbc_hs256", |_| Some(ContentEncryption::A128CbcHs256)), 67);
    assert_eq!(content("a192cbc_hs384", |_| Some(ContentEncryption::A192CbcHs384)), 67);
    assert_eq!(content("a256cbc_hs512", |_| Some(ContentEncryption::A256CbcHs512)), 67);
}

#[test]
fn gcm() {
    let by_size = |group: &Value| match group["keySize"].as_u64()? {
        128 => Some(ContentEncryption::A128Gcm),
        192 => Some(ContentEncryption::A192Gcm),
        256 => Some(ContentEncryption::A256Gcm),
        _ => None,
    };
    assert_eq!(content("aes_gcm", by_size), 40 + 37 + 39);
}

#[test]
fn aes_key_wrap() {
    let mut accepted = 0;
    each("aes_wrap", |_, test| {
        let [wrapping, key, wrapped] = ["key", "msg", "ct"].map(|name| hex(test, name));
        let unwrapped = key_wrap::unwrap(&wrapping, &wrapped);
        // `acceptable` are keys of 8 bytes, which RFC 3394 §2 does not wrap: refused.
        assert_eq!(unwrapped.is_ok(), test["result"] == "valid", "{test}");
        if let Ok(unwrapped) = unwrapped {
            assert_eq!(*unwrapped, key);
            assert_eq!(key_wrap::wrap(&wrapping, &key), Ok(wrapped));
            accepted += 1;
        }
    });
    assert_eq!(accepted, 36);
}

fn oaep(file: &str, algorithm: &'static OaepAlgorithm) -> usize {
    let mut accepted = 0;
    each(file, |group, test| {
        let key = PrivateDecryptingKey::from_pkcs8(&hex(group, "privateKeyPkcs8")).unwrap();
        let key = OaepPrivateDecryptingKey::new(key).unwrap();
        let unwrapped = oaep::unwrap(&key, algorithm, &hex(test, "ct"));
        // JWE has no label (RFC 7518 §4.3), so what was encrypted with one does not open.
        let expected = test["result"] == "valid" && test["label"] == "";
        assert_eq!(unwrapped.is_ok(), expected, "{test}");
        if let Ok(unwrapped) = unwrapped {
            assert_eq!(*unwrapped, hex(test, "msg"));
            accepted += 1;
        }
    });
    accepted
}

#[test]
fn rsa_oaep() {
    assert_eq!(oaep("rsa_oaep_2048_sha1_mgf1sha1", &OAEP_SHA1_MGF1SHA1), 10);
    assert_eq!(oaep("rsa_oaep_2048_sha256_mgf1sha256", &OAEP_SHA256_MGF1SHA256), 10);
}

#[test]
fn x25519_with_keys_as_jwk() {
    let mut agreed = 0;
    each("x25519_jwk", |_, test| {
        let private = base64url::decode(text(&test["private"], "d")).unwrap();
        let private = PrivateKey::from_private_key(Curve::X25519.agreement(), &private).unwrap();
        let shared = Jwk::from_value(&test["public"]).ok().and_then(|jwk| {
            let public = (Curve::of(&jwk) == Ok(Curve::X25519)).then(|| Curve::X25519.point(&jwk))?.ok()?;
            agree(&private, public, (), |secret| Ok(secret.to_vec())).ok()
        });
        // `acceptable` are points on the twist and in other spellings, which RFC 7748 §5 computes with, and points of low
        // order, whose secret everybody knows and which RFC 7748 §6.1 lets us refuse.
        let expected = test["result"] != "invalid" && !flagged(test, "ZeroSharedSecret");
        assert_eq!(shared.is_some(), expected, "{test}");
        if let Some(shared) = shared {
            assert_eq!(shared, hex(test, "shared"), "{test}");
            agreed += 1;
        }
        // The key of a client is refused before anything is encrypted for it.
        let bound = Jwk::from_value(&test["public"])
            .and_then(|jwk| EncryptionKey::from_jwk_for(&jwk, KeyManagement::EcdhEs, ContentEncryption::A128Gcm));
        // A key of another curve is a good key for its own curve.
        let other_curve = ["P-256", "P-384", "P-521"].map(Value::from).contains(&test["public"]["crv"]);
        assert_eq!(bound.is_ok(), expected || other_curve, "{test}");
    });
    assert_eq!(agreed, 531 - 13 - 31);
}
