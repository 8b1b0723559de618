//! What redemptions bought, revoked as a whole.

use std::sync::Arc;

use grantor_rules::model::Family;
use grantor_rules::model::RevocationReason::{CodeReplayed, RefreshTokenReused};

use super::samples::{
    NOW, begin, bought, client_id, consent_that_brings_in, consents, digest, family, family_id, family_with,
    in_minutes, interaction, one_tenant, reached, redeem, user_id,
};
use crate::{BeginFamily, Finished, Storage};

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

/// Promise: with its interaction, the consent and what the session reached, or, the second time, without anything.
pub async fn a_family_begins_without_a_code(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    let bare = BeginFamily {
        family: Family { parent: Some(family_id(9)), ends_at: None, sid: String::new(), ..family_with(1, digest(11)) },
        ..begin(1)
    };
    assert_eq!(tenant.begin_family(&bare).await.unwrap(), Finished::Now);
    assert_eq!(tenant.find_family(family_id(1)).await.unwrap(), Some(bare.family));
    assert_eq!(tenant.list_session_clients("").await.unwrap(), []);
    tenant.begin_interaction(&digest(5), &interaction()).await.unwrap();
    for (number, client, said) in [(2, "app", Finished::Now), (3, "late", Finished::Before)] {
        let consents = vec![consent_that_brings_in(client, "colors")];
        let ends = BeginFamily { interaction: Some(digest(5)), consents, ..begin(number) };
        assert_eq!(tenant.begin_family(&ends).await.unwrap(), said);
    }
    assert!(tenant.find_interaction(&digest(5)).await.unwrap().is_none());
    assert_eq!(tenant.find_family(family_id(2)).await.unwrap(), Some(family(2)));
    assert_eq!(tenant.find_family(family_id(3)).await.unwrap(), None);
    let app = client_id("app");
    assert_eq!(tenant.find_consents(user_id(1), &app).await.unwrap(), consents("colors", &["Read"]));
    assert!(tenant.find_service_principal(&app).await.unwrap().is_some());
    assert!(tenant.find_consents(user_id(1), &client_id("late")).await.unwrap().is_empty());
    assert_eq!(tenant.find_service_principal(&client_id("late")).await.unwrap(), None);
    assert_eq!(tenant.list_session_clients("sid-1").await.unwrap(), [reached("app", "entra-v2")]);
}
