//! Back-Channel Logout: applications are told that a session has ended, until they have heard it.

use std::time::Duration;

use grantor_flows::notices;
use grantor_rules::model::{Notice, NoticeEvent};
use grantor_testkit::{
    Application, Authorize, Browser, CHRIS, CONTOSO, NATIVE, TestPlatform, WEB, unverified_claims, unverified_header,
};
use serde_json::{Value, json};

use super::{asking, issuer};
use crate::support::bought_in;

const OF_WEB: &str = "https://web.example/logout";
const OF_NATIVE: &str = "https://native.example/logout?of=native";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

async fn platform() -> TestPlatform {
    let platform = TestPlatform::start().await;
    for (application, address) in [(WEB, OF_WEB), (NATIVE, OF_NATIVE)] {
        platform
            .change_application(CONTOSO, application.client_id, |one| {
                one.metadata.backchannel_logout_uri = Some(address.to_owned());
            })
            .await;
    }
    platform
}

/// Chris signs in to these, one after the other, in one browser; the id_tokens come back.
async fn signed_in(platform: &TestPlatform, browser: &mut Browser<'_>, requests: &[Authorize]) -> Vec<String> {
    let mut id_tokens = Vec::new();
    for request in requests {
        id_tokens.push(bought_in(platform, browser, request, CHRIS).await.id_token);
    }
    id_tokens
}

fn openid(application: Application) -> Authorize {
    asking(application).scope("openid")
}

async fn signs_out(browser: &mut Browser<'_>, id_token: &str) {
    let target = format!("/{}/oidc/end-session?id_token_hint={id_token}", CONTOSO.id);
    assert!(browser.open(&target).await.page().has("signed-out"));
}

/// The logout tokens that were sent to an address so far.
fn told(platform: &TestPlatform, address: &str) -> Vec<String> {
    let notices = platform.others.told().into_iter().filter(|notice| notice.address == address);
    notices
        .map(|notice| {
            assert_eq!((notice.content_type, notice.bearer.is_some()), ("application/x-www-form-urlencoded", false));
            notice.body.expose().strip_prefix("logout_token=").expect("the one parameter").to_owned()
        })
        .collect()
}

/// The log of one tenant.
async fn log(platform: &TestPlatform) -> Vec<Notice> {
    platform.app.env.storage.tenant(CONTOSO.tenant_id()).list_notices(100).await.unwrap()
}

#[tokio::test]
async fn a_logout_token_says_which_session_of_whom_has_ended() {
    // bcl-01
    let platform = platform().await;
    platform.others.answer(OF_WEB, 200);
    let mut browser = platform.browser();
    let id_tokens = signed_in(&platform, &mut browser, &[openid(WEB)]).await;
    signs_out(&mut browser, &id_tokens[0]).await;
    platform.tell_applications().await;
    let tokens = told(&platform, OF_WEB);
    assert_eq!(tokens.len(), 1);
    let (header, id_header) = (unverified_header(&tokens[0]), unverified_header(&id_tokens[0]));
    assert_eq!(header["typ"], "logout+jwt");
    assert_eq!((&header["alg"], &header["kid"]), (&id_header["alg"], &id_header["kid"]), "as its id_tokens are");
    let keys = platform.served_keys().await;
    let proven = grantor_jose::verify_compact(&tokens[0], &keys, &grantor_jose::Expected::types(&["logout+jwt"]));
    let claims: Value = serde_json::from_slice(proven.unwrap().payload()).unwrap();
    let of_sign_in = unverified_claims(&id_tokens[0]);
    for name in ["iss", "sub", "aud", "sid"] {
        assert_eq!(claims[name], of_sign_in[name], "{name}");
    }
    assert_eq!((&claims["iss"], &claims["events"]), (&json!(issuer(&platform)), &json!({ EVENT: {} })));
    let (issued, ends) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    assert_eq!((issued, ends), (platform.app.env.now().seconds(), issued + 120));
    assert!(!claims["jti"].as_str().unwrap().is_empty());
    assert!(claims.get("nonce").is_none());
    assert_eq!(claims.as_object().unwrap().len(), 8, "{claims}");
    // Such a token is no hint of who is signed in.
    let mut other = platform.browser();
    signed_in(&platform, &mut other, &[openid(WEB)]).await;
    let target = format!("/{}/oidc/end-session?id_token_hint={}", CONTOSO.id, tokens[0]);
    assert!(other.open(&target).await.page().has("sign-out-confirm"));
}

