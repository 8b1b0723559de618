//! The way that most people go: sign in, allow, come back, call, and come again.

use std::time::Duration;

use grantor_testkit::{
    ADMIN, Authorize, CHRIS, COLORS_API, CONTOSO, CONTOSO_DIRECTORY, DANA, FABRIKAM, FABRIKAM_ADMIN, FABRIKAM_NOTES,
    FABRIKAM_TIMESHEET, NATIVE, Person, SPA, START, TestPlatform, TokenRequest, Tokens, WEB, unverified_claims,
    unverified_header,
};
use serde_json::{Value, json};

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const COLORS_READ: &str = "api://colors/Colors.Read";

#[tokio::test]
async fn a_person_signs_in_allows_and_the_app_reads_their_profile() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = Authorize::by(NATIVE);

    let page = browser.authorize(&request).await.page();
    assert!(page.address.starts_with("/sign-in/"), "{}", page.address);
    assert!(page.text().contains("Native App"));

    let page = browser.sign_in(page, CHRIS).await.page();
    assert!(page.address.starts_with("/consent/"), "{}", page.address);
    let asked = page.text_of("permissions").unwrap();
    for words in ["See your profile", "Directory · User.Read", "Keep this access when you are away", "Sign you in"] {
        assert!(asked.contains(words), "{words} in {asked}");
    }

    let response = browser.press(&page, "accept").await.response();
    assert_eq!((response.mode, response.address.as_str()), ("query", "http://localhost:53124/"));
    assert_eq!(response.get("state"), request.value("state"));

    let tokens = platform.tokens(&request.redeem(&response.code())).await;
    let me = platform.call("/v1.0/me", &tokens.access_token).await;
    assert_eq!((me.code(), me.json()["displayName"].clone()), (200, json!("Chris Green")));
}

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
async fn a_signed_in_person_goes_through_to_another_app() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    let request = Authorize::by(WEB);
    let page = browser.authorize(&request).await.page();
    assert!(page.has("accept") && page.text().contains("Developer Console"), "{}", page.text());
    let code = browser.press(&page, "accept").await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(platform.verified(&tokens.access_token).await["appidacr"], "1");
    // What was allowed is remembered: the next time there is nothing to ask.
    browser.authorize(&Authorize::by(WEB)).await.code();
    browser.authorize(&Authorize::by(NATIVE)).await.code();
}

#[tokio::test]
async fn a_second_account_can_sign_in_beside_the_first() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    let picker = browser.authorize(&Authorize::by(NATIVE).with("prompt", "select_account")).await.page();
    assert!(picker.has(&format!("pick-{}", CHRIS.id)) && !picker.has(&format!("pick-{}", ADMIN.id)));
    let page = browser.press(&picker, "use-another").await.page();
    let page = browser.sign_in(page, ADMIN).await.page();
    browser.press(&page, "accept").await.code();

    // Two are signed in: without more, the person is asked who is meant.
    let request = Authorize::by(NATIVE);
    let picker = browser.authorize(&request).await.page();
    assert!(picker.has(&format!("pick-{}", CHRIS.id)), "{}", picker.text());
    let code = browser.press(&picker, &format!("pick-{}", ADMIN.id)).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(unverified_claims(&tokens.id_token)["oid"], ADMIN.id);

    // A hint answers the question, in any case of letters.
    let request = Authorize::by(NATIVE).with("login_hint", "CHRISG@CONTOSO.EXAMPLE");
    let code = browser.authorize(&request).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(unverified_claims(&tokens.id_token)["oid"], CHRIS.id);
}

#[tokio::test]
async fn prompt_none_never_shows_anything() {
    // core-03
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let silent = || Authorize::by(NATIVE).with("prompt", "none");
    assert_eq!(browser.authorize(&silent()).await.error(), ("login_required".into(), 50058));
    let page = browser.authorize(&Authorize::by(NATIVE)).await.page();
    let consent = browser.sign_in(page, CHRIS).await.page();
    assert_eq!(browser.authorize(&silent()).await.error(), ("consent_required".into(), 65001));
    browser.press(&consent, "accept").await.code();
    browser.authorize(&silent()).await.code();

    // In a frame on the app's page the cookies come along.
    browser.framed = true;
    browser.authorize(&silent()).await.code();
    browser.framed = false;

    browser.walk(&Authorize::by(NATIVE).with("prompt", "login").with("login_hint", ADMIN.name), ADMIN).await.code();
    assert_eq!(browser.authorize(&silent()).await.error(), ("interaction_required".into(), 16000));
    browser.authorize(&silent().with("login_hint", ADMIN.name)).await.code();
    let stranger = silent().with("login_hint", "nobody@contoso.example");
    assert_eq!(browser.authorize(&stranger).await.error(), ("login_required".into(), 50058));
    let exclusive = Authorize::by(NATIVE).with("prompt", "none login");
    assert_eq!(browser.authorize(&exclusive).await.error(), ("invalid_request".into(), 90023));
}

