//! What an application is told in a form of its own choice: id_tokens, userinfo, answers of introspection and authorization
//! responses, signed and encrypted.

use grantor_jose::{
    ContentEncryption, DecryptionKey, DecryptionKeySet, Expected, KeyManagement, decrypt_compact, is_encrypted,
    peek_encryption, verify_compact,
};
use grantor_rules::model::{ClientMetadata, FrontChannel, SigningAlg};
use grantor_testkit::{
    Answer, Authorize, CHRIS, CONTOSO, NATIVE, Response, TestPlatform, Tokens, WEB, unverified_claims,
};
use serde_json::{Map, Value, json};

use super::{asking, header_of, issuer, post, said};
use crate::support::{bought, bought_in, renewal};

const KEYS: &str = "https://client.example/jwks";

/// The keys of an application, one for each algorithm.
struct Keys(DecryptionKeySet);

impl Keys {
    fn new(all: impl IntoIterator<Item = KeyManagement>) -> Self {
        Self(DecryptionKeySet::new(all.into_iter().map(|one| DecryptionKey::generate(one).unwrap()).collect()))
    }

    fn public(&self) -> Value {
        serde_json::to_value(self.0.public_jwk_set()).unwrap()
    }

    /// The signed token inside an encrypted one.
    #[track_caller]
    fn opened(&self, token: &str) -> String {
        assert!(is_encrypted(token), "{token}");
        decrypt_compact(token, &self.0, &Expected::any_type()).unwrap().nested().unwrap().to_owned()
    }
}

/// Each algorithm that has a public key.
fn public_algorithms() -> Vec<KeyManagement> {
    grantor_rules::responses::KEY_MANAGEMENT.map(|name| KeyManagement::parse(name).unwrap()).to_vec()
}

/// The web application, registered for tokens in the front channel and with this metadata.
async fn with(metadata: ClientMetadata) -> TestPlatform {
    let platform = TestPlatform::start().await;
    register(&platform, metadata).await;
    platform
}

async fn register(platform: &TestPlatform, metadata: ClientMetadata) {
    let front = FrontChannel { id_tokens: true, access_tokens: true };
    platform
        .change_application(CONTOSO, WEB.client_id, |web| {
            (*web.metadata, web.front_channel) = (metadata, front);
        })
        .await;
}

fn asked() -> Authorize {
    asking(WEB).scope("openid profile offline_access")
}

async fn of_web(platform: &TestPlatform) -> Tokens {
    bought(platform, &asked(), CHRIS).await
}

async fn userinfo(platform: &TestPlatform, tokens: &Tokens) -> Answer {
    platform.call(&format!("/{}/oidc/userinfo", CONTOSO.id), &tokens.access_token).await
}

/// The answer of introspection as the caller's `Accept` wants it.
async fn introspected(platform: &TestPlatform, accept: &str, token: &str) -> Answer {
    let target = format!("/{}/oidc/introspect", CONTOSO.id);
    let body = format!("token={token}&client_id={}&client_secret={}", WEB.client_id, WEB.secret.unwrap());
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", accept)];
    platform.send(platform.request("POST", &target, &headers, body.into())).await
}

const SIGNED: &str = "application/token-introspection+jwt";

async fn introspection_claims(platform: &TestPlatform, token: &str) -> Map<String, Value> {
    let expected = ["token-introspection+jwt"];
    verify_compact(token, &platform.served_keys().await, &Expected::types(&expected)).unwrap().claims().unwrap()
}

async fn document(platform: &TestPlatform) -> Value {
    platform.get(&format!("/{}/oidc/.well-known/openid-configuration", CONTOSO.id), &[]).await.json()
}

fn listed(document: &Value, name: &str) -> Vec<String> {
    serde_json::from_value(document[name].clone()).unwrap()
}

