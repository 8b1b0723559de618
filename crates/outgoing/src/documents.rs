//! Documents that others publish under an address, kept for a while: key sets, request objects, lists of redirect addresses.
//!
//! Bytes and their type alone; what they mean is for the caller to say. However many callers want an address, one request is
//! under way for it ([`slot`]); what came of it, be it a document or a failure, is kept for as long as [`lifetime`] says.

mod lifetime;
mod slot;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use grantor_environment::{Clock, Timestamp};
use http::{Method, StatusCode, header};
use url::Url;

use crate::destination::{permitted, shown};
use crate::settings::PlainHttp;
use crate::{HttpClient, OutgoingError, OutgoingRequest};
use slot::{Alone, Kept, Slot};

/// How long and how much is kept.
#[derive(Clone, Debug)]
pub struct DocumentSettings {
    /// How long a document is kept that does not say so itself.
    pub default_lifetime: Duration,
    /// The least that is kept, whatever a document says: or its publisher could have us ask for it at every turn.
    pub least_lifetime: Duration,
    /// The most that is kept, whatever a document says: so that a key that was withdrawn ends some time.
    pub greatest_lifetime: Duration,
    /// How long a failure is kept.
    pub failure_lifetime: Duration,
    /// How often a document is fetched again before its time at most.
    pub refetch_interval: Duration,
    /// How many bytes a document may have.
    pub body_limit: usize,
    /// How many addresses are known at once.
    pub entries: usize,
}

impl Default for DocumentSettings {
    fn default() -> Self {
        Self {
            default_lifetime: Duration::from_mins(10),
            least_lifetime: Duration::from_mins(1),
            greatest_lifetime: Duration::from_hours(24),
            failure_lifetime: Duration::from_secs(30),
            refetch_interval: Duration::from_secs(30),
            body_limit: 64 * 1024,
            entries: 1000,
        }
    }
}

/// What was found under an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The content, as it came.
    pub bytes: Bytes,
    /// The `Content-Type`, as it came.
    pub content_type: Option<String>,
    /// When it was asked for.
    pub fetched_at: Timestamp,
}

/// Why there is no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// There was no answer.
    #[error(transparent)]
    NoAnswer(#[from] OutgoingError),
    /// The answer was none with a document. A redirect is not followed.
    #[error("{destination} answered {status} where a document with status 200 was expected")]
    Status {
        /// The address.
        destination: String,
        /// The status.
        status: StatusCode,
    },
}

/// Fetches documents and keeps them.
pub struct Documents {
    http: Arc<dyn HttpClient>,
    clock: Arc<dyn Clock>,
    settings: Arc<DocumentSettings>,
    slots: Mutex<Slots>,
}

#[derive(Default)]
struct Slots {
    by_address: HashMap<String, Entry>,
    /// Counts the uses, so that the entry that was not used for longest is known.
    uses: u64,
}

struct Entry {
    slot: Arc<Slot>,
    used: u64,
}

impl Documents {
    /// Keeps nothing yet.
    pub fn new(http: Arc<dyn HttpClient>, clock: Arc<dyn Clock>, settings: DocumentSettings) -> Self {
        Self { http, clock, settings: Arc::new(settings), slots: Mutex::default() }
    }

    /// The document under `url`: the one that is known, or what a request brings. Only `https` is asked, and plain `http` on
    /// this machine where the client lets it through.
    ///
    /// The fragment belongs to the address under which a document is kept, although it is not sent: a publisher changes it to
    /// say that the content has changed (OpenID Connect Core §6.2).
    ///
    /// # Errors
    /// [`DocumentError`] when there is no document, also when there was none a short while ago.
    pub async fn fetch(&self, url: &Url) -> Result<Arc<Document>, DocumentError> {
        permitted(url, PlainHttp::LoopbackOnly)?;
        let slot = self.slot(url)?;
        let before = slot.attempts();
        if let Some(known) = slot.known(self.clock.now()) {
            return known;
        }
        let alone = slot.alone().await;
        match slot.since_attempt(before) {
            Some(known) => known,
            None => self.ask(url, alone).await,
        }
    }

