//! People: what they are, their passwords, on and off, signed out, and gone.

use std::collections::BTreeSet;

use grantor_environment::{Entropy, Timestamp};
use grantor_protocol::Secret;
use grantor_rules::accounts;
use grantor_rules::directory::{DirectoryChange, Outcome, Removal};
use grantor_rules::model::User;
use grantor_storage::{Storage, StoredPassword};

use super::AdministrationError;
use super::applications::name_of;
use super::find::Found;
use crate::{FlowError, Passwords};

/// What hangs on a person.
#[derive(Debug)]
pub struct Ties {
    /// Their password, if they have one.
    pub password: Option<StoredPassword>,
    /// The names of their groups.
    pub groups: Vec<String>,
    /// The names of the applications that they allow something.
    pub allows: Vec<String>,
}

/// What hangs on a person, and goes with them when they are removed.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn ties(storage: &dyn Storage, person: &Found) -> Result<Ties, FlowError> {
    let (store, id) = (storage.tenant(person.tenant.id), person.user.id);
    let mut groups = Vec::new();
    for group in store.list_groups_of(id).await? {
        let known = store.find_group(group).await?;
        groups.push(known.map_or_else(|| group.to_string(), |known| known.display_name));
    }
    let clients: BTreeSet<_> = store.list_consents(Some(id)).await?.into_iter().map(|one| one.client_id).collect();
    let mut allows = Vec::new();
    for client_id in &clients {
        allows.push(name_of(storage, client_id).await?);
    }
    Ok(Ties { password: store.find_password(id).await?, groups, allows })
}

/// Gives a person a password. Where they had one, everything that they are signed in to ends; a locked account opens.
///
/// # Errors
/// [`AdministrationError::Password`] for what cannot be one.
pub async fn set_password(
    storage: &dyn Storage,
    (passwords, entropy): (&Passwords, &dyn Entropy),
    person: &Found,
    password: &Secret,
    now: Timestamp,
) -> Result<Outcome, AdministrationError> {
    accounts::password(password.expose())?;
    let hash = passwords.hash(password, entropy).await?;
    let (tenant, id) = (person.tenant.id, person.user.id);
    let had_one = storage.tenant(tenant).find_password(id).await?.is_some();
    let user = accounts::with_password(&person.user, had_one, now);
    let (users, passwords) = (vec![(tenant, user)], vec![(tenant, id, hash)]);
    storage.apply_directory(&DirectoryChange { now, users, passwords, ..DirectoryChange::default() }).await?;
    Ok(if had_one { Outcome::Changed } else { Outcome::Created })
}

/// Switches an account on or off. Off, everything that the person is signed in to ends.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn switch(
    storage: &dyn Storage,
    person: &Found,
    enabled: bool,
    now: Timestamp,
) -> Result<Outcome, FlowError> {
    if person.user.account_enabled == enabled {
        return Ok(Outcome::Left);
    }
    write(storage, person, accounts::switched(&person.user, enabled, now), now).await?;
    Ok(Outcome::Changed)
}

/// Ends everything that a person is signed in to.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn end_sessions(storage: &dyn Storage, person: &Found, now: Timestamp) -> Result<(), FlowError> {
    write(storage, person, accounts::signed_out(&person.user, now), now).await
}

/// Opens an account that wrong passwords have locked, and forgets those that were counted. Says whether there were any.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn unlock(storage: &dyn Storage, person: &Found) -> Result<Outcome, FlowError> {
    let store = storage.tenant(person.tenant.id);
    let tried = store.find_password(person.user.id).await?.is_some_and(|password| password.wrong_tries > 0);
    if !tried {
        return Ok(Outcome::Left);
    }
    store.forget_wrong_passwords(person.user.id).await?;
    Ok(Outcome::Changed)
}

/// Takes a person away, with everything that hangs on them.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn remove(storage: &dyn Storage, person: &Found, now: Timestamp) -> Result<(), FlowError> {
    let removals = vec![(person.tenant.id, Removal::User(person.user.id))];
    Ok(storage.apply_directory(&DirectoryChange { now, removals, ..DirectoryChange::default() }).await?)
}

async fn write(storage: &dyn Storage, person: &Found, user: User, now: Timestamp) -> Result<(), FlowError> {
    let users = vec![(person.tenant.id, user)];
    Ok(storage.apply_directory(&DirectoryChange { now, users, ..DirectoryChange::default() }).await?)
}
