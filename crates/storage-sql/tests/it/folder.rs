//! A folder for one test, removed with what is in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use grantor_storage::Storage;
use grantor_storage_sql::SqliteStorage;

/// The folder.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes one that no other test has.
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{number}", std::process::id()));
        // What an earlier run with the same process id left behind.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Where the store's file lies.
    pub fn file(&self) -> PathBuf {
        self.0.join("grantor.db")
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Opens the store.
    pub fn open(&self) -> SqliteStorage {
        SqliteStorage::open(&self.file()).unwrap()
    }

    /// A connection of our own to the store's file, to look behind it.
    pub fn behind(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.file()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs a promise on an empty store.
pub async fn on_an_empty_store(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    let folder = Folder::new();
    promise(Arc::new(folder.open())).await;
}
