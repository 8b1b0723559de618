//! Tokens straight from the authorization endpoint (OpenID Connect Core §3.2 and §3.3), only where the app switched them on.

use grantor_jose::base64url::encode;
use grantor_protocol::secret::sha256;
use grantor_testkit::{
    Application, Authorize, BOARD, KIM, LEE, NORTHWIND, OFFICE, Response, START, TASKS, TASKS_SPA, TestPlatform,
    TokenRequest, unverified_claims,
};
use serde_json::json;

use crate::support::northwind;

fn asking(application: Application, response_type: &str) -> Authorize {
    northwind(application).with("response_type", response_type).scope("openid profile User.Read")
}

async fn answer(platform: &TestPlatform, request: &Authorize) -> Response {
    platform.browser().walk(request, KIM).await.response()
}

fn half(of: &str) -> serde_json::Value {
    json!(encode(&sha256(of.as_bytes())[..16]))
}

#[tokio::test]
async fn each_type_brings_what_it_names_and_hashes_of_it() {
    let platform = TestPlatform::with_permissions().await;
    for (kind, code, id_token, token) in [
        ("id_token", false, true, false),
        ("token", false, false, true),
        ("id_token token", false, true, true),
        ("token id_token", false, true, true),
        ("code id_token", true, true, false),
        ("code token", true, false, true),
        ("code id_token token", true, true, true),
    ] {
        for mode in ["", "fragment", "form_post"] {
            let request = asking(BOARD, kind);
            let request = if mode.is_empty() { request } else { request.with("response_mode", mode) };
            let response = answer(&platform, &request).await;
            assert_eq!(response.mode, if mode.is_empty() { "fragment" } else { mode }, "{kind}");
            let has = |name: &str| response.parameters.contains_key(name);
            assert_eq!((has("code"), has("id_token"), has("access_token")), (code, id_token, token), "{kind}");
            assert_eq!(response.get("state"), request.value("state"));
            assert_eq!((has("expires_in"), has("scope"), has("token_type")), (token, token, token), "{kind}");
            assert!(has("session_state") && !has("refresh_token"), "{kind}");
            if id_token {
                let claims = platform.verified(response.get("id_token")).await;
                let hash = |name: &str| claims.get(name).cloned().unwrap_or_default();
                let expected = |there: bool, of: &str| if there { half(response.get(of)) } else { json!(null) };
                assert_eq!(hash("c_hash"), expected(code, "code"), "{kind}");
                assert_eq!(hash("at_hash"), expected(token, "access_token"), "{kind}");
                assert_eq!(
                    (&claims["nonce"], &claims["aud"]),
                    (&json!(request.value("nonce")), &json!(BOARD.client_id))
                );
            }
            if token {
                let me = platform.call("/v1.0/me", response.get("access_token")).await;
                assert_eq!(me.json()["id"], KIM.id, "{kind}");
                // Nothing proves who fetched it.
                assert_eq!(unverified_claims(response.get("access_token"))["appidacr"], "0");
            }
            if code {
                let tokens = platform.tokens(&request.redeem(response.get("code"))).await;
                assert_eq!(unverified_claims(&tokens.id_token)["nonce"], request.value("nonce"));
                assert!(!unverified_claims(&tokens.id_token).contains_key("c_hash"));
            }
        }
    }
}

#[tokio::test]
async fn what_is_not_switched_on_is_refused_by_its_own_number() {
    let platform = TestPlatform::with_permissions().await;
    for (application, kind, number) in [
        (TASKS, "id_token", 700_054),
        (TASKS, "code id_token", 700_054),
        (TASKS, "token", 70_005),
        (TASKS, "code token", 70_005),
        (TASKS_SPA, "token", 70_005),
        (TASKS_SPA, "id_token token", 700_054),
        (BOARD, "none", 70_005),
    ] {
        let response = platform.browser().authorize(&asking(application, kind)).await.response();
        assert_eq!(response.error(), ("unsupported_response_type".into(), number), "{kind}");
        assert_eq!(response.mode, "fragment", "{kind}");
    }
}

