//! What a cache keeps, and how it is looked up.

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::Secret;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::account::{AccessToken, Account, TokenSource};
use crate::token_endpoint::Tokens;

/// The form of the file. A file of another version is refused, so that no older program spoils a newer one's.
const VERSION: u32 = 1;

/// Accounts with their tokens. Its `Debug` form shows no token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Contents {
    version: u32,
    entries: Vec<Entry>,
}

impl Default for Contents {
    fn default() -> Self {
        Self { version: VERSION, entries: Vec::new() }
    }
}

/// One account and everything that is its own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub account: Account,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Kept>,
    #[serde(default)]
    pub access_tokens: Vec<StoredToken>,
}

/// An access token as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredToken {
    /// What was asked, sorted, without the scopes that are about signing in.
    pub asked: Vec<String>,
    /// What was granted.
    pub granted: Vec<String>,
    /// In milliseconds since the epoch, as the next.
    pub obtained_at: i64,
    pub expires_at: i64,
    pub token: Kept,
}

/// A secret that may be written into the cache, and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept(pub Secret);

impl Serialize for Kept {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for Kept {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Secret::new(text)))
    }
}

impl StoredToken {
    /// What came from the token endpoint for a question. A provider that names no scope granted what was asked
    /// (RFC 6749 §5.1).
    pub fn new(tokens: &Tokens, asked: Vec<String>, now: Timestamp) -> Self {
        Self {
            granted: tokens.scope.clone().unwrap_or_else(|| asked.clone()),
            asked,
            obtained_at: now.millis(),
            expires_at: tokens.expires_at.millis(),
            token: Kept(tokens.access_token.clone()),
        }
    }

    /// Whether it answers a question for `wanted`: all of it was granted, or exactly this was asked before, whatever
    /// came of it. A question for no scope at all is answered by an equal one alone: any token would "cover" it, and a
    /// token for one API must not go to another.
    pub fn answers(&self, wanted: &[String]) -> bool {
        self.asked == wanted || (!wanted.is_empty() && wanted.iter().all(|scope| self.granted.contains(scope)))
    }

    /// Whether more life is left than `ahead`, or than half of the whole life if that is shorter than twice `ahead`.
    pub fn is_fresh(&self, now: Timestamp, ahead: Duration) -> bool {
        let expires_at = Timestamp::from_millis(self.expires_at);
        let life = expires_at.since(Timestamp::from_millis(self.obtained_at));
        expires_at.since(now) > ahead.min(life / 2)
    }

    pub fn to_access_token(&self, source: TokenSource) -> AccessToken {
        AccessToken {
            secret: self.token.0.clone(),
            expires_at: Timestamp::from_millis(self.expires_at),
            scopes: self.granted.clone(),
            source,
        }
    }
}

impl Contents {
    /// Reads the written form.
    pub(crate) fn from_json(bytes: &[u8]) -> Result<Self, String> {
        let contents: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if contents.version == VERSION {
            Ok(contents)
        } else {
            Err(format!("its version is {}, and this program reads {VERSION}", contents.version))
        }
    }

    pub(crate) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("texts and numbers become JSON")
    }

    /// The accounts.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.entries.iter().map(|entry| &entry.account)
    }

    pub(crate) fn find(&self, account: &Account) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.account.is_same(account))
    }

    pub(crate) fn find_token(&self, account: &Account, wanted: &[String]) -> Option<&StoredToken> {
        let tokens = self.find(account)?.access_tokens.iter().filter(|token| token.answers(wanted));
        tokens.max_by_key(|token| token.expires_at)
    }

    /// The entry of an account, made if there is none.
    pub(crate) fn entry(&mut self, account: &Account) -> &mut Entry {
        let found = self.entries.iter().position(|entry| entry.account.is_same(account));
        let index = found.unwrap_or_else(|| {
            self.entries.push(Entry { account: account.clone(), refresh_token: None, access_tokens: Vec::new() });
            self.entries.len() - 1
        });
        &mut self.entries[index]
    }

    /// Forgets an account with all its tokens. Says whether there was one.
    pub(crate) fn remove(&mut self, account: &Account) -> bool {
        let before = self.entries.len();
        self.entries.retain(|entry| !entry.account.is_same(account));
        self.entries.len() < before
    }
}

