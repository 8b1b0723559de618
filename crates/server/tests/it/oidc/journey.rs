//! The way that most people go, in the words of the standard.

use std::time::Duration;

use grantor_rules::model::{PostalAddress, StandardClaims};
use grantor_testkit::{
    ADMIN, Authorize, CHRIS, COLORS_API, CONTOSO, DAEMON, DeviceRequest, NATIVE, SPA, TestPlatform, WEB,
    unverified_claims,
};
use serde_json::json;

use super::{asking, header_of, issuer, presenting, said};
use crate::support::renewal;

const COLORS: &str = "api://colors";

#[tokio::test]
async fn a_person_signs_in_and_the_app_learns_who_they_are() {
    // core-01, core-07, core-12, core-13, core-20, 9207-01, 9068-01, 6749-21
    let platform = TestPlatform::start().await;
    platform.change_user(CONTOSO, CHRIS, |chris| chris.mail = Some("chris@contoso.example".into())).await;
    let request = asking(NATIVE).scope("openid profile email");
    let mut browser = platform.browser();
    let response = browser.walk(&request, CHRIS).await.response();
    assert_eq!(response.get("iss"), issuer(&platform));
    assert_eq!(response.get("state"), request.value("state"));
    assert_eq!(response.parameters.len(), 4, "code, state, iss and session_state: {:?}", response.parameters);
    let tokens = platform.tokens(&request.redeem(&response.code())).await;
    assert_eq!(tokens.body["token_type"], "Bearer");
    assert_eq!(tokens.body["scope"], "openid profile email");

    assert_eq!(header_of(&tokens.id_token)["typ"], "JWT");
    let id = platform.verified(&tokens.id_token).await;
    assert_eq!((id["iss"].clone(), id["aud"].clone()), (json!(issuer(&platform)), json!(NATIVE.client_id)));
    assert_eq!(id["nonce"], request.value("nonce"));
    assert_eq!((id["amr"].clone(), id["acr"].clone()), (json!(["pwd"]), json!("0")));
    let subject = id["sub"].as_str().unwrap();
    assert!(subject.is_ascii() && subject.len() <= 255);
    for name in ["ver", "tid", "oid", "uti", "rh", "preferred_username", "name", "email"] {
        assert!(!id.contains_key(name), "{name} is in userinfo, or another dialect's");
    }

    assert_eq!(header_of(&tokens.access_token)["typ"], "at+jwt");
    let access = unverified_claims(&tokens.access_token);
    assert_eq!((access["iss"].clone(), access["client_id"].clone()), (id["iss"].clone(), json!(NATIVE.client_id)));
    assert_eq!(access["aud"], platform.public().origin());
    assert_eq!(access["scope"], "openid profile email");

    let target = format!("/{}/oidc/userinfo", CONTOSO.id);
    let bearer = format!("Bearer {}", tokens.access_token);
    for method in ["GET", "POST"] {
        let answer = platform.send(platform.request(method, &target, &[("authorization", &bearer)], "".into())).await;
        assert_eq!(answer.code(), 200, "{}", answer.text());
        let info = answer.json();
        assert_eq!((&info["sub"], info["name"].clone()), (&id["sub"], json!("Chris Green")));
        assert_eq!(
            (info["email"].clone(), info["preferred_username"].clone()),
            (json!("chris@contoso.example"), json!(CHRIS.name))
        );
    }
}

#[tokio::test]
async fn userinfo_tells_what_was_allowed_and_to_whom_it_was() {
    // 6750-05, 6750-06
    let platform = TestPlatform::start().await;
    let request = asking(NATIVE).scope("openid");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    let target = format!("/{}/oidc/userinfo", CONTOSO.id);
    let info = platform.call(&target, &tokens.access_token).await.json();
    assert_eq!(info.as_object().unwrap().keys().collect::<Vec<_>>(), ["sub"]);
    let anonymous = platform.get(&target, &[]).await;
    assert_eq!(anonymous.code(), 401);
    assert!(anonymous.header("www-authenticate").starts_with("Bearer, DPoP algs="), "{anonymous:?}");
    for bad in [&tokens.id_token, "x.y.z", "x"] {
        let answer = platform.call(&target, bad).await;
        assert_eq!(answer.code(), 401);
        assert!(answer.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""), "{answer:?}");
    }
    let alone = asking(NATIVE).scope("Colors.Read offline_access").with("resource", COLORS);
    let code = platform.browser().walk(&alone, CHRIS).await.code();
    let of_colors = platform.tokens(&alone.redeem(&code)).await;
    assert_eq!(of_colors.id_token, "", "core-02");
    let answer = platform.call(&target, &of_colors.access_token).await;
    assert_eq!(answer.code(), 401, "it is for another API");
    platform.advance(Duration::from_hours(2));
    assert_eq!(platform.call(&target, &tokens.access_token).await.code(), 401, "its time is over");
}

