//! What may happen once, pushed requests, and sessions that were ended.

use std::sync::Arc;

use grantor_rules::model::{Code, Family, RevocationReason};

use super::samples::{
    NOW, begin, code, digest, end_sign_ins, family, family_id, in_minutes, interaction, issue, new_sign_in, one_tenant,
    pushed_request, sign_in, tenant_id, tenants, terms,
};
use crate::{BeginFamily, Finished, IssueCode, Storage};

/// Promise: in each tenant for itself.
pub async fn what_is_spent_is_spent(storage: Arc<dyn Storage>) {
    storage.apply_directory(&tenants(&[1, 2])).await.unwrap();
    let (tenant, other) = (storage.tenant(tenant_id(1)), storage.tenant(tenant_id(2)));
    assert!(tenant.spend_once(&[1; 32], in_minutes(5)).await.unwrap());
    assert!(!tenant.spend_once(&[1; 32], in_minutes(5)).await.unwrap());
    assert!(tenant.spend_once(&[2; 32], in_minutes(5)).await.unwrap());
    assert!(other.spend_once(&[1; 32], in_minutes(5)).await.unwrap());
}

/// Promise: and not before.
pub async fn what_was_spent_is_forgotten_at_its_end(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    assert!(tenant.spend_once(&[1; 32], in_minutes(5)).await.unwrap());
    assert_eq!(storage.forget_ended(in_minutes(4), 100).await.unwrap(), 0);
    assert!(!tenant.spend_once(&[1; 32], in_minutes(5)).await.unwrap());
    assert_eq!(storage.forget_ended(in_minutes(5), 100).await.unwrap(), 1);
    assert!(tenant.spend_once(&[1; 32], in_minutes(9)).await.unwrap());
}

/// Promise: until the moment for which it is kept.
pub async fn a_pushed_request_is_found_as_it_was_kept(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    assert_eq!(tenant.find_pushed_request(&digest(1)).await.unwrap(), None);
    tenant.push_request(&digest(1), &pushed_request()).await.unwrap();
    assert_eq!(tenant.find_pushed_request(&digest(1)).await.unwrap(), Some(pushed_request()));
    assert_eq!(storage.forget_ended(in_minutes(59), 100).await.unwrap(), 0);
    assert_eq!(storage.forget_ended(in_minutes(60), 100).await.unwrap(), 1);
    assert_eq!(tenant.find_pushed_request(&digest(1)).await.unwrap(), None);
}

/// Promise: with a code, with a family, or without either.
pub async fn a_pushed_request_ends_once(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    for number in [1, 2, 3] {
        tenant.push_request(&digest(number), &pushed_request()).await.unwrap();
    }
    for number in [31, 32, 33] {
        tenant.begin_interaction(&digest(number), &interaction()).await.unwrap();
    }
    let no = async |number, of| tenant.end_interaction(&digest(number), Some(&digest(of))).await.unwrap();
    assert_eq!(no(31, 1).await, Finished::Now);
    assert!(tenant.find_pushed_request(&digest(1)).await.unwrap().is_none(), "both end in one commit");
    assert_eq!(no(32, 1).await, Finished::Before, "it was answered for another of its browsers");
    assert!(tenant.find_interaction(&digest(32)).await.unwrap().is_none());
    assert_eq!(no(31, 2).await, Finished::Before);
    assert!(tenant.find_pushed_request(&digest(2)).await.unwrap().is_some(), "who comes second ends nothing");
    assert!(tenant.find_interaction(&digest(33)).await.unwrap().is_some());
    let issued = |number, of| IssueCode { pushed: Some(digest(of)), ..issue(digest(number), 1) };
    assert_eq!(tenant.issue_code(&issued(11, 1)).await.unwrap(), Finished::Before);
    assert_eq!(tenant.issue_code(&issued(12, 2)).await.unwrap(), Finished::Now);
    assert_eq!(tenant.issue_code(&issued(13, 2)).await.unwrap(), Finished::Before);
    for (number, found) in [(11, false), (12, true), (13, false)] {
        assert_eq!(tenant.find_code(&digest(number)).await.unwrap().is_some(), found, "{number}");
    }
    let begun = |number, of| BeginFamily { pushed: Some(digest(of)), ..begin(number) };
    assert_eq!(tenant.begin_family(&begun(21, 3)).await.unwrap(), Finished::Now);
    assert_eq!(tenant.begin_family(&begun(22, 3)).await.unwrap(), Finished::Before);
    assert!(tenant.find_family(family_id(22)).await.unwrap().is_none());
}

/// Promise: what began in a session says that it was ended, and what began in another does not.
pub async fn an_ended_session_is_remembered(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.record_sign_in(&new_sign_in(digest(1), sign_in(1, NOW))).await.unwrap();
    let of = |sid: &str| Code { sid: sid.to_owned(), terms: terms(), dpop_jkt: Some("ü".to_owned()), ..code(1) };
    let of_family = |number, sid: &str| Family { sid: sid.to_owned(), terms: terms(), ..family(number) };
    for (number, sid) in [(1, "sid-1"), (2, "sid-2")] {
        let issued = IssueCode { code: of(sid), ..issue(digest(number.into()), number) };
        tenant.issue_code(&issued).await.unwrap();
        tenant.begin_family(&BeginFamily { family: of_family(number, sid), ..begin(number) }).await.unwrap();
    }
    assert_eq!(tenant.find_code(&digest(1)).await.unwrap(), Some(of("sid-1")));
    let ended = end_sign_ins(digest(1), &[1]);
    tenant.end_sign_ins(&ended).await.unwrap();
    tenant.end_sign_ins(&ended).await.unwrap();
    for (number, sid, at) in [(1, "sid-1", Some(NOW)), (2, "sid-2", None)] {
        assert_eq!(tenant.find_session_end(sid).await.unwrap(), at);
        let (code, family) = (Code { session_ended_at: at, ..of(sid) }, of_family(number, sid));
        let family = Family { session_ended_at: at, ..family };
        assert_eq!(tenant.find_code(&digest(number.into())).await.unwrap(), Some(code.clone()));
        assert_eq!(tenant.find_code_with_user(&digest(number.into())).await.unwrap(), Some((code, None)));
        assert_eq!(tenant.find_family(family_id(number)).await.unwrap(), Some(family.clone()));
        let because = at.map(|_| RevocationReason::SessionEnded);
        assert_eq!(family.ended_because(), because);
        assert_eq!(tenant.find_family_with_user(family_id(number)).await.unwrap(), Some((family, None)));
    }
    storage.forget_ended(in_minutes(59), 100).await.unwrap();
    assert!(tenant.find_code(&digest(1)).await.unwrap().unwrap().session_ended_at.is_some());
}
