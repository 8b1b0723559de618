//! SQLite on a disk that fails.

use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use grantor_faulty_disk::{Act, Answer, Disk, Failure, File};
use grantor_storage::Storage;
use grantor_storage::contract::insistent::{Insistent, Witness};

use super::disk_plans::{self, EveryOther};
use super::rows;
use crate::folder::Folder;

/// Which faults a promise is to meet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meets {
    /// None.
    Nothing,
    /// That nothing was kept. Not so where it reads nothing from the disk.
    UnavailableIfItReads,
    /// That nothing was kept.
    Unavailable,
    /// That nobody knows.
    Unknown,
}

/// A file's rows, through a connection of our own.
pub struct Behind {
    folder: Arc<Folder>,
    connection: Mutex<rusqlite::Connection>,
}

impl Behind {
    /// Looks behind the store in a folder.
    pub fn of(folder: &Arc<Folder>) -> Self {
        let (flags, past) = (rusqlite::OpenFlags::default(), grantor_faulty_disk::past_every_disk());
        let connection = rusqlite::Connection::open_with_flags_and_vfs(folder.file(), flags, past).unwrap();
        Self { folder: Arc::clone(folder), connection: Mutex::new(connection) }
    }

    /// The rows that are kept.
    pub fn rows(&self) -> Vec<String> {
        rows::of_sqlite(&self.connection.lock().unwrap())
    }
}

/// What is found in a copy of the files as they are now.
fn rows_of_a_copy(file: &Path) -> Vec<String> {
    let copy = Folder::new();
    for suffix in [File::Database, File::Log].map(File::suffix) {
        let named = |path: &Path| format!("{}{suffix}", path.display());
        if Path::new(&named(file)).exists() {
            std::fs::copy(named(file), named(&copy.file())).unwrap();
        }
    }
    drop(copy.open());
    rows::of_sound_sqlite(&copy.file())
}

#[async_trait]
impl Witness for Behind {
    async fn rows(&self) -> Vec<String> {
        self.rows()
    }

    async fn rows_after_a_crash(&self) -> Option<Vec<String>> {
        Some(rows_of_a_copy(&self.folder.file()))
    }

    fn acknowledged(&self, _: Option<Vec<String>>) {}
}

/// Runs a promise on a disk that fails as `plan` says.
async fn on_a_disk(
    plan: impl Fn(File, Act<'_>) -> Answer + Send + Sync + 'static,
    meets: Meets,
    promise: impl AsyncFnOnce(Arc<dyn Storage>),
) {
    let folder = Arc::new(Folder::new());
    let disk = Disk::over(folder.path());
    let store = folder.open();
    let behind = Arc::new(Behind::of(&folder));
    let witness = Arc::<Behind>::clone(&behind);
    let insistent = Arc::new(Insistent::over(Arc::new(store.clone()), witness));
    disk.trouble(plan);
    promise(Arc::<Insistent>::clone(&insistent)).await;
    let met = (insistent.unavailable(), insistent.unknown());
    let as_expected = match meets {
        Meets::Nothing => met == (0, 0),
        Meets::UnavailableIfItReads => met.1 == 0,
        Meets::Unavailable => met.0 > 0 && met.1 == 0,
        Meets::Unknown => met.0 == 0 && met.1 > 0,
    };
    assert!(as_expected, "unavailable and of unknown outcome: {met:?}");

    disk.heal();
    store.keep_once("afterwards", &[1]).await.unwrap();
    let kept = behind.rows();
    assert_eq!(rows_of_a_copy(&folder.file()), kept, "after a crash");
    drop((insistent, behind, store));
    drop(folder.open());
    assert_eq!(rows::of_sound_sqlite(&folder.file()), kept, "after it was opened again");
}

/// Commits are answered late, and well.
pub async fn late_syncs(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    on_a_disk(disk_plans::sync_is_late, Meets::Nothing, promise).await;
}

/// Whether a commit whose sync failed is there after a crash, nobody knows.
pub async fn failed_syncs(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    let every_other = EveryOther::default();
    let plan = move |file, act: Act<'_>| every_other.sync_fails(file, act);
    on_a_disk(plan, Meets::Unknown, promise).await;
}

/// What found no room was not kept.
pub async fn full(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    let every_other = EveryOther::default();
    let plan = move |file, act: Act<'_>| every_other.write_tears(file, act, Failure::Full);
    on_a_disk(plan, Meets::Unavailable, promise).await;
}

/// What a disk did of a write that it failed, nobody knows.
pub async fn torn_writes(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    let every_other = EveryOther::default();
    let plan = move |file, act: Act<'_>| every_other.write_tears(file, act, Failure::Io);
    on_a_disk(plan, Meets::Unknown, promise).await;
}

/// What cannot be read is no reason to write anything.
pub async fn failed_reads(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    let reads = AtomicUsize::new(0);
    let plan = move |_, act: Act<'_>| disk_plans::read_fails(&reads, act);
    on_a_disk(plan, Meets::UnavailableIfItReads, promise).await;
}
