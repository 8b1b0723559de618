//! Applications that prove themselves by assertions: signed with keys that they registered or publish, or with their secret.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use grantor_jose::{Algorithm, HeaderFields, Jwk, MacAlgorithm, SharedSecretKey, SigningKey, base64url, sign_compact};
use grantor_protocol::{ClientId, Secret};
use grantor_rules::model::{Application, AuthMethod, ClientSecret, Profile};
use grantor_testkit::{Answer, NORTHWIND, START, SYNC, TestPlatform, TokenRequest, unverified_claims};
use serde_json::{Map, Value, json};

use super::said;

const ADDRESS: &str = "https://sync.example/jwks.json";
const SECRET: &str = "a secret of sixty-four bytes, as HS512 wants it to be at the least";
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn issuer(platform: &TestPlatform) -> String {
    platform.public().at(&format!("/{}/oidc", NORTHWIND.id))
}

/// What a good assertion says; each is another one.
fn claims(platform: &TestPlatform) -> Map<String, Value> {
    static NAMES: AtomicU64 = AtomicU64::new(0);
    let now = platform.app.env.now().seconds();
    let claims = json!({
        "iss": SYNC.client_id, "sub": SYNC.client_id, "aud": issuer(platform), "iat": now, "exp": now + 60,
        "jti": format!("{}", NAMES.fetch_add(1, Ordering::Relaxed)),
    });
    claims.as_object().unwrap().clone()
}

fn with(platform: &TestPlatform, name: &str, value: Value) -> Map<String, Value> {
    let mut claims = claims(platform);
    claims.insert(name.to_owned(), value);
    claims
}

fn signed(key: &SigningKey, claims: &Map<String, Value>) -> String {
    sign_compact(key, &HeaderFields { typ: "JWT", x5t: None }, claims).unwrap()
}

fn shown(assertion: &str) -> TokenRequest {
    TokenRequest::by(SYNC, "client_credentials")
        .oidc()
        .tenant(NORTHWIND.id)
        .with("resource", "api://tasks")
        .with("client_assertion_type", TYPE)
        .with("client_assertion", assertion)
}

async fn registered(platform: &TestPlatform, change: impl FnOnce(&mut Application)) {
    platform
        .change_application(NORTHWIND, SYNC.client_id, |sync| {
            sync.certificates.clear();
            sync.secrets.clear();
            sync.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
            change(sync);
        })
        .await;
}

async fn with_keys(keys: &[&SigningKey]) -> TestPlatform {
    let platform = TestPlatform::with_permissions().await;
    let keys: Vec<Jwk> = keys.iter().map(|key| key.public_jwk()).collect();
    registered(&platform, |sync| sync.metadata.jwks = Some(json!({ "keys": keys }))).await;
    platform
}

#[track_caller]
fn refused(answer: &Answer, because: &str) {
    assert_eq!(said(answer), (401, "invalid_client".into()));
    let sentence = answer.json()["error_description"].as_str().unwrap().to_owned();
    assert!(sentence.contains(because), "{sentence} is not about {because}");
}

#[tokio::test]
async fn keys_of_each_algorithm_prove_an_application() {
    // 9700-12, core-14
    let algorithms = [Algorithm::Rs256, Algorithm::Ps256, Algorithm::Es256, Algorithm::Es384, Algorithm::EdDsa];
    let keys = algorithms.map(|algorithm| SigningKey::generate(algorithm).unwrap());
    let platform = with_keys(&keys.each_ref()).await;
    for key in &keys {
        let token = platform.tokens(&shown(&signed(key, &claims(&platform)))).await.access_token;
        assert_eq!(unverified_claims(&token)["client_id"], SYNC.client_id, "{}", key.algorithm());
    }
    let other = SigningKey::generate(Algorithm::Es512).unwrap();
    refused(&platform.token(&shown(&signed(&other, &claims(&platform)))).await, "'ES512'");
}

