//! What a directory file wants, and what must change for the directory to hold it.
//!
//! A file says what must be there at least. What it does not mention stays; what it mentions becomes just as it says, save
//! that secrets are only ever added.

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, Secret, TenantId, UserId};
use uuid::Uuid;

use crate::credentials::signs_with_secrets;
use crate::model::{
    Application, Assignment, ClientSecret, GrantedPermission, Group, RequiredPermission, ServicePrincipal, Tenant, User,
};

/// What a directory file wants the directory to hold at least.
#[derive(Clone, Debug, Default)]
pub struct WantedDirectory {
    /// Each tenant with what it holds.
    pub tenants: Vec<WantedTenant>,
}

/// A tenant with what it shall hold.
#[derive(Clone, Debug)]
pub struct WantedTenant {
    /// The tenant itself.
    pub tenant: Tenant,
    /// Its people.
    pub users: Vec<WantedUser>,
    /// The applications that it registers. Their secrets stand beside them.
    pub applications: Vec<WantedApplication>,
    /// Its groups, each with its members' sign-in names.
    pub groups: Vec<WantedGroup>,
    /// What stands in it for applications of other tenants.
    pub service_principals: Vec<WantedPrincipal>,
    /// What its people, or its administrators for everyone, allow applications.
    pub consents: Vec<WantedConsent>,
}

/// A group with the people that it shall have at least.
#[derive(Clone, Debug)]
pub struct WantedGroup {
    /// The group.
    pub group: Group,
    /// Their sign-in names.
    pub members: Vec<String>,
}

/// What shall stand in a tenant for an application of another one.
#[derive(Clone, Debug)]
pub struct WantedPrincipal {
    /// Which application.
    pub client_id: ClientId,
    /// Whether this tenant lets it be used.
    pub enabled: bool,
    /// Whether only those may use it who are assigned to it.
    pub assignment_required: bool,
    /// App roles of APIs that it shall have at least.
    pub granted_app_roles: Vec<RequiredPermission>,
    /// Who shall be assigned to it at least.
    pub assigned: Vec<WantedAssignment>,
}

/// Somebody who shall be assigned to an application.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WantedAssignment {
    /// Who.
    pub who: WantedAssignee,
    /// As what, by the app role's name.
    pub role: Option<String>,
}

/// Who shall be assigned to an application, as a file names them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WantedAssignee {
    /// A person, by sign-in name.
    User(String),
    /// A group, by id.
    Group(Uuid),
}

/// What somebody shall allow an application at least.
#[derive(Clone, Debug)]
pub struct WantedConsent {
    /// Which application.
    pub client_id: ClientId,
    /// Who, by sign-in name; `None` for an administrator who allows it for everyone.
    pub user: Option<String>,
    /// What.
    pub permissions: Vec<RequiredPermission>,
}

/// A person with the password they shall have.
#[derive(Clone, Debug)]
pub struct WantedUser {
    /// The person.
    pub user: User,
    /// The password; without one, an existing password stays and a new person has none.
    pub password: Option<Secret>,
}

/// An application with the secrets that it shall have.
#[derive(Clone, Debug)]
pub struct WantedApplication {
    /// The application, without secrets.
    pub application: Application,
    /// The secrets.
    pub secrets: Vec<WantedSecret>,
    /// Who shall be assigned to it at least, in its own tenant.
    pub assigned: Vec<WantedAssignment>,
}

/// A secret that an application shall have.
#[derive(Clone, Debug)]
pub struct WantedSecret {
    /// What is kept of it.
    pub kept: ClientSecret,
    /// Its text.
    pub value: Secret,
}

/// What became of one thing that a file mentions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was not there.
    Created,
    /// It was there and different.
    Changed,
    /// It was there, just so.
    Left,
}

/// Compares what is there with what is wanted.
pub fn outcome<T: PartialEq>(there: Option<&T>, wanted: &T) -> Outcome {
    match there {
        None => Outcome::Created,
        Some(there) if there == wanted => Outcome::Left,
        Some(_) => Outcome::Changed,
    }
}

/// The application as it shall be: as wanted, with the secrets and certificates that it has already and those that are new.
/// A secret that is there keeps its description, and ends when the file says, if it does.
pub fn merged(there: Option<&Application>, wanted: &WantedApplication, now: Timestamp) -> Application {
    let mut merged = wanted.application.clone();
    merged.secrets = there.map(|there| there.secrets.clone()).unwrap_or_default();
    for WantedSecret { kept: secret, .. } in &wanted.secrets {
        match merged.secrets.iter_mut().find(|known| known.digest == secret.digest) {
            Some(known) => {
                known.expires_at = secret.expires_at.or(known.expires_at);
                known.hint.clone_from(&secret.hint);
            }
            None => merged.secrets.push(ClientSecret { created_at: Some(now), ..secret.clone() }),
        }
    }
    if !signs_with_secrets(&merged) {
        merged.secrets.iter_mut().for_each(|secret| secret.sealed = None);
    }
    merged.certificates = there.map(|there| there.certificates.clone()).unwrap_or_default();
    for certificate in &wanted.application.certificates {
        if !merged.certificates.iter().any(|known| known.thumbprint_sha256 == certificate.thumbprint_sha256) {
            merged.certificates.push(certificate.clone());
        }
    }
    merged
}

