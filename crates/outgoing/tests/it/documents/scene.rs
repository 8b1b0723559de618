//! A publisher that does as it is told, and documents from it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use grantor_environment::{ManualClock, Timestamp};
use grantor_outgoing::{
    Document, DocumentError, DocumentSettings, Documents, HttpClient, OutgoingError, OutgoingRequest, OutgoingResponse,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio::sync::Semaphore;
use url::Url;

pub const MINUTE: Duration = Duration::from_mins(1);

/// Answers as it is told, counts, and holds every request back while it is closed.
pub struct Publisher {
    pub asked: AtomicUsize,
    pub gate: Semaphore,
    pub answer: Mutex<Result<OutgoingResponse, OutgoingError>>,
}

#[async_trait::async_trait]
impl HttpClient for Publisher {
    async fn send(&self, request: OutgoingRequest) -> Result<OutgoingResponse, OutgoingError> {
        assert_eq!(request.body_limit, Some(DocumentSettings::default().body_limit));
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.gate.acquire().await.unwrap().forget();
        self.answer.lock().unwrap().clone()
    }
}

impl Publisher {
    pub fn answers(&self, body: &'static str, cache_control: &'static str) {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/jwk-set+json"));
        let body = Bytes::from_static(body.as_bytes());
        *self.answer.lock().unwrap() = Ok(OutgoingResponse { status: StatusCode::OK, headers, body });
    }

    pub fn refuses(&self, status: StatusCode) {
        let answer = OutgoingResponse { status, headers: HeaderMap::new(), body: Bytes::new() };
        *self.answer.lock().unwrap() = Ok(answer);
    }

    pub fn fails(&self, error: OutgoingError) {
        *self.answer.lock().unwrap() = Err(error);
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

pub struct Scene {
    pub publisher: Arc<Publisher>,
    pub clock: Arc<ManualClock>,
    pub documents: Arc<Documents>,
}

impl Scene {
    /// The publisher answers `one` at once, and says that it may be kept for two minutes.
    pub fn new() -> Self {
        Self::of(DocumentSettings::default(), Semaphore::MAX_PERMITS)
    }

    /// So many requests are let through; the others wait until [`Publisher::gate`] gets permits.
    pub fn of(settings: DocumentSettings, let_through: usize) -> Self {
        let answer = Mutex::new(Err(broken()));
        let publisher = Arc::new(Publisher { asked: AtomicUsize::new(0), gate: Semaphore::new(let_through), answer });
        publisher.answers("one", "max-age=120");
        let clock = Arc::new(ManualClock::stopped_at(Timestamp::from_seconds(1_000_000)));
        let documents =
            Arc::new(Documents::new(Arc::<Publisher>::clone(&publisher), Arc::<ManualClock>::clone(&clock), settings));
        Self { publisher, clock, documents }
    }

    pub async fn fetch(&self) -> Result<Arc<Document>, DocumentError> {
        self.documents.fetch(&url("https://a.example/keys")).await
    }

    pub async fn refetch(&self, seen: &Arc<Document>) -> Result<Arc<Document>, DocumentError> {
        self.documents.refetch(&url("https://a.example/keys"), seen).await
    }

    pub async fn body(&self) -> Bytes {
        self.fetch().await.unwrap().bytes.clone()
    }

    /// Waits until requests are under way.
    pub async fn asked(&self, times: usize) {
        while self.publisher.asked() < times {
            tokio::task::yield_now().await;
        }
    }
}

pub fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

pub fn broken() -> OutgoingError {
    OutgoingError::Broken { destination: "https://a.example/keys".to_owned(), detail: "it broke".to_owned() }
}

/// Waits for all of them, polling them together.
pub async fn all<T>(futures: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = futures.map(|one| (Box::pin(one), None)).collect();
    std::future::poll_fn(|context| {
        for (future, result) in waiting.iter_mut().filter(|(_, result)| result.is_none()) {
            if let std::task::Poll::Ready(value) = future.as_mut().poll(context) {
                *result = Some(value);
            }
        }
        if waiting.iter().all(|(_, result)| result.is_some()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    waiting.into_iter().filter_map(|(_, result)| result).collect()
}

/// Just before that length has passed.
pub fn almost(length: Duration) -> Duration {
    length.saturating_sub(Duration::from_millis(1))
}
