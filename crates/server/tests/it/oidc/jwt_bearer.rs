//! What an issuer outside says of a person is exchanged for a token (RFC 7523 §2.1).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use grantor_jose::{Algorithm, HeaderFields, SigningKey, sign_compact};
use grantor_protocol::ClientId;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{AssertedSubject, TenantName, TrustedIssuer};
use grantor_testkit::{BOARD, CAUTIOUS, KIM, LEE, NORTHWIND, TASKS_API, TestPlatform, TokenRequest, unverified_claims};
use serde_json::{Map, Value, json};

use super::{refused, said};
use crate::support::{bought, northwind};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ISSUER: &str = "https://login.example";
const KEYS: &str = "https://login.example/keys";

async fn trusting(platform: &TestPlatform, issuers: Vec<TrustedIssuer>) {
    let id = NORTHWIND.tenant_id();
    let tenant = platform.app.env.storage.find_tenant(&TenantName::Id(id)).await.unwrap().unwrap();
    let mut tenant = Arc::unwrap_or_clone(tenant);
    tenant.trusted_issuers = issuers;
    platform.change(DirectoryChange { tenants: vec![tenant], ..DirectoryChange::default() }).await;
}

fn issuer(key: &SigningKey) -> TrustedIssuer {
    TrustedIssuer {
        issuer: ISSUER.to_owned(),
        jwks: Some(json!({ "keys": [key.public_jwk()] })),
        jwks_uri: None,
        subject: AssertedSubject::UserPrincipalName,
        applications: vec![ClientId::parse(BOARD.client_id).unwrap()],
    }
}

/// A directory that trusts an issuer with the Board, and in which Kim has let the Board read tasks.
async fn platform(key: &SigningKey) -> TestPlatform {
    let platform = TestPlatform::with_permissions().await;
    trusting(&platform, vec![issuer(key)]).await;
    bought(&platform, &northwind(BOARD).oidc().scope("openid offline_access api://tasks/Tasks.Write"), KIM).await;
    platform
}

/// What a good assertion says; each is another one.
fn claims(platform: &TestPlatform, subject: &str) -> Map<String, Value> {
    static NAMES: AtomicU64 = AtomicU64::new(0);
    let now = platform.app.env.now().seconds();
    let claims = json!({
        "iss": ISSUER, "sub": subject, "aud": platform.public().at(&format!("/{}/oidc", NORTHWIND.id)),
        "iat": now, "exp": now + 60, "jti": NAMES.fetch_add(1, Ordering::Relaxed).to_string(),
    });
    claims.as_object().unwrap().clone()
}

fn signed(key: &SigningKey, claims: &Map<String, Value>) -> String {
    sign_compact(key, &HeaderFields { typ: "JWT", x5t: None }, claims).unwrap()
}

fn showing(assertion: &str) -> TokenRequest {
    TokenRequest::by(BOARD, JWT_BEARER)
        .oidc()
        .tenant(NORTHWIND.id)
        .with("assertion", assertion)
        .with("scope", "api://tasks/Tasks.Write")
}

fn about(platform: &TestPlatform, key: &SigningKey, subject: &str) -> TokenRequest {
    showing(&signed(key, &claims(platform, subject)))
}

fn key() -> SigningKey {
    SigningKey::generate(Algorithm::Es256).unwrap()
}

#[tokio::test]
async fn an_issuer_that_is_trusted_says_who_the_person_is() {
    let key = key();
    let platform = platform(&key).await;
    let request = about(&platform, &key, KIM.name).with("scope", "openid offline_access api://tasks/Tasks.Write");
    let tokens = platform.tokens(&request).await;
    assert_eq!(tokens.refresh_token, "", "the application can bring another assertion");
    let token = unverified_claims(&tokens.access_token);
    assert_eq!((&token["scope"], &token["client_id"]), (&json!("Tasks.Write"), &json!(BOARD.client_id)));
    let id_token = platform.verified(&tokens.id_token).await;
    for claims in [&token, &id_token] {
        assert_eq!(claims.get("amr"), None, "nobody says how the person proved who they are");
    }
    let signed_in = bought(&platform, &northwind(BOARD).oidc().scope("openid api://tasks/Tasks.Write"), KIM).await;
    assert_eq!(unverified_claims(&signed_in.access_token)["sub"], token["sub"], "it is the same person");
}

#[tokio::test]
async fn people_are_named_as_the_issuer_names_them() {
    let key = key();
    let platform = platform(&key).await;
    refused(&platform.token(&about(&platform, &key, KIM.id)).await, "invalid_grant", "does not know");
    trusting(&platform, vec![TrustedIssuer { subject: AssertedSubject::Id, ..issuer(&key) }]).await;
    platform.tokens(&about(&platform, &key, KIM.id)).await;
    for nobody in [KIM.name, "a0000000-0000-4000-8000-00000000e999", "x"] {
        refused(&platform.token(&about(&platform, &key, nobody)).await, "invalid_grant", "does not know");
    }
}

