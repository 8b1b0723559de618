//! Applying a directory file: the directory holds at least what it says, in one commit.

use std::sync::Arc;

use grantor_environment::Entropy;
use grantor_protocol::Secret;
use grantor_rules::directory::{
    Applied, DirectoryChange, Outcome, WantedDirectory, WantedTenant, WantedUser, merged, outcome,
};
use grantor_rules::model::{Application, Tenant, TenantName};
use grantor_storage::{Storage, TenantStorage};

use crate::{FlowError, Passwords};

/// Compares what a file wants with what is there, writes what differs in one commit, and says what became of each thing.
///
/// # Errors
/// [`FlowError`]; then nothing was written.
pub async fn apply(
    storage: &dyn Storage,
    passwords: &Passwords,
    entropy: &dyn Entropy,
    wanted: &WantedDirectory,
) -> Result<Vec<Applied>, FlowError> {
    let mut change = DirectoryChange::default();
    let mut applied = Vec::new();
    for wanted in &wanted.tenants {
        let there = storage.find_tenant(&TenantName::Id(wanted.tenant.id)).await?;
        let outcome = tenant(&mut change, there.as_deref(), &wanted.tenant);
        applied.push(Applied { outcome, kind: "tenant", name: wanted.tenant.domain.clone() });
        let store = storage.tenant(wanted.tenant.id);
        people(&mut change, &mut applied, store.as_ref(), passwords, entropy, wanted).await?;
        applications(&mut change, &mut applied, store.as_ref(), wanted).await?;
    }
    if !change.is_empty() {
        storage.apply_directory(&change).await?;
    }
    Ok(applied)
}

/// How many applications are read at a time.
const PAGE: u32 = 200;

/// Every application of every tenant that a file could refer to.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn applications_there(storage: &dyn Storage) -> Result<Vec<Arc<Application>>, FlowError> {
    let mut found = Vec::new();
    for tenant in storage.list_tenants().await? {
        let store = storage.tenant(tenant.id);
        let mut after = None;
        loop {
            let page = store.list_applications(after.as_ref(), PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.client_id.clone());
            found.extend(page);
        }
    }
    Ok(found)
}

fn tenant(change: &mut DirectoryChange, there: Option<&Tenant>, wanted: &Tenant) -> Outcome {
    let outcome = outcome(there, wanted);
    if outcome != Outcome::Left {
        change.tenants.push(wanted.clone());
    }
    outcome
}

async fn people(
    change: &mut DirectoryChange,
    applied: &mut Vec<Applied>,
    store: &dyn TenantStorage,
    passwords: &Passwords,
    entropy: &dyn Entropy,
    wanted: &WantedTenant,
) -> Result<(), FlowError> {
    for one in &wanted.users {
        let there = store.find_user(one.user.id).await?;
        let mut outcome = outcome(there.as_ref(), &one.user);
        if outcome != Outcome::Left {
            change.users.push((wanted.tenant.id, one.user.clone()));
        }
        if let Some(hash) = new_password(store, passwords, entropy, one).await? {
            change.passwords.push((wanted.tenant.id, one.user.id, hash));
            if outcome == Outcome::Left {
                outcome = Outcome::Changed;
            }
        }
        applied.push(Applied { outcome, kind: "user", name: one.user.user_principal_name.clone() });
    }
    Ok(())
}

/// The hash to write, unless the person has this very password already.
async fn new_password(
    store: &dyn TenantStorage,
    passwords: &Passwords,
    entropy: &dyn Entropy,
    wanted: &WantedUser,
) -> Result<Option<Secret>, FlowError> {
    let Some(password) = &wanted.password else { return Ok(None) };
    let there = store.find_password(wanted.user.id).await?;
    if there.is_some() && passwords.verify(password, there.as_ref().map(|there| &there.hash)).await? {
        return Ok(None);
    }
    passwords.hash(password, entropy).await.map(Some)
}

async fn applications(
    change: &mut DirectoryChange,
    applied: &mut Vec<Applied>,
    store: &dyn TenantStorage,
    wanted: &WantedTenant,
) -> Result<(), FlowError> {
    for one in &wanted.applications {
        let there = store.find_application(&one.application.client_id).await?;
        let merged = merged(there.as_deref(), one);
        let outcome = outcome(there.as_deref(), &merged);
        if outcome != Outcome::Left {
            change.applications.push(merged);
        }
        applied.push(Applied { outcome, kind: "application", name: one.application.display_name.clone() });
    }
    Ok(())
}
