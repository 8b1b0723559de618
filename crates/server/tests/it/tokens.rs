//! What the tokens and the reply that carries them say.

use grantor_testkit::{
    Authorize, CHRIS, COLORS_API, CONTOSO, NATIVE, SPA, START, TestPlatform, TokenRequest, WEB, unverified_claims,
    unverified_header,
};
use serde_json::json;

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const COLORS_READ: &str = "api://colors/Colors.Read";

#[tokio::test]
async fn the_token_reply_has_exactly_the_members_of_the_dialect() {
    // 6749-21, core-20
    let platform = TestPlatform::start().await;
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    let mut members: Vec<&String> = tokens.body.as_object().unwrap().keys().collect();
    members.sort();
    let expected = ["access_token", "expires_in", "ext_expires_in", "id_token", "refresh_token", "scope", "token_type"];
    assert_eq!(members, expected);
    assert_eq!(tokens.body["token_type"], "Bearer");
    assert_eq!(tokens.body["scope"], "User.Read openid profile");
    let life = tokens.body["expires_in"].as_u64().unwrap();
    assert!((3600..5400).contains(&life), "{life}");
    assert_eq!(tokens.answer.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(tokens.answer.header("cache-control"), "no-store, no-cache");
    assert_eq!(tokens.answer.header("pragma"), "no-cache");
}

#[tokio::test]
async fn an_id_token_says_who_signed_in_to_whom_and_when() {
    // core-07
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE).scope("openid profile email User.Read");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    let claims = platform.verified(&tokens.id_token).await;
    let expected = [
        ("ver", json!("2.0")),
        ("iss", json!(format!("https://localhost:8443/{}/v2.0", CONTOSO.id))),
        ("aud", json!(NATIVE.client_id)),
        ("tid", json!(CONTOSO.id)),
        ("oid", json!(CHRIS.id)),
        ("name", json!("Chris Green")),
        ("preferred_username", json!(CHRIS.name)),
        ("nonce", json!(request.value("nonce"))),
        ("auth_time", json!(START.seconds())),
        ("iat", json!(START.seconds() - 300)),
        ("nbf", json!(START.seconds() - 300)),
        ("exp", json!(START.seconds() + 3600)),
    ];
    for (name, value) in expected {
        assert_eq!(claims[name], value, "{name}");
    }
    let sub = claims["sub"].as_str().unwrap();
    assert!(sub.is_ascii() && (20..=255).contains(&sub.len()) && !sub.contains(CHRIS.id), "{sub}");
    // Chris has no mail address, so none is said.
    assert!(!claims.contains_key("email"));
    assert_eq!(unverified_header(&tokens.id_token)["alg"], "RS256");
}

#[tokio::test]
async fn without_openid_there_is_no_id_token_and_without_offline_access_no_refresh_token() {
    // core-02
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE).scope("User.Read");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!((tokens.id_token.as_str(), tokens.refresh_token.as_str()), ("", ""));
    assert_eq!(tokens.body["scope"], "User.Read");
}

#[tokio::test]
async fn the_directory_api_gets_v1_tokens_and_the_colors_api_v2_tokens() {
    let platform = TestPlatform::start().await;
    let directory = platform.signed_in(NATIVE, CHRIS).await;
    let claims = platform.verified(&directory.access_token).await;
    let life = directory.body["expires_in"].as_i64().unwrap();
    let expected = [
        ("ver", json!("1.0")),
        ("iss", json!(format!("https://localhost:8443/{}/", CONTOSO.id))),
        ("aud", json!(GRAPH)),
        ("appid", json!(NATIVE.client_id)),
        ("appidacr", json!("0")),
        ("scp", json!("User.Read openid profile")),
        ("oid", json!(CHRIS.id)),
        ("upn", json!(CHRIS.name)),
        ("amr", json!(["pwd"])),
        ("exp", json!(START.seconds() + life)),
    ];
    for (name, value) in expected {
        assert_eq!(claims[name], value, "{name}");
    }
    let header = unverified_header(&directory.access_token);
    assert_eq!((&header["typ"], &header["x5t"]), (&json!("JWT"), &header["kid"]));

    let request = Authorize::by(NATIVE).scope(&format!("openid profile {COLORS_READ}"));
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let colors = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(colors.body["scope"], format!("{COLORS_READ} openid profile"));
    let claims = platform.verified(&colors.access_token).await;
    let expected = [
        ("ver", json!("2.0")),
        ("iss", json!(format!("https://localhost:8443/{}/v2.0", CONTOSO.id))),
        ("aud", json!(COLORS_API)),
        ("azp", json!(NATIVE.client_id)),
        ("azpacr", json!("0")),
        ("scp", json!("Colors.Read")),
        ("oid", json!(CHRIS.id)),
    ];
    for (name, value) in expected {
        assert_eq!(claims[name], value, "{name}");
    }
    assert!(!claims.contains_key("upn") && !claims.contains_key("appid"));
}

