//! The storage traits over an engine: each operation hands one job over.

use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, FamilyId, HandleDigest, Secret, TenantId, UserId};
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{
    Application, Code, Consents, Family, Interaction, Progress, RevocationReason, SignIn, Tenant, TenantName, User,
};
use grantor_storage::{
    Burned, DirectoryVersions, Fault, Finished, IssueCode, NewSignIn, RecordedConsent, RedeemCode, Redeemed,
    RotateRefreshToken, Rotated, SigningKeyRecord, Storage, TenantStorage,
};

use crate::conn::Job;
use crate::engine::Engine;
use crate::jobs::{
    codes, consents, directory, families, grants, housekeeping, interactions, platform, refresh_tokens, sign_ins,
    tenants,
};

/// The store of a deployment in a database. A clone is another handle on the same store.
#[derive(Debug)]
pub struct SqlStorage<E> {
    engine: Arc<E>,
}

impl<E> Clone for SqlStorage<E> {
    fn clone(&self) -> Self {
        Self { engine: Arc::clone(&self.engine) }
    }
}

impl<E> SqlStorage<E> {
    pub(crate) fn over(engine: E) -> Self {
        Self { engine: Arc::new(engine) }
    }
}

impl<E: Engine> SqlStorage<E> {
    /// Runs a job that is no operation of the contract.
    pub(crate) async fn write<J: Job + 'static>(&self, job: J) -> Result<J::Out, Fault> {
        self.engine.write(job).await
    }
}

/// The part of it that belongs to one tenant.
struct OfTenant<E> {
    engine: Arc<E>,
    tenant: TenantId,
}

#[async_trait]
impl<E: Engine> Storage for SqlStorage<E> {
    fn tenant(&self, tenant: TenantId) -> Arc<dyn TenantStorage> {
        Arc::new(OfTenant { engine: Arc::clone(&self.engine), tenant })
    }

    async fn find_tenant(&self, name: &TenantName) -> Result<Option<Arc<Tenant>>, Fault> {
        Ok(self.engine.read(&tenants::Find { name }).await?.map(Arc::new))
    }

    async fn list_tenants(&self) -> Result<Vec<Tenant>, Fault> {
        self.engine.read(&tenants::List).await
    }

    async fn apply_directory(&self, change: &DirectoryChange) -> Result<(), Fault> {
        self.engine.write(tenants::Apply { change: change.clone() }).await
    }

    async fn directory_versions(&self) -> Result<DirectoryVersions, Fault> {
        self.engine.read(&tenants::ListVersions).await
    }

    async fn keep_once(&self, name: &str, sealed: &[u8]) -> Result<Vec<u8>, Fault> {
        self.engine.write(platform::KeepOnce { name: name.to_owned(), sealed: sealed.to_vec() }).await
    }

    async fn find_kept(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        self.engine.read(&platform::FindKept { name }).await
    }

    async fn list_signing_keys(&self) -> Result<Vec<SigningKeyRecord>, Fault> {
        self.engine.read(&platform::ListSigningKeys).await
    }

    async fn keep_signing_key(
        &self,
        key: &SigningKeyRecord,
        after: Option<&str>,
    ) -> Result<Vec<SigningKeyRecord>, Fault> {
        self.engine.write(platform::KeepSigningKey { key: key.clone(), after: after.map(str::to_owned) }).await
    }

    async fn forget_signing_key(&self, key_id: &str) -> Result<Vec<SigningKeyRecord>, Fault> {
        self.engine.write(platform::ForgetSigningKey { key_id: key_id.to_owned() }).await
    }

    async fn forget_ended(&self, now: Timestamp, most: u32) -> Result<u64, Fault> {
        self.engine.write(housekeeping::ForgetEnded { now, most }).await
    }
}

#[async_trait]
impl<E: Engine> TenantStorage for OfTenant<E> {
    fn id(&self) -> TenantId {
        self.tenant
    }

    async fn find_application(&self, client_id: &ClientId) -> Result<Option<Arc<Application>>, Fault> {
        self.engine.read(&directory::FindApplication { tenant: self.tenant, client_id }).await
    }

    async fn list_applications(&self, after: Option<&ClientId>, most: u32) -> Result<Vec<Arc<Application>>, Fault> {
        self.engine.read(&directory::ListApplications { tenant: self.tenant, after, most }).await
    }

