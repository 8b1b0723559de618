//! What is known of one address, and who is asking it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use grantor_environment::Timestamp;
use tokio::sync::OwnedMutexGuard;

use super::{Document, DocumentError};

/// What came of the last request for an address, and for how long that holds.
#[derive(Clone)]
pub struct Kept {
    pub result: Result<Arc<Document>, DocumentError>,
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Kept {
    /// A clock that was set back to before the request does not make the answer last longer.
    fn holds_at(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }
}

/// One address.
#[derive(Default)]
pub struct Slot {
    state: Mutex<State>,
    asking: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct State {
    kept: Option<Kept>,
    /// How many requests have ended: whoever waited for one takes what came of it, even if it is not to be kept.
    attempts: u64,
    refetched: Option<Timestamp>,
}

/// The right to ask an address, which one at a time has.
pub struct Alone {
    slot: Arc<Slot>,
    _asking: OwnedMutexGuard<()>,
}

impl Slot {
    /// What is known and still holds.
    pub fn known(&self, now: Timestamp) -> Option<Result<Arc<Document>, DocumentError>> {
        self.state().kept.as_ref().filter(|kept| kept.holds_at(now)).map(|kept| kept.result.clone())
    }

    /// How many requests have ended so far; to be read before [`Slot::known`], so that none is missed between the two.
    pub fn attempts(&self) -> u64 {
        self.state().attempts
    }

    /// Waits until nobody else asks.
    pub async fn alone(self: &Arc<Self>) -> Alone {
        let asking = Arc::clone(&self.asking).lock_owned().await;
        Alone { slot: Arc::clone(self), _asking: asking }
    }

    /// What came of a request that ended while somebody waited who had counted `before`.
    pub fn since_attempt(&self, before: u64) -> Option<Result<Arc<Document>, DocumentError>> {
        let state = self.state();
        state.kept.as_ref().filter(|_| state.attempts != before).map(|kept| kept.result.clone())
    }

    /// Notes that the document is fetched before its time, unless that was done too short a while ago.
    pub fn begin_refetch(&self, now: Timestamp, interval: Duration) -> bool {
        let mut state = self.state();
        let early = state.refetched.is_some_and(|at| at <= now && now < at + interval);
        if !early {
            state.refetched = Some(now);
        }
        !early
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Alone {
    /// Keeps what came of a request and says what callers get. A failure does not take the place of a document whose time has
    /// not come: that one was fetched before its time.
    pub fn keep(self, new: Kept, now: Timestamp) -> Result<Arc<Document>, DocumentError> {
        let mut state = self.slot.state();
        state.attempts += 1;
        let still_good = state.kept.as_ref().filter(|kept| kept.holds_at(now) && kept.result.is_ok());
        match (still_good, &new.result) {
            (Some(kept), Err(_)) => kept.result.clone(),
            _ => state.kept.insert(new).result.clone(),
        }
    }
}
