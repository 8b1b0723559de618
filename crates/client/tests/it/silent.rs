//! Tokens without asking anybody.

use std::sync::Arc;
use std::time::Duration;

use grantor_client::{
    AcquireError, Event, FileCache, IdTokenError, InteractionReason, ProviderError, TokenEndpointError, TokenSource,
};
use grantor_environment::CountedEntropy;
use serde_json::json;

use crate::cache_file::fresh_path;
use crate::stub::{Provider, application, sign_in, simple};

const READ: [&str; 1] = ["colors/Read"];

#[tokio::test]
async fn a_token_comes_from_the_cache_until_five_minutes_are_left() {
    let provider = Provider::start().await;
    let (app, steps) = simple(&provider);
    let account = sign_in(&app, &provider).await.account;
    provider.clock.advance(Duration::from_secs(3299));
    let token = app.acquire_silent(&account, &READ).await.unwrap();
    assert_eq!((token.source, token.secret.expose()), (TokenSource::Cache, "access-1-of-chris"));
    provider.clock.advance(Duration::from_secs(1));
    let token = app.acquire_silent(&account, &READ).await.unwrap();
    assert_eq!((token.source, token.secret.expose()), (TokenSource::Refresh, "access-2-of-chris"));
    assert_eq!(steps.count(|event| matches!(event, Event::Refreshed { rotated: true, .. })), 1);
}

#[tokio::test]
async fn each_refresh_uses_the_newest_refresh_token() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let account = sign_in(&app, &provider).await.account;
    for _ in 0..3 {
        provider.clock.advance(Duration::from_hours(1));
        app.acquire_silent(&account, &READ).await.unwrap();
    }
    let sent: Vec<_> =
        provider.token_requests.lock().unwrap().iter().filter_map(|f| f.get("refresh_token").cloned()).collect();
    assert_eq!(sent, ["refresh-1", "refresh-2", "refresh-3"]);
}

#[tokio::test]
async fn an_old_refresh_token_is_kept_when_no_new_one_comes() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let account = sign_in(&app, &provider).await.account;
    *provider.token_body.lock().unwrap() = Some(Box::new(|body| drop(body.remove("refresh_token"))));
    app.renew(&account, &READ).await.unwrap();
    *provider.refresh.lock().unwrap() = 1;
    app.renew(&account, &READ).await.unwrap();
}

#[tokio::test]
async fn one_refresh_token_serves_several_apis_and_their_tokens_stay_apart() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let account = sign_in(&app, &provider).await.account;
    let other = app.acquire_silent(&account, &["mail/Read", "mail/Send"]).await.unwrap();
    assert_eq!(other.secret.expose(), "access-2-of-chris");
    assert_eq!(app.acquire_silent(&account, &READ).await.unwrap().secret.expose(), "access-1-of-chris");
    // A part of what was granted is covered; something else, and nothing at all, is not.
    let part = app.acquire_silent(&account, &["mail/Send"]).await.unwrap();
    assert_eq!((part.source, part.secret.expose()), (TokenSource::Cache, "access-2-of-chris"));
    assert_eq!(app.acquire_silent(&account, &["mail/Send", "colors/Read"]).await.unwrap().source, TokenSource::Refresh);
    assert_eq!(app.acquire_silent(&account, &["openid"]).await.unwrap().source, TokenSource::Refresh);
}

#[tokio::test]
async fn a_lesser_grant_is_not_asked_for_again_and_covers_no_more_than_it_holds() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let account = sign_in(&app, &provider).await.account;
    *provider.token_body.lock().unwrap() = Some(Box::new(|body| body["scope"] = json!("mail/Read")));
    let both = ["mail/Read", "mail/Send"];
    assert_eq!(app.acquire_silent(&account, &both).await.unwrap().scopes, ["mail/Read"]);
    assert_eq!(app.acquire_silent(&account, &both).await.unwrap().source, TokenSource::Cache);
    assert_eq!(app.acquire_silent(&account, &["mail/Send"]).await.unwrap().source, TokenSource::Refresh);
}

#[tokio::test]
async fn calls_at_the_same_time_share_one_refresh() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let account = sign_in(&app, &provider).await.account;
    provider.clock.advance(Duration::from_hours(2));
    let (one, two, three) = tokio::join!(
        app.acquire_silent(&account, &READ),
        app.acquire_silent(&account, &READ),
        app.acquire_silent(&account, &READ),
    );
    for token in [one, two, three] {
        assert_eq!(token.unwrap().secret.expose(), "access-2-of-chris");
    }
    assert_eq!(provider.token_requests(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn applications_with_the_same_file_share_one_refresh_and_lose_no_rotated_token() {
    let provider = Provider::start().await;
    let path = fresh_path("shared");
    let make = || {
        let cache = FileCache::new(&path, Arc::new(CountedEntropy::default()));
        Arc::new(application(&provider, provider.settings(), Arc::new(cache)))
    };
    let account = sign_in(&make(), &provider).await.account;
    for round in 1..=3_usize {
        provider.clock.advance(Duration::from_hours(2));
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (app, account) = (make(), account.clone());
                tokio::spawn(async move { app.acquire_silent(&account, &READ).await.unwrap().secret })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap().expose(), format!("access-{}-of-chris", round + 1));
        }
    }
    assert_eq!(provider.token_requests(), 4);
}

