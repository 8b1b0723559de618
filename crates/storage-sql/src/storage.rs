//! The storage traits over an engine: each operation hands one job over.

use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, FamilyId, HandleDigest, TenantId, UserId};
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::{
    Application, Assigned, Assignment, Code, ConsentRequest, Consents, DeviceCode, Family, GrantedPermission, Group,
    Interaction, Notice, Polled, Progress, PushedRequest, RevocationReason, ServicePrincipal, SignIn, Tenant,
    TenantName, User,
};
use grantor_storage::{
    AnswerDeviceCode, BeginFamily, Burned, DirectoryVersions, EndSignIns, Fault, Finished, IssueCode, NewSignIn,
    RecordedConsent, RedeemCode, RedeemDeviceCode, Redeemed, RotateRefreshToken, Rotated, SessionClient,
    SigningKeyRecord, Storage, StoredPassword, TenantStorage, WithdrawnConsent, WrongPassword,
};
use uuid::Uuid;

use crate::conn::Job;
use crate::engine::Engine;
use crate::jobs::{
    apply, assignments, codes, consent_requests, consents, credentials, device_codes, directory, families, grants,
    housekeeping, interactions, notices, once, platform, principals, refresh_tokens, sessions, sign_ins, tenants,
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

    async fn find_first_tenant(&self) -> Result<Option<Arc<Tenant>>, Fault> {
        Ok(self.engine.read(&tenants::FindFirst).await?.map(Arc::new))
    }

    async fn list_tenants(&self) -> Result<Vec<Tenant>, Fault> {
        self.engine.read(&tenants::List).await
    }

    async fn apply_directory(&self, change: &DirectoryChange) -> Result<(), Fault> {
        self.engine.write(apply::Apply { change: change.clone() }).await
    }

    async fn find_registered(&self, name: &str) -> Result<Option<Arc<Application>>, Fault> {
        self.engine.read(&principals::FindRegistered { name }).await
    }

    async fn begin_device_code(
        &self,
        digest: &HandleDigest,
        user_code: &[u8; 32],
        code: &DeviceCode,
    ) -> Result<(), Fault> {
        self.engine.write(device_codes::Begin::new(digest, user_code, code)?).await
    }

    async fn find_device_code(&self, digest: &HandleDigest) -> Result<Option<DeviceCode>, Fault> {
        self.engine.read(&device_codes::Find { digest }).await
    }

    async fn find_device_code_of(&self, user_code: &[u8; 32]) -> Result<Option<(HandleDigest, DeviceCode)>, Fault> {
        self.engine.read(&device_codes::FindByUserCode { user_code }).await
    }

    async fn answer_device_code(&self, answer: &AnswerDeviceCode) -> Result<Finished, Fault> {
        self.engine.write(device_codes::Answer::new(answer)?).await
    }

    async fn redeem_device_code(&self, redeem: &RedeemDeviceCode) -> Result<Redeemed, Fault> {
        self.engine.write(device_codes::Redeem::new(redeem)?).await
    }

    async fn note_device_poll(
        &self,
        digest: &HandleDigest,
        before: Option<Polled>,
        now: Polled,
    ) -> Result<bool, Fault> {
        self.engine.write(device_codes::NotePoll { digest: *digest, before, now }).await
    }

    async fn list_awaited(
        &self,
        tenant: TenantId,
        user: UserId,
        now: Timestamp,
    ) -> Result<Vec<(HandleDigest, DeviceCode)>, Fault> {
        self.engine.read(&device_codes::ListAwaited { tenant, user, now }).await
    }

    async fn list_due_notices(&self, now: Timestamp, most: u32) -> Result<Vec<(TenantId, Notice)>, Fault> {
        self.engine.read(&notices::ListDue { now, most }).await
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

    async fn note_key_reader(&self, key_id: &str, reader: &str, at: Timestamp) -> Result<(), Fault> {
        let (key_id, reader) = (key_id.to_owned(), reader.to_owned());
        self.engine.write(platform::NoteKeyReader { key_id, reader, at }).await
    }

    async fn list_key_readers(&self, key_id: &str) -> Result<Vec<(String, Timestamp)>, Fault> {
        self.engine.read(&platform::ListKeyReaders { key_id }).await
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

    async fn list_users(&self, after: Option<&str>, most: u32) -> Result<Vec<User>, Fault> {
        self.engine.read(&directory::ListUsers { tenant: self.tenant, after, most }).await
    }

    async fn find_service_principal(&self, client_id: &ClientId) -> Result<Option<Arc<ServicePrincipal>>, Fault> {
        self.engine.read(&principals::Find { tenant: self.tenant, client_id }).await
    }

    async fn list_service_principals(
        &self,
        after: Option<&ClientId>,
        most: u32,
    ) -> Result<Vec<Arc<ServicePrincipal>>, Fault> {
        self.engine.read(&principals::List { tenant: self.tenant, after, most }).await
    }

    async fn list_assignments(&self, client_id: &ClientId) -> Result<Vec<Assignment>, Fault> {
        self.engine.read(&assignments::List { tenant: self.tenant, client_id }).await
    }

    async fn find_group(&self, group: Uuid) -> Result<Option<Group>, Fault> {
        self.engine.read(&assignments::FindGroup { tenant: self.tenant, group }).await
    }

    async fn find_assigned(&self, client_id: &ClientId, user: UserId) -> Result<Assigned, Fault> {
        self.engine.read(&assignments::Find { tenant: self.tenant, client_id, user }).await
    }

    async fn list_groups_of(&self, user: UserId) -> Result<Vec<Uuid>, Fault> {
        self.engine.read(&assignments::ListGroupsOf { tenant: self.tenant, user }).await
    }

    async fn find_password(&self, user: UserId) -> Result<Option<StoredPassword>, Fault> {
        self.engine.read(&credentials::FindPassword { tenant: self.tenant, user }).await
    }

    async fn count_wrong_password(&self, wrong: &WrongPassword) -> Result<(), Fault> {
        self.engine.write(credentials::CountWrong { tenant: self.tenant, wrong: *wrong }).await
    }

    async fn forget_wrong_passwords(&self, user: UserId) -> Result<(), Fault> {
        self.engine.write(credentials::ForgetWrong { tenant: self.tenant, user }).await
    }

    async fn list_credential_uses(&self, client_id: &ClientId) -> Result<Vec<(String, Timestamp)>, Fault> {
        self.engine.read(&credentials::ListUses { tenant: self.tenant, client_id }).await
    }

    async fn note_credential_use(&self, client_id: &ClientId, credential: &str, at: Timestamp) -> Result<(), Fault> {
        let (tenant, client_id, credential) = (self.tenant, client_id.clone(), credential.to_owned());
        self.engine.write(credentials::NoteUse { tenant, client_id, credential, at }).await
    }

    async fn find_consents(&self, user: UserId, client_id: &ClientId) -> Result<Consents, Fault> {
        self.engine.read(&consents::Find { tenant: self.tenant, user, client_id }).await
    }

    async fn record_consent(&self, consent: &RecordedConsent, now: Timestamp) -> Result<(), Fault> {
        let consents = vec![consent.clone()];
        self.engine.write(consents::Record { tenant: self.tenant, consents, now, interaction: None }).await.map(drop)
    }

    async fn list_consents(&self, principal: Option<UserId>) -> Result<Vec<GrantedPermission>, Fault> {
        self.engine.read(&consents::List { tenant: self.tenant, principal }).await
    }

    async fn withdraw_consent(&self, withdrawn: &WithdrawnConsent) -> Result<bool, Fault> {
        self.engine.write(consents::Withdraw { tenant: self.tenant, withdrawn: withdrawn.clone() }).await
    }

    async fn ask_for_consent(&self, request: &ConsentRequest) -> Result<(), Fault> {
        self.engine.write(consent_requests::Ask::new(self.tenant, request)?).await
    }

    async fn list_consent_requests(&self, most: u32) -> Result<Vec<ConsentRequest>, Fault> {
        self.engine.read(&consent_requests::List { tenant: self.tenant, most }).await
    }

    async fn end_consent_request(
        &self,
        id: Uuid,
        allowed: &[RecordedConsent],
        now: Timestamp,
    ) -> Result<Finished, Fault> {
        self.engine.write(consent_requests::End { tenant: self.tenant, id, allowed: allowed.to_vec(), now }).await
    }

    async fn list_sign_ins(&self, session: &HandleDigest) -> Result<Vec<SignIn>, Fault> {
        self.engine.read(&sign_ins::List { tenant: self.tenant, session }).await
    }

    async fn record_sign_in(&self, sign_in: &NewSignIn) -> Result<(), Fault> {
        self.engine.write(sign_ins::Record::new(self.tenant, sign_in)?).await
    }

    async fn end_sign_ins(&self, end: &EndSignIns) -> Result<(), Fault> {
        self.engine.write(sign_ins::End::new(self.tenant, end)?).await
    }

    async fn claim_notice(&self, id: Uuid, tries: u32, until: Timestamp) -> Result<bool, Fault> {
        self.engine.write(notices::Claim { tenant: self.tenant, id, tries, until }).await
    }

    async fn note_notice(&self, notice: &Notice) -> Result<(), Fault> {
        self.engine.write(notices::Note { written: notices::Written::new(self.tenant, notice)? }).await
    }

    async fn list_notices(&self, most: u32) -> Result<Vec<Notice>, Fault> {
        self.engine.read(&notices::List { tenant: self.tenant, most }).await
    }

    async fn spend_once(&self, digest: &[u8; 32], until: Timestamp) -> Result<bool, Fault> {
        self.engine.write(once::Spend { tenant: self.tenant, digest: *digest, until }).await
    }

    async fn push_request(&self, digest: &HandleDigest, request: &PushedRequest) -> Result<(), Fault> {
        self.engine.write(once::Push::new(self.tenant, digest, request)?).await
    }

    async fn find_pushed_request(&self, digest: &HandleDigest) -> Result<Option<PushedRequest>, Fault> {
        self.engine.read(&once::FindPushed { tenant: self.tenant, digest }).await
    }

    async fn find_session_end(&self, sid: &str) -> Result<Option<Timestamp>, Fault> {
        self.engine.read(&sessions::FindEnd { tenant: self.tenant, sid }).await
    }

    async fn list_session_clients(&self, sid: &str) -> Result<Vec<SessionClient>, Fault> {
        self.engine.read(&sessions::List { tenant: self.tenant, sid }).await
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

    async fn end_interaction(&self, digest: &HandleDigest, pushed: Option<&HandleDigest>) -> Result<Finished, Fault> {
        self.engine.write(interactions::End { tenant: self.tenant, digest: *digest, pushed: pushed.copied() }).await
    }

    async fn issue_code(&self, issue: &IssueCode) -> Result<Finished, Fault> {
        let mut job = codes::Issue::new(self.tenant, issue)?;
        if let Some(reached) = job.worth_a_look()
            && self.engine.read(&sessions::IsNoted { reached }).await?
        {
            job = job.noted();
        }
        self.engine.write(job).await
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

    async fn begin_family(&self, begin: &BeginFamily) -> Result<Finished, Fault> {
        self.engine.write(families::Begin::new(self.tenant, begin)?).await
    }

    async fn consent_without_code(
        &self,
        interaction: &HandleDigest,
        consents: &[RecordedConsent],
        now: Timestamp,
    ) -> Result<Finished, Fault> {
        let (consents, interaction) = (consents.to_vec(), Some(*interaction));
        self.engine.write(consents::Record { tenant: self.tenant, consents, now, interaction }).await
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
