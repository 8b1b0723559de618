//! Each application proves itself in the one way that it is registered for.

use std::sync::atomic::{AtomicU64, Ordering};

use grantor_jose::{Algorithm, HeaderFields, MacAlgorithm, SharedSecretKey};
use grantor_protocol::{ClientId, Secret};
use grantor_rules::model::{AuthMethod, ClientSecret};
use grantor_testkit::{Answer, ClientAssertion, IN_USE, NORTHWIND, START, SYNC, TestPlatform, TokenRequest};
use serde_json::json;

use super::said;

const SECRET: &str = "a-secret-of-the-program-that-syncs-0001";

/// The request with what proves the application by a method.
fn proving(request: TokenRequest, method: AuthMethod, audience: &str) -> TokenRequest {
    match method {
        // What a connection shows is no part of the request.
        AuthMethod::None | AuthMethod::TlsClientAuth | AuthMethod::SelfSignedTlsClientAuth => request,
        AuthMethod::ClientSecretBasic => request.basic(SYNC.client_id, SECRET),
        AuthMethod::ClientSecretPost => request.with("client_secret", SECRET),
        AuthMethod::PrivateKeyJwt => request
            .with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            .with("client_assertion", &assertion(audience)),
        AuthMethod::ClientSecretJwt => request
            .with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            .with("client_assertion", &by_secret(audience)),
    }
}

/// A name that no assertion had before: each is good once.
fn name() -> String {
    static NAMES: AtomicU64 = AtomicU64::new(0);
    NAMES.fetch_add(1, Ordering::Relaxed).to_string()
}

fn assertion(audience: &str) -> String {
    ClientAssertion::by(SYNC, audience, IN_USE, Algorithm::Ps256).claim("jti", json!(name())).signed()
}

fn by_secret(audience: &str) -> String {
    let end = START.seconds() + 60;
    let jti = name();
    let claims = json!({ "iss": SYNC.client_id, "sub": SYNC.client_id, "aud": audience, "exp": end, "jti": jti });
    let key = SharedSecretKey::new(MacAlgorithm::Hs256, SECRET.as_bytes()).unwrap();
    key.sign_compact(&HeaderFields { typ: "JWT", x5t: None }, &claims).unwrap()
}

async fn answered(platform: &TestPlatform, method: AuthMethod, standard: bool) -> Answer {
    let request = TokenRequest::by(SYNC, "client_credentials").tenant(NORTHWIND.id).without("client_secret");
    let request = if standard {
        request.oidc().with("resource", "api://tasks")
    } else {
        request.with("scope", "api://tasks/.default")
    };
    let audience = platform.public().at(&request.path());
    platform.token(&proving(request, method, &audience)).await
}

#[tokio::test]
async fn each_against_each() {
    let platform = TestPlatform::with_permissions().await;
    let methods: Vec<AuthMethod> =
        AuthMethod::NAMES.into_iter().map(|(_, method)| method).filter(|method| !method.is_by_tls()).collect();
    for registered in methods.iter().copied().map(Some).chain([None]) {
        let mut secret = ClientSecret::new("of a test", &Secret::new(SECRET));
        if registered == Some(AuthMethod::ClientSecretJwt) {
            let (env, id) = (&platform.app.env, ClientId::parse(SYNC.client_id).unwrap());
            env.client_secrets.keep(env.entropy.as_ref(), &id, &mut secret, &Secret::new(SECRET));
        }
        platform
            .change_application(NORTHWIND, SYNC.client_id, |sync| {
                sync.token_endpoint_auth_method = registered;
                sync.secrets = vec![secret];
            })
            .await;
        for &shown in &methods {
            for standard in [true, false] {
                // A secret signs only for the standard, and only where it is kept for that.
                let signs = shown == AuthMethod::ClientSecretJwt;
                let fits = match registered {
                    Some(registered) => registered == shown && shown != AuthMethod::None && (standard || !signs),
                    None => shown != AuthMethod::None && !signs,
                };
                let answer = answered(&platform, shown, standard).await;
                if fits {
                    assert_eq!(answer.code(), 200, "{registered:?} by {shown}: {}", answer.text());
                } else if standard {
                    assert_eq!(said(&answer), (401, "invalid_client".into()), "{registered:?} by {shown}");
                } else {
                    let read = registered.is_none_or(|registered| registered == AuthMethod::PrivateKeyJwt);
                    let number = if signs && read { 50_012 } else { 7_000_218 };
                    assert_eq!(answer.json()["error_codes"], json!([number]), "{registered:?} by {shown}");
                }
            }
        }
    }
}
