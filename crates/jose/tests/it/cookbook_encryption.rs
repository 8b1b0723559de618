//! The encrypted examples of RFC 7520 and RFC 8037 in compact form: decrypted, or refused for the reason that they have.
//!
//! Those that can be made again are, in `src/encryption/reproduced.rs`; so are the parts of those that have no compact form.

use grantor_jose::{
    Algorithm, ContentEncryption, DecryptError, DecryptedJwe, DecryptionKeySet, Expected, Jwk, KeyManagement, KeySet,
    SharedEncryptionKey, VerifyingKey, decrypt_compact, verify_compact,
};
use serde_json::Value;

use crate::private_keys::{decryption_key, public_half, shared_encryption_key};
use crate::vectors::{load, text};

fn decrypt(example: &Value) -> Result<DecryptedJwe, DecryptError> {
    let input = &example["input"];
    let management = KeyManagement::parse(text(input, "alg")).unwrap();
    let content = ContentEncryption::parse(text(input, "enc")).unwrap();
    let token = text(&example["output"], "compact");
    if management.is_symmetric() {
        let key = shared_encryption_key(&input["key"], management, content).unwrap();
        return key.decrypt_compact(token, &Expected::any_type());
    }
    let key = decryption_key(&input["key"], management).unwrap().with_content_encryptions(&[content]);
    decrypt_compact(token, &DecryptionKeySet::new(vec![key]), &Expected::any_type())
}

#[test]
fn examples_decrypt() {
    for file in [
        "jwe/5_2.key_encryption_using_rsa-oaep_with_aes-gcm.json",
        "jwe/5_4.key_agreement_with_key_wrapping_using_ecdh-es_and_aes-keywrap_with_aes-gcm.json",
        "jwe/5_5.key_agreement_using_ecdh-es_with_aes-cbc-hmac-sha2.json",
        "jwe/5_6.direct_encryption_using_aes-gcm.json",
        "jwe/5_7.key_wrap_using_aes-gcm_keywrap_with_aes-cbc-hmac-sha2.json",
        "jwe/5_8.key_wrap_using_aes-keywrap_with_aes-gcm.json",
        "curve25519/ecdh-es.json",
    ] {
        let mut example = load(&format!("jose-cookbook/{file}"));
        assert_eq!(decrypt(&example).unwrap().plaintext(), text(&example["input"], "plaintext").as_bytes(), "{file}");

        let token = text(&example["output"], "compact").to_owned();
        let (rest, tag) = token.rsplit_once('.').unwrap();
        let other = if tag.starts_with('A') { 'B' } else { 'A' };
        example["output"]["compact"] = format!("{rest}.{other}{}", &tag[1..]).into();
        assert_eq!(decrypt(&example).unwrap_err(), DecryptError::Refused, "{file}");
    }
}

#[test]
fn a_signed_token_inside_an_encrypted_one() {
    let example = load("jose-cookbook/6.nesting_signatures_and_encryption.json");
    let opened = decrypt(&example["encrypt"]).unwrap();
    let signed = &example["sign"];
    assert_eq!(opened.nested().unwrap(), text(&signed["output"], "compact"));
    let jwk = Jwk::from_value(&public_half(&signed["input"]["key"])).unwrap();
    let keys = KeySet::new(vec![VerifyingKey::from_jwk_for(&jwk, Algorithm::Ps256).unwrap()]);
    let verified = verify_compact(opened.nested().unwrap(), &keys, &Expected::types(&["JWT"])).unwrap();
    assert_eq!(verified.payload(), text(&signed["input"], "payload").as_bytes());
}

#[test]
fn rsa_v15_encryption_is_refused() {
    let example = load("jose-cookbook/jwe/5_1.key_encryption_using_rsa_v15_and_aes-hmac-sha2.json");
    for management in [KeyManagement::RsaOaep, KeyManagement::RsaOaep256] {
        let key = decryption_key(&example["input"]["key"], management).unwrap();
        let keys = DecryptionKeySet::new(vec![key]);
        let refused = decrypt_compact(text(&example["output"], "compact"), &keys, &Expected::any_type()).unwrap_err();
        assert_eq!(refused, DecryptError::AlgorithmNotKeys { found: "RSA1_5".to_owned() });
    }
}

#[test]
fn encryption_with_a_password_is_refused() {
    let example = load("jose-cookbook/jwe/5_3.key_wrap_using_pbes2-aes-keywrap_with-aes-cbc-hmac-sha2.json");
    let content = ContentEncryption::A128CbcHs256;
    for management in KeyManagement::ALL.into_iter().filter(|management| management.is_symmetric()) {
        let key = SharedEncryptionKey::from_client_secret(management, content, text(&example["input"], "pwd")).unwrap();
        let refused = key.decrypt_compact(text(&example["output"], "compact"), &Expected::any_type()).unwrap_err();
        assert_eq!(refused, DecryptError::AlgorithmNotKeys { found: "PBES2-HS512+A256KW".to_owned() });
    }
}
