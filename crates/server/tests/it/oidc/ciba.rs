//! An application asks a person who is elsewhere (OpenID Connect Client-Initiated Backchannel Authentication, poll and ping).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use grantor_jose::{Algorithm, HeaderFields, SigningKey, sign_compact};
use grantor_rules::model::{DeliveryMode, NoticeEvent};
use grantor_testkit::{
    ADMIN, Answer, BackchannelRequest, CHRIS, CONTOSO, DAEMON, NATIVE, Options, TestPlatform, TokenRequest, WEB,
    WaitingElsewhere, unverified_claims,
};
use serde_json::{Value, json};

use super::{asking, issuer, presenting, said};
use crate::support::bought;

const ENDPOINT: &str = "https://client.example/notified";

fn to_chris() -> BackchannelRequest {
    BackchannelRequest::to(WEB, CHRIS)
}

async fn polling() -> TestPlatform {
    let platform = TestPlatform::start().await;
    to_chris().registered(&platform, DeliveryMode::Poll, None).await;
    platform
}

async fn waits(platform: &TestPlatform, waiting: &WaitingElsewhere) -> (u16, String) {
    said(&platform.token(&waiting.redeem()).await)
}

fn error(name: &str) -> (u16, String) {
    (400, name.to_owned())
}

#[tokio::test]
async fn a_person_says_yes_elsewhere_and_the_application_goes_on() {
    let platform = polling().await;
    let waiting = to_chris().with("binding_message", "W4-SCT").begin(&platform).await;
    assert_eq!(waiting.body.as_object().unwrap().len(), 3, "{}", waiting.body);
    assert_eq!((&waiting.body["expires_in"], &waiting.body["interval"]), (&json!(900), &json!(5)));
    // CIBA §7.3: at least 160 bits that nobody can guess, in characters of a URL.
    assert!(waiting.auth_req_id.len() > 43 && waiting.auth_req_id.bytes().all(|one| one.is_ascii_graphic()));
    assert_eq!(waits(&platform, &waiting).await, error("authorization_pending"));

    let mut browser = platform.browser();
    let page = waiting.review(&mut browser, CHRIS).await;
    assert_eq!(page.text_of("binding-message").as_deref(), Some("W4-SCT"));
    assert!(page.has("elsewhere") && page.has("permissions") && !page.has("switch"), "{}", page.text());
    assert!(page.text().contains(CHRIS.name), "{}", page.text());
    platform.advance(Duration::from_secs(5));
    assert_eq!(waits(&platform, &waiting).await, error("authorization_pending"));
    let done = browser.press(&page, "accept").await.page();
    assert!(done.has("request-approved"), "{}", done.text());

    let tokens = platform.tokens(&waiting.redeem()).await;
    let claims = platform.verified(&tokens.id_token).await;
    assert_eq!((&claims["aud"], &claims["iss"]), (&json!(WEB.client_id), &json!(issuer(&platform))));
    // That claim belongs to tokens that are pushed (CIBA §10.3.1).
    assert!(!claims.contains_key("urn:openid:params:jwt:claim:auth_req_id"), "{claims:?}");
    let own = bought(&platform, &asking(WEB).scope("openid"), CHRIS).await;
    assert_eq!(claims["sub"], unverified_claims(&own.id_token)["sub"], "one name for one person");
    let refresh = TokenRequest::refresh(WEB, &tokens.refresh_token).oidc().tenant(CONTOSO.id);
    platform.tokens(&refresh).await;
    // It is good once, and was asked once.
    assert_eq!(waits(&platform, &waiting).await, error("invalid_grant"));
    let account = browser.open(&format!("/account/{}/{}", CONTOSO.id, CHRIS.id)).await.page();
    assert!(!account.has("waiting-apps"), "{}", account.text());
    let again = browser.press(&page, "accept").await.page();
    assert!(!again.has("request-approved"), "{}", again.text());
}

