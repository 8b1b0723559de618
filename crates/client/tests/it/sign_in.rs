//! Signing in.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::StatusCode;
use grantor_client::{
    BrowserError, BrowserOpener, Event, IdTokenError, MemoryCache, ProviderError, SignInError, SignInOptions,
};
use grantor_jose::{Algorithm, JwkSet, SigningKey, base64url};
use grantor_protocol::prompt::Prompt;
use grantor_protocol::response::ResponseMode;
use serde_json::{Value, json};
use url::Url;

use crate::stub::{
    Answer, Provider, TENANT, Walker, application, same_origin, send_back, sign_in, sign_in_with, simple,
};

#[tokio::test]
async fn a_person_signs_in_and_the_tokens_are_kept() {
    let provider = Provider::start().await;
    let (app, steps) = simple(&provider);
    let (result, pages) = sign_in_with(&app, &provider, Answer::default()).await;
    let signed_in = result.unwrap();
    assert_eq!(signed_in.account.home_account_id, format!("chris.{TENANT}"));
    assert_eq!(signed_in.account.username.as_deref(), Some("chris@contoso.example"));
    assert_eq!(signed_in.account.issuer, provider.issuer());
    assert_eq!(signed_in.access_token.secret.expose(), "access-1-of-chris");
    assert!(signed_in.can_refresh);
    assert_eq!(signed_in.id_token_claims["sub"], "sub-of-chris");
    assert_eq!(app.accounts().await.unwrap(), std::slice::from_ref(&signed_in.account));
    assert_eq!(pages.len(), 1);
    assert!(pages[0].0 == StatusCode::OK && pages[0].1.contains("You are signed in"), "{pages:?}");
    assert_eq!(steps.count(|event| matches!(event, Event::SignedIn { .. })), 1);
    let shown = format!("{:?} {signed_in:?}", steps.0.lock().unwrap());
    for secret in ["access-1", "refresh-1", "good-code", "code_verifier"] {
        assert!(!shown.contains(secret), "{secret} is shown");
    }
}

#[tokio::test]
async fn the_request_holds_what_the_specifications_ask_for_and_nothing_is_used_twice() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let mut seen = Vec::new();
    for _ in 0..2 {
        sign_in(&app, &provider).await;
        let asked = provider.asked.lock().unwrap().clone();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["response_mode"], "form_post");
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["scope"], "colors/Read openid profile offline_access");
        assert!(asked["redirect_uri"].starts_with("http://localhost:"));
        assert!(asked["state"].len() >= 43 && asked["nonce"].len() >= 43);
        assert!(!asked.contains_key("prompt"));
        seen.push((asked["state"].clone(), asked["nonce"].clone(), asked["code_challenge"].clone()));
    }
    assert!(seen[0].0 != seen[1].0 && seen[0].1 != seen[1].1 && seen[0].2 != seen[1].2);
    assert_ne!(seen[0].0, seen[0].1);
}

#[tokio::test]
async fn options_reach_the_request_and_the_answer_may_come_in_the_query() {
    let provider = Provider::start().await;
    let mut settings = provider.settings();
    settings.redirect_host = grantor_client::RedirectHost::Ipv4;
    let app = application(&provider, settings, Arc::new(MemoryCache::default()));
    let walker = Walker::new(&provider, Answer::default());
    let options = SignInOptions {
        prompt: Prompt::SelectAccount,
        login_hint: Some("chris@contoso.example"),
        response_mode: Some(ResponseMode::Query),
        browser: &walker,
    };
    app.sign_in(&["colors/Read"], options).await.unwrap();
    let asked = provider.asked.lock().unwrap().clone();
    assert_eq!((asked["prompt"].as_str(), asked["login_hint"].as_str()), ("select_account", "chris@contoso.example"));
    assert!(asked["redirect_uri"].starts_with("http://127.0.0.1:"));
    assert_eq!(asked["response_mode"], "query");
}

#[tokio::test]
async fn without_form_post_the_query_is_asked() {
    let provider = Provider::start().await;
    provider.metadata.lock().unwrap()["response_modes_supported"] = json!(["query", "fragment"]);
    let (app, _) = simple(&provider);
    sign_in(&app, &provider).await;
    assert_eq!(provider.asked.lock().unwrap()["response_mode"], "query");
}

