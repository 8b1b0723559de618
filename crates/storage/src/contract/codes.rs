//! Authorization codes: issued once, redeemed once.

use std::sync::Arc;

use grantor_rules::model::{Code, Family, RevocationReason};

use super::samples::{
    NOW, bought, client_id, code, consent, consent_that_brings_in, consents, digest, family, family_id, family_with,
    in_minutes, interaction, issue, minutes_ago, one_tenant, permission, reached, redeem, user_id,
};
use crate::{Burned, Finished, IssueCode, RedeemCode, Redeemed, Storage};

/// Promise: also one without the optional parts, and one whose time is over.
pub async fn a_code_is_found_as_it_was_issued(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    let bare = Code { challenge: None, nonce: None, expires_at: minutes_ago(1), ..code(2) };
    for (number, kept) in [(1, code(1)), (2, bare)] {
        let issued = IssueCode { code: kept.clone(), ..issue(digest(number), 1) };
        assert_eq!(tenant.issue_code(&issued).await.unwrap(), Finished::Now);
        assert_eq!(tenant.find_code(&digest(number)).await.unwrap(), Some(kept));
    }
    assert_eq!(tenant.find_code(&digest(3)).await.unwrap(), None);
}

fn with_consent_in(interaction: u32) -> IssueCode {
    let consents = vec![consent_that_brings_in("app", "colors"), consent(Some(1), "other", "colors", &["Read"])];
    IssueCode { interaction: Some(digest(interaction)), consents, ..issue(digest(1), 1) }
}

/// Promise.
pub async fn issuing_ends_the_interaction_and_records_the_consent(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.begin_interaction(&digest(5), &interaction()).await.unwrap();
    assert_eq!(tenant.issue_code(&with_consent_in(5)).await.unwrap(), Finished::Now);
    assert!(tenant.find_interaction(&digest(5)).await.unwrap().is_none());
    assert!(tenant.find_code(&digest(1)).await.unwrap().is_some());
    for application in ["app", "other"] {
        let allowed = tenant.find_consents(user_id(1), &client_id(application)).await.unwrap();
        assert_eq!(allowed, consents("colors", &["Read"]), "{application}");
    }
    let app = tenant.find_service_principal(&client_id("app")).await.unwrap().unwrap();
    assert_eq!(app.granted_app_roles, [permission("colors", "Reader")].into());
    assert_eq!(tenant.list_session_clients("sid-1").await.unwrap(), [reached("app", "oidc")]);
}

/// Promise.
pub async fn issuing_for_an_ended_interaction_writes_nothing(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.begin_interaction(&digest(5), &interaction()).await.unwrap();
    tenant.end_interaction(&digest(5), None).await.unwrap();
    assert_eq!(tenant.issue_code(&with_consent_in(5)).await.unwrap(), Finished::Before);
    assert_eq!(tenant.find_code(&digest(1)).await.unwrap(), None);
    assert!(tenant.find_consents(user_id(1), &client_id("app")).await.unwrap().is_empty());
    assert_eq!(tenant.find_service_principal(&client_id("app")).await.unwrap(), None);
    assert_eq!(tenant.list_session_clients("sid-1").await.unwrap(), []);
}

/// Promise.
pub async fn a_redeemed_code_is_spent_and_what_it_buys_is_recorded(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.issue_code(&issue(digest(1), 1)).await.unwrap();
    tenant.issue_code(&issue(digest(2), 2)).await.unwrap();
    assert_eq!(tenant.redeem_code(&redeem(digest(1), 1, digest(11))).await.unwrap(), Redeemed::Now);
    let spent = Code { spent_at: Some(NOW), ..code(1) };
    assert_eq!(tenant.find_code(&digest(1)).await.unwrap(), Some(spent));
    assert_eq!(tenant.find_family(family_id(1)).await.unwrap(), Some(family_with(1, digest(11))));
    assert_eq!(tenant.find_code(&digest(2)).await.unwrap(), Some(code(2)));
}

/// Promise.
pub async fn a_code_may_buy_no_refresh_token(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.issue_code(&issue(digest(1), 1)).await.unwrap();
    let without = RedeemCode { family: family(1), ..redeem(digest(1), 1, digest(11)) };
    assert_eq!(tenant.redeem_code(&without).await.unwrap(), Redeemed::Now);
    assert_eq!(tenant.find_family(family_id(1)).await.unwrap(), Some(family(1)));
}

/// Promise (RFC 6749 §4.1.2): and the second redemption records nothing.
pub async fn a_code_presented_again_revokes_what_it_bought(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    bought(&*tenant, digest(2), 2, digest(12)).await;
    let again = RedeemCode { now: in_minutes(1), ..redeem(digest(1), 1, digest(13)) };
    assert_eq!(tenant.redeem_code(&again).await.unwrap(), Redeemed::Before);
    let revoked = Family { revoked: Some(RevocationReason::CodeReplayed), ..family_with(1, digest(11)) };
    assert_eq!(tenant.find_family(family_id(1)).await.unwrap(), Some(revoked));
    assert_eq!(tenant.find_family(family_id(2)).await.unwrap().unwrap().revoked, None);
    assert_eq!(tenant.find_code(&digest(1)).await.unwrap().unwrap().spent_at, Some(NOW));
}

/// Promise.
pub async fn a_code_that_never_was_buys_nothing(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    assert_eq!(tenant.redeem_code(&redeem(digest(2), 2, digest(12))).await.unwrap(), Redeemed::Before);
    assert_eq!(tenant.find_family(family_id(2)).await.unwrap(), None);
    // Nor does it end what another code bought.
    assert_eq!(tenant.redeem_code(&redeem(digest(3), 1, digest(13))).await.unwrap(), Redeemed::Before);
    assert_eq!(tenant.find_family(family_id(1)).await.unwrap(), Some(family_with(1, digest(11))));
}

/// Promise.
pub async fn a_burned_code_buys_nothing(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.issue_code(&issue(digest(1), 1)).await.unwrap();
    assert_eq!(tenant.burn_code(&digest(1), in_minutes(1)).await.unwrap(), Burned::Now);
    assert_eq!(tenant.burn_code(&digest(1), in_minutes(2)).await.unwrap(), Burned::Before);
    assert_eq!(tenant.burn_code(&digest(2), in_minutes(2)).await.unwrap(), Burned::Before);
    assert_eq!(tenant.find_code(&digest(1)).await.unwrap().unwrap().spent_at, Some(in_minutes(1)));
    assert_eq!(tenant.redeem_code(&redeem(digest(1), 1, digest(11))).await.unwrap(), Redeemed::Before);
    assert_eq!(tenant.find_family(family_id(1)).await.unwrap(), None);
}

/// Promise: a stranger who learns a spent code cannot end what its owner bought.
pub async fn burning_a_spent_code_leaves_what_it_bought(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    assert_eq!(tenant.burn_code(&digest(1), in_minutes(1)).await.unwrap(), Burned::Before);
    assert_eq!(tenant.find_code(&digest(1)).await.unwrap().unwrap().spent_at, Some(NOW));
    assert_eq!(tenant.find_family(family_id(1)).await.unwrap(), Some(family_with(1, digest(11))));
}
