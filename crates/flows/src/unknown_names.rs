//! Wrong passwords for names that nobody has: counted like those of people, so that a lock does not tell who exists.
//!
//! In memory and for this node alone, since a stranger can think of any number of names: the store is for those that there are.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use grantor_environment::Timestamp;
use grantor_protocol::TenantId;
use grantor_protocol::secret::sha256;
use grantor_rules::Settings;
use grantor_rules::model::User;

/// How many names are remembered; when there are more, all are forgotten.
const MOST: usize = 20_000;

/// Names that nobody has, with what was tried for each.
#[derive(Debug, Default)]
pub struct UnknownNames(Mutex<HashMap<[u8; 32], Tried>>);

#[derive(Clone, Copy, Debug, Default)]
struct Tried {
    wrong: u32,
    locked_until: Option<Timestamp>,
}

impl UnknownNames {
    /// Whether the account would be locked, if there were one.
    pub(crate) fn is_locked(&self, tenant: TenantId, name: &str, now: Timestamp) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&key(tenant, name)).and_then(|tried| tried.locked_until).is_some_and(|until| now < until)
    }

    /// Counts a wrong password.
    pub(crate) fn count(&self, tenant: TenantId, name: &str, now: Timestamp, settings: &Settings) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        let tried = known.entry(key(tenant, name)).or_default();
        tried.wrong = tried.wrong.saturating_add(1);
        if tried.wrong >= settings.most_wrong_passwords {
            tried.locked_until = Some(now + settings.locked_for);
        }
    }
}

fn key(tenant: TenantId, name: &str) -> [u8; 32] {
    sha256(&[tenant.uuid().as_bytes().as_slice(), User::name_key(name).as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_nobody_has_is_locked_like_one_that_somebody_has() {
        let (names, settings) = (UnknownNames::default(), Settings::default());
        let (tenant, now) = (TenantId::from_random([1; 16]), Timestamp::from_seconds(1000));
        for _ in 0..settings.most_wrong_passwords {
            assert!(!names.is_locked(tenant, "nobody@contoso.example", now));
            names.count(tenant, "nobody@contoso.example", now, &settings);
        }
        assert!(names.is_locked(tenant, " Nobody@Contoso.Example", now));
        assert!(!names.is_locked(tenant, "other@contoso.example", now));
        assert!(!names.is_locked(TenantId::from_random([2; 16]), "nobody@contoso.example", now));
        assert!(!names.is_locked(tenant, "nobody@contoso.example", now + settings.locked_for));
    }
}