#[tokio::test]
async fn the_application_may_be_named_by_the_assertion_alone() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let platform = with_keys(&[&key]).await;
    let assertion = signed(&key, &claims(&platform));
    platform.tokens(&shown(&assertion).without("client_id")).await;
    let other = signed(&key, &with(&platform, "sub", json!("somebody-else")));
    assert_eq!(said(&platform.token(&shown(&other).without("client_id")).await), (401, "invalid_client".into()));
    let nobody = signed(&key, &with(&platform, "sub", json!(1)));
    assert_eq!(said(&platform.token(&shown(&nobody).without("client_id")).await).0, 400);
}

#[tokio::test]
async fn published_keys_prove_an_application_and_rotate() {
    let (old, new) = (SigningKey::generate(Algorithm::Es256).unwrap(), SigningKey::generate(Algorithm::Es256).unwrap());
    let platform = TestPlatform::with_permissions().await;
    registered(&platform, |sync| sync.metadata.jwks_uri = Some(ADDRESS.to_owned())).await;
    refused(&platform.token(&shown(&signed(&old, &claims(&platform)))).await, "could not be fetched");
    platform.others.publish(ADDRESS, json!({ "keys": [old.public_jwk()] }).to_string());
    platform.tokens(&shown(&signed(&old, &claims(&platform)))).await;
    platform.others.publish(ADDRESS, json!({ "keys": [new.public_jwk()] }).to_string());
    platform.tokens(&shown(&signed(&new, &claims(&platform)))).await;
    refused(&platform.token(&shown(&signed(&old, &claims(&platform)))).await, "'kid'");
}

#[tokio::test]
async fn nothing_is_fetched_for_who_may_not_prove_itself_so() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let platform = TestPlatform::with_permissions().await;
    platform.others.publish(ADDRESS, json!({ "keys": [key.public_jwk()] }).to_string());
    registered(&platform, |sync| {
        sync.metadata.jwks_uri = Some(ADDRESS.to_owned());
        sync.token_endpoint_auth_method = Some(AuthMethod::ClientSecretBasic);
    })
    .await;
    refused(&platform.token(&shown(&signed(&key, &claims(&platform)))).await, "client_secret_basic");
    let request = shown(&signed(&key, &claims(&platform))).header("origin", "https://spa.example");
    assert_ne!(platform.token(&request).await.code(), 200);
    assert_eq!(platform.others.requests(), 0);
}

#[tokio::test]
async fn whatever_is_wrong_with_an_assertion_is_named() {
    // T22
    let key = SigningKey::generate(Algorithm::Rs256).unwrap();
    let platform = with_keys(&[&key]).await;
    let now = START.seconds();
    let rows = [
        ("iss", json!("somebody-else"), "'somebody-else'"),
        ("sub", json!("somebody-else"), "'somebody-else'"),
        ("aud", json!("https://other.example"), "'https://other.example'"),
        ("aud", json!(platform.public().at(&format!("/{}/oauth2/v2.0/token", NORTHWIND.id))), "token endpoint"),
        ("aud", Value::Null, "token endpoint"),
        ("exp", Value::Null, "cannot be read"),
        ("exp", json!(now - 60), "expired"),
        ("exp", json!(now + 3600), "10 minutes"),
        ("iat", json!(now + 61), "not valid yet"),
        ("nbf", json!(now + 61), "not valid yet"),
        ("jti", Value::Null, "'jti'"),
    ];
    for (name, value, because) in rows {
        let assertion = signed(&key, &with(&platform, name, value));
        refused(&platform.token(&shown(&assertion)).await, because);
    }
    for name in ["iat", "nbf"] {
        platform.tokens(&shown(&signed(&key, &with(&platform, name, json!(now + 10))))).await;
    }
    let endpoint = platform.public().at(&format!("/{}/oidc/token", NORTHWIND.id));
    platform.tokens(&shown(&signed(&key, &with(&platform, "aud", json!([endpoint]))))).await;
}

