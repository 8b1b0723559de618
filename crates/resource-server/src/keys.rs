//! The issuer's keys: fetched once, kept, and fetched again at a bounded rate.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use grantor_environment::{Clock, Timestamp};
use grantor_jose::{Algorithm, JwkSet, KeySet};
use grantor_outgoing::{HttpClient, OutgoingRequest, OutgoingResponse};
use grantor_protocol::metadata::ProviderMetadata;
use serde::de::DeserializeOwned;
use url::Url;

use crate::rejection::Rejection;
use crate::settings::VerifierSettings;

/// The keys of one issuer.
///
/// A failed fetch never drops keys that are known: an issuer that is down for an hour does not take its APIs along. A
/// stranger who makes up key ids causes one fetch for each `refetch_interval` and no more.
pub struct Keys {
    http: Arc<dyn HttpClient>,
    clock: Arc<dyn Clock>,
    metadata_url: Url,
    issuer: String,
    default_rsa: Algorithm,
    lifetime: Duration,
    refetch_interval: Duration,
    first_fetch_interval: Duration,
    state: Mutex<State>,
    /// Held by the one that fetches.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Clone, Default)]
struct State {
    keys: Option<Arc<KeySet>>,
    /// When the keys are to be renewed, or tried again.
    due: Option<Timestamp>,
    /// When an unknown key may cause a fetch again.
    unknown_due: Option<Timestamp>,
    /// Why the last fetch failed, while no keys are known.
    failure: String,
}

impl Keys {
    pub fn new(
        settings: &VerifierSettings,
        metadata_url: Url,
        http: Arc<dyn HttpClient>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        // RSA keys may leave out `alg`: Microsoft's do. They are then for the first RSA algorithm that is accepted.
        let rsa = |algorithm: &&Algorithm| algorithm.name().starts_with(['R', 'P']);
        Self {
            http,
            clock,
            metadata_url,
            issuer: settings.issuer.clone(),
            default_rsa: settings.algorithms.iter().find(rsa).copied().unwrap_or(Algorithm::Rs256),
            lifetime: settings.keys_lifetime,
            refetch_interval: settings.refetch_interval,
            first_fetch_interval: settings.first_fetch_interval,
            state: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        }
    }

    /// The keys that are known, renewed when they are old. Only a caller without any keys waits for another's fetch.
    pub async fn current(&self) -> Result<Arc<KeySet>, Rejection> {
        let state = self.state();
        let now = self.clock.now();
        let due = state.due.is_none_or(|due| now >= due);
        match (state.keys, due) {
            (Some(keys), false) => Ok(keys),
            (Some(keys), true) => match self.fetching.try_lock() {
                Ok(_alone) => Ok(self.renewed(now).await.unwrap_or(keys)),
                Err(_) => Ok(keys),
            },
            (None, _) => self.first().await,
        }
    }

    /// The keys after a token named one that is not among `seen`; `seen` again when it is too early to ask.
    pub async fn after_unknown(&self, seen: Arc<KeySet>) -> Arc<KeySet> {
        let _alone = self.fetching.lock().await;
        let state = self.state();
        if let Some(newer) = state.keys.filter(|keys| !Arc::ptr_eq(keys, &seen)) {
            return newer;
        }
        let now = self.clock.now();
        if state.unknown_due.is_some_and(|due| now < due) {
            return seen;
        }
        self.change(|state| state.unknown_due = Some(now + self.refetch_interval));
        self.renewed(now).await.unwrap_or(seen)
    }

    async fn first(&self) -> Result<Arc<KeySet>, Rejection> {
        let _alone = self.fetching.lock().await;
        let (state, now) = (self.state(), self.clock.now());
        if let Some(keys) = state.keys {
            return Ok(keys);
        }
        if let Some(due) = state.due.filter(|due| now < *due) {
            return Err(Rejection::KeysUnavailable { retry_after: due.since(now), detail: state.failure });
        }
        self.renewed(now)
            .await
            .map_err(|detail| Rejection::KeysUnavailable { retry_after: self.first_fetch_interval, detail })
    }

    /// Fetches, and writes down what came of it. The caller holds `fetching`.
    async fn renewed(&self, now: Timestamp) -> Result<Arc<KeySet>, String> {
        // Written down before the fetch: one that is given up half-way counts too.
        self.change(|state| {
            let pause = if state.keys.is_some() { self.refetch_interval } else { self.first_fetch_interval };
            state.due = Some(now + pause);
        });
        match self.fetched().await {
            Ok(keys) => {
                let keys = Arc::new(keys);
                self.change(|state| {
                    state.keys = Some(Arc::clone(&keys));
                    state.due = Some(now + self.lifetime);
                });
                Ok(keys)
            }
            Err(failure) => {
                tracing::warn!(issuer = self.issuer, reason = failure, "the issuer's keys could not be fetched");
                self.change(|state| state.failure.clone_from(&failure));
                Err(failure)
            }
        }
    }

    /// Metadata, then keys. The metadata must be the configured issuer's own (RFC 8414 §3.3, Discovery §4.3).
    async fn fetched(&self) -> Result<KeySet, String> {
        let metadata: ProviderMetadata = self.document(self.metadata_url.clone()).await?;
        if metadata.issuer != self.issuer {
            return Err(format!(
                "the metadata at {} is of the issuer {:?}, and {:?} is configured",
                self.metadata_url, metadata.issuer, self.issuer
            ));
        }
        let jwks_uri = metadata.jwks_uri.ok_or("the metadata names no jwks_uri")?;
        let jwks_uri = Url::parse(&jwks_uri).map_err(|_| format!("the jwks_uri {jwks_uri:?} is not an address"))?;
        let document: JwkSet = self.document(jwks_uri).await?;
        let keys = KeySet::from_jwk_set(&document, self.default_rsa);
        if keys.is_empty() { Err("the key set holds no usable key".to_owned()) } else { Ok(keys) }
    }

    async fn document<T: DeserializeOwned>(&self, url: Url) -> Result<T, String> {
        let shown = url.to_string();
        let answer: OutgoingResponse =
            self.http.send(OutgoingRequest::get_json(url)).await.map_err(|error| error.to_string())?;
        if answer.status != http::StatusCode::OK {
            return Err(format!("{shown} answered {}", answer.status));
        }
        answer.json().map_err(|error| format!("{shown} did not answer with the expected JSON: {error}"))
    }

    fn state(&self) -> State {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
