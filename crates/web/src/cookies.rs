//! Cookies: what ties a browser to its requests and keeps its sign-ins.
//!
//! A browser has one cookie of its own, and one more for each tenant in which somebody is signed in. All are out of reach of
//! scripts; with TLS they carry the `__Host-` prefix, so that no neighbouring host can plant one. `SameSite=None` lets a
//! single-page application renew silently in a frame; forms are protected by a token of their own (see `csrf`).

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use grantor_jose::base64url;
use grantor_protocol::secret::sha256;
use grantor_protocol::{Handle, HandleKind, PublicUrl, Secret, TenantId};

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

    /// A browser that was not seen before.
    pub fn fresh(bytes: [u8; 32]) -> Self {
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

/// The session of this browser in one tenant.
pub fn session(headers: &HeaderMap, public: &PublicUrl, tenant: TenantId) -> Option<Handle> {
    let value = find(headers, &session_name(public, tenant))?;
    Handle::parse(HandleKind::Session, &value).ok().filter(|handle| handle.tenant() == tenant)
}

/// The header that keeps a session.
pub fn set_session(session: &Handle, public: &PublicUrl) -> String {
    set(&session_name(public, session.tenant()), session.secret().expose(), public)
}

fn browser_name(public: &PublicUrl) -> String {
    format!("{}grantor-browser", prefix(public))
}

fn session_name(public: &PublicUrl, tenant: TenantId) -> String {
    format!("{}grantor-session-{tenant}", prefix(public))
}

fn prefix(public: &PublicUrl) -> &'static str {
    if public.is_https() { "__Host-" } else { "" }
}

fn set(name: &str, value: &str, public: &PublicUrl) -> String {
    let scope = if public.is_https() { "Secure; SameSite=None" } else { "SameSite=Lax" };
    format!("{name}={value}; Path=/; HttpOnly; {scope}")
}

fn find(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs =
        headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok()).flat_map(|header| header.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value.to_owned())
}