#[tokio::test]
async fn headers_decide_nothing_but_which_key_is_tried() {
    let (key, other) =
        (SigningKey::generate(Algorithm::Rs256).unwrap(), SigningKey::generate(Algorithm::Rs256).unwrap());
    let platform = with_keys(&[&key]).await;
    let forged = |header: Value, sign: &dyn Fn(&str) -> Vec<u8>| {
        let payload = serde_json::to_vec(&claims(&platform)).unwrap();
        let text = format!("{}.{}", base64url::encode(header.to_string()), base64url::encode(payload));
        format!("{text}.{}", base64url::encode(sign(&text)))
    };
    let by_other = |text: &str| other.sign(text.as_bytes()).unwrap();
    let kid = key.key_id();
    let public = serde_json::to_vec(&key.public_jwk()).unwrap();
    let by_public = |text: &str| {
        let key = SharedSecretKey::new(MacAlgorithm::Hs256, &public).unwrap();
        let signed = key.sign_compact(&HeaderFields { typ: "JWT", x5t: None }, &json!({})).unwrap();
        assert!(!signed.is_empty() && !text.is_empty());
        grantor_jose::digest::hmac_sha256(&public, text.as_bytes()).to_vec()
    };
    let rows: Vec<(&str, String)> = vec![
        ("none", forged(json!({ "alg": "none" }), &|_| Vec::new())),
        ("a public key as a secret", forged(json!({ "alg": "HS256", "kid": kid }), &by_public)),
        ("a key in the header", forged(json!({ "alg": "RS256", "jwk": other.public_jwk() }), &by_other)),
        ("a stranger's key", forged(json!({ "alg": "RS256", "kid": kid }), &by_other)),
        ("another algorithm", forged(json!({ "alg": "PS256", "kid": kid }), &by_other)),
        (
            "keys from elsewhere",
            forged(json!({ "alg": "RS256", "jku": "https://evil.example", "kid": "evil" }), &by_other),
        ),
        (
            "an extension",
            forged(json!({ "alg": "RS256", "kid": kid, "crit": ["x"], "x": 1 }), &|text| {
                key.sign(text.as_bytes()).unwrap()
            }),
        ),
        (
            "a token of another kind",
            forged(json!({ "alg": "RS256", "kid": kid, "typ": "at+jwt" }), &|text| key.sign(text.as_bytes()).unwrap()),
        ),
        ("no JWT", "x".to_owned()),
    ];
    for (what, assertion) in rows {
        assert_eq!(said(&platform.token(&shown(&assertion)).await), (401, "invalid_client".into()), "{what}");
    }
    platform.tokens(&shown(&signed(&key, &claims(&platform)))).await;
}

#[tokio::test]
async fn the_registered_algorithm_is_the_only_one() {
    let (rsa, curve) =
        (SigningKey::generate(Algorithm::Rs256).unwrap(), SigningKey::generate(Algorithm::Es256).unwrap());
    let platform = with_keys(&[&rsa, &curve]).await;
    platform
        .change_application(NORTHWIND, SYNC.client_id, |sync| {
            sync.metadata.token_endpoint_auth_signing_alg = Some("ES256".to_owned());
        })
        .await;
    platform.tokens(&shown(&signed(&curve, &claims(&platform)))).await;
    refused(&platform.token(&shown(&signed(&rsa, &claims(&platform)))).await, "'RS256'");
}

