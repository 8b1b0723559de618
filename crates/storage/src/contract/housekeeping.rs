//! Forgetting what has ended, and nothing else.

use std::sync::Arc;

use grantor_rules::model::{DeviceCode, Interaction};

use super::samples::{
    NOW, bought, device_code, digest, family_id, in_minutes, interaction, issue, new_sign_in, one_tenant, redeem,
    rotate, sign_in,
};
use crate::{IssueCode, RedeemCode, RotateRefreshToken, Storage, TenantStorage};

const A_DAY: u64 = 24 * 60;

/// One of each kind that ends at a time (minutes from now), under digests from `first` on.
async fn one_of_each(tenant: &dyn TenantStorage, first: u32, family: u8, minutes: u64) {
    let end = in_minutes(minutes);
    let waits = Interaction { expires_at: end, ..interaction() };
    tenant.begin_interaction(&digest(first), &waits).await.unwrap();
    let ending = |mut issued: IssueCode| {
        (issued.code.expires_at, issued.session_until) = (end, end);
        issued.code.sid = format!("sid-{first}");
        issued
    };
    tenant.issue_code(&ending(issue(digest(first), family + 100))).await.unwrap();
    let mut signed_in = new_sign_in(digest(first), sign_in(1, NOW));
    signed_in.sign_in.expires_at = end;
    tenant.record_sign_in(&signed_in).await.unwrap();
    // A spent code, and the family that it bought.
    tenant.issue_code(&ending(issue(digest(first + 1), family))).await.unwrap();
    let bought = RedeemCode { keep_until: end, ..redeem(digest(first + 1), family, digest(first)) };
    tenant.redeem_code(&bought).await.unwrap();
}

async fn what_is_left(tenant: &dyn TenantStorage, first: u32, family: u8) -> [bool; 6] {
    [
        tenant.find_interaction(&digest(first)).await.unwrap().is_some(),
        !tenant.list_sign_ins(&digest(first)).await.unwrap().is_empty(),
        tenant.find_family(family_id(family)).await.unwrap().is_some(),
        !tenant.list_session_clients(&format!("sid-{first}")).await.unwrap().is_empty(),
        tenant.find_code(&digest(first)).await.unwrap().is_some(),
        tenant.find_code(&digest(first + 1)).await.unwrap().is_some(),
    ]
}

/// Promise: what ends at the very moment has ended; codes stay, see below.
pub async fn only_what_has_ended_is_forgotten(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    one_of_each(&*tenant, 10, 1, 5).await;
    one_of_each(&*tenant, 20, 2, 6).await;
    assert_eq!(storage.forget_ended(in_minutes(4), 100).await.unwrap(), 0);
    assert_eq!(what_is_left(&*tenant, 10, 1).await, [true; 6]);
    assert_eq!(storage.forget_ended(in_minutes(5), 100).await.unwrap(), 4);
    assert_eq!(what_is_left(&*tenant, 10, 1).await, [false, false, false, false, true, true]);
    assert_eq!(what_is_left(&*tenant, 20, 2).await, [true; 6]);
    assert_eq!(storage.forget_ended(in_minutes(5), 100).await.unwrap(), 0);
}

/// Promise.
pub async fn a_step_forgets_at_most_so_many_of_each_kind(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    for number in 1..=5_u8 {
        one_of_each(&*tenant, u32::from(number) * 10, number, 5).await;
    }
    assert_eq!(storage.forget_ended(in_minutes(5), 0).await.unwrap(), 0);
    let mut steps = Vec::new();
    loop {
        match storage.forget_ended(in_minutes(5), 2).await.unwrap() {
            0 => break,
            forgotten => steps.push(forgotten),
        }
    }
    assert!(steps.iter().all(|&forgotten| forgotten <= 8), "{steps:?}");
    assert_eq!(steps.iter().sum::<u64>(), 20, "{steps:?}");
    assert!(steps.len() >= 3, "{steps:?}");
}

/// Promise: until then a replay is recognised as one, and a program that still waits hears that its time is over.
pub async fn a_code_is_remembered_for_a_day_after_its_end(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    tenant.issue_code(&issue(digest(2), 2)).await.unwrap();
    tenant.burn_code(&digest(2), NOW).await.unwrap();
    tenant.issue_code(&issue(digest(3), 3)).await.unwrap();
    let waits = DeviceCode { expires_at: in_minutes(10), ..device_code() };
    storage.begin_device_code(&digest(4), &[4; 32], &waits).await.unwrap();
    for (minutes, left) in [(10, true), (10 + A_DAY - 1, true), (10 + A_DAY, false)] {
        storage.forget_ended(in_minutes(minutes), 100).await.unwrap();
        for number in [1, 2, 3] {
            assert_eq!(tenant.find_code(&digest(number)).await.unwrap().is_some(), left, "{number} after {minutes}");
        }
        assert_eq!(storage.find_device_code(&digest(4)).await.unwrap().is_some(), left, "after {minutes}");
    }
}

/// Promise: access tokens outlive refresh tokens; what they belong to is remembered until both have ended.
pub async fn a_rotation_keeps_its_family_for_longer_and_never_for_less(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    let longer = RotateRefreshToken { keep_until: in_minutes(200), ..rotate(1, digest(11), digest(12)) };
    tenant.rotate_refresh_token(&longer).await.unwrap();
    let shorter = RotateRefreshToken { keep_until: in_minutes(100), ..rotate(1, digest(12), digest(13)) };
    tenant.rotate_refresh_token(&shorter).await.unwrap();
    storage.forget_ended(in_minutes(199), 100).await.unwrap();
    assert!(tenant.find_family(family_id(1)).await.unwrap().is_some());
    storage.forget_ended(in_minutes(200), 100).await.unwrap();
    assert!(tenant.find_family(family_id(1)).await.unwrap().is_none());
}