#[tokio::test]
async fn without_offline_access_nothing_outlives_the_session() {
    let platform = polling().await;
    let [first, second] = [(), ()].map(|()| to_chris().with("scope", "openid"));
    let (first, second) = (first.begin(&platform).await, second.begin(&platform).await);
    let mut browser = platform.browser();
    first.answer(&mut browser, CHRIS, "accept").await;
    second.answer(&mut browser, CHRIS, "accept").await;
    let tokens = platform.tokens(&first.redeem()).await;
    assert_eq!(tokens.refresh_token, "");
    let userinfo = format!("/{}/oidc/userinfo", CONTOSO.id);
    assert_eq!(platform.call(&userinfo, &tokens.access_token).await.code(), 200);
    let target = format!("/{}/oidc/end-session?id_token_hint={}", CONTOSO.id, tokens.id_token);
    assert!(browser.open(&target).await.page().has("signed-out"));
    assert_eq!(platform.call(&userinfo, &tokens.access_token).await.code(), 401);
    assert_eq!(waits(&platform, &second).await, error("invalid_grant"));
}

#[tokio::test]
async fn a_no_reaches_the_application() {
    let platform = polling().await;
    let waiting = to_chris().begin(&platform).await;
    let done = waiting.answer(&mut platform.browser(), CHRIS, "deny").await;
    assert!(done.has("request-denied"), "{}", done.text());
    assert_eq!(waits(&platform, &waiting).await, error("access_denied"));
    let consents = platform.app.env.storage.tenant(CONTOSO.tenant_id()).list_consents(Some(CHRIS.user_id())).await;
    assert!(consents.unwrap().is_empty(), "nothing was allowed");
}

#[tokio::test]
async fn nothing_that_is_said_speaks_of_a_device() {
    let platform = polling().await;
    let described = async |waiting: &WaitingElsewhere| {
        platform.token(&waiting.redeem()).await.json()["error_description"].as_str().unwrap().to_owned()
    };
    let begin = async || to_chris().begin(&platform).await;
    let (declined, approved, late) = (begin().await, begin().await, begin().await);
    declined.answer(&mut platform.browser(), CHRIS, "deny").await;
    let page = approved.review(&mut platform.browser(), CHRIS).await;
    approved.answer(&mut platform.browser(), CHRIS, "accept").await;
    platform.tokens(&approved.redeem()).await;
    let unknown = WaitingElsewhere { auth_req_id: format!("{}x", declined.auth_req_id), ..declined.clone() };
    let other = BackchannelRequest::to(DAEMON, CHRIS);
    other.registered(&platform, DeliveryMode::Poll, None).await;
    let of_another = WaitingElsewhere { application: DAEMON, ..late.clone() };
    let mut said = Vec::new();
    for waiting in [&declined, &approved, &unknown, &of_another, &late] {
        said.push(described(waiting).await);
    }
    platform.advance(Duration::from_mins(15));
    said.push(described(&late).await);
    assert_eq!(said[0], "The person was asked, and said no.");
    assert_eq!(said[1], "The auth_req_id was already redeemed.");
    assert_eq!(said[2], "The auth_req_id is not valid.");
    assert_eq!(said[3], "The auth_req_id was issued to another application.");
    assert_eq!(said[5], "The auth_req_id has expired.");
    assert!(said.iter().all(|one| !one.contains("device")), "{said:?}");
    // Nor does the page of somebody who answers once more.
    let mut browser = platform.browser();
    let again = browser.open(&page.address).await.page();
    assert!(again.has("error-code") && !again.text().contains("device"), "{}", again.text());
}

