//! How the server contacts others by itself: at addresses that its applications registered, such as those of their keys.

use std::fs;
use std::sync::Arc;

use anyhow::Context;
use grantor_environment::Clock;
use grantor_outgoing::{
    DocumentSettings, Documents, HttpClient, Outgoing, OutgoingError, OutgoingRequest, OutgoingResponse,
    OutgoingSettings,
};

use crate::config::OutgoingConfig;

/// What contacts others, under the rule for addresses that strangers may have named.
pub struct WayOut {
    /// Sends requests.
    pub http: Arc<dyn HttpClient>,
    /// Fetches what others publish, through [`Self::http`], and keeps it for a while.
    pub documents: Arc<Documents>,
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
        let documents = Arc::new(Documents::new(Arc::clone(&http), clock, DocumentSettings::default()));
        Self { http, documents }
    }
}

/// Sends nothing.
struct Closed(OutgoingError);

#[async_trait::async_trait]
impl HttpClient for Closed {
    async fn send(&self, _: OutgoingRequest) -> Result<OutgoingResponse, OutgoingError> {
        Err(self.0.clone())
    }
}
