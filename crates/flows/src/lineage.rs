//! What one application was given to act on with ends with what it was given by, and that with its own.

use grantor_rules::Refusal;
use grantor_rules::model::{Family, RevocationReason};
use grantor_storage::TenantStorage;

use crate::FlowError;

/// Longer chains of applications that act on for each other are nobody's.
const MOST_LINKS: usize = 8;

/// Why nothing that descends from `family` is good any more, if one of those before it was revoked.
///
/// # Errors
/// [`Refusal::RefreshTokenExpired`] when one of them is remembered no more: it has ended, and with it this.
pub async fn revoked(store: &dyn TenantStorage, family: &Family) -> Result<Option<RevocationReason>, FlowError> {
    let mut parent = family.parent;
    for _ in 0..MOST_LINKS {
        let Some(id) = parent else { return Ok(None) };
        let found = store.find_family(id).await?.ok_or(Refusal::RefreshTokenExpired)?;
        if let Some(why) = found.ended_because() {
            return Ok(Some(why));
        }
        parent = found.parent;
    }
    Err(Refusal::RefreshTokenExpired.into())
}
