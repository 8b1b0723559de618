//! What applications are told behind the browser's back, and what they said to it.

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something that an application is told by a request of ours, until it has heard it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its id.
    pub id: Uuid,
    /// Who is told.
    pub client_id: ClientId,
    /// What.
    pub event: NoticeEvent,
    /// What became of each try, the first one first.
    pub attempts: Vec<Attempt>,
    /// How often it was begun to be told.
    pub tries: u32,
    /// When it is tried next; nothing once it was heard or given up.
    pub due_at: Option<Timestamp>,
    /// When it happened.
    pub created_at: Timestamp,
    /// Until when it stands in the log.
    pub keep_until: Timestamp,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeEvent {
    /// A browser session has ended (OpenID Connect Back-Channel Logout 1.0 §2.5).
    SessionEnded {
        /// Who was signed in.
        user: UserId,
        /// The session as applications see it.
        sid: String,
        /// Which dialect the application speaks, by its name.
        dialect: String,
    },
    /// A person has answered elsewhere (CIBA §10.2).
    RequestAnswered {
        /// What the application asks with and what proves us to it, sealed.
        sealed: Vec<u8>,
    },
}

impl NoticeEvent {
    /// What happened, in a word for logs.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SessionEnded { .. } => "session-ended",
            Self::RequestAnswered { .. } => "request-answered",
        }
    }
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// What came back: a status, or what went wrong.
    pub answer: String,
}
