//! Connections that read beside the writer. Each look-up sees every commit that came before it.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use grantor_storage::Fault;

use super::connection::SqliteConn;
use super::run_through;
use crate::conn::Job;

/// More than the machine's cores would only use memory.
const MOST: usize = 3;

/// The readers, each opened when the ones before it are busy.
#[derive(Debug)]
pub struct Readers {
    path: PathBuf,
    places: [Mutex<Option<SqliteConn>>; MOST],
}

impl Readers {
    /// Opens nothing yet.
    pub fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), places: Default::default() }
    }

    /// Runs a look-up here and now: that takes microseconds, less than handing it to another thread.
    pub fn read<J: Job>(&self, job: &J) -> Result<J::Out, Fault> {
        let mut place = self.free_place();
        let conn = match &mut *place {
            Some(conn) => conn,
            closed => closed.insert(SqliteConn::reading(&self.path)?),
        };
        run_through(job.run(conn))
    }

    fn free_place(&self) -> MutexGuard<'_, Option<SqliteConn>> {
        let free = self.places.iter().find_map(if_free);
        free.unwrap_or_else(|| self.places[0].lock().unwrap_or_else(PoisonError::into_inner))
    }
}

// A look-up that panicked leaves its connection as good as before: its statement was reset when it was dropped.
fn if_free<T>(place: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    match place.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(guard)) => Some(guard.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}
