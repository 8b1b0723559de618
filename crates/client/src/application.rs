//! The application: what everything else hangs on.

use std::sync::Arc;

use grantor_environment::{Clock, Entropy};
use grantor_outgoing::HttpClient;
use grantor_protocol::metadata::ProviderMetadata;
use url::Url;

use crate::account::Account;
use crate::cache::{CacheError, TokenCache};
use crate::events::{Event, Observer};
use crate::provider::{Provider, ProviderError, endpoint};
use crate::settings::{AppSettings, BadAppSettings};

/// An application that signs people in with one provider. Make one and share it: it keeps the provider's metadata.
pub struct Application {
    pub(crate) settings: AppSettings,
    pub(crate) provider: Provider,
    pub(crate) http: Arc<dyn HttpClient>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) cache: Arc<dyn TokenCache>,
    pub(crate) observer: Arc<dyn Observer>,
}

impl Application {
    /// Prepares; nothing is sent yet.
    ///
    /// # Errors
    /// [`BadAppSettings`].
    pub fn new(
        settings: AppSettings,
        http: Arc<dyn HttpClient>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        cache: Arc<dyn TokenCache>,
    ) -> Result<Self, BadAppSettings> {
        let provider = Provider {
            authority: settings.authority.clone(),
            issuer_rule: settings.issuer_rule,
            metadata_url: settings.metadata_url()?,
            lifetime: settings.metadata_lifetime,
            http: Arc::clone(&http),
            clock: Arc::clone(&clock),
            observer: Arc::new(()),
            known: std::sync::Mutex::default(),
        };
        Ok(Self { settings, provider, http, clock, entropy, cache, observer: Arc::new(()) })
    }

    /// Tells `observer` each step from now on.
    pub fn observed_by(mut self, observer: Arc<dyn Observer>) -> Self {
        self.provider.observer = Arc::clone(&observer);
        self.observer = observer;
        self
    }

    /// The accounts that are signed in to this application at this authority.
    ///
    /// # Errors
    /// [`CacheError`] when the cache cannot be read.
    pub async fn accounts(&self) -> Result<Vec<Account>, CacheError> {
        let contents = self.cache.peek().await?;
        Ok(contents.accounts().filter(|account| self.owns(account)).cloned().collect())
    }

    /// Forgets an account with all its tokens on this machine. Says whether it was known. The provider's own session goes
    /// on; [`Application::sign_out_url`] is where a person ends that.
    ///
    /// # Errors
    /// [`CacheError`] when the cache cannot be changed.
    pub async fn remove_account(&self, account: &Account) -> Result<bool, CacheError> {
        let mut open = self.cache.open().await?;
        let mut contents = open.contents().clone();
        let known = contents.remove(account);
        if known {
            open.replace(contents)?;
        }
        Ok(known)
    }

    /// Where a person ends the session at the provider (OpenID Connect RP-Initiated Logout §2); `None` if it has no such
    /// address.
    ///
    /// # Errors
    /// [`ProviderError`] when the metadata cannot be had.
    pub async fn sign_out_url(&self, account: &Account) -> Result<Option<Url>, ProviderError> {
        let metadata = self.metadata().await?;
        let Some(text) = metadata.end_session_endpoint.as_deref() else { return Ok(None) };
        let mut url = endpoint(Some(text), "end_session_endpoint")?;
        url.query_pairs_mut().append_pair("client_id", &self.settings.client_id);
        if let Some(username) = &account.username {
            url.query_pairs_mut().append_pair("logout_hint", username);
        }
        Ok(Some(url))
    }

    /// The provider's metadata, whose issuer has been checked.
    ///
    /// # Errors
    /// [`ProviderError`] when they cannot be had.
    pub async fn metadata(&self) -> Result<Arc<ProviderMetadata>, ProviderError> {
        self.provider.metadata().await
    }

    pub(crate) fn owns(&self, account: &Account) -> bool {
        account.client_id == self.settings.client_id && account.authority == self.settings.authority
    }

    pub(crate) fn notice(&self, event: &Event) {
        self.observer.notice(event);
    }
}

/// The scopes about signing in, which are asked each time and are no part of what an access token is for.
const SIGN_IN_SCOPES: [&str; 3] = ["openid", "profile", "offline_access"];

/// What an access token is asked for: sorted, each once, without the scopes about signing in. The key of the cache.
pub(crate) fn wanted(scopes: &[&str]) -> Vec<String> {
    let mut wanted: Vec<String> =
        scopes.iter().filter(|scope| !SIGN_IN_SCOPES.contains(scope)).map(|&scope| scope.to_owned()).collect();
    wanted.sort();
    wanted.dedup();
    wanted
}

/// The `scope` parameter for what is wanted.
pub(crate) fn scope_parameter(wanted: &[String]) -> String {
    let mut all: Vec<&str> = wanted.iter().map(String::as_str).collect();
    all.extend(SIGN_IN_SCOPES);
    all.join(" ")
}
