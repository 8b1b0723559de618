//! What a sender puts into a header so that a private key answers. The header is authenticated, so in a whole message every
//! change of it is refused; here the key alone is asked, and an honest header shows that it would answer.

use serde_json::{Value, json};

use super::compact::{JweHeader, Message};
use super::decrypt::Unwraps;
use super::encrypt::{EncryptedHeaderFields, encrypt_compact};
use super::{
    ContentEncryption, Curve, DecryptionKey, EncryptionKey, KeyManagement, Refused, SharedEncryptionKey, key_wrap,
};
use crate::{Jwk, base64url, digest};

const CONTENT: ContentEncryption = ContentEncryption::A128Gcm;
const SECRET: &str = "the client secret";
const PLAIN: EncryptedHeaderFields<'static> = EncryptedHeaderFields { typ: None, cty: None };

/// A key, and the header and encrypted key of an honest message for it.
struct Scene<K> {
    key: K,
    header: Value,
    encrypted_key: Vec<u8>,
}

impl<K: Unwraps> Scene<K> {
    fn new(key: K, token: &str) -> Self {
        let message = Message::read(token, token.len()).unwrap();
        let header = serde_json::from_slice(&base64url::decode(message.encoded_header).unwrap()).unwrap();
        Self { key, header, encrypted_key: message.encrypted_key }
    }

    fn unwrap(&self, header: &Value, encrypted_key: &[u8]) -> Result<Vec<u8>, Refused> {
        let encoded = base64url::encode(header.to_string());
        let text = format!("{encoded}....");
        let Message { header, .. } = Message::read(&text, text.len()).unwrap();
        self.key.unwrap(&header, encrypted_key, CONTENT).map(|key| key.to_vec())
    }

    /// The answer when a member of the header is another; null takes it away.
    fn with(&self, name: &str, value: Value) -> Result<Vec<u8>, Refused> {
        let mut header = self.header.clone();
        match value {
            Value::Null => header.as_object_mut().unwrap().remove(name),
            value => header.as_object_mut().unwrap().insert(name.to_owned(), value),
        };
        self.unwrap(&header, &self.encrypted_key)
    }

    fn is_honest(&self) -> bool {
        self.unwrap(&self.header, &self.encrypted_key).is_ok_and(|key| key.len() == CONTENT.key_bytes())
    }
}

fn agreement(management: KeyManagement, curve: Curve) -> Scene<DecryptionKey> {
    let key = DecryptionKey::generate_on(management, curve).unwrap();
    let public = EncryptionKey::from_jwk(&key.public_jwk(), CONTENT).unwrap();
    Scene::new(key, &encrypt_compact(&public, &PLAIN, b"plaintext").unwrap())
}

fn shared(management: KeyManagement) -> Scene<SharedEncryptionKey> {
    let key = SharedEncryptionKey::from_client_secret(management, CONTENT, SECRET).unwrap();
    let token = key.encrypt_compact(&PLAIN, b"plaintext").unwrap();
    Scene::new(key, &token)
}

#[test]
fn points_that_are_not_on_the_curve_are_refused() {
    for curve in [Curve::P256, Curve::P384, Curve::P521] {
        for management in [KeyManagement::EcdhEs, KeyManagement::EcdhEsA128Kw] {
            let scene = agreement(management, curve);
            assert!(scene.is_honest());
            let honest = scene.header["epk"].clone();
            let bytes = base64url::decode(honest["x"].as_str().unwrap()).unwrap().len();
            let [zero, ones, most] = [0, 1, 0xff].map(|byte| json!(base64url::encode(vec![byte; bytes])));
            let [shorter, longer] = [bytes - 1, bytes + 1].map(|bytes| json!(base64url::encode(vec![1; bytes])));
            let (x, y) = (&honest["x"], &honest["y"]);
            // The same bytes, divided at another place: the library alone would take them for the same point.
            let whole = [x, y].map(|half| base64url::decode(half.as_str().unwrap()).unwrap()).concat();
            let [early, late] = [&whole[..bytes - 1], &whole[bytes - 1..]].map(|part| json!(base64url::encode(part)));
            for (x, y) in [
                (&early, &late),
                (x, x),
                (y, x),
                (x, &ones),
                (&zero, &zero),
                (&most, &most),
                (x, &shorter),
                (x, &longer),
                (&shorter, y),
                (&json!(""), &json!("")),
                (x, &Value::Null),
            ] {
                let epk = json!({ "kty": "EC", "crv": curve.name(), "x": x, "y": y });
                assert_eq!(scene.with("epk", epk.clone()), Err(Refused), "{epk}");
                // As the key of a client it is refused as well.
                let client = Jwk::from_value(&epk).unwrap();
                assert!(EncryptionKey::from_jwk_for(&client, management, CONTENT).is_err(), "{epk}");
            }
            let own = json!({ "kty": "EC", "crv": curve.name(), "x": x, "y": y });
            assert!(scene.with("epk", own).is_ok(), "the loop refuses the points and not the form");
        }
    }
}

