//! A token that was proven once is remembered, and refused all the same for everything that can end it.

use std::time::Duration;

use grantor_protocol::secret::sha256;
use grantor_testkit::{Answer, Authorize, CHRIS, NATIVE, TestPlatform, Tokens, unverified_header};
use serde_json::json;

/// A platform with a token that it has proven, and remembers.
async fn proven() -> (TestPlatform, Tokens) {
    let platform = TestPlatform::start().await;
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    for _ in 0..2 {
        assert_eq!(platform.call("/v1.0/me", &tokens.access_token).await.code(), 200);
    }
    (platform, tokens)
}

#[track_caller]
fn refused(answer: &Answer, why: &str) {
    assert_eq!((answer.code(), &answer.json()["error"]["message"]), (401, &json!(why)), "{answer:?}");
}

#[tokio::test]
async fn it_ends_when_it_says_so() {
    let (platform, tokens) = proven().await;
    platform.advance(Duration::from_secs(tokens.body["expires_in"].as_u64().expect("a number") - 1));
    assert_eq!(platform.call("/v1.0/me", &tokens.access_token).await.code(), 200);
    platform.advance(Duration::from_secs(1));
    refused(&platform.call("/v1.0/me", &tokens.access_token).await, "The access token has expired.");
}

#[tokio::test]
async fn it_ends_with_the_key_that_signed_it() {
    let (platform, tokens) = proven().await;
    let env = &platform.app.env;
    let key_id = unverified_header(&tokens.access_token)["kid"].as_str().expect("each token names its key").to_owned();
    env.storage.forget_signing_key(&key_id).await.expect("it is there");
    // As every node does twice a second.
    env.keys.refresh(env.storage.as_ref()).await.expect("the store answers");
    refused(&platform.call("/v1.0/me", &tokens.access_token).await, "The access token is not signed by this server.");
}

#[tokio::test]
async fn it_ends_with_what_it_descends_from() {
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE);
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(platform.call("/v1.0/me", &tokens.access_token).await.code(), 200);
    assert_eq!(platform.token(&request.redeem(&code)).await.code(), 400, "a code is good once");
    refused(&platform.call("/v1.0/me", &tokens.access_token).await, "The access token has been revoked.");
}

#[tokio::test]
async fn no_other_text_passes_for_it() {
    let (platform, tokens) = proven().await;
    let token = &tokens.access_token;
    for place in 0..token.len() {
        for other in ["A", "B", "~"].into_iter().filter(|other| !token[place..].starts_with(other)) {
            let mut changed = token.clone();
            changed.replace_range(place..=place, other);
            assert_eq!(platform.call("/v1.0/me", &changed).await.code(), 401, "{other} at {place}");
        }
    }
    for changed in [format!("{token}A"), format!("{token}."), token[..token.len() - 1].to_owned(), token.to_uppercase()]
    {
        assert_eq!(platform.call("/v1.0/me", &changed).await.code(), 401, "{changed}");
    }
    // Nor does what it is remembered by.
    let digest = grantor_jose::base64url::encode(sha256(token.as_bytes()));
    assert_eq!(platform.call("/v1.0/me", &digest).await.code(), 401);
    assert_eq!(platform.call("/v1.0/me", token).await.code(), 200);
}