#[tokio::test]
async fn the_fapi_profiles_want_the_issuer_alone_and_few_algorithms() {
    let (rsa, curve) =
        (SigningKey::generate(Algorithm::Rs256).unwrap(), SigningKey::generate(Algorithm::Es256).unwrap());
    let platform = with_keys(&[&rsa, &curve]).await;
    for profile in [Profile::Fapi2Security, Profile::Fapi2MessageSigning] {
        platform.change_application(NORTHWIND, SYNC.client_id, |sync| sync.profile = profile).await;
        // fapi-03
        let issuer = issuer(&platform);
        let endpoint = format!("{issuer}/token");
        for (aud, taken) in [(json!(issuer), true), (json!([issuer]), false), (json!(endpoint), false)] {
            let answer = platform.token(&shown(&signed(&curve, &with(&platform, "aud", aud.clone())))).await;
            // Whatever else the profile asks of a request, the assertion is not what it is about.
            let refused = answer.code() == 401 && answer.text().contains("client assertion");
            assert_eq!(!refused, taken, "{profile:?} {aud}: {}", answer.text());
        }
        // fapi-13
        refused(&platform.token(&shown(&signed(&rsa, &claims(&platform)))).await, "'RS256'");
        // fapi-11
        for (ahead, taken) in [(10, true), (61, false)] {
            let claims = with(&platform, "iat", json!(START.seconds() + ahead));
            let answer = platform.token(&shown(&signed(&curve, &claims))).await;
            assert_eq!(!answer.text().contains("not valid yet"), taken, "{profile:?} {ahead}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn an_assertion_is_good_once_whoever_is_asked() {
    // T22
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let platform = with_keys(&[&key]).await;
    // core-14
    let assertion = signed(&key, &claims(&platform));
    platform.tokens(&shown(&assertion)).await;
    refused(&platform.token(&shown(&assertion)).await, "good for one use");
    // The same name in another text is the same assertion.
    let mut again = claims(&platform);
    again.insert("jti".to_owned(), unverified_claims(&assertion)["jti"].clone());
    refused(&platform.token(&shown(&signed(&key, &again))).await, "good for one use");
    // Neither is it good at another endpoint of ours.
    let used = signed(&key, &claims(&platform));
    let ask = |assertion: &str| {
        let (id, token, kind) = (SYNC.client_id, "something", form(TYPE));
        format!("client_id={id}&token={token}&client_assertion_type={kind}&client_assertion={assertion}")
    };
    for (endpoint, code) in [("introspect", 200), ("introspect", 401), ("revoke", 401)] {
        let target = format!("/{}/oidc/{endpoint}", NORTHWIND.id);
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = platform.send(platform.request("POST", &target, &headers, ask(&used).into())).await;
        assert_eq!(answer.code(), code, "{endpoint}: {}", answer.text());
    }
    refused(&platform.token(&shown(&used)).await, "good for one use");
}

fn form(text: &str) -> String {
    grantor_dialects::form::encode_component(text)
}

#[tokio::test]
async fn a_request_that_is_refused_for_its_assertion_uses_nothing_up() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let platform = with_keys(&[&key]).await;
    let early = signed(&key, &with(&platform, "nbf", json!(START.seconds() + 50)));
    refused(&platform.token(&shown(&early)).await, "not valid yet");
    platform.advance(Duration::from_secs(40));
    platform.tokens(&shown(&early)).await;
    refused(&platform.token(&shown(&early)).await, "good for one use");
    // Until it has ended for every clock, it is remembered.
    platform.advance(Duration::from_secs(49));
    platform.forget_ended(1000).await;
    refused(&platform.token(&shown(&early)).await, "good for one use");
    platform.advance(Duration::from_secs(2));
    refused(&platform.token(&shown(&early)).await, "expired");
}

#[tokio::test]
async fn of_hundreds_at_once_one_wins() {
    // T22
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let platform = Arc::new(with_keys(&[&key]).await);
    let request = shown(&signed(&key, &claims(&platform)));
    let tasks: Vec<_> = (0..300)
        .map(|_| {
            let (platform, request) = (Arc::clone(&platform), request.clone());
            tokio::spawn(async move { platform.token(&request).await })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        let answer = task.await.unwrap();
        if answer.code() == 200 {
            won += 1;
        } else {
            refused(&answer, "good for one use");
        }
    }
    assert_eq!(won, 1);
}

fn by_secret(secret: &str, algorithm: MacAlgorithm, claims: &Map<String, Value>) -> String {
    let key = SharedSecretKey::new(algorithm, secret.as_bytes()).unwrap();
    key.sign_compact(&HeaderFields { typ: "JWT", x5t: None }, claims).unwrap()
}

const HOUSE: &str = "a1b2c3d4-0000-4000-8000-00000000000a";
const SIGNS: &str = "a1b2c3d4-0000-4000-8000-000000000001";

/// A tenant with an application that proves itself by this method, and has a secret.
fn directory(method: &str) -> String {
    format!(
        r#"
[[tenant]]
id = "{HOUSE}"
domain = "house.example"
display_name = "House"
kind = "organization"
[[tenant.application]]
client_id = "{SIGNS}"
display_name = "Signs"
sign_in_audience = "this-organization"
token_endpoint_auth_method = "{method}"
[[tenant.application.secrets]]
description = "one"
value = "{SECRET}"
"#
    )
}

fn of_signs(platform: &TestPlatform) -> Map<String, Value> {
    let issuer = platform.public().at(&format!("/{HOUSE}/oidc"));
    let mut claims = claims(platform);
    claims.extend(
        [("iss", json!(SIGNS)), ("sub", json!(SIGNS)), ("aud", json!(issuer))]
            .map(|(name, value)| (name.to_owned(), value)),
    );
    claims
}

/// Asks about a token that there is not: who proves itself learns that.
async fn asked(platform: &TestPlatform, assertion: &str) -> Answer {
    let target = format!("/{HOUSE}/oidc/introspect");
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let body = format!("token=x&client_assertion_type={}&client_assertion={assertion}", form(TYPE));
    platform.send(platform.request("POST", &target, &headers, body.into())).await
}

#[tokio::test]
async fn a_secret_signs_where_it_is_kept_for_that() {
    let platform = TestPlatform::with_permissions().await;
    platform.apply(&directory("client_secret_jwt")).await;
    for algorithm in MacAlgorithm::ALL {
        let answer = asked(&platform, &by_secret(SECRET, algorithm, &of_signs(&platform))).await;
        assert_eq!((answer.code(), answer.json()), (200, json!({ "active": false })), "{algorithm}");
        let wrong = format!("{SECRET}!");
        refused(&asked(&platform, &by_secret(&wrong, algorithm, &of_signs(&platform))).await, "signature");
    }
    let text = by_secret(SECRET, MacAlgorithm::Hs256, &of_signs(&platform));
    assert_eq!(asked(&platform, &text).await.code(), 200);
    refused(&asked(&platform, &text).await, "good for one use");
    // The secret itself is not what it is registered for.
    let plain = TokenRequest::by(SYNC, "client_credentials").oidc().tenant(HOUSE);
    let plain = plain.with("client_id", SIGNS).with("client_secret", SECRET);
    refused(&platform.token(&plain).await, "client_secret_jwt");
    // It is not in the store as it is.
    let kept = std::fs::read(platform.database()).unwrap();
    assert!(!kept.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()));
}

/// What is kept of the secret beside its digest.
async fn kept(platform: &TestPlatform) -> Option<Vec<u8>> {
    let store = platform.app.env.storage.tenant(HOUSE.parse().unwrap());
    let application = store.find_application(&ClientId::parse(SIGNS).unwrap()).await.unwrap().unwrap();
    application.secrets[0].sealed.clone()
}

#[tokio::test]
async fn what_is_kept_of_a_secret_goes_with_the_registration_for_it() {
    let platform = TestPlatform::with_permissions().await;
    platform.apply(&directory("client_secret_post")).await;
    assert_eq!(kept(&platform).await, None);
    platform.apply(&directory("client_secret_jwt")).await;
    let first = kept(&platform).await;
    assert!(first.is_some());
    platform.apply(&directory("client_secret_jwt")).await;
    assert_eq!(kept(&platform).await, first, "applied again, nothing changes");
    platform.apply(&directory("client_secret_post")).await;
    assert_eq!(kept(&platform).await, None);
}

#[tokio::test]
async fn what_is_sealed_for_one_application_is_none_of_another() {
    let platform = TestPlatform::with_permissions().await;
    platform.apply(&directory("client_secret_jwt")).await;
    let mut stolen = ClientSecret::new("one", &Secret::new(SECRET));
    stolen.sealed = kept(&platform).await;
    registered(&platform, |sync| {
        sync.token_endpoint_auth_method = Some(AuthMethod::ClientSecretJwt);
        sync.secrets = vec![stolen];
    })
    .await;
    let assertion = by_secret(SECRET, MacAlgorithm::Hs256, &claims(&platform));
    refused(&platform.token(&shown(&assertion)).await, "needs a new one");
}
