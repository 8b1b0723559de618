//! What goes into an operation and what comes out.

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, FamilyId, HandleDigest, Secret, TenantId, UserId};
use grantor_rules::model::{
    Code, Consents, DeviceAnswer, Family, Notice, Progress, RefreshToken, RequiredPermission, RevocationReason,
    ServicePrincipal, SignIn,
};

/// A sign-in to record.
#[derive(Clone, Debug)]
pub struct NewSignIn {
    /// The browser's session until now; its other sign-ins move to the new one and it ends.
    pub old_session: Option<HandleDigest>,
    /// The browser's session from now on.
    pub new_session: HandleDigest,
    /// Who signed in. An earlier sign-in of the same person in this session is replaced.
    pub sign_in: SignIn,
    /// The interaction that it happened in, with what the person has done so far.
    pub interaction: Option<(HandleDigest, Progress)>,
}

/// Sign-ins to end.
#[derive(Clone, Debug)]
pub struct EndSignIns {
    /// The browser's session.
    pub session: HandleDigest,
    /// Whose sign-ins in it.
    pub users: Vec<UserId>,
    /// Their sessions as applications see them.
    pub sids: Vec<String>,
    /// What applications are told.
    pub notices: Vec<Notice>,
    /// Now.
    pub now: Timestamp,
    /// Until when it must be remembered: the end of whatever lives longest that ends with a session.
    pub keep_until: Timestamp,
}

/// Permissions that a person allowed an application.
#[derive(Clone, Debug)]
pub struct RecordedConsent {
    /// Who allowed it; `None` for an administrator who allowed it for everyone.
    pub principal: Option<UserId>,
    /// Which application.
    pub client_id: ClientId,
    /// What, by API; added to what was allowed before.
    pub consents: Consents,
    /// App roles that the application gets, added to those that its service principal has.
    pub app_roles: Vec<RequiredPermission>,
    /// What shall stand in this tenant for the application and for the APIs; made with the consent where it is not there yet.
    pub service_principals: Vec<ServicePrincipal>,
}

impl RecordedConsent {
    /// Whether it brings more than permissions: something that stands in the tenant, or app roles of it. What is not there yet
    /// moves the version of the tenant's part of the directory.
    pub const fn brings_in(&self) -> bool {
        !self.app_roles.is_empty() || !self.service_principals.is_empty()
    }
}

/// A permission that is no longer allowed.
#[derive(Clone, Debug)]
pub struct WithdrawnConsent {
    /// Who takes it back; `None` for an administrator who had allowed it for everyone.
    pub principal: Option<UserId>,
    /// From which application.
    pub client_id: ClientId,
}

/// A family that is begun without a code.
#[derive(Clone, Debug)]
pub struct BeginFamily {
    /// What is begun.
    pub family: Family,
    /// Which dialect the application speaks, by its name.
    pub dialect: Option<String>,
    /// Until when it must be remembered.
    pub keep_until: Timestamp,
    /// The interaction that it ends, if there was one.
    pub interaction: Option<HandleDigest>,
    /// The pushed request that it ends, if there was one.
    pub pushed: Option<HandleDigest>,
    /// What the person has just allowed, for each application that it is allowed to.
    pub consents: Vec<RecordedConsent>,
    /// Now.
    pub now: Timestamp,
}

/// What is known of a person's password.
#[derive(Clone, Debug)]
pub struct StoredPassword {
    /// Its hash (a PHC string).
    pub hash: Secret,
    /// How often a wrong one was tried since the right one.
    pub wrong_tries: u32,
    /// Until when no other is tried.
    pub locked_until: Option<Timestamp>,
}

/// A wrong password.
#[derive(Clone, Copy, Debug)]
pub struct WrongPassword {
    /// Whose.
    pub user: UserId,
    /// With how many wrong ones in a row the account is locked.
    pub most: u32,
    /// Until when it is locked then.
    pub locked_until: Timestamp,
}

/// A device code to redeem.
#[derive(Clone, Debug)]
pub struct RedeemDeviceCode {
    /// What stands for it.
    pub digest: HandleDigest,
    /// Whose directory the person is in.
    pub tenant: TenantId,
    /// What it buys.
    pub family: Family,
    /// Until when the family must be remembered.
    pub keep_until: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// A person's answer for a device code.
#[derive(Clone, Debug)]
pub struct AnswerDeviceCode {
    /// What stands for it.
    pub digest: HandleDigest,
    /// Whose directory the person is in.
    pub tenant: TenantId,
    /// What the person says.
    pub answer: DeviceAnswer,
    /// The interaction that it ends, in that directory, if there was one.
    pub interaction: Option<HandleDigest>,
    /// What the person has just allowed, for each application that it is allowed to.
    pub consents: Vec<RecordedConsent>,
    /// What the application is told of it.
    pub notices: Vec<Notice>,
    /// Now.
    pub now: Timestamp,
}

/// An application that somebody signed in to during a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionClient {
    /// The application.
    pub client_id: ClientId,
    /// Which dialect it spoke last, by its name, if that is known.
    pub dialect: Option<String>,
}

/// A code to issue.
#[derive(Clone, Debug)]
pub struct IssueCode {
    /// What stands for it.
    pub digest: HandleDigest,
    /// What it stands for.
    pub code: Code,
    /// The interaction that it ends, if there was one.
    pub interaction: Option<HandleDigest>,
    /// The pushed request that it ends, if there was one.
    pub pushed: Option<HandleDigest>,
    /// What the person has just allowed, for each application that it is allowed to.
    pub consents: Vec<RecordedConsent>,
    /// Which dialect the application speaks, by its name.
    pub dialect: String,
    /// Until when it is remembered that the session reached this application.
    pub session_until: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// What became of an interaction that was to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// It ended now.
    Now,
    /// It had ended before: nothing was written.
    Before,
}

/// A code to redeem.
#[derive(Clone, Debug)]
pub struct RedeemCode {
    /// What stands for it.
    pub digest: HandleDigest,
    /// What it buys.
    pub family: Family,
    /// Until when the family must be remembered: the end of whatever lives longest in it.
    pub keep_until: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// What became of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// It was spent now, and what it buys is recorded.
    Now,
    /// It had been spent before: what it bought then is revoked now (RFC 6749 §4.1.2).
    Before,
}

/// What became of a code that a stranger presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Burned {
    /// It was unspent, and can never be redeemed now.
    Now,
    /// It had been spent before, and stays so.
    Before,
}

/// A refresh token to exchange for its successor.
#[derive(Clone, Debug)]
pub struct RotateRefreshToken {
    /// Whose live token it is.
    pub family: FamilyId,
    /// The token that was presented.
    pub presented: HandleDigest,
    /// Its successor, which remembers what was presented: whoever presents that again within the grace window gets this again.
    pub successor: RefreshToken,
    /// Until when the family must be remembered.
    pub keep_until: Timestamp,
}

/// What became of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// It was exchanged now.
    Now,
    /// It is not the live one of its family, which is this; nothing was written.
    NotLive(RefreshToken),
    /// Its family is revoked; nothing was written.
    Revoked(RevocationReason),
    /// There is no such family, or it has no refresh token; nothing was written.
    Unknown,
}

/// A signing key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKeyRecord {
    /// Its key id.
    pub key_id: String,
    /// Its algorithm, as JOSE names it.
    pub algorithm: String,
    /// The private key (PKCS #8), sealed under the deployment's master key.
    pub sealed_private_key: Vec<u8>,
    /// A certificate of it, in DER.
    pub certificate: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it signs first, where that is not its usual time.
    pub begins_at: Option<Timestamp>,
}