#[tokio::test]
async fn an_api_is_named_by_a_resource_indicator() {
    // 9068-02, 9068-04, 9700-10
    let platform = TestPlatform::start().await;
    let request = asking(NATIVE).scope("openid offline_access Colors.Read").with("resource", COLORS);
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    let claims = unverified_claims(&tokens.access_token);
    assert_eq!((claims["aud"].clone(), claims["scope"].clone()), (json!(COLORS), json!("Colors.Read")));
    assert_eq!(tokens.body["scope"], "openid Colors.Read");
    // Another one by renewal, of what was allowed; of what was not, not.
    let renewed =
        platform.tokens(&renewal_of(&request, &tokens.refresh_token).without("resource").without("scope")).await;
    assert_eq!(unverified_claims(&renewed.access_token)["aud"], COLORS);
    let other = renewal_of(&request, &renewed.refresh_token)
        .with("resource", "https://graph.microsoft.com")
        .with("scope", "User.Read");
    assert_eq!(said(&platform.token(&other).await), (400, "invalid_grant".into()));
    let unknown = renewal_of(&request, &renewed.refresh_token).with("resource", "api://nothing");
    assert_eq!(said(&platform.token(&unknown).await), (400, "invalid_target".into()));
}

fn renewal_of(request: &Authorize, refresh_token: &str) -> grantor_testkit::TokenRequest {
    presenting(request.application, "refresh_token").with("refresh_token", refresh_token)
}

#[tokio::test]
async fn a_renewed_id_token_is_about_the_same_sign_in() {
    // core-16, 6749-25
    let platform = TestPlatform::start().await;
    let request = asking(NATIVE).scope("openid offline_access");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let first = platform.tokens(&request.redeem(&code)).await;
    platform.advance(Duration::from_mins(5));
    let second = platform.tokens(&renewal_of(&request, &first.refresh_token)).await;
    let (before, after) = (unverified_claims(&first.id_token), unverified_claims(&second.id_token));
    for name in ["iss", "sub", "aud", "auth_time", "sid"] {
        assert_eq!(before[name], after[name], "{name}");
    }
    assert!(!after.contains_key("nonce") && before["iat"] != after["iat"]);
    let wider = renewal_of(&request, &second.refresh_token).with("scope", "openid profile");
    let third = platform.tokens(&wider).await;
    assert_eq!(third.body["scope"], "openid", "what was not asked for when the person was there is not added");
}

#[tokio::test]
async fn a_proof_key_is_wanted_of_whoever_does_not_bind_the_answer() {
    // 2.1-01, 7636-04, 8252-03, 9700-03
    let platform = TestPlatform::start().await;
    let bare = |request: Authorize| request.scope("openid").without("code_challenge").without("code_challenge_method");
    for application in [NATIVE, SPA] {
        let refused = platform.browser().authorize(&bare(asking(application))).await.response();
        assert_eq!(refused.get("error"), "invalid_request");
    }
    platform.browser().authorize(&bare(asking(WEB))).await.page().value_of("username");
    let unbound = platform.browser().authorize(&bare(asking(WEB)).without("nonce")).await.response();
    assert_eq!(unbound.get("error"), "invalid_request");
}

#[tokio::test]
async fn a_hint_says_who_is_meant_and_nobody_stands_in_for_them() {
    // core-06
    let platform = TestPlatform::start().await;
    let request = asking(NATIVE).scope("openid");
    let mut browser = platform.browser();
    let code = browser.walk(&request, CHRIS).await.code();
    let of_chris = platform.tokens(&request.redeem(&code)).await.id_token;
    let silent = asking(NATIVE).scope("openid").with("prompt", "none").with("id_token_hint", &of_chris);
    browser.authorize(&silent).await.code();
    platform.advance(Duration::from_hours(2));
    browser.authorize(&silent).await.code();

    let mut admins = platform.browser();
    admins.walk(&request, ADMIN).await.code();
    assert_eq!(admins.authorize(&silent).await.response().get("error"), "login_required");
    for bad in ["x", "a.b.c"] {
        let answer = browser.authorize(&silent.clone().with("id_token_hint", bad)).await.response();
        assert_eq!(answer.get("error"), "invalid_request", "{bad}");
    }
    let web = asking(WEB).scope("openid").with("prompt", "none").with("id_token_hint", &of_chris);
    assert_eq!(browser.authorize(&web).await.response().get("error"), "invalid_request", "another app's");
}

