//! What belongs to one tenant.

use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, FamilyId, HandleDigest, Secret, TenantId, UserId};
use grantor_rules::model::{
    Application, Code, Consents, Family, Interaction, Progress, RevocationReason, SignIn, User,
};

use crate::{
    Burned, Fault, Finished, IssueCode, NewSignIn, RecordedConsent, RedeemCode, Redeemed, RotateRefreshToken, Rotated,
};

/// The store of one tenant. "Not found" is `Ok(None)`; a row of another tenant is not found.
#[async_trait]
pub trait TenantStorage: Send + Sync {
    /// Whose storage this is.
    fn id(&self) -> TenantId;

    // The directory.

    /// The application with this client id.
    async fn find_application(&self, client_id: &ClientId) -> Result<Option<Arc<Application>>, Fault>;

    /// At most `most` applications, in the order of their client ids, beginning after `after`.
    async fn list_applications(&self, after: Option<&ClientId>, most: u32) -> Result<Vec<Arc<Application>>, Fault>;

    /// The application that this identifier URI (compared byte for byte) or client id names.
    async fn find_api(&self, identifier: &str) -> Result<Option<Arc<Application>>, Fault>;

    /// The person with this id.
    async fn find_user(&self, user: UserId) -> Result<Option<User>, Fault>;

    /// The person with this sign-in name, compared as [`User::name_key`] says.
    async fn find_user_by_name(&self, name: &str) -> Result<Option<User>, Fault>;

    /// The person's password hash (a PHC string), if they have a password.
    async fn find_password(&self, user: UserId) -> Result<Option<Secret>, Fault>;

    /// What the person allows the application: their own consents and those that an administrator gave for everyone.
    async fn find_consents(&self, user: UserId, client_id: &ClientId) -> Result<Consents, Fault>;

    /// Adds to what a person, or an administrator for everyone, allows an application.
    async fn record_consent(&self, consent: &RecordedConsent, now: Timestamp) -> Result<(), Fault>;

    // Browser sessions.

    /// The sign-ins of a browser session, the newest first, also those that have ended.
    async fn list_sign_ins(&self, session: &HandleDigest) -> Result<Vec<SignIn>, Fault>;

    /// Records that somebody signed in: the session gets its new handle, and the interaction its progress.
    async fn record_sign_in(&self, sign_in: &NewSignIn) -> Result<(), Fault>;

    // Authorization requests that wait for their person.

    /// Keeps a request until its person has answered.
    async fn begin_interaction(&self, digest: &HandleDigest, interaction: &Interaction) -> Result<(), Fault>;

    /// A request that waits, also one whose time is over.
    async fn find_interaction(&self, digest: &HandleDigest) -> Result<Option<Interaction>, Fault>;

    /// Keeps what the person has done so far.
    async fn note_progress(&self, digest: &HandleDigest, progress: &Progress) -> Result<(), Fault>;

    /// Ends a request without a code.
    async fn end_interaction(&self, digest: &HandleDigest) -> Result<Finished, Fault>;

    // Codes.

    /// Issues a code, ends its interaction and records the consent that was just given: all of it, or, when the interaction
    /// had ended before, nothing.
    async fn issue_code(&self, issue: &IssueCode) -> Result<Finished, Fault>;

    /// A code, also one that is spent or whose time is over.
    async fn find_code(&self, digest: &HandleDigest) -> Result<Option<Code>, Fault>;

    /// Spends a code and records what it buys. If it was spent before, revokes what it bought then.
    async fn redeem_code(&self, redeem: &RedeemCode) -> Result<Redeemed, Fault>;

    /// Spends a code that a stranger presented, so that nobody can redeem it.
    async fn burn_code(&self, digest: &HandleDigest, now: Timestamp) -> Result<Burned, Fault>;

    // What codes bought.

    /// What one redemption bought, with its refresh token, also when it is revoked or its time is over.
    async fn find_family(&self, family: FamilyId) -> Result<Option<Family>, Fault>;

    /// A code with its person: what [`find_code`](Self::find_code) and [`find_user`](Self::find_user) would say, in one go.
    async fn find_code_with_user(&self, digest: &HandleDigest) -> Result<Option<(Code, Option<User>)>, Fault>;

    /// A family with its person, in one go.
    async fn find_family_with_user(&self, family: FamilyId) -> Result<Option<(Family, Option<User>)>, Fault>;

    /// Revokes what one redemption bought; an earlier reason stays.
    async fn revoke_family(&self, family: FamilyId, reason: RevocationReason, now: Timestamp) -> Result<(), Fault>;

    /// Exchanges a family's live refresh token for its successor, unless it is no longer the live one or the family is revoked.
    async fn rotate_refresh_token(&self, rotate: &RotateRefreshToken) -> Result<Rotated, Fault>;
}
