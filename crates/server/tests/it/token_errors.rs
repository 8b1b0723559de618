//! What is wrong with a request at the token endpoint: the exact error, number, status and body.

use std::time::Duration;

use grantor_testkit::{
    Answer, Application, Authorize, CHRIS, CONTOSO, FABRIKAM, FABRIKAM_NOTES, NATIVE, SPA, TestPlatform, TokenRequest,
    WEB,
};
use serde_json::{Value, json};

type Change = fn(TokenRequest) -> TokenRequest;

/// A body with every member of the dialect and none besides.
#[track_caller]
fn refused(answer: &Answer, status: u16, error: &str, number: u32, suberror: Option<&str>, what: &str) {
    let body = answer.json();
    let found = (answer.code(), body["error"].clone(), body["error_codes"].clone());
    assert_eq!(found, (status, json!(error), json!([number])), "{what}: {body}");
    assert_eq!(body.get("suberror").and_then(Value::as_str), suberror, "{what}");
    let mut members: Vec<&str> = body.as_object().expect("an object").keys().map(String::as_str).collect();
    members.sort_unstable();
    let mut expected = vec!["correlation_id", "error", "error_codes", "error_description", "timestamp", "trace_id"];
    if suberror.is_some() {
        expected.insert(4, "suberror");
    }
    assert_eq!(members, expected, "{what}");
    let text = |name: &str| body[name].as_str().expect("a text").to_owned();
    let description = text("error_description");
    assert!(description.starts_with(&format!("AADSTS{number}: ")), "{what}: {description}");
    let lines: Vec<&str> = description.split("\r\n").collect();
    let timestamp = text("timestamp");
    assert_eq!(lines[1], format!("Trace ID: {}", text("trace_id")), "{what}");
    assert_eq!(lines[2], format!("Correlation ID: {}", text("correlation_id")), "{what}");
    assert_eq!(lines[3..], [format!("Timestamp: {timestamp}")], "{what}");
    assert_eq!((timestamp.len(), timestamp.chars().nth(10), timestamp.chars().last()), (20, Some(' '), Some('Z')));
    assert_eq!(answer.header("x-ms-request-id"), text("trace_id"), "{what}");
    // 6749-21
    assert_eq!(answer.header("cache-control"), "no-store, no-cache", "{what}");
    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8", "{what}");
    // A page of the app must be able to read it.
    assert_eq!(answer.header("access-control-allow-origin"), "*", "{what}");
}

/// A code that was issued and not redeemed, with the request that it answers.
async fn code(platform: &TestPlatform, application: Application) -> (Authorize, String) {
    let request = Authorize::by(application);
    let code = platform.browser().walk(&request, CHRIS).await.code();
    (request, code)
}

