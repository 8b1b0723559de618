//! Looking after the signing keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use grantor_environment::{Entropy, Timestamp};
use grantor_jose::SealingKey;
use grantor_rules::Settings;
use grantor_rules::model::{Application, SigningAlg};
use grantor_rules::signing_keys::{Line, Made, TAKEN_UP_WITHIN};
use grantor_storage::{SigningKeyRecord, Storage};

use super::AdministrationError;
use super::find::applications_of;
use crate::FlowError;
use crate::key_readers::name_of_application;
use crate::keys::made_of;
use crate::start::{new_key, signing_keys_of};

/// What a signing key is for at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It is published ahead and will sign.
    Next,
    /// It signs.
    Signs,
    /// It signs no more; what it has signed may still be about.
    Proves,
}

/// A signing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// The algorithm, as JOSE names it.
    pub algorithm: String,
    /// Its id, as in the header of tokens.
    pub key_id: String,
    /// When it was made and published.
    pub created_at: Timestamp,
    /// When it begins to sign, or began.
    pub signs_from: Timestamp,
    /// What it is for now.
    pub phase: Phase,
}

/// What became of a wish for the next key of an algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// It was made and is published now.
    Published(KeyState),
    /// It is published already and has not begun to sign.
    Already(KeyState),
}

/// Every signing key, by algorithm, oldest first.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn list(storage: &dyn Storage, now: Timestamp, settings: &Settings) -> Result<Vec<KeyState>, FlowError> {
    Ok(states(&storage.list_signing_keys().await?, now, settings))
}

/// When the next key begins to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// When everybody who keeps keys for a day has seen it.
    WhenSeen,
    /// As soon as every node has taken it up, also where another one is published ahead. Those before it stay published until the
    /// last token that they have signed is over.
    AtOnce,
}

/// Makes the next key of every algorithm that is in use and publishes it. Running nodes take it up by themselves.
///
/// # Errors
/// [`FlowError::Store`], [`FlowError::Failed`] when the master key is another one.
pub async fn rotate(
    storage: &dyn Storage,
    master: &SealingKey,
    now: Timestamp,
    entropy: &dyn Entropy,
    settings: &Settings,
    begins: Begins,
) -> Result<Vec<Rotated>, FlowError> {
    let sealing = signing_keys_of(master);
    let mut records = storage.list_signing_keys().await?;
    for record in &records {
        // Under another master key the nodes could open none of what is made here.
        crate::start::open(&sealing, record)?;
    }
    let mut rotated = Vec::new();
    for (name, alg) in SigningAlg::NAMES {
        let line: Vec<KeyState> =
            states(&records, now, settings).into_iter().filter(|key| key.algorithm == *name).collect();
        let Some(newest) = line.last() else { continue };
        if newest.phase == Phase::Next && begins == Begins::WhenSeen {
            rotated.push(Rotated::Already(newest.clone()));
            continue;
        }
        let mut next = new_key(alg, &sealing, now, entropy)?;
        next.begins_at = (begins == Begins::AtOnce).then(|| now + TAKEN_UP_WITHIN);
        records = storage.keep_signing_key(&next, Some(&newest.key_id)).await?;
        // Of several that act at once, one wins and all see its key.
        let kept = states(&records, now, settings).into_iter().rfind(|key| key.algorithm == *name);
        rotated.extend(kept.map(Rotated::Published));
    }
    Ok(rotated)
}

/// Who has fetched a key that is published ahead.
#[derive(Debug)]
pub struct Rehearsal {
    /// The key.
    pub key: KeyState,
    /// Each application with when it was first seen, if it was.
    pub applications: Vec<(Arc<Application>, Option<Timestamp>)>,
    /// Whoever did not say which application they are, by what they call themselves.
    pub others: Vec<(String, Timestamp)>,
}

/// Who has fetched the keys that are published ahead, and who has not: what would break if they signed now.
///
/// # Errors
/// [`AdministrationError::Failed`].
pub async fn rehearse(
    storage: &dyn Storage,
    now: Timestamp,
    settings: &Settings,
) -> Result<Vec<Rehearsal>, AdministrationError> {
    let waiting: Vec<KeyState> =
        list(storage, now, settings).await?.into_iter().filter(|key| key.phase == Phase::Next).collect();
    let mut rehearsals = Vec::new();
    for key in waiting {
        let mut readers: BTreeMap<String, Timestamp> =
            storage.list_key_readers(&key.key_id).await?.into_iter().collect();
        let mut applications = Vec::new();
        for tenant in storage.list_tenants().await? {
            for application in applications_of(storage, tenant.id).await? {
                let seen = readers.remove(&name_of_application(&application.client_id));
                applications.push((application, seen));
            }
        }
        rehearsals.push(Rehearsal { key, applications, others: readers.into_iter().collect() });
    }
    Ok(rehearsals)
}

fn states(records: &[SigningKeyRecord], now: Timestamp, settings: &Settings) -> Vec<KeyState> {
    let mut all = Vec::new();
    for (name, _) in SigningAlg::NAMES {
        let line: Vec<&SigningKeyRecord> = records.iter().filter(|record| record.algorithm == *name).collect();
        let made: Vec<Made> = line.iter().map(|record| made_of(record)).collect();
        let signing = Line(&made).signing(now, settings);
        for (place, record) in line.iter().enumerate() {
            let phase = match signing {
                Some(signing) if place > signing => Phase::Next,
                Some(signing) if place == signing => Phase::Signs,
                _ => Phase::Proves,
            };
            all.push(KeyState {
                algorithm: record.algorithm.clone(),
                key_id: record.key_id.clone(),
                created_at: record.created_at,
                signs_from: Line(&made).signs_from(place, settings),
                phase,
            });
        }
    }
    all
}
