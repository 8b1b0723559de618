//! Access tokens without asking anybody: from the cache, or bought with the refresh token.

use grantor_environment::Timestamp;
use grantor_protocol::Secret;
use grantor_protocol::claims::name;
use grantor_protocol::metadata::ProviderMetadata;
use serde_json::Value;

use crate::account::{AccessToken, Account, TokenSource};
use crate::application::{Application, scope_parameter, wanted};
use crate::cache::{CacheError, Contents, Kept, OpenCache, StoredToken};
use crate::events::Event;
use crate::id_token::{self, Asked, Failure, IdTokenError, issuer_for};
use crate::provider::{ProviderError, endpoint};
use crate::server_error::ServerError;
use crate::token_endpoint::{TokenEndpointError, Tokens, exchange};

/// There is no access token.
#[derive(Debug, thiserror::Error)]
pub enum AcquireError {
    /// A person must sign in.
    #[error("a person must sign in again: {0}")]
    InteractionNeeded(InteractionReason),
    /// The account belongs to another application or authority.
    #[error("the account {home_account_id} is not one of this application at this authority; sign in first")]
    ForeignAccount {
        /// The account's id.
        home_account_id: String,
    },
    /// The provider cannot be used.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// The refresh failed for a reason that a person cannot mend by signing in.
    #[error(transparent)]
    Token(#[from] TokenEndpointError),
    /// The refresh brought an id_token that is not believed.
    #[error(transparent)]
    IdToken(#[from] IdTokenError),
    /// The cache cannot be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
}

/// Why a person must sign in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InteractionReason {
    /// Nobody with this account has signed in on this machine.
    #[error("the account is not signed in here")]
    UnknownAccount,
    /// The provider gave no refresh token, or it has been used up.
    #[error("there is no refresh token")]
    NoRefreshToken,
    /// The provider wants to see the person.
    #[error("{0}")]
    Refused(Box<ServerError>),
}

impl From<Failure> for AcquireError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Provider(error) => Self::Provider(error),
            Failure::Token(error) => Self::IdToken(error),
        }
    }
}

/// Which cached token will do.
enum Wish {
    /// One with enough life left.
    Fresh,
    /// One that lives and is not this one.
    OtherThan(Option<Secret>),
}

impl Application {
    /// An access token of `account` for `scopes`: from the cache while it has enough life left, else by a refresh. Calls at
    /// the same time, in other processes too, share one refresh.
    ///
    /// # Errors
    /// [`AcquireError`]; with [`AcquireError::InteractionNeeded`] it is time for [`Application::sign_in`].
    pub async fn acquire_silent(&self, account: &Account, scopes: &[&str]) -> Result<AccessToken, AcquireError> {
        self.owned(account)?;
        let wanted = wanted(scopes);
        let contents = self.cache.peek().await?;
        if let Some(token) = self.cached(&contents, account, &wanted, &Wish::Fresh) {
            return Ok(token);
        }
        let seen = contents.find_token(account, &wanted).map(|token| token.token.0.clone());
        self.shared_refresh(account, wanted, seen).await
    }

    /// A new access token of `account` for `scopes`, however good the cached one is.
    ///
    /// # Errors
    /// As [`Application::acquire_silent`].
    pub async fn renew(&self, account: &Account, scopes: &[&str]) -> Result<AccessToken, AcquireError> {
        self.owned(account)?;
        let mut open = self.cache.open().await?;
        self.refreshed(account, wanted(scopes), &mut *open).await
    }

    /// Another access token than `refused`, of which an API said that it is no longer good.
    pub(crate) async fn replaced(
        &self,
        account: &Account,
        scopes: &[&str],
        refused: &Secret,
    ) -> Result<AccessToken, AcquireError> {
        let mut open = self.cache.open().await?;
        let mut contents = open.contents().clone();
        if contents.find(account).is_some() {
            contents.entry(account).drop_token(refused);
            open.replace(contents)?;
        }
        drop(open);
        self.acquire_silent(account, scopes).await
    }

    /// Refreshes, unless another one has done so since `seen` was the cached token.
    async fn shared_refresh(
        &self,
        account: &Account,
        wanted: Vec<String>,
        seen: Option<Secret>,
    ) -> Result<AccessToken, AcquireError> {
        let mut open = self.cache.open().await?;
        match self.cached(open.contents(), account, &wanted, &Wish::OtherThan(seen)) {
            Some(token) => Ok(token),
            None => self.refreshed(account, wanted, &mut *open).await,
        }
    }

    fn owned(&self, account: &Account) -> Result<(), AcquireError> {
        if self.owns(account) {
            return Ok(());
        }
        Err(AcquireError::ForeignAccount { home_account_id: account.home_account_id.clone() })
    }