#[tokio::test]
async fn a_request_that_is_wrong_in_itself_costs_nothing() {
    // 6749-03, 6749-04, 6749-14, 6749-16, 6749-23, 7636-07
    let rows: &[(&str, u16, &str, u32, Change)] = &[
        ("no grant_type", 400, "invalid_request", 900_144, |request| request.without("grant_type")),
        ("empty grant_type", 400, "invalid_request", 900_144, |request| request.with("grant_type", "")),
        ("grant_type twice", 400, "invalid_request", 9_002_313, |request| request.again("grant_type", "refresh_token")),
        ("long grant_type", 400, "invalid_request", 90_100, |request| request.with("grant_type", &"a".repeat(257))),
        ("a password without a name", 400, "invalid_request", 900_144, |request| {
            request.with("grant_type", "password")
        }),
        ("implicit", 400, "unsupported_grant_type", 70_003, |request| request.with("grant_type", "implicit")),
        ("a foreign assertion", 400, "invalid_request", 90_023, |request| {
            let request = request.with("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
            request.with("requested_token_use", "assertion").with("assertion", "x")
        }),
        ("nobody to act on for", 400, "invalid_request", 900_144, |request| {
            request.with("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
        }),
        ("no client_id", 400, "invalid_request", 900_144, |request| request.without("client_id")),
        ("client_id twice", 400, "invalid_request", 9_002_313, |request| request.again("client_id", "x")),
        ("long client_id", 400, "invalid_request", 90_100, |request| request.with("client_id", &"a".repeat(257))),
        ("malformed client_id", 400, "unauthorized_client", 700_016, |request| request.with("client_id", "\u{e9}\n")),
        ("unknown client_id", 400, "unauthorized_client", 700_016, |request| {
            request.with("client_id", "22222222-2222-2222-2222-222222222222")
        }),
        ("another tenant's client", 400, "unauthorized_client", 700_016, |request| {
            request.with("client_id", FABRIKAM_NOTES.client_id)
        }),
        ("no code", 400, "invalid_request", 900_144, |request| request.without("code")),
        ("empty code", 400, "invalid_request", 900_144, |request| request.with("code", "")),
        ("code twice", 400, "invalid_request", 9_002_313, |request| request.again("code", "x")),
        ("long code", 400, "invalid_request", 90_100, |request| request.with("code", &"c".repeat(4097))),
        ("a code that is none", 400, "invalid_grant", 70_000, |request| request.with("code", "abc")),
        ("a code cut short", 400, "invalid_grant", 70_000, |request| {
            let code = request.parameters.iter().find(|(name, _)| name == "code").unwrap().1.clone();
            request.with("code", &code[..code.len() - 1])
        }),
        ("redirect_uri twice", 400, "invalid_request", 9_002_313, |request| request.again("redirect_uri", "x")),
        ("malformed redirect_uri", 400, "invalid_request", 50_011, |request| request.with("redirect_uri", "x")),
        ("verifier twice", 400, "invalid_request", 9_002_313, |request| request.again("code_verifier", "x")),
        ("short verifier", 400, "invalid_grant", 501_491, |request| request.with("code_verifier", &"a".repeat(42))),
        ("long verifier", 400, "invalid_grant", 501_491, |request| request.with("code_verifier", &"a".repeat(129))),
        ("malformed verifier", 400, "invalid_grant", 501_491, |request| request.with("code_verifier", &"+".repeat(43))),
        ("a secret of a public client", 401, "invalid_client", 700_025, |request| request.with("client_secret", "x")),
        ("secret twice", 400, "invalid_request", 9_002_313, |request| {
            request.again("client_secret", "x").again("client_secret", "x")
        }),
        ("an assertion without its kind", 400, "invalid_request", 900_144, |request| {
            request.with("client_assertion", "eyJ")
        }),
        ("an origin", 400, "invalid_request", 9_002_326, |request| request.header("origin", "http://localhost:5173")),
        ("a resource", 400, "invalid_request", 901_002, |request| {
            request.with("resource", "https://graph.microsoft.com")
        }),
        ("claims that are no JSON", 400, "invalid_request", 90_023, |request| request.with("claims", "x")),
        ("malformed scope", 400, "invalid_scope", 70_011, |request| request.with("scope", "\"")),
        ("scope twice", 400, "invalid_request", 9_002_313, |request| request.again("scope", "openid")),
        ("a bearer token for a proof", 400, "invalid_request", 90_023, |request| {
            request.header("authorization", "Bearer x")
        }),
        ("malformed Basic", 400, "invalid_request", 90_023, |request| request.header("authorization", "Basic %%%")),
        ("101 parameters", 400, "invalid_request", 9_002_313, |request| {
            (0..101).fold(request, |request, _| request.again("x", "1"))
        }),
        ("a large body", 400, "invalid_request", 9_002_313, |request| request.with("x", &"a".repeat(65 * 1024))),
    ];
    let platform = TestPlatform::start().await;
    let (request, code) = code(&platform, NATIVE).await;
    for (what, status, error, number, change) in rows {
        let answer = platform.token(&change(request.redeem(&code))).await;
        refused(&answer, *status, error, *number, None, what);
    }
    // None of these showed that a stranger has the code: it still works.
    platform.tokens(&request.redeem(&code)).await;
}

#[tokio::test]
async fn the_endpoint_takes_posted_forms_alone() {
    // 6749-16, 6749-18, 6749-34
    let platform = TestPlatform::start().await;
    let (request, code) = code(&platform, NATIVE).await;
    let redemption = request.redeem(&code);
    let target = format!("{}?{}", redemption.path(), redemption.encoded());
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        let answer = platform.send(platform.request(method, &target, &[], "".into())).await;
        assert_eq!((answer.code(), answer.header("allow")), (405, "POST, OPTIONS"), "{method}");
    }
    refused(
        &platform.get(&target, &[]).await,
        405,
        "invalid_request",
        90_056,
        None,
        "GET with the code in the address",
    );
    refused(&platform.get(&redemption.path(), &[]).await, 405, "invalid_request", 900_561, None, "GET");
    let json = json!({"grant_type": "authorization_code", "client_id": NATIVE.client_id}).to_string();
    for (kind, body) in [("application/json", json), ("text/plain", redemption.encoded()), ("", redemption.encoded())] {
        let answer = platform.send(platform.request("POST", &target, &[("content-type", kind)], body.into())).await;
        refused(&answer, 400, "invalid_request", 900_144, None, kind);
    }
    let kind = "Application/X-WWW-Form-Urlencoded; charset=utf-8";
    let body = redemption.encoded().into();
    let answer = platform.send(platform.request("POST", &redemption.path(), &[("content-type", kind)], body)).await;
    assert_eq!(answer.code(), 200, "{}", answer.text());
}

#[tokio::test]
async fn an_address_of_no_tenant_is_refused() {
    let platform = TestPlatform::start().await;
    let (request, code) = code(&platform, NATIVE).await;
    for (tenant, number) in [("nowhere.example", 90_002), ("nowhere", 900_023)] {
        let answer = platform.token(&request.redeem(&code).tenant(tenant)).await;
        refused(&answer, 400, "invalid_request", number, None, tenant);
    }
    platform.tokens(&request.redeem(&code).tenant(&CONTOSO.id.to_uppercase())).await;
}

#[tokio::test]
async fn a_code_is_good_for_its_own_client_address_and_proof_key_alone_and_burns_otherwise() {
    // 6749-13, 6749-24, 7636-05, T12, T13
    let rows: &[(&str, &str, u32, Change)] = &[
        ("another address", "invalid_grant", 500_112, |request| request.with("redirect_uri", "http://localhost:1")),
        ("the same address with a slash", "invalid_grant", 500_112, |request| {
            request.with("redirect_uri", "http://localhost:53124/")
        }),
        ("no address", "invalid_request", 900_144, |request| request.without("redirect_uri")),
        ("another proof key", "invalid_grant", 501_481, |request| request.with("code_verifier", &"v".repeat(43))),
        ("no proof key", "invalid_grant", 50_148, |request| request.without("code_verifier")),
        ("an empty proof key", "invalid_grant", 50_148, |request| request.with("code_verifier", "")),
    ];
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    for (what, error, number, change) in rows {
        let request = Authorize::by(NATIVE);
        let code = browser.authorize(&request).await.code();
        refused(&platform.token(&change(request.redeem(&code))).await, 400, error, *number, None, what);
        let answer = platform.token(&request.redeem(&code)).await;
        refused(&answer, 400, "invalid_grant", 54_005, None, what);
    }
}

#[tokio::test]
async fn a_code_of_another_app_is_refused() {
    // 6749-13, T13
    let platform = TestPlatform::start().await;
    platform.apply(SECOND_NATIVE_APP).await;
    let (request, code) = code(&platform, NATIVE).await;
    let other = request.redeem(&code).with("client_id", "c0105000-0000-4000-8000-00000000a097");
    refused(&platform.token(&other).await, 400, "invalid_grant", 70_000, None, "another client");
    let answer = platform.token(&request.redeem(&code)).await;
    refused(&answer, 400, "invalid_grant", 54_005, None, "and then its own");

    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    let refresh = TokenRequest::refresh(NATIVE, &tokens.refresh_token);
    let other = refresh.clone().with("client_id", "c0105000-0000-4000-8000-00000000a097");
    refused(&platform.token(&other).await, 400, "invalid_grant", 70_000, None, "another client's refresh token");
    platform.tokens(&refresh).await;
}

const SECOND_NATIVE_APP: &str = r#"
[[tenant]]
id = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490"
domain = "contoso.example"
display_name = "Contoso"
kind = "organization"

  [[tenant.application]]
  client_id = "c0105000-0000-4000-8000-00000000a097"
  display_name = "Second Native App"
  public_client_redirect_uris = ["http://localhost"]
"#;

#[tokio::test]
async fn what_one_tenant_issued_is_refused_at_anothers_address() {
    // T13
    let platform = TestPlatform::start().await;
    let request = Authorize::by(FABRIKAM_NOTES).tenant(FABRIKAM.id);
    let code = platform.browser().walk(&request, grantor_testkit::DANA).await.code();
    let here = request.redeem(&code).with("client_id", NATIVE.client_id).tenant(CONTOSO.id);
    refused(&platform.token(&here).await, 400, "invalid_grant", 700_005, None, "a code");
    let tokens = platform.tokens(&request.redeem(&code)).await;
    let here = TokenRequest::refresh(NATIVE, &tokens.refresh_token);
    refused(&platform.token(&here).await, 400, "invalid_grant", 700_005, None, "a refresh token");
    platform.tokens(&TokenRequest::refresh(FABRIKAM_NOTES, &tokens.refresh_token).tenant(FABRIKAM.id)).await;
}

#[tokio::test]
async fn a_code_ends_after_ten_minutes() {
    // 6749-11
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let first = Authorize::by(NATIVE);
    let first_code = browser.walk(&first, CHRIS).await.code();
    let second = Authorize::by(NATIVE);
    let second_code = browser.authorize(&second).await.code();
    platform.advance(Duration::from_secs(599));
    platform.tokens(&first.redeem(&first_code)).await;
    platform.advance(Duration::from_secs(1));
    let answer = platform.token(&second.redeem(&second_code)).await;
    refused(&answer, 400, "invalid_grant", 70_008, None, "expired");
}

#[tokio::test]
async fn a_code_that_comes_twice_ends_what_it_bought() {
    // 6749-11, 6749-12, T15
    let platform = TestPlatform::start().await;
    let (request, code) = code(&platform, NATIVE).await;
    let neighbour = platform.signed_in(NATIVE, CHRIS).await;
    let tokens = platform.tokens(&request.redeem(&code)).await;
    let renewed = platform.tokens(&TokenRequest::refresh(NATIVE, &tokens.refresh_token)).await;
    let answer = platform.token(&request.redeem(&code)).await;
    refused(&answer, 400, "invalid_grant", 54_005, None, "a replay");
    for (what, refresh_token) in [("the first", &tokens.refresh_token), ("its successor", &renewed.refresh_token)] {
        let answer = platform.token(&TokenRequest::refresh(NATIVE, refresh_token)).await;
        refused(&answer, 400, "invalid_grant", 50_173, Some("bad_token"), what);
    }
    for access_token in [&tokens.access_token, &renewed.access_token] {
        for target in ["/v1.0/me", "/oidc/userinfo"] {
            let answer = platform.call(target, access_token).await;
            assert_eq!((answer.code(), &answer.json()["error"]["code"]), (401, &json!("InvalidAuthenticationToken")));
        }
    }
    // T27: the neighbour, same app and person, is left alone.
    assert_eq!(platform.call("/v1.0/me", &neighbour.access_token).await.code(), 200);
    platform.tokens(&TokenRequest::refresh(NATIVE, &neighbour.refresh_token)).await;
}

#[tokio::test]
async fn a_verifier_without_a_challenge_is_refused() {
    // 7636-06, T12
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE).without("code_challenge").without("code_challenge_method");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let answer = platform.token(&request.redeem(&code).with("code_verifier", &request.verifier)).await;
    refused(&answer, 400, "invalid_grant", 501_481, None, "downgrade");
}

