//! Answers that come as one signed token (JWT Secured Authorization Response Mode).

use grantor_rules::model::{FrontChannel, SigningAlg};
use grantor_testkit::{Authorize, CHRIS, CONTOSO, NATIVE, Response, TestPlatform, WEB};
use serde_json::{Map, Value, json};

use super::{asking, header_of, issuer};

/// The claims of the one parameter that an answer has.
async fn read(platform: &TestPlatform, response: &Response) -> Map<String, Value> {
    assert_eq!(response.parameters.keys().collect::<Vec<_>>(), ["response"], "nothing stands beside the token");
    platform.verified(response.get("response")).await
}

#[tokio::test]
async fn a_code_comes_in_a_token_for_the_application_alone() {
    let platform = TestPlatform::start().await;
    for (asked, place) in
        [("jwt", "query"), ("query.jwt", "query"), ("fragment.jwt", "fragment"), ("form_post.jwt", "form_post")]
    {
        let request = asking(NATIVE).scope("openid").with("response_mode", asked);
        let mut browser = platform.browser();
        let response = browser.walk(&request, CHRIS).await.response();
        assert_eq!(response.mode, place, "{asked}");
        let claims = read(&platform, &response).await;
        assert_eq!(claims.len(), 6, "{claims:?}");
        let expected = (json!(issuer(&platform)), json!(NATIVE.client_id), json!(request.value("state")));
        assert_eq!((claims["iss"].clone(), claims["aud"].clone(), claims["state"].clone()), expected);
        let left = claims["exp"].as_i64().unwrap() - platform.app.env.now().seconds();
        assert!((1..=600).contains(&left), "§2.1 recommends ten minutes at most, found {left}");
        let tokens = platform.tokens(&request.redeem(claims["code"].as_str().unwrap())).await;
        assert!(!tokens.access_token.is_empty());

        let hinted = asking(NATIVE).scope("openid").with("id_token_hint", response.get("response"));
        let refused = browser.authorize(&hinted).await.response();
        assert_eq!(refused.get("error"), "invalid_request", "an answer is no id_token");
    }
}

#[tokio::test]
async fn tokens_in_an_answer_stay_out_of_the_query() {
    let platform = TestPlatform::start().await;
    let front = FrontChannel { id_tokens: true, access_tokens: true };
    platform
        .change_application(CONTOSO, WEB.client_id, |web| {
            (web.front_channel, web.id_token_signing_alg) = (front, SigningAlg::Es256);
            web.metadata.authorization_signed_response_alg = Some("PS256".to_owned());
        })
        .await;
    let request = asking(WEB).scope("openid").with("response_type", "code id_token token");
    let mut browser = platform.browser();
    let response = browser.walk(&request.clone().with("response_mode", "jwt"), CHRIS).await.response();
    assert_eq!(response.mode, "fragment");
    assert_eq!(
        header_of(response.get("response"))["alg"],
        "PS256",
        "signed as it is registered, whatever its id_tokens are"
    );
    let claims = read(&platform, &response).await;
    for name in ["code", "id_token", "access_token", "token_type", "expires_in"] {
        assert!(claims[name].is_string(), "{name}: {claims:?}");
    }
    let response = browser.authorize(&request.with("response_mode", "query.jwt")).await.response();
    let claims = read(&platform, &response).await;
    assert_eq!(claims["error"], "invalid_request");
    assert!(!claims.contains_key("code") && !claims.contains_key("access_token"));
}

#[tokio::test]
async fn a_refusal_is_signed_too() {
    let platform = TestPlatform::start().await;
    let request = asking(NATIVE).scope("openid").with("response_mode", "jwt");
    let silent = platform.browser().authorize(&request.clone().with("prompt", "none")).await.response();
    let claims = read(&platform, &silent).await;
    assert_eq!(
        (claims["error"].clone(), claims["state"].clone()),
        (json!("login_required"), json!(request.value("state")))
    );
    assert_eq!((claims["iss"].clone(), claims["aud"].clone()), (json!(issuer(&platform)), json!(NATIVE.client_id)));
    assert!(claims["exp"].as_i64().unwrap() > platform.app.env.now().seconds());
    // What cannot be read is answered so, too.
    let unread = platform.browser().authorize(&request.with("max_age", "soon")).await.response();
    assert_eq!(read(&platform, &unread).await["error"], "invalid_request");
}

#[tokio::test]
async fn only_modes_that_there_are_and_only_here() {
    let platform = TestPlatform::start().await;
    for unknown in ["query.JWT", ".jwt", "web_message.jwt", "queryjwt", "jwt.jwt", "jwt "] {
        let request = asking(NATIVE).scope("openid").with("response_mode", unknown);
        let response = platform.browser().authorize(&request).await.response();
        assert_eq!((response.mode, response.get("error")), ("query", "invalid_request"), "{unknown}");
    }
    let vendor = Authorize::by(NATIVE).tenant(CONTOSO.id).scope("openid").with("response_mode", "jwt");
    let response = platform.browser().authorize(&vendor).await.response();
    assert_eq!(response.get("error"), "unsupported_response_mode");
}
