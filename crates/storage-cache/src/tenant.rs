//! The store of one tenant with a memory for its applications.

use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, FamilyId, HandleDigest, Secret, TenantId, UserId};
use grantor_rules::model::{
    Application, Code, Consents, Family, Interaction, Progress, RevocationReason, SignIn, User,
};
use grantor_storage::{
    Burned, Fault, Finished, IssueCode, NewSignIn, RecordedConsent, RedeemCode, Redeemed, RotateRefreshToken, Rotated,
    Shard, TenantStorage,
};
use quick_cache::Equivalent;

use crate::currency::Stamps;
use crate::shelf::Shelf;
use crate::storage::Kept;

/// Applications, under each name by which they were asked for.
pub type Applications = Shelf<Name, Application>;

/// A name of an application.
#[derive(PartialEq, Eq, Hash)]
pub struct Name {
    tenant: TenantId,
    kind: Kind,
    text: Box<str>,
}

/// A name that is asked for.
#[derive(Clone, Copy, Hash)]
struct Asked<'a> {
    // The same parts in the same order as those of `Name`, so that both have one hash.
    tenant: TenantId,
    kind: Kind,
    text: &'a str,
}

/// What kind of name it is: one text can be the client id of one application and the identifier URI of another.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    ClientId,
    Identifier,
}

impl Equivalent<Name> for Asked<'_> {
    fn equivalent(&self, name: &Name) -> bool {
        (self.tenant, self.kind, self.text) == (name.tenant, name.kind, &*name.text)
    }
}

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

    fn known(&self, asked: Asked<'_>, now: Option<Stamps>) -> Option<Arc<Application>> {
        self.kept.applications.get(&asked, &now?)
    }

    /// Keeps what was found. Names that lead nowhere are not kept: a stranger can think of any number of them.
    fn keep(&self, Asked { tenant, kind, text }: Asked<'_>, before: Option<Stamps>, found: Option<&Arc<Application>>) {
        if let (Some(before), Some(found)) = (before, found) {
            let name = Name { tenant, kind, text: text.into() };
            self.kept.applications.keep(name, Shard::of(tenant), &before, found);
        }
    }
}

#[async_trait]
impl TenantStorage for CachedTenant {
    fn id(&self) -> TenantId {
        self.store.id()
    }

    async fn find_application(&self, client_id: &ClientId) -> Result<Option<Arc<Application>>, Fault> {
        let asked = Asked { tenant: self.id(), kind: Kind::ClientId, text: client_id.as_str() };
        let before = self.kept.currency.stamps();
        if let Some(known) = self.known(asked, before) {
            return Ok(Some(known));
        }
        let found = self.store.find_application(client_id).await?;
        self.keep(asked, before, found.as_ref());
        Ok(found)
    }

    async fn find_api(&self, identifier: &str) -> Result<Option<Arc<Application>>, Fault> {
        let asked = Asked { tenant: self.id(), kind: Kind::Identifier, text: identifier };
        let before = self.kept.currency.stamps();
        if let Some(known) = self.known(asked, before) {
            return Ok(Some(known));
        }
        let found = self.store.find_api(identifier).await?;
        self.keep(asked, before, found.as_ref());
        Ok(found)
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

    async fn find_password(&self, user: UserId) -> Result<Option<Secret>, Fault> {
        self.store.find_password(user).await
    }

    async fn find_consents(&self, user: UserId, client_id: &ClientId) -> Result<Consents, Fault> {
        self.store.find_consents(user, client_id).await
    }

    async fn record_consent(&self, consent: &RecordedConsent, now: Timestamp) -> Result<(), Fault> {
        self.store.record_consent(consent, now).await
    }

    async fn list_sign_ins(&self, session: &HandleDigest) -> Result<Vec<SignIn>, Fault> {
        self.store.list_sign_ins(session).await
    }

    async fn record_sign_in(&self, sign_in: &NewSignIn) -> Result<(), Fault> {
        self.store.record_sign_in(sign_in).await
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

    async fn end_interaction(&self, digest: &HandleDigest) -> Result<Finished, Fault> {
        self.store.end_interaction(digest).await
    }

    async fn issue_code(&self, issue: &IssueCode) -> Result<Finished, Fault> {
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
