//! The store with a memory: tenants and registered names here, the rest by way of the tenant's handle.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::{Monotonic, Timestamp};
use grantor_protocol::{HandleDigest, TenantId, UserId};
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{
    Application, DeviceAnswer, DeviceCode, Notice, Polled, ServicePrincipal, Tenant, TenantName,
};
use grantor_storage::{
    AnswerDeviceCode, DirectoryVersions, Fault, Finished, RecordedConsent, RedeemDeviceCode, Redeemed, Shard,
    SigningKeyRecord, Storage, TenantStorage,
};

use crate::currency::Currency;
use crate::names::{Asked, Kind, Name};
use crate::shelf::Shelf;
use crate::tenant::CachedTenant;

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
    pub applications: Shelf<Name, Application>,
    /// What stands for applications in tenants.
    pub principals: Shelf<Name, ServicePrincipal>,
    tenants: Shelf<TenantName, Tenant>,
}

impl CachedStorage {
    /// Stands before `store`. Nothing is kept until [`Self::follow`] was called.
    pub fn over(store: Arc<dyn Storage>, time: Arc<dyn Monotonic>) -> Self {
        Self::with_at_most(MOST_BYTES, store, time)
    }

    /// As [`Self::over`], with another bound in bytes.
    pub fn with_at_most(bytes: usize, store: Arc<dyn Storage>, time: Arc<dyn Monotonic>) -> Self {
        let (tenants, principals) = (bytes / 4, bytes / 4);
        let kept = Kept {
            currency: Currency::new(time),
            applications: Shelf::of_bytes(bytes - tenants - principals),
            principals: Shelf::of_bytes(principals),
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
        self.kept.tenants.bytes() + self.kept.applications.bytes() + self.kept.principals.bytes()
    }
}

/// Moves the stamps of what a change touches when it is dropped: also where the change failed, or its caller went away.
pub struct Changing<'a> {
    currency: &'a Currency,
    shards: BTreeSet<Shard>,
}

impl Kept {
    /// To be held while these parts change.
    pub fn changing(&self, shards: BTreeSet<Shard>) -> Changing<'_> {
        Changing { currency: &self.currency, shards }
    }

    /// To be held while consents are recorded: they may bring something into the tenant.
    pub fn consenting(&self, tenant: TenantId, consents: &[RecordedConsent]) -> Changing<'_> {
        let brings_in = consents.iter().any(RecordedConsent::brings_in);
        self.changing(brings_in.then(|| Shard::of(tenant)).into_iter().collect())
    }
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        for shard in &self.shards {
            self.currency.has_changed(*shard);
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

    async fn find_first_tenant(&self) -> Result<Option<Arc<Tenant>>, Fault> {
        self.store.find_first_tenant().await
    }

    async fn list_tenants(&self) -> Result<Vec<Tenant>, Fault> {
        self.store.list_tenants().await
    }

    async fn apply_directory(&self, change: &DirectoryChange) -> Result<(), Fault> {
        let _then = self.kept.changing(Shard::of_change(change));
        self.store.apply_directory(change).await
    }

    async fn find_registered(&self, name: &str) -> Result<Option<Arc<Application>>, Fault> {
        let asked = Asked { tenant: None, kind: Kind::Registered, text: name };
        let before = self.kept.currency.stamps();
        if let Some(known) = before.and_then(|now| self.kept.applications.get(&asked, &now)) {
            return Ok(Some(known));
        }
        let found = self.store.find_registered(name).await?;
        if let (Some(before), Some(found)) = (before, &found) {
            // A registered name is taken from nobody: before another tenant can have it, its publisher must have given it up,
            // by a change of the application. So whatever a name leads to next, the part of the publisher that it led to
            // tells; and the same holds for what the application is.
            self.kept.applications.keep(asked.into(), Shard::of(found.publisher), &before, found);
        }
        Ok(found)
    }

    async fn begin_device_code(
        &self,
        digest: &HandleDigest,
        user_code: &[u8; 32],
        code: &DeviceCode,
    ) -> Result<(), Fault> {
        self.store.begin_device_code(digest, user_code, code).await
    }

    async fn find_device_code(&self, digest: &HandleDigest) -> Result<Option<DeviceCode>, Fault> {
        self.store.find_device_code(digest).await
    }

    async fn find_device_code_of(&self, user_code: &[u8; 32]) -> Result<Option<(HandleDigest, DeviceCode)>, Fault> {
        self.store.find_device_code_of(user_code).await
    }

    async fn answer_device_code(&self, answer: &AnswerDeviceCode) -> Result<Finished, Fault> {
        let _then = match &answer.answer {
            DeviceAnswer::Approved(approval) => Some(self.kept.consenting(approval.tenant, &answer.consents)),
            DeviceAnswer::Declined => None,
        };
        self.store.answer_device_code(answer).await
    }

    async fn redeem_device_code(&self, redeem: &RedeemDeviceCode) -> Result<Redeemed, Fault> {
        self.store.redeem_device_code(redeem).await
    }

    async fn note_device_poll(
        &self,
        digest: &HandleDigest,
        before: Option<Polled>,
        now: Polled,
    ) -> Result<bool, Fault> {
        self.store.note_device_poll(digest, before, now).await
    }

    async fn list_awaited(
        &self,
        tenant: TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<(HandleDigest, DeviceCode)>, Fault> {
        self.store.list_awaited(tenant, user, now).await
    }

    async fn list_due_notices(&self, now: Timestamp, most: u32) -> Result<Vec<(TenantId, Notice)>, Fault> {
        self.store.list_due_notices(now, most).await
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

    async fn note_key_reader(&self, key_id: &str, reader: &str, at: Timestamp) -> Result<(), Fault> {
        self.store.note_key_reader(key_id, reader, at).await
    }

    async fn list_key_readers(&self, key_id: &str) -> Result<Vec<(String, Timestamp)>, Fault> {
        self.store.list_key_readers(key_id).await
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
