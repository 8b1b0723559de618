//! Applications that act for themselves.

use grantor_testkit::{
    COLORS_API, DAEMON, NATIVE, TestPlatform, TokenRequest, WEB, unverified_claims, unverified_header,
};
use serde_json::json;

const EVERYTHING: &str = "api://colors/.default";

fn asked(scope: &str) -> TokenRequest {
    TokenRequest::by(DAEMON, "client_credentials").with("scope", scope)
}

#[tokio::test]
async fn a_daemon_gets_a_token_with_its_roles_and_nothing_of_a_person() {
    let platform = TestPlatform::start().await;
    let answer = platform.token(&asked(EVERYTHING).with("client_info", "1")).await;
    assert_eq!(answer.code(), 200, "{}", answer.text());
    let body = answer.json();
    let members: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["access_token", "expires_in", "ext_expires_in", "token_type"]);
    let token = body["access_token"].as_str().unwrap();
    let claims = unverified_claims(token);
    assert_eq!(claims["roles"], json!(["Colors.Manage.All"]));
    assert_eq!(claims["aud"], json!(COLORS_API));
    assert_eq!(claims["azp"], json!(DAEMON.client_id));
    assert_eq!((&claims["azpacr"], &claims["oid"]), (&json!("1"), &claims["sub"]));
    for absent in ["scp", "name", "preferred_username", "nonce", "sid"] {
        assert_eq!(claims.get(absent), None, "{absent}");
    }
}

#[tokio::test]
async fn a_token_without_roles_has_no_empty_list_of_them() {
    let platform = TestPlatform::start().await;
    let request = TokenRequest::by(WEB, "client_credentials").with("scope", EVERYTHING);
    let body = platform.token(&request).await.json();
    assert_eq!(unverified_claims(body["access_token"].as_str().unwrap()).get("roles"), None);
}

#[tokio::test]
async fn only_everything_of_one_api_can_be_asked_for() {
    let platform = TestPlatform::start().await;
    let rows = [
        ("api://colors/Colors.Read", "invalid_scope", 1_002_012),
        ("api://colors/.default openid", "invalid_scope", 1_002_012),
        ("api://colors/.default .default", "invalid_scope", 1_002_012),
        ("openid", "invalid_scope", 1_002_012),
        ("api://nothing/.default", "invalid_resource", 500_011),
        ("", "invalid_request", 900_144),
    ];
    for (scope, error, code) in rows {
        let body = platform.token(&asked(scope)).await.json();
        assert_eq!((&body["error"], &body["error_codes"]), (&json!(error), &json!([code])), "{scope}");
    }
}

#[tokio::test]
async fn only_who_keeps_a_secret_can_act_for_itself() {
    let platform = TestPlatform::start().await;
    let rows = [
        (asked(EVERYTHING).with("client_secret", "wrong"), 7_000_215),
        (asked(EVERYTHING).without("client_secret"), 7_000_218),
        (TokenRequest::by(NATIVE, "client_credentials").with("scope", EVERYTHING), 7_000_218),
    ];
    for (request, code) in rows {
        let answer = platform.token(&request).await;
        assert_eq!((answer.code(), &answer.json()["error_codes"]), (401, &json!([code])));
    }
    let across = platform.token(&asked(EVERYTHING).header("origin", "https://spa.example")).await;
    assert_eq!(across.json()["error_codes"], json!([9_002_326]));
}

#[tokio::test]
async fn each_api_chooses_how_its_tokens_are_signed() {
    let platform = TestPlatform::start().await;
    for alg in ["RS256", "PS256", "ES256", "EdDSA"] {
        let file = format!(
            "[[tenant]]\nid = '8eaef023-2b34-4da1-9baa-8bc8c9d6a490'\ndomain = 'contoso.example'\ndisplay_name = 'Contoso'\n\
             kind = 'organization'\n[[tenant.application]]\nclient_id = '{COLORS_API}'\ndisplay_name = 'Colors API'\n\
             identifier_uris = ['api://colors']\naccess_token_version = 2\naccess_token_signing_alg = '{alg}'\n"
        );
        platform.apply(&file).await;
        let body = platform.token(&asked(EVERYTHING)).await.json();
        let token = body["access_token"].as_str().unwrap_or_else(|| panic!("{body}"));
        assert_eq!(unverified_header(token)["alg"], json!(alg));
        platform.verified(token).await;
    }
}
