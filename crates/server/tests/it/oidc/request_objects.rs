//! Requests that the application signs, encrypts or publishes (RFC 9101, OpenID Connect Core §6).

use grantor_jose::{
    Algorithm, ContentEncryption, EncryptedHeaderFields, EncryptionKey, HeaderFields, Jwk, KeyManagement, SigningKey,
    base64url, encrypt_compact, sign_compact,
};
use grantor_protocol::secret::sha256;
use grantor_rules::model::ClientMetadata;
use grantor_testkit::{Authorize, CHRIS, CONTOSO, NATIVE, START, TestPlatform, WEB, unverified_claims};
use serde_json::{Map, Value, json};

use super::{asking, issuer};

const TYPE: &str = "oauth-authz-req+jwt";
const PLACE: &str = "https://app.example/requests/1";

/// A key of the application, which is registered for it.
async fn registered(platform: &TestPlatform, change: impl FnOnce(&mut ClientMetadata)) -> SigningKey {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let jwks = json!({ "keys": [key.public_jwk()] });
    platform
        .change_application(CONTOSO, NATIVE.client_id, |native| {
            native.metadata.jwks = Some(jwks);
            change(&mut native.metadata);
        })
        .await;
    key
}

/// What a request object of `request` says.
fn claims(platform: &TestPlatform, request: &Authorize) -> Map<String, Value> {
    let mut claims: Map<String, Value> =
        request.parameters.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    claims.insert("iss".into(), json!(NATIVE.client_id));
    claims.insert("aud".into(), json!(issuer(platform)));
    claims.insert("exp".into(), json!(START.seconds() + 300));
    claims
}

fn signed(key: &SigningKey, typ: &str, claims: &Map<String, Value>) -> String {
    sign_compact(key, &HeaderFields { typ, x5t: None }, claims).unwrap()
}

/// The request that says nothing but who asks, and where the rest is.
fn bare(name: &str, value: &str) -> Authorize {
    let mut request = asking(NATIVE);
    request.parameters.retain(|(name, _)| name == "client_id");
    request.with(name, value)
}

/// The error of a request with the object, which goes to the page where nothing outside says where else.
async fn refused(platform: &TestPlatform, request: &Authorize) -> String {
    platform.browser().authorize(request).await.response().get("error").to_owned()
}

#[tokio::test]
async fn only_what_the_signed_object_says_counts() {
    // 9101-03
    let platform = TestPlatform::start().await;
    let key = registered(&platform, |_| {}).await;
    let inside = asking(NATIVE).scope("openid email").with("max_age", "600").with("state", "inside");
    let object = signed(&key, TYPE, &claims(&platform, &inside));
    let outside = asking(NATIVE).scope("openid profile").with("state", "outside").with("request", &object);
    for request in [outside, bare("request", &object)] {
        let response = platform.browser().walk(&request, CHRIS).await.response();
        assert_eq!(response.get("state"), "inside");
        let tokens = platform.tokens(&inside.redeem(&response.code())).await;
        assert_eq!(tokens.body["scope"], "openid email");
        assert_eq!(unverified_claims(&tokens.id_token)["nonce"], inside.value("nonce"));
    }
    assert!(!platform.recorded().contains(&object), "it is in no log");
}