#[test]
fn an_ephemeral_key_in_disguise_is_refused() {
    let scene = agreement(KeyManagement::EcdhEs, Curve::P256);
    assert!(scene.is_honest());
    let honest = scene.header["epk"].clone();
    let other_curve = agreement(KeyManagement::EcdhEs, Curve::P384).header["epk"].clone();
    let montgomery = agreement(KeyManagement::EcdhEs, Curve::X25519).header["epk"].clone();
    let with = |name: &str, value: Value| {
        let mut epk = honest.clone();
        epk[name] = value;
        epk
    };
    for epk in [
        Value::Null,
        json!("key"),
        json!([]),
        json!({}),
        other_curve,
        montgomery,
        with("kty", json!("OKP")),
        with("kty", json!("RSA")),
        with("crv", json!("P-384")),
        with("crv", json!("secp256k1")),
        with("crv", Value::Null),
        with("d", json!("AAAA")),
        with("k", json!("AAAA")),
    ] {
        assert_eq!(scene.with("epk", epk.clone()), Err(Refused), "{epk}");
    }
    assert!(scene.with("epk", with("kid", json!("a name"))).is_ok());
}

#[test]
fn names_of_the_parties_are_part_of_the_key_and_read_strictly() {
    let scene = agreement(KeyManagement::EcdhEs, Curve::X25519);
    let honest = scene.unwrap(&scene.header, &scene.encrypted_key);
    let (producer, consumer) = (scene.with("apu", json!("QWxpY2U")), scene.with("apv", json!("QWxpY2U")));
    assert!(honest.is_ok() && producer.is_ok() && consumer.is_ok());
    assert!(honest != producer && honest != consumer && producer != consumer);
    for name in ["apu", "apv"] {
        for value in [json!(1), json!("not base64url"), json!("QWxpY2U="), json!([])] {
            assert_eq!(scene.with(name, value.clone()), Err(Refused), "{name} {value}");
        }
    }
}

#[test]
fn an_encrypted_key_where_none_belongs_is_refused() {
    let agreed = agreement(KeyManagement::EcdhEs, Curve::P256);
    let direct = shared(KeyManagement::Direct);
    assert!(agreed.is_honest() && direct.is_honest());
    for encrypted_key in [&[0][..], &[7; 16], &[7; 24]] {
        assert_eq!(agreed.unwrap(&agreed.header, encrypted_key), Err(Refused));
        assert_eq!(direct.unwrap(&direct.header, encrypted_key), Err(Refused));
    }
}

#[test]
fn the_parameters_of_a_wrapped_key_are_read_strictly() {
    let scene = shared(KeyManagement::A128GcmKw);
    assert!(scene.is_honest());
    let cut = |name: &str, bytes: usize| {
        let whole = base64url::decode(scene.header[name].as_str().unwrap()).unwrap();
        json!(base64url::encode(&whole[..bytes]))
    };
    for (name, value) in [
        ("iv", Value::Null),
        ("iv", json!(1)),
        ("iv", json!("")),
        ("iv", json!("not base64url")),
        ("iv", cut("iv", 11)),
        ("tag", Value::Null),
        ("tag", json!("")),
        ("tag", cut("tag", 15)),
        ("tag", cut("tag", 12)),
        ("tag", cut("tag", 4)),
    ] {
        assert_eq!(scene.with(name, value.clone()), Err(Refused), "{name} {value}");
    }
}

#[test]
fn a_key_encrypted_with_another_padding_is_refused() {
    let old = DecryptionKey::generate(KeyManagement::RsaOaep).unwrap();
    let new = DecryptionKey::from_pkcs8(KeyManagement::RsaOaep256, &old.to_pkcs8().unwrap()).unwrap();
    let public = EncryptionKey::from_jwk(&old.public_jwk(), CONTENT).unwrap();
    let scene = Scene::new(old, &encrypt_compact(&public, &PLAIN, b"plaintext").unwrap());
    assert!(scene.is_honest());
    let scene = Scene { key: new, ..scene };
    assert_eq!(scene.unwrap(&scene.header, &scene.encrypted_key), Err(Refused));
}

/// A wrapped key of another length is a key all right, but not one of this content encryption.
#[test]
fn a_key_of_another_length_does_not_open_a_message() {
    let scene = shared(KeyManagement::A128Kw);
    assert!(scene.is_honest());
    let wrapping = &digest::sha256(SECRET.as_bytes())[..16];
    for length in [24, 32, 48, 64] {
        let wrapped = key_wrap::wrap(wrapping, &vec![9; length]).unwrap();
        assert_eq!(scene.unwrap(&scene.header, &wrapped).map(|key| key.len()), Ok(length));
        assert_eq!(CONTENT.open(&vec![9; length], &[0; 12], &[], &[], &[0; 16]), Err(Refused));
    }
}

/// What the header type reads is what the message says: the tests above would be worth nothing otherwise.
#[test]
fn a_header_is_read_as_it_stands() {
    let text = format!("{}....", base64url::encode(r#"{"alg":"dir","enc":"A128GCM","apu":"QWxpY2U"}"#));
    let header: JweHeader = Message::read(&text, text.len()).unwrap().header;
    assert_eq!(header.bytes("apu"), Ok(b"Alice".to_vec()));
    assert_eq!(header.bytes("apv"), Ok(Vec::new()));
}
