//! The client: one request, one whole answer, within the limits.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use url::Url;

use crate::destination::{permitted, shown};
use crate::error::{OutgoingError, sorted};
use crate::names::Names;
use crate::places::Places;
use crate::routes::Routes;
use crate::settings::OutgoingSettings;
use crate::{HttpClient, OutgoingRequest, OutgoingResponse, tls};

/// Sends requests out of the process.
pub struct Outgoing {
    routes: Routes,
    places: Places,
    settings: OutgoingSettings,
}

impl Outgoing {
    /// Prepares to send: reads the trusted certificates once.
    ///
    /// # Errors
    /// [`OutgoingError::Settings`] when a certificate file cannot be used or no authority at all is trusted.
    pub fn new(settings: &OutgoingSettings) -> Result<Self, OutgoingError> {
        Self::with(settings, None)
    }

    /// As [`Outgoing::new`], with other names than the system's.
    ///
    /// # Errors
    /// As [`Outgoing::new`].
    pub fn with_names(settings: &OutgoingSettings, names: Arc<dyn Names>) -> Result<Self, OutgoingError> {
        Self::with(settings, Some(names))
    }

    fn with(settings: &OutgoingSettings, names: Option<Arc<dyn Names>>) -> Result<Self, OutgoingError> {
        let tls = tls::client_config(&settings.extra_ca_pem, settings.ca_flag)?;
        let builder = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .connect_timeout(settings.connect_timeout)
                .user_agent(settings.user_agent.clone())
        };
        let routes = Routes::new(&settings.destinations, names, builder)
            .map_err(|error| OutgoingError::Settings { detail: error.to_string() })?;
        Ok(Self { routes, places: Places::new(settings.at_once), settings: settings.clone() })
    }

    /// Sends and reads, however long it takes.
    async fn exchange(
        &self,
        client: &reqwest::Client,
        request: OutgoingRequest,
    ) -> Result<OutgoingResponse, OutgoingError> {
        let url = request.url.clone();
        let limit = request.body_limit.unwrap_or(self.settings.body_limit);
        let sent = client.request(request.method, request.url).headers(request.headers).body(request.body).send().await;
        let mut response = sent.map_err(|error| sorted(&error, &url, &self.settings))?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let body = self.read(response, limit, &url).await?;
        Ok(OutgoingResponse { status, headers, body })
    }

    /// Reads a body chunk by chunk, so that no more than `limit` bytes are ever held whatever the length header promises.
    async fn read(&self, mut response: reqwest::Response, limit: usize, url: &Url) -> Result<Bytes, OutgoingError> {
        let mut body = BytesMut::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                    return Err(OutgoingError::TooLarge { destination: shown(url), limit });
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok(body.freeze()),
                Err(error) => return Err(sorted(&error, url, &self.settings)),
            }
        }
    }
}

#[async_trait::async_trait]
impl HttpClient for Outgoing {
    async fn send(&self, request: OutgoingRequest) -> Result<OutgoingResponse, OutgoingError> {
        permitted(&request.url, self.settings.plain_http)?;
        let client = self.routes.client(&request.url)?;
        let (destination, limit) = (shown(&request.url), self.settings.total_timeout);
        let mut started = false;
        let whole = async {
            let _place = self.places.take(request.url.host_str().unwrap_or_default()).await;
            started = true;
            self.exchange(client, request).await
        };
        match tokio::time::timeout(limit, whole).await {
            Ok(answer) => answer,
            Err(_) if started => Err(OutgoingError::TimedOut { destination, limit }),
            Err(_) => Err(OutgoingError::Busy { destination, limit }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::settings::AtOnce;

    #[tokio::test]
    async fn who_gets_no_place_in_time_is_told_so() {
        let limit = Duration::from_millis(20);
        for (to_one_host, altogether, taken) in [(1, 2, "x.example"), (2, 1, "y.example")] {
            let at_once = AtOnce { to_one_host, altogether };
            let settings = OutgoingSettings { at_once, total_timeout: limit, ..OutgoingSettings::default() };
            let outgoing = Outgoing::new(&settings).unwrap();
            let _place = outgoing.places.take(taken).await;
            let request = OutgoingRequest::get_json(Url::parse("https://x.example/y?z").unwrap());
            let error = outgoing.send(request).await.unwrap_err();
            assert_eq!(error, OutgoingError::Busy { destination: "https://x.example/y".to_owned(), limit });
        }
    }
}
