//! Cookies: what ties a browser to its requests and keeps its sign-ins.
//!
//! A browser has one cookie of its own, and one more for each tenant in which somebody is signed in. Both are out of reach of
//! scripts, and one that is not says only that something has changed (`BrowserState`); with TLS they carry the `__Host-` prefix, so that no neighbouring host can plant one. `SameSite=None` lets a
//! single-page application renew silently in a frame; forms are protected by a token of their own (see `csrf`).

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use grantor_flows::Env;
use grantor_jose::base64url;
use grantor_protocol::secret::sha256;
use grantor_protocol::{Handle, HandleKind, PublicUrl, Secret, TenantId};
use grantor_rules::model::Authority;

/// What the name of a session's cookie begins with; its tenant's id follows.
const SESSION: &str = "grantor-session-";
/// No state of ours is longer.
const LONGEST_STATE: usize = 64;
/// How many sessions of one browser are looked at.
const MOST_SESSIONS: usize = 16;

/// The secret of one browser.
pub struct Browser {
    secret: Secret,
    is_new: bool,
}

impl Browser {
    /// The browser's secret, if it sent one that we could have made.
    pub fn of(headers: &HeaderMap, public: &PublicUrl) -> Option<Self> {
        let value = find(headers, &browser_name(public))?;
        let well_formed = base64url::decode(&value).is_ok_and(|bytes| bytes.len() == 32);
        well_formed.then(|| Self { secret: Secret::new(value), is_new: false })
    }

    /// The browser, or one that was not seen before.
    pub fn known_or_fresh(headers: &HeaderMap, env: &Env) -> Self {
        Self::of(headers, &env.public).unwrap_or_else(|| Self::fresh(env.entropy.bytes()))
    }

    /// A browser that was not seen before.
    fn fresh(bytes: [u8; 32]) -> Self {
        Self { secret: Secret::new(base64url::encode(bytes)), is_new: true }
    }

    /// What is kept of it.
    pub fn digest(&self) -> [u8; 32] {
        sha256(self.secret.expose().as_bytes())
    }

    /// The secret that its forms are marked with.
    pub const fn secret(&self) -> &Secret {
        &self.secret
    }

    /// The header that keeps it, for a browser that has none yet.
    pub fn set_cookie(&self, public: &PublicUrl) -> Option<String> {
        self.is_new.then(|| set(&browser_name(public), self.secret.expose(), public))
    }
}

/// A random text that changes whenever somebody signs in or out in this browser. Scripts of our own frame read it and tell
/// applications whether it is still the same (OpenID Connect Session Management 1.0 §3.2); it says nothing else and opens nothing.
#[derive(Clone)]
pub struct BrowserState {
    value: String,
    is_new: bool,
}

impl BrowserState {
    /// The browser's state, if it has one.
    pub fn of(headers: &HeaderMap, public: &PublicUrl) -> Option<Self> {
        let value = find(headers, &state_name(public)).filter(|value| value.len() <= LONGEST_STATE)?;
        Some(Self { value, is_new: false })
    }

    /// Another one than before.
    pub fn fresh(env: &Env) -> Self {
        Self { value: base64url::encode(env.entropy.bytes::<16>()), is_new: true }
    }

    /// The browser's state, or one for a browser that has none yet.
    pub fn known_or_fresh(headers: &HeaderMap, env: &Env) -> Self {
        Self::of(headers, &env.public).unwrap_or_else(|| Self::fresh(env))
    }

    /// Another one than before, for a browser that applications were told a state of.
    pub fn changed(headers: &HeaderMap, env: &Env) -> Option<Self> {
        Self::of(headers, &env.public).map(|_| Self::fresh(env))
    }

    pub fn value(&self) -> &str {
        &self.value
    }

    /// The header that keeps it, for one that is new.
    pub fn set_cookie(&self, public: &PublicUrl) -> Option<String> {
        let header = || format!("{}={}; Path=/; {}", state_name(public), self.value, scope(public));
        self.is_new.then(header)
    }
}

/// The name of the cookie that scripts of our frame read.
pub fn state_name(public: &PublicUrl) -> String {
    format!("{}grantor-state", prefix(public))
}

/// The sessions of this browser at an address: that of its tenant, or, where the address stands for several, that of each
/// tenant in which somebody signed in.
pub fn sessions(headers: &HeaderMap, public: &PublicUrl, authority: Authority) -> Vec<Handle> {
    let prefix = format!("{}{SESSION}", prefix(public));
    let named = |(name, value): (&str, &str)| {
        let tenant: TenantId = name.strip_prefix(prefix.as_str())?.parse().ok()?;
        Handle::parse(HandleKind::Session, value).ok().filter(|handle| handle.tenant() == tenant)
    };
    let wanted = |handle: &Handle| match authority {
        Authority::Tenant(tenant) => handle.tenant() == tenant,
        Authority::Organizations | Authority::Common => true,
    };
    // A browser holds as many as there are tenants in which its people signed in; who sends more makes us look them up.
    pairs(headers).filter_map(named).filter(wanted).take(MOST_SESSIONS).collect()
}

/// The header that keeps a session.
pub fn set_session(session: &Handle, public: &PublicUrl) -> String {
    set(&session_name(public, session.tenant()), session.secret().expose(), public)
}

fn browser_name(public: &PublicUrl) -> String {
    format!("{}grantor-browser", prefix(public))
}

fn session_name(public: &PublicUrl, tenant: TenantId) -> String {
    format!("{}{SESSION}{tenant}", prefix(public))
}

fn prefix(public: &PublicUrl) -> &'static str {
    if public.is_https() { "__Host-" } else { "" }
}

fn set(name: &str, value: &str, public: &PublicUrl) -> String {
    format!("{name}={value}; Path=/; HttpOnly; {}", scope(public))
}

fn scope(public: &PublicUrl) -> &'static str {
    if public.is_https() { "Secure; SameSite=None" } else { "SameSite=Lax" }
}

fn find(headers: &HeaderMap, name: &str) -> Option<String> {
    pairs(headers).find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let headers = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='))
}
