//! The store of one tenant with a memory for its applications and what stands for applications in it.

use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, FamilyId, HandleDigest, TenantId, UserId};
use grantor_rules::model::{
    Application, Assigned, Assignment, Code, ConsentRequest, Consents, Family, GrantedPermission, Group, Interaction,
    Notice, Progress, PushedRequest, RevocationReason, ServicePrincipal, SignIn, User,
};
use grantor_storage::{
    BeginFamily, Burned, EndSignIns, Fault, Finished, IssueCode, NewSignIn, RecordedConsent, RedeemCode, Redeemed,
    RotateRefreshToken, Rotated, SessionClient, Shard, StoredPassword, TenantStorage, WithdrawnConsent, WrongPassword,
};
use serde::Serialize;
use uuid::Uuid;

use crate::currency::Stamps;
use crate::names::{Asked, Kind, Name};
use crate::shelf::Shelf;
use crate::storage::Kept;

/// The store of one tenant.
pub struct CachedTenant {
    store: Arc<dyn TenantStorage>,
    kept: Arc<Kept>,
}

impl CachedTenant {
    /// Stands before `store`, with what is kept of all tenants.
    pub fn over(store: Arc<dyn TenantStorage>, kept: Arc<Kept>) -> Self {
        Self { store, kept }
    }

    fn asked<'a>(&self, kind: Kind, text: &'a str) -> Asked<'a> {
        Asked { tenant: Some(self.id()), kind, text }
    }

    /// Keeps what was found. Names that lead nowhere are not kept: a stranger can think of any number of them.
    fn keep<T: Serialize>(
        &self,
        place: &Shelf<Name, T>,
        asked: Asked<'_>,
        before: Option<Stamps>,
        found: Option<&Arc<T>>,
    ) {
        if let (Some(before), Some(found)) = (before, found) {
            place.keep(asked.into(), Shard::of(self.id()), &before, found);
        }
    }
}

#[async_trait]
impl TenantStorage for CachedTenant {
    fn id(&self) -> TenantId {
        self.store.id()
    }

    async fn find_application(&self, client_id: &ClientId) -> Result<Option<Arc<Application>>, Fault> {
        let asked = self.asked(Kind::ClientId, client_id.as_str());
        let before = self.kept.currency.stamps();
        if let Some(known) = before.and_then(|now| self.kept.applications.get(&asked, &now)) {
            return Ok(Some(known));
        }
        let found = self.store.find_application(client_id).await?;
        self.keep(&self.kept.applications, asked, before, found.as_ref());
        Ok(found)
    }

    async fn find_api(&self, identifier: &str) -> Result<Option<Arc<Application>>, Fault> {
        let asked = self.asked(Kind::Identifier, identifier);
        let before = self.kept.currency.stamps();
        if let Some(known) = before.and_then(|now| self.kept.applications.get(&asked, &now)) {
            return Ok(Some(known));
        }
        let found = self.store.find_api(identifier).await?;
        self.keep(&self.kept.applications, asked, before, found.as_ref());
        Ok(found)
    }

    async fn find_service_principal(&self, client_id: &ClientId) -> Result<Option<Arc<ServicePrincipal>>, Fault> {
        let asked = self.asked(Kind::ClientId, client_id.as_str());
        let before = self.kept.currency.stamps();
        if let Some(known) = before.and_then(|now| self.kept.principals.get(&asked, &now)) {
            return Ok(Some(known));
        }
        let found = self.store.find_service_principal(client_id).await?;
        self.keep(&self.kept.principals, asked, before, found.as_ref());
        Ok(found)
    }

    async fn list_service_principals(
        &self,
        after: Option<&ClientId>,
        most: u32,
    ) -> Result<Vec<Arc<ServicePrincipal>>, Fault> {
        self.store.list_service_principals(after, most).await
    }

    async fn list_assignments(&self, client_id: &ClientId) -> Result<Vec<Assignment>, Fault> {
        self.store.list_assignments(client_id).await
    }

