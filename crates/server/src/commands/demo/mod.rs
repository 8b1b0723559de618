//! `grantor demo`: the whole journey on this machine, with nothing set up and nothing left behind.
//!
//! Everything is real: the platform and the Colors API answer on loopback addresses of this process, the native application
//! is `grantor-client`, and every step goes over HTTP. Only the time is ours: the hour and a half in which an access token
//! ends passes at once.

mod house;
mod narrator;
mod temporary;
mod walker;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use clap::Args;
use grantor_client::{
    Account, AppSettings, Application, BrowserOpener, Call, IssuerRule, MemoryCache, SignInOptions, SystemBrowser,
};
use grantor_environment::{Clock, ManualClock, SystemEntropy};
use grantor_outgoing::{HttpClient, OutgoingRequest};
use http::{Method, StatusCode};
use serde_json::Value;
use url::Url;

use house::House;
use narrator::Narrator;
use walker::Walker;

/// The native application of the directory file.
const NATIVE_APP: &str = "11111111-1111-1111-1111-111111111111";
/// The person who signs in, with the password that the directory file gives them for local use.
const PERSON: &str = "ChrisG@contoso.example";
const PASSWORD: &str = "correct-horse-battery-staple";
/// What the journey asks for.
const PROFILE: &str = "User.Read";
const COLORS: &str = "api://colors/Colors.Read";
/// Longer than any access token lives.
const TWO_HOURS: Duration = Duration::from_hours(2);

/// What `demo` takes.
#[derive(Args, Debug)]
pub struct DemoOptions {
    /// Walk the sign-in and consent pages without a browser, over real HTTP
    #[arg(long)]
    headless: bool,
}

/// Tells the story, step by step.
///
/// # Errors
/// The first step that did not happen.
pub async fn run(options: DemoOptions) -> anyhow::Result<()> {
    let time = Arc::new(ManualClock::running());
    let narrator = Narrator::new();
    narrator.chapter("A platform starts, in a folder that lives as long as this demo");
    let house = House::open(&narrator, Arc::clone(&time)).await?;
    let outcome = journey(&narrator, &house, &time, options.headless).await;
    house.close().await?;
    outcome?;
    narrator.chapter("Every step happened. Nothing is left behind.");
    Ok(())
}

async fn journey(
    narrator: &Arc<Narrator>,
    house: &House,
    time: &Arc<ManualClock>,
    headless: bool,
) -> anyhow::Result<()> {
    narrator.chapter("Nobody calls the Colors API without a token");
    stranger(narrator, house).await?;

    narrator.chapter("A native app signs a person in");
    let laptop = Arc::new(ManualClock::running());
    let app = application(house, &laptop, narrator)?;
    let account = sign_in(narrator, house, &app, headless).await?;

    narrator.chapter("The app asks the directory who that is");
    let me = Url::parse(&house.public.at("/v1.0/me"))?;
    let body = call(&app, &account, &me, &[PROFILE]).await?;
    let name = body.get("displayName").and_then(Value::as_str).unwrap_or_default();
    ensure!(name == "Chris Green", "/v1.0/me answered for {name:?}");
    narrator.detail(&format!("displayName {name}, jobTitle {}", body.get("jobTitle").unwrap_or(&Value::Null)));

    narrator.chapter("The same sign-in serves another API: its token comes silently");
    let colors = Url::parse(&house.colors_url)?;
    let body = call(&app, &account, &colors, &[COLORS]).await?;
    narrator.detail(&format!("colors {}, seen as {}", body["colors"], body["seen_as"]));

    narrator.chapter("Two hours pass at once, and the access token ends");
    time.advance(TWO_HOURS);
    narrator.detail("the server's clock is two hours ahead; the app does not know that yet");
    narrator.catch_up_when_refused(Arc::clone(&laptop), TWO_HOURS);
    let again = app.call(&account, &Call::new(Method::GET, colors, &[COLORS])).await?;
    ensure!(again.retried, "the expired token was not refused");
    ensure!(again.response.status == StatusCode::OK, "the second call answered {}", again.response.status);
    narrator.detail("the person noticed nothing");
    Ok(())
}

/// A call without a token, and what the API says to it.
async fn stranger(narrator: &Narrator, house: &House) -> anyhow::Result<()> {
    let response = house.http.send(OutgoingRequest::new(Method::GET, Url::parse(&house.colors_url)?)).await?;
    narrator.sent(&format!("GET {}", house.colors_url));
    let challenge = response.headers.get("www-authenticate").and_then(|value| value.to_str().ok()).unwrap_or("none");
    narrator.received(&format!("{}, WWW-Authenticate: {challenge}", response.status));
    ensure!(response.status == StatusCode::UNAUTHORIZED, "expected 401");
    Ok(())
}

fn application(house: &House, clock: &Arc<ManualClock>, narrator: &Arc<Narrator>) -> anyhow::Result<Application> {
    let mut settings = AppSettings::new(NATIVE_APP, house.public.at("/contoso.example/v2.0"));
    settings.issuer_rule = IssuerRule::SameOrigin;
    let http: Arc<dyn HttpClient> = Arc::clone(&house.http);
    let clock: Arc<dyn Clock> = Arc::clone(clock) as Arc<dyn Clock>;
    let app = Application::new(settings, http, clock, Arc::new(SystemEntropy), Arc::new(MemoryCache::default()))?;
    Ok(app.observed_by(Arc::clone(narrator) as Arc<dyn grantor_client::Observer>))
}

async fn sign_in(
    narrator: &Arc<Narrator>,
    house: &House,
    app: &Application,
    headless: bool,
) -> anyhow::Result<Account> {
    let walker = Walker::new(Arc::clone(narrator), Arc::clone(&house.http), PERSON, PASSWORD);
    let browser: &dyn BrowserOpener = if headless { &walker } else { &SystemBrowser };
    if !headless {
        narrator.detail(&format!("sign in as {PERSON} with the password {PASSWORD}"));
    }
    let signed_in = app.sign_in(&[PROFILE, COLORS], SignInOptions::new(browser)).await.context("the sign-in failed")?;
    let account = signed_in.account;
    if account.username.as_deref() != Some(PERSON) {
        bail!("{:?} signed in, and {PERSON} was expected", account.username);
    }
    Ok(account)
}

async fn call(app: &Application, account: &Account, url: &Url, scopes: &[&str]) -> anyhow::Result<Value> {
    let called = app.call(account, &Call::new(Method::GET, url.clone(), scopes)).await?;
    ensure!(called.response.status == StatusCode::OK, "{url} answered {}", called.response.status);
    Ok(serde_json::from_slice(&called.response.body)?)
}
