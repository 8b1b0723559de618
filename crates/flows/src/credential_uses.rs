//! When an application's credential was last used: told apart by days, so that a program which asks a thousand times a second
//! writes once a day.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::ClientId;
use grantor_rules::client::ProvenClient;
use grantor_rules::credentials::Ending;
use grantor_rules::model::Application;

use crate::{Env, Trace};

const DAY: Duration = Duration::from_hours(24);
/// How many credentials are remembered; whoever has more notes some of them more often.
const MOST: usize = 10_000;

/// The credentials that this node has noted, each with when.
#[derive(Debug, Default)]
pub struct CredentialUses(Mutex<HashMap<(ClientId, String), Timestamp>>);

impl CredentialUses {
    /// Whether this use is the first of its day that this node sees.
    fn is_news(&self, client: &ClientId, credential: &str, now: Timestamp) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (client.clone(), credential.to_owned());
        if noted.get(&key).is_some_and(|before| now.since(*before) < DAY && *before <= now) {
            return false;
        }
        if noted.len() >= MOST {
            noted.clear();
        }
        noted.insert(key, now);
        true
    }
}

/// Notes that a credential proved an application, and warns when it ends soon. A store that cannot take the note now gets the
/// next one: nobody's token waits for that.
pub async fn note(env: &Env, trace: &Trace, client: &ProvenClient<'_>) {
    let (Some(credential), now) = (client.credential(), env.now()) else { return };
    if !env.credential_uses.is_news(&client.client_id, credential, now) {
        return;
    }
    if let Ending::Soon { days } = Ending::of(end_of(client, credential), now) {
        tracing::warn!(client = %client.client_id, credential, days, "a credential of an application ends soon");
    }
    let store = env.storage.tenant(client.publisher);
    if let Err(error) = store.note_credential_use(&client.client_id, credential, now).await {
        tracing::warn!(request = %trace.request(), %error, "the use of a credential could not be noted");
    }
}

fn end_of(application: &Application, credential: &str) -> Option<Timestamp> {
    let secret = application.secrets.iter().find(|secret| secret.name() == credential);
    let certificate = application.certificates.iter().find(|certificate| certificate.name() == credential);
    secret.and_then(|secret| secret.expires_at).or_else(|| certificate.map(|certificate| certificate.expires_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_credential_is_news_once_a_day() {
        let (uses, client) = (CredentialUses::default(), ClientId::parse("app").unwrap());
        let at = |hours: u64| Timestamp::from_seconds(0) + Duration::from_hours(hours);
        assert!(uses.is_news(&client, "secret:1", at(1)));
        assert!(!uses.is_news(&client, "secret:1", at(24)));
        assert!(uses.is_news(&client, "secret:2", at(24)));
        assert!(uses.is_news(&client, "secret:1", at(26)));
        assert!(uses.is_news(&client, "secret:1", at(2)), "a clock that was wrong does not silence it");
    }
}
