//! The client and its limits.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use url::Url;

use crate::destination::{is_loopback, permitted, shown};
use crate::error::{OutgoingError, sorted};
use crate::{HttpClient, OutgoingRequest, OutgoingResponse, tls};

/// What an outgoing request may do.
#[derive(Clone, Debug)]
pub struct OutgoingSettings {
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long the whole exchange may take, the body included.
    pub total_timeout: Duration,
    /// How many bytes of a body are read, unless the request says otherwise.
    pub body_limit: usize,
    /// Files with certificates in PEM form that are trusted beside the platform's.
    pub extra_ca_pem: Vec<Vec<u8>>,
    /// How we introduce ourselves.
    pub user_agent: String,
    /// Where unencrypted requests may go.
    pub plain_http: PlainHttp,
}

/// Where unencrypted requests may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainHttp {
    /// To this machine alone.
    #[default]
    LoopbackOnly,
    /// Anywhere: for a network whose links are encrypted below HTTP.
    Anywhere,
}

impl Default for OutgoingSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(30),
            body_limit: 1024 * 1024,
            extra_ca_pem: Vec::new(),
            user_agent: concat!("grantor/", env!("CARGO_PKG_VERSION")).to_owned(),
            plain_http: PlainHttp::default(),
        }
    }
}

/// Sends requests out of the process.
pub struct Outgoing {
    /// For this machine: never through a proxy.
    direct: reqwest::Client,
    /// For others: through the proxy that the environment names (`HTTPS_PROXY` and its like), if any.
    proxied: reqwest::Client,
    total_timeout: Duration,
    body_limit: usize,
    plain_http: PlainHttp,
}

impl Outgoing {
    /// Prepares to send: reads the trusted certificates once.
    ///
    /// # Errors
    /// [`OutgoingError::Settings`] when a certificate file cannot be used or no authority at all is trusted.
    pub fn new(settings: &OutgoingSettings) -> Result<Self, OutgoingError> {
        let tls = tls::client_config(&settings.extra_ca_pem)?;
        let builder = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .connect_timeout(settings.connect_timeout)
                .timeout(settings.total_timeout)
                .user_agent(settings.user_agent.clone())
        };
        let built = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|error| OutgoingError::Settings { detail: error.to_string() })
        };
        Ok(Self {
            direct: built(builder().no_proxy())?,
            proxied: built(builder())?,
            total_timeout: settings.total_timeout,
            body_limit: settings.body_limit,
            plain_http: settings.plain_http,
        })
    }

    fn route(&self, url: &Url) -> &reqwest::Client {
        if is_loopback(url) { &self.direct } else { &self.proxied }
    }
}

#[async_trait::async_trait]
impl HttpClient for Outgoing {
    async fn send(&self, request: OutgoingRequest) -> Result<OutgoingResponse, OutgoingError> {
        permitted(&request.url, self.plain_http)?;
        let destination = shown(&request.url);
        let limit = request.body_limit.unwrap_or(self.body_limit);
        let sent = self
            .route(&request.url)
            .request(request.method, request.url)
            .headers(request.headers)
            .body(request.body)
            .send()
            .await;
        let mut response = sent.map_err(|error| sorted(&error, destination.clone(), self.total_timeout))?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let body = read(response, limit, destination, self.total_timeout).await?;
        Ok(OutgoingResponse { status, headers, body })
    }
}

/// Reads a body chunk by chunk, so that no more than `limit` bytes are ever held whatever the length header promises.
async fn read(
    mut response: reqwest::Response,
    limit: usize,
    destination: String,
    timeout: Duration,
) -> Result<Bytes, OutgoingError> {
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                return Err(OutgoingError::TooLarge { destination, limit });
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body.freeze()),
            Err(error) => return Err(sorted(&error, destination, timeout)),
        }
    }
}
