//! Introspection and revocation.

use std::time::Duration;

use grantor_testkit::{
    ADMIN, Authorize, CHRIS, CONTOSO, DAEMON, FABRIKAM, FABRIKAM_ADMIN, FABRIKAM_TIMESHEET, NATIVE, TestPlatform,
    Tokens, WEB,
};
use serde_json::{Value, json};

use super::{asking, post, presenting, said};
use crate::support::bought;

const COLORS: &str = "api://colors";

async fn introspected(platform: &TestPlatform, token: &str) -> Value {
    introspected_by(platform, WEB.client_id, WEB.secret.unwrap(), token).await
}

async fn introspected_by(platform: &TestPlatform, client_id: &str, secret: &str, token: &str) -> Value {
    let pairs = [("token", token), ("client_id", client_id), ("client_secret", secret)];
    let answer = post(platform, "introspect", &pairs).await;
    assert_eq!((answer.code(), answer.header("cache-control")), (200, "no-store, no-cache"), "{}", answer.text());
    answer.json()
}

async fn of_web(platform: &TestPlatform) -> Tokens {
    bought(platform, &asking(WEB).scope("openid offline_access profile"), CHRIS).await
}

fn inactive() -> Value {
    json!({"active": false})
}

#[tokio::test]
async fn the_holder_of_a_token_may_ask_what_becomes_of_it() {
    // 7662-01, 7662-03
    let platform = TestPlatform::start().await;
    let tokens = of_web(&platform).await;
    let access = introspected(&platform, &tokens.access_token).await;
    assert_eq!((access["active"].clone(), access["client_id"].clone()), (json!(true), json!(WEB.client_id)));
    assert_eq!((access["username"].clone(), access["token_type"].clone()), (json!(CHRIS.name), json!("Bearer")));
    assert_eq!(access["scope"], "openid profile");
    let refresh = introspected(&platform, &tokens.refresh_token).await;
    assert_eq!((refresh["active"].clone(), refresh["sub"].clone()), (json!(true), introspected_sub(&tokens)));
    // A hint that is wrong changes nothing.
    let pairs = [
        ("token", tokens.refresh_token.as_str()),
        ("token_type_hint", "access_token"),
        ("client_id", WEB.client_id),
        ("client_secret", WEB.secret.unwrap()),
    ];
    assert_eq!(post(&platform, "introspect", &pairs).await.json()["active"], true);
}

fn introspected_sub(tokens: &Tokens) -> Value {
    grantor_testkit::unverified_claims(&tokens.id_token)["sub"].clone()
}

#[tokio::test]
async fn whoever_proves_nothing_learns_nothing() {
    // 7662-01, T-token scanning
    let platform = TestPlatform::start().await;
    let tokens = of_web(&platform).await;
    for pairs in [
        vec![("token", tokens.access_token.as_str())],
        vec![("token", tokens.access_token.as_str()), ("client_id", WEB.client_id)],
        vec![("token", tokens.access_token.as_str()), ("client_id", WEB.client_id), ("client_secret", "wrong")],
        vec![("token", tokens.access_token.as_str()), ("client_id", NATIVE.client_id)],
    ] {
        let answer = post(&platform, "introspect", &pairs).await;
        let (status, error) = said(&answer);
        assert!(
            (status, error.as_str()) == (401, "invalid_client") || (status, error.as_str()) == (400, "invalid_request")
        );
    }
}

#[tokio::test]
async fn what_is_of_no_use_and_what_is_not_ones_own_look_the_same() {
    // 7662-02, 7662-04
    let platform = TestPlatform::start().await;
    let tokens = of_web(&platform).await;
    let of_native = bought(&platform, &asking(NATIVE).scope("openid offline_access"), ADMIN).await;
    let elsewhere = Authorize::by(FABRIKAM_TIMESHEET).oidc().tenant(FABRIKAM.id).scope("openid offline_access");
    let elsewhere = bought(&platform, &elsewhere, FABRIKAM_ADMIN).await;
    for token in [
        "x",
        "a.b.c",
        &of_native.access_token,
        &of_native.refresh_token,
        &of_native.id_token,
        &tokens.id_token,
        &elsewhere.access_token,
        &elsewhere.refresh_token,
    ] {
        assert_eq!(introspected(&platform, token).await, inactive());
    }
    platform.advance(Duration::from_hours(2));
    assert_eq!(introspected(&platform, &tokens.access_token).await, inactive(), "expired");
    let now = platform.app.env.now();
    platform.change_user(CONTOSO, CHRIS, |chris| chris.sessions_valid_from = Some(now)).await;
    assert_eq!(introspected(&platform, &tokens.refresh_token).await, inactive(), "the person's sessions were ended");
}