#[tokio::test]
async fn a_challenge_without_a_method_is_a_plain_one() {
    // 7636-03
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE).without("code_challenge_method");
    let request = {
        let verifier = request.verifier.clone();
        request.with("code_challenge", &verifier)
    };
    let code = platform.browser().walk(&request, CHRIS).await.code();
    platform.tokens(&request.redeem(&code)).await;
}

#[tokio::test]
async fn a_single_page_app_must_name_its_origin_and_show_a_proof_key() {
    let platform = TestPlatform::start().await;
    let (request, spa_code) = code(&platform, SPA).await;
    let answer = platform.token(&request.redeem(&spa_code).without_headers()).await;
    refused(&answer, 400, "invalid_request", 9_002_327, None, "no origin");
    let answer = platform.token(&request.redeem(&spa_code).with("client_secret", "x")).await;
    refused(&answer, 401, "invalid_client", 700_025, None, "a secret");
    let tokens = platform.tokens(&request.redeem(&spa_code)).await;
    let refresh = TokenRequest::refresh(SPA, &tokens.refresh_token);
    let answer = platform.token(&refresh.clone().without_headers()).await;
    refused(&answer, 400, "invalid_request", 9_002_327, None, "no origin at a renewal");
    platform.tokens(&refresh).await;
    let (request, spa_code) = code(&platform, SPA).await;
    let answer = platform.token(&request.redeem(&spa_code).without("code_verifier")).await;
    refused(&answer, 400, "invalid_request", 9_002_325, None, "no proof key");
}

