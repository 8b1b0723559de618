//! Access tokens are exchanged for others (RFC 8693).

use std::time::Duration;

use grantor_jose::{Algorithm, HeaderFields, SigningKey, sign_compact};
use grantor_protocol::ClientId;
use grantor_rules::model::{AccessTokenFormat, ExchangeScope, ExchangeTarget};
use grantor_testkit::{
    Authorize, BOARD, KIM, LEDGER, LEE, NORTHWIND, Person, TASKS, TASKS_API, TestPlatform, TokenRequest, Tokens,
    unverified_claims,
};
use serde_json::{Value, json};

use super::{refused, said};
use crate::support::{bought, northwind};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const LEDGER_ID: &str = "a0000000-0000-4000-8000-00000000a002";

fn id(text: &str) -> ClientId {
    ClientId::parse(text).unwrap()
}

fn target(api: &str, scopes: &[(&str, &str)], impersonation: bool) -> ExchangeTarget {
    let scope = |(value, needs): &(&str, &str)| ExchangeScope { value: (*value).into(), needs: (*needs).into() };
    ExchangeTarget { api: id(api), scopes: scopes.iter().map(scope).collect(), impersonation }
}

/// The Tasks API may exchange what it is called with: for less of its own, and for the ledger.
async fn platform() -> TestPlatform {
    let platform = TestPlatform::with_permissions().await;
    exchanging(&platform, true).await;
    // Kim lets the Tasks API use the ledger.
    let asks = northwind(TASKS_API).oidc().scope(&format!("openid {LEDGER}/user_impersonation"));
    bought(&platform, &asks, KIM).await;
    platform
}

async fn exchanging(platform: &TestPlatform, impersonation: bool) {
    platform
        .change_application(NORTHWIND, TASKS_API.client_id, |api| {
            api.token_exchange = vec![
                target(TASKS_API.client_id, &[], impersonation),
                target(LEDGER_ID, &[("user_impersonation", "Tasks.Read")], impersonation),
            ];
        })
        .await;
}

fn for_tasks(scope: &str) -> Authorize {
    northwind(TASKS).oidc().scope(scope)
}

/// The token with which the Tasks app calls the Tasks API for somebody.
async fn called(platform: &TestPlatform, person: Person) -> String {
    bought(platform, &for_tasks("openid api://tasks/Tasks.Read api://tasks/Tasks.Write"), person).await.access_token
}

fn exchange(subject: &str) -> TokenRequest {
    TokenRequest::by(TASKS_API, EXCHANGE)
        .oidc()
        .tenant(NORTHWIND.id)
        .with("subject_token", subject)
        .with("subject_token_type", ACCESS_TOKEN)
}

fn acting(subject: &str, actor: &str) -> TokenRequest {
    exchange(subject).with("actor_token", actor).with("actor_token_type", ACCESS_TOKEN)
}

/// The Tasks API's own token, by which it says that it acts.
async fn own(platform: &TestPlatform) -> String {
    let own = TokenRequest::by(TASKS_API, "client_credentials").oidc().tenant(NORTHWIND.id);
    platform.tokens(&own.with("scope", &format!("{}/.default", TASKS_API.client_id))).await.access_token
}

async fn told(platform: &TestPlatform, token: &str) -> Value {
    let ask = TokenRequest::by(TASKS_API, "x").without("grant_type").with("token", token);
    let target = format!("/{}/oidc/introspect", NORTHWIND.id);
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    platform.send(platform.request("POST", &target, &headers, ask.encoded().into())).await.json()
}