#[tokio::test]
async fn a_dead_refresh_token_needs_a_person_and_is_forgotten() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let account = sign_in(&app, &provider).await.account;
    let body = json!({"error": "invalid_grant", "error_description": "AADSTS700082: gone", "trace_id": "t-1"});
    provider.refuse(400, body);
    let error = app.renew(&account, &READ).await.unwrap_err();
    let AcquireError::InteractionNeeded(InteractionReason::Refused(refusal)) = &error else { panic!("{error}") };
    assert_eq!(refusal.trace_id.as_deref(), Some("t-1"));
    assert!(error.to_string().contains("AADSTS700082") && error.to_string().contains("sign in again"), "{error}");
    let error = app.renew(&account, &READ).await.unwrap_err();
    let reason = InteractionReason::NoRefreshToken;
    assert!(matches!(error, AcquireError::InteractionNeeded(found) if found == reason));
    assert_eq!(provider.token_requests(), 2);
    // The access token that is still good goes on being so.
    assert_eq!(app.acquire_silent(&account, &READ).await.unwrap().source, TokenSource::Cache);
}

#[tokio::test]
async fn a_missing_consent_or_a_broken_provider_leaves_the_refresh_token() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let account = sign_in(&app, &provider).await.account;
    provider.refuse(400, json!({"error": "invalid_grant", "suberror": "consent_required"}));
    let error = app.acquire_silent(&account, &["mail/Read"]).await.unwrap_err();
    assert!(matches!(error, AcquireError::InteractionNeeded(InteractionReason::Refused(_))), "{error}");
    provider.refuse(503, json!({"error": "temporarily_unavailable"}));
    let error = app.acquire_silent(&account, &["mail/Read"]).await.unwrap_err();
    assert!(matches!(error, AcquireError::Token(TokenEndpointError::Refused(_))), "{error}");
    provider.refuse(502, json!("gateway"));
    let error = app.acquire_silent(&account, &["mail/Read"]).await.unwrap_err();
    assert!(matches!(error, AcquireError::Token(TokenEndpointError::NotTokens { .. })), "{error}");
    *provider.refusal.lock().unwrap() = None;
    app.acquire_silent(&account, &["mail/Read"]).await.unwrap();
}

#[tokio::test]
async fn a_refresh_that_brings_another_person_is_refused() {
    // T36
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let account = sign_in(&app, &provider).await.account;
    *provider.user.lock().unwrap() = "dana";
    let error = app.renew(&account, &READ).await.unwrap_err();
    assert!(matches!(error, AcquireError::IdToken(IdTokenError::OtherSubject)), "{error}");
}

#[tokio::test]
async fn the_refresh_token_goes_to_its_own_issuer_alone() {
    // T36
    let provider = Provider::start().await;
    let settings = crate::stub::same_origin(&provider, "contoso.example");
    let app = application(&provider, settings, Arc::new(grantor_client::MemoryCache::default()));
    let account = sign_in(&app, &provider).await.account;
    provider.metadata.lock().unwrap()["issuer"] = json!(format!("{}/another/v2.0", provider.origin));
    provider.clock.advance(Duration::from_hours(2));
    let error = app.acquire_silent(&account, &READ).await.unwrap_err();
    assert!(matches!(error, AcquireError::Provider(ProviderError::OtherIssuer { .. })), "{error}");
    assert_eq!(provider.token_requests(), 1);
}

#[tokio::test]
async fn two_people_keep_their_tokens_apart() {
    // T36
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let chris = sign_in(&app, &provider).await.account;
    *provider.user.lock().unwrap() = "dana";
    let dana = sign_in(&app, &provider).await.account;
    assert_eq!(app.acquire_silent(&chris, &READ).await.unwrap().secret.expose(), "access-1-of-chris");
    assert_eq!(app.acquire_silent(&dana, &READ).await.unwrap().secret.expose(), "access-2-of-dana");
    assert_eq!(app.accounts().await.unwrap(), [chris.clone(), dana.clone()]);

    assert!(app.remove_account(&chris).await.unwrap());
    assert!(!app.remove_account(&chris).await.unwrap());
    let error = app.acquire_silent(&chris, &READ).await.unwrap_err();
    let reason = InteractionReason::UnknownAccount;
    assert!(matches!(error, AcquireError::InteractionNeeded(found) if found == reason));
    assert_eq!(app.accounts().await.unwrap(), [dana]);
}

#[tokio::test]
async fn an_account_of_another_application_is_refused() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let mut account = sign_in(&app, &provider).await.account;
    account.client_id = "another".to_owned();
    let error = app.acquire_silent(&account, &READ).await.unwrap_err();
    assert!(matches!(error, AcquireError::ForeignAccount { .. }), "{error}");
}
