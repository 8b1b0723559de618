//! One code, many hands.

use std::sync::Arc;

use grantor_testkit::{Authorize, CHRIS, NATIVE, TestPlatform, TokenRequest, Tokens};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_redemptions_at_once_one_succeeds_and_buys_nothing_that_lasts() {
    // T15, 6749-11, 6749-12
    let platform = Arc::new(TestPlatform::start().await);
    let mut browser = platform.browser();
    browser.walk(&Authorize::by(NATIVE), CHRIS).await.code();
    let request = Authorize::by(NATIVE);
    let redemption = request.redeem(&browser.authorize(&request).await.code());
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let (platform, redemption) = (Arc::clone(&platform), redemption.clone());
            tokio::spawn(async move { platform.token(&redemption).await })
        })
        .collect();
    let mut won = Vec::new();
    for task in tasks {
        let answer = task.await.unwrap();
        if answer.code() == 200 {
            won.push(Tokens::of(answer));
        } else {
            assert_eq!((answer.code(), answer.json()["error_codes"][0].as_u64()), (400, Some(54005)));
        }
    }
    assert_eq!(won.len(), 1);
    let refresh = TokenRequest::refresh(NATIVE, &won[0].refresh_token);
    assert_eq!(platform.token(&refresh).await.json()["error_codes"][0], 50173);
    assert_eq!(platform.call("/v1.0/me", &won[0].access_token).await.code(), 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_answers_to_one_consent_page_one_gets_a_code() {
    let platform = Arc::new(TestPlatform::start().await);
    let mut browser = platform.browser();
    let page = browser.authorize(&Authorize::by(NATIVE)).await.page();
    let page = browser.sign_in(page, CHRIS).await.page();
    let (form, pairs) = page.pressed("accept");
    let cookies = browser.cookies.header("/", true, false).unwrap();
    let body = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let headers = [("content-type", "application/x-www-form-urlencoded"), ("cookie", cookies.as_str())];
            let request = platform.request("POST", &form.action, &headers, body.clone().into());
            let platform = Arc::clone(&platform);
            tokio::spawn(async move { platform.send(request).await })
        })
        .collect();
    let mut codes = 0;
    for task in tasks {
        let answer = task.await.unwrap();
        codes += usize::from(answer.header("location").contains("code="));
    }
    assert_eq!(codes, 1);
}