#[tokio::test]
async fn an_id_token_is_signed_and_then_encrypted_wherever_it_is_handed_out() {
    let keys = Keys::new([KeyManagement::RsaOaep256]);
    let platform = with(ClientMetadata {
        jwks: Some(keys.public()),
        id_token_encrypted_response_alg: Some("RSA-OAEP-256".into()),
        ..ClientMetadata::default()
    })
    .await;
    let tokens = of_web(&platform).await;
    let renewed = platform.tokens(&renewal(&asked(), &tokens)).await;
    let hybrid = asked().with("response_type", "code id_token token").with("response_mode", "fragment");
    let front = platform.browser().walk(&hybrid, CHRIS).await.response();
    for id_token in [&tokens.id_token, &renewed.id_token, front.get("id_token")] {
        let header = peek_encryption(id_token).unwrap();
        assert_eq!((header.alg.as_str(), header.enc.as_str()), ("RSA-OAEP-256", "A128CBC-HS256"), "the usual enc");
        assert_eq!(header_of(id_token)["cty"], "JWT");
        let claims = platform.verified(&keys.opened(id_token)).await;
        assert_eq!((claims["iss"].clone(), claims["aud"].clone()), (json!(issuer(&platform)), json!(WEB.client_id)));
    }
    let claims = platform.verified(&keys.opened(front.get("id_token"))).await;
    let half = &grantor_protocol::secret::sha256(front.get("code").as_bytes())[..16];
    assert_eq!(claims["c_hash"], grantor_jose::base64url::encode(half), "core-09");
    let vendor = bought(&platform, &Authorize::by(WEB).tenant(CONTOSO.id).scope("openid"), CHRIS).await;
    assert!(!is_encrypted(&vendor.id_token), "the Microsoft dialects know nothing of it");
}

#[tokio::test]
async fn each_algorithm_that_the_metadata_lists_is_used_for_each_response() {
    // 8414-05
    let platform = TestPlatform::start().await;
    let found = document(&platform).await;
    let responses = ["id_token", "userinfo", "introspection", "authorization"];
    let names = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    for response in responses {
        let signing = listed(&found, &format!("{response}_signing_alg_values_supported"));
        assert_eq!(signing, SigningAlg::NAMES.map(|(name, _)| name), "{response}");
        let algs = listed(&found, &format!("{response}_encryption_alg_values_supported"));
        assert_eq!(algs, names(&grantor_rules::responses::KEY_MANAGEMENT), "{response}");
        let encs = listed(&found, &format!("{response}_encryption_enc_values_supported"));
        assert_eq!(encs, names(&grantor_rules::responses::CONTENT_ENCRYPTION), "{response}");
    }
    let keys = Keys::new(public_algorithms());
    let signing = SigningAlg::NAMES.into_iter().cycle();
    for ((management, content), (name, alg)) in public_algorithms().into_iter().zip(ContentEncryption::ALL).zip(signing)
    {
        let (encrypted, enc) = (Some(management.name().into()), Some(content.name().into()));
        register(
            &platform,
            ClientMetadata {
                jwks: Some(keys.public()),
                id_token_encrypted_response_alg: encrypted.clone(),
                id_token_encrypted_response_enc: enc.clone(),
                userinfo_signed_response_alg: Some(name.into()),
                userinfo_encrypted_response_alg: encrypted.clone(),
                userinfo_encrypted_response_enc: enc.clone(),
                introspection_signed_response_alg: Some(name.into()),
                introspection_encrypted_response_alg: encrypted.clone(),
                introspection_encrypted_response_enc: enc.clone(),
                authorization_signed_response_alg: Some(name.into()),
                authorization_encrypted_response_alg: encrypted,
                authorization_encrypted_response_enc: enc,
                ..ClientMetadata::default()
            },
        )
        .await;
        platform.change_application(CONTOSO, WEB.client_id, |web| web.id_token_signing_alg = alg).await;
        let request = asked().with("response_mode", "jwt");
        let answer = platform.browser().walk(&request, CHRIS).await.response().get("response").to_owned();
        let code = platform.verified(&keys.opened(&answer)).await["code"].as_str().unwrap().to_owned();
        let tokens = platform.tokens(&request.redeem(&code)).await;
        let info = userinfo(&platform, &tokens).await.text().to_owned();
        let introspected = introspected(&platform, SIGNED, &tokens.access_token).await.text().to_owned();
        for token in [&answer, &tokens.id_token, &info, &introspected] {
            let header = peek_encryption(token).unwrap();
            assert_eq!((header.alg.as_str(), header.enc.as_str()), (management.name(), content.name()));
            assert_eq!(header_of(&keys.opened(token))["alg"], name);
        }
        platform.verified(&keys.opened(&info)).await;
        let told = introspection_claims(&platform, &keys.opened(&introspected)).await;
        assert_eq!(told["token_introspection"]["active"], true);
    }
}