#[tokio::test]
async fn an_object_is_signed_with_the_key_and_in_the_way_that_are_registered() {
    // 9101-01
    let platform = TestPlatform::start().await;
    let key = registered(&platform, |_| {}).await;
    let inside = asking(NATIVE).scope("openid");
    let claims = claims(&platform, &inside);
    let with = |object: &str| asking(NATIVE).scope("openid").with("request", object);
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap().with_key_id(key.key_id().to_owned());
    assert_eq!(refused(&platform, &with(&signed(&stranger, TYPE, &claims))).await, "invalid_request_object");
    let unsigned =
        format!("{}.{}.", base64url::encode(br#"{"alg":"none"}"#), base64url::encode(json!(claims).to_string()));
    for bad in [unsigned.as_str(), "x", "a.b.c", "a.b.c.d.e"] {
        assert_eq!(refused(&platform, &with(bad)).await, "invalid_request_object", "{bad}");
    }
    let good = signed(&key, TYPE, &claims);
    platform.browser().authorize(&with(&good)).await.page().value_of("username");
    registered(&platform, |metadata| metadata.request_object_signing_alg = Some("PS256".into())).await;
    assert_eq!(refused(&platform, &with(&good)).await, "invalid_request_object");
}

#[tokio::test]
async fn an_object_that_is_not_the_applications_word_to_us_now_is_refused() {
    // 9101-02, 9101-04, 9101-05, 9101-07
    let platform = TestPlatform::start().await;
    let key = registered(&platform, |_| {}).await;
    let inside = asking(NATIVE).scope("openid");
    let good = claims(&platform, &inside);
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims.insert(name.into(), value);
        asking(NATIVE).scope("openid").with("request", &signed(&key, TYPE, &claims))
    };
    for (name, value) in [
        ("client_id", json!(WEB.client_id)),
        ("iss", json!(WEB.client_id)),
        ("aud", json!("https://other.example")),
        ("exp", json!(START.seconds() - 60)),
        ("nbf", json!(START.seconds() + 60)),
        ("request", json!("a.b.c")),
        ("request_uri", json!(PLACE)),
        ("sub", json!(NATIVE.client_id)),
    ] {
        assert_eq!(refused(&platform, &with(name, value)).await, "invalid_request_object", "{name}");
    }
    let assertion = json!({
        "iss": NATIVE.client_id, "sub": NATIVE.client_id, "aud": issuer(&platform), "jti": "1",
        "exp": START.seconds() + 60,
    });
    let assertion = signed(&key, "JWT", assertion.as_object().unwrap());
    let outside = asking(NATIVE).scope("openid");
    assert_eq!(refused(&platform, &outside.clone().with("request", &assertion)).await, "invalid_request_object");
    let access_token = signed(&key, "at+jwt", &good);
    assert_eq!(refused(&platform, &outside.clone().with("request", &access_token)).await, "invalid_request_object");
    let both = outside.with("request", &signed(&key, TYPE, &good)).with("request_uri", PLACE);
    assert_eq!(refused(&platform, &both).await, "invalid_request");
}

#[tokio::test]
async fn what_nobody_else_shall_read_is_encrypted_for_us() {
    let platform = TestPlatform::start().await;
    let key = registered(&platform, |metadata| {
        metadata.request_object_encryption_alg = Some("ECDH-ES+A256KW".into());
        metadata.request_object_encryption_enc = Some("A256GCM".into());
    })
    .await;
    let keys = platform.get(&format!("/{}/oidc/keys", CONTOSO.id), &[]).await.json();
    let ours: Vec<&Value> = keys["keys"].as_array().unwrap().iter().filter(|key| key["use"] == "enc").collect();
    assert_eq!(ours.len(), 1);
    let jwk: Jwk = serde_json::from_value(ours[0].clone()).unwrap();
    let inside = asking(NATIVE).scope("openid");
    let object = signed(&key, TYPE, &claims(&platform, &inside));
    let named = |cty, management, content, text: &str| {
        let key = EncryptionKey::from_jwk_for(&jwk, management, content).unwrap();
        encrypt_compact(&key, &EncryptedHeaderFields { cty, ..EncryptedHeaderFields::NESTED }, text.as_bytes()).unwrap()
    };
    let encrypted = |management, content, text: &str| named(Some("JWT"), management, content, text);
    let (agreed, content) = (KeyManagement::EcdhEsA256Kw, ContentEncryption::A256Gcm);
    let good = encrypted(agreed, content, &object);
    for taken in [&good, &named(Some(TYPE), agreed, content, &object)] {
        let response = platform.browser().walk(&bare("request", taken), CHRIS).await.response();
        platform.tokens(&inside.redeem(&response.code())).await;
    }

    let outside = |object: &str| asking(NATIVE).scope("openid").with("request", object);
    for (what, bad) in [
        ("not encrypted", object.clone()),
        ("not said to be a JWT", named(None, agreed, content, &object)),
        ("said to be another", named(Some("at+jwt"), agreed, content, &object)),
        ("another way", encrypted(KeyManagement::EcdhEs, content, &object)),
        ("another cipher", encrypted(agreed, ContentEncryption::A128CbcHs256, &object)),
        ("encrypted twice", encrypted(agreed, content, &good)),
        ("changed", good.replace('.', "..")),
    ] {
        assert_eq!(refused(&platform, &outside(&bad)).await, "invalid_request_object", "{what}");
    }
}

#[tokio::test]
async fn an_object_is_fetched_only_from_where_it_is_registered() {
    // 9101-06
    let platform = TestPlatform::start().await;
    let key = registered(&platform, |metadata| metadata.request_uris = vec![PLACE.into()]).await;
    let inside = asking(NATIVE).scope("openid");
    let object = signed(&key, TYPE, &claims(&platform, &inside));
    let outside = |place: &str| asking(NATIVE).scope("openid").with("request_uri", place);
    assert_eq!(refused(&platform, &outside(PLACE)).await, "invalid_request_uri", "nothing is there");
    let digest = format!("{PLACE}#{}", base64url::encode(sha256(object.as_bytes())));
    let other = format!("{PLACE}#{}", base64url::encode(sha256(b"other")));
    for place in [PLACE, &digest, &other] {
        platform.others.withdraw(place);
        platform.others.publish(place, object.clone());
    }
    for place in [PLACE, &digest] {
        let response = platform.browser().walk(&bare("request_uri", place), CHRIS).await.response();
        platform.tokens(&inside.redeem(&response.code())).await;
    }
    assert_eq!(refused(&platform, &outside(&other)).await, "invalid_request_uri", "it is not what was promised");
    let asked = platform.others.requests();
    for bad in [
        "https://localhost/r",
        "https://127.0.0.1/r",
        "https://169.254.169.254/latest/meta-data",
        "http://app.example/requests/1",
        "https://app.example/requests/2",
        "file:///etc/passwd",
        "x",
    ] {
        assert_eq!(refused(&platform, &outside(bad)).await, "invalid_request_uri", "{bad}");
    }
    assert_eq!(platform.others.requests(), asked, "nobody is asked who is not registered");
}

#[tokio::test]
async fn whoever_signs_always_is_held_to_it_in_every_dialect() {
    let platform = TestPlatform::start().await;
    let key = registered(&platform, |metadata| metadata.require_signed_request_object = true).await;
    let plain = asking(NATIVE).scope("openid");
    assert_eq!(refused(&platform, &plain).await, "invalid_request");
    let elsewhere = Authorize::by(NATIVE).scope("openid");
    assert_eq!(refused(&platform, &elsewhere).await, "invalid_request");
    let object = signed(&key, TYPE, &claims(&platform, &plain));
    platform.browser().authorize(&bare("request", &object)).await.page().value_of("username");
}

#[tokio::test]
async fn what_cannot_be_sent_back_is_told_on_a_page() {
    let platform = TestPlatform::start().await;
    platform
        .change_application(CONTOSO, NATIVE.client_id, |native| {
            let uri = grantor_protocol::RedirectUri::parse("https://app.example/other").unwrap();
            native.redirects.push(grantor_rules::model::Redirect { uri, ..native.redirects[0].clone() });
        })
        .await;
    let page = platform.browser().authorize(&bare("request", "a.b.c")).await.page();
    assert_eq!(page.text_of("error-code").as_deref(), Some("invalid_request_object"));
    let nobody = bare("request", "a.b.c").with("client_id", "nobody");
    let page = platform.browser().authorize(&nobody).await.page();
    assert_eq!(page.text_of("error-code").as_deref(), Some("invalid_request"));
}
