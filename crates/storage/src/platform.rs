//! What belongs to no tenant.

use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::Timestamp;
use grantor_protocol::TenantId;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{Tenant, TenantName};

use crate::{DirectoryVersions, Fault, SigningKeyRecord, TenantStorage};

/// The store of a deployment.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Everything that belongs to one tenant. The handle sees nothing of any other.
    fn tenant(&self, tenant: TenantId) -> Arc<dyn TenantStorage>;

    /// The tenant with this id or domain.
    async fn find_tenant(&self, name: &TenantName) -> Result<Option<Arc<Tenant>>, Fault>;

    /// Every tenant, in the order in which they were made.
    async fn list_tenants(&self) -> Result<Vec<Tenant>, Fault>;

    /// Writes everything that a directory file changes, or nothing. An identifier URI or sign-in name that another
    /// application or person of the tenant holds already is a [`Fault::Statement`] that names it.
    async fn apply_directory(&self, change: &DirectoryChange) -> Result<(), Fault>;

    /// How often each part of the directory has changed: the same commit that changes a tenant or an application moves the
    /// version of its part on, so whoever reads a version finds everything that it stands for.
    async fn directory_versions(&self) -> Result<DirectoryVersions, Fault>;

    /// Keeps `sealed` under `name` unless something is kept there already, and returns what is kept: with several nodes
    /// starting at once, all of them end up with the same.
    async fn keep_once(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, Fault>;

    /// What is kept under `name`.
    async fn find_kept(&self, name: &str) -> Result<Option<Vec<u8>>, Fault>;

    /// Every signing key, oldest first.
    async fn list_signing_keys(&self) -> Result<Vec<SigningKeyRecord>, Fault>;

    /// Keeps `key` as the successor of the key `after`, or as the first of its algorithm where there is none yet, unless that
    /// place is taken; returns every key. Of several nodes that act at once, one wins and all see its key.
    async fn keep_signing_key(
        &self,
        key: &SigningKeyRecord,
        after: Option<&str>,
    ) -> Result<Vec<SigningKeyRecord>, Fault>;

    /// Forgets a signing key that nothing alive was signed with, and returns those that are left.
    async fn forget_signing_key(&self, key_id: &str) -> Result<Vec<SigningKeyRecord>, Fault>;

    /// Forgets what has ended by `now`: at most `most` rows of each kind in one commit, so that nothing else waits for long.
    /// Returns how many rows went.
    async fn forget_ended(&self, now: Timestamp, most: u32) -> Result<u64, Fault>;
}