#[tokio::test]
async fn tokens_stand_in_no_query_and_id_tokens_need_openid_and_a_nonce() {
    let platform = TestPlatform::with_permissions().await;
    let rows: [(&str, Authorize, &str, u32); 5] = [
        ("a query", asking(BOARD, "id_token").with("response_mode", "query"), "unsupported_response_mode", 70_007),
        (
            "a query beside a code",
            asking(BOARD, "code id_token").with("response_mode", "query"),
            "unsupported_response_mode",
            70_007,
        ),
        ("no openid", asking(BOARD, "id_token").scope("User.Read"), "unsupported_response_type", 70_005),
        ("no nonce", asking(BOARD, "code id_token").without("nonce"), "invalid_request", 900_144),
        ("two APIs", asking(BOARD, "token").scope("User.Read api://tasks/Tasks.Read"), "invalid_request", 700_022),
    ];
    for (what, request, error, number) in rows {
        let response = platform.browser().authorize(&request).await.response();
        assert_eq!(response.error(), (error.into(), number), "{what}");
    }
    // An access token alone needs neither.
    let alone = asking(BOARD, "token").scope("User.Read").without("nonce");
    let response = answer(&platform, &alone).await;
    assert_eq!(response.get("scope"), "User.Read");
}

#[tokio::test]
async fn what_comes_in_front_ends_with_what_comes_of_the_code() {
    // A replayed code revokes what the code bought. What came in front was its own grant, with its own family.
    let platform = TestPlatform::with_permissions().await;
    let request = asking(BOARD, "code token");
    let response = answer(&platform, &request).await;
    let front = response.get("access_token").to_owned();
    let tokens = platform.tokens(&request.redeem(response.get("code"))).await;
    assert_ne!(unverified_claims(&front)["rh"], unverified_claims(&tokens.access_token)["rh"]);
    assert_eq!(platform.token(&request.redeem(response.get("code"))).await.code(), 400);
    assert_eq!(platform.call("/v1.0/me", &tokens.access_token).await.code(), 401);
    assert_eq!(platform.call("/v1.0/me", &front).await.code(), 200);
    // Whoever is switched off has neither.
    platform.change_user(NORTHWIND, KIM, |kim| kim.account_enabled = false).await;
    assert_eq!(platform.call("/v1.0/me", &front).await.code(), 401);
}

#[tokio::test]
async fn silently_it_comes_in_a_frame() {
    let platform = TestPlatform::with_permissions().await;
    let mut browser = platform.browser();
    browser.walk(&asking(TASKS_SPA, "id_token"), LEE).await.response();
    browser.framed = true;
    let silent = asking(TASKS_SPA, "id_token").with("prompt", "none");
    let response = browser.authorize(&silent).await.response();
    assert_eq!(unverified_claims(response.get("id_token"))["auth_time"], START.seconds());
    let more = silent.scope("openid Mail.Read");
    assert_eq!(browser.authorize(&more).await.error(), ("consent_required".into(), 65_001));
}

#[tokio::test]
async fn client_info_comes_where_it_is_asked_for() {
    let platform = TestPlatform::with_permissions().await;
    let response = answer(&platform, &asking(OFFICE, "id_token").with("client_info", "1")).await;
    let info = grantor_jose::base64url::decode(response.get("client_info")).unwrap();
    let info: serde_json::Value = serde_json::from_slice(&info).unwrap();
    assert_eq!(info, json!({"uid": KIM.id, "utid": NORTHWIND.id}));
    // A refresh token never comes this way, and the grant of none is there to renew with.
    let nothing = TokenRequest::refresh(OFFICE, response.get("id_token")).tenant(NORTHWIND.id);
    assert_eq!(platform.token(&nothing).await.code(), 400);
}
