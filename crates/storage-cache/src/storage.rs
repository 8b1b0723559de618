//! The store with a memory: tenants here, applications by way of their tenant's handle.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::{Monotonic, Timestamp};
use grantor_protocol::TenantId;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{Tenant, TenantName};
use grantor_storage::{DirectoryVersions, Fault, Shard, SigningKeyRecord, Storage, TenantStorage};

use crate::currency::Currency;
use crate::shelf::Shelf;
use crate::tenant::{Applications, CachedTenant};

/// How much memory all of it may use.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// A store before which the directory is kept in memory.
pub struct CachedStorage {
    store: Arc<dyn Storage>,
    kept: Arc<Kept>,
}

/// What is kept in memory.
pub struct Kept {
    /// Whether it counts.
    pub currency: Currency,
    /// Under each name by which they were asked for.
    pub applications: Applications,
    tenants: Shelf<TenantName, Tenant>,
}

impl CachedStorage {
    /// Stands before `store`. Nothing is kept until [`Self::follow`] was called.
    pub fn over(store: Arc<dyn Storage>, time: Arc<dyn Monotonic>) -> Self {
        Self::with_at_most(MOST_BYTES, store, time)
    }

    /// As [`Self::over`], with another bound in bytes.
    pub fn with_at_most(bytes: usize, store: Arc<dyn Storage>, time: Arc<dyn Monotonic>) -> Self {
        let tenants = bytes / 4;
        let kept = Kept {
            currency: Currency::new(time),
            applications: Shelf::of_bytes(bytes - tenants),
            tenants: Shelf::of_bytes(tenants),
        };
        Self { store, kept: Arc::new(kept) }
    }

    /// Takes up what other nodes have changed. To be called every [`FOLLOW_EVERY`](crate::FOLLOW_EVERY).
    ///
    /// # Errors
    /// The store could not be asked. What is in memory stops counting by itself when that lasts.
    pub async fn follow(&self) -> Result<(), Fault> {
        let currency = &self.kept.currency;
        let asked = currency.moment();
        currency.learn(asked, self.store.directory_versions().await?);
        Ok(())
    }

    /// How many bytes are in memory, about.
    pub fn bytes(&self) -> u64 {
        self.kept.tenants.bytes() + self.kept.applications.bytes()
    }
}

/// Moves the stamps of what a change touches when it is dropped: also where the change failed, or its caller went away.
struct Changing<'a> {
    currency: &'a Currency,
    change: &'a DirectoryChange,
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        for shard in Shard::of_change(self.change) {
            self.currency.has_changed(shard);
        }
    }
}

#[async_trait]
impl Storage for CachedStorage {
    fn tenant(&self, tenant: TenantId) -> Arc<dyn TenantStorage> {
        Arc::new(CachedTenant::over(self.store.tenant(tenant), Arc::clone(&self.kept)))
    }

    async fn find_tenant(&self, name: &TenantName) -> Result<Option<Arc<Tenant>>, Fault> {
        let before = self.kept.currency.stamps();
        if let Some(known) = before.and_then(|now| self.kept.tenants.get(name, &now)) {
            return Ok(Some(known));
        }
        let found = self.store.find_tenant(name).await?;
        if let (Some(before), Some(found)) = (before, &found) {
            // A domain leads somewhere else only after the tenant that it led to has changed: that tenant's part tells.
            self.kept.tenants.keep(name.clone(), Shard::of(found.id), &before, found);
        }
        Ok(found)
    }

    async fn list_tenants(&self) -> Result<Vec<Tenant>, Fault> {
        self.store.list_tenants().await
    }

    async fn apply_directory(&self, change: &DirectoryChange) -> Result<(), Fault> {
        let _then = Changing { currency: &self.kept.currency, change };
        self.store.apply_directory(change).await
    }

    async fn directory_versions(&self) -> Result<DirectoryVersions, Fault> {
        self.store.directory_versions().await
    }

    async fn keep_once(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        self.store.keep_once(name, sealed).await
    }

    async fn find_kept(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        self.store.find_kept(name).await
    }

    async fn list_signing_keys(&self) -> Result<Vec<SigningKeyRecord>, Fault> {
        self.store.list_signing_keys().await
    }

    async fn keep_signing_key(
        &self,
        key: &SigningKeyRecord,
        after: Option<&str>,
    ) -> Result<Vec<SigningKeyRecord>, Fault> {
        self.store.keep_signing_key(key, after).await
    }

    async fn forget_signing_key(&self, key_id: &str) -> Result<Vec<SigningKeyRecord>, Fault> {
        self.store.forget_signing_key(key_id).await
    }

    async fn forget_ended(&self, now: Timestamp, most: u32) -> Result<u64, Fault> {
        self.store.forget_ended(now, most).await
    }
}

impl fmt::Debug for CachedStorage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CachedStorage").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}
