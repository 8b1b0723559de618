//! Who has fetched a key that is published and does not sign yet: the rehearsal before a rotation.
//!
//! It is noted in the store, so that every node and every start counts, and by each process at most once for each reader and key,
//! so that those who fetch the keys all day write nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use grantor_protocol::ClientId;

use crate::{Env, FlowError, load};

/// How many readers of one key a process notes: whoever makes up names fills no store.
const MOST: usize = 1000;
/// How much of what a reader calls itself is kept, in characters.
const LONGEST_NAME: usize = 120;
/// What the name of a reader begins with that is a known application.
const APPLICATION: &str = "app:";

/// Which readers this process has noted, by key.
#[derive(Debug, Default)]
pub struct KeyReaders(Mutex<BTreeMap<String, BTreeSet<String>>>);

impl KeyReaders {
    /// Whether a reader of a key is to be noted now.
    fn is_new(&self, key_id: &str, reader: &str) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let readers = noted.entry(key_id.to_owned()).or_default();
        readers.len() < MOST && readers.insert(reader.to_owned())
    }

    /// Forgets what is known of keys that wait no more, and one reader whose note was lost.
    fn forget(&self, key_id: &str, reader: &str) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(readers) = noted.get_mut(key_id) {
            readers.remove(reader);
        }
    }

    fn keep_only(&self, waiting: &[String]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|key_id, _| waiting.contains(key_id));
    }
}

/// Who fetches the keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reader<'a> {
    /// Which application it says that it is: anybody may say so, and nothing follows from it but a line in the rehearsal.
    pub application: Option<&'a ClientId>,
    /// What the program calls itself.
    pub user_agent: Option<&'a str>,
}

/// Notes who fetches the keys while one of them waits to sign. A store that is out of reach keeps nobody from the keys.
pub async fn note(env: &Env, reader: Reader<'_>) {
    let waiting = env.keys.waiting(env.now(), &env.settings);
    if waiting.is_empty() {
        return;
    }
    env.key_readers.keep_only(&waiting);
    match name_of(env, reader).await {
        Ok(name) => {
            for key_id in waiting {
                note_one(env, &key_id, &name).await;
            }
        }
        Err(error) => tracing::warn!(%error, "who has fetched the next key could not be noted"),
    }
}

async fn note_one(env: &Env, key_id: &str, name: &str) {
    if !env.key_readers.is_new(key_id, name) {
        return;
    }
    if let Err(error) = env.storage.note_key_reader(key_id, name, env.now()).await {
        env.key_readers.forget(key_id, name);
        tracing::warn!(%error, "who has fetched the next key could not be noted");
    }
}

/// The name under which a reader is noted: an application that is known, or what the program calls itself.
async fn name_of(env: &Env, reader: Reader<'_>) -> Result<String, FlowError> {
    if let Some(client_id) = reader.application
        && let Some(application) = load::registered(env, client_id).await?
    {
        return Ok(name_of_application(&application.client_id));
    }
    let called = reader.user_agent.unwrap_or_default();
    let shown: String = called.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect();
    Ok(if shown.is_empty() { "unnamed".to_owned() } else { format!("agent:{shown}") })
}

/// The name under which an application is noted.
pub fn name_of_application(client_id: &ClientId) -> String {
    format!("{APPLICATION}{client_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_is_noted_once_for_each_key_and_no_more_than_so_many_are() {
        let readers = KeyReaders::default();
        assert!(readers.is_new("k1", "a") && !readers.is_new("k1", "a") && readers.is_new("k2", "a"));
        readers.forget("k1", "a");
        assert!(readers.is_new("k1", "a"), "its note was lost");
        let more = (0..2 * MOST).filter(|number| readers.is_new("k1", &number.to_string())).count();
        assert_eq!(more, MOST - 1);
        readers.keep_only(&["k2".to_owned()]);
        assert!(readers.is_new("k1", "a") && !readers.is_new("k2", "a"));
    }
}