    fn cached(&self, contents: &Contents, account: &Account, wanted: &[String], wish: &Wish) -> Option<AccessToken> {
        let (found, now) = (contents.find_token(account, wanted)?, self.clock.now());
        let good = match wish {
            Wish::Fresh => found.is_fresh(now, self.settings.renew_ahead),
            Wish::OtherThan(seen) => {
                seen.as_ref() != Some(&found.token.0) && now < Timestamp::from_millis(found.expires_at)
            }
        };
        let token = good.then(|| found.to_access_token(TokenSource::Cache))?;
        self.notice(&Event::FromCache { expires_at: token.expires_at });
        Some(token)
    }

    /// Uses the refresh token (RFC 6749 §6) while the cache is held open, so that it is used once.
    async fn refreshed(
        &self,
        account: &Account,
        wanted: Vec<String>,
        open: &mut dyn OpenCache,
    ) -> Result<AccessToken, AcquireError> {
        let needed = |reason| Err(AcquireError::InteractionNeeded(reason));
        let Some(entry) = open.contents().find(account) else { return needed(InteractionReason::UnknownAccount) };
        let Some(Kept(old)) = entry.refresh_token.clone() else { return needed(InteractionReason::NoRefreshToken) };
        self.notice(&Event::Refreshing);
        let now = self.clock.now();
        match self.refresh(account, &wanted, &old, now).await {
            Ok(tokens) => self.kept_refreshed(account, wanted, tokens, open),
            Err(AcquireError::Token(TokenEndpointError::Refused(error))) if error.needs_interaction() => {
                if error.ends_refresh_token() {
                    let mut contents = open.contents().clone();
                    contents.entry(account).refresh_token = None;
                    open.replace(contents)?;
                }
                needed(InteractionReason::Refused(error))
            }
            Err(error) => Err(error),
        }
    }

    async fn refresh(
        &self,
        account: &Account,
        wanted: &[String],
        old: &Secret,
        now: Timestamp,
    ) -> Result<Tokens, AcquireError> {
        let metadata = self.metadata().await?;
        // The refresh token goes to the issuer that gave it and to no other, should the authority's metadata have changed.
        let tenant =
            account.tenant_id.iter().map(|tenant| (name::TID.to_owned(), Value::from(tenant.as_str()))).collect();
        if issuer_for(&metadata.issuer, &tenant) != account.issuer {
            let (authority, found) = (account.issuer.clone(), metadata.issuer.clone());
            return Err(ProviderError::OtherIssuer { authority, found }.into());
        }
        let endpoint = endpoint(metadata.token_endpoint.as_deref(), "token_endpoint")?;
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", &self.settings.client_id),
            ("refresh_token", old.expose()),
            ("scope", &scope_parameter(wanted)),
            ("client_info", "1"),
        ];
        let tokens = exchange(&*self.http, endpoint, &fields, now).await?;
        if let Some(id_token) = &tokens.id_token {
            self.same_person(account, id_token, &metadata, now).await?;
        }
        Ok(tokens)
    }

    /// An id_token that a refresh brings must be of the same person (OpenID Connect Core §12.2).
    async fn same_person(
        &self,
        account: &Account,
        id_token: &Secret,
        metadata: &ProviderMetadata,
        now: Timestamp,
    ) -> Result<(), AcquireError> {
        let (client_id, skew) = (&*self.settings.client_id, self.settings.clock_skew);
        let asked = Asked { client_id, issuer: &account.issuer, nonce: None, now, skew };
        let claims = id_token::check(id_token, &asked, &self.provider, metadata).await?;
        let same = claims.get(name::SUB).and_then(Value::as_str) == Some(account.subject.as_str());
        if same { Ok(()) } else { Err(IdTokenError::OtherSubject.into()) }
    }

    /// Keeps what a refresh brought: the new refresh token takes the old one's place in the same write.
    fn kept_refreshed(
        &self,
        account: &Account,
        wanted: Vec<String>,
        tokens: Tokens,
        open: &mut dyn OpenCache,
    ) -> Result<AccessToken, AcquireError> {
        let now = self.clock.now();
        let stored = StoredToken::new(&tokens, wanted, now);
        let token = stored.to_access_token(TokenSource::Refresh);
        let rotated = tokens.refresh_token.is_some();
        let mut contents = open.contents().clone();
        let entry = contents.entry(account);
        if let Some(new) = tokens.refresh_token {
            entry.refresh_token = Some(Kept(new));
        }
        entry.keep(stored, now);
        open.replace(contents)?;
        let (scopes, expires_at) = (token.scopes.clone(), token.expires_at);
        self.notice(&Event::Refreshed { rotated, scopes, expires_at });
        Ok(token)
    }
}