/// 8693-03
#[tokio::test]
async fn a_token_is_exchanged_for_less_of_the_same_api() {
    let platform = platform().await;
    let subject = called(&platform, KIM).await;
    let answer = platform.token(&exchange(&subject).with("scope", "api://tasks/Tasks.Read")).await;
    let body = answer.json();
    assert_eq!((answer.code(), answer.header("cache-control")), (200, "no-store, no-cache"), "{body}");
    let names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["access_token", "expires_in", "issued_token_type", "scope", "token_type"]);
    assert_eq!((&body["issued_token_type"], &body["token_type"]), (&json!(ACCESS_TOKEN), &json!("Bearer")));
    assert_eq!(body["scope"], "Tasks.Read");
    let claims = unverified_claims(body["access_token"].as_str().unwrap());
    let before = unverified_claims(&subject);
    for same in ["iss", "sub", "auth_time", "acr", "amr"] {
        assert_eq!(claims[same], before[same], "{same}");
    }
    assert_eq!((&claims["aud"], &claims["scope"]), (&json!("api://tasks"), &json!("Tasks.Read")));
    assert_eq!(claims["client_id"], TASKS_API.client_id);
    assert_eq!(claims.get("act"), None);
    // Without a word about it, everything that the token allows of the same API.
    let same = platform.tokens(&exchange(&subject).with("requested_token_type", ACCESS_TOKEN)).await;
    assert_eq!(unverified_claims(&same.access_token)["scope"], "Tasks.Read Tasks.Write");
    // It is of use where it says, and no longer than what it was exchanged for.
    assert_eq!(told(&platform, &same.access_token).await["active"], true);
    platform.advance(Duration::from_mins(15));
    let late = platform.tokens(&exchange(&subject)).await;
    assert_eq!(unverified_claims(&late.access_token)["exp"], before["exp"]);
    platform.advance(Duration::from_mins(5));
    assert_eq!(told(&platform, &late.access_token).await, json!({ "active": false }));
}

/// 8693-01
#[tokio::test]
async fn what_the_request_must_hold_is_asked_for_by_name() {
    let platform = platform().await;
    let subject = called(&platform, KIM).await;
    let actor = own(&platform).await;
    let full = || acting(&subject, &actor);
    platform.tokens(&full()).await;
    for name in ["subject_token", "subject_token_type"] {
        refused(&platform.token(&full().without(name)).await, "invalid_request", name);
    }
    refused(&platform.token(&full().without("actor_token_type")).await, "invalid_request", "actor_token_type");
    refused(&platform.token(&full().without("actor_token")).await, "invalid_request", "actor_token");
    for name in ["subject_token_type", "actor_token_type", "requested_token_type"] {
        for bad in ["access_token", "urn:ietf:params:oauth:token-type:saml2", &ACCESS_TOKEN.to_uppercase()] {
            refused(&platform.token(&full().with(name, bad)).await, "invalid_request", name);
        }
    }
    for name in ["subject_token", "subject_token_type", "actor_token", "requested_token_type", "scope", "audience"] {
        let twice = full().with(name, ACCESS_TOKEN).again(name, ACCESS_TOKEN);
        refused(&platform.token(&twice).await, "invalid_request", name);
    }
    let long = "a".repeat(20_000);
    refused(&platform.token(&full().with("subject_token", &long)).await, "invalid_request", "subject_token");
}

/// What a token says, signed by somebody else.
fn forged(of: &str) -> String {
    let key = SigningKey::generate(Algorithm::Rs256).unwrap();
    sign_compact(&key, &HeaderFields { typ: "at+jwt", x5t: None }, &unverified_claims(of)).unwrap()
}