#[tokio::test]
async fn a_program_without_a_person_is_its_own_subject() {
    // 9068-03, 6749-26
    let platform = TestPlatform::start().await;
    let request = presenting(DAEMON, "client_credentials").with("resource", COLORS);
    let tokens = platform.tokens(&request).await;
    let claims = unverified_claims(&tokens.access_token);
    assert_eq!((claims["sub"].clone(), claims["aud"].clone()), (json!(DAEMON.client_id), json!(COLORS)));
    assert_eq!(claims["client_id"], DAEMON.client_id);
    assert!(tokens.refresh_token.is_empty() && tokens.id_token.is_empty());
    let public = presenting(NATIVE, "client_credentials").with("resource", COLORS);
    assert_eq!(said(&platform.token(&public).await), (401, "invalid_client".into()));
    assert_ne!(COLORS_API, DAEMON.client_id);
}

#[tokio::test]
async fn a_device_asks_and_waits() {
    // 8628-01, 8628-02, 8628-03
    let platform = TestPlatform::start().await;
    let asked = DeviceRequest::by(NATIVE).oidc().tenant(CONTOSO.id).with("scope", "openid");
    let device = asked.begin(&platform).await;
    let complete = device.body["verification_uri_complete"].as_str().unwrap();
    assert_eq!(
        complete,
        format!("{}?user_code={}", device.body["verification_uri"].as_str().unwrap(), device.user_code)
    );
    assert_eq!(said(&platform.token(&device.redeem()).await), (400, "authorization_pending".into()));
    device.approve(&mut platform.browser(), CHRIS).await;
    let tokens = platform.tokens(&device.redeem()).await;
    assert_eq!(unverified_claims(&tokens.id_token)["iss"], issuer(&platform));
}

#[tokio::test]
async fn a_single_page_app_renews_across_origins() {
    let platform = TestPlatform::start().await;
    let request = asking(SPA).scope("openid offline_access");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    platform.tokens(&renewal(&request, &tokens)).await;
}

#[tokio::test]
async fn every_claim_of_the_standard_is_told_by_its_own_permission() {
    // core-13
    let platform = TestPlatform::start().await;
    let text = |text: &str| Some(text.to_owned());
    platform
        .change_user(CONTOSO, CHRIS, |chris| {
            chris.mail = text("chris@contoso.example");
            chris.mobile_phone = text("+1 555 0100");
            chris.claims = StandardClaims {
                middle_name: text("Quentin"),
                nickname: text("Q"),
                profile: text("https://chris.example"),
                picture: text("https://chris.example/me.png"),
                website: text("https://contoso.example"),
                email_verified: true,
                gender: text("male"),
                birthdate: text("1990-05-14"),
                zoneinfo: text("Europe/Paris"),
                phone_number_verified: false,
                address: Some(PostalAddress { locality: text("Paris"), ..PostalAddress::default() }),
                updated_at: Some(grantor_environment::Timestamp::from_seconds(1_700_000_000)),
            };
        })
        .await;
    let of_profile = [
        "birthdate",
        "family_name",
        "gender",
        "given_name",
        "middle_name",
        "name",
        "nickname",
        "picture",
        "preferred_username",
        "profile",
        "updated_at",
        "website",
        "zoneinfo",
    ];
    let rows: [(&str, &[&str]); 5] = [
        ("profile", &of_profile),
        ("email", &["email", "email_verified"]),
        ("phone", &["phone_number", "phone_number_verified"]),
        ("address", &["address"]),
        ("offline_access", &[]),
    ];
    for (scope, expected) in rows {
        let request = asking(NATIVE).scope(&format!("openid {scope}"));
        let code = platform.browser().walk(&request, CHRIS).await.code();
        let tokens = platform.tokens(&request.redeem(&code)).await;
        let info = platform.call(&format!("/{}/oidc/userinfo", CONTOSO.id), &tokens.access_token).await.json();
        let mut told: Vec<&str> =
            info.as_object().unwrap().keys().map(String::as_str).filter(|name| *name != "sub").collect();
        told.sort_unstable();
        assert_eq!(told, expected, "{scope}");
        if scope == "address" {
            assert_eq!(info["address"], json!({"locality": "Paris"}));
        }
    }
}
