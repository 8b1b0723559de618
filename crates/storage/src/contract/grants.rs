//! What was granted, with its person: the same as two look-ups would say.

use std::sync::Arc;

use grantor_rules::directory::DirectoryChange;

use super::samples::{bought, code, digest, family_id, family_with, issue, one_tenant, tenant_id, user};
use crate::Storage;

/// Promise: also when there is no such person.
pub async fn a_grant_is_found_with_its_person(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    tenant.issue_code(&issue(digest(1), 1)).await.unwrap();
    bought(&*tenant, digest(2), 2, digest(12)).await;
    let ada = user(1, "ada@x.example");
    for person in [None, Some(ada.clone())] {
        assert_eq!(tenant.find_code_with_user(&digest(1)).await.unwrap(), Some((code(1), person.clone())));
        let family = family_with(2, digest(12));
        assert_eq!(tenant.find_family_with_user(family_id(2)).await.unwrap(), Some((family, person)));
        let users = vec![(tenant_id(1), ada.clone()), (tenant_id(1), user(2, "bob@x.example"))];
        storage.apply_directory(&DirectoryChange { users, ..Default::default() }).await.unwrap();
    }
}

/// Promise.
pub async fn a_grant_that_never_was_is_not_found(storage: Arc<dyn Storage>) {
    let tenant = one_tenant(&storage).await;
    assert_eq!(tenant.find_code_with_user(&digest(9)).await.unwrap(), None);
    assert_eq!(tenant.find_family_with_user(family_id(9)).await.unwrap(), None);
}
