//! What happened, flow by flow, in a bounded ring in memory.
//!
//! An event holds facts and never a secret: the types that hold secrets cannot be put into one.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, FamilyId, FlowId, UserId};
use grantor_rules::Refusal;
use grantor_rules::model::RevocationReason;
use serde::Serialize;

use crate::Trace;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// An application asked for an authorization.
    AuthorizationAsked {
        /// Which.
        client: ClientId,
    },
    /// The person is being asked.
    PersonAsked {
        /// What: `account`, `sign-in` or `consent`.
        what: &'static str,
    },
    /// Somebody signed in.
    SignedIn {
        /// Who.
        user: UserId,
    },
    /// Somebody allowed an application something.
    Consented {
        /// Who.
        user: UserId,
        /// What, as API and permission.
        permissions: Vec<String>,
        /// Whether an administrator allowed it for everybody.
        for_everyone: bool,
    },
    /// Somebody asks an administrator to allow what they may not.
    AdministratorAsked {
        /// Who.
        user: UserId,
        /// For which application.
        client: ClientId,
    },
    /// Somebody took back what an application was allowed.
    ConsentWithdrawn {
        /// Who.
        user: UserId,
        /// From which application.
        client: ClientId,
        /// Whether an administrator took it back for everybody.
        for_everyone: bool,
    },
    /// An application registered itself.
    ApplicationRegistered {
        /// Which.
        client: ClientId,
    },
    /// An application changed its registration.
    RegistrationChanged {
        /// Which.
        client: ClientId,
    },
    /// An application took its registration away.
    RegistrationRemoved {
        /// Which.
        client: ClientId,
    },
    /// A program waits for its person to sign in elsewhere.
    DeviceCodeIssued {
        /// Which.
        client: ClientId,
    },
    /// An application waits for the answer of a person who is elsewhere.
    PersonAskedElsewhere {
        /// Which.
        client: ClientId,
        /// Who.
        user: UserId,
    },
    /// Somebody answered for a program that waits.
    DeviceAnswered {
        /// Who.
        user: UserId,
        /// Whether it may go on.
        approved: bool,
    },
    /// Somebody signed out.
    SignedOut {
        /// Who.
        user: UserId,
    },
    /// An application was told something behind the browser's back, or nobody answered there.
    ApplicationTold {
        /// Which.
        client: ClientId,
        /// What: `session-ended` or `request-answered`.
        what: &'static str,
        /// What came back: a status, or what went wrong.
        answer: String,
        /// Whether it is told again.
        again: bool,
    },
    /// A code was issued.
    CodeIssued {
        /// To whom.
        client: ClientId,
        /// For whom.
        user: UserId,
    },
    /// Tokens were issued.
    TokensIssued {
        /// To whom.
        client: ClientId,
        /// For whom.
        user: UserId,
        /// For which API.
        api: ClientId,
        /// What they allow.
        scopes: Vec<String>,
        /// By which grant.
        grant: &'static str,
    },
    /// A token was issued to an application that acts for itself.
    ApplicationTokenIssued {
        /// To whom.
        client: ClientId,
        /// For which API.
        api: ClientId,
        /// What the application is to it.
        roles: Vec<String>,
    },
    /// A refresh token was presented again within the grace window and got the same successor.
    SuccessorRepeated {
        /// The family.
        family: FamilyId,
    },
    /// What a redemption bought was revoked.
    FamilyRevoked {
        /// The family.
        family: FamilyId,
        /// Why.
        reason: RevocationReason,
    },
    /// An API of ours was called.
    ApiCalled {
        /// On whose behalf.
        user: UserId,
        /// By which application.
        client: ClientId,
    },
    /// The answer was no.
    Refused {
        /// The stable reason.
        reason: &'static str,
        /// What was compared.
        facts: String,
    },
}

impl Event {
    /// That the answer was no, with everything that was compared.
    pub fn refused(refusal: &Refusal) -> Self {
        Self::Refused { reason: refusal.reason(), facts: format!("{refusal:?}") }
    }
}

/// An event with where and when it happened.
#[derive(Clone, Debug, Serialize)]
pub struct Recorded {
    /// The flow.
    #[serde(serialize_with = "as_text")]
    pub flow: FlowId,
    /// The request.
    #[serde(serialize_with = "as_text")]
    pub request: FlowId,
    /// When the request came in, in milliseconds since the epoch.
    #[serde(serialize_with = "as_millis")]
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

fn as_text<S: serde::Serializer>(id: &FlowId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn as_millis<S: serde::Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(at.millis())
}

/// Keeps the newest events.
#[derive(Debug)]
pub struct Recorder {
    most: usize,
    ring: Mutex<VecDeque<Recorded>>,
}

impl Recorder {
    /// Keeps the newest `most` events; memory grows with what happens and never beyond that.
    pub const fn new(most: usize) -> Self {
        Self { most, ring: Mutex::new(VecDeque::new()) }
    }

    pub(crate) fn record(&self, trace: &Trace, event: Event) {
        tracing::debug!(flow = %trace.flow(), request = %trace.request(), ?event, "recorded");
        let recorded = Recorded { flow: trace.flow(), request: trace.request(), at: trace.at(), event };
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let forgotten = if ring.len() == self.most { ring.pop_front() } else { None };
        ring.push_back(recorded);
        // What is cleared away is nobody's business to wait for.
        drop(ring);
        drop(forgotten);
    }

    /// The events of the flow that `id` names, itself or by one of its requests, oldest first.
    pub fn of(&self, id: FlowId) -> Vec<Recorded> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let flow = ring.iter().find(|recorded| recorded.request == id).map_or(id, |recorded| recorded.flow);
        ring.iter().filter(|recorded| recorded.flow == flow || recorded.request == id).cloned().collect()
    }

    /// The newest `most` events, oldest first.
    pub fn newest(&self, most: usize) -> Vec<Recorded> {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.iter().skip(ring.len().saturating_sub(most)).cloned().collect()
    }
}
