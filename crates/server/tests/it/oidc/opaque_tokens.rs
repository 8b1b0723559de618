//! Access tokens that nobody but this deployment can read.

use std::time::Duration;

use grantor_rules::model::{AccessTokenFormat, FrontChannel};
use grantor_testkit::{
    ADMIN, Authorize, CHRIS, COLORS_API, CONTOSO, DAEMON, NATIVE, TestPlatform, WEB, unverified_claims,
};
use serde_json::{Value, json};

use super::{asking, issuer, post, presenting, said};
use crate::support::{bought, renewal};

const COLORS: &str = "api://colors";
/// The web application's, which the API shares here.
const COLORS_SECRET: &str = "console-secret-for-local-use-only-0001";

/// The Colors API as one that asks what its tokens say.
async fn platform() -> TestPlatform {
    let platform = TestPlatform::start().await;
    let secrets = platform.application(CONTOSO, WEB.client_id).await.secrets;
    platform
        .change_application(CONTOSO, COLORS_API, |api| {
            (api.access_token_format, api.secrets) = (AccessTokenFormat::Opaque, secrets);
        })
        .await;
    platform
}

async fn asked_by(platform: &TestPlatform, client_id: &str, secret: &str, token: &str) -> Value {
    post(platform, "introspect", &[("token", token), ("client_id", client_id), ("client_secret", secret)]).await.json()
}

async fn asked(platform: &TestPlatform, token: &str) -> Value {
    asked_by(platform, COLORS_API, COLORS_SECRET, token).await
}

fn for_colors() -> Authorize {
    asking(NATIVE).scope("openid offline_access api://colors/Colors.Read")
}

#[tokio::test]
async fn the_api_asks_and_learns_what_a_signed_token_would_say() {
    let platform = platform().await;
    let tokens = bought(&platform, &for_colors(), CHRIS).await;
    assert!(
        tokens.access_token.starts_with("ga1.") && !tokens.access_token.contains("eyJ"),
        "nothing of it is readable"
    );
    let mut opaque = asked(&platform, &tokens.access_token).await;
    platform.change_application(CONTOSO, COLORS_API, |api| api.access_token_format = AccessTokenFormat::Jwt).await;
    let signed = bought(&platform, &for_colors(), CHRIS).await.access_token;
    let mut signed = asked(&platform, &signed).await;
    assert_eq!((opaque["active"].clone(), opaque["iss"].clone()), (json!(true), json!(issuer(&platform))));
    for own in ["jti", "iat", "exp", "auth_time"] {
        for body in [&mut opaque, &mut signed] {
            assert!(body.as_object_mut().unwrap().remove(own).is_some(), "{own}");
        }
    }
    assert_eq!(opaque, signed, "the form tells nothing more and nothing less");
}

#[tokio::test]
async fn each_way_to_a_token_gives_the_form_that_its_api_is_registered_for() {
    let platform = platform().await;
    let tokens = bought(&platform, &for_colors(), CHRIS).await;
    let renewed = platform.tokens(&renewal(&for_colors(), &tokens)).await;
    let alone = platform.tokens(&presenting(DAEMON, "client_credentials").with("resource", COLORS)).await;
    for token in [&renewed.access_token, &alone.access_token] {
        assert!(token.starts_with("ga1."));
        assert_eq!(asked(&platform, token).await["active"], true);
    }
    let front = FrontChannel { id_tokens: true, access_tokens: true };
    platform.change_application(CONTOSO, WEB.client_id, |web| web.front_channel = front).await;
    let hybrid = asking(WEB)
        .scope("openid api://colors/Colors.Read")
        .with("response_type", "code id_token token")
        .with("response_mode", "fragment");
    let response = platform.browser().walk(&hybrid, ADMIN).await.response();
    assert!(response.get("access_token").starts_with("ga1."));
    let bound = &unverified_claims(response.get("id_token"))["at_hash"];
    let half = &grantor_protocol::secret::sha256(response.get("access_token").as_bytes())[..16];
    assert_eq!(*bound, json!(grantor_jose::base64url::encode(half)), "core-07: tied to what was handed out");
    let vendor = Authorize::by(NATIVE).tenant(CONTOSO.id).scope("openid api://colors/Colors.Read");
    let vendor = bought(&platform, &vendor, CHRIS).await.access_token;
    assert_eq!(vendor.split('.').count(), 3, "the Microsoft dialects have no other form");
}

