//! What the provider says of itself, and its keys.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use grantor_environment::{Clock, Timestamp};
use grantor_jose::{Algorithm, JwkSet, KeySet};
use grantor_outgoing::{HttpClient, OutgoingError, OutgoingRequest};
use grantor_protocol::metadata::ProviderMetadata;
use serde::de::DeserializeOwned;
use url::Url;

use crate::events::{Event, Observer};
use crate::settings::IssuerRule;

/// The provider cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ProviderError {
    /// It cannot be reached.
    #[error(transparent)]
    Unreachable(#[from] OutgoingError),
    /// It answered with an error.
    #[error("{url} answered {status}; check the authority and the tenant in it")]
    Status {
        /// The document.
        url: Url,
        /// The status.
        status: http::StatusCode,
    },
    /// It answered with something else than the document.
    #[error("{url} is not the expected document ({detail}); check the authority")]
    NotTheDocument {
        /// The document.
        url: Url,
        /// What is wrong.
        detail: String,
    },
    /// The document is another issuer's.
    #[error(
        "the metadata of the authority {authority:?} are of the issuer {found:?}; use that as the authority, or, for a \
         provider that names tenants by domain, choose the issuer rule SameOrigin"
    )]
    OtherIssuer {
        /// The authority.
        authority: String,
        /// The document's issuer.
        found: String,
    },
    /// The document lacks an address.
    #[error("the provider's metadata hold no usable {name}; this provider cannot be used for that")]
    NoEndpoint {
        /// The member.
        name: &'static str,
    },
    /// The document says that this provider cannot do what is needed.
    #[error("the provider does not support {what}, which a native application needs")]
    Unsupported {
        /// What is missing.
        what: &'static str,
    },
}

/// Metadata and keys, fetched when they are needed and kept for a while.
pub struct Provider {
    pub authority: String,
    pub issuer_rule: IssuerRule,
    pub metadata_url: Url,
    pub lifetime: Duration,
    pub http: Arc<dyn HttpClient>,
    pub clock: Arc<dyn Clock>,
    pub observer: Arc<dyn Observer>,
    pub known: Mutex<Known>,
}

/// What is known so far.
#[derive(Default)]
pub struct Known {
    metadata: Option<(Timestamp, Arc<ProviderMetadata>)>,
    keys: Option<(Timestamp, Arc<KeySet>)>,
}

impl Provider {
    /// The metadata, whose issuer has been checked.
    pub async fn metadata(&self) -> Result<Arc<ProviderMetadata>, ProviderError> {
        let now = self.clock.now();
        let known = self.with(|known| known.metadata.clone());
        if let Some((_, metadata)) = known.filter(|(at, _)| now.since(*at) < self.lifetime) {
            return Ok(metadata);
        }
        let metadata: ProviderMetadata = self.document(self.metadata_url.clone()).await?;
        if !self.issuer_rule.allows(&self.authority, &metadata.issuer) {
            return Err(ProviderError::OtherIssuer { authority: self.authority.clone(), found: metadata.issuer });
        }
        self.observer.notice(&Event::MetadataRead { issuer: metadata.issuer.clone() });
        let metadata = Arc::new(metadata);
        self.with(|known| known.metadata = Some((now, Arc::clone(&metadata))));
        Ok(metadata)
    }

    /// The keys that are known, or fresh ones: `renew` when a token names a key that is not among them.
    pub async fn keys(&self, metadata: &ProviderMetadata, renew: bool) -> Result<Arc<KeySet>, ProviderError> {
        let now = self.clock.now();
        let known = self.with(|known| known.keys.clone());
        if let Some((_, keys)) = known.filter(|(at, _)| !renew && now.since(*at) < self.lifetime) {
            return Ok(keys);
        }
        let url = endpoint(metadata.jwks_uri.as_deref(), "jwks_uri")?;
        let document: JwkSet = self.document(url).await?;
        // OpenID Connect Core §3.1.3.7 item 7: RS256 unless something else was agreed on.
        let keys = Arc::new(KeySet::from_jwk_set(&document, Algorithm::Rs256));
        self.with(|known| known.keys = Some((now, Arc::clone(&keys))));
        Ok(keys)
    }

    async fn document<T: DeserializeOwned>(&self, url: Url) -> Result<T, ProviderError> {
        let answer = self.http.send(OutgoingRequest::get_json(url.clone())).await?;
        if answer.status != http::StatusCode::OK {
            return Err(ProviderError::Status { url, status: answer.status });
        }
        answer.json().map_err(|error| ProviderError::NotTheDocument { url, detail: error.to_string() })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        work(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One address of the metadata.
pub fn endpoint(text: Option<&str>, name: &'static str) -> Result<Url, ProviderError> {
    text.and_then(|text| Url::parse(text).ok()).ok_or(ProviderError::NoEndpoint { name })
}