/// 8693-02
#[tokio::test]
async fn each_token_is_checked_in_full() {
    let platform = platform().await;
    let tokens = bought(&platform, &for_tasks("openid offline_access api://tasks/Tasks.Read"), KIM).await;
    let actor = own(&platform).await;
    let foreign = forged(&tokens.access_token);
    let microsoft = bought(&platform, &northwind(TASKS).scope("api://tasks/Tasks.Read"), KIM).await.access_token;
    let not_for_it = bought(&platform, &for_tasks(&format!("{LEDGER}/user_impersonation")), KIM).await.access_token;
    let board = TokenRequest::by(BOARD, "client_credentials").oidc().tenant(NORTHWIND.id);
    let board = platform.tokens(&board.with("resource", "api://tasks")).await.access_token;
    let nobody_may = [
        ("foreign", foreign.as_str(), "is not signed by this server"),
        ("of another dialect", &microsoft, "is not signed by this server"),
        ("an id_token", &tokens.id_token, "is not signed by this server"),
        ("a refresh token", &tokens.refresh_token, "is not signed by this server"),
        ("nothing", "x", "is not signed by this server"),
        ("for another API", &not_for_it, "is for 'https://ledger.northwind.example'"),
    ];
    for (what, token, fragment) in nobody_may {
        refused(&platform.token(&exchange(token)).await, "invalid_request", &format!("subject token {fragment}"));
        let answer = platform.token(&acting(&tokens.access_token, token)).await;
        assert_eq!(said(&answer), (400, "invalid_request".into()), "{what}");
        let description = answer.json()["error_description"].to_string();
        assert!(description.contains("actor token"), "{what}: {description}");
    }
    // Nobody is acted for by an application's own token, and nobody says of another application that it acts.
    refused(&platform.token(&exchange(&actor)).await, "invalid_request", "must be a person's");
    refused(&platform.token(&acting(&tokens.access_token, &board)).await, "invalid_request", "The actor token is for");
    // Time, for both.
    platform.tokens(&acting(&tokens.access_token, &actor)).await;
    platform.advance(Duration::from_mins(21));
    refused(&platform.token(&exchange(&tokens.access_token)).await, "invalid_request", "subject token has expired");
    let again = called(&platform, KIM).await;
    refused(&platform.token(&acting(&again, &actor)).await, "invalid_request", "actor token has expired");
}

/// T17: whoever may not sign in any more is not acted for, and does not act.
#[tokio::test]
async fn what_was_ended_buys_nothing() {
    let platform = platform().await;
    let kim = called(&platform, KIM).await;
    let lee = called(&platform, LEE).await;
    platform.tokens(&acting(&kim, &lee)).await;
    platform.change_user(NORTHWIND, LEE, |lee| lee.account_enabled = false).await;
    refused(&platform.token(&acting(&kim, &lee)).await, "invalid_request", "account that the actor token is for");
    platform.change_user(NORTHWIND, KIM, |kim| kim.account_enabled = false).await;
    refused(&platform.token(&exchange(&kim)).await, "invalid_request", "account that the subject token is for");
}

/// What was bought with a token ends with it, however long the chain is.
#[tokio::test]
async fn what_descends_from_a_revoked_grant_is_of_no_use() {
    let platform = platform().await;
    let request = for_tasks("openid offline_access api://tasks/Tasks.Read");
    let tokens = bought(&platform, &request, KIM).await;
    let first = platform.tokens(&exchange(&tokens.access_token)).await.access_token;
    let second = platform.tokens(&exchange(&first)).await.access_token;
    assert_eq!(told(&platform, &second).await["active"], true);
    let revoke = TokenRequest::by(TASKS, "x").without("grant_type").with("token", &tokens.refresh_token);
    let target = format!("/{}/oidc/revoke", NORTHWIND.id);
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let answer = platform.send(platform.request("POST", &target, &headers, revoke.encoded().into())).await;
    assert_eq!(answer.code(), 200, "{}", answer.text());
    for token in [&tokens.access_token, &first, &second] {
        assert_eq!(told(&platform, token).await, json!({ "active": false }));
        refused(&platform.token(&exchange(token)).await, "invalid_request", "revoked");
    }
}

/// 8693-04
#[tokio::test]
async fn an_api_that_is_unknown_or_not_listed_is_no_target() {
    let platform = platform().await;
    let subject = called(&platform, KIM).await;
    let ask = |name: &str, value: &str| exchange(&subject).with(name, value);
    for (name, value) in [
        ("audience", "api://nobody"),
        ("resource", "api://nobody"),
        ("audience", BOARD.client_id),
        ("scope", "api://nobody/Read"),
    ] {
        assert_eq!(said(&platform.token(&ask(name, value)).await).1, "invalid_target", "{name} {value}");
    }
    let both = ask("audience", LEDGER).with("resource", "api://tasks");
    assert_eq!(said(&platform.token(&both).await).1, "invalid_target");
    for named in [("audience", LEDGER), ("audience", LEDGER_ID), ("resource", LEDGER)] {
        let ledger = platform.tokens(&ask(named.0, named.1)).await;
        let claims = unverified_claims(&ledger.access_token);
        assert_eq!((&claims["scope"], &claims["aud"]), (&json!("user_impersonation"), &json!(named.1)));
    }
}