#[tokio::test]
async fn a_foreign_state_gets_a_page_and_does_not_end_the_wait() {
    // T11
    let provider = Provider::start().await;
    let (app, steps) = simple(&provider);
    let (result, pages) = sign_in_with(&app, &provider, Answer { foreign_first: true, ..Answer::default() }).await;
    result.unwrap();
    let statuses: Vec<_> = pages.iter().map(|(status, _)| status.as_u16()).collect();
    assert_eq!(statuses, [400, 400, 200]);
    assert_eq!(steps.count(|event| *event == Event::ForeignResponse), 2);
    assert_eq!(provider.token_requests(), 1);
}

#[tokio::test]
async fn the_loopback_address_is_closed_afterwards() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    sign_in(&app, &provider).await;
    let redirect = Url::parse(&provider.asked.lock().unwrap()["redirect_uri"]).unwrap();
    for host in ["127.0.0.1", "::1"] {
        assert!(tokio::net::TcpStream::connect((host, redirect.port().unwrap())).await.is_err(), "{host} still open");
    }
}

/// Injects what others on this machine could send, before the right answer and together with it.
struct Hostile<'a>(Walker, &'a std::sync::Mutex<Vec<u16>>);

#[async_trait]
impl BrowserOpener for Hostile<'_> {
    async fn open(&self, url: &Url) -> Result<(), BrowserError> {
        let asked: std::collections::BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let state = asked["state"].as_str();
        let twice = send_back(&asked, &[("state", state), ("state", state), ("code", "evil")]).await;
        let raw = |host: &'static str, path: &'static str| {
            let mut address = Url::parse(&asked["redirect_uri"]).unwrap();
            address.set_path(path);
            address.query_pairs_mut().append_pair("state", state).append_pair("code", "evil");
            let request = grantor_outgoing::OutgoingRequest::get_json(address);
            let request = if host.is_empty() {
                request
            } else {
                request.header(axum::http::header::HOST, axum::http::HeaderValue::from_static(host))
            };
            async move { crate::stub::outgoing().send(request).await.unwrap() }
        };
        let rebound = raw("evil.example", "/").await;
        let elsewhere = raw("", "/other").await;
        self.1.lock().unwrap().extend([twice, rebound, elsewhere].map(|answer| answer.status.as_u16()));
        self.0.open(url).await
    }
}

#[tokio::test]
async fn doubled_parameters_other_host_names_and_other_paths_are_turned_away() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let statuses = std::sync::Mutex::default();
    let browser = Hostile(Walker::new(&provider, Answer::default()), &statuses);
    app.sign_in(&["colors/Read"], SignInOptions::new(&browser)).await.unwrap();
    assert_eq!(*statuses.lock().unwrap(), [400, 400, 404]);
    assert_eq!(provider.token_requests.lock().unwrap()[0]["code"], "good-code");
}

#[tokio::test]
async fn a_refusal_is_told_to_the_person_and_to_the_caller() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let changes = &[("code", ""), ("error", "access_denied"), ("error_description", "<b>no</b>")];
    let (result, pages) = sign_in_with(&app, &provider, Answer { changes, ..Answer::default() }).await;
    let Err(SignInError::Refused(error)) = result else { panic!("{result:?}") };
    assert_eq!((error.error.as_str(), error.error_description.as_deref()), ("access_denied", Some("<b>no</b>")));
    assert!(pages[0].1.contains("You are not signed in") && pages[0].1.contains("&lt;b&gt;no"), "{pages:?}");
    assert_eq!(provider.token_requests(), 0);
}

#[tokio::test]
async fn an_answer_of_another_issuer_gets_no_code_exchanged() {
    // T11
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    for changes in [&[("iss", "https://evil.example")], &[("iss", "")]] {
        let (result, _) = sign_in_with(&app, &provider, Answer { changes, ..Answer::default() }).await;
        assert!(matches!(result, Err(SignInError::OtherIssuer { .. })), "{result:?}");
    }
    assert_eq!(provider.token_requests(), 0);
    // Not promised, not needed.
    provider.metadata.lock().unwrap()["authorization_response_iss_parameter_supported"] = json!(false);
    let (app, _) = simple(&provider);
    let changes = &[("iss", "")];
    sign_in_with(&app, &provider, Answer { changes, ..Answer::default() }).await.0.unwrap();
}

#[tokio::test]
async fn an_answer_without_a_code_is_refused() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let changes = &[("code", "")];
    let (result, _) = sign_in_with(&app, &provider, Answer { changes, ..Answer::default() }).await;
    assert!(matches!(result, Err(SignInError::NoCode)), "{result:?}");
}

