//! What is written in bulk is what the single operations write.

use grantor_storage::contract::samples::{
    NOW, bought, consent_that_brings_in, consents, digest, family_id, family_with, in_minutes, new_sign_in, sign_in,
    tenant_id, tenants,
};
use grantor_storage::{RecordedConsent, Storage};
use grantor_storage_sql::bulk::Bulk;
use rusqlite::types::Value;

use crate::folder::Folder;

const TABLES: [&str; 5] = ["consents", "sign_ins", "families", "service_principals", "granted_app_roles"];

fn rows(folder: &Folder) -> Vec<Vec<Value>> {
    let behind = folder.behind();
    let mut rows = Vec::new();
    for table in TABLES {
        let mut statement = behind.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3, 4")).unwrap();
        let width = statement.column_count();
        let found = statement.query_map([], |row| (0..width).map(|place| row.get(place)).collect()).unwrap();
        rows.extend(found.map(Result::unwrap));
    }
    rows
}

fn consent() -> RecordedConsent {
    RecordedConsent { consents: consents("colors", &["Read", "Write"]), ..consent_that_brings_in("app", "colors") }
}

fn bulk() -> Bulk {
    Bulk {
        tenant: tenant_id(1),
        now: NOW,
        consents: vec![consent()],
        sign_ins: vec![new_sign_in(digest(1), sign_in(1, NOW))],
        families: [5, 6].map(|number| (family_with(number, digest(100 + u32::from(number))), in_minutes(60))).into(),
    }
}

#[tokio::test]
async fn a_bulk_load_writes_the_rows_of_single_operations() {
    let (single, many) = (Folder::new(), Folder::new());
    let store = single.open();
    store.apply_directory(&tenants(&[1])).await.unwrap();
    let tenant = store.tenant(tenant_id(1));
    tenant.record_consent(&consent(), NOW).await.unwrap();
    tenant.record_sign_in(&new_sign_in(digest(1), sign_in(1, NOW))).await.unwrap();
    for number in [5, 6] {
        bought(&*tenant, digest(number.into()), number, digest(100 + u32::from(number))).await;
    }
    let store = many.open();
    store.apply_directory(&tenants(&[1])).await.unwrap();
    store.load(bulk()).await.unwrap();
    let written = rows(&many);
    assert_eq!(written.len(), 2 + 1 + 2 + 2 + 1);
    assert_eq!(written, rows(&single));
}

#[tokio::test]
async fn a_bulk_load_that_fails_leaves_nothing() {
    let folder = Folder::new();
    let store = folder.open();
    store.apply_directory(&tenants(&[1])).await.unwrap();
    let mut twice = bulk();
    twice.families.push(twice.families[0].clone());
    assert!(store.load(twice).await.is_err());
    assert!(store.tenant(tenant_id(1)).find_family(family_id(5)).await.unwrap().is_none());
    assert!(rows(&folder).is_empty());
}
