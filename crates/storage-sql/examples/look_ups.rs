//! One look-up again and again, for a profiler that counts instructions:
//! `valgrind --tool=callgrind target/release/examples/look_ups code 1000`, once more with 2000, and the difference is 1000.
//!
//! With `kept` as a third word the directory is in memory. The look-ups are those of token requests, on SQLite, from a store in a folder of its own under `target`.

#![expect(clippy::unwrap_used, reason = "an example that cannot go on ends")]

use std::path::Path;
use std::sync::Arc;

use grantor_environment::SystemMonotonic;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::TenantName;
use grantor_storage::contract::samples::{
    NOW, application, bought, client_id, consent, digest, family_id, issue, tenant_id, tenants, user, user_id,
};
use grantor_storage::{Storage, TenantStorage};
use grantor_storage_cache::CachedStorage;
use grantor_storage_sql::SqliteStorage;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let count: u32 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1000);
    let folder = Path::new("target").join(format!("look-ups-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let storage: Arc<dyn Storage> = Arc::new(SqliteStorage::open(&folder.join("grantor.db")).unwrap());
    fill(&storage).await;
    let kept = CachedStorage::over(Arc::clone(&storage), Arc::new(SystemMonotonic));
    let storage: Arc<dyn Storage> = if arguments.next().is_some_and(|word| word == "kept") {
        kept.follow().await.unwrap();
        Arc::new(kept)
    } else {
        storage
    };
    let found = look_up(storage.as_ref(), &what, count).await;
    println!("{what}: {found} of {count} found");
    drop(storage);
    std::fs::remove_dir_all(&folder).unwrap();
}

async fn fill(storage: &Arc<dyn Storage>) {
    let mut change = tenants(&[1]);
    change.users.push((tenant_id(1), user(1, "ada@tenant-1.example")));
    change.applications.push(application(1, "app", &[]));
    change.applications.push(application(1, "colors", &["api://colors"]));
    storage.apply_directory(&change).await.unwrap();
    storage.apply_directory(&DirectoryChange::default()).await.unwrap();
    let tenant = storage.tenant(tenant_id(1));
    tenant.record_consent(&consent(Some(1), "app", "colors", &["Read", "Write"]), NOW).await.unwrap();
    tenant.issue_code(&issue(digest(1), 1)).await.unwrap();
    bought(tenant.as_ref(), digest(2), 2, digest(12)).await;
}

async fn look_up(storage: &dyn Storage, what: &str, count: u32) -> u32 {
    let id = TenantName::Id(tenant_id(1));
    let domain = TenantName::Domain("tenant-1.example".to_owned());
    let mut found = 0;
    for _ in 0..count {
        let tenant = storage.tenant(tenant_id(1));
        found += u32::from(match what {
            "handle" => tenant.id() == tenant_id(1),
            "tenant" => storage.find_tenant(&id).await.unwrap().is_some(),
            "domain" => storage.find_tenant(&domain).await.unwrap().is_some(),
            "registered" => storage.find_registered("app").await.unwrap().is_some(),
            _ => in_tenant(tenant.as_ref(), what).await,
        });
    }
    found
}

async fn in_tenant(tenant: &dyn TenantStorage, what: &str) -> bool {
    match what {
        "application" => tenant.find_application(&client_id("app")).await.unwrap().is_some(),
        "api" => tenant.find_api("api://colors").await.unwrap().is_some(),
        "principal" => tenant.find_service_principal(&client_id("app")).await.unwrap().is_some(),
        "assigned" => tenant.find_assigned(&client_id("app"), user_id(1)).await.unwrap().is_assigned,
        "user" => tenant.find_user(user_id(1)).await.unwrap().is_some(),
        "consents" => !tenant.find_consents(user_id(1), &client_id("app")).await.unwrap().is_empty(),
        "code" => tenant.find_code(&digest(1)).await.unwrap().is_some(),
        "family" => tenant.find_family(family_id(2)).await.unwrap().is_some(),
        "with-user" => tenant.find_family_with_user(family_id(2)).await.unwrap().is_some(),
        other => panic!("no look-up is called {other:?}"),
    }
}