impl Entry {
    /// Keeps a token in place of those that answer the same question, and forgets those whose life is over.
    pub fn keep(&mut self, token: StoredToken, now: Timestamp) {
        self.access_tokens.retain(|old| old.asked != token.asked && Timestamp::from_millis(old.expires_at) > now);
        self.access_tokens.push(token);
    }

    /// Forgets one access token, wherever it stands.
    pub fn drop_token(&mut self, secret: &Secret) {
        self.access_tokens.retain(|token| token.token.0 != *secret);
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub fn account(issuer: &str, client_id: &str, home: &str) -> Account {
        Account {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            home_account_id: home.to_owned(),
            authority: "https://id.example".to_owned(),
            subject: home.to_owned(),
            tenant_id: None,
            username: Some("same@example".to_owned()),
            name: None,
        }
    }

    pub fn token(text: &str, asked: &[&str], granted: &[&str]) -> StoredToken {
        let texts = |all: &[&str]| all.iter().map(|&one| one.to_owned()).collect();
        StoredToken {
            asked: texts(asked),
            granted: texts(granted),
            obtained_at: 0,
            expires_at: 3_600_000,
            token: Kept(Secret::new(text)),
        }
    }

    /// T36: whoever is asked for, no look-up finds a token of another account. All combinations of a few near-equal names,
    /// also ones that would be equal if the parts were joined.
    #[test]
    fn no_look_up_returns_a_token_of_another_account() {
        let names = ["a", "b", "ab", "a.b", "a b", "", "A"];
        let scopes: [&[&str]; 4] = [&[], &["r"], &["r", "w"], &["w"]];
        let mut contents = Contents::default();
        let mut all = Vec::new();
        for issuer in names {
            for client in names {
                for home in names {
                    all.push(account(issuer, client, home));
                }
            }
        }
        // Every second account has tokens; the others must find none.
        for (index, owner) in all.iter().enumerate().filter(|(index, _)| index % 2 == 0) {
            for asked in scopes {
                let token = token(&format!("{index}"), asked, asked);
                contents.entry(owner).keep(token, Timestamp::from_seconds(1));
            }
            contents.entry(owner).refresh_token = Some(Kept(Secret::new(format!("{index}"))));
        }
        let contents = Contents::from_json(&contents.to_json()).unwrap();
        for (index, asker) in all.iter().enumerate() {
            let own = Kept(Secret::new(format!("{index}")));
            let refresh = contents.find(asker).and_then(|entry| entry.refresh_token.clone());
            assert_eq!(refresh, (index % 2 == 0).then(|| own.clone()), "{asker:?}");
            for wanted in scopes {
                let wanted: Vec<String> = wanted.iter().map(|&scope| scope.to_owned()).collect();
                let found = contents.find_token(asker, &wanted).map(|found| found.token.clone());
                assert_eq!(found, (index % 2 == 0).then(|| own.clone()), "{asker:?} {wanted:?}");
            }
        }
    }

    #[test]
    fn a_token_answers_for_what_was_granted_and_for_the_same_question() {
        let texts = |all: &[&str]| all.iter().map(|&one| one.to_owned()).collect::<Vec<_>>();
        let token = token("t", &["r", "w"], &["r"]);
        assert!(token.answers(&texts(&["r"])));
        assert!(token.answers(&texts(&["r", "w"])));
        assert!(!token.answers(&texts(&["w"])));
        assert!(!token.answers(&[]));
    }

    #[test]
    fn freshness_leaves_five_minutes_or_half_of_a_short_life() {
        let ahead = Duration::from_mins(5);
        let long = token("t", &[], &[]);
        assert!(long.is_fresh(Timestamp::from_seconds(3299), ahead));
        assert!(!long.is_fresh(Timestamp::from_seconds(3300), ahead));
        let short = StoredToken { expires_at: 60_000, ..long };
        assert!(short.is_fresh(Timestamp::from_seconds(29), ahead));
        assert!(!short.is_fresh(Timestamp::from_seconds(30), ahead));
    }

    #[test]
    fn nothing_secret_is_printed() {
        let mut contents = Contents::default();
        contents.entry(&account("i", "c", "h")).keep(token("SECRET", &[], &[]), Timestamp::from_seconds(0));
        assert!(!format!("{contents:?}").contains("SECRET"));
    }

    #[test]
    fn another_version_is_refused() {
        assert!(Contents::from_json(br#"{"version":2,"entries":[]}"#).unwrap_err().contains("version is 2"));
        assert!(Contents::from_json(b"{").is_err());
    }
}