#[tokio::test]
async fn whoever_asks_too_fast_waits_longer_each_time() {
    // 8628-04
    let platform = polling().await;
    let waiting = to_chris().begin(&platform).await;
    let device = grantor_testkit::DeviceRequest::by(NATIVE).oidc().tenant(CONTOSO.id).with("scope", "openid");
    let device = device.begin(&platform).await;
    for redeem in [waiting.redeem(), device.redeem()] {
        let asked = async |after: u64| {
            platform.advance(Duration::from_secs(after));
            said(&platform.token(&redeem).await).1
        };
        assert_eq!(asked(0).await, "authorization_pending");
        assert_eq!(asked(5).await, "authorization_pending");
        assert_eq!(asked(4).await, "slow_down");
        // Ten seconds by now.
        assert_eq!(asked(9).await, "slow_down");
        assert_eq!(asked(15).await, "authorization_pending");
        assert_eq!(asked(14).await, "slow_down");
        assert_eq!(asked(20).await, "authorization_pending");
    }
    // Whoever has an answer is not told to wait for it.
    platform.token(&waiting.redeem()).await;
    waiting.answer(&mut platform.browser(), CHRIS, "accept").await;
    platform.tokens(&waiting.redeem()).await;
}

#[tokio::test]
async fn it_ends_when_it_was_said_to() {
    let platform = polling().await;
    let (long, short) = (to_chris(), to_chris().with("requested_expiry", "30"));
    let longer = to_chris().with("requested_expiry", "100000").begin(&platform).await;
    let (long, short) = (long.begin(&platform).await, short.begin(&platform).await);
    assert_eq!((&longer.body["expires_in"], &short.body["expires_in"]), (&json!(900), &json!(30)));
    let mut browser = platform.browser();
    let page = short.review(&mut browser, CHRIS).await;
    platform.advance(Duration::from_secs(30));
    assert_eq!(waits(&platform, &short).await, error("expired_token"));
    let late = browser.press(&page, "accept").await.page();
    assert!(late.has("error") && !late.has("request-approved"), "{}", late.text());
    long.answer(&mut browser, CHRIS, "accept").await;
    platform.advance(Duration::from_mins(15));
    assert_eq!(waits(&platform, &long).await, error("expired_token"));
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said_by_name() {
    let platform = polling().await;
    let good = to_chris();
    let long = "x".repeat(65);
    let rows = [
        (good.clone().without("scope"), "invalid_request"),
        (good.clone().with("scope", "profile"), "invalid_request"),
        (good.clone().with("scope", "openid nothing"), "invalid_scope"),
        (good.clone().with("scope", "openid api://nothing/Read"), "invalid_target"),
        (good.clone().without("login_hint"), "invalid_request"),
        (good.clone().with("id_token_hint", "x"), "invalid_request"),
        (good.clone().without("login_hint").with("id_token_hint", "x"), "invalid_request"),
        (good.clone().without("login_hint").with("login_hint_token", "x"), "invalid_request"),
        (good.clone().with("login_hint", "nobody@contoso.example"), "unknown_user_id"),
        (good.clone().with("login_hint", "dana@fabrikam.example"), "unknown_user_id"),
        (good.clone().with("binding_message", &long), "invalid_binding_message"),
        (good.clone().with("binding_message", "a\nb"), "invalid_binding_message"),
        (good.clone().with("user_code", "1234"), "invalid_request"),
        (good.clone().with("requested_expiry", "0"), "invalid_request"),
        (good.clone().with("requested_expiry", "soon"), "invalid_request"),
        (good.clone().with("client_notification_token", "a b"), "invalid_request"),
        (good.clone().with("client_notification_token", &"x".repeat(1025)), "invalid_request"),
        (good.clone().with("acr_values", &"x".repeat(1025)), "invalid_request"),
        (good.clone().with("request", "a.b.c"), "invalid_request"),
        // The first thing that is wrong is the one that is said.
        (good.clone().with("binding_message", &long).with("login_hint", "nobody"), "invalid_binding_message"),
    ];
    for (request, expected) in rows {
        assert_eq!(said(&request.send(&platform).await), error(expected), "{:?}", request.parameters);
    }
    let mut twice = good.clone();
    twice.parameters.push(("login_hint".to_owned(), ADMIN.name.to_owned()));
    assert_eq!(said(&twice.send(&platform).await), error("invalid_request"));
    platform.change_user(CONTOSO, CHRIS, |user| user.account_enabled = false).await;
    assert_eq!(said(&good.send(&platform).await), error("unknown_user_id"));
}

#[tokio::test]
async fn only_who_is_registered_and_proves_it_may_ask() {
    let platform = TestPlatform::start().await;
    let unauthorized = || error("unauthorized_client");
    assert_eq!(said(&to_chris().send(&platform).await), unauthorized());
    to_chris().registered(&platform, DeliveryMode::Poll, None).await;
    let waiting = to_chris().begin(&platform).await;
    for wrong in [to_chris().with("client_secret", "wrong"), to_chris().without("client_secret")] {
        assert_eq!(said(&wrong.send(&platform).await), (401, "invalid_client".into()));
    }
    // A program that keeps no secret may not, whatever it is registered for.
    let public = BackchannelRequest::to(NATIVE, CHRIS).without("client_secret");
    public.registered(&platform, DeliveryMode::Poll, None).await;
    assert_eq!(said(&public.send(&platform).await), (401, "invalid_client".into()));
    // Nor may one whose grants are listed without this one; and what waits is worth nothing to it then.
    let listed = |grants: &'static [&'static str]| {
        move |one: &mut grantor_rules::model::Application| {
            one.metadata.grant_types = Some(grants.iter().map(|grant| (*grant).to_owned()).collect());
        }
    };
    platform.change_application(CONTOSO, WEB.client_id, listed(&["authorization_code"])).await;
    assert_eq!(said(&to_chris().send(&platform).await), unauthorized());
    assert_eq!(waits(&platform, &waiting).await, unauthorized());
    platform.change_application(CONTOSO, WEB.client_id, listed(&["urn:openid:params:grant-type:ciba"])).await;
    to_chris().begin(&platform).await;
}

