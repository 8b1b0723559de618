//! What applications prove themselves with: several secrets, each with its end and its last use.

use std::time::Duration;

use grantor_protocol::ClientId;
use grantor_rules::model::ClientSecret;
use grantor_testkit::{
    BOARD, BOARD_EXPIRED_SECRET, BOARD_SECOND_SECRET, KIM, NORTHWIND, START, TestPlatform, TokenRequest,
};

use crate::support::{bought, northwind, refused, renewal};

fn asked(secret: &str) -> TokenRequest {
    TokenRequest::by(BOARD, "client_credentials")
        .tenant(NORTHWIND.id)
        .with("client_secret", secret)
        .with("scope", "https://graph.microsoft.com/.default")
}

async fn uses(platform: &TestPlatform) -> Vec<(String, i64)> {
    let store = platform.app.env.storage.tenant(NORTHWIND.tenant_id());
    let uses = store.list_credential_uses(&ClientId::parse(BOARD.client_id).unwrap()).await.unwrap();
    uses.into_iter().map(|(name, at)| (name, at.seconds())).collect()
}

#[tokio::test]
async fn each_secret_is_good_until_its_own_end() {
    let platform = TestPlatform::with_permissions().await;
    let first = BOARD.secret.unwrap();
    platform.tokens(&asked(first)).await;
    platform.tokens(&asked(BOARD_SECOND_SECRET)).await;
    refused(&platform.token(&asked(BOARD_EXPIRED_SECRET)).await, 7_000_222, "invalid_client", "");
    refused(&platform.token(&asked("never")).await, 7_000_215, "invalid_client", "");
    assert_eq!(platform.token(&asked(BOARD_EXPIRED_SECRET)).await.code(), 401);
    // 2027-01-31.
    let almost = Duration::from_secs(1_801_353_599 - u64::try_from(START.seconds()).unwrap());
    platform.advance(almost);
    platform.tokens(&asked(BOARD_SECOND_SECRET)).await;
    platform.advance(Duration::from_secs(1));
    refused(&platform.token(&asked(BOARD_SECOND_SECRET)).await, 7_000_222, "invalid_client", "");
    platform.tokens(&asked(first)).await;
}

#[tokio::test]
async fn the_last_use_of_each_is_known() {
    let platform = TestPlatform::with_permissions().await;
    assert!(uses(&platform).await.is_empty());
    platform.tokens(&asked(BOARD.secret.unwrap())).await;
    platform.token(&asked(BOARD_EXPIRED_SECRET)).await;
    platform.token(&asked("never")).await;
    let after = uses(&platform).await;
    assert_eq!(after.len(), 1, "{after:?}");
    assert_eq!(after[0].1, START.seconds());
    platform.advance(Duration::from_hours(48));
    platform.tokens(&asked(BOARD_SECOND_SECRET)).await;
    let mut after: Vec<i64> = uses(&platform).await.into_iter().map(|(_, at)| at).collect();
    after.sort_unstable();
    assert_eq!(after, [START.seconds(), START.seconds() + 172_800]);
}

#[tokio::test]
async fn a_secret_that_was_taken_away_is_wrong_at_once() {
    let platform = TestPlatform::with_permissions().await;
    let request = northwind(BOARD);
    let tokens = bought(&platform, &request, KIM).await;
    platform
        .change_application(NORTHWIND, BOARD.client_id, |board| {
            board.secrets.retain(|secret| secret.description != "first");
        })
        .await;
    refused(&platform.token(&renewal(&request, &tokens)).await, 7_000_215, "invalid_client", "");
    // The next one goes on with the same tokens.
    platform.tokens(&renewal(&request, &tokens).with("client_secret", BOARD_SECOND_SECRET)).await;
}

#[tokio::test]
async fn no_secret_is_kept_or_told() {
    let platform = TestPlatform::with_permissions().await;
    platform.tokens(&asked(BOARD.secret.unwrap())).await;
    let application = platform.application(NORTHWIND, BOARD.client_id).await;
    let kept: Vec<&ClientSecret> = application.secrets.iter().collect();
    assert_eq!(kept.iter().map(|secret| secret.hint.as_str()).collect::<Vec<_>>(), ["boa", "nex", "pas"]);
    let everything = format!("{application:?}{}", serde_json::to_string(&application).unwrap());
    let file = std::fs::read(platform.database()).unwrap();
    for secret in [BOARD.secret.unwrap(), BOARD_SECOND_SECRET, BOARD_EXPIRED_SECRET] {
        assert!(!everything.contains(secret));
        assert!(!file.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}
