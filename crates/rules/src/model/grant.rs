//! What was allowed, and what it bought: pending requests, codes, refresh tokens, consents.

use std::collections::{BTreeMap, BTreeSet};

use grantor_environment::Timestamp;
use grantor_protocol::pkce::CodeChallenge;
use grantor_protocol::{ClientId, FamilyId, FlowId, HandleDigest, RedirectUri, UserId};
use serde::{Deserialize, Serialize};

use super::{Authority, Method, Platform, Terms};
use crate::scopes::WantedScopes;

/// An authorization request that waits for its person.
#[derive(Clone, Debug)]
pub struct Interaction {
    /// The digest of the browser's own cookie: another browser that learns the address can do nothing with it.
    pub browser: [u8; 32],
    /// What it is for.
    pub purpose: Purpose,
    /// Whose people may answer.
    pub authority: Authority,
    /// Which dialect asked, by its name.
    pub dialect: String,
    /// The request as it came in: parsed again at each step by the dialect that asked.
    pub parameters: Vec<(String, String)>,
    /// What the person has done so far.
    pub progress: Progress,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ends unanswered.
    pub expires_at: Timestamp,
    /// The flow it belongs to.
    pub flow: FlowId,
    /// The pushed request that it began with, which ends with it.
    pub pushed: Option<HandleDigest>,
}

/// An authorization request that an application has left here for a browser to point at (RFC 9126).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedRequest {
    /// Whose it is.
    pub client_id: ClientId,
    /// Which dialect it is in, by its name.
    pub dialect: String,
    /// The request.
    pub parameters: Vec<(String, String)>,
    /// The thumbprint of the key that it was pushed with, which what follows is bound to (RFC 9449 §10.1).
    pub dpop_jkt: Option<String>,
    /// Until when a browser may point at it.
    pub expires_at: Timestamp,
    /// Until when it is kept, for those who came in time and are still signing in.
    pub keep_until: Timestamp,
}

/// What a person is to answer in an interaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Whether an application may have a code or tokens.
    #[default]
    Authorize,
    /// Whether everybody of the organization shall allow an application what it asks for. Nothing is issued.
    AdminConsent,
    /// Whether a program that waits elsewhere may go on; with the digest of its device code.
    Device(HandleDigest),
    /// Who they are, to see a page of ours; with the page's path.
    Page(String),
}

/// What the person has done so far in an interaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The account that the person chose or signed in with.
    pub account: Option<UserId>,
    /// The person asked to use another account than those signed in.
    #[serde(default)]
    pub other_account: bool,
    /// The person said that they began this themselves, on another device.
    #[serde(default)]
    pub confirmed: bool,
}

/// An authorization code that was handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// To whom.
    pub client_id: ClientId,
    /// For whom.
    pub user: UserId,
    /// Where it was sent.
    pub redirect_uri: RedirectUri,
    /// Whether the request named the address (it must then be named again, RFC 6749 §4.1.3).
    pub redirect_uri_was_given: bool,
    /// What kind of program received it.
    pub platform: Platform,
    /// The proof key that must be shown.
    pub challenge: Option<CodeChallenge>,
    /// The nonce that the id_token carries.
    pub nonce: Option<String>,
    /// What was asked for.
    pub wanted: WantedScopes,
    /// When the person proved who they are.
    pub authenticated_at: Timestamp,
    /// How.
    pub method: Method,
    /// The browser session as applications see it.
    pub sid: String,
    /// What it buys is kept under this id.
    pub family: FamilyId,
    /// The flow it belongs to.
    pub flow: FlowId,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was redeemed, if it was.
    pub spent_at: Option<Timestamp>,
    /// What the grant carries beside its permissions.
    pub terms: Terms,
    /// The thumbprint of the key that whoever redeems it must hold (RFC 9449 §10).
    pub dpop_jkt: Option<String>,
    /// When its browser session was ended, if it was.
    pub session_ended_at: Option<Timestamp>,
}

/// What one redemption bought: revoked as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its id.
    pub id: FamilyId,
    /// To whom.
    pub client_id: ClientId,
    /// For whom.
    pub user: UserId,
    /// What kind of program.
    pub platform: Platform,
    /// What the code was asked for: what a renewal without `scope` means.
    pub wanted: WantedScopes,
    /// When the person proved who they are.
    pub authenticated_at: Timestamp,
    /// How.
    pub method: Method,
    /// The browser session as applications see it.
    pub sid: String,
    /// The flow it belongs to.
    pub flow: FlowId,
    /// What it descends from, where one application acts on with what another was given.
    pub parent: Option<FamilyId>,
    /// When it ends whatever happens, for programs whose renewals do not lengthen it.
    pub ends_at: Option<Timestamp>,
    /// Why it was revoked, if it was.
    pub revoked: Option<RevocationReason>,
    /// Its refresh token, if it has any.
    pub refresh_token: Option<RefreshToken>,
    /// What the grant carries beside its permissions.
    pub terms: Terms,
    /// When its browser session was ended, if it was.
    pub session_ended_at: Option<Timestamp>,
}

