//! What belongs to no tenant.

use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::Timestamp;
use grantor_protocol::{HandleDigest, TenantId, UserId};
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{Application, DeviceCode, Notice, Polled, Tenant, TenantName};

use crate::{
    AnswerDeviceCode, DirectoryVersions, Fault, Finished, RedeemDeviceCode, Redeemed, SigningKeyRecord, TenantStorage,
};

/// The store of a deployment.
#[async_trait]
pub trait Storage: Send + Sync {
    /// Everything that belongs to one tenant. The handle sees nothing of any other.
    fn tenant(&self, tenant: TenantId) -> Arc<dyn TenantStorage>;

    /// The tenant with this id or domain.
    async fn find_tenant(&self, name: &TenantName) -> Result<Option<Arc<Tenant>>, Fault>;

    /// The tenant that was made first.
    async fn find_first_tenant(&self) -> Result<Option<Arc<Tenant>>, Fault>;

    /// Every tenant, in the order in which they were made.
    async fn list_tenants(&self) -> Result<Vec<Tenant>, Fault>;

    /// The application that this name means in the whole deployment: a client id, or an identifier URI of an application that
    /// is for several tenants. Whoever asks still has to find out whether a tenant lets it in.
    async fn find_registered(&self, name: &str) -> Result<Option<Arc<Application>>, Fault>;

    /// Writes everything that a directory file changes, or nothing. An identifier URI or sign-in name that another
    /// application or person of the tenant holds already, or a name that another tenant has registered (see
    /// [`Self::find_registered`]), is a [`Fault::Statement`] that names it. What stands for an application in its own tenant is
    /// made with it; where it is there, it gets the app roles that the application says now and did not say before, and
    /// wants assignment as the application does when that has changed. With a new password, wrong ones are forgotten.
    async fn apply_directory(&self, change: &DirectoryChange) -> Result<(), Fault>;

    /// Keeps a device code until its person has answered. Its user code is given as [`UserCode::digest`]; one that waits
    /// already under the same is a [`Fault::Statement`].
    ///
    /// [`UserCode::digest`]: grantor_rules::model::UserCode::digest
    async fn begin_device_code(
        &self,
        digest: &HandleDigest,
        user_code: &[u8; 32],
        code: &DeviceCode,
    ) -> Result<(), Fault>;

    /// A device code, also one that is answered or spent or whose time is over.
    async fn find_device_code(&self, digest: &HandleDigest) -> Result<Option<DeviceCode>, Fault>;

    /// The device code that a user code belongs to, with its digest.
    async fn find_device_code_of(&self, user_code: &[u8; 32]) -> Result<Option<(HandleDigest, DeviceCode)>, Fault>;

    /// Answers a device code, ends its interaction and records the consent that was just given: all of it, or, when either
    /// had been answered before, nothing.
    async fn answer_device_code(&self, answer: &AnswerDeviceCode) -> Result<Finished, Fault>;

    /// Spends a device code that was answered with yes, and records what it buys: both, or, when it was spent before, nothing.
    async fn redeem_device_code(&self, redeem: &RedeemDeviceCode) -> Result<Redeemed, Fault>;

    /// Keeps when a program asked whether its person has answered, unless another question was kept since `before`. Says
    /// whether it was.
    async fn note_device_poll(&self, digest: &HandleDigest, before: Option<Polled>, now: Polled)
    -> Result<bool, Fault>;

    /// The device codes that wait for the answer of one person and end after `now`, with their digests.
    async fn list_awaited(
        &self,
        tenant: TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<(HandleDigest, DeviceCode)>, Fault>;

    /// The notices that are due at `now`, the longest due first, at most `most`, each with whose it is.
    async fn list_due_notices(&self, now: Timestamp, most: u32) -> Result<Vec<(TenantId, Notice)>, Fault>;

    /// How often each part of the directory has changed: the same commit that changes a tenant, an application or what stands
    /// for one moves the version of its part on, so whoever reads a version finds everything that it stands for.
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

    /// Notes that somebody has fetched a signing key; a later time changes nothing.
    async fn note_key_reader(&self, key_id: &str, reader: &str, at: Timestamp) -> Result<(), Fault>;

    /// Who has fetched a signing key, and when first, in the order of their names.
    async fn list_key_readers(&self, key_id: &str) -> Result<Vec<(String, Timestamp)>, Fault>;

    /// Forgets what has ended by `now`: at most `most` rows of each kind in one commit, so that nothing else waits for long.
    /// Returns how many rows went.
    async fn forget_ended(&self, now: Timestamp, most: u32) -> Result<u64, Fault>;
}
