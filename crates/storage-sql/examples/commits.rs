//! How many refresh tokens can be exchanged in a second: `cargo run --release -p grantor-storage-sql --example commits [FOLDER]`.
//!
//! Each of 64 tasks exchanges the refresh token of its own family again and again; every answer is durable.

#![expect(clippy::unwrap_used, reason = "an example that cannot go on ends")]
#![expect(clippy::disallowed_methods, reason = "what is measured is the machine's own time")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use grantor_protocol::HandleDigest;
use grantor_protocol::secret::sha256;
use grantor_storage::contract::samples::{bought, digest, one_tenant, rotate};
use grantor_storage::{Rotated, Storage};
use grantor_storage_sql::SqliteStorage;

const TASKS: u8 = 64;
const EACH: u32 = 2000;

#[tokio::main]
async fn main() {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let folder = folder.join(format!("commits-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let begun = Instant::now();
    let storage: Arc<dyn Storage> = Arc::new(SqliteStorage::open(&folder.join("grantor.db")).unwrap());
    println!("first start: {:?}", begun.elapsed());

    let tenant = one_tenant(&storage).await;
    for task in 0..TASKS {
        bought(&*tenant, digest(u32::from(task) + 1), task, token(task, 0)).await;
    }
    let begun = Instant::now();
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let tenant = Arc::clone(&tenant);
            tokio::spawn(async move {
                for count in 0..EACH {
                    let mut exchange = rotate(token(task, count), token(task, count + 1));
                    let later = Duration::from_millis(count.into());
                    exchange.successor.expires_at = exchange.successor.expires_at + later;
                    exchange.keep_until = exchange.keep_until + later;
                    let said = tenant.rotate_refresh_token(&exchange).await.unwrap();
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
        assert!(tenant.find_refresh_token(&token(7, count % EACH)).await.unwrap().is_some());
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

/// Digests lie anywhere among each other, as real ones do.
fn token(task: u8, count: u32) -> HandleDigest {
    HandleDigest::from_bytes(sha256(&[&[task], count.to_be_bytes().as_slice()].concat()))
}

fn per_second(what: &str, count: u32, elapsed: Duration) {
    println!("{what}: {:.0} a second ({count} in {elapsed:?})", f64::from(count) / elapsed.as_secs_f64());
}
