//! A row that this program cannot have written is a fault that says where it lies.

use std::sync::Arc;

use grantor_rules::model::DeviceCode;
use grantor_storage::contract::samples::{
    NOW, approval, bought, client_id, consent_request, consent_that_brings_in, device_code, digest, family_id,
    interaction, issue, new_sign_in, one_tenant, sign_in, user_id,
};
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
    tenant.record_consent(&consent_that_brings_in("app", "colors"), NOW).await.unwrap();
    tenant.ask_for_consent(&consent_request(1, 1, "app", 1)).await.unwrap();
    let approved = DeviceCode { answer: Some(approval()), ..device_code() };
    storage.begin_device_code(&digest(4), &[4; 32], &approved).await.unwrap();
    let app = client_id("app");
    spoil("UPDATE granted_app_roles SET api_client_id = ''");
    names(tenant.find_service_principal(&app).await, "granted_app_roles", "api_client_id", "app");
    spoil("UPDATE service_principals SET document = '{}'");
    names(tenant.list_service_principals(None, 9).await, "service_principals", "document", "app");
    spoil("UPDATE consent_requests SET id = 'x'");
    names(tenant.list_consent_requests(9).await, "consent_requests", "id", &tenant.id().to_string());
    spoil("UPDATE device_codes SET approval = NULL");
    names(storage.find_device_code(&digest(4)).await, "device_codes", "approval", "HandleDigest");
    spoil("UPDATE device_codes SET answer = 'perhaps'");
    names(storage.find_device_code_of(&[4; 32]).await, "device_codes", "answer", "HandleDigest");
    spoil("UPDATE tenants SET document = 'x'");
    names(storage.list_tenants().await, "tenants", "document", &tenant.id().to_string());
    assert_eq!(tenant.find_user(user_id(1)).await.unwrap(), None);
}