/// T20: whoever acts for somebody administers nothing in their name.
#[tokio::test]
async fn nothing_is_exchanged_for_our_own_api() {
    let platform = platform().await;
    let directory = grantor_rules::directory_api::client_id();
    platform
        .change_application(NORTHWIND, TASKS_API.client_id, |api| {
            api.token_exchange.push(ExchangeTarget { api: directory.clone(), scopes: vec![], impersonation: true });
        })
        .await;
    let own =
        bought(&platform, &northwind(TASKS_API).oidc().scope("openid https://graph.microsoft.com/User.Read"), KIM)
            .await;
    let subject = called(&platform, KIM).await;
    for token in [&own.access_token, &subject] {
        let ask = exchange(token).with("audience", directory.as_str());
        assert_eq!(said(&platform.token(&ask).await).1, "invalid_target");
        let ask = exchange(token).with("scope", "https://graph.microsoft.com/User.Read");
        assert_eq!(said(&platform.token(&ask).await).1, "invalid_target");
    }
    assert_eq!(said(&platform.token(&exchange(&own.access_token)).await).1, "invalid_target", "not by leaving it out");
}

/// 8693-06
#[tokio::test]
async fn nobody_gets_more_than_the_token_allows_or_may_exchange_without_being_let() {
    let platform = platform().await;
    let subject = bought(&platform, &for_tasks("openid api://tasks/Tasks.Read"), KIM).await.access_token;
    for more in ["api://tasks/Tasks.Write", "api://tasks/Tasks.Read api://tasks/Tasks.Write", "openid"] {
        let answer = platform.token(&exchange(&subject).with("scope", more)).await;
        assert!(["invalid_scope", "invalid_target"].contains(&said(&answer).1.as_str()), "{more}");
    }
    let signs_in = exchange(&subject).with("scope", "openid api://tasks/Tasks.Read");
    refused(&platform.token(&signs_in).await, "invalid_scope", "'openid'");
    let writing = bought(&platform, &for_tasks("openid api://tasks/Tasks.Write"), KIM).await.access_token;
    let ledger = exchange(&writing).with("audience", LEDGER);
    refused(&platform.token(&ledger).await, "invalid_scope", "does not allow");
    platform.change_application(NORTHWIND, TASKS_API.client_id, |api| api.token_exchange.clear()).await;
    refused(&platform.token(&exchange(&subject)).await, "unauthorized_client", "token-exchange");
    let public = TokenRequest::by(TASKS, EXCHANGE).oidc().tenant(NORTHWIND.id).with("subject_token", &subject);
    let answer = platform.token(&public.with("subject_token_type", ACCESS_TOKEN)).await;
    assert_eq!(said(&answer), (401, "invalid_client".into()), "who keeps no secret exchanges nothing");
}

/// T16: the person's word for the API counts beside what an administrator has written down.
#[tokio::test]
async fn what_the_person_has_not_allowed_is_refused() {
    let platform = platform().await;
    let subject = called(&platform, LEE).await;
    let ledger = exchange(&subject).with("audience", LEDGER);
    assert_eq!(said(&platform.token(&ledger).await), (400, "invalid_grant".into()));
}