#[tokio::test]
async fn without_a_key_that_fits_nothing_is_told_and_nothing_is_lost() {
    let signing_only = json!({ "keys": [
        grantor_jose::SigningKey::generate(grantor_jose::Algorithm::Es256).unwrap().public_jwk()
    ] });
    let platform = with(ClientMetadata::default()).await;
    let request = asked();
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let encrypted = |jwks: Option<Value>, jwks_uri: Option<String>, alg: &str| ClientMetadata {
        jwks,
        jwks_uri,
        id_token_encrypted_response_alg: Some(alg.into()),
        ..ClientMetadata::default()
    };
    for metadata in [
        encrypted(None, None, "RSA-OAEP-256"),
        encrypted(Some(signing_only), None, "ECDH-ES"),
        encrypted(Some(json!({ "keys": 1 })), None, "ECDH-ES"),
        encrypted(None, Some(KEYS.into()), "ECDH-ES"),
        encrypted(Some(Keys::new([KeyManagement::EcdhEs]).public()), None, "RSA1_5"),
        encrypted(Some(Keys::new([KeyManagement::EcdhEs]).public()), None, "dir"),
    ] {
        register(&platform, metadata).await;
        let refused = platform.token(&request.redeem(&code)).await;
        assert_eq!(said(&refused), (400, "unauthorized_client".to_owned()));
        assert!(
            refused.text().contains("registered for id_tokens in a form that cannot be made"),
            "{}",
            refused.text()
        );
        assert!(!refused.text().contains("client.example"), "what the network behind us says is nobody's");
        let front = asked().with("response_type", "code id_token").with("response_mode", "fragment");
        let front = platform.browser().walk(&front, CHRIS).await.response();
        assert_eq!(front.get("error"), "unauthorized_client");
        assert!(!front.parameters.contains_key("code"));
    }
    // The code is still good: nothing was committed.
    let keys = Keys::new([KeyManagement::EcdhEs]);
    platform.others.publish(KEYS, keys.public().to_string());
    register(&platform, encrypted(None, Some(KEYS.into()), "ECDH-ES")).await;
    let tokens = platform.tokens(&request.redeem(&code)).await;
    platform.verified(&keys.opened(&tokens.id_token)).await;

    // So is a refresh token.
    register(&platform, encrypted(None, None, "ECDH-ES")).await;
    let renewal = renewal(&request, &tokens);
    assert_eq!(said(&platform.token(&renewal).await), (400, "unauthorized_client".to_owned()));
    register(&platform, encrypted(None, Some(KEYS.into()), "ECDH-ES")).await;
    platform.tokens(&renewal).await;
}

#[tokio::test]
async fn a_hint_is_the_signed_token_that_the_application_has_decrypted() {
    // core-06
    let keys = Keys::new([KeyManagement::EcdhEs]);
    let platform = with(ClientMetadata {
        jwks: Some(keys.public()),
        id_token_encrypted_response_alg: Some("ECDH-ES".into()),
        ..ClientMetadata::default()
    })
    .await;
    let mut browser = platform.browser();
    let tokens = bought_in(&platform, &mut browser, &asked(), CHRIS).await;
    let silent = |hint: &str| asked().with("prompt", "none").with("id_token_hint", hint);
    let refused = browser.authorize(&silent(&tokens.id_token)).await.response();
    assert_eq!(refused.get("error"), "invalid_request");
    assert!(refused.get("error_description").contains("has decrypted"), "{}", refused.get("error_description"));
    let opened = browser.authorize(&silent(&keys.opened(&tokens.id_token))).await.response();
    assert!(opened.get("code").starts_with("gc1."), "{opened:?}");
}

