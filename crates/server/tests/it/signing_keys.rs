//! Signing keys over months: the next one is published ahead, the old one stays until its last token is out.

use std::time::Duration;

use grantor_flows::administration::keys::rehearse;
use grantor_testkit::{CHRIS, NATIVE, TestPlatform, WEB, unverified_header};

const DAY: Duration = Duration::from_hours(24);

async fn key_ids(platform: &TestPlatform) -> Vec<String> {
    let keys = platform.get("/contoso.example/discovery/v2.0/keys", &[]).await.json();
    let text = |key: &serde_json::Value| key["kid"].as_str().expect("each key has an id").to_owned();
    keys["keys"].as_array().expect("the document lists keys").iter().map(text).collect()
}

async fn signing(platform: &TestPlatform) -> String {
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    unverified_header(&tokens.access_token)["kid"].as_str().expect("each token names its key").to_owned()
}

#[tokio::test]
async fn a_key_is_published_ahead_signs_and_is_forgotten() {
    let platform = TestPlatform::start().await;
    let first = key_ids(&platform).await;
    platform.rotate_keys().await;
    assert_eq!(key_ids(&platform).await, first, "nothing is due on the first day");

    platform.advance(88 * DAY);
    platform.rotate_keys().await;
    let both = key_ids(&platform).await;
    assert_eq!((both.len(), &both[0]), (2, &first[0]));
    assert_eq!(signing(&platform).await, first[0], "the next key is published and does not sign yet");

    platform.advance(2 * DAY);
    let before = platform.signed_in(NATIVE, CHRIS).await;
    assert_eq!(signing(&platform).await, both[1]);
    platform.rotate_keys().await;
    assert_eq!(key_ids(&platform).await, both, "the old key's tokens are still out");
    platform.verified(&before.access_token).await;

    // An API may say that its tokens live for a day.
    platform.advance(DAY);
    platform.rotate_keys().await;
    assert_eq!(key_ids(&platform).await, both[1..]);
    assert_eq!(signing(&platform).await, both[1]);
}

#[tokio::test]
async fn several_nodes_that_rotate_at_once_agree_on_one_key() {
    let platform = TestPlatform::start().await;
    platform.advance(88 * DAY);
    tokio::join!(platform.rotate_keys(), platform.rotate_keys(), platform.rotate_keys());
    assert_eq!(key_ids(&platform).await.len(), 2);
}

#[tokio::test]
async fn a_key_that_is_wanted_at_once_signs_at_once_and_the_old_one_proves_what_is_out() {
    let platform = TestPlatform::start().await;
    platform.advance(88 * DAY);
    platform.rotate_keys().await;
    let (before, both) = (platform.signed_in(NATIVE, CHRIS).await, key_ids(&platform).await);
    platform.advance(Duration::from_secs(1));
    platform.rotate_at_once().await;
    let all = key_ids(&platform).await;
    assert_eq!(
        (all.len(), &all[..2]),
        (3, &both[..]),
        "it is published, and every node has it before a token names it"
    );
    assert_eq!(signing(&platform).await, both[0]);
    platform.advance(Duration::from_secs(2));
    assert_eq!(signing(&platform).await, all[2]);
    platform.verified(&before.access_token).await;
    // The one that was to be next is passed over, and goes with the old one.
    platform.advance(2 * DAY);
    platform.rotate_keys().await;
    assert_eq!((key_ids(&platform).await, signing(&platform).await), (all[2..].to_vec(), all[2].clone()));
}

#[tokio::test]
async fn a_rehearsal_knows_who_has_fetched_the_next_key() {
    let platform = TestPlatform::start().await;
    let env = &platform.app.env;
    let fetch = async |query: &str, agent: &str| {
        let target = format!("/contoso.example/oidc/.well-known/openid-configuration{query}");
        let document = platform.get(&target, &[]).await.json();
        let address = document["jwks_uri"].as_str().unwrap().to_owned();
        let path = address.strip_prefix(platform.public().origin()).unwrap().to_owned();
        assert_eq!(platform.get(&path, &[("user-agent", agent)]).await.code(), 200);
        path
    };
    let rehearse = async || rehearse(env.storage.as_ref(), env.now(), &env.settings).await.unwrap();
    let of_web = format!("?appid={}", WEB.client_id);
    fetch(&of_web, "web").await;
    assert!(rehearse().await.is_empty(), "no key waits");
    platform.advance(88 * DAY);
    platform.rotate_keys().await;
    let path = fetch(&of_web, "web").await;
    assert!(path.ends_with(&of_web), "{path}");
    let first = env.now();
    platform.advance(Duration::from_mins(1));
    for query in [of_web.as_str(), "?client_id=nobody", "", "", "?appid=%20"] {
        fetch(query, "a program/1.0").await;
    }
    fetch("", &"x".repeat(5000)).await;
    let rehearsals = rehearse().await;
    let rehearsal = &rehearsals[0];
    assert_eq!((rehearsals.len(), &rehearsal.key.key_id), (1, &key_ids(&platform).await[1]));
    for (application, seen) in &rehearsal.applications {
        let expected = (application.client_id.as_str() == WEB.client_id).then_some(first);
        assert_eq!(*seen, expected, "{}", application.display_name);
    }
    let others: Vec<usize> = rehearsal.others.iter().map(|(name, _)| name.len()).collect();
    assert_eq!(others, ["agent:a program/1.0".len(), "agent:".len() + 120], "{:?}", rehearsal.others);
    // Whoever fetches what signs already is nobody's concern.
    platform.advance(2 * DAY);
    assert!(rehearse().await.is_empty());
}