#[tokio::test]
async fn a_web_app_must_prove_itself_with_its_secret() {
    // 6749-14, 6749-15, 6749-17, 6749-22
    let platform = TestPlatform::start().await;
    let (request, web_code) = code(&platform, WEB).await;
    let secret = WEB.secret.unwrap();
    let good = request.redeem(&web_code);
    let rows: Vec<(&str, u16, &str, u32, TokenRequest)> = vec![
        ("no secret", 401, "invalid_client", 7_000_218, good.clone().without("client_secret")),
        ("an empty secret", 401, "invalid_client", 7_000_218, good.clone().with("client_secret", "")),
        ("a wrong secret", 401, "invalid_client", 7_000_215, good.clone().with("client_secret", "wrong")),
        ("a long secret", 400, "invalid_request", 90_100, good.clone().with("client_secret", &"x".repeat(4097))),
        ("across origins", 400, "invalid_request", 9_002_326, good.clone().header("origin", "https://app.example")),
        ("two ways", 400, "invalid_request", 90_023, good.clone().basic(WEB.client_id, secret)),
        ("a wrong secret by Basic", 401, "invalid_client", 7_000_215, {
            good.clone().without("client_secret").basic(WEB.client_id, "wrong")
        }),
        ("no secret by Basic", 401, "invalid_client", 7_000_218, {
            good.clone().without("client_secret").basic(WEB.client_id, "")
        }),
        ("another client by Basic", 400, "invalid_request", 90_023, {
            good.clone().without("client_secret").basic(NATIVE.client_id, secret)
        }),
    ];
    for (what, status, error, number, call) in rows {
        let basic = call.headers.iter().any(|(name, _)| *name == "authorization");
        let answer = platform.token(&call).await;
        refused(&answer, status, error, number, None, what);
        let challenged = answer.header("www-authenticate").starts_with("Basic ");
        assert_eq!(challenged, basic && status == 401, "{what}");
    }
    let tokens =
        platform.tokens(&good.without("client_secret").without("client_id").basic(WEB.client_id, secret)).await;
    let refresh = TokenRequest::refresh(WEB, &tokens.refresh_token);
    let answer = platform.token(&refresh.clone().without("client_secret")).await;
    refused(&answer, 401, "invalid_client", 7_000_218, None, "no secret at a renewal");
    platform.tokens(&refresh).await;
}

