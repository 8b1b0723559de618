//! How the server contacts others by itself: at addresses that its applications registered, such as those of their keys.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use grantor_environment::Clock;
use grantor_flows::{Notice, Outside, Published, Unreachable};
use grantor_outgoing::{
    Document, DocumentError, DocumentSettings, Documents, HttpClient, Outgoing, OutgoingError, OutgoingRequest,
    OutgoingResponse, OutgoingSettings,
};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method};
use tokio::sync::Semaphore;
use url::Url;

use crate::config::OutgoingConfig;

/// What contacts others, under the rule for addresses that strangers may have named.
#[derive(Clone)]
pub struct WayOut {
    /// Sends requests.
    pub http: Arc<dyn HttpClient>,
    /// Fetches what others publish, through [`Self::http`], and keeps it for a while.
    pub documents: Arc<Documents>,
    pictures: Arc<Documents>,
    pictures_at_once: Arc<Semaphore>,
}

/// How many pictures are asked for at once: they are for show, and others wait for the same client.
const PICTURES_AT_ONCE: usize = 8;

/// How long and how much is kept of pictures: 12.5 MiB at most.
fn of_pictures() -> DocumentSettings {
    DocumentSettings {
        default_lifetime: Duration::from_hours(1),
        least_lifetime: Duration::from_mins(10),
        failure_lifetime: Duration::from_mins(1),
        body_limit: 128 * 1024,
        entries: 100,
        ..DocumentSettings::default()
    }
}

impl WayOut {
    /// The way out of a server.
    ///
    /// A machine without any trusted authority serves all the same; then every request says what is missing.
    ///
    /// # Errors
    /// One line that says why the file with authorities cannot be used.
    pub fn open(config: &OutgoingConfig, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let mut settings = OutgoingSettings::for_registered_addresses(config.allow.clone());
        if let Some(file) = &config.ca {
            let read = fs::read(file);
            let pem = read.with_context(|| format!("--outgoing-ca {} cannot be read", file.display()))?;
            settings.extra_ca_pem.push(pem);
        }
        match Outgoing::new(&settings) {
            Ok(outgoing) => Ok(Self::through(Arc::new(outgoing), clock)),
            Err(error) if config.ca.is_none() => {
                tracing::warn!(%error, "nobody can be contacted");
                Ok(Self::closed(error, clock))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// No way out: every request gets this error.
    pub fn closed(error: OutgoingError, clock: Arc<dyn Clock>) -> Self {
        Self::through(Arc::new(Closed(error)), clock)
    }

    fn through(http: Arc<dyn HttpClient>, clock: Arc<dyn Clock>) -> Self {
        let documents = Documents::new(Arc::clone(&http), Arc::clone(&clock), DocumentSettings::default());
        let pictures = Documents::new(Arc::clone(&http), clock, of_pictures());
        let (documents, pictures) = (Arc::new(documents), Arc::new(pictures));
        Self { http, documents, pictures, pictures_at_once: Arc::new(Semaphore::new(PICTURES_AT_ONCE)) }
    }

    /// Asks for a picture, unless too many are asked for.
    async fn asked_for_picture(&self, address: Url) -> Result<Result<Arc<Document>, DocumentError>, Unreachable> {
        let busy = |_| Unreachable("too many pictures are asked for at once".to_owned());
        let one_of_few = Arc::clone(&self.pictures_at_once).try_acquire_owned().map_err(busy)?;
        let pictures = Arc::clone(&self.pictures);
        // The request goes on without a caller who goes away, so it is counted without them, too.
        let asking = tokio::spawn(async move {
            let found = pictures.fetch(&address).await;
            drop(one_of_few);
            found
        });
        asking.await.map_err(|_| Unreachable("the request was given up".to_owned()))
    }
}

#[async_trait::async_trait]
impl Outside for WayOut {
    async fn fetch(&self, address: &str) -> Result<Published, Unreachable> {
        self.documents
            .fetch(&read(address)?)
            .await
            .map(|document| published(&document))
            .map_err(|error| unreachable(&error))
    }

    async fn picture(&self, address: &str) -> Result<Published, Unreachable> {
        let address = read(address)?;
        let known = self.pictures.known(&address);
        let found = if let Some(known) = known { known } else { self.asked_for_picture(address).await? };
        found.map(|document| published(&document)).map_err(|error| unreachable(&error))
    }

    async fn refetch(&self, address: &str, seen: &Published) -> Result<Published, Unreachable> {
        let address = read(address)?;
        let known = self.documents.fetch(&address).await.map_err(|error| unreachable(&error))?;
        if known.fetched_at != seen.fetched_at || known.bytes != *seen.bytes {
            // Somebody else has asked in the meantime.
            return Ok(published(&known));
        }
        self.documents
            .refetch(&address, &known)
            .await
            .map(|document| published(&document))
            .map_err(|error| unreachable(&error))
    }

    async fn tell(&self, notice: &Notice) -> Result<u16, Unreachable> {
        let request = OutgoingRequest::new(Method::POST, read(&notice.address)?)
            .header(CONTENT_TYPE, HeaderValue::from_static(notice.content_type))
            .body(notice.body.expose().to_owned());
        let request = match &notice.bearer {
            Some(token) => request.bearer(token.expose()).map_err(|error| unreachable(&error))?,
            None => request,
        };
        match self.http.send(request).await {
            Ok(answer) => Ok(answer.status.as_u16()),
            Err(error) => Err(unreachable(&error)),
        }
    }
}

fn read(address: &str) -> Result<Url, Unreachable> {
    Url::parse(address).map_err(|error| Unreachable(format!("the address is none: {error}")))
}

fn published(document: &Document) -> Published {
    Published {
        bytes: Arc::from(document.bytes.as_ref()),
        content_type: document.content_type.clone(),
        fetched_at: document.fetched_at,
    }
}

fn unreachable(error: &impl ToString) -> Unreachable {
    Unreachable(error.to_string())
}

/// Sends nothing.
struct Closed(OutgoingError);

#[async_trait::async_trait]
impl HttpClient for Closed {
    async fn send(&self, _: OutgoingRequest) -> Result<OutgoingResponse, OutgoingError> {
        Err(self.0.clone())
    }
}