#[tokio::test]
async fn prompt_login_asks_for_a_new_proof_and_says_when_it_was_given() {
    // core-04
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    platform.advance(Duration::from_mins(10));
    let request = Authorize::by(NATIVE).with("prompt", "login").with("login_hint", CHRIS.name);
    let page = browser.authorize(&request).await.page();
    assert_eq!(page.value_of("username"), CHRIS.name);
    let code = browser.sign_in(page, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(unverified_claims(&tokens.id_token)["auth_time"], START.seconds() + 600);
}

#[tokio::test]
async fn prompt_consent_asks_again_for_everything() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    let page = browser.authorize(&Authorize::by(NATIVE).with("prompt", "consent")).await.page();
    assert!(page.text_of("permissions").unwrap().contains("User.Read"));
    browser.press(&page, "accept").await.code();
}

#[tokio::test]
async fn a_hint_fills_the_name_in() {
    // core-19
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE)
        .with("login_hint", CHRIS.name)
        .with("ui_locales", "fr de")
        .with("display", "page")
        .with("acr_values", "1")
        .with("domain_hint", "organizations");
    let page = platform.browser().authorize(&request).await.page();
    assert_eq!(page.value_of("username"), CHRIS.name);
}

#[tokio::test]
async fn max_age_asks_for_a_new_proof_when_the_last_one_is_too_old() {
    // core-05
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    platform.advance(Duration::from_mins(5));
    browser.authorize(&Authorize::by(NATIVE).with("max_age", "300")).await.code();
    platform.advance(Duration::from_secs(1));
    let silent = Authorize::by(NATIVE).with("max_age", "300").with("prompt", "none");
    assert_eq!(browser.authorize(&silent).await.error(), ("login_required".into(), 50058));
    let request = Authorize::by(NATIVE).with("max_age", "300");
    let page = browser.authorize(&request).await.page();
    assert_eq!(page.value_of("username"), CHRIS.name);
    let code = browser.sign_in(page, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(unverified_claims(&tokens.id_token)["auth_time"], START.seconds() + 301);
}

#[tokio::test]
async fn max_age_zero_asks_everybody() {
    // T45
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    platform.advance(Duration::from_secs(1));
    let request = Authorize::by(NATIVE).with("max_age", "0");
    let silent = request.clone().with("prompt", "none");
    assert_eq!(browser.authorize(&silent).await.error(), ("login_required".into(), 50058));
    let page = browser.authorize(&request).await.page();
    browser.sign_in(page, CHRIS).await.code();
}

#[tokio::test]
async fn names_passwords_and_secrets_may_hold_any_letters() {
    // 6749-15, 6749-34
    const PASSWORD: &str = "p\u{e4}ss w\u{f6}rd+&=%41;\u{1F600}";
    const SECRET: &str = "a:b%41c+d e&f=g;h-/?#-0123456789";
    let platform = TestPlatform::start().await;
    let user = format!("password = \"{PASSWORD}\"\n  display_name = \"Chris Green\"");
    let directory = CONTOSO_DIRECTORY
        .replace("password = \"correct-horse-battery-staple\"\n  display_name = \"Chris Green\"", &user)
        .replace("console-secret-for-local-use-only-0001", SECRET);
    assert!(directory.contains(PASSWORD) && directory.contains(SECRET));
    platform.apply(&directory).await;
    let person = Person { name: " chrisg@CONTOSO.example ", password: PASSWORD, ..CHRIS };
    let request = Authorize::by(WEB);
    let code = platform.browser().walk(&request, person).await.code();
    let redemption = request.redeem(&code).without("client_secret").basic(WEB.client_id, SECRET);
    let tokens = platform.tokens(&redemption).await;
    platform.tokens(&TokenRequest::refresh(WEB, &tokens.refresh_token).with("client_secret", SECRET)).await;
    // A secret that was there before stays good, so that it can be changed without a pause.
    platform.signed_in(WEB, person).await;
}

#[tokio::test]
async fn the_answer_comes_in_the_mode_that_was_asked_with_the_exact_state() {
    // 6749-10, 9207-01, fp-01, fp-02
    const STATE: &str = "a+b/c==|%41&x=1#é \"<script>'\u{1F600}";
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    let issuer = format!("https://localhost:8443/{}/v2.0", CONTOSO.id);
    for mode in ["query", "fragment", "form_post"] {
        let request = Authorize::by(NATIVE).with("response_mode", mode).with("state", STATE).with("client_info", "1");
        let response = browser.authorize(&request).await.response();
        assert_eq!((response.mode, response.get("state")), (mode, STATE));
        assert_eq!(response.address, "http://localhost:53124/", "{mode}");
        let names: Vec<&str> = response.parameters.keys().map(String::as_str).collect();
        assert_eq!(names, ["client_info", "code", "iss", "session_state", "state"], "{mode}");
        assert_eq!(response.get("iss"), issuer);
        let tokens = platform.tokens(&request.redeem(&response.code()).with("client_info", "1")).await;
        assert_eq!(tokens.body["client_info"], response.get("client_info"));
        let denied = request.with("prompt", "none").with("login_hint", "nobody@contoso.example");
        let response = browser.authorize(&denied).await.response();
        assert_eq!((response.mode, response.get("state"), response.get("iss")), (mode, STATE, issuer.as_str()));
        assert_eq!(response.error(), ("login_required".into(), 50058));
    }
}

#[tokio::test]
async fn without_a_state_none_comes_back() {
    let platform = TestPlatform::start().await;
    let response = platform.browser().walk(&Authorize::by(NATIVE).without("state"), CHRIS).await.response();
    assert!(!response.parameters.contains_key("state"));
}

#[tokio::test]
async fn only_what_is_new_is_asked_for_and_what_was_allowed_stays() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    let request = Authorize::by(NATIVE).scope(&format!("openid profile offline_access {COLORS_READ}"));
    let page = browser.authorize(&request).await.page();
    let asked = page.text_of("permissions").unwrap();
    assert!(asked.contains("See your colors") && asked.contains("Colors API · Colors.Read"), "{asked}");
    assert!(!asked.contains("User.Read"), "{asked}");
    let code = browser.press(&page, "accept").await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    // What was allowed before can still be asked for, now by renewal.
    let refresh = TokenRequest::refresh(NATIVE, &tokens.refresh_token).with("scope", "User.Read");
    let directory = platform.tokens(&refresh).await;
    assert_eq!(unverified_claims(&directory.access_token)["aud"], GRAPH);
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
async fn the_directory_api_tells_everything_of_the_seed() {
    let platform = TestPlatform::start().await;
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    let answer = platform.call("/v1.0/me", &tokens.access_token).await;
    let expected = json!({
        "@odata.context": "https://localhost:8443/v1.0/$metadata#users/$entity",
        "businessPhones": ["+1 555555555"],
        "displayName": "Chris Green",
        "givenName": "Chris",
        "jobTitle": "Software Engineer",
        "mail": null,
        "mobilePhone": "+1 5555555555",
        "officeLocation": "Seattle Office",
        "preferredLanguage": null,
        "surname": "Green",
        "userPrincipalName": "ChrisG@contoso.example",
        "id": "12345678-73a6-4952-a53a-e9916737ff7f",
    });
    assert_eq!((answer.code(), answer.json()), (200, expected));
    let content_type =
        "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
    assert_eq!(answer.header("content-type"), content_type);
    assert_eq!(answer.header("odata-version"), "4.0");
    assert_eq!(answer.header("request-id").len(), 36);
    assert_eq!(answer.header("cache-control"), "no-store, no-cache");
}

#[tokio::test]
async fn the_directory_api_tells_what_was_selected_alone() {
    let platform = TestPlatform::start().await;
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    let answer = platform.call("/v1.0/me?$select=displayName,id", &tokens.access_token).await;
    let context = "https://localhost:8443/v1.0/$metadata#users(displayName,id)/$entity";
    let expected = json!({"@odata.context": context, "displayName": "Chris Green", "id": CHRIS.id});
    assert_eq!((answer.code(), answer.json()), (200, expected));
    let answer = platform.call("/v1.0/me?%24select=nothing", &tokens.access_token).await;
    assert_eq!((answer.code(), &answer.json()["error"]["code"]), (400, &json!("BadRequest")));
    let id = "5b2a5d3c-0f52-4d3e-9b57-7a1b8f6f2c10";
    let bearer = format!("bearer {}", tokens.access_token);
    // 6750-01: the scheme's name is written in any case.
    let headers = [("authorization", bearer.as_str()), ("client-request-id", id)];
    let answer = platform.get("/V1.0/Me", &headers).await;
    assert_eq!((answer.code(), answer.header("client-request-id")), (200, id));
}

#[tokio::test]
async fn a_person_who_says_no_sends_the_app_away_with_that() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = Authorize::by(NATIVE).with("response_mode", "fragment");
    let page = browser.authorize(&request).await.page();
    let page = browser.sign_in(page, CHRIS).await.page();
    let response = browser.press(&page, "deny").await.response();
    assert_eq!((response.mode, response.error()), ("fragment", ("access_denied".into(), 65004)));
    assert_eq!((response.get("error_subcode"), response.get("state")), ("cancel", request.value("state")));
    // Nothing was recorded, and the page is used up.
    assert!(browser.authorize(&Authorize::by(NATIVE)).await.page().has("accept"));
    let page = browser.press(&page, "accept").await.page();
    assert_eq!(page.text_of("error-code").as_deref(), Some("AADSTS50132"));
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

#[tokio::test]
async fn an_embedded_browser_ends_on_the_landing_page() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let landing = "https://localhost:8443/common/oauth2/nativeclient";
    let request = Authorize::by(NATIVE).with("redirect_uri", landing);
    let response = browser.walk(&request, CHRIS).await.response();
    assert_eq!(response.address, landing);
    platform.tokens(&request.redeem(&response.code())).await;
    let page = browser.open("/common/oauth2/nativeclient?code=x&state=y").await.page();
    assert_eq!(page.answer.code(), 200);
    // It belongs to native apps alone.
    let refused = browser.authorize(&Authorize::by(WEB).with("redirect_uri", landing)).await.page();
    assert_eq!(refused.text_of("error-code").as_deref(), Some("AADSTS50011"));
}

