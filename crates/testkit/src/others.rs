//! The machines that a platform contacts, as a test wants them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use grantor_environment::{Clock, Timestamp};
use grantor_flows::{Notice, Outside, Published, Unreachable};

/// How often a document is asked for again before its time at most, in seconds (docs/decisions/0019).
const REFETCH_SECONDS: i64 = 30;

/// What others publish and what they were told. A document is kept from the first time that it is asked for, and is asked for
/// again only if something seems to be missing in it.
pub struct OtherMachines {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    published: HashMap<String, Vec<u8>>,
    known: HashMap<String, Published>,
    refetched: HashMap<String, Timestamp>,
    requests: usize,
    answers: HashMap<String, u16>,
    told: Vec<Notice>,
}

impl OtherMachines {
    /// Nobody has published anything.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default() }
    }

    /// Somebody publishes something under an address from now on.
    pub fn publish(&self, address: &str, text: impl Into<Vec<u8>>) {
        self.state.lock().unwrap().published.insert(address.to_owned(), text.into());
    }

    /// Somebody takes it away; what is known of it is forgotten as well.
    pub fn withdraw(&self, address: &str) {
        let mut state = self.state.lock().unwrap();
        state.published.remove(address);
        state.known.remove(address);
    }

    /// From now on, whoever is told something at an address answers with this status; until then nobody answers there.
    pub fn answer(&self, address: &str, status: u16) {
        self.state.lock().unwrap().answers.insert(address.to_owned(), status);
    }

    /// What was told so far, in its order; also where nobody answered.
    pub fn told(&self) -> Vec<Notice> {
        self.state.lock().unwrap().told.clone()
    }

    /// How many documents were asked for from outside.
    pub fn requests(&self) -> usize {
        self.state.lock().unwrap().requests
    }
}

impl State {
    fn ask(&mut self, address: &str, now: Timestamp) -> Result<Published, Unreachable> {
        self.requests += 1;
        let found = self.published.get(address);
        let bytes = found.ok_or_else(|| Unreachable(format!("{address} answered 404")))?;
        let document = Published { bytes: Arc::from(bytes.as_slice()), content_type: None, fetched_at: now };
        self.known.insert(address.to_owned(), document.clone());
        Ok(document)
    }
}

#[async_trait::async_trait]
impl Outside for OtherMachines {
    async fn fetch(&self, address: &str) -> Result<Published, Unreachable> {
        let mut state = self.state.lock().unwrap();
        match state.known.get(address) {
            Some(known) => Ok(known.clone()),
            None => state.ask(address, self.clock.now()),
        }
    }

    async fn picture(&self, address: &str) -> Result<Published, Unreachable> {
        self.fetch(address).await
    }

    async fn refetch(&self, address: &str, seen: &Published) -> Result<Published, Unreachable> {
        let (mut state, now) = (self.state.lock().unwrap(), self.clock.now());
        if state.refetched.get(address).is_some_and(|at| now.seconds() < at.seconds() + REFETCH_SECONDS) {
            return Ok(state.known.get(address).unwrap_or(seen).clone());
        }
        state.refetched.insert(address.to_owned(), now);
        state.ask(address, now)
    }

    async fn tell(&self, notice: &Notice) -> Result<u16, Unreachable> {
        let mut state = self.state.lock().unwrap();
        state.told.push(notice.clone());
        let status = state.answers.get(&notice.address).copied();
        status.ok_or_else(|| Unreachable(format!("nobody answers at {}", notice.address)))
    }
}
