//! A row that this program cannot have written is a fault that says where it lies.

use std::sync::Arc;

use grantor_storage::contract::samples::{NOW, new_sign_in, sign_in};
use grantor_storage::contract::samples::{bought, digest, family_id, interaction, issue, one_tenant, user_id};
use grantor_storage::{Fault, Storage};

use crate::folder::Folder;

fn names<T: std::fmt::Debug>(found: Result<T, Fault>, table: &str, column: &str, key: &str) {
    match found {
        Err(Fault::ImpossibleRow { table: in_table, column: in_column, key: of, what }) => {
            assert_eq!((in_table, in_column), (table, column), "{what}");
            assert!(of.contains(key), "{of}");
            assert!(!what.is_empty());
        }
        other => panic!("{table}.{column}: {other:?}"),
    }
}

#[tokio::test]
async fn each_spoiled_column_is_named_with_its_row() {
    let folder = Folder::new();
    let storage: Arc<dyn Storage> = Arc::new(folder.open());
    let tenant = one_tenant(&storage).await;
    tenant.begin_interaction(&digest(1), &interaction()).await.unwrap();
    tenant.record_sign_in(&new_sign_in(digest(1), sign_in(1, NOW))).await.unwrap();
    tenant.issue_code(&issue(digest(2), 2)).await.unwrap();
    bought(&*tenant, digest(3), 3, digest(13)).await;
    let spoil = |statement: &str| folder.behind().execute_batch(statement).unwrap();

    spoil("UPDATE interactions SET document = '{}'");
    names(tenant.find_interaction(&digest(1)).await, "interactions", "document", "HandleDigest");
    spoil("UPDATE sign_ins SET method = 'magic'");
    names(tenant.list_sign_ins(&digest(1)).await, "sign_ins", "method", "HandleDigest");
    spoil("UPDATE codes SET expires_at = 'soon'");
    names(tenant.find_code(&digest(2)).await, "codes", "expires_at", "HandleDigest");
    spoil("UPDATE families SET revoked_reason = 'whim'");
    names(tenant.find_family(family_id(3)).await, "families", "revoked_reason", &family_id(3).to_string());
    spoil("UPDATE families SET revoked_reason = NULL, refresh_exchanged = x'0102'");
    names(tenant.find_family(family_id(3)).await, "families", "refresh_exchanged", &family_id(3).to_string());
    spoil("UPDATE families SET refresh_digest = x'00'");
    names(tenant.find_family(family_id(3)).await, "families", "refresh_digest", &family_id(3).to_string());
    spoil("UPDATE tenants SET document = 'x'");
    names(storage.list_tenants().await, "tenants", "document", &tenant.id().to_string());
    assert_eq!(tenant.find_user(user_id(1)).await.unwrap(), None);
}
