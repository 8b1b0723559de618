//! What was acknowledged is there after the end, and a store that cannot be opened says why.

use grantor_rules::model::TenantName;
use grantor_storage::contract::samples::{bought, digest, live, one_tenant, tenant, tenant_id, tenants};
use grantor_storage::{Fault, Storage};
use grantor_storage_sql::SqliteStorage;
use std::sync::Arc;

use crate::folder::Folder;

fn refusal(path: &std::path::Path) -> String {
    match SqliteStorage::open(path).unwrap_err() {
        Fault::Unavailable { what } => {
            assert!(!what.contains('\n'), "{what}");
            assert!(what.contains(&path.display().to_string()), "{what}");
            what
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_store_that_is_opened_again_holds_everything() {
    let folder = Folder::new();
    for round in 0..3_u8 {
        let storage: Arc<dyn Storage> = Arc::new(folder.open());
        let handle = one_tenant(&storage).await;
        bought(&*handle, digest(round.into()), round, digest(u32::from(round) + 10)).await;
        for earlier in 0..=round {
            assert!(live(&*handle, earlier).await.unwrap().digest == digest(u32::from(earlier) + 10), "{earlier}");
        }
    }
}

#[tokio::test]
async fn the_last_handle_folds_the_log_into_the_file() {
    let folder = Folder::new();
    let storage = folder.open();
    let clone = storage.clone();
    let of_tenant = storage.tenant(tenant_id(1));
    storage.apply_directory(&tenants(&[1])).await.unwrap();
    drop((storage, clone));
    // The tenant's handle keeps the store open.
    assert_eq!(of_tenant.find_user_by_name("nobody").await.unwrap(), None);
    drop(of_tenant);
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(files, ["grantor.db"]);
}

#[tokio::test]
async fn what_waits_when_the_last_handle_goes_is_written() {
    let folder = Folder::new();
    let storage = Arc::new(folder.open());
    let started = Arc::clone(&storage);
    let change = tenants(&[1]);
    // Handed over, and then nobody waits for the answer any more.
    let mut apply = Box::pin(async move { started.apply_directory(&change).await });
    let handed_over = std::future::poll_fn(|context| std::task::Poll::Ready(apply.as_mut().poll(context).is_pending()));
    handed_over.await;
    drop((apply, storage));
    let found = folder.open().find_tenant(&TenantName::Id(tenant_id(1))).await.unwrap();
    assert_eq!(found.as_deref(), Some(&tenant(1)));
}

#[tokio::test]
async fn two_programs_may_share_a_file() {
    let folder = Folder::new();
    let (serves, applies) = (folder.open(), folder.open());
    assert_eq!(serves.list_tenants().await.unwrap(), []);
    applies.apply_directory(&tenants(&[1])).await.unwrap();
    assert_eq!(serves.list_tenants().await.unwrap(), [tenant(1)]);
    serves.apply_directory(&tenants(&[2])).await.unwrap();
    assert_eq!(applies.list_tenants().await.unwrap(), [tenant(1), tenant(2)]);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = Folder::new();
    let text = "This is somebody's diary and no database at all.\n".repeat(100);
    std::fs::write(folder.file(), &text).unwrap();
    let what = refusal(&folder.file());
    assert!(what.contains("not a database of Grantor") && what.contains("another path"), "{what}");
    assert_eq!(std::fs::read_to_string(folder.file()).unwrap(), text);
}

#[test]
fn a_path_that_leads_nowhere_is_refused() {
    let folder = Folder::new();
    let what = refusal(&folder.path().join("missing").join("grantor.db"));
    assert!(what.contains("a folder that exists"), "{what}");
    let what = refusal(folder.path());
    assert!(what.contains("check that it is a file"), "{what}");
}

#[cfg(unix)]
#[test]
fn the_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let _storage = folder.open();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
    }
}