    /// What is known of `url` without asking anybody; `None` where a request would be made.
    pub fn known(&self, url: &Url) -> Option<Result<Arc<Document>, DocumentError>> {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = Arc::clone(&slots.by_address.get(url.as_str())?.slot);
        drop(slots);
        slot.known(self.clock.now())
    }

    /// The document under `url` after `seen` turned out to lack something, such as a key that a token names: a newer one if
    /// there is one by now. Within [`DocumentSettings::refetch_interval`] of the last time, or when the request fails, it is the
    /// one that is known: whoever makes up key ids causes no more than that.
    ///
    /// # Errors
    /// [`DocumentError`] when no document is known any more and none comes.
    pub async fn refetch(&self, url: &Url, seen: &Arc<Document>) -> Result<Arc<Document>, DocumentError> {
        permitted(url, PlainHttp::LoopbackOnly)?;
        let slot = self.slot(url)?;
        let before = slot.attempts();
        match slot.known(self.clock.now()) {
            Some(Ok(known)) if Arc::ptr_eq(&known, seen) => {}
            Some(other) => return other,
            None => {}
        }
        let alone = slot.alone().await;
        if let Some(known) = slot.since_attempt(before) {
            return known;
        }
        if !slot.begin_refetch(self.clock.now(), self.settings.refetch_interval) {
            drop(alone);
            return self.fetch(url).await;
        }
        self.ask(url, alone).await
    }

    /// Asks in a task of its own: a caller who goes away, perhaps on purpose, neither wastes the request nor hides what came of
    /// it from the next one.
    async fn ask(&self, url: &Url, alone: Alone) -> Result<Arc<Document>, DocumentError> {
        let (http, settings, url, now) =
            (Arc::clone(&self.http), Arc::clone(&self.settings), url.clone(), self.clock.now());
        let destination = shown(&url);
        let asking = tokio::spawn(async move {
            let result = answer(http.as_ref(), &settings, url, now).await;
            alone.keep(result, now)
        });
        // It ends early only with the process, or by a panic, which has been told where it happened.
        let given_up = |_| OutgoingError::Broken { destination, detail: "the request was given up".to_owned() };
        asking.await.map_err(given_up)?
    }

    /// The slot of an address. When there are too many, the one that was not used for longest and is not in use makes room.
    fn slot(&self, url: &Url) -> Result<Arc<Slot>, DocumentError> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.uses += 1;
        let used = slots.uses;
        if let Some(entry) = slots.by_address.get_mut(url.as_str()) {
            entry.used = used;
            return Ok(Arc::clone(&entry.slot));
        }
        if slots.by_address.len() >= self.settings.entries {
            let idle = slots.by_address.iter().filter(|(_, entry)| Arc::strong_count(&entry.slot) == 1);
            let oldest = idle.min_by_key(|(_, entry)| entry.used).map(|(address, _)| address.clone());
            let oldest =
                oldest.ok_or_else(|| OutgoingError::Busy { destination: shown(url), limit: Duration::ZERO })?;
            slots.by_address.remove(&oldest);
        }
        let slot = Arc::<Slot>::default();
        slots.by_address.insert(url.as_str().to_owned(), Entry { slot: Arc::clone(&slot), used });
        Ok(slot)
    }
}

/// What an address answers, and until when that is kept.
async fn answer(http: &dyn HttpClient, settings: &DocumentSettings, url: Url, now: Timestamp) -> Kept {
    let destination = shown(&url);
    let request = OutgoingRequest { body_limit: Some(settings.body_limit), ..OutgoingRequest::new(Method::GET, url) };
    let failed = |error: DocumentError| Kept { result: Err(error), from: now, until: now + settings.failure_lifetime };
    match http.send(request).await {
        Ok(answer) if answer.status == StatusCode::OK => {
            let content_type = answer.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
            let until = now + lifetime::of(&answer.headers, settings);
            let document =
                Document { content_type: content_type.map(str::to_owned), bytes: answer.body, fetched_at: now };
            Kept { result: Ok(Arc::new(document)), from: now, until }
        }
        Ok(answer) => failed(DocumentError::Status { destination, status: answer.status }),
        // That was our own trouble and says nothing about the address.
        Err(error @ OutgoingError::Busy { .. }) => Kept { result: Err(error.into()), from: now, until: now },
        Err(error) => failed(error.into()),
    }
}
