//! How long things live, and what an application says of its own.

use std::collections::BTreeSet;
use std::time::Duration;

use grantor_testkit::{BOARD, CARELESS, KIM, NORTHWIND, START, TASKS, TASKS_SPA, TestPlatform, unverified_claims};

use crate::support::{bought, northwind, refused, renewal};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn an_access_token_lives_sixty_to_ninety_minutes_each_its_own_while() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS);
    let mut tokens = bought(&platform, &request, KIM).await;
    let mut lives = BTreeSet::new();
    for _ in 0..20 {
        tokens = platform.tokens(&renewal(&request, &tokens)).await;
        let life = tokens.body["expires_in"].as_u64().unwrap();
        assert!((3600..=5400).contains(&life), "{life}");
        let claims = unverified_claims(&tokens.access_token);
        assert_eq!(claims["exp"].as_i64().unwrap() - START.seconds(), i64::try_from(life).unwrap());
        lives.insert(life);
    }
    assert!(lives.len() > 10, "{lives:?}");
}

#[tokio::test]
async fn an_api_says_how_long_its_tokens_live_and_an_app_how_long_its_own() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(BOARD).scope("openid offline_access api://tasks/Tasks.Read");
    let tokens = bought(&platform, &request, KIM).await;
    assert_eq!(tokens.body["expires_in"], 1200);
    assert_eq!(unverified_claims(&tokens.id_token)["exp"], START.seconds() + 1800);
    platform.advance(Duration::from_secs(30 * 86_400 - 1));
    let tokens = platform.tokens(&renewal(&request, &tokens)).await;
    platform.advance(30 * DAY);
    refused(&platform.token(&renewal(&request, &tokens)).await, 700_082, "invalid_grant", "bad_token");
    // What it says nothing of lives as long as the deployment says.
    let tokens = bought(&platform, &northwind(TASKS), KIM).await;
    assert_eq!(unverified_claims(&tokens.id_token)["exp"], platform.app.env.now().seconds() + 3600);
}

#[tokio::test]
async fn a_single_page_apps_tokens_end_a_day_after_the_first_whatever_happens() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(TASKS_SPA);
    let mut tokens = bought(&platform, &request, KIM).await;
    for _ in 0..3 {
        platform.advance(Duration::from_hours(7));
        tokens = platform.tokens(&renewal(&request, &tokens)).await;
    }
    platform.advance(Duration::from_hours(3));
    refused(&platform.token(&renewal(&request, &tokens)).await, 700_084, "invalid_grant", "bad_token");
}

#[tokio::test]
async fn an_app_may_keep_what_it_exchanged() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(CARELESS);
    let first = bought(&platform, &request, KIM).await;
    let second = platform.tokens(&renewal(&request, &first)).await;
    platform.advance(Duration::from_hours(1));
    let third = platform.tokens(&renewal(&request, &second)).await;
    // Old ones stay good, whatever was exchanged meanwhile, and end nothing.
    for old in [&first, &second, &first] {
        let again = platform.tokens(&renewal(&request, old)).await;
        assert_eq!(platform.call("/v1.0/me", &again.access_token).await.code(), 200);
    }
    platform.tokens(&renewal(&request, &third)).await;
    // They end with the rest.
    platform.advance(Duration::from_secs(1));
    platform.change_user(NORTHWIND, KIM, |kim| kim.account_enabled = false).await;
    for token in [&first, &third] {
        refused(&platform.token(&renewal(&request, token)).await, 50_057, "invalid_grant", "");
    }
}

#[tokio::test]
async fn what_an_app_keeps_ends_when_nobody_uses_it() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(CARELESS);
    let first = bought(&platform, &request, KIM).await;
    platform.tokens(&renewal(&request, &first)).await;
    platform.advance(60 * DAY);
    platform.tokens(&renewal(&request, &first)).await;
    platform.advance(60 * DAY);
    // The family was used sixty days ago, so it slides; ninety days of rest end it.
    let last = platform.tokens(&renewal(&request, &first)).await;
    platform.advance(90 * DAY);
    for token in [&first, &last] {
        refused(&platform.token(&renewal(&request, token)).await, 700_082, "invalid_grant", "bad_token");
    }
}