#[tokio::test]
async fn an_application_that_acts_for_itself_has_tokens_that_run_out() {
    // 7009-06
    let platform = TestPlatform::start().await;
    let alone = platform.tokens(&presenting(DAEMON, "client_credentials").with("resource", COLORS)).await;
    let secret = DAEMON.secret.unwrap();
    let found = introspected_by(&platform, DAEMON.client_id, secret, &alone.access_token).await;
    assert_eq!((found["active"].clone(), found["sub"].clone()), (json!(true), json!(DAEMON.client_id)));
    assert!(found.get("username").is_none());
    let pairs = [("token", alone.access_token.as_str()), ("client_id", DAEMON.client_id), ("client_secret", secret)];
    assert_eq!(said(&post(&platform, "revoke", &pairs).await), (400, "unsupported_token_type".into()));
    platform.change_application(CONTOSO, DAEMON.client_id, |daemon| daemon.disabled = true).await;
    let asked = introspected(&platform, &alone.access_token).await;
    assert_eq!(asked, inactive());
}

#[tokio::test]
async fn a_token_that_is_given_back_takes_its_grant_with_it_and_no_other() {
    // 7009-01, 7009-03, 7009-04, 7009-05, T27
    let platform = TestPlatform::start().await;
    for kind in ["refresh", "access"] {
        let (gone, stays) = (of_web(&platform).await, of_web(&platform).await);
        let token = if kind == "refresh" { &gone.refresh_token } else { &gone.access_token };
        let pairs = [
            ("token", token.as_str()),
            ("token_type_hint", "nonsense"),
            ("client_id", WEB.client_id),
            ("client_secret", WEB.secret.unwrap()),
        ];
        for _ in 0..2 {
            let answer = post(&platform, "revoke", &pairs).await;
            assert_eq!(answer.code(), 200, "again, too: {}", answer.text());
        }
        for token in [&gone.access_token, &gone.refresh_token] {
            assert_eq!(introspected(&platform, token).await, inactive(), "{kind}");
        }
        let target = format!("/{}/oidc/userinfo", CONTOSO.id);
        assert_eq!(platform.call(&target, &gone.access_token).await.code(), 401);
        let renewal = |tokens: &Tokens| presenting(WEB, "refresh_token").with("refresh_token", &tokens.refresh_token);
        assert_eq!(said(&platform.token(&renewal(&gone)).await), (400, "invalid_grant".into()));
        assert_eq!(platform.call(&target, &stays.access_token).await.code(), 200);
        platform.tokens(&renewal(&stays)).await;
    }
    let unknown = [("token", "x"), ("client_id", WEB.client_id), ("client_secret", WEB.secret.unwrap())];
    assert_eq!(post(&platform, "revoke", &unknown).await.code(), 200);
}

#[tokio::test]
async fn nobody_gives_back_what_is_not_theirs() {
    // 7009-02
    let platform = TestPlatform::start().await;
    let tokens = of_web(&platform).await;
    let by_daemon = [
        ("token", tokens.refresh_token.as_str()),
        ("client_id", DAEMON.client_id),
        ("client_secret", DAEMON.secret.unwrap()),
    ];
    assert_eq!(said(&post(&platform, "revoke", &by_daemon).await).0, 400);
    let unproven = [("token", tokens.refresh_token.as_str()), ("client_id", WEB.client_id)];
    assert_eq!(said(&post(&platform, "revoke", &unproven).await), (401, "invalid_client".into()));
    assert_eq!(introspected(&platform, &tokens.refresh_token).await["active"], true);

    let of_native = bought(&platform, &asking(NATIVE).scope("openid offline_access"), CHRIS).await;
    let own = [("token", of_native.refresh_token.as_str()), ("client_id", NATIVE.client_id)];
    assert_eq!(post(&platform, "revoke", &own).await.code(), 200, "a public client names itself");
}
