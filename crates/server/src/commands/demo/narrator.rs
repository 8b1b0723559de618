//! Prints each step as it happens: what was sent and received, in short, and never a secret.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use grantor_client::{Event, Observer};
use grantor_environment::ManualClock;
use url::Url;

/// Whoever tells the story.
pub struct Narrator {
    out: Mutex<Box<dyn Write + Send>>,
    chapters: Mutex<u32>,
    lagging: Mutex<Option<(Arc<ManualClock>, Duration)>>,
}

impl Narrator {
    pub fn new() -> Arc<Self> {
        Arc::new(Self { out: Mutex::new(Box::new(io::stdout())), chapters: Mutex::new(0), lagging: Mutex::new(None) })
    }

    /// A new part of the story.
    pub fn chapter(&self, heading: &str) {
        let mut count = self.chapters.lock().unwrap_or_else(PoisonError::into_inner);
        *count += 1;
        self.say(&format!("\n{}. {heading}", *count));
    }

    /// A story that nobody listens to any more goes on: what counts is whether every step happens.
    fn say(&self, line: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }

    pub fn detail(&self, text: &str) {
        self.say(&format!("   {text}"));
    }

    pub fn sent(&self, text: &str) {
        self.say(&format!("   → {text}"));
    }

    pub fn received(&self, text: &str) {
        self.say(&format!("   ← {text}"));
    }

    /// A clock that runs late learns the time when an API refuses a token as expired.
    pub fn catch_up_when_refused(&self, clock: Arc<ManualClock>, by: Duration) {
        *self.lagging.lock().unwrap_or_else(PoisonError::into_inner) = Some((clock, by));
    }

    fn catch_up(&self) {
        if let Some((clock, by)) = self.lagging.lock().unwrap_or_else(PoisonError::into_inner).take() {
            clock.advance(by);
            self.detail("the app's clock was late; it is right now");
        }
    }
}

impl Observer for Narrator {
    fn notice(&self, event: &Event) {
        match event {
            Event::MetadataRead { issuer } => {
                self.received(&format!("the platform's metadata; its issuer is {issuer}"));
            }
            Event::Listening { redirect_uri } => {
                self.detail(&format!("the app waits for the answer at {redirect_uri}"));
            }
            Event::AddressReady { url } => self.sent(&format!("the browser opens {}", in_short(url))),
            Event::BrowserNotOpened { reason } => {
                self.detail(&format!("no browser opened ({reason}): open the address above by hand"));
            }
            Event::ForeignResponse => self.detail("a response that belongs to no sign-in of ours was turned away"),
            Event::AnswerReceived => self.received("the browser brings a code to the app; state and issuer fit"),
            Event::SignedIn { username, scopes, .. } => {
                let who = username.as_deref().unwrap_or("somebody");
                self.received(&format!(
                    "the code bought tokens for {who}; the access token allows {}",
                    scopes.join(" ")
                ));
            }
            Event::FromCache { .. } => self.detail("an access token is in the app's cache"),
            Event::Refreshing => self.sent("the app presents its refresh token; nobody is asked"),
            Event::Refreshed { rotated, scopes, .. } => {
                let rotated = if *rotated { ", and a new refresh token in place of the old one" } else { "" };
                self.received(&format!("an access token for {}{rotated}", scopes.join(" ")));
            }
            Event::Called { method, address, status } => {
                self.sent(&format!("{method} {address}, with the access token"));
                self.received(&status.to_string());
            }
            Event::TokenRefused { description } => {
                self.received(&format!(
                    "the API refuses the token: {}",
                    description.as_deref().unwrap_or("no reason given")
                ));
                self.catch_up();
            }
            _ => {}
        }
    }
}

/// An authorization request without what ties it to this sign-in.
fn in_short(url: &Url) -> String {
    let kept = ["client_id", "response_type", "scope", "code_challenge_method", "response_mode"];
    let pairs: Vec<String> = url
        .query_pairs()
        .filter(|(name, _)| kept.contains(&name.as_ref()))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    format!("{}{}?{} …", url.origin().ascii_serialization(), url.path(), pairs.join("&"))
}
