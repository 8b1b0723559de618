//! Who is signed in, in which browser.

use std::sync::Arc;

use grantor_rules::model::{Code, Family, Progress};

use super::samples::{
    NOW, begin, client_id, code, consent, digest, end_sign_ins, family, in_minutes, interaction, issue, minutes_ago,
    new_sign_in, one_tenant, reached, sign_in, user_id,
};
use crate::{BeginFamily, IssueCode, NewSignIn, Storage};

/// Promise.
pub async fn sign_ins_are_listed_newest_first_with_those_that_have_ended(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    for one in [sign_in(3, minutes_ago(600)), sign_in(1, NOW), sign_in(2, minutes_ago(5))] {
        tenant.record_sign_in(&new_sign_in(digest(1), one)).await.unwrap();
    }
    let listed = tenant.list_sign_ins(&digest(1)).await.unwrap();
    assert_eq!(listed, [sign_in(1, NOW), sign_in(2, minutes_ago(5)), sign_in(3, minutes_ago(600))]);
    assert_eq!(tenant.list_sign_ins(&digest(2)).await.unwrap(), []);
}

/// Promise: in the session that stays and in the one that moves.
pub async fn a_person_who_signs_in_again_is_listed_once(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.record_sign_in(&new_sign_in(digest(1), sign_in(1, minutes_ago(9)))).await.unwrap();
    tenant.record_sign_in(&new_sign_in(digest(1), sign_in(1, minutes_ago(5)))).await.unwrap();
    assert_eq!(tenant.list_sign_ins(&digest(1)).await.unwrap(), [sign_in(1, minutes_ago(5))]);
    let again = NewSignIn { old_session: Some(digest(1)), ..new_sign_in(digest(2), sign_in(1, NOW)) };
    tenant.record_sign_in(&again).await.unwrap();
    assert_eq!(tenant.list_sign_ins(&digest(2)).await.unwrap(), [sign_in(1, NOW)]);
    assert_eq!(tenant.list_sign_ins(&digest(1)).await.unwrap(), []);
}

/// Promise: the old handle is worth nothing afterwards, so one that was planted before the sign-in is not either.
pub async fn the_other_sign_ins_move_to_the_new_session(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.record_sign_in(&new_sign_in(digest(1), sign_in(1, minutes_ago(9)))).await.unwrap();
    tenant.record_sign_in(&new_sign_in(digest(7), sign_in(4, minutes_ago(9)))).await.unwrap();
    let second = NewSignIn { old_session: Some(digest(1)), ..new_sign_in(digest(2), sign_in(2, NOW)) };
    tenant.record_sign_in(&second).await.unwrap();
    assert_eq!(tenant.list_sign_ins(&digest(2)).await.unwrap(), [sign_in(2, NOW), sign_in(1, minutes_ago(9))]);
    assert_eq!(tenant.list_sign_ins(&digest(1)).await.unwrap(), []);
    assert_eq!(tenant.list_sign_ins(&digest(7)).await.unwrap(), [sign_in(4, minutes_ago(9))]);
}

/// Promise: the same handle as old and as new.
pub async fn a_session_may_keep_its_handle(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.record_sign_in(&new_sign_in(digest(1), sign_in(1, minutes_ago(9)))).await.unwrap();
    let second = NewSignIn { old_session: Some(digest(1)), ..new_sign_in(digest(1), sign_in(2, NOW)) };
    tenant.record_sign_in(&second).await.unwrap();
    assert_eq!(tenant.list_sign_ins(&digest(1)).await.unwrap().len(), 2);
}

/// Promise.
pub async fn a_sign_in_keeps_its_interactions_progress(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.begin_interaction(&digest(5), &interaction()).await.unwrap();
    tenant.begin_interaction(&digest(6), &interaction()).await.unwrap();
    let progress = Progress { account: Some(user_id(1)), other_account: true, confirmed: false };
    let with = NewSignIn {
        interaction: Some((digest(5), progress.clone())),
        ..new_sign_in(digest(1), sign_in(1, in_minutes(1)))
    };
    tenant.record_sign_in(&with).await.unwrap();
    assert_eq!(tenant.find_interaction(&digest(5)).await.unwrap().unwrap().progress, progress);
    assert_eq!(tenant.find_interaction(&digest(6)).await.unwrap().unwrap().progress, Progress::default());
}

/// Promise: of those people in that session, and of no others.
pub async fn sign_ins_end_person_by_person(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    for session in [1, 2] {
        for person in [1, 2, 3] {
            tenant.record_sign_in(&new_sign_in(digest(session), sign_in(person, NOW))).await.unwrap();
        }
    }
    tenant.end_sign_ins(&end_sign_ins(digest(1), &[])).await.unwrap();
    assert_eq!(tenant.list_sign_ins(&digest(1)).await.unwrap().len(), 3);
    tenant.end_sign_ins(&end_sign_ins(digest(1), &[1, 9, 3])).await.unwrap();
    assert_eq!(tenant.list_sign_ins(&digest(1)).await.unwrap(), [sign_in(2, NOW)]);
    assert_eq!(tenant.list_sign_ins(&digest(2)).await.unwrap().len(), 3);
}

/// Promise: once each, with the latest dialect, until the latest end.
pub async fn a_session_knows_the_applications_that_it_reached(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    let (v1, v2) = ("entra-v1", "entra-v2");
    let steps = [
        ("b", "sid-1", 5, v1),
        ("a", "sid-1", 9, v1),
        ("b", "sid-1", 7, v1),
        ("b", "sid-1", 6, v2),
        ("c", "sid-2", 5, v2),
    ];
    for (number, (client, sid, minutes, dialect)) in (1..).zip(steps) {
        let code = Code { client_id: client_id(client), sid: sid.to_owned(), ..code(1) };
        // In the one way in which a code is issued, and in the other.
        let consents = if number % 2 == 0 { vec![consent(Some(1), client, "colors", &["Read"])] } else { Vec::new() };
        let dialect = dialect.to_owned();
        let issued =
            IssueCode { code, consents, dialect, session_until: in_minutes(minutes), ..issue(digest(number), 1) };
        tenant.issue_code(&issued).await.unwrap();
    }
    // What begins without a browser knows no dialect.
    let family = Family { client_id: client_id("b"), sid: "sid-1".to_owned(), ..family(7) };
    tenant.begin_family(&BeginFamily { family, dialect: None, keep_until: in_minutes(6), ..begin(7) }).await.unwrap();
    let listed = async |sid| tenant.list_session_clients(sid).await.unwrap();
    assert_eq!(listed("sid-1").await, [reached("a", v1), reached("b", v2)]);
    assert_eq!(listed("sid-2").await, [reached("c", v2)]);
    assert_eq!(listed("sid-3").await, []);
    storage.forget_ended(in_minutes(6), 100).await.unwrap();
    assert_eq!(listed("sid-1").await, [reached("a", v1), reached("b", v2)]);
    assert_eq!(listed("sid-2").await, []);
    storage.forget_ended(in_minutes(7), 100).await.unwrap();
    assert_eq!(listed("sid-1").await, [reached("a", v1)]);
}
