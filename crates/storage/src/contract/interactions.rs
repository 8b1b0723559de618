//! Authorization requests that wait for their person.

use std::sync::Arc;

use grantor_rules::model::{Authority, Interaction, Progress, Purpose};

use super::samples::{digest, interaction, minutes_ago, one_tenant, user_id};
use crate::{Fault, Finished, Storage};

/// Promise: also one whose time is over.
pub async fn a_request_is_found_as_it_was_kept(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    let over = Interaction {
        expires_at: minutes_ago(1),
        progress: Progress { account: Some(user_id(3)), other_account: false, confirmed: false },
        ..interaction()
    };
    let of_a_device =
        Interaction { purpose: Purpose::Device(digest(7)), authority: Authority::Common, ..interaction() };
    let of_a_page = Interaction { purpose: Purpose::Page("/account".to_owned()), ..interaction() };
    for (number, kept) in [(1, interaction()), (2, over), (4, of_a_device), (5, of_a_page)] {
        tenant.begin_interaction(&digest(number), &kept).await.unwrap();
        let found = tenant.find_interaction(&digest(number)).await.unwrap();
        assert_eq!(format!("{found:?}"), format!("{:?}", Some(kept)));
    }
    assert!(tenant.find_interaction(&digest(3)).await.unwrap().is_none());
}

/// Promise: of that request alone, and of none that ended.
pub async fn a_request_keeps_its_progress(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.begin_interaction(&digest(1), &interaction()).await.unwrap();
    tenant.begin_interaction(&digest(2), &interaction()).await.unwrap();
    let progress = Progress { account: Some(user_id(1)), other_account: true, confirmed: false };
    tenant.note_progress(&digest(1), &progress).await.unwrap();
    tenant.note_progress(&digest(3), &progress).await.unwrap();
    assert_eq!(tenant.find_interaction(&digest(1)).await.unwrap().unwrap().progress, progress);
    assert_eq!(tenant.find_interaction(&digest(2)).await.unwrap().unwrap().progress, Progress::default());
    assert!(tenant.find_interaction(&digest(3)).await.unwrap().is_none());
}

/// Promise.
pub async fn a_request_ends_once(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.begin_interaction(&digest(1), &interaction()).await.unwrap();
    tenant.begin_interaction(&digest(2), &interaction()).await.unwrap();
    assert_eq!(tenant.end_interaction(&digest(1), None).await.unwrap(), Finished::Now);
    assert_eq!(tenant.end_interaction(&digest(1), None).await.unwrap(), Finished::Before);
    assert_eq!(tenant.end_interaction(&digest(3), None).await.unwrap(), Finished::Before);
    assert!(tenant.find_interaction(&digest(1)).await.unwrap().is_none());
    assert!(tenant.find_interaction(&digest(2)).await.unwrap().is_some());
}

/// Promise: a second request under the same digest is a fault and leaves the first.
pub async fn a_digest_is_kept_for_one_request(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.begin_interaction(&digest(1), &interaction()).await.unwrap();
    let second = Interaction { dialect: "second".to_owned(), ..interaction() };
    let fault = tenant.begin_interaction(&digest(1), &second).await.unwrap_err();
    assert!(matches!(fault, Fault::Statement { .. }), "{fault:?}");
    let kept = tenant.find_interaction(&digest(1)).await.unwrap().unwrap();
    assert_eq!(kept.dialect, interaction().dialect);
}