#[tokio::test]
async fn what_waits_is_of_use_to_its_own_application_alone() {
    let platform = polling().await;
    BackchannelRequest::to(DAEMON, CHRIS).registered(&platform, DeliveryMode::Poll, None).await;
    let waiting = to_chris().begin(&platform).await;
    waiting.answer(&mut platform.browser(), CHRIS, "accept").await;
    let of_another = WaitingElsewhere { application: DAEMON, ..waiting.clone() };
    assert_eq!(waits(&platform, &of_another).await, error("invalid_grant"));
    let as_device = presenting(WEB, "urn:ietf:params:oauth:grant-type:device_code");
    let as_device = as_device.with("device_code", &waiting.auth_req_id);
    assert!(["invalid_grant", "invalid_client"].contains(&&*said(&platform.token(&as_device).await).1));
    for unknown in ["x", "gb1.x", &waiting.auth_req_id.replacen("gb1", "gd1", 1)] {
        let request = waiting.redeem().with("auth_req_id", unknown);
        assert_eq!(said(&platform.token(&request).await), error("invalid_grant"), "{unknown}");
    }
    platform.tokens(&waiting.redeem()).await;
}

#[tokio::test]
async fn nobody_else_answers() {
    let platform = polling().await;
    let waiting = to_chris().begin(&platform).await;
    // Another person does not find it, and cannot say that they review it.
    let mut other = platform.browser();
    other.sign_in_unseen(CONTOSO.tenant_id(), &platform.user(CONTOSO, ADMIN).await).await;
    let page = other.open(&format!("/account/{}/{}", CONTOSO.id, ADMIN.id)).await.page();
    assert!(!page.has("waiting-apps"), "{}", page.text());
    // Nor does somebody who takes the place of the person whom it was shown to.
    let mut browser = platform.browser();
    let page = waiting.review(&mut browser, CHRIS).await;
    let (form, mut pairs) = page.pressed("accept");
    let action = form.action.clone();
    pairs.retain(|(name, _)| name != "decision");
    pairs.push(("decision".to_owned(), "switch".to_owned()));
    let answer = browser.post(&action, &pairs).await;
    let page = browser.arrive(&action, answer).await.page();
    let page = browser.sign_in(page, ADMIN).await.page();
    assert!(page.text().contains("The application asks somebody else."), "{}", page.text());
    assert_eq!(waits(&platform, &waiting).await, error("authorization_pending"));
    // Nor a form without the page's mark.
    let mut browser = platform.browser();
    let page = waiting.review(&mut browser, CHRIS).await;
    let (form, mut pairs) = page.pressed("accept");
    let action = form.action.clone();
    pairs.iter_mut().filter(|(name, _)| name == "csrf").for_each(|(_, value)| value.push('x'));
    let refused = browser.post(&action, &pairs).await;
    assert_eq!(refused.code(), 400);
    platform.advance(Duration::from_secs(5));
    assert_eq!(waits(&platform, &waiting).await, error("authorization_pending"));
}