#[tokio::test]
async fn each_application_of_the_session_is_told_though_another_one_is_down() {
    // bcl-02
    let platform = platform().await;
    platform.others.answer(OF_NATIVE, 204);
    let (mut browser, mut elsewhere) = (platform.browser(), platform.browser());
    let id_tokens = signed_in(&platform, &mut browser, &[openid(WEB), openid(NATIVE)]).await;
    signed_in(&platform, &mut elsewhere, &[openid(WEB), openid(NATIVE)]).await;
    signs_out(&mut browser, &id_tokens[0]).await;
    assert_eq!(told(&platform, OF_NATIVE).len(), 0, "the person does not wait for it");
    platform.tell_applications().await;
    let (of_native, of_web) = (told(&platform, OF_NATIVE), told(&platform, OF_WEB));
    assert_eq!((of_native.len(), of_web.len()), (1, 1));
    assert_eq!(unverified_claims(&of_native[0])["sid"], unverified_claims(&id_tokens[1])["sid"]);
    assert_ne!(unverified_claims(&of_native[0])["sub"], unverified_claims(&of_web[0])["sub"], "as each knows them");

    // Who has heard it is told no more. Who has not is told again, ever more seldom, and at last no more.
    let mut tried = vec![0];
    for second in 1..3 * 3600_u64 {
        platform.advance(Duration::from_secs(1));
        if log(&platform).await.iter().all(|notice| notice.due_at.is_none()) {
            break;
        }
        if second < 200 || second.is_multiple_of(10) {
            platform.tell_applications().await;
        }
        if told(&platform, OF_WEB).len() > tried.len() {
            tried.push(second);
        }
    }
    let pauses: Vec<u64> = tried.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(pauses.len(), 5, "{pauses:?}");
    for (pause, wanted) in pauses.iter().zip([5, 30, 120, 600, 3600]) {
        assert!((wanted..wanted + 11).contains(pause), "{pauses:?}");
    }
    assert_eq!(told(&platform, OF_NATIVE).len(), 1);
    let tokens = told(&platform, OF_WEB);
    let ids: std::collections::BTreeSet<String> =
        tokens.iter().map(|token| unverified_claims(token)["jti"].to_string()).collect();
    assert_eq!(ids.len(), 6, "each try has a token of its own, which is not over yet");
    let answers: Vec<usize> = log(&platform).await.iter().map(|notice| notice.attempts.len()).collect();
    assert_eq!(answers.iter().sum::<usize>(), 7, "each try is in the log");
    let recorded = platform.recorded();
    assert!(recorded.contains("application-told") && !recorded.contains(&tokens[0]));
}

#[tokio::test]
async fn an_answer_ends_it_if_it_says_that_it_was_heard_or_is_wrong() {
    // bcl-02
    for (status, ends) in [(200, true), (204, true), (400, true), (302, false), (404, false), (500, false)] {
        let platform = platform().await;
        platform.others.answer(OF_WEB, status);
        let mut browser = platform.browser();
        let id_tokens = signed_in(&platform, &mut browser, &[openid(WEB)]).await;
        signs_out(&mut browser, &id_tokens[0]).await;
        platform.tell_applications().await;
        let log = log(&platform).await;
        assert_eq!((log.len(), log[0].due_at.is_none()), (1, ends), "{status}");
        assert_eq!(log[0].attempts[0].answer, status.to_string());
        platform.advance(Duration::from_hours(8 * 24));
        platform.forget_ended(100).await;
        assert_eq!(self::log(&platform).await, [], "{status}");
    }
}

#[tokio::test]
async fn an_application_is_told_in_the_dialect_that_it_spoke() {
    let platform = platform().await;
    let mut browser = platform.browser();
    let v2 = Authorize::by(WEB).tenant(CONTOSO.id).scope("openid");
    let id_tokens = signed_in(&platform, &mut browser, &[v2, openid(NATIVE)]).await;
    signs_out(&mut browser, &id_tokens[1]).await;
    platform.tell_applications().await;
    for (address, id_token) in [(OF_WEB, &id_tokens[0]), (OF_NATIVE, &id_tokens[1])] {
        let (token, id) = (unverified_claims(&told(&platform, address)[0]), unverified_claims(id_token));
        assert_eq!((&token["iss"], &token["sub"]), (&id["iss"], &id["sub"]), "{address}");
    }
}

#[tokio::test]
async fn whoever_has_no_address_any_more_is_told_nothing() {
    let platform = platform().await;
    let mut browser = platform.browser();
    let id_tokens = signed_in(&platform, &mut browser, &[openid(WEB)]).await;
    signs_out(&mut browser, &id_tokens[0]).await;
    platform.change_application(CONTOSO, WEB.client_id, |web| web.metadata.backchannel_logout_uri = None).await;
    platform.tell_applications().await;
    let log = log(&platform).await;
    assert_eq!((log[0].due_at, log[0].attempts.len(), platform.others.told().len()), (None, 1, 0));
    assert!(log[0].attempts[0].answer.starts_with("not told: "), "{:?}", log[0].attempts);
}

#[tokio::test]
async fn of_many_nodes_one_tells_it_and_another_one_if_that_dies() {
    let platform = platform().await;
    let mut browser = platform.browser();
    let id_tokens = signed_in(&platform, &mut browser, &[openid(WEB)]).await;
    signs_out(&mut browser, &id_tokens[0]).await;
    let env = &platform.app.env;
    let due = notices::due(env, 10).await.unwrap();
    let (tenant, notice) = due.into_iter().next().unwrap();
    assert!(matches!(&notice.event, NoticeEvent::SessionEnded { dialect, .. } if dialect == "oidc"));
    let take = || notices::take(env, tenant, notice.clone());
    let (one, two, three) = tokio::join!(take(), take(), take());
    let taken: Vec<_> = [one, two, three].into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(taken.len(), 1);
    platform.tell_applications().await;
    assert_eq!(platform.others.told().len(), 0, "somebody has it in hand");
    // Whoever had it is gone.
    platform.advance(Duration::from_mins(1));
    platform.others.answer(OF_WEB, 200);
    platform.tell_applications().await;
    assert_eq!(told(&platform, OF_WEB).len(), 1);
    // If it was only slow, what it says now changes nothing.
    let layouts = |name: &str| platform.app.layout(name);
    platform.others.answer(OF_WEB, 500);
    for late in taken {
        notices::tell(env, late, &layouts).await.unwrap();
    }
    let log = log(&platform).await;
    assert_eq!((log[0].due_at, log[0].attempts.last().unwrap().answer.as_str()), (None, "200"));
}

#[tokio::test]
async fn the_metadata_says_so() {
    let platform = platform().await;
    let document = platform.get(&format!("/{}/oidc/.well-known/openid-configuration", CONTOSO.id), &[]).await.json();
    for name in ["backchannel_logout_supported", "backchannel_logout_session_supported"] {
        assert_eq!(document[name], true, "{name}");
    }
}