#[tokio::test]
async fn a_token_is_of_no_use_once_what_it_stands_on_is_gone() {
    // 7662-02, 7662-03, 7009-05
    let platform = platform().await;
    let inactive = json!({"active": false});
    let one = async || bought(&platform, &for_colors(), CHRIS).await.access_token;
    let changed = format!("{}AA", &one().await[..60]);
    for text in [one().await.replacen("ga1.", "gr1.", 1), one().await.replacen("ga1.", "ga2.", 1), changed] {
        assert_eq!(asked(&platform, &text).await, inactive);
    }
    let token = one().await;
    assert_eq!(asked(&platform, &token).await["active"], true);
    assert_eq!(
        asked_by(&platform, WEB.client_id, WEB.secret.unwrap(), &token).await,
        inactive,
        "7662-04: nobody else learns of it"
    );
    let given_back = [("token", token.as_str()), ("client_id", NATIVE.client_id)];
    assert_eq!(post(&platform, "revoke", &given_back).await.code(), 200);
    assert_eq!(asked(&platform, &token).await, inactive);

    let token = one().await;
    let alone = platform.tokens(&presenting(DAEMON, "client_credentials").with("resource", COLORS)).await.access_token;
    let secret = DAEMON.secret.unwrap();
    let given_back = [("token", alone.as_str()), ("client_id", DAEMON.client_id), ("client_secret", secret)];
    assert_eq!(said(&post(&platform, "revoke", &given_back).await), (400, "unsupported_token_type".into()));
    let now = platform.app.env.now();
    platform.advance(Duration::from_secs(1));
    platform.change_user(CONTOSO, CHRIS, |chris| chris.sessions_valid_from = Some(now + Duration::from_secs(1))).await;
    assert_eq!(asked(&platform, &token).await, inactive, "the person's sessions were ended");
    let token = one().await;
    platform.change_application(CONTOSO, NATIVE.client_id, |native| native.disabled = true).await;
    assert_eq!(asked(&platform, &token).await, inactive, "the application was switched off");
    platform.advance(Duration::from_hours(2));
    assert_eq!(asked(&platform, &alone).await, inactive, "expired");
}

#[tokio::test]
async fn an_application_may_have_opaque_tokens_for_userinfo() {
    // core-12
    let platform = platform().await;
    platform
        .change_application(CONTOSO, NATIVE.client_id, |one| one.access_token_format = AccessTokenFormat::Opaque)
        .await;
    let tokens = bought(&platform, &asking(NATIVE).scope("openid profile"), CHRIS).await;
    assert!(tokens.access_token.starts_with("ga1."));
    let target = format!("/{}/oidc/userinfo", CONTOSO.id);
    let answer = platform.call(&target, &tokens.access_token).await;
    assert_eq!(answer.code(), 200);
    assert_eq!(answer.json()["sub"], unverified_claims(&tokens.id_token)["sub"]);
    let for_colors = bought(&platform, &for_colors(), CHRIS).await.access_token;
    assert_eq!(platform.call(&target, &for_colors).await.code(), 401, "6750-10: another API's");
    let elsewhere = format!("/{}/oidc/userinfo", grantor_testkit::FABRIKAM.id);
    assert_eq!(platform.call(&elsewhere, &tokens.access_token).await.code(), 401);
    let changed = tokens.access_token.replacen('A', "B", 1);
    assert_eq!(platform.call(&target, &changed).await.code(), 401);
    platform.advance(Duration::from_hours(2));
    assert_eq!(platform.call(&target, &tokens.access_token).await.code(), 401, "expired");
}
