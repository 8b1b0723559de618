//! The public keys of an application: in its registration, or under an address that it registered.

use std::time::Duration;

use grantor_flows::client_keys::{NoKey, encryption, verifying};
use grantor_jose::{
    Algorithm, ContentEncryption, DecryptionKey, HeaderFields, KeyManagement, SigningKey, peek_header, sign_compact,
};
use grantor_rules::model::{Application, ClientMetadata};
use grantor_testkit::{CONTOSO, TestPlatform, WEB};
use serde_json::{Value, json};

const ADDRESS: &str = "https://client.example/jwks";

async fn with(platform: &TestPlatform, metadata: ClientMetadata) -> Application {
    let mut application = platform.application(CONTOSO, WEB.client_id).await;
    application.metadata = Box::new(metadata);
    application
}

fn by_value(jwks: Value) -> ClientMetadata {
    ClientMetadata { jwks: Some(jwks), ..ClientMetadata::default() }
}

fn by_address() -> ClientMetadata {
    ClientMetadata { jwks_uri: Some(ADDRESS.to_owned()), ..ClientMetadata::default() }
}

fn set(keys: &[&SigningKey]) -> Value {
    json!({ "keys": keys.iter().map(|key| key.public_jwk()).collect::<Vec<_>>() })
}

fn message(key: &SigningKey) -> String {
    sign_compact(key, &HeaderFields { typ: "JWT", x5t: None }, &json!({})).unwrap()
}

/// Which key proves the message, by its `kid`.
async fn proves(platform: &TestPlatform, application: &Application, message: &str) -> Result<String, NoKey> {
    let taken = [Algorithm::Es256, Algorithm::Ps256];
    let header = peek_header(message).unwrap();
    let keys = verifying(&platform.app.env, application, &header, &taken).await?;
    let proven = grantor_jose::verify_compact(message, &keys, &grantor_jose::Expected::types(&["JWT"]));
    Ok(proven.unwrap().key_id().to_owned())
}

#[tokio::test]
async fn keys_in_the_registration_are_found_by_kid_and_algorithm() {
    let platform = TestPlatform::start().await;
    let (one, two) = (SigningKey::generate(Algorithm::Es256).unwrap(), SigningKey::generate(Algorithm::Es256).unwrap());
    let other = SigningKey::generate(Algorithm::EdDsa).unwrap();
    let application = with(&platform, by_value(set(&[&one, &two, &other]))).await;
    for key in [&one, &two] {
        assert_eq!(proves(&platform, &application, &message(key)).await.unwrap(), key.key_id());
    }
    assert_eq!(proves(&platform, &application, &message(&other)).await, Err(NoKey::NoneFits), "not among those taken");
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
    assert_eq!(proves(&platform, &application, &message(&stranger)).await, Err(NoKey::NoneFits));
    assert_eq!(platform.others.requests(), 0);
}

#[tokio::test]
async fn an_application_without_public_keys_has_none() {
    let platform = TestPlatform::start().await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let none = with(&platform, ClientMetadata::default()).await;
    assert_eq!(proves(&platform, &none, &message(&key)).await, Err(NoKey::NoneRegistered));
    let private = json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] });
    for bad in [json!({}), json!({ "keys": 1 }), private] {
        let application = with(&platform, by_value(bad)).await;
        assert_eq!(proves(&platform, &application, &message(&key)).await, Err(NoKey::Malformed));
    }
}

#[tokio::test]
async fn published_keys_rotate_and_made_up_key_ids_cost_little() {
    let platform = TestPlatform::start().await;
    let application = with(&platform, by_address()).await;
    let (old, new) = (SigningKey::generate(Algorithm::Es256).unwrap(), SigningKey::generate(Algorithm::Es256).unwrap());
    let missing = proves(&platform, &application, &message(&old)).await;
    assert!(matches!(missing, Err(NoKey::Unreachable(_))), "{missing:?}");

    platform.others.publish(ADDRESS, set(&[&old]).to_string());
    for _ in 0..3 {
        assert_eq!(proves(&platform, &application, &message(&old)).await.unwrap(), old.key_id());
    }
    assert_eq!(platform.others.requests(), 2, "the one that failed, and one");

    platform.others.publish(ADDRESS, set(&[&old, &new]).to_string());
    assert_eq!(proves(&platform, &application, &message(&new)).await.unwrap(), new.key_id());
    assert_eq!(platform.others.requests(), 3);

    for _ in 0..50 {
        let made_up = SigningKey::generate(Algorithm::Es256).unwrap();
        assert_eq!(proves(&platform, &application, &message(&made_up)).await, Err(NoKey::NoneFits));
    }
    assert_eq!(platform.others.requests(), 3);
    platform.advance(Duration::from_secs(31));
    let made_up = SigningKey::generate(Algorithm::Es256).unwrap();
    assert_eq!(proves(&platform, &application, &message(&made_up)).await, Err(NoKey::NoneFits));
    assert_eq!(platform.others.requests(), 4);
}

#[tokio::test]
async fn a_published_document_is_read_strictly() {
    let platform = TestPlatform::start().await;
    let application = with(&platform, by_address()).await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    for bad in ["", "<html>", "[]", r#"{"keys":[],"keys":[]}"#, r#"{"keys":[{"kty":"EC","d":"AA"}]}"#] {
        platform.others.withdraw(ADDRESS);
        platform.others.publish(ADDRESS, bad);
        assert_eq!(proves(&platform, &application, &message(&key)).await, Err(NoKey::Malformed), "{bad}");
    }
}

#[tokio::test]
async fn a_key_to_encrypt_for_the_application_is_found_beside_those_that_sign() {
    let platform = TestPlatform::start().await;
    let signs = SigningKey::generate(Algorithm::Es256).unwrap();
    let management = KeyManagement::EcdhEsA256Kw;
    let opens = DecryptionKey::generate(management).unwrap();
    let keys = json!({ "keys": [signs.public_jwk(), opens.public_jwk()] });
    let application = with(&platform, by_value(keys)).await;
    let found = encryption(&platform.app.env, &application, management, ContentEncryption::A256Gcm).await.unwrap();
    assert_eq!(found.key_id(), Some(opens.key_id()));
    let other = encryption(&platform.app.env, &application, KeyManagement::RsaOaep256, ContentEncryption::A256Gcm);
    assert_eq!(other.await.map(drop), Err(NoKey::NoneFits));
}