#[tokio::test]
async fn a_person_can_be_named_by_an_id_token() {
    let platform = polling().await;
    let id_token = bought(&platform, &asking(WEB).scope("openid"), CHRIS).await.id_token;
    // However old it is: it says who is meant, and nothing else.
    platform.advance(Duration::from_hours(48));
    let by_token = to_chris().without("login_hint").with("id_token_hint", &id_token);
    let waiting = by_token.begin(&platform).await;
    waiting.answer(&mut platform.browser(), CHRIS, "accept").await;
    let tokens = platform.tokens(&waiting.redeem()).await;
    assert_eq!(unverified_claims(&tokens.id_token)["sub"], unverified_claims(&id_token)["sub"]);
    let of_another = bought(&platform, &asking(NATIVE).scope("openid"), CHRIS).await.id_token;
    let wrong = by_token.with("id_token_hint", &of_another);
    assert_eq!(said(&wrong.send(&platform).await), error("invalid_request"));
}

#[tokio::test]
async fn an_application_that_is_pinged_is_told_of_each_answer() {
    let platform = TestPlatform::start().await;
    to_chris().registered(&platform, DeliveryMode::Ping, Some(ENDPOINT)).await;
    assert_eq!(said(&to_chris().send(&platform).await), error("invalid_request"));
    for (button, token, status) in [("accept", "yes-8d67dc78", 204), ("deny", "no-8d67dc78", 200)] {
        let before = platform.others.told().len();
        let waiting = to_chris().with("client_notification_token", token).begin(&platform).await;
        platform.tell_applications().await;
        assert_eq!(platform.others.told().len(), before, "nobody has answered");
        waiting.answer(&mut platform.browser(), CHRIS, button).await;
        let sealed = due(&platform).await.remove(0);
        for part in [token, waiting.auth_req_id.as_str()] {
            assert!(!String::from_utf8_lossy(&sealed).contains(part), "it is kept sealed");
        }
        // Nobody listens there, at first.
        platform.others.answer(ENDPOINT, 503);
        platform.tell_applications().await;
        platform.advance(Duration::from_mins(1));
        platform.others.answer(ENDPOINT, status);
        platform.tell_applications().await;
        platform.advance(Duration::from_hours(2));
        platform.tell_applications().await;
        let told = platform.others.told().split_off(before);
        assert_eq!(told.len(), 2, "until it has heard it");
        for ping in told {
            assert_eq!((ping.address.as_str(), ping.content_type), (ENDPOINT, "application/json"));
            let body: Value = serde_json::from_str(ping.body.expose()).unwrap();
            assert_eq!(body, json!({ "auth_req_id": waiting.auth_req_id }));
            assert_eq!(ping.bearer.unwrap().expose(), token);
        }
    }
    assert!(!platform.recorded().contains("8d67dc78"), "no secret is recorded");
}

/// What is to be told of answers.
async fn due(platform: &TestPlatform) -> Vec<Vec<u8>> {
    let env = &platform.app.env;
    let due = env.storage.list_due_notices(env.now(), 10).await.unwrap();
    let sealed = |event| match event {
        NoticeEvent::RequestAnswered { sealed } => Some(sealed),
        NoticeEvent::SessionEnded { .. } => None,
    };
    due.into_iter().filter_map(|(_, notice)| sealed(notice.event)).collect()
}