#[tokio::test]
async fn a_loopback_address_may_have_any_port() {
    // 8252-04
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    for address in ["http://localhost:1", "http://localhost:65535/", "http://127.0.0.1:4040", "http://localhost"] {
        let request = Authorize::by(NATIVE).with("redirect_uri", address);
        let response = browser.authorize(&request).await.response();
        assert_eq!(response.address.trim_end_matches('/'), address.trim_end_matches('/'));
        platform.tokens(&request.redeem(&response.code())).await;
    }
}

#[tokio::test]
async fn an_authorization_request_may_be_posted() {
    // core-01
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = Authorize::by(NATIVE);
    let answer = browser.post(&request.path(), &request.parameters).await;
    let page = browser.arrive(&request.path(), answer).await.page();
    let page = browser.sign_in(page, CHRIS).await.page();
    let code = browser.press(&page, "accept").await.code();
    platform.tokens(&request.redeem(&code)).await;
}

#[tokio::test]
async fn unknown_parameters_and_headers_change_nothing() {
    // 6749-03
    let platform = TestPlatform::start().await;
    let claims = json!({"id_token": {"signin_state": {"essential": false}, "login_hint": {"essential": false}}});
    let request = Authorize::by(NATIVE)
        .with("x-client-SKU", "msal.js.browser")
        .with("instance_aware", "true")
        .with("clidata", "1")
        .with("claims", &claims.to_string())
        .again("foo", "1")
        .again("foo", "2")
        .with("login_hint", "");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let redemption = request
        .redeem(&code)
        .with("x-client-VER", "5")
        .with("claims", &claims.to_string())
        .with("response_type", "token")
        .header("x-ms-lib-capability", "retry-after, h429")
        .header("x-anchormailbox", "UPN:x");
    let tokens = platform.tokens(&redemption).await;
    assert_eq!(tokens.body["scope"], "User.Read openid profile");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_look_the_same() {
    // T43
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let page = browser.authorize(&Authorize::by(NATIVE)).await.page();
    let mut shown = Vec::new();
    for name in [CHRIS.name, "nobody@contoso.example"] {
        let mut page = page.clone();
        page.fill("username", name).fill("password", "wrong");
        let again = browser.press(&page, "sign-in").await.page();
        assert_eq!(again.value_of("username"), name);
        shown.push(again.answer.everything().replace(name, "NAME"));
    }
    assert_eq!(shown[0], shown[1]);
    // The right one still works on the page that was shown.
    assert!(browser.sign_in(page, CHRIS).await.page().has("accept"));
}

#[tokio::test]
async fn a_password_field_left_empty_is_said() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let mut page = browser.authorize(&Authorize::by(NATIVE)).await.page();
    page.fill("username", CHRIS.name);
    let again = browser.press(&page, "sign-in").await.page();
    assert_eq!(again.text_of("error").as_deref(), Some("Enter your user name and your password."));
}

