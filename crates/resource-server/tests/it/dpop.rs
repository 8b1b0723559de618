//! Tokens that only their holder can use (RFC 9449 §7).

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use grantor_jose::{Algorithm, SigningKey, base64url, digest::sha256, thumbprint};
use grantor_resource_server::{Requirement, Verifier, VerifierSettings};
use serde_json::{Map, Value, json};

use crate::stub::{Answered, Issuer, ask_with};

const API: &str = "https://api.example";

struct Scene {
    issuer: Arc<Issuer>,
    verifier: Arc<Verifier>,
    key: SigningKey,
    token: String,
}

impl Scene {
    async fn start() -> Self {
        let issuer = Issuer::start().await;
        let verifier = issuer.verifier(VerifierSettings { public_url: Some(API.to_owned()), ..issuer.settings() });
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let token = issuer.sign(&issuer.claims_but("cnf", json!({ "jkt": thumbprint(&key.public_jwk()).unwrap() })));
        Self { issuer, verifier, key, token }
    }

    /// A good proof with some claims in place of its own; `null` takes one away.
    fn proof(&self, id: &str, others: &Value) -> String {
        let ath = base64url::encode(sha256(self.token.as_bytes()));
        let claims = json!({ "jti": id, "htm": "GET", "htu": format!("{API}/colors"), "iat": 1_000_000, "ath": ath });
        let mut claims: Map<String, Value> = claims.as_object().unwrap().clone();
        claims.extend(others.as_object().unwrap().clone());
        claims.retain(|_, value| !value.is_null());
        signed(&self.key, &Value::Object(claims))
    }

    async fn read(&self, headers: &[(&str, &str)]) -> Answered {
        ask_with(&self.verifier, Requirement::scope("Colors.Read"), "/colors?shade=light", headers).await
    }

    async fn with(&self, proof: &str) -> Answered {
        self.read(&[("authorization", &format!("DPoP {}", self.token)), ("dpop", proof)]).await
    }
}

fn signed(key: &SigningKey, claims: &Value) -> String {
    let header = json!({ "typ": "dpop+jwt", "alg": key.algorithm().name(), "jwk": key.public_jwk() });
    let text = format!("{}.{}", base64url::encode(header.to_string()), base64url::encode(claims.to_string()));
    format!("{text}.{}", base64url::encode(key.sign(text.as_bytes()).unwrap()))
}

fn is_refused(answered: &Answered, error: &str) {
    assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
    let challenge = answered.challenge();
    assert!(challenge.starts_with(&format!("DPoP realm=\"api\", error=\"{error}\"")), "{challenge}");
    assert!(challenge.ends_with("algs=\"RS256 RS384 RS512 ES256 ES384 ES512 PS256 PS384 PS512 EdDSA\""), "{challenge}");
}

#[tokio::test]
async fn the_holder_of_the_key_is_let_in_once_with_each_proof() {
    let scene = Scene::start().await;
    let proof = scene.proof("1", &json!({}));
    let answered = scene.with(&proof).await;
    assert_eq!((answered.status, answered.body.as_str()), (StatusCode::OK, "s"), "{:?}", answered.headers);
    is_refused(&scene.with(&proof).await, "invalid_dpop_proof");
    assert_eq!(scene.with(&scene.proof("2", &json!({}))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn whoever_only_has_the_token_is_not_let_in() {
    let scene = Scene::start().await;
    let (bearer, dpop) = (format!("Bearer {}", scene.token), format!("DPoP {}", scene.token));
    is_refused(&scene.read(&[("authorization", &bearer)]).await, "invalid_token");
    is_refused(
        &scene.read(&[("authorization", &bearer), ("dpop", &scene.proof("1", &json!({})))]).await,
        "invalid_token",
    );
    is_refused(&scene.read(&[("authorization", &dpop)]).await, "invalid_dpop_proof");
    let (one, two) = (scene.proof("1", &json!({})), scene.proof("2", &json!({})));
    is_refused(&scene.read(&[("authorization", &dpop), ("dpop", &one), ("dpop", &two)]).await, "invalid_dpop_proof");
    let other = SigningKey::generate(Algorithm::Es256).unwrap();
    let ath = base64url::encode(sha256(scene.token.as_bytes()));
    let claims = json!({ "jti": "1", "htm": "GET", "htu": format!("{API}/colors"), "iat": 1_000_000, "ath": ath });
    is_refused(&scene.with(&signed(&other, &claims)).await, "invalid_token");
    // And a token that is bound to nothing is no better for a proof.
    let unbound = format!("DPoP {}", scene.issuer.sign(&scene.issuer.claims()));
    is_refused(&scene.read(&[("authorization", &unbound), ("dpop", &one)]).await, "invalid_token");
}

#[tokio::test]
async fn each_member_of_a_proof_counts() {
    let scene = Scene::start().await;
    for (name, value) in [
        ("jti", Value::Null),
        ("htm", json!("POST")),
        ("htm", Value::Null),
        ("htu", json!(format!("{API}/other"))),
        ("htu", json!("http://api.example/colors")),
        ("iat", json!(1_000_011)),
        ("iat", json!(999_939)),
        ("iat", Value::Null),
        ("ath", json!("x")),
        ("ath", Value::Null),
        ("nonce", json!(1)),
    ] {
        let answered = scene.with(&scene.proof("1", &json!({ name: value }))).await;
        is_refused(&answered, "invalid_dpop_proof");
    }
    for good in [json!({ "htu": "HTTPS://API.example:443/colors?x#y" }), json!({ "iat": 999_940 })] {
        assert_eq!(scene.with(&scene.proof(&good.to_string(), &good)).await.status, StatusCode::OK, "{good}");
    }
    scene.issuer.clock.advance(Duration::from_mins(2));
    is_refused(&scene.with(&scene.proof("late", &json!({}))).await, "invalid_dpop_proof");
}

#[tokio::test]
async fn an_api_that_does_not_know_its_address_takes_no_bound_token() {
    let scene = Scene::start().await;
    let verifier = scene.issuer.verifier(scene.issuer.settings());
    let requirement = || Requirement::scope("Colors.Read");
    for scheme in ["Bearer", "DPoP"] {
        let authorization = format!("{scheme} {}", scene.token);
        let headers = [("authorization", authorization.as_str()), ("dpop", &scene.proof("1", &json!({})))];
        let answered = ask_with(&verifier, requirement(), "/colors", &headers).await;
        assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
        assert!(answered.challenge().starts_with("Bearer realm=\"api\", error=\"invalid_token\""));
    }
    assert!(verifier.verify_token(&scene.token).await.is_err());
    let by_certificate = scene.issuer.sign(&scene.issuer.claims_but("cnf", json!({ "x5t#S256": "x" })));
    assert!(verifier.verify_token(&by_certificate).await.is_err());
    let answered = scene.read(&[("authorization", &format!("Bearer {by_certificate}"))]).await;
    assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_caller_learns_that_proofs_are_taken() {
    let scene = Scene::start().await;
    let answered = scene.read(&[]).await;
    assert!(answered.challenge().starts_with("Bearer realm=\"api\", DPoP algs=\"RS256 "), "{}", answered.challenge());
}
