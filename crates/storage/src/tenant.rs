//! What belongs to one tenant.

use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, FamilyId, HandleDigest, TenantId, UserId};
use grantor_rules::model::{
    Application, Assigned, Assignment, Code, ConsentRequest, Consents, Family, GrantedPermission, Group, Interaction,
    Notice, Progress, PushedRequest, RevocationReason, ServicePrincipal, SignIn, User,
};
use uuid::Uuid;

use crate::{
    BeginFamily, Burned, EndSignIns, Fault, Finished, IssueCode, NewSignIn, RecordedConsent, RedeemCode, Redeemed,
    RotateRefreshToken, Rotated, SessionClient, StoredPassword, WithdrawnConsent, WrongPassword,
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

    /// At most `most` people, in the order of their sign-in names as [`User::name_key`] compares them, beginning after the
    /// name `after`.
    async fn list_users(&self, after: Option<&str>, most: u32) -> Result<Vec<User>, Fault>;

    /// What stands in this tenant for the application with this client id.
    async fn find_service_principal(&self, client_id: &ClientId) -> Result<Option<Arc<ServicePrincipal>>, Fault>;

    /// At most `most` service principals, in the order of their client ids, beginning after `after`.
    async fn list_service_principals(
        &self,
        after: Option<&ClientId>,
        most: u32,
    ) -> Result<Vec<Arc<ServicePrincipal>>, Fault>;

    /// Who is assigned to an application, in order: people and groups as they were assigned, not whom the groups hold.
    async fn list_assignments(&self, client_id: &ClientId) -> Result<Vec<Assignment>, Fault>;

    /// The group with this id.
    async fn find_group(&self, group: Uuid) -> Result<Option<Group>, Fault>;

    /// What a person is to an application, by themselves and by their groups.
    async fn find_assigned(&self, client_id: &ClientId, user: UserId) -> Result<Assigned, Fault>;

    /// The groups that a person is a member of, in the order of their ids.
    async fn list_groups_of(&self, user: UserId) -> Result<Vec<Uuid>, Fault>;

    /// The person's password, if they have one.
    async fn find_password(&self, user: UserId) -> Result<Option<StoredPassword>, Fault>;

    /// Counts a wrong password, and locks the account when there were too many in a row: from then on with each one more, until
    /// the right one or a new password comes. Of nobody, nothing is counted.
    async fn count_wrong_password(&self, wrong: &WrongPassword) -> Result<(), Fault>;

    /// Forgets wrong passwords, since the right one has come.
    async fn forget_wrong_passwords(&self, user: UserId) -> Result<(), Fault>;

    /// When each credential of an application was last used, by a text that names the credential.
    async fn list_credential_uses(&self, client_id: &ClientId) -> Result<Vec<(String, Timestamp)>, Fault>;

    /// Notes that a credential was used; an earlier time than the known one changes nothing.
    async fn note_credential_use(&self, client_id: &ClientId, credential: &str, at: Timestamp) -> Result<(), Fault>;

    /// What the person allows the application: their own consents and those that an administrator gave for everyone.
    async fn find_consents(&self, user: UserId, client_id: &ClientId) -> Result<Consents, Fault>;

    /// Adds to what a person, or an administrator for everyone, allows an application.
    async fn record_consent(&self, consent: &RecordedConsent, now: Timestamp) -> Result<(), Fault>;

    /// Everything that a person has allowed, or, for `None`, that administrators have allowed for everyone.
    async fn list_consents(&self, principal: Option<UserId>) -> Result<Vec<GrantedPermission>, Fault>;

    /// Takes back everything that a person, or an administrator for everyone, allows an application; with the latter, also the
    /// app roles that it was granted. Says whether there was anything.
    async fn withdraw_consent(&self, withdrawn: &WithdrawnConsent) -> Result<bool, Fault>;

    /// Keeps a person's wish that an administrator allow something; it takes the place of an earlier one of the same person
    /// for the same application.
    async fn ask_for_consent(&self, request: &ConsentRequest) -> Result<(), Fault>;

    /// The wishes that no administrator has answered, the oldest first, at most `most`.
    async fn list_consent_requests(&self, most: u32) -> Result<Vec<ConsentRequest>, Fault>;

    /// Ends a wish, and records what was allowed for it: both, or, when it had ended before, neither.
    async fn end_consent_request(
        &self,
        id: Uuid,
        allowed: &[RecordedConsent],
        now: Timestamp,
    ) -> Result<Finished, Fault>;

    // Browser sessions.

    /// The sign-ins of a browser session, the newest first, also those that have ended.
    async fn list_sign_ins(&self, session: &HandleDigest) -> Result<Vec<SignIn>, Fault>;

    /// Records that somebody signed in: the session gets its new handle, and the interaction its progress.
    async fn record_sign_in(&self, sign_in: &NewSignIn) -> Result<(), Fault>;

    /// Ends sign-ins in a browser session, remembers that they were ended, and keeps what applications are told of it: all of
    /// it or nothing. Done again it is the same as once.
    async fn end_sign_ins(&self, end: &EndSignIns) -> Result<(), Fault>;

    /// The applications that somebody signed in to during a session, by the session's id as applications see it.
    async fn list_session_clients(&self, sid: &str) -> Result<Vec<SessionClient>, Fault>;

    /// When a session was ended before its time, by its id as applications see it, if it was.
    async fn find_session_end(&self, sid: &str) -> Result<Option<Timestamp>, Fault>;

    // What applications are told. They are found in [`Storage`](crate::Storage), whoever's they are.

    /// Takes a notice in hand until a moment, as the only one who has seen it tried so many times. Says whether it was.
    async fn claim_notice(&self, id: Uuid, tries: u32, until: Timestamp) -> Result<bool, Fault>;

    /// Keeps what became of a notice since it was taken in hand; whoever has been overtaken changes nothing.
    async fn note_notice(&self, notice: &Notice) -> Result<(), Fault>;

    /// The newest notices, at most `most`.
    async fn list_notices(&self, most: u32) -> Result<Vec<Notice>, Fault>;

    // What may happen once.

    /// Uses up what a digest stands for, until a moment after which it is refused for its age. Says whether nobody had before.
    async fn spend_once(&self, digest: &[u8; 32], until: Timestamp) -> Result<bool, Fault>;

    // Authorization requests that applications have left here.

    /// Keeps a request under its reference's digest.
    async fn push_request(&self, digest: &HandleDigest, request: &PushedRequest) -> Result<(), Fault>;

    /// A request, also one whose time is over.
    async fn find_pushed_request(&self, digest: &HandleDigest) -> Result<Option<PushedRequest>, Fault>;

    // Authorization requests that wait for their person.

    /// Keeps a request until its person has answered.
    async fn begin_interaction(&self, digest: &HandleDigest, interaction: &Interaction) -> Result<(), Fault>;

    /// A request that waits, also one whose time is over.
    async fn find_interaction(&self, digest: &HandleDigest) -> Result<Option<Interaction>, Fault>;

    /// Keeps what the person has done so far.
    async fn note_progress(&self, digest: &HandleDigest, progress: &Progress) -> Result<(), Fault>;

    /// Ends a request without a code, with what was pushed for it, if that ends too: both, or, when either had ended before, no
    /// more than the end of the other.
    async fn end_interaction(&self, digest: &HandleDigest, pushed: Option<&HandleDigest>) -> Result<Finished, Fault>;

    // Codes.

    /// Issues a code, ends its interaction and its pushed request, records the consent that was just given and notes that the
    /// session reached the application: all of it, or, when either had ended before, no more than the end of the other.
    async fn issue_code(&self, issue: &IssueCode) -> Result<Finished, Fault>;

    /// A code, also one that is spent or whose time is over.
    async fn find_code(&self, digest: &HandleDigest) -> Result<Option<Code>, Fault>;

    /// Spends a code and records what it buys. If it was spent before, revokes what it bought then.
    async fn redeem_code(&self, redeem: &RedeemCode) -> Result<Redeemed, Fault>;

    /// Spends a code that a stranger presented, so that nobody can redeem it.
    async fn burn_code(&self, digest: &HandleDigest, now: Timestamp) -> Result<Burned, Fault>;

    // What codes bought.

    /// Begins a family without a code, ends its interaction, records the consent that was just given and notes that the
    /// session, if there is one, reached the application: all of it, or, when the interaction had ended before, nothing.
    async fn begin_family(&self, begin: &BeginFamily) -> Result<Finished, Fault>;

    /// Records consents and ends their interaction: all of it, or, when the interaction had ended before, nothing.
    async fn consent_without_code(
        &self,
        interaction: &HandleDigest,
        consents: &[RecordedConsent],
        now: Timestamp,
    ) -> Result<Finished, Fault>;

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