    async fn find_api(&self, identifier: &str) -> Result<Option<Arc<Application>>, Fault> {
        self.engine.read(&directory::FindApi { tenant: self.tenant, identifier }).await
    }

    async fn find_user(&self, user: UserId) -> Result<Option<User>, Fault> {
        self.engine.read(&directory::FindUser { tenant: self.tenant, user }).await
    }

    async fn find_user_by_name(&self, name: &str) -> Result<Option<User>, Fault> {
        self.engine.read(&directory::FindUserByName { tenant: self.tenant, name }).await
    }

    async fn find_password(&self, user: UserId) -> Result<Option<Secret>, Fault> {
        self.engine.read(&directory::FindPassword { tenant: self.tenant, user }).await
    }

    async fn find_consents(&self, user: UserId, client_id: &ClientId) -> Result<Consents, Fault> {
        self.engine.read(&consents::Find { tenant: self.tenant, user, client_id }).await
    }

    async fn record_consent(&self, consent: &RecordedConsent, now: Timestamp) -> Result<(), Fault> {
        self.engine.write(consents::Record { tenant: self.tenant, consent: consent.clone(), now }).await
    }

    async fn list_sign_ins(&self, session: &HandleDigest) -> Result<Vec<SignIn>, Fault> {
        self.engine.read(&sign_ins::List { tenant: self.tenant, session }).await
    }

    async fn record_sign_in(&self, sign_in: &NewSignIn) -> Result<(), Fault> {
        self.engine.write(sign_ins::Record::new(self.tenant, sign_in)?).await
    }

    async fn begin_interaction(&self, digest: &HandleDigest, interaction: &Interaction) -> Result<(), Fault> {
        self.engine.write(interactions::Begin::new(self.tenant, digest, interaction)?).await
    }

    async fn find_interaction(&self, digest: &HandleDigest) -> Result<Option<Interaction>, Fault> {
        self.engine.read(&interactions::Find { tenant: self.tenant, digest }).await
    }

    async fn note_progress(&self, digest: &HandleDigest, progress: &Progress) -> Result<(), Fault> {
        self.engine.write(interactions::NoteProgress::new(self.tenant, digest, progress)?).await
    }

    async fn end_interaction(&self, digest: &HandleDigest) -> Result<Finished, Fault> {
        self.engine.write(interactions::End { tenant: self.tenant, digest: *digest }).await
    }

    async fn issue_code(&self, issue: &IssueCode) -> Result<Finished, Fault> {
        self.engine.write(codes::Issue::new(self.tenant, issue)?).await
    }

    async fn find_code(&self, digest: &HandleDigest) -> Result<Option<Code>, Fault> {
        self.engine.read(&codes::Find { tenant: self.tenant, digest }).await
    }

    async fn redeem_code(&self, redeem: &RedeemCode) -> Result<Redeemed, Fault> {
        self.engine.write(codes::Redeem::new(self.tenant, redeem)?).await
    }

    async fn burn_code(&self, digest: &HandleDigest, now: Timestamp) -> Result<Burned, Fault> {
        self.engine.write(codes::Burn { tenant: self.tenant, digest: *digest, now }).await
    }

    async fn find_family(&self, family: FamilyId) -> Result<Option<Family>, Fault> {
        self.engine.read(&families::Find { tenant: self.tenant, family }).await
    }

    async fn find_code_with_user(&self, digest: &HandleDigest) -> Result<Option<(Code, Option<User>)>, Fault> {
        self.engine.read(&grants::FindCode { tenant: self.tenant, digest }).await
    }

    async fn find_family_with_user(&self, family: FamilyId) -> Result<Option<(Family, Option<User>)>, Fault> {
        self.engine.read(&grants::FindFamily { tenant: self.tenant, family }).await
    }

    async fn revoke_family(&self, family: FamilyId, reason: RevocationReason, now: Timestamp) -> Result<(), Fault> {
        self.engine.write(families::Revoke { tenant: self.tenant, family, reason, now }).await
    }

    async fn rotate_refresh_token(&self, rotate: &RotateRefreshToken) -> Result<Rotated, Fault> {
        self.engine.write(refresh_tokens::Rotate { tenant: self.tenant, rotate: rotate.clone() }).await
    }
}