#[tokio::test]
async fn userinfo_comes_as_the_application_is_registered() {
    // core-12
    let keys = Keys::new([KeyManagement::EcdhEsA256Kw]);
    let platform =
        with(ClientMetadata { userinfo_signed_response_alg: Some("ES256".into()), ..ClientMetadata::default() }).await;
    let tokens = of_web(&platform).await;
    let sub = unverified_claims(&tokens.id_token)["sub"].clone();
    let signed = userinfo(&platform, &tokens).await;
    assert_eq!((signed.code(), signed.header("content-type")), (200, "application/jwt"));
    assert_eq!(signed.header("cache-control"), "no-store, no-cache");
    assert_eq!(header_of(signed.text())["alg"], "ES256");
    let claims = platform.verified(signed.text()).await;
    assert_eq!((claims["iss"].clone(), claims["aud"].clone()), (json!(issuer(&platform)), json!(WEB.client_id)));
    assert_eq!((&claims["sub"], claims["name"].clone()), (&sub, json!("Chris Green")));

    // Another application's token at the same moment.
    let of_native = bought(&platform, &asking(NATIVE).scope("openid"), CHRIS).await;
    let plain = userinfo(&platform, &of_native).await;
    assert_eq!(plain.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(plain.json()["sub"], unverified_claims(&of_native.id_token)["sub"]);

    let encrypted = ClientMetadata {
        jwks: Some(keys.public()),
        userinfo_encrypted_response_alg: Some("ECDH-ES+A256KW".into()),
        userinfo_encrypted_response_enc: Some("A256GCM".into()),
        ..ClientMetadata::default()
    };
    register(&platform, encrypted.clone()).await;
    let answer = userinfo(&platform, &tokens).await;
    assert_eq!(answer.header("content-type"), "application/jwt");
    let opened = decrypt_compact(answer.text(), &keys.0, &Expected::any_type()).unwrap();
    assert_eq!(opened.claims().unwrap()["sub"], sub, "encrypted alone: the claims themselves are inside");
    assert_eq!(opened.cty(), None);

    register(&platform, ClientMetadata { userinfo_signed_response_alg: Some("PS256".into()), ..encrypted.clone() })
        .await;
    let both = userinfo(&platform, &tokens).await;
    assert_eq!(platform.verified(&keys.opened(both.text())).await["sub"], sub);

    for wrong in [
        ClientMetadata { jwks: None, ..encrypted.clone() },
        ClientMetadata { userinfo_signed_response_alg: Some("none".into()), ..encrypted },
    ] {
        register(&platform, wrong).await;
        let refused = userinfo(&platform, &tokens).await;
        assert_eq!(said(&refused), (400, "unauthorized_client".to_owned()));
        assert_eq!(refused.header("www-authenticate"), "", "another token would not help");
    }
}

#[tokio::test]
async fn whoever_asks_about_a_token_may_have_the_answer_signed() {
    // 7662-01, 7662-02
    let platform = TestPlatform::start().await;
    let tokens = of_web(&platform).await;
    let plain = introspected(&platform, "application/json", &tokens.access_token).await;
    let answer = introspected(&platform, SIGNED, &tokens.access_token).await;
    assert_eq!((answer.code(), answer.header("content-type")), (200, SIGNED));
    assert_eq!(answer.header("cache-control"), "no-store, no-cache");
    let header = header_of(answer.text());
    assert_eq!((header["typ"].clone(), header["alg"].clone()), (json!("token-introspection+jwt"), json!("RS256")));
    let claims = introspection_claims(&platform, answer.text()).await;
    let mut names: Vec<&str> = claims.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["aud", "iat", "iss", "token_introspection"], "RFC 9701 §5: no sub and no exp of its own");
    assert_eq!((claims["iss"].clone(), claims["aud"].clone()), (json!(issuer(&platform)), json!(WEB.client_id)));
    assert_eq!(claims["iat"], platform.app.env.now().seconds());
    assert_eq!(claims["token_introspection"], plain.json());

    let inactive = introspected(&platform, "application/json;q=0.5, Application/Token-Introspection+JWT", "x").await;
    let claims = introspection_claims(&platform, inactive.text()).await;
    assert_eq!(claims["token_introspection"], json!({"active": false}));
    for accept in ["*/*", "application/*", "application/jwt", "application/token-introspection+jwt;q=0"] {
        let answer = introspected(&platform, accept, "x").await;
        assert_eq!(answer.json(), json!({"active": false}), "{accept}");
    }
    // An answer is no token of any other kind.
    for target in [format!("/{}/oidc/userinfo", CONTOSO.id), "/v1.0/me".to_owned()] {
        assert_eq!(platform.call(&target, answer.text()).await.code(), 401);
    }
    assert_eq!(introspected(&platform, "", answer.text()).await.json(), json!({"active": false}));
    let hinted = asked().with("prompt", "none").with("id_token_hint", answer.text());
    assert_eq!(platform.browser().authorize(&hinted).await.response().get("error"), "invalid_request");
    // What is wrong with the asker is said plainly: the form of the answer changes nothing of who may ask.
    let pairs = [("token", "x"), ("client_id", WEB.client_id), ("client_secret", "wrong")];
    assert_eq!(said(&post(&platform, "introspect", &pairs).await).0, 401);
    register(
        &platform,
        ClientMetadata { introspection_encrypted_response_alg: Some("RSA-OAEP".into()), ..ClientMetadata::default() },
    )
    .await;
    let refused = introspected(&platform, SIGNED, &tokens.access_token).await;
    assert_eq!(said(&refused), (400, "unauthorized_client".to_owned()));
}