#[tokio::test]
async fn metadata_of_another_issuer_stop_the_sign_in() {
    // T11
    let provider = Provider::start().await;
    provider.metadata.lock().unwrap()["issuer"] = json!("https://evil.example");
    let (app, _) = simple(&provider);
    let (result, _) = sign_in_with(&app, &provider, Answer::default()).await;
    assert!(matches!(result, Err(SignInError::Provider(ProviderError::OtherIssuer { .. }))), "{result:?}");
}

#[tokio::test]
async fn a_domain_may_name_its_tenant_when_that_is_allowed() {
    let provider = Provider::start().await;
    let settings = same_origin(&provider, "contoso.example");
    let app = application(&provider, settings.clone(), Arc::new(MemoryCache::default()));
    assert_eq!(sign_in(&app, &provider).await.account.issuer, provider.issuer());
    let exact = grantor_client::AppSettings { issuer_rule: grantor_client::IssuerRule::Exact, ..settings };
    let app = application(&provider, exact, Arc::new(MemoryCache::default()));
    let (result, _) = sign_in_with(&app, &provider, Answer::default()).await;
    assert!(matches!(result, Err(SignInError::Provider(ProviderError::OtherIssuer { .. }))), "{result:?}");
}

#[tokio::test]
async fn metadata_for_all_tenants_take_the_tenant_of_the_token() {
    let provider = Provider::start().await;
    provider.metadata.lock().unwrap()["issuer"] = json!(format!("{}/{{tenantid}}/v2.0", provider.origin));
    let app = application(&provider, same_origin(&provider, "common"), Arc::new(MemoryCache::default()));
    let account = sign_in(&app, &provider).await.account;
    assert_eq!(account.issuer, provider.issuer());
    app.renew(&account, &["colors/Read"]).await.unwrap();
    // The answer named one tenant, the token another.
    *provider.id_claims.lock().unwrap() = Some(Box::new(|claims| {
        claims["iss"] = json!(claims["iss"].as_str().unwrap().replace(TENANT, "other"));
        claims["tid"] = json!("other");
    }));
    let (result, _) = sign_in_with(&app, &provider, Answer::default()).await;
    assert!(matches!(result, Err(SignInError::IdToken(IdTokenError::Issuer { .. }))), "{result:?}");
}

type IsExpected = fn(&IdTokenError) -> bool;

#[tokio::test]
async fn an_id_token_that_is_not_right_signs_nobody_in() {
    let rows: [(&str, Value, IsExpected); 5] = [
        ("nonce", json!("another"), |error| *error == IdTokenError::Nonce),
        ("iss", json!("https://evil.example"), |error| matches!(error, IdTokenError::Issuer { .. })),
        ("aud", json!("another"), |error| *error == IdTokenError::Audience),
        ("exp", json!(1_000_000), |error| *error == IdTokenError::Time),
        ("azp", json!("another"), |error| *error == IdTokenError::Audience),
    ];
    for (name, value, expected) in rows {
        let provider = Provider::start().await;
        let (app, _) = simple(&provider);
        *provider.id_claims.lock().unwrap() =
            Some(Box::new(move |claims| drop(claims.insert(name.to_owned(), value.clone()))));
        let (result, pages) = sign_in_with(&app, &provider, Answer::default()).await;
        let Err(SignInError::IdToken(error)) = result else { panic!("{name}: {result:?}") };
        assert!(expected(&error), "{name}: {error}");
        assert!(app.accounts().await.unwrap().is_empty(), "{name}");
        assert!(pages[0].1.contains("You are not signed in"));
    }
}

/// A browser that makes the id_token when it has seen the request.
struct Forger<'a, F>(Walker, &'a F);

#[async_trait]
impl<F: Fn(&Provider, Value) -> String + Send + Sync> BrowserOpener for Forger<'_, F> {
    async fn open(&self, url: &Url) -> Result<(), BrowserError> {
        let provider = &self.0.provider;
        *provider.asked.lock().unwrap() = url.query_pairs().into_owned().collect();
        *provider.id_token.lock().unwrap() = Some((self.1)(provider, provider.good_id_claims()));
        self.0.open(url).await
    }
}

/// Signs in while the provider hands out a token that the test makes from the right claims.
async fn with_forged(forge: impl Fn(&Provider, Value) -> String + Send + Sync) -> Result<(), SignInError> {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let browser = Forger(Walker::new(&provider, Answer::default()), &forge);
    app.sign_in(&["colors/Read"], SignInOptions::new(&browser)).await.map(drop)
}