/// What shall stand for an application in its own tenant: with the app roles that it has there already and those that the
/// application says.
pub fn merged_at_home(there: Option<&ServicePrincipal>, application: &Application, now: Timestamp) -> ServicePrincipal {
    let Some(there) = there else { return ServicePrincipal::at_home(application, now) };
    let mut merged = there.clone();
    merged.assignment_required = application.assignment_required;
    merged.granted_app_roles.extend(application.granted_app_roles.iter().cloned());
    merged
}

/// What shall stand in a tenant for an application of another one: as wanted, with the app roles that it has there already.
pub fn merged_principal(
    there: Option<&ServicePrincipal>,
    application: &Application,
    wanted: &WantedPrincipal,
    now: Timestamp,
) -> ServicePrincipal {
    let mut merged = there.cloned().unwrap_or_else(|| ServicePrincipal::new(application, now));
    merged.enabled = wanted.enabled;
    merged.assignment_required = wanted.assignment_required;
    merged.granted_app_roles.extend(wanted.granted_app_roles.iter().cloned());
    merged
}

/// The person as they shall be: as wanted, with what no file says of them. What was signed in before an account is switched
/// off counts no more, also when it is switched on again.
pub fn merged_user(there: Option<&User>, wanted: &User, now: Timestamp) -> User {
    let mut merged = wanted.clone();
    merged.sessions_valid_from = there.and_then(|there| there.sessions_valid_from);
    if !wanted.account_enabled && there.is_some_and(|there| there.account_enabled) {
        merged.sessions_valid_from = Some(now);
    }
    merged.claims.updated_at = there.and_then(|there| there.claims.updated_at);
    if there != Some(&merged) {
        merged.claims.updated_at = Some(now);
    }
    merged
}

/// One line of what an apply did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// What became of it.
    pub outcome: Outcome,
    /// What kind of thing: `tenant`, `user`, `application`, `group`, `service principal` or `consent`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// Everything that an apply writes, in one commit.
#[derive(Clone, Debug, Default)]
pub struct DirectoryChange {
    /// When it is made.
    pub now: Timestamp,
    /// Tenants to write.
    pub tenants: Vec<Tenant>,
    /// People to write.
    pub users: Vec<(TenantId, User)>,
    /// Password hashes to write (PHC strings).
    pub passwords: Vec<(TenantId, UserId, Secret)>,
    /// Applications to write. What stands for one in its own tenant is made with it, unless it is there.
    pub applications: Vec<Application>,
    /// Service principals to write.
    pub service_principals: Vec<(TenantId, ServicePrincipal)>,
    /// Groups to write.
    pub groups: Vec<(TenantId, Group)>,
    /// Members to add to groups.
    pub members: Vec<(TenantId, Uuid, UserId)>,
    /// Assignments to add.
    pub assignments: Vec<(TenantId, Assignment)>,
    /// Permissions to add to what people allow, each with when they were allowed.
    pub consents: Vec<(TenantId, GrantedPermission)>,
    /// What goes, with everything that hangs on it, before anything is written.
    pub removals: Vec<(TenantId, Removal)>,
}

/// Something that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Removal {
    /// A person, with password, memberships, assignments and consents.
    User(UserId),
    /// An application, with what stands for it in its own tenant and in others, and with all consents.
    Application(ClientId),
    /// What stands in this tenant for an application, with what this tenant's people allow it and who is assigned to it.
    ServicePrincipal(ClientId),
    /// A group, with its memberships and assignments.
    Group(Uuid),
    /// Somebody's membership in a group.
    Member(Uuid, UserId),
    /// An assignment.
    Assignment(Assignment),
}

impl DirectoryChange {
    /// Whether there is nothing to write.
    pub const fn is_empty(&self) -> bool {
        let Self { tenants, users, passwords, applications, service_principals, groups, .. } = self;
        let Self { members, assignments, consents, removals, .. } = self;
        let people = tenants.is_empty() && users.is_empty() && passwords.is_empty() && groups.is_empty();
        let who_may = applications.is_empty() && service_principals.is_empty() && assignments.is_empty();
        people && who_may && members.is_empty() && consents.is_empty() && removals.is_empty()
    }
}
