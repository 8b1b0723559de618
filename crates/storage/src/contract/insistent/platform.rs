//! What belongs to no tenant: done again, each operation says the same.

use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::Timestamp;
use grantor_protocol::TenantId;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{Tenant, TenantName};

use super::tenant::InsistentOfTenant;
use super::{Insistent, PATIENCE, PAUSE, Turn, insist, look_up};
use crate::{DirectoryVersions, Fault, SigningKeyRecord, Storage, TenantStorage};

#[async_trait]
impl Storage for Insistent {
    fn tenant(&self, tenant: TenantId) -> Arc<dyn TenantStorage> {
        Arc::new(InsistentOfTenant { store: self.store.tenant(tenant), shared: Arc::clone(&self.shared) })
    }

    async fn find_tenant(&self, name: &TenantName) -> Result<Option<Arc<Tenant>>, Fault> {
        look_up!(self.shared, self.store.find_tenant(name))
    }

    async fn list_tenants(&self) -> Result<Vec<Tenant>, Fault> {
        look_up!(self.shared, self.store.list_tenants())
    }

    async fn directory_versions(&self) -> Result<DirectoryVersions, Fault> {
        look_up!(self.shared, self.store.directory_versions())
    }

    async fn apply_directory(&self, change: &DirectoryChange) -> Result<(), Fault> {
        insist!(self.shared, self.store.apply_directory(change))
    }

    async fn keep_once(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        insist!(self.shared, self.store.keep_once(name, sealed))
    }

    async fn find_kept(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        look_up!(self.shared, self.store.find_kept(name))
    }

    async fn list_signing_keys(&self) -> Result<Vec<SigningKeyRecord>, Fault> {
        look_up!(self.shared, self.store.list_signing_keys())
    }

    async fn keep_signing_key(
        &self,
        key: &SigningKeyRecord,
        after: Option<&str>,
    ) -> Result<Vec<SigningKeyRecord>, Fault> {
        insist!(self.shared, self.store.keep_signing_key(key, after))
    }

    async fn forget_signing_key(&self, key_id: &str) -> Result<Vec<SigningKeyRecord>, Fault> {
        insist!(self.shared, self.store.forget_signing_key(key_id))
    }

    async fn forget_ended(&self, now: Timestamp, most: u32) -> Result<u64, Fault> {
        insist!(self.shared, self.store.forget_ended(now, most), |turn| forgotten(turn))
    }
}

/// How many rows went without a word.
async fn forgotten(turn: &Turn<'_>) -> Result<Option<u64>, Fault> {
    let rows = turn.rows().await;
    let gone = rows.and_then(|rows| turn.before.len().checked_sub(rows.len())).unwrap_or(0);
    Ok(u64::try_from(gone).ok().filter(|gone| *gone > 0))
}
