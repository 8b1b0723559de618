//! Commits that come late: whoever gave up on one finds out what became of it, and nothing is done twice.

use std::sync::Arc;
use std::time::Duration;

use grantor_faulty_disk::{Act, Answer, Disk, Failure, File};
use grantor_storage::contract::samples::{bought, digest, issue, one_tenant, redeem};
use grantor_storage::{Fault, Finished, Redeemed, Storage};
use grantor_storage_sql::{PostgresStorage, SqliteStorage};

use crate::folder::Folder;
use crate::postgres::cluster;
use crate::postgres::proxy::{Proxy, Trouble};

/// Redeems a code whose commit meets a trouble, and what is said when it is redeemed again.
async fn redeemed_again(trouble: Trouble, parameters: &str) -> Option<(Fault, Redeemed)> {
    let database = cluster::shared()?.database().await;
    let proxy = Proxy::to(database.cluster, trouble).await;
    let url = proxy.instead_of(database.cluster.address(), &format!("{}{parameters}", database.url()));
    let storage: Arc<dyn Storage> = Arc::new(PostgresStorage::open(&url).await.unwrap());
    let tenant = one_tenant(&storage).await;
    tenant.issue_code(&issue(digest(1), 1)).await.unwrap();
    proxy.cut_the_next_commit();
    let fault = tenant.redeem_code(&redeem(digest(1), 1, digest(11))).await.unwrap_err();
    assert!(proxy.has_cut());
    // Waits for the row until the server is done with the first.
    let again = tenant.redeem_code(&redeem(digest(1), 1, digest(12))).await.unwrap();
    let revoked = tenant.find_family(redeem(digest(1), 1, digest(11)).family.id).await.unwrap().unwrap().revoked;
    assert_eq!(revoked.is_some(), again == Redeemed::Before);
    Some((fault, again))
}

#[tokio::test]
async fn a_commit_that_arrives_when_its_caller_is_gone_is_made_once() {
    let late = Trouble::LateCommit(Duration::from_millis(300));
    let Some((fault, again)) = redeemed_again(late, "").await else { return };
    assert!(matches!(fault, Fault::OutcomeUnknown { .. }), "{fault:?}");
    assert_eq!(again, Redeemed::Before);
}

#[tokio::test]
async fn a_commit_that_is_not_answered_in_time_is_open_and_made_once() {
    let late = Trouble::LateAnswer(Duration::from_secs(8));
    let Some((fault, again)) = redeemed_again(late, "&statement_timeout_seconds=1").await else { return };
    assert!(matches!(&fault, Fault::OutcomeUnknown { what } if what.contains("too long")), "{fault:?}");
    assert_eq!(again, Redeemed::Before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_who_leaves_while_the_disk_is_slow_finds_it_done() {
    let folder = Folder::new();
    let disk = Disk::over(folder.path());
    let storage: Arc<dyn Storage> = Arc::new(folder.open());
    let tenant = one_tenant(&storage).await;
    disk.trouble(|file, act| match (file, act) {
        (File::Log, Act::Sync) => Answer::DoAfter(Duration::from_millis(200)),
        _ => Answer::Do,
    });
    let given_up = tokio::time::timeout(Duration::from_millis(50), tenant.issue_code(&issue(digest(1), 1))).await;
    assert!(given_up.is_err(), "answered before it was durable: {given_up:?}");
    disk.heal();
    // Comes after it in the queue.
    assert_eq!(tenant.redeem_code(&redeem(digest(1), 1, digest(11))).await.unwrap(), Redeemed::Now);
}

#[tokio::test]
async fn a_full_disk_is_said_to_everyone_and_forgotten_when_there_is_room() {
    let folder = Folder::new();
    let disk = Disk::over(folder.path());
    let storage: Arc<dyn Storage> = Arc::new(folder.open());
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    disk.trouble(|_, act| if matches!(act, Act::Write(..)) { Answer::Refuse(Failure::Full) } else { Answer::Do });
    for number in 2..20 {
        let fault = tenant.issue_code(&issue(digest(number), 2)).await.unwrap_err();
        assert!(matches!(&fault, Fault::Unavailable { what } if what.contains("the disk is full")), "{fault:?}");
        // What is there can be read.
        assert!(tenant.find_code(&digest(1)).await.unwrap().is_some());
        assert_eq!(tenant.find_code(&digest(number)).await.unwrap(), None);
    }
    disk.heal();
    assert_eq!(tenant.issue_code(&issue(digest(2), 2)).await.unwrap(), Finished::Now);
    drop((tenant, storage));
    let tenant = one_tenant(&(Arc::new(folder.open()) as Arc<dyn Storage>)).await;
    assert!(tenant.find_code(&digest(1)).await.unwrap().is_some());
    assert!(tenant.find_code(&digest(2)).await.unwrap().is_some());
}

/// More than the log holds before it is folded into the file.
const SECRETS: u8 = 40;

#[tokio::test]
async fn a_log_that_cannot_be_folded_loses_nothing() {
    for failure in [Failure::Full, Failure::Io] {
        let folder = Folder::new();
        let disk = Disk::over(folder.path());
        let storage = folder.open();
        let refused = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = Arc::clone(&refused);
        disk.trouble(move |file, act| match (file, act) {
            (File::Database, Act::Write(..) | Act::Sync) => {
                count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                Answer::Refuse(failure)
            }
            _ => Answer::Do,
        });
        let secret = vec![7; 1 << 19];
        for number in 0..SECRETS {
            storage.keep_once(&number.to_string(), &secret).await.unwrap();
        }
        assert!(refused.load(std::sync::atomic::Ordering::SeqCst) > 0, "the log was never folded");
        // Closed while the disk still fails.
        drop(storage);
        disk.heal();
        let storage = folder.open();
        for number in 0..SECRETS {
            assert!(storage.find_kept(&number.to_string()).await.unwrap().is_some_and(|kept| kept == secret));
        }
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_on_a_failing_disk_opens_when_it_is_mended() {
    for act_fails in [|act: Act<'_>| act == Act::Sync, |act: Act<'_>| matches!(act, Act::Write(..))] {
        for failure in [Failure::Full, Failure::Io] {
            let folder = Folder::new();
            let disk = Disk::over(folder.path());
            disk.trouble(move |_, act| if act_fails(act) { Answer::Refuse(failure) } else { Answer::Do });
            let fault = SqliteStorage::open(&folder.file()).map(drop).unwrap_err();
            assert!(matches!(&fault, Fault::Unavailable { what } if !what.contains('\n')), "{fault:?}");
            disk.heal();
            let storage = folder.open();
            storage.keep_once("pepper", &[1]).await.unwrap();
        }
    }
}