#[tokio::test]
async fn a_refresh_token_that_is_none_is_refused() {
    let rows: &[(&str, u16, &str, u32, Change)] = &[
        ("no token", 400, "invalid_request", 900_144, |request| request.without("refresh_token")),
        ("an empty one", 400, "invalid_request", 900_144, |request| request.with("refresh_token", "")),
        ("twice", 400, "invalid_request", 9_002_313, |request| request.again("refresh_token", "x")),
        ("long", 400, "invalid_request", 90_100, |request| request.with("refresh_token", &"x".repeat(4097))),
        ("no token of ours", 400, "invalid_grant", 70_000, |request| request.with("refresh_token", "x")),
        ("cut short", 400, "invalid_grant", 70_000, |request| {
            let token = request.parameters.iter().find(|(name, _)| name == "refresh_token").unwrap().1.clone();
            request.with("refresh_token", &token[..token.len() - 1])
        }),
        ("one letter changed", 400, "invalid_grant", 70_000, |request| {
            let token = request.parameters.iter().find(|(name, _)| name == "refresh_token").unwrap().1.clone();
            let changed = if token[40..].starts_with('A') { "B" } else { "A" };
            request.with("refresh_token", &format!("{}{changed}{}", &token[..40], &token[41..]))
        }),
        ("of a public client with a secret", 401, "invalid_client", 700_025, |request| {
            request.with("client_secret", "x")
        }),
    ];
    let platform = TestPlatform::start().await;
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    for (what, status, error, number, change) in rows {
        let answer = platform.token(&change(TokenRequest::refresh(NATIVE, &tokens.refresh_token))).await;
        refused(&answer, *status, error, *number, None, what);
    }
    platform.tokens(&TokenRequest::refresh(NATIVE, &tokens.refresh_token)).await;
}

