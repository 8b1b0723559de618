//! What a directory file wants, and what must change for the directory to hold it.
//!
//! A file says what must be there at least. What it does not mention stays; what it mentions becomes just as it says, save
//! that secrets are only ever added.

use grantor_protocol::{Secret, TenantId, UserId};

use crate::model::{Application, ClientSecret, Tenant, User};

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
    /// The secrets, by digest.
    pub secrets: Vec<ClientSecret>,
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

/// The application as it shall be: as wanted, with the secrets that it has already and those that are new.
pub fn merged(there: Option<&Application>, wanted: &WantedApplication) -> Application {
    let mut merged = wanted.application.clone();
    merged.secrets = there.map(|there| there.secrets.clone()).unwrap_or_default();
    for secret in &wanted.secrets {
        if !merged.secrets.iter().any(|known| known.digest == secret.digest) {
            merged.secrets.push(secret.clone());
        }
    }
    merged
}

/// One line of what an apply did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// What became of it.
    pub outcome: Outcome,
    /// What kind of thing: `tenant`, `user` or `application`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// Everything that an apply writes, in one commit.
#[derive(Clone, Debug, Default)]
pub struct DirectoryChange {
    /// Tenants to write.
    pub tenants: Vec<Tenant>,
    /// People to write.
    pub users: Vec<(TenantId, User)>,
    /// Password hashes to write (PHC strings).
    pub passwords: Vec<(TenantId, UserId, Secret)>,
    /// Applications to write.
    pub applications: Vec<Application>,
}

impl DirectoryChange {
    /// Whether there is nothing to write.
    pub const fn is_empty(&self) -> bool {
        self.tenants.is_empty() && self.users.is_empty() && self.passwords.is_empty() && self.applications.is_empty()
    }
}
