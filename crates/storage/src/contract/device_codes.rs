//! Device codes: answered once, redeemed once.

use std::sync::Arc;

use grantor_rules::model::{DeviceAnswer, DeviceCode};

use super::samples::{
    NOW, approval, approve, client_id, consent_that_brings_in, consents, device_code, digest, family_id, family_with,
    in_minutes, interaction, minutes_ago, one_tenant, redeem_device, tenant_id, tenants, user_id,
};
use crate::{AnswerDeviceCode, Fault, Finished, RedeemDeviceCode, Redeemed, Storage};

/// Promise: by its digest and by its user code, in every state, also when its time is over.
pub async fn a_device_code_is_found_as_it_was_kept(storage: Arc<dyn Storage>) {
    let states = [
        device_code(),
        DeviceCode { expires_at: minutes_ago(1), ..device_code() },
        DeviceCode { answer: Some(DeviceAnswer::Declined), ..device_code() },
        DeviceCode { answer: Some(approval()), spent_at: Some(NOW), ..device_code() },
    ];
    for (number, kept) in (1..).zip(states) {
        let user_code = [u8::try_from(number).unwrap(); 32];
        storage.begin_device_code(&digest(number), &user_code, &kept).await.unwrap();
        assert_eq!(storage.find_device_code(&digest(number)).await.unwrap().as_ref(), Some(&kept));
        let found = storage.find_device_code_of(&user_code).await.unwrap();
        assert_eq!(found, Some((digest(number), kept)));
    }
    assert_eq!(storage.find_device_code(&digest(9)).await.unwrap(), None);
    assert_eq!(storage.find_device_code_of(&[9; 32]).await.unwrap(), None);
}

/// Promise: a second one under the same user code is a fault and leaves the first.
pub async fn a_user_code_stands_for_one_device_code(storage: Arc<dyn Storage>) {
    storage.begin_device_code(&digest(1), &[1; 32], &device_code()).await.unwrap();
    let second = DeviceCode { dialect: "second".to_owned(), ..device_code() };
    let fault = storage.begin_device_code(&digest(2), &[1; 32], &second).await.unwrap_err();
    assert!(matches!(fault, Fault::Statement { .. }), "{fault:?}");
    assert_eq!(storage.find_device_code(&digest(2)).await.unwrap(), None);
    assert_eq!(storage.find_device_code_of(&[1; 32]).await.unwrap(), Some((digest(1), device_code())));
}

fn with_consent_in(code: u32, interaction: u32) -> AnswerDeviceCode {
    let consents = vec![consent_that_brings_in("app", "colors")];
    AnswerDeviceCode { interaction: Some(digest(interaction)), consents, ..approve(digest(code)) }
}

/// Promise: both in the tenant that the person is in, and nothing in any other.
pub async fn answering_ends_the_interaction_and_records_the_consent(storage: Arc<dyn Storage>) {
    storage.apply_directory(&tenants(&[1, 2])).await.unwrap();
    let [one, two] = [1, 2].map(|number| storage.tenant(tenant_id(number)));
    storage.begin_device_code(&digest(1), &[1; 32], &device_code()).await.unwrap();
    for tenant in [&one, &two] {
        tenant.begin_interaction(&digest(5), &interaction()).await.unwrap();
    }
    assert_eq!(storage.answer_device_code(&with_consent_in(1, 5)).await.unwrap(), Finished::Now);
    let answered = DeviceCode { answer: Some(approval()), ..device_code() };
    assert_eq!(storage.find_device_code(&digest(1)).await.unwrap(), Some(answered));
    assert!(one.find_interaction(&digest(5)).await.unwrap().is_none());
    assert!(two.find_interaction(&digest(5)).await.unwrap().is_some());
    let app = client_id("app");
    assert_eq!(one.find_consents(user_id(1), &app).await.unwrap(), consents("colors", &["Read"]));
    assert!(one.find_service_principal(&app).await.unwrap().is_some());
    assert!(two.find_consents(user_id(1), &app).await.unwrap().is_empty());
    assert_eq!(two.find_service_principal(&app).await.unwrap(), None);
}

/// Promise: whichever of the two it was, nothing is written.
pub async fn answering_what_was_answered_before_writes_nothing(storage: Arc<dyn Storage>) {
    storage.apply_directory(&tenants(&[1, 2])).await.unwrap();
    let one = storage.tenant(tenant_id(1));
    for number in [1, 2] {
        let user_code = [u8::try_from(number).unwrap(); 32];
        storage.begin_device_code(&digest(number), &user_code, &device_code()).await.unwrap();
        one.begin_interaction(&digest(4 + number), &interaction()).await.unwrap();
    }
    // The device code was answered, the interaction was not.
    let declined = AnswerDeviceCode { answer: DeviceAnswer::Declined, ..approve(digest(1)) };
    assert_eq!(storage.answer_device_code(&declined).await.unwrap(), Finished::Now);
    assert_eq!(storage.answer_device_code(&with_consent_in(1, 5)).await.unwrap(), Finished::Before);
    assert!(one.find_interaction(&digest(5)).await.unwrap().is_some());
    let kept = DeviceCode { answer: Some(DeviceAnswer::Declined), ..device_code() };
    assert_eq!(storage.find_device_code(&digest(1)).await.unwrap(), Some(kept));
    // The interaction was, the device code was not.
    one.end_interaction(&digest(6), None).await.unwrap();
    assert_eq!(storage.answer_device_code(&with_consent_in(2, 6)).await.unwrap(), Finished::Before);
    assert_eq!(storage.find_device_code(&digest(2)).await.unwrap(), Some(device_code()));
    assert_eq!(storage.answer_device_code(&approve(digest(3))).await.unwrap(), Finished::Before);
    assert!(one.find_consents(user_id(1), &client_id("app")).await.unwrap().is_empty());
    assert_eq!(one.find_service_principal(&client_id("app")).await.unwrap(), None);
}

/// Promise: once, and only what was answered with yes.
pub async fn a_device_code_is_redeemed_once(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    for number in [1, 2, 3] {
        let user_code = [u8::try_from(number).unwrap(); 32];
        storage.begin_device_code(&digest(number), &user_code, &device_code()).await.unwrap();
    }
    storage.answer_device_code(&approve(digest(1))).await.unwrap();
    let declined = AnswerDeviceCode { answer: DeviceAnswer::Declined, ..approve(digest(2)) };
    storage.answer_device_code(&declined).await.unwrap();
    assert_eq!(storage.redeem_device_code(&redeem_device(digest(1), 1, digest(11))).await.unwrap(), Redeemed::Now);
    let again = RedeemDeviceCode { now: in_minutes(1), ..redeem_device(digest(1), 9, digest(12)) };
    assert_eq!(storage.redeem_device_code(&again).await.unwrap(), Redeemed::Before);
    for nothing in [2, 3, 4] {
        let redeem = redeem_device(digest(nothing), 9, digest(13));
        assert_eq!(storage.redeem_device_code(&redeem).await.unwrap(), Redeemed::Before, "{nothing}");
    }
    assert_eq!(tenant.find_family(family_id(1)).await.unwrap(), Some(family_with(1, digest(11))));
    assert_eq!(tenant.find_family(family_id(9)).await.unwrap(), None);
    assert_eq!(storage.find_device_code(&digest(1)).await.unwrap().unwrap().spent_at, Some(NOW));
}
