//! Each application proves itself in the one way that it is registered for.

use grantor_jose::Algorithm;
use grantor_protocol::secret::sha256;
use grantor_rules::model::{AuthMethod, ClientSecret};
use grantor_testkit::{Answer, ClientAssertion, IN_USE, NORTHWIND, SYNC, TestPlatform, TokenRequest};

use super::said;

const SECRET: &str = "a-secret-of-the-program-that-syncs-0001";

/// The request with what proves the application by a method.
fn proving(request: TokenRequest, method: AuthMethod, audience: &str) -> TokenRequest {
    match method {
        AuthMethod::None => request,
        AuthMethod::ClientSecretBasic => request.basic(SYNC.client_id, SECRET),
        AuthMethod::ClientSecretPost => request.with("client_secret", SECRET),
        AuthMethod::PrivateKeyJwt => request
            .with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
            .with("client_assertion", &ClientAssertion::by(SYNC, audience, IN_USE, Algorithm::Ps256).signed()),
    }
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
    let methods = AuthMethod::NAMES.map(|(_, method)| method);
    for registered in methods.map(Some).into_iter().chain([None]) {
        platform
            .change_application(NORTHWIND, SYNC.client_id, |sync| {
                sync.token_endpoint_auth_method = registered;
                let digest = sha256(SECRET.as_bytes());
                sync.secrets = vec![ClientSecret {
                    description: "of a test".into(),
                    digest,
                    hint: "a-s".into(),
                    created_at: None,
                    expires_at: None,
                }];
            })
            .await;
        for shown in methods {
            let fits = registered.is_none_or(|registered| registered == shown) && shown != AuthMethod::None;
            for standard in [true, false] {
                let answer = answered(&platform, shown, standard).await;
                if fits {
                    assert_eq!(answer.code(), 200, "{registered:?} by {shown}: {}", answer.text());
                } else if standard {
                    assert_eq!(said(&answer), (401, "invalid_client".into()), "{registered:?} by {shown}");
                } else {
                    assert_eq!(
                        answer.json()["error_codes"],
                        serde_json::json!([7_000_218]),
                        "{registered:?} by {shown}"
                    );
                }
            }
        }
    }
}