#[tokio::test]
async fn only_an_administrator_can_allow_what_is_for_administrators() {
    let platform = TestPlatform::start().await;
    let request = Authorize::by(FABRIKAM_TIMESHEET).tenant(FABRIKAM.domain).scope("openid Directory.Read.All");
    let mut browser = platform.browser();
    let page = browser.authorize(&request).await.page();
    let page = browser.sign_in(page, DANA).await.page();
    assert_eq!((page.answer.code(), page.text_of("error-code")), (400, Some("AADSTS90094".into())));
    // Where nothing may be shown, the app is told.
    let silent = request.clone().with("prompt", "none");
    assert_eq!(browser.authorize(&silent).await.error(), ("consent_required".into(), 65001));
    let code = platform.browser().walk(&request, FABRIKAM_ADMIN).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(tokens.body["scope"], "Directory.Read.All openid");
}

#[tokio::test]
async fn each_tenant_signs_its_own_people_in() {
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    for (tenant, application, person) in [(FABRIKAM, FABRIKAM_NOTES, DANA), (CONTOSO, NATIVE, CHRIS)] {
        let request = Authorize::by(application).tenant(tenant.id);
        let code = browser.walk(&request, person).await.code();
        let tokens = platform.tokens(&request.redeem(&code)).await;
        let claims = platform.verified(&tokens.id_token).await;
        assert_eq!((&claims["tid"], &claims["oid"]), (&json!(tenant.id), &json!(person.id)));
    }
    // One browser, two sessions that know nothing of each other.
    assert_eq!(browser.cookies.all().iter().filter(|cookie| cookie.name.contains("session")).count(), 2);
    let mut browser = platform.browser();
    let page = browser.authorize(&Authorize::by(FABRIKAM_NOTES).tenant(FABRIKAM.id)).await.page();
    assert!(browser.sign_in(page, CHRIS).await.page().has("error"));
}

