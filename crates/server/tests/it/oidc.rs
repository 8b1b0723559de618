//! The dialect of the standard: OpenID Connect and OAuth 2.1.

mod auth_methods;
mod authorization_details;
mod back_channel;
mod checklist;
mod ciba;
mod claims_request;
mod client_assertions;
mod client_metadata;
mod dpop;
mod errors;
mod journey;
mod jwt_bearer;
mod metadata;
mod mutual_tls;
mod opaque_tokens;
mod openidconnect_crate;
mod other_dialects;
mod profiles;
mod pushed_requests;
mod registration;
mod request_objects;
mod responses;
mod session_end;
mod session_management;
mod sign_out;
mod signed_answers;
mod signing;
mod subjects;
mod token_exchange;
mod token_status;

use grantor_testkit::{Answer, Application, Authorize, CONTOSO, TestPlatform, TokenRequest};
use serde_json::Value;

/// What `application` asks for at Contoso, by the tenant's id.
fn asking(application: Application) -> Authorize {
    Authorize::by(application).oidc().tenant(CONTOSO.id)
}

/// The same at the token endpoint.
fn presenting(application: Application, grant_type: &str) -> TokenRequest {
    TokenRequest::by(application, grant_type).oidc().tenant(CONTOSO.id)
}

/// The issuer of Contoso's tokens.
fn issuer(platform: &TestPlatform) -> String {
    platform.public().at(&format!("/{}/oidc", CONTOSO.id))
}

/// Posts a form to one of the dialect's endpoints.
async fn post(platform: &TestPlatform, endpoint: &str, pairs: &[(&str, &str)]) -> Answer {
    let pairs: Vec<(String, String)> = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let body = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", grantor_dialects::form::encode_component(value)))
        .collect::<Vec<_>>()
        .join("&");
    let target = format!("/{}/oidc/{endpoint}", CONTOSO.id);
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    platform.send(platform.request("POST", &target, &headers, body.into())).await
}

/// The header of a token.
fn header_of(token: &str) -> Value {
    let first = token.split('.').next().unwrap();
    serde_json::from_slice(&grantor_jose::base64url::decode(first).unwrap()).unwrap()
}

/// What an answer that says no says.
#[track_caller]
fn said(answer: &Answer) -> (u16, String) {
    let body = answer.json();
    assert_eq!(body.as_object().unwrap().len(), 2, "error and error_description alone: {body}");
    assert!(!body["error_description"].as_str().unwrap().contains("AADSTS"), "{body}");
    assert_eq!(answer.header("cache-control"), "no-store, no-cache");
    (answer.code(), body["error"].as_str().unwrap().to_owned())
}

/// Asserts that a token request is refused with this error, in words that hold the fragment.
#[track_caller]
fn refused(answer: &Answer, error: &str, fragment: &str) {
    let description = answer.json()["error_description"].as_str().unwrap_or_default().to_owned();
    assert_eq!(said(answer), (400, error.to_owned()), "{description}");
    assert!(description.contains(fragment), "{description}");
}