#[tokio::test]
async fn the_callers_id_comes_back_if_it_is_one() {
    let platform = TestPlatform::start().await;
    let id = "5b2a5d3c-0f52-4d3e-9b57-7a1b8f6f2c10";
    let request = TokenRequest::by(NATIVE, "refresh_token").header("client-request-id", id);
    let answer = platform.token(&request).await;
    assert_eq!((answer.json()["correlation_id"].clone(), answer.header("client-request-id")), (json!(id), ""));
    let answer = platform.token(&request.header("return-client-request-id", "true")).await;
    assert_eq!(answer.header("client-request-id"), id);
    let request = TokenRequest::by(NATIVE, "refresh_token").header("client-request-id", "not-an-id");
    let body = platform.token(&request).await.json();
    assert_eq!(body["correlation_id"], body["trace_id"]);
}

#[tokio::test]
async fn a_script_may_ask_whether_it_may_call() {
    let platform = TestPlatform::start().await;
    let headers = [
        ("origin", "http://localhost:5173"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "x-anchormailbox, x-client-sku"),
    ];
    let request = platform.request("OPTIONS", "/contoso.example/oauth2/v2.0/token", &headers, "".into());
    let answer = platform.send(request).await;
    assert_eq!(answer.code(), 204);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("access-control-allow-methods"), "POST, OPTIONS");
    assert_eq!(answer.header("access-control-allow-headers"), "x-anchormailbox, x-client-sku");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
}

#[tokio::test]
async fn a_permission_that_was_not_allowed_is_refused_by_name() {
    // 6749-25
    let platform = TestPlatform::start().await;
    let (request, code) = code(&platform, NATIVE).await;
    let answer = platform.token(&request.redeem(&code).with("scope", "Mail.Read")).await;
    refused(&answer, 400, "invalid_grant", 65_001, Some("consent_required"), "at the redemption");
    let tokens = platform.tokens(&request.redeem(&code)).await;
    for (scope, error, number, suberror) in [
        ("Mail.Read", "invalid_grant", 65_001, Some("consent_required")),
        ("api://colors/Colors.Read", "invalid_grant", 65_001, Some("consent_required")),
        ("api://colors/.default", "invalid_grant", 65_001, Some("consent_required")),
        ("User.Reed", "invalid_scope", 70_011, None),
        ("api://shapes/Shapes.Read", "invalid_resource", 500_011, None),
    ] {
        let request = TokenRequest::refresh(NATIVE, &tokens.refresh_token).with("scope", scope);
        refused(&platform.token(&request).await, 400, error, number, suberror, scope);
    }
    // A renewal that was refused spends nothing.
    platform.tokens(&TokenRequest::refresh(NATIVE, &tokens.refresh_token)).await;
}

#[tokio::test]
async fn a_code_that_comes_again_after_its_end_still_revokes_what_it_bought() {
    // T15, 6749-12
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE);
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let redemption = request.redeem(&code);
    let bought = platform.tokens(&redemption).await;
    platform.advance(Duration::from_mins(11));
    let again = platform.token(&redemption).await.json();
    assert_eq!(again["error_codes"], json!([54_005]));
    let refused = platform.token(&TokenRequest::refresh(NATIVE, &bought.refresh_token)).await.json();
    assert_eq!(refused["error_codes"], json!([50_173]));
}
