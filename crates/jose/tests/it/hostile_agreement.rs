//! Key agreement with somebody who wants a message accepted that needs no key. What a key answers to wrong points stands in
//! `src/encryption/hostile.rs`.

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use grantor_jose::{
    ContentEncryption, Curve, DecryptError, DecryptionKey, DecryptionKeySet, EncryptedHeaderFields, EncryptionKey,
    Expected, Jwk, KeyError, KeyManagement, base64url, decrypt_compact, digest, encrypt_compact,
};
use serde_json::{Value, json};

/// A decryption key and an honest message for it.
struct Scene {
    public: Jwk,
    keys: DecryptionKeySet,
    token: String,
}

impl Scene {
    fn new(management: KeyManagement, curve: Curve) -> Self {
        let key = DecryptionKey::generate_on(management, curve).unwrap().with_key_id("k".to_owned());
        let public = key.public_jwk();
        let encrypting = EncryptionKey::from_jwk(&public, ContentEncryption::A128Gcm).unwrap();
        let token = encrypt_compact(&encrypting, &EncryptedHeaderFields::default(), b"plaintext").unwrap();
        Self { public, keys: DecryptionKeySet::new(vec![key]), token }
    }

    fn open(&self, token: &str) -> Result<Vec<u8>, DecryptError> {
        decrypt_compact(token, &self.keys, &Expected::any_type()).map(|opened| opened.plaintext().to_vec())
    }

    fn header(&self) -> Value {
        let (header, _) = self.token.split_once('.').unwrap();
        serde_json::from_slice(&base64url::decode(header).unwrap()).unwrap()
    }

    /// The answer to the message with another header.
    fn with_header(&self, header: &Value) -> Result<Vec<u8>, DecryptError> {
        let (_, rest) = self.token.split_once('.').unwrap();
        self.open(&format!("{}.{rest}", base64url::encode(header.to_string())))
    }
}

#[test]
fn the_scene_opens_an_honest_message() {
    for curve in Curve::ALL {
        let scene = Scene::new(KeyManagement::EcdhEs, curve);
        assert_eq!(scene.open(&scene.token), Ok(b"plaintext".to_vec()));
    }
}

/// Points whose agreement with any private key is zero (RFC 7748 §6.1): zero, one, and one in a spelling of its own.
fn low_order() -> [[u8; 32]; 3] {
    let mut one = [0; 32];
    one[0] = 1;
    // 2^255 - 19 + 1 is one again.
    let mut spelled = [0xff; 32];
    (spelled[0], spelled[31]) = (0xee, 0x7f);
    [[0; 32], one, spelled]
}

#[test]
fn a_message_that_anybody_could_have_read_is_refused() {
    let scene = Scene::new(KeyManagement::EcdhEs, Curve::X25519);
    for point in low_order() {
        let epk = json!({ "kty": "OKP", "crv": "X25519", "x": base64url::encode(point) });
        let header = json!({ "alg": "ECDH-ES", "kid": "k", "epk": epk, "enc": "A128GCM" }).to_string();
        // The secret is zero, so the sender needs no key to write a message that would open.
        let token = sealed(&header, &concat_kdf(&[0; 32], b"A128GCM"));
        assert_eq!(scene.open(&token), Err(DecryptError::Refused));
        let client = Jwk { x: Some(base64url::encode(point)), ..scene.public.clone() };
        let bound = EncryptionKey::from_jwk(&client, ContentEncryption::A128Gcm);
        assert_eq!(bound.unwrap_err(), KeyError::Invalid);
    }
}

/// RFC 7518 §4.6.2 written out for a key of 16 bytes and without `apu` and `apv`.
fn concat_kdf(secret: &[u8], algorithm: &[u8]) -> [u8; 16] {
    let length = u32::try_from(algorithm.len()).unwrap().to_be_bytes();
    let input = [&[0, 0, 0, 1], secret, &length, algorithm, &[0; 4], &[0; 4], &128_u32.to_be_bytes()].concat();
    digest::sha256(&input)[..16].try_into().unwrap()
}

fn sealed(header: &str, key: &[u8; 16]) -> String {
    let header = base64url::encode(header);
    let mut text = b"plaintext".to_vec();
    let sealing = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key).unwrap());
    let nonce = Nonce::assume_unique_for_key([1; 12]);
    let tag = sealing.seal_in_place_separate_tag(nonce, Aad::from(header.as_bytes()), &mut text).unwrap();
    let [iv, text, tag] = [&[1; 12], &text[..], tag.as_ref()].map(base64url::encode);
    format!("{header}..{iv}.{text}.{tag}")
}

#[test]
fn the_forgery_would_open_with_an_honest_secret() {
    // The same writing out, with the secret of an agreement that the test makes itself: so the test above can fail.
    use aws_lc_rs::agreement::{PrivateKey, UnparsedPublicKey, X25519, agree};
    let scene = Scene::new(KeyManagement::EcdhEs, Curve::X25519);
    let ours = PrivateKey::generate(&X25519).unwrap();
    let theirs = base64url::decode(scene.public.x.as_ref().unwrap()).unwrap();
    let key =
        agree(&ours, UnparsedPublicKey::new(&X25519, theirs), (), |secret| Ok(concat_kdf(secret, b"A128GCM"))).unwrap();
    let x = base64url::encode(ours.compute_public_key().unwrap());
    let epk = json!({ "kty": "OKP", "crv": "X25519", "x": x });
    let header = json!({ "alg": "ECDH-ES", "kid": "k", "epk": epk, "enc": "A128GCM" }).to_string();
    assert_eq!(scene.open(&sealed(&header, &key)), Ok(b"plaintext".to_vec()));
}

#[test]
fn a_key_for_the_content_does_not_unwrap_and_the_other_way_round() {
    let direct = Scene::new(KeyManagement::EcdhEs, Curve::P256);
    let wrapped = Scene::new(KeyManagement::EcdhEsA128Kw, Curve::P256);
    for (scene, other) in [(&direct, &wrapped), (&wrapped, &direct)] {
        let found = other.header()["alg"].as_str().unwrap().to_owned();
        assert_eq!(scene.open(&other.token), Err(DecryptError::AlgorithmNotKeys { found }));
        let mut renamed = scene.header();
        renamed["alg"] = other.header()["alg"].clone();
        let found = other.header()["alg"].as_str().unwrap().to_owned();
        assert_eq!(scene.with_header(&renamed), Err(DecryptError::AlgorithmNotKeys { found }));
    }
}
