//! Refresh tokens: each is exchanged once.

use std::sync::Arc;

use grantor_rules::model::{Exchanged, Family, RevocationReason};

use super::samples::{
    NOW, bought, digest, family_id, family_with, in_minutes, issue, live, one_tenant, redeem, rotate,
};
use crate::{RotateRefreshToken, Rotated, Storage};

/// Promise: and the family stays what it was.
pub async fn a_refresh_token_is_exchanged_for_its_successor(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    let exchange = rotate(1, digest(11), digest(12));
    assert_eq!(tenant.rotate_refresh_token(&exchange).await.unwrap(), Rotated::Now);
    let found = tenant.find_family(family_id(1)).await.unwrap().unwrap();
    assert_eq!(found, Family { refresh_token: Some(exchange.successor), ..family_with(1, digest(11)) });
    assert_eq!(tenant.rotate_refresh_token(&rotate(1, digest(12), digest(13))).await.unwrap(), Rotated::Now);
}

/// Promise: as many as it is told, of any length, in their order.
pub async fn a_refresh_token_remembers_its_predecessors(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    let mut exchange = rotate(1, digest(11), digest(12));
    let long = Exchanged { digest: digest(9), at: in_minutes(0), successor: vec![255; 300] };
    let empty = Exchanged { digest: digest(8), at: NOW, successor: vec![] };
    exchange.successor.exchanged.extend([long, empty]);
    tenant.rotate_refresh_token(&exchange).await.unwrap();
    assert_eq!(live(&*tenant, 1).await, Some(exchange.successor));
    let mut forgets = rotate(1, digest(12), digest(13));
    forgets.successor.exchanged.clear();
    tenant.rotate_refresh_token(&forgets).await.unwrap();
    assert_eq!(live(&*tenant, 1).await, Some(forgets.successor));
}

/// Promise: and nothing is written.
pub async fn a_token_that_is_not_the_live_one_is_told_which_is(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    let first = rotate(1, digest(11), digest(12));
    tenant.rotate_refresh_token(&first).await.unwrap();
    for presented in [1, 11, 99] {
        let again = RotateRefreshToken { keep_until: in_minutes(900), ..rotate(1, digest(presented), digest(13)) };
        let said = tenant.rotate_refresh_token(&again).await.unwrap();
        assert_eq!(said, Rotated::NotLive(first.successor.clone()), "{presented}");
        assert_eq!(live(&*tenant, 1).await, Some(first.successor.clone()), "{presented}");
    }
}

/// Promise: whether the token is the live one or not.
pub async fn a_revoked_family_exchanges_nothing(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    tenant.rotate_refresh_token(&rotate(1, digest(11), digest(12))).await.unwrap();
    tenant.revoke_family(family_id(1), RevocationReason::CodeReplayed, NOW).await.unwrap();
    for presented in [11, 12] {
        let outcome = tenant.rotate_refresh_token(&rotate(1, digest(presented), digest(13))).await.unwrap();
        assert_eq!(outcome, Rotated::Revoked(RevocationReason::CodeReplayed), "{presented}");
    }
    assert_eq!(live(&*tenant, 1).await.unwrap().digest, digest(12));
}

/// Promise: and nothing is written.
pub async fn a_refresh_token_of_no_family_is_unknown(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    assert_eq!(tenant.rotate_refresh_token(&rotate(2, digest(11), digest(12))).await.unwrap(), Rotated::Unknown);
    assert_eq!(live(&*tenant, 1).await.unwrap().digest, digest(11));
    assert_eq!(tenant.find_family(family_id(2)).await.unwrap(), None);

    let mut without = redeem(digest(3), 3, digest(31));
    without.family.refresh_token = None;
    tenant.issue_code(&issue(digest(3), 3)).await.unwrap();
    tenant.redeem_code(&without).await.unwrap();
    assert_eq!(tenant.rotate_refresh_token(&rotate(3, digest(31), digest(32))).await.unwrap(), Rotated::Unknown);
    assert_eq!(live(&*tenant, 3).await, None);
}