/// T22: one use, and only for us.
#[tokio::test]
async fn an_assertion_is_good_for_one_use_here_and_now() {
    let key = key();
    let platform = platform(&key).await;
    let with = |name: &str, value: Value| {
        let mut claims = claims(&platform, KIM.name);
        claims.insert(name.to_owned(), value);
        showing(&signed(&key, &claims))
    };
    let now = platform.app.env.now().seconds();
    let other_tenant = platform.public().at(&format!("/{}/oidc", CAUTIOUS.id));
    for (name, value, fragment) in [
        ("iss", json!("https://other.example"), "is of 'https://other.example'"),
        ("aud", json!(other_tenant), "must be for the issuer of this directory"),
        ("aud", json!(platform.public().origin()), "must be for the issuer of this directory"),
        ("exp", json!(now - 31), "has expired"),
        ("exp", json!(now + 700), "within 10 minutes"),
        ("nbf", json!(now + 60), "not valid yet"),
        ("jti", json!(""), "must have a 'jti'"),
    ] {
        refused(&platform.token(&with(name, value)).await, "invalid_grant", fragment);
    }
    let once = about(&platform, &key, KIM.name);
    // What is refused for another reason stays good.
    refused(&platform.token(&once.clone().with("scope", "api://tasks/Tasks.Read x/y")).await, "invalid_target", "");
    platform.tokens(&once).await;
    refused(&platform.token(&once).await, "invalid_grant", "came before");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_hundreds_at_once_one_gets_through() {
    let key = key();
    let platform = Arc::new(platform(&key).await);
    let request = about(&platform, &key, KIM.name);
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let (platform, request) = (Arc::clone(&platform), request.clone());
            tokio::spawn(async move { platform.token(&request).await.code() })
        })
        .collect();
    let mut through = 0;
    for task in tasks {
        through += usize::from(task.await.unwrap() == 200);
    }
    assert_eq!(through, 1);
}

#[tokio::test]
async fn only_the_issuers_keys_and_only_for_the_applications_beside_it() {
    let (key, other) = (key(), key());
    let platform = platform(&key).await;
    refused(&platform.token(&about(&platform, &other, KIM.name)).await, "invalid_grant", "not signed with a key");
    for bad in ["x", "a.b.c", &signed(&key, &claims(&platform, KIM.name))[1..]] {
        assert_eq!(said(&platform.token(&showing(bad)).await), (400, "invalid_grant".into()), "{bad}");
    }
    let unsigned = {
        let body = grantor_jose::base64url::encode(Value::Object(claims(&platform, KIM.name)).to_string());
        format!("{}.{body}.", grantor_jose::base64url::encode(r#"{"alg":"none"}"#))
    };
    assert_eq!(said(&platform.token(&showing(&unsigned)).await), (400, "invalid_grant".into()));
    let mut by_another = TokenRequest::by(TASKS_API, JWT_BEARER).oidc().tenant(NORTHWIND.id);
    by_another = by_another.with("assertion", &signed(&key, &claims(&platform, KIM.name)));
    refused(&platform.token(&by_another).await, "unauthorized_client", "jwt-bearer");
    refused(&platform.token(&showing("x").without("assertion")).await, "invalid_request", "assertion");
    let unproven = about(&platform, &key, KIM.name).with("client_secret", "wrong");
    assert_eq!(said(&platform.token(&unproven).await), (401, "invalid_client".into()));
}

#[tokio::test]
async fn keys_that_an_issuer_publishes_are_fetched_and_rotate() {
    let (old, new) = (key(), key());
    let platform = platform(&old).await;
    let published = TrustedIssuer { jwks: None, jwks_uri: Some(KEYS.to_owned()), ..issuer(&old) };
    trusting(&platform, vec![published]).await;
    refused(&platform.token(&about(&platform, &old, KIM.name)).await, "invalid_grant", "could not be fetched");
    platform.others.publish(KEYS, json!({ "keys": [old.public_jwk()] }).to_string());
    platform.tokens(&about(&platform, &old, KIM.name)).await;
    platform.others.publish(KEYS, json!({ "keys": [new.public_jwk()] }).to_string());
    platform.tokens(&about(&platform, &new, KIM.name)).await;
}

/// T16, T17: who vouches for a person allows nothing in their name, and revives nobody.
#[tokio::test]
async fn what_stands_in_the_way_of_the_person_stands_in_the_way_of_the_assertion() {
    let key = key();
    let platform = platform(&key).await;
    let answer = platform.token(&about(&platform, &key, LEE.name)).await;
    assert_eq!(said(&answer), (400, "invalid_grant".into()), "Lee has allowed nothing");
    let beyond = about(&platform, &key, KIM.name).with("scope", "api://tasks/Tasks.Purge");
    assert_eq!(said(&platform.token(&beyond).await), (400, "invalid_grant".into()));
    let before = signed(&key, &claims(&platform, KIM.name));
    platform.advance(std::time::Duration::from_secs(5));
    let now = platform.app.env.now();
    platform.change_user(NORTHWIND, KIM, |kim| kim.sessions_valid_from = Some(now)).await;
    let answer = platform.token(&showing(&before)).await;
    assert_eq!(said(&answer), (400, "invalid_grant".into()), "it was made before the sessions were ended");
    platform.advance(std::time::Duration::from_secs(5));
    platform.tokens(&about(&platform, &key, KIM.name)).await;
    platform.change_user(NORTHWIND, KIM, |kim| kim.account_enabled = false).await;
    assert_eq!(said(&platform.token(&about(&platform, &key, KIM.name)).await), (400, "invalid_grant".into()));
}