    async fn find_group(&self, group: Uuid) -> Result<Option<Group>, Fault> {
        self.store.find_group(group).await
    }

    async fn find_assigned(&self, client_id: &ClientId, user: UserId) -> Result<Assigned, Fault> {
        self.store.find_assigned(client_id, user).await
    }

    async fn list_groups_of(&self, user: UserId) -> Result<Vec<Uuid>, Fault> {
        self.store.list_groups_of(user).await
    }

    async fn list_applications(&self, after: Option<&ClientId>, most: u32) -> Result<Vec<Arc<Application>>, Fault> {
        self.store.list_applications(after, most).await
    }

    async fn find_user(&self, user: UserId) -> Result<Option<User>, Fault> {
        self.store.find_user(user).await
    }

    async fn find_user_by_name(&self, name: &str) -> Result<Option<User>, Fault> {
        self.store.find_user_by_name(name).await
    }

    async fn list_users(&self, after: Option<&str>, most: u32) -> Result<Vec<User>, Fault> {
        self.store.list_users(after, most).await
    }

    async fn find_password(&self, user: UserId) -> Result<Option<StoredPassword>, Fault> {
        self.store.find_password(user).await
    }

    async fn count_wrong_password(&self, wrong: &WrongPassword) -> Result<(), Fault> {
        self.store.count_wrong_password(wrong).await
    }

    async fn forget_wrong_passwords(&self, user: UserId) -> Result<(), Fault> {
        self.store.forget_wrong_passwords(user).await
    }

    async fn list_credential_uses(&self, client_id: &ClientId) -> Result<Vec<(String, Timestamp)>, Fault> {
        self.store.list_credential_uses(client_id).await
    }

    async fn note_credential_use(&self, client_id: &ClientId, credential: &str, at: Timestamp) -> Result<(), Fault> {
        self.store.note_credential_use(client_id, credential, at).await
    }

    async fn find_consents(&self, user: UserId, client_id: &ClientId) -> Result<Consents, Fault> {
        self.store.find_consents(user, client_id).await
    }

    async fn record_consent(&self, consent: &RecordedConsent, now: Timestamp) -> Result<(), Fault> {
        let _then = self.kept.consenting(self.id(), std::slice::from_ref(consent));
        self.store.record_consent(consent, now).await
    }

    async fn list_consents(&self, principal: Option<UserId>) -> Result<Vec<GrantedPermission>, Fault> {
        self.store.list_consents(principal).await
    }

    async fn withdraw_consent(&self, withdrawn: &WithdrawnConsent) -> Result<bool, Fault> {
        // With what an administrator takes back go app roles, which belong to what stands for the application.
        let _then = withdrawn.principal.is_none().then(|| self.kept.changing([Shard::of(self.id())].into()));
        self.store.withdraw_consent(withdrawn).await
    }

    async fn ask_for_consent(&self, request: &ConsentRequest) -> Result<(), Fault> {
        self.store.ask_for_consent(request).await
    }

    async fn list_consent_requests(&self, most: u32) -> Result<Vec<ConsentRequest>, Fault> {
        self.store.list_consent_requests(most).await
    }

    async fn end_consent_request(
        &self,
        id: Uuid,
        allowed: &[RecordedConsent],
        now: Timestamp,
    ) -> Result<Finished, Fault> {
        let _then = self.kept.consenting(self.id(), allowed);
        self.store.end_consent_request(id, allowed, now).await
    }

    async fn list_sign_ins(&self, session: &HandleDigest) -> Result<Vec<SignIn>, Fault> {
        self.store.list_sign_ins(session).await
    }

    async fn record_sign_in(&self, sign_in: &NewSignIn) -> Result<(), Fault> {
        self.store.record_sign_in(sign_in).await
    }

    async fn end_sign_ins(&self, end: &EndSignIns) -> Result<(), Fault> {
        self.store.end_sign_ins(end).await
    }

