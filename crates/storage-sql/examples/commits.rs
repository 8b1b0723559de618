//! How many refresh tokens can be exchanged in a second: `cargo run --release -p grantor-storage-sql --example commits`.
//!
//! Each of 64 tasks exchanges the refresh token of its own family again and again; every answer is durable.

#![expect(clippy::unwrap_used, reason = "an example that cannot go on ends")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use grantor_storage::contract::samples::{bought, digest, one_tenant, rotate};
use grantor_storage::{Rotated, Storage};
use grantor_storage_sql::SqliteStorage;

const TASKS: u8 = 64;
const EACH: u32 = 2000;

#[tokio::main]
async fn main() {
    let folder = std::env::current_dir().unwrap().join("target").join(format!("commits-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let begun = Instant::now();
    let storage: Arc<dyn Storage> = Arc::new(SqliteStorage::open(&folder.join("grantor.db")).unwrap());
    println!("first start: {:?}", begun.elapsed());

    let tenant = one_tenant(&storage).await;
    for task in 0..TASKS {
        bought(&*tenant, digest(u32::from(task) + 1), task, digest(u32::from(task) << 24)).await;
    }
    let begun = Instant::now();
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let tenant = Arc::clone(&tenant);
            tokio::spawn(async move {
                for count in 0..EACH {
                    let at = (u32::from(task) << 24) + count;
                    let said = tenant.rotate_refresh_token(&rotate(digest(at), digest(at + 1))).await.unwrap();
                    assert_eq!(said, Rotated::Now);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    per_second("exchanges", u32::from(TASKS) * EACH, begun.elapsed());

    let begun = Instant::now();
    for count in 0..EACH * 20 {
        assert!(tenant.find_refresh_token(&digest(count % EACH)).await.unwrap().is_some());
    }
    per_second("look-ups of one task", EACH * 20, begun.elapsed());

    let begun = Instant::now();
    drop((tenant, storage));
    println!("close: {:?}", begun.elapsed());
    println!("again: {:?}", {
        let begun = Instant::now();
        let storage = SqliteStorage::open(&folder.join("grantor.db")).unwrap();
        storage.list_tenants().await.unwrap();
        begun.elapsed()
    });
    std::fs::remove_dir_all(&folder).unwrap();
}

fn per_second(what: &str, count: u32, elapsed: Duration) {
    println!("{what}: {:.0} a second ({count} in {elapsed:?})", f64::from(count) / elapsed.as_secs_f64());
}
