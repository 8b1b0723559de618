//! Applying a directory file: the directory holds at least what it says, in one commit.
//!
//! Start with [`apply`]. What a name means is found in `directory/names.rs`; what becomes of people, applications and consents
//! stands in the files of those names.

mod applications;
mod consents;
mod names;
mod people;

use std::collections::BTreeSet;
use std::sync::Arc;

use grantor_environment::{Entropy, Timestamp};
use grantor_rules::credentials::signs_with_secrets;
use grantor_rules::directory::{Applied, DirectoryChange, Outcome, WantedDirectory, WantedTenant, outcome};
use grantor_rules::model::{Application, TenantName};
use grantor_storage::{Fault, Storage};

use crate::administration::find::applications_of;
use crate::{ClientSecrets, FlowError, Passwords};

/// Why a directory file was not applied. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// It names people, groups or applications that stand neither in it nor in the directory.
    #[error("{}", .0.join("\n"))]
    Unknown(Vec<String>),
    /// The store or the hashing of passwords failed.
    #[error(transparent)]
    Failed(#[from] FlowError),
}

impl From<Fault> for ApplyError {
    fn from(fault: Fault) -> Self {
        Self::Failed(fault.into())
    }
}

/// What a directory file is applied with.
pub struct Means<'a> {
    /// Where passwords are hashed.
    pub passwords: &'a Passwords,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
    /// What the secrets of applications that sign with them are sealed under; needed for a file with [`has_kept_secrets`].
    pub client_secrets: Option<&'a ClientSecrets>,
}

/// Whether a file has secrets that must be kept themselves.
pub fn has_kept_secrets(wanted: &WantedDirectory) -> bool {
    let mut applications = wanted.tenants.iter().flat_map(|tenant| &tenant.applications);
    applications.any(|one| signs_with_secrets(&one.application) && !one.secrets.is_empty())
}

/// Compares what a file wants with what is there, writes what differs in one commit, and says what became of each thing.
///
/// # Errors
/// [`ApplyError`]; then nothing was written.
pub async fn apply(
    storage: &dyn Storage,
    means: &Means<'_>,
    now: Timestamp,
    wanted: &WantedDirectory,
) -> Result<Vec<Applied>, ApplyError> {
    let mut apply = Apply {
        storage,
        means,
        now,
        wanted,
        change: DirectoryChange::default(),
        applied: Vec::new(),
        unknown: BTreeSet::new(),
    };
    for tenant in &wanted.tenants {
        apply.tenant(tenant).await?;
    }
    if !apply.unknown.is_empty() {
        return Err(ApplyError::Unknown(apply.unknown.into_iter().collect()));
    }
    if !apply.change.is_empty() {
        storage.apply_directory(&apply.change).await?;
    }
    Ok(apply.applied)
}

/// A file on its way into the store.
struct Apply<'a> {
    storage: &'a dyn Storage,
    means: &'a Means<'a>,
    now: Timestamp,
    wanted: &'a WantedDirectory,
    /// What is written in the end.
    change: DirectoryChange,
    /// What has become of each thing.
    applied: Vec<Applied>,
    /// What is named and not there, each as a sentence.
    unknown: BTreeSet<String>,
}

impl Apply<'_> {
    async fn tenant(&mut self, wanted: &WantedTenant) -> Result<(), ApplyError> {
        let there = self.storage.find_tenant(&TenantName::Id(wanted.tenant.id)).await?;
        let outcome = outcome(there.as_deref(), &wanted.tenant);
        if outcome != Outcome::Left {
            self.change.tenants.push(wanted.tenant.clone());
        }
        self.note(outcome, "tenant", &wanted.tenant.domain);
        self.people(wanted).await?;
        self.groups(wanted).await?;
        self.applications(wanted).await?;
        self.service_principals(wanted).await?;
        self.consents(wanted).await
    }

    fn note(&mut self, outcome: Outcome, kind: &'static str, name: &str) {
        self.applied.push(Applied { outcome, kind, name: name.to_owned() });
    }
}

/// What became of a thing when something that hangs on it was added.
const fn with_additions(outcome: Outcome, added: bool) -> Outcome {
    match outcome {
        Outcome::Left if added => Outcome::Changed,
        other => other,
    }
}

/// Every application of every tenant that a file could refer to.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn applications_there(storage: &dyn Storage) -> Result<Vec<Arc<Application>>, FlowError> {
    let mut found = Vec::new();
    for tenant in storage.list_tenants().await? {
        found.extend(applications_of(storage, tenant.id).await?);
    }
    Ok(found)
}