    async fn claim_notice(&self, id: Uuid, tries: u32, until: Timestamp) -> Result<bool, Fault> {
        self.store.claim_notice(id, tries, until).await
    }

    async fn note_notice(&self, notice: &Notice) -> Result<(), Fault> {
        self.store.note_notice(notice).await
    }

    async fn list_notices(&self, most: u32) -> Result<Vec<Notice>, Fault> {
        self.store.list_notices(most).await
    }

    async fn spend_once(&self, digest: &[u8; 32], until: Timestamp) -> Result<bool, Fault> {
        self.store.spend_once(digest, until).await
    }

    async fn push_request(&self, digest: &HandleDigest, request: &PushedRequest) -> Result<(), Fault> {
        self.store.push_request(digest, request).await
    }

    async fn find_pushed_request(&self, digest: &HandleDigest) -> Result<Option<PushedRequest>, Fault> {
        self.store.find_pushed_request(digest).await
    }

    async fn find_session_end(&self, sid: &str) -> Result<Option<Timestamp>, Fault> {
        self.store.find_session_end(sid).await
    }

    async fn list_session_clients(&self, sid: &str) -> Result<Vec<SessionClient>, Fault> {
        self.store.list_session_clients(sid).await
    }

    async fn begin_interaction(&self, digest: &HandleDigest, interaction: &Interaction) -> Result<(), Fault> {
        self.store.begin_interaction(digest, interaction).await
    }

    async fn find_interaction(&self, digest: &HandleDigest) -> Result<Option<Interaction>, Fault> {
        self.store.find_interaction(digest).await
    }

    async fn note_progress(&self, digest: &HandleDigest, progress: &Progress) -> Result<(), Fault> {
        self.store.note_progress(digest, progress).await
    }

    async fn end_interaction(&self, digest: &HandleDigest, pushed: Option<&HandleDigest>) -> Result<Finished, Fault> {
        self.store.end_interaction(digest, pushed).await
    }

    async fn issue_code(&self, issue: &IssueCode) -> Result<Finished, Fault> {
        let _then = self.kept.consenting(self.id(), &issue.consents);
        self.store.issue_code(issue).await
    }

    async fn find_code(&self, digest: &HandleDigest) -> Result<Option<Code>, Fault> {
        self.store.find_code(digest).await
    }

    async fn redeem_code(&self, redeem: &RedeemCode) -> Result<Redeemed, Fault> {
        self.store.redeem_code(redeem).await
    }

    async fn burn_code(&self, digest: &HandleDigest, now: Timestamp) -> Result<Burned, Fault> {
        self.store.burn_code(digest, now).await
    }

    async fn begin_family(&self, begin: &BeginFamily) -> Result<Finished, Fault> {
        let _then = self.kept.consenting(self.id(), &begin.consents);
        self.store.begin_family(begin).await
    }

    async fn consent_without_code(
        &self,
        interaction: &HandleDigest,
        consents: &[RecordedConsent],
        now: Timestamp,
    ) -> Result<Finished, Fault> {
        let _then = self.kept.consenting(self.id(), consents);
        self.store.consent_without_code(interaction, consents, now).await
    }

    async fn find_family(&self, family: FamilyId) -> Result<Option<Family>, Fault> {
        self.store.find_family(family).await
    }

    async fn revoke_family(&self, family: FamilyId, reason: RevocationReason, now: Timestamp) -> Result<(), Fault> {
        self.store.revoke_family(family, reason, now).await
    }

    async fn find_code_with_user(&self, digest: &HandleDigest) -> Result<Option<(Code, Option<User>)>, Fault> {
        self.store.find_code_with_user(digest).await
    }

    async fn find_family_with_user(&self, family: FamilyId) -> Result<Option<(Family, Option<User>)>, Fault> {
        self.store.find_family_with_user(family).await
    }

    async fn rotate_refresh_token(&self, rotate: &RotateRefreshToken) -> Result<Rotated, Fault> {
        self.store.rotate_refresh_token(rotate).await
    }
}
