//! How many refresh tokens can be exchanged in a second: `cargo run --release -p grantor-storage-sql --example commits [FOLDER]`.
//!
//! Each of 64 tasks exchanges the refresh token of its own family again and again; every answer is durable. On SQLite, and
//! on a PostgreSQL server of its own on this machine with 16 connections.

#![expect(clippy::unwrap_used, reason = "an example that cannot go on ends")]
#![expect(clippy::disallowed_methods, reason = "what is measured is the machine's own time")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use grantor_protocol::HandleDigest;
use grantor_protocol::secret::sha256;
use grantor_storage::contract::samples::{bought, digest, live, one_tenant, rotate};
use grantor_storage::{Rotated, Storage};
use grantor_storage_sql::{PostgresStorage, SqliteStorage};
use grantor_testkit_postgres::{Cluster, Disk};

const TASKS: u8 = 64;

#[tokio::main]
async fn main() {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let folder = folder.join(format!("commits-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    sqlite(&folder.join("grantor.db")).await;
    std::fs::remove_dir_all(&folder).unwrap();
    postgres().await;
}

async fn sqlite(file: &Path) {
    println!("SQLite");
    let begun = Instant::now();
    let storage: Arc<dyn Storage> = Arc::new(SqliteStorage::open(file).unwrap());
    println!("  first start: {:?}", begun.elapsed());
    measure(&storage, 2000, 40_000).await;
    let begun = Instant::now();
    drop(storage);
    println!("  close: {:?}", begun.elapsed());
    let begun = Instant::now();
    SqliteStorage::open(file).unwrap().list_tenants().await.unwrap();
    println!("  again: {:?}", begun.elapsed());
}

async fn postgres() {
    println!("PostgreSQL");
    let Some(cluster) = Cluster::start(Disk::Flushed) else { return };
    let database = cluster.database().await;
    let url = database.url().replace("pool_size=8", "pool_size=16");
    let begun = Instant::now();
    let storage: Arc<dyn Storage> = Arc::new(PostgresStorage::open(&url).await.unwrap());
    println!("  first start: {:?}", begun.elapsed());
    measure(&storage, 500, 5000).await;
    drop(storage);
    let begun = Instant::now();
    PostgresStorage::open(&url).await.unwrap().list_tenants().await.unwrap();
    println!("  again: {:?}", begun.elapsed());
}

async fn measure(storage: &Arc<dyn Storage>, each: u32, look_ups: u32) {
    let tenant = one_tenant(storage).await;
    for task in 0..TASKS {
        bought(&*tenant, digest(u32::from(task) + 1), task, token(task, 0)).await;
    }
    let begun = Instant::now();
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let tenant = Arc::clone(&tenant);
            tokio::spawn(async move {
                for count in 0..each {
                    let mut exchange = rotate(task, token(task, count), token(task, count + 1));
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
    per_second("exchanges", u32::from(TASKS) * each, begun.elapsed());

    let begun = Instant::now();
    for count in 0..look_ups {
        assert!(live(&*tenant, u8::try_from(count % u32::from(TASKS)).unwrap()).await.is_some());
    }
    per_second("look-ups of one task", look_ups, begun.elapsed());
}

/// Digests lie anywhere among each other, as real ones do.
fn token(task: u8, count: u32) -> HandleDigest {
    HandleDigest::from_bytes(sha256(&[&[task], count.to_be_bytes().as_slice()].concat()))
}

fn per_second(what: &str, count: u32, elapsed: Duration) {
    println!("  {what}: {:.0} a second ({count} in {elapsed:?})", f64::from(count) / elapsed.as_secs_f64());
}
