//! What applications are told, and who is waited for.

use std::sync::Arc;
use std::time::Duration;

use grantor_rules::model::{Attempt, DeviceCode, Notice, Polled};

use super::samples::{
    NOW, approve, awaiting, device_code, digest, end_sign_ins, in_minutes, notice, one_tenant, tenant_id, user_id,
};
use crate::{AnswerDeviceCode, EndSignIns, Finished, Storage};

/// Promise: once, however often the end is told.
pub async fn the_end_of_a_session_is_told(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    let notices = vec![notice(1, in_minutes(2)), notice(2, in_minutes(1))];
    let end = EndSignIns { notices, ..end_sign_ins(digest(1), &[1]) };
    tenant.end_sign_ins(&end).await.unwrap();
    tenant.end_sign_ins(&end).await.unwrap();
    let of_here = |number, due| (tenant_id(1), notice(number, due));
    assert_eq!(storage.list_due_notices(NOW, 10).await.unwrap(), []);
    assert_eq!(storage.list_due_notices(in_minutes(1), 10).await.unwrap(), [of_here(2, in_minutes(1))]);
    let both = [of_here(2, in_minutes(1)), of_here(1, in_minutes(2))];
    assert_eq!(storage.list_due_notices(in_minutes(2), 10).await.unwrap(), both);
    assert_eq!(storage.list_due_notices(in_minutes(2), 1).await.unwrap(), both[..1]);
}

/// Promise: a notice is taken in hand by one, and what became of it is kept.
pub async fn a_notice_is_taken_in_hand_once(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    let told = notice(1, NOW);
    let end = EndSignIns { notices: vec![told.clone()], ..end_sign_ins(digest(1), &[1]) };
    tenant.end_sign_ins(&end).await.unwrap();
    assert!(tenant.claim_notice(told.id, 1, in_minutes(1)).await.unwrap());
    assert!(!tenant.claim_notice(told.id, 1, in_minutes(1)).await.unwrap());
    assert_eq!(storage.list_due_notices(NOW, 10).await.unwrap(), [], "somebody has it");
    let mut attempts = told.attempts.clone();
    attempts.push(Attempt { at: NOW, answer: "200".to_owned() });
    let heard = Notice { tries: 2, attempts, due_at: None, ..told.clone() };
    tenant.note_notice(&Notice { tries: 1, due_at: None, ..told.clone() }).await.unwrap();
    assert_eq!(storage.list_due_notices(in_minutes(1), 10).await.unwrap().len(), 1, "overtaken");
    tenant.note_notice(&heard).await.unwrap();
    assert_eq!(tenant.list_notices(10).await.unwrap(), [heard]);
    assert_eq!(storage.list_due_notices(in_minutes(9), 10).await.unwrap(), []);
    assert!(!tenant.claim_notice(told.id, 2, in_minutes(1)).await.unwrap(), "it has ended");
    assert_eq!(storage.forget_ended(in_minutes(60), 10).await.unwrap(), 2, "with the session's end");
    assert_eq!(tenant.list_notices(10).await.unwrap(), []);
}

/// Promise: until it is answered, and with the answer the application is told.
pub async fn who_is_waited_for_is_listed(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    let (mine, late) = (awaiting(1), DeviceCode { expires_at: in_minutes(20), ..awaiting(1) });
    for (number, code) in [(1, &late), (2, &mine), (3, &awaiting(2)), (4, &device_code())] {
        let user_code = [u8::try_from(number).unwrap_or(0); 32];
        storage.begin_device_code(&digest(number), &user_code, code).await.unwrap();
    }
    let listed = async |now| storage.list_awaited(tenant_id(1), user_id(1), now).await.unwrap();
    assert_eq!(listed(NOW).await, [(digest(2), mine.clone()), (digest(1), late.clone())]);
    assert_eq!(listed(in_minutes(15)).await, [(digest(1), late.clone())]);
    assert_eq!(storage.list_awaited(tenant_id(2), user_id(1), NOW).await.unwrap(), []);
    let answer = AnswerDeviceCode { notices: vec![notice(1, NOW)], ..approve(digest(2)) };
    assert_eq!(storage.answer_device_code(&answer).await.unwrap(), Finished::Now);
    assert_eq!(listed(NOW).await, [(digest(1), late)]);
    assert_eq!(tenant.list_notices(10).await.unwrap(), [notice(1, NOW)]);
    let again = AnswerDeviceCode { notices: vec![notice(2, NOW)], ..approve(digest(2)) };
    assert_eq!(storage.answer_device_code(&again).await.unwrap(), Finished::Before);
    assert_eq!(tenant.list_notices(10).await.unwrap().len(), 1);
}

/// Promise: of questions that overlap, one is kept.
pub async fn a_question_is_kept_unless_it_was_overtaken(storage: Arc<dyn Storage>) {
    storage.begin_device_code(&digest(1), &[1; 32], &device_code()).await.unwrap();
    let asked = |minutes, seconds| Polled { at: in_minutes(minutes), interval: Duration::from_secs(seconds) };
    let (first, second) = (asked(1, 5), asked(2, 10));
    assert!(storage.note_device_poll(&digest(1), None, first).await.unwrap());
    assert!(!storage.note_device_poll(&digest(1), None, second).await.unwrap());
    assert!(storage.note_device_poll(&digest(1), Some(first), second).await.unwrap());
    let code = storage.find_device_code(&digest(1)).await.unwrap().unwrap();
    assert_eq!(code.polled, Some(second));
    assert!(!storage.note_device_poll(&digest(2), None, first).await.unwrap(), "it never was");
}

/// Promise: the first time counts, and it is forgotten with the key.
pub async fn who_has_fetched_a_key_is_known(storage: Arc<dyn Storage>) {
    for (reader, at) in [("b", in_minutes(1)), ("a ü", in_minutes(2)), ("b", in_minutes(3))] {
        storage.note_key_reader("k", reader, at).await.unwrap();
    }
    let expected = [("a ü".to_owned(), in_minutes(2)), ("b".to_owned(), in_minutes(1))];
    assert_eq!(storage.list_key_readers("k").await.unwrap(), expected);
    assert_eq!(storage.list_key_readers("other").await.unwrap(), []);
    storage.forget_signing_key("k").await.unwrap();
    assert_eq!(storage.list_key_readers("k").await.unwrap(), []);
}
