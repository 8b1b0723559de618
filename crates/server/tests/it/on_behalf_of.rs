//! An API acts on for the person whose token it was called with.

use std::time::Duration;

use grantor_jose::Algorithm;
use grantor_testkit::{
    Application, Authorize, BOARD, CASS, CAUTIOUS, ClientAssertion, IN_USE, KIM, NORTHWIND, PARCELS, SYNC, TASKS,
    TASKS_API, TestPlatform, TokenRequest, Tokens, unverified_claims,
};
use serde_json::json;

use crate::support::{bought, northwind, refused, renewal};

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPE: &str = "openid offline_access api://tasks/.default";

fn acting(application: Application, assertion: &str) -> TokenRequest {
    TokenRequest::by(application, JWT_BEARER)
        .tenant(NORTHWIND.id)
        .with("requested_token_use", "on_behalf_of")
        .with("assertion", assertion)
        .with("scope", "openid profile offline_access https://graph.microsoft.com/User.Read")
}

/// Tokens for the Tasks API, whose app asked together with it.
async fn called(platform: &TestPlatform) -> Tokens {
    bought(platform, &northwind(TASKS).scope(SCOPE), KIM).await
}

#[tokio::test]
async fn an_api_acts_on_for_the_person_that_called_it() {
    let platform = TestPlatform::with_permissions().await;
    let first = called(&platform).await;
    // The yes was for the API and what it needs; signing in was no part of it.
    let further = platform.tokens(&acting(TASKS_API, &first.access_token).with("scope", "User.Read")).await;
    let claims = platform.verified(&further.access_token).await;
    assert_eq!((&claims["oid"], &claims["appid"]), (&json!(KIM.id), &json!(TASKS_API.client_id)));
    assert_eq!((&claims["scp"], &claims["appidacr"]), (&json!("User.Read"), &json!("1")));
    assert_eq!(platform.call("/v1.0/me", &further.access_token).await.code(), 200);
    assert_eq!(further.refresh_token, "");
}

#[tokio::test]
async fn it_may_keep_on_acting_and_ends_with_what_it_descends_from() {
    let platform = TestPlatform::with_permissions().await;
    // The person allows the API, as an app of its own, to keep access.
    bought(&platform, &northwind(TASKS_API).scope("openid profile offline_access User.Read"), KIM).await;
    let request = northwind(TASKS).scope(SCOPE);
    let mut browser = platform.browser();
    let code = browser.walk(&request, KIM).await.code();
    let first = platform.tokens(&request.redeem(&code)).await;
    let further = platform.tokens(&acting(TASKS_API, &first.access_token)).await;
    assert!(!further.id_token.is_empty());
    let renew = TokenRequest::refresh(TASKS_API, &further.refresh_token).tenant(NORTHWIND.id);
    let renewed = platform.tokens(&renew).await;
    assert_eq!(platform.call("/v1.0/me", &renewed.access_token).await.code(), 200);
    // The code comes again: what it bought is revoked, and what was bought with that.
    refused(&platform.token(&request.redeem(&code)).await, 54_005, "invalid_grant", "");
    let renew = TokenRequest::refresh(TASKS_API, &renewed.refresh_token).tenant(NORTHWIND.id);
    refused(&platform.token(&renew).await, 50_173, "invalid_grant", "bad_token");
    refused(&platform.token(&acting(TASKS_API, &first.access_token)).await, 50_013, "invalid_grant", "");
}

#[tokio::test]
async fn what_the_person_has_not_allowed_the_api_is_refused() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS).scope("openid api://tasks/Tasks.Read");
    let first = bought(&platform, &request, KIM).await;
    let asked = acting(TASKS_API, &first.access_token);
    refused(&platform.token(&asked).await, 65_001, "invalid_grant", "consent_required");
    let more = asked.with("scope", "https://graph.microsoft.com/Mail.Read");
    refused(&platform.token(&more).await, 65_001, "invalid_grant", "consent_required");
}

