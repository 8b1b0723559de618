//! Refresh tokens: each is exchanged once.

use std::sync::Arc;

use grantor_rules::model::{RevocationReason, Spent};

use super::samples::{NOW, bought, digest, family, family_id, in_minutes, one_tenant, rotate};
use crate::{RotateRefreshToken, Rotated, Storage};

/// Promise.
pub async fn a_refresh_token_is_exchanged_for_its_successor(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    let exchange = rotate(digest(11), digest(12));
    assert_eq!(tenant.rotate_refresh_token(&exchange).await.unwrap(), Rotated::Now);

    let spent = tenant.find_refresh_token(&digest(11)).await.unwrap().unwrap();
    assert_eq!(spent.spent, Some(Spent { at: exchange.now, successor: exchange.sealed_successor }));
    assert_eq!((spent.family, spent.expires_at), (family(1), in_minutes(60)));
    let successor = tenant.find_refresh_token(&digest(12)).await.unwrap().unwrap();
    assert_eq!((successor.family, successor.expires_at, successor.spent), (family(1), in_minutes(90), None));
    assert_eq!(tenant.rotate_refresh_token(&rotate(digest(12), digest(13))).await.unwrap(), Rotated::Now);
}

/// Promise: and nothing is written.
pub async fn an_exchanged_refresh_token_gives_what_it_gave_before(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    let first = rotate(digest(11), digest(12));
    tenant.rotate_refresh_token(&first).await.unwrap();
    let again = RotateRefreshToken { now: in_minutes(2), ..rotate(digest(11), digest(13)) };
    let spent = Spent { at: first.now, successor: first.sealed_successor };
    assert_eq!(tenant.rotate_refresh_token(&again).await.unwrap(), Rotated::Before(spent.clone()));
    assert_eq!(tenant.find_refresh_token(&digest(13)).await.unwrap(), None);
    assert_eq!(tenant.find_refresh_token(&digest(11)).await.unwrap().unwrap().spent, Some(spent));
    assert_eq!(tenant.find_family(family_id(1)).await.unwrap(), Some(family(1)));
}

/// Promise: whether the token was spent or not.
pub async fn a_revoked_family_exchanges_nothing(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    tenant.rotate_refresh_token(&rotate(digest(11), digest(12))).await.unwrap();
    tenant.revoke_family(family_id(1), RevocationReason::CodeReplayed, NOW).await.unwrap();
    for presented in [11, 12] {
        let outcome = tenant.rotate_refresh_token(&rotate(digest(presented), digest(13))).await.unwrap();
        assert_eq!(outcome, Rotated::Revoked(RevocationReason::CodeReplayed), "{presented}");
    }
    assert_eq!(tenant.find_refresh_token(&digest(13)).await.unwrap(), None);
    assert_eq!(tenant.find_refresh_token(&digest(12)).await.unwrap().unwrap().spent, None);
}

/// Promise: and nothing is written. A code is no refresh token.
pub async fn a_refresh_token_that_never_was_is_unknown(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    for presented in [1, 99] {
        let outcome = tenant.rotate_refresh_token(&rotate(digest(presented), digest(12))).await.unwrap();
        assert_eq!(outcome, Rotated::Unknown);
        assert_eq!(tenant.find_refresh_token(&digest(presented)).await.unwrap(), None);
    }
    assert_eq!(tenant.find_refresh_token(&digest(12)).await.unwrap(), None);
}
