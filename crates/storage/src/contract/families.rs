//! What redemptions bought, revoked as a whole.

use std::sync::Arc;

use grantor_rules::model::RevocationReason::{CodeReplayed, RefreshTokenReused};

use super::samples::{NOW, bought, digest, family_id, in_minutes, one_tenant, redeem};
use crate::Storage;

/// Promise: and no other.
pub async fn a_family_is_revoked_alone(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    bought(&*tenant, digest(2), 2, digest(21)).await;
    tenant.revoke_family(family_id(1), RefreshTokenReused, NOW).await.unwrap();
    assert_eq!(tenant.find_family(family_id(1)).await.unwrap().unwrap().revoked, Some(RefreshTokenReused));
    assert_eq!(tenant.find_family(family_id(2)).await.unwrap().unwrap().revoked, None);
}

/// Promise: whichever way the second reason comes.
pub async fn an_earlier_reason_stays(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    for (number, first, second) in [(1, RefreshTokenReused, CodeReplayed), (2, CodeReplayed, RefreshTokenReused)] {
        bought(&*tenant, digest(number.into()), number, digest(u32::from(number) + 10)).await;
        tenant.revoke_family(family_id(number), first, NOW).await.unwrap();
        tenant.revoke_family(family_id(number), second, in_minutes(1)).await.unwrap();
        assert_eq!(tenant.find_family(family_id(number)).await.unwrap().unwrap().revoked, Some(first));
    }
    tenant.redeem_code(&redeem(digest(1), 1, digest(31))).await.unwrap();
    assert_eq!(tenant.find_family(family_id(1)).await.unwrap().unwrap().revoked, Some(RefreshTokenReused));
}

/// Promise.
pub async fn a_family_that_never_was_cannot_be_revoked(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.revoke_family(family_id(1), CodeReplayed, NOW).await.unwrap();
    assert_eq!(tenant.find_family(family_id(1)).await.unwrap(), None);
}