#[tokio::test]
async fn only_a_persons_access_token_for_that_very_api_is_taken() {
    let platform = TestPlatform::with_permissions().await;
    let first = called(&platform).await;
    let board = bought(&platform, &northwind(BOARD).scope("openid offline_access User.Read"), KIM).await;
    let sync = ClientAssertion::by(
        SYNC,
        &format!("https://localhost:8443/{}/oauth2/v2.0/token", NORTHWIND.id),
        IN_USE,
        Algorithm::Rs256,
    );
    let program = TokenRequest::by(SYNC, "client_credentials")
        .tenant(NORTHWIND.id)
        .with("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
        .with("client_assertion", &sync.signed())
        .with("scope", "api://tasks/.default");
    let program = platform.tokens(&program).await;
    let mut changed = first.access_token.clone();
    let end = changed.len() - 10;
    changed.replace_range(end..=end, if changed[end..].starts_with('A') { "B" } else { "A" });
    let rows = [
        ("an id_token of the app", &first.id_token, 50_013),
        ("a refresh token", &first.refresh_token, 50_013),
        ("a token for the directory", &board.access_token, 500_131),
        ("a token of a program without a person", &program.access_token, 7_000_114),
        ("a token that was changed", &changed, 50_013),
        ("no token", &"x".to_owned(), 50_013),
    ];
    for (what, assertion, number) in rows {
        let answer = platform.token(&acting(TASKS_API, assertion)).await;
        assert_eq!(crate::support::numbers(&answer), [number], "{what}: {}", answer.text());
        let error = if number == 7_000_114 { "unauthorized_client" } else { "invalid_grant" };
        assert_eq!(answer.json()["error"], error, "{what}");
    }
    // An id_token whose audience is the API itself is no access token either.
    let own = bought(&platform, &northwind(TASKS_API).scope("openid profile"), KIM).await;
    assert_eq!(unverified_claims(&own.id_token)["aud"], TASKS_API.client_id);
    refused(&platform.token(&acting(TASKS_API, &own.id_token)).await, 50_013, "invalid_grant", "");
    // Another app than the one that it is for.
    refused(&platform.token(&acting(BOARD, &first.access_token)).await, 500_131, "invalid_grant", "");
    // Its time.
    platform.advance(Duration::from_mins(20));
    refused(&platform.token(&acting(TASKS_API, &first.access_token)).await, 500_133, "invalid_grant", "");
}

#[tokio::test]
async fn the_app_proves_itself_and_says_what_it_wants() {
    let platform = TestPlatform::with_permissions().await;
    let first = called(&platform).await;
    let good = acting(TASKS_API, &first.access_token).with("scope", "User.Read");
    let rows = [
        (good.clone().without("client_secret"), 7_000_218, "invalid_client"),
        (good.clone().with("client_secret", "wrong"), 7_000_215, "invalid_client"),
        (good.clone().without("requested_token_use"), 900_144, "invalid_request"),
        (good.clone().with("requested_token_use", "x"), 90_023, "invalid_request"),
        (good.clone().without("assertion"), 900_144, "invalid_request"),
        (good.clone().without("scope"), 900_144, "invalid_request"),
        (good.clone().header("origin", "https://x.example"), 9_002_326, "invalid_request"),
    ];
    for (request, number, error) in rows {
        refused(&platform.token(&request).await, number, error, "");
    }
    platform.tokens(&good).await;
}

#[tokio::test]
async fn a_token_of_one_tenant_is_none_in_another() {
    let platform = TestPlatform::with_permissions().await;
    let request = Authorize::by(PARCELS).tenant(CAUTIOUS.id).scope("openid api://parcels/Parcels.Track");
    let first = bought(&platform, &request, CASS).await;
    refused(&platform.token(&acting(TASKS_API, &first.access_token)).await, 50_013, "invalid_grant", "");
}

#[tokio::test]
async fn the_person_goes_and_so_does_what_is_done_for_them() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS).scope(SCOPE);
    let first = bought(&platform, &request, KIM).await;
    platform.change_user(NORTHWIND, KIM, |kim| kim.account_enabled = false).await;
    let asked = acting(TASKS_API, &first.access_token).with("scope", "User.Read");
    refused(&platform.token(&asked).await, 50_057, "invalid_grant", "");
    refused(&platform.token(&renewal(&request, &first)).await, 50_057, "invalid_grant", "");
}
