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
use grantor_rules::directory::{Applied, DirectoryChange, Outcome, WantedDirectory, WantedTenant, outcome};
use grantor_rules::model::{Application, TenantName};
use grantor_storage::{Fault, Storage};

use crate::administration::find::applications_of;
use crate::{FlowError, Passwords};

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

/// Compares what a file wants with what is there, writes what differs in one commit, and says what became of each thing.
///
/// # Errors
/// [`ApplyError`]; then nothing was written.
pub async fn apply(
    storage: &dyn Storage,
    passwords: &Passwords,
    entropy: &dyn Entropy,
    now: Timestamp,
    wanted: &WantedDirectory,
) -> Result<Vec<Applied>, ApplyError> {
    let mut apply = Apply {
        storage,
        passwords,
        entropy,
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
    passwords: &'a Passwords,
    entropy: &'a dyn Entropy,
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