impl Family {
    /// Why it is no longer good, if it is not: it was revoked, or it ends with a browser session that was ended.
    pub fn ended_because(&self) -> Option<RevocationReason> {
        let session_ended = self.terms.ends_with_session && self.session_ended_at.is_some();
        self.revoked.or(session_ended.then_some(RevocationReason::SessionEnded))
    }
}

/// Why what a redemption bought is no longer good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationReason {
    /// Its code was presented twice (RFC 6749 §4.1.2).
    CodeReplayed,
    /// One of its refresh tokens was presented again after the grace window (RFC 9700 §4.14.2).
    RefreshTokenReused,
    /// Its application asked for it (RFC 7009).
    ByItsClient,
    /// The browser session that it ends with was ended.
    SessionEnded,
}

impl RevocationReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::CodeReplayed, Self::RefreshTokenReused, Self::ByItsClient, Self::SessionEnded];

    /// The reason as it is stored and logged.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CodeReplayed => "code-replayed",
            Self::RefreshTokenReused => "refresh-token-reused",
            Self::ByItsClient => "by-its-client",
            Self::SessionEnded => "session-ended",
        }
    }

    /// Reads a stored reason.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// The one refresh token of a family that can be exchanged, with those that were exchanged lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// What stands for it in the store.
    pub digest: HandleDigest,
    /// When it ends unused.
    pub expires_at: Timestamp,
    /// Its predecessors that may still be presented again, the newest first.
    pub exchanged: Vec<Exchanged>,
}

/// A refresh token that was exchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// What stands for it in the store.
    pub digest: HandleDigest,
    /// When.
    pub at: Timestamp,
    /// Its successor, sealed under the exchanged token itself.
    pub successor: Vec<u8>,
}

/// What one person allows one application, by API: their own consent and that of an administrator for everyone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Consents(BTreeMap<ClientId, BTreeSet<String>>);

impl Consents {
    /// Adds permissions of one API.
    pub fn allow(&mut self, api: &ClientId, values: impl IntoIterator<Item = String>) {
        self.0.entry(api.clone()).or_default().extend(values);
    }

    /// Whether a permission is allowed.
    pub fn covers(&self, api: &ClientId, value: &str) -> bool {
        self.0.get(api).is_some_and(|values| values.contains(value))
    }

    /// The permissions of one API that are allowed, in order.
    pub fn of(&self, api: &ClientId) -> impl Iterator<Item = &str> {
        self.0.get(api).into_iter().flatten().map(String::as_str)
    }

    /// Each API with its permissions.
    pub fn by_api(&self) -> impl Iterator<Item = (&ClientId, &BTreeSet<String>)> {
        self.0.iter()
    }

    /// Takes in everything that others allow.
    pub fn extend(&mut self, others: &Self) {
        for (api, values) in &others.0 {
            self.allow(api, values.iter().cloned());
        }
    }

    /// What is allowed here and not there.
    #[must_use]
    pub fn without(&self, others: &Self) -> Self {
        let mut left = Self::default();
        for (api, values) in &self.0 {
            let new: Vec<String> = values.iter().filter(|value| !others.covers(api, value)).cloned().collect();
            if !new.is_empty() {
                left.allow(api, new);
            }
        }
        left
    }

    /// Whether nothing at all is allowed.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(BTreeSet::is_empty)
    }
}

/// One permission that was allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantedPermission {
    /// To which application.
    pub client_id: ClientId,
    /// By whom; `None` for an administrator who allowed it for everyone.
    pub principal: Option<UserId>,
    /// Of which API.
    pub api: ClientId,
    /// Which one.
    pub value: String,
    /// When.
    pub granted_at: Timestamp,
}

/// That somebody asks an administrator to allow an application what they cannot allow it themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRequest {
    /// Its id.
    pub id: uuid::Uuid,
    /// Which application.
    pub client_id: ClientId,
    /// Who asks.
    pub user: UserId,
    /// For what, by API.
    pub permissions: Consents,
    /// Why, in their own words.
    pub reason: String,
    /// When they asked.
    pub asked_at: Timestamp,
}