#[tokio::test]
async fn an_answer_that_could_not_be_encrypted_is_not_begun() {
    let platform = with(ClientMetadata {
        authorization_encrypted_response_alg: Some("ECDH-ES".into()),
        ..ClientMetadata::default()
    })
    .await;
    let page = platform.browser().authorize(&asked().with("response_mode", "jwt")).await.page();
    assert!(page.text().contains("authorization responses in a form that cannot be made"), "{}", page.text());
    // Unsigned answers are another matter: those are not encrypted (JARM §3).
    let plain: Response = platform.browser().walk(&asked(), CHRIS).await.response();
    assert!(plain.get("code").starts_with("gc1."));
}

#[tokio::test]
async fn the_keys_of_all_responses_are_published_before_the_first_of_them() {
    // 8414-05, core-11: whoever keeps the verification keys for a while finds those of the next response too.
    let platform = with(ClientMetadata {
        userinfo_signed_response_alg: Some("ES256".into()),
        introspection_signed_response_alg: Some("ES384".into()),
        authorization_signed_response_alg: Some("EdDSA".into()),
        ..ClientMetadata::default()
    })
    .await;
    let request = asked().with("response_mode", "jwt");
    let answer = platform.browser().walk(&request, CHRIS).await.response();
    let kept = platform.served_keys().await;
    let proven = |token: &str, kind: &str| verify_compact(token, &kept, &Expected::types(&[kind])).unwrap().claims();
    let code = proven(answer.get("response"), "JWT").unwrap()["code"].as_str().unwrap().to_owned();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    proven(&tokens.id_token, "JWT").unwrap();
    proven(userinfo(&platform, &tokens).await.text(), "JWT").unwrap();
    let introspected = introspected(&platform, SIGNED, &tokens.access_token).await;
    proven(introspected.text(), "token-introspection+jwt").unwrap();
}
