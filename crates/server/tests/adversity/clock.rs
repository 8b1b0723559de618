//! A clock that was wrong and is set right, in either direction.

use std::time::Duration;

use grantor_testkit::{Authorize, CHRIS, NATIVE, START, TestPlatform, TokenRequest, Tokens};

const DAY: Duration = Duration::from_hours(24);

/// Somebody signs in anew and uses what they get.
async fn serves(platform: &TestPlatform) {
    let request = Authorize::by(NATIVE);
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    uses(platform, &tokens).await;
}

async fn uses(platform: &TestPlatform, tokens: &Tokens) {
    let answer = platform.call("/v1.0/me", &tokens.access_token).await;
    assert_eq!(answer.code(), 200, "{}", answer.text());
    platform.verified(&tokens.id_token).await;
}

#[tokio::test]
async fn a_clock_that_is_set_forward_and_back_costs_nobody_anything() {
    let platform = TestPlatform::start().await;
    let mut held = platform.signed_in(NATIVE, CHRIS).await;
    for moment in [START + 2 * DAY, START, START - 5 * DAY, START - 80 * DAY, START, START + 3 * DAY, START] {
        platform.clock.set(moment);
        platform.rotate_keys().await;
        held = platform.tokens(&TokenRequest::refresh(NATIVE, &held.refresh_token)).await;
        uses(&platform, &held).await;
        serves(&platform).await;
    }
}

#[tokio::test]
async fn signing_keys_that_were_made_ahead_of_time_still_sign() {
    let platform = TestPlatform::start().await;
    let held = platform.signed_in(NATIVE, CHRIS).await;
    platform.clock.set(START + 60 * DAY);
    platform.rotate_keys().await;
    platform.clock.set(START);
    platform.rotate_keys().await;
    let held = platform.tokens(&TokenRequest::refresh(NATIVE, &held.refresh_token)).await;
    uses(&platform, &held).await;
    serves(&platform).await;
}