/// 8693-05
#[tokio::test]
async fn who_acts_stands_in_the_token_and_who_acted_before_within() {
    let platform = platform().await;
    exchanging(&platform, false).await;
    let (kim, lee, actor) = (called(&platform, KIM).await, called(&platform, LEE).await, own(&platform).await);
    refused(&platform.token(&exchange(&kim)).await, "invalid_request", "only with an actor token");
    let first = platform.tokens(&acting(&kim, &actor)).await.access_token;
    let by_application = json!({ "sub": TASKS_API.client_id });
    assert_eq!(unverified_claims(&first)["act"], by_application);
    assert_eq!(told(&platform, &first).await["act"], by_application, "whoever asks learns it");
    let second = platform.tokens(&acting(&first, &lee)).await.access_token;
    let name_of_lee = unverified_claims(&lee)["sub"].clone();
    let by_lee = json!({ "sub": name_of_lee, "act": by_application });
    assert_eq!(unverified_claims(&second)["act"], by_lee);
    assert_eq!(unverified_claims(&second)["sub"], unverified_claims(&kim)["sub"]);
    // Towards another API people have other names, actors too.
    let ledger = platform.tokens(&acting(&kim, &lee).with("audience", LEDGER)).await.access_token;
    let act = &unverified_claims(&ledger)["act"];
    assert!(act["sub"].is_string() && act["sub"] != name_of_lee);
    // Whoever acts for somebody does not act for a third.
    let for_lee = platform.tokens(&acting(&lee, &actor)).await.access_token;
    refused(&platform.token(&acting(&kim, &for_lee)).await, "invalid_request", "through somebody else already");
}

/// 8693-05
#[tokio::test]
async fn a_token_that_says_who_may_act_is_for_nobody_else() {
    let platform = platform().await;
    let may_act = async |who: &str| {
        platform.change_application(NORTHWIND, TASKS.client_id, |app| app.may_act = Some(id(who))).await;
        called(&platform, KIM).await
    };
    let actor = own(&platform).await;
    let lee = called(&platform, LEE).await;
    let ours = may_act(TASKS_API.client_id).await;
    assert_eq!(unverified_claims(&ours)["may_act"], json!({ "sub": TASKS_API.client_id }));
    platform.tokens(&exchange(&ours)).await;
    platform.tokens(&acting(&ours, &actor)).await;
    refused(&platform.token(&acting(&ours, &lee)).await, "invalid_request", "somebody else may act");
    let others = may_act(BOARD.client_id).await;
    for request in [exchange(&others), acting(&others, &actor), acting(&others, &lee)] {
        refused(&platform.token(&request).await, "invalid_request", "somebody else may act");
    }
}

/// T20: a person who acts for somebody has no role there that they do not hold.
#[tokio::test]
async fn a_person_who_acts_gains_no_role() {
    let platform = platform().await;
    let (kim, lee) = (called(&platform, KIM).await, called(&platform, LEE).await);
    let roles = |tokens: &Tokens| unverified_claims(&tokens.access_token).get("roles").cloned();
    assert_eq!(roles(&platform.tokens(&exchange(&kim)).await), Some(json!(["Approver"])));
    assert_eq!(roles(&platform.tokens(&acting(&kim, &lee)).await), None, "Lee is no approver");
    assert_eq!(roles(&platform.tokens(&acting(&lee, &kim)).await), None, "and nor is Lee with Kim acting");
}

#[tokio::test]
async fn opaque_tokens_are_exchanged_like_others() {
    let platform = platform().await;
    platform
        .change_application(NORTHWIND, TASKS_API.client_id, |api| api.access_token_format = AccessTokenFormat::Opaque)
        .await;
    let subject = called(&platform, KIM).await;
    assert!(subject.starts_with("ga1."));
    let exchanged = platform.tokens(&acting(&subject, &own(&platform).await)).await.access_token;
    assert!(exchanged.starts_with("ga1."));
    let said = told(&platform, &exchanged).await;
    assert_eq!((&said["active"], &said["act"]), (&json!(true), &json!({ "sub": TASKS_API.client_id })));
}

#[tokio::test]
async fn the_microsoft_dialects_have_no_exchange() {
    let platform = platform().await;
    let subject = called(&platform, KIM).await;
    let mut request = exchange(&subject).tenant(NORTHWIND.id);
    request.dialect = TokenRequest::by(TASKS_API, EXCHANGE).dialect;
    let answer = platform.token(&request).await;
    crate::support::refused(&answer, 70_003, "unsupported_grant_type", "");
}
