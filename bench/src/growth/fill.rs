//! Fills an empty SQLite store by the program's own operations, many records to a commit.

use std::path::Path;
use std::sync::mpsc::sync_channel;

use anyhow::Context;
use grantor_environment::{Clock as _, SystemClock, Timestamp};
use grantor_protocol::PublicUrl;
use grantor_rules::Settings;
use grantor_rules::directory::DirectoryChange;
use grantor_server::config::{DATABASE_FILE, Database};
use grantor_server::platform::Platform;
use grantor_storage::Storage as _;
use grantor_storage_sql::SqliteStorage;
use grantor_storage_sql::bulk::Bulk;
use tokio::task::JoinSet;

use super::progress::Progress;
use super::world::{Size, World};

/// Families in one commit at most.
const AT_ONCE: u64 = 20_000;
/// Commits that are on their way at a time: those that wait share one.
const ON_THEIR_WAY: usize = 12;

enum Step {
    Directory(Box<DirectoryChange>),
    Doings(Box<Bulk>),
}

/// The world that a data folder and a database belong to, which was filled at that time.
///
/// # Errors
/// They cannot be opened.
pub fn world(data: &Path, database: &Database, size: Size, filled_at: i64) -> anyhow::Result<World> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let platform = Platform::open(data, database, None).await?;
        // What it is called does not matter: nothing is asked of it.
        let public = PublicUrl::parse("http://localhost").map_err(|error| anyhow::anyhow!("{error}"))?;
        let key = platform.app(public, None).await?.env.refresh_tokens.clone();
        Ok(World { size, filled_at: Timestamp::from_millis(filled_at), key })
    })
}

/// Makes a data folder and fills its store.
///
/// # Errors
/// The store refuses.
pub fn fill(data: &Path, size: Size) -> anyhow::Result<World> {
    let file = data.join(DATABASE_FILE);
    let world = world(data, &Database::Sqlite(file.clone()), size, SystemClock.now().millis())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (steps, made) = sync_channel(ON_THEIR_WAY);
    let maker = world.clone();
    let making = std::thread::spawn(move || {
        let settings = Settings::default();
        let each = maker.size.families_each();
        for tenant in 0..maker.size.tenants {
            let mut commits = vec![Step::Directory(Box::new(maker.directory(tenant)))];
            for first in (0..each).step_by(usize::try_from(AT_ONCE).unwrap_or(usize::MAX)) {
                commits.push(Step::Doings(Box::new(maker.doings(tenant, first, AT_ONCE, &settings))));
            }
            for step in commits {
                // The other side is gone when it has failed.
                if steps.send(step).is_err() {
                    return;
                }
            }
        }
    });
    runtime.block_on(async {
        let store = SqliteStorage::open(&file)?;
        let mut progress = Progress::new("families", size.families);
        let mut running = JoinSet::new();
        for step in made {
            if running.len() >= ON_THEIR_WAY {
                running.join_next().await.context("one is running")???;
            }
            let store = store.clone();
            match step {
                Step::Directory(change) => running.spawn(async move { store.apply_directory(&change).await }),
                Step::Doings(bulk) => {
                    progress.add(bulk.families.len() as u64);
                    running.spawn(async move { store.load(*bulk).await })
                }
            };
        }
        while let Some(done) = running.join_next().await {
            done??;
        }
        anyhow::Ok(())
    })?;
    making.join().map_err(|_| anyhow::anyhow!("the thread that makes records panicked"))?;
    tidy(&file)?;
    Ok(world)
}

/// Folds the log into the file, so that nothing of the filling is left to be done while it is measured.
fn tidy(file: &Path) -> anyhow::Result<()> {
    let connection = rusqlite::Connection::open(file)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(std::fs::File::open(file)?.sync_all()?)
}