#[tokio::test]
async fn the_discovery_document_tells_the_truth() {
    // disc-01, disc-02, disc-04, 8414-05, 9700-19
    let platform = TestPlatform::start().await;
    let by_domain = platform.get("/contoso.example/v2.0/.well-known/openid-configuration", &[]).await;
    let by_id = platform.get(&format!("/{}/v2.0/.well-known/openid-configuration", CONTOSO.id), &[]).await;
    assert_eq!(by_domain.json(), by_id.json());
    let document = by_id.json();
    assert_eq!(document["issuer"], format!("https://localhost:8443/{}/v2.0", CONTOSO.id));
    let keys = platform.get(path(&document["jwks_uri"]), &[]).await.json();
    let keys = keys["keys"].as_array().unwrap();
    assert!(!keys.is_empty());
    for key in keys {
        assert_eq!((&key["kty"], &key["use"]), (&json!("RSA"), &json!("sig")));
        assert!(key["kid"] == key["x5t"] && key["x5c"][0].is_string());
        assert!(["d", "p", "q", "dp", "dq", "qi"].iter().all(|private| key.get(private).is_none()));
    }
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    let claims = platform.verified(&tokens.id_token).await;
    let supported: Vec<&str> =
        document["claims_supported"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for claim in claims.keys().filter(|claim| !["nbf", "uti", "rh"].contains(&claim.as_str())) {
        assert!(supported.contains(&claim.as_str()), "{claim}");
    }
    assert_eq!(platform.call(path(&document["userinfo_endpoint"]), &tokens.access_token).await.code(), 200);
    for mode in document["response_modes_supported"].as_array().unwrap() {
        let request = Authorize::by(NATIVE).with("response_mode", mode.as_str().unwrap());
        assert_eq!(request.path().replace(CONTOSO.domain, CONTOSO.id), path(&document["authorization_endpoint"]));
        let response = platform.browser().walk(&request, CHRIS).await.response();
        assert_eq!(json!(response.mode), *mode);
        let redemption = request.redeem(&response.code());
        assert_eq!(redemption.path().replace(CONTOSO.domain, CONTOSO.id), path(&document["token_endpoint"]));
        Tokens::of(platform.token(&redemption).await);
    }
}

fn path(address: &Value) -> &str {
    address.as_str().and_then(|address| address.strip_prefix("https://localhost:8443")).unwrap_or_default()
}