#[tokio::test]
async fn a_swapped_algorithm_or_another_key_signs_nobody_in() {
    let parts = |header: Value, claims: &Value, signature: &[u8]| {
        let encoded = |value: &Value| base64url::encode(value.to_string());
        format!("{}.{}.{}", encoded(&header), encoded(claims), base64url::encode(signature))
    };
    let kid = |provider: &Provider| provider.key.lock().unwrap().key_id().to_owned();
    with_forged(|provider, claims| provider.sign(&claims)).await.unwrap();
    let none = with_forged(|provider, claims| parts(json!({"alg": "none", "kid": kid(provider)}), &claims, b""));
    let shared_secret =
        with_forged(|provider, claims| parts(json!({"alg": "HS256", "kid": kid(provider)}), &claims, &[1; 32]));
    let other_key = with_forged(|provider, claims| {
        let mine = SigningKey::generate(Algorithm::Es256).unwrap().with_key_id(kid(provider));
        let header = grantor_jose::HeaderFields { typ: "JWT", x5t: None };
        grantor_jose::sign_compact(&mine, &header, &claims).unwrap()
    });
    for result in [none.await, shared_secret.await, other_key.await] {
        assert!(matches!(result, Err(SignInError::IdToken(IdTokenError::Unverified(_)))), "{result:?}");
    }
}

#[tokio::test]
async fn a_new_key_is_asked_for_once() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    sign_in(&app, &provider).await;
    *provider.key.lock().unwrap() = SigningKey::generate(Algorithm::Es256).unwrap();
    sign_in(&app, &provider).await;
    assert_eq!(provider.key_requests.load(Ordering::SeqCst), 2);
    // A key that the provider does not publish: asked once more, then refused.
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
    *provider.published.lock().unwrap() = Some(JwkSet { keys: vec![stranger.public_jwk()] });
    *provider.key.lock().unwrap() = SigningKey::generate(Algorithm::Es256).unwrap();
    let (result, _) = sign_in_with(&app, &provider, Answer::default()).await;
    assert!(matches!(result, Err(SignInError::IdToken(IdTokenError::Unverified(_)))), "{result:?}");
    assert_eq!(provider.key_requests.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_provider_without_s256_is_not_used() {
    let provider = Provider::start().await;
    provider.metadata.lock().unwrap()["code_challenge_methods_supported"] = json!(["plain"]);
    let (app, _) = simple(&provider);
    let (result, _) = sign_in_with(&app, &provider, Answer::default()).await;
    assert!(matches!(result, Err(SignInError::Provider(ProviderError::Unsupported { .. }))), "{result:?}");
}

/// Opens nothing.
struct Nobody(BrowserError);

#[async_trait]
impl BrowserOpener for Nobody {
    async fn open(&self, _: &Url) -> Result<(), BrowserError> {
        Err(self.0.clone())
    }
}

#[tokio::test]
async fn without_a_browser_the_sign_in_waits_and_then_gives_up() {
    let provider = Provider::start().await;
    let (app, steps) = simple(&provider);
    let gave_up = Nobody(BrowserError::GaveUp("no".to_owned()));
    let result = app.sign_in(&[], SignInOptions::new(&gave_up)).await;
    assert!(matches!(result, Err(SignInError::Browser(_))), "{result:?}");

    let mut settings = provider.settings();
    settings.sign_in_timeout = Duration::from_millis(50);
    let app = application(&provider, settings, Arc::new(MemoryCache::default())).observed_by(Arc::clone(&steps) as _);
    let not_opened = Nobody(BrowserError::NotOpened("none".to_owned()));
    let result = app.sign_in(&[], SignInOptions::new(&not_opened)).await;
    assert!(matches!(result, Err(SignInError::TimedOut(_))), "{result:?}");
    assert_eq!(steps.count(|event| matches!(event, Event::BrowserNotOpened { .. })), 1);
    assert_eq!(steps.count(|event| matches!(event, Event::AddressReady { .. })), 2);
}

#[tokio::test]
async fn a_sign_in_can_run_as_a_task() {
    let provider = Provider::start().await;
    let (app, _) = simple(&provider);
    let task = tokio::spawn(async move {
        let walker = Walker::new(&provider, Answer::default());
        app.sign_in(&["colors/Read"], SignInOptions::new(&walker)).await.map(drop)
    });
    task.await.unwrap().unwrap();
}