#[tokio::test]
async fn a_person_has_another_name_towards_each_app_and_userinfo_knows_the_apps_own() {
    // core-12, core-18
    let platform = TestPlatform::start().await;
    let mut subjects = Vec::new();
    for application in [NATIVE, WEB, SPA] {
        let tokens = platform.signed_in(application, CHRIS).await;
        let subject = unverified_claims(&tokens.id_token)["sub"].clone();
        for method in ["GET", "POST"] {
            let bearer = format!("Bearer {}", tokens.access_token);
            let headers = [("authorization", bearer.as_str())];
            let answer = platform.send(platform.request(method, "/oidc/userinfo", &headers, "".into())).await;
            let expected = json!({
                "sub": subject, "name": "Chris Green", "given_name": "Chris", "family_name": "Green",
            });
            assert_eq!((answer.code(), answer.json()), (200, expected), "{method}");
            assert_eq!(answer.header("cache-control"), "no-store, no-cache");
        }
        assert!(!subjects.contains(&subject), "{subjects:?}");
        subjects.push(subject);
    }
    let again = platform.signed_in(NATIVE, CHRIS).await;
    assert_eq!(unverified_claims(&again.id_token)["sub"], subjects[0]);
}

#[tokio::test]
async fn one_sign_in_buys_tokens_for_several_apis_one_after_the_other() {
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE).scope(&format!("openid offline_access User.Read {COLORS_READ}"));
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let first = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(unverified_claims(&first.access_token)["aud"], GRAPH);
    let refresh = TokenRequest::refresh(NATIVE, &first.refresh_token).with("scope", COLORS_READ);
    let colors = platform.tokens(&refresh).await;
    let claims = platform.verified(&colors.access_token).await;
    assert_eq!((&claims["aud"], &claims["scp"]), (&json!(COLORS_API), &json!("Colors.Read")));
    assert_eq!(colors.body["scope"], COLORS_READ);
    // 6750-10: and it is good at no other API.
    assert_eq!(platform.call("/v1.0/me", &colors.access_token).await.code(), 401);
    assert_eq!(platform.call("/v1.0/me", &first.access_token).await.code(), 200);
}

#[tokio::test]
async fn the_redemption_may_say_which_of_the_apis_it_wants() {
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE).scope(&format!("openid offline_access User.Read {COLORS_READ}"));
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code).with("scope", COLORS_READ)).await;
    assert_eq!(unverified_claims(&tokens.access_token)["aud"], COLORS_API);
    // What was allowed at the sign-in stays allowed.
    assert!(!tokens.id_token.is_empty() && !tokens.refresh_token.is_empty());
    let request = Authorize::by(NATIVE).scope(&format!("openid {COLORS_READ}"));
    let code = platform.browser().walk(&request, CHRIS).await.code();
    // Without an API it is what the code was asked for.
    let tokens = platform.tokens(&request.redeem(&code).with("scope", "openid profile")).await;
    assert_eq!(unverified_claims(&tokens.access_token)["aud"], COLORS_API);
}

#[tokio::test]
async fn everything_granted_can_be_asked_for_by_one_word() {
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE).scope("openid https://graph.microsoft.com/.default");
    let page = {
        let mut browser = platform.browser();
        let page = browser.authorize(&request).await.page();
        browser.sign_in(page, CHRIS).await.page()
    };
    let asked = page.text_of("permissions").unwrap();
    for permission in ["User.Read", "Mail.Read", "Colors.Read"] {
        assert!(asked.contains(permission), "{permission} in {asked}");
    }
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    let scope = tokens.body["scope"].as_str().unwrap();
    let words: std::collections::BTreeSet<&str> = scope.split(' ').collect();
    let expected = [
        "https://graph.microsoft.com/.default",
        "https://graph.microsoft.com/Mail.Read",
        "https://graph.microsoft.com/User.Read",
        "openid",
    ];
    assert_eq!(words.into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(unverified_claims(&tokens.access_token)["aud"], "https://graph.microsoft.com");
}

#[tokio::test]
async fn a_single_page_app_gets_tokens_across_origins() {
    let platform = TestPlatform::start().await;
    let tokens = platform.signed_in(SPA, CHRIS).await;
    assert_eq!(tokens.body["refresh_token_expires_in"], 86400);
    assert_eq!(tokens.answer.header("access-control-allow-origin"), "*");
    let renewed = platform.tokens(&TokenRequest::refresh(SPA, &tokens.refresh_token)).await;
    assert_eq!(unverified_claims(&renewed.access_token)["appidacr"], "0");
}