#[tokio::test]
async fn a_signed_request_is_taken_once_and_from_who_signed_it() {
    let platform = polling().await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let other = SigningKey::generate(Algorithm::Es256).unwrap();
    let keys = json!({ "keys": [key.public_jwk()] });
    let register = |one: &mut grantor_rules::model::Application| {
        one.metadata.jwks = Some(keys);
        one.metadata.backchannel_authentication_request_signing_alg = Some("ES256".to_owned());
    };
    platform.change_application(CONTOSO, WEB.client_id, register).await;
    let now = platform.app.env.now().seconds();
    let claims = json!({
        "iss": WEB.client_id, "aud": issuer(&platform), "iat": now, "nbf": now, "exp": now + 300, "jti": "one",
        "scope": "openid", "login_hint": CHRIS.name, "binding_message": "W4", "requested_expiry": 60,
    });
    let signed = |key: &SigningKey, changes: Value| {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        sign_compact(key, &HeaderFields { typ: "JWT", x5t: None }, &claims).unwrap()
    };
    let bare = to_chris().without("scope").without("login_hint");
    let send = async |text: &str| bare.clone().with("request", text).send(&platform).await;
    let taken = send(&signed(&key, json!({}))).await;
    assert_eq!((taken.code(), &taken.json()["expires_in"]), (200, &json!(60)), "{}", taken.text());
    let refused = [
        signed(&key, json!({})),
        signed(&other, json!({ "jti": "two" })),
        signed(&key, json!({ "jti": "three", "aud": "https://other.example" })),
        signed(&key, json!({ "jti": "four", "iss": NATIVE.client_id })),
        signed(&key, json!({ "jti": "five", "exp": now })),
        signed(&key, json!({ "jti": "six", "scope": ["openid"] })),
        "a.b.c".to_owned(),
    ];
    for text in refused {
        assert_eq!(said(&send(&text).await), error("invalid_request"), "{text}");
    }
    let other_algorithm = SigningKey::generate(Algorithm::EdDsa).unwrap();
    assert_eq!(said(&send(&signed(&other_algorithm, json!({ "jti": "eight" }))).await), error("invalid_request"));
    // What is not signed counts for nothing, alone or beside what is.
    assert_eq!(said(&to_chris().send(&platform).await), error("invalid_request"));
    let beside = bare.clone().with("request", &signed(&key, json!({ "jti": "seven" }))).with("login_hint", ADMIN.name);
    assert_eq!(said(&beside.send(&platform).await), error("invalid_request"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_who_ask_at_once_one_gets_tokens() {
    let platform = Arc::new(polling().await);
    let waiting = to_chris().begin(&platform).await;
    waiting.answer(&mut platform.browser(), CHRIS, "accept").await;
    let mut counted = at_once(&platform, &waiting).await;
    assert_eq!(counted.remove(&(200, String::new())), Some(1));
    assert_eq!(counted, BTreeMap::from([(error("invalid_grant"), 199)]));
    // Of those who ask before there is an answer, one is in time.
    let waiting = to_chris().begin(&platform).await;
    let mut counted = at_once(&platform, &waiting).await;
    assert_eq!(counted.remove(&error("authorization_pending")), Some(1), "{counted:?}");
    assert_eq!(counted, BTreeMap::from([(error("slow_down"), 199)]));
}

async fn at_once(platform: &Arc<TestPlatform>, waiting: &WaitingElsewhere) -> BTreeMap<(u16, String), usize> {
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let (platform, redeem) = (Arc::clone(platform), waiting.redeem());
            tokio::spawn(async move { platform.token(&redeem).await })
        })
        .collect();
    let mut counted = BTreeMap::new();
    for task in tasks {
        let answer: Answer = task.await.unwrap();
        let said = if answer.code() == 200 { (200, String::new()) } else { said(&answer) };
        *counted.entry(said).or_default() += 1;
    }
    counted
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_answers_at_once_one_counts() {
    let platform = Arc::new(TestPlatform::start().await);
    to_chris().registered(&platform, DeliveryMode::Ping, Some(ENDPOINT)).await;
    let waiting = to_chris().with("client_notification_token", "token").begin(&platform).await;
    let mut browser = platform.browser();
    let page = waiting.review(&mut browser, CHRIS).await;
    let cookies = browser.cookies.header("/", true, false).unwrap();
    let tasks: Vec<_> = (0..50)
        .map(|number| {
            let (form, pairs) = page.pressed(if number % 2 == 0 { "accept" } else { "deny" });
            let body = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
            let headers = [("content-type", "application/x-www-form-urlencoded"), ("cookie", cookies.as_str())];
            let request = platform.request("POST", &form.action, &headers, body.into());
            let platform = Arc::clone(&platform);
            tokio::spawn(async move { platform.send(request).await })
        })
        .collect();
    let mut counted = 0;
    for task in tasks {
        let answer = task.await.unwrap();
        let text = answer.text();
        counted += usize::from(text.contains("request-approved") || text.contains("request-denied"));
    }
    assert_eq!(counted, 1);
    assert_eq!(due(&platform).await.len(), 1, "and it is told once");
}

#[tokio::test]
async fn under_dev_a_suite_answers_for_the_person() {
    let options = Options { dev: true, ..Options::default() };
    let platform = TestPlatform::with(&options).await;
    to_chris().registered(&platform, DeliveryMode::Poll, None).await;
    let post = async |query: &str| {
        platform.send(platform.request("POST", &format!("/dev/ciba?{query}"), &[], "".into())).await
    };
    let listed = async || platform.get("/dev/ciba", &[]).await.json()["waiting"].as_array().unwrap().clone();
    let waiting = to_chris().with("binding_message", "W4-SCT").begin(&platform).await;
    let shown = listed().await;
    assert_eq!(shown.len(), 1);
    assert_eq!((&shown[0]["user"], &shown[0]["binding_message"]), (&json!(CHRIS.name), &json!("W4-SCT")));
    assert!(!shown[0].to_string().contains(&waiting.auth_req_id), "what the application asks with is not shown");
    let answered = post(&format!("auth_req_id={}&action=allow", waiting.auth_req_id)).await;
    assert_eq!((answered.code(), answered.json()), (200, json!({ "approved": true })));
    platform.tokens(&waiting.redeem()).await;
    assert!(listed().await.is_empty());
    assert_eq!(post(&format!("auth_req_id={}&action=allow", waiting.auth_req_id)).await.code(), 409);

    let declined = to_chris().begin(&platform).await;
    let id = listed().await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(post(&format!("id={id}&action=deny")).await.code(), 200);
    assert_eq!(waits(&platform, &declined).await, error("access_denied"));
    for wrong in ["", "action=allow", "id=x&action=allow", &format!("id={id}&action=perhaps")] {
        assert_eq!(post(wrong).await.code(), 400, "{wrong}");
    }
    let foreign = [("origin", "https://evil.example")];
    let target = format!("/dev/ciba?id={id}&action=allow");
    assert_eq!(platform.send(platform.request("POST", &target, &foreign, "".into())).await.code(), 403);
}

#[tokio::test]
async fn the_document_says_what_can_be_asked() {
    let platform = polling().await;
    let document = platform.get(&format!("/{}/oidc/.well-known/openid-configuration", CONTOSO.id), &[]).await.json();
    assert_eq!(document["backchannel_authentication_endpoint"], json!(format!("{}/bc-authorize", issuer(&platform))));
    assert_eq!(document["backchannel_token_delivery_modes_supported"], json!(["poll", "ping"]));
    assert_eq!(document["backchannel_user_code_parameter_supported"], json!(false));
    let algorithms = &document["backchannel_authentication_request_signing_alg_values_supported"];
    assert!(algorithms.as_array().unwrap().contains(&json!("ES256")), "{algorithms}");
    assert!(
        document["grant_types_supported"].as_array().unwrap().contains(&json!("urn:openid:params:grant-type:ciba"))
    );
}
