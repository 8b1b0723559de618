//! Folding the log into the file, beside the writer: that touches thousands of pages anywhere in the file and waits for the
//! disk, and whoever has just committed is not to wait for it.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use grantor_storage::Fault;
use rusqlite::Connection;

use super::connection::SqliteConn;

/// After how many pages the log is folded: a page that many commits touch is folded once for all of them.
const PAGES_BETWEEN_FOLDS: i32 = 4000;
/// How few pages may be left for the moment in which the writer has to wait.
const PAGES_OF_THE_REST: i64 = 200;
/// How often what was written meanwhile is folded before the writer has to wait for all of it.
const ROUNDS: u32 = 8;
/// How long to leave a disk alone that could not take it.
const PAUSE_AFTER_TROUBLE: Duration = Duration::from_secs(1);

/// The thread that folds.
#[derive(Debug)]
pub struct Fold {
    thread: JoinHandle<()>,
}

impl Fold {
    /// Starts it for the file at `path`, and has `writer` call it.
    pub fn beside(writer: &mut Connection, path: &Path) -> Result<Self, Fault> {
        let (asks, asked) = sync_channel(1);
        let path = path.to_owned();
        let thread = std::thread::Builder::new()
            .name("sqlite-fold".to_owned())
            .spawn(move || work_off(&path, &asked))
            .map_err(|error| Fault::Unavailable { what: format!("no thread to fold the log with: {error}") })?;
        call_from(writer, asks)?;
        Ok(Self { thread })
    }

    /// Ends it, once what it is at is done.
    pub fn end(self, writer: &mut Connection) {
        // Nobody can call any more, so it ends.
        let hung_up = writer.wal_hook(None::<fn(&mut rusqlite::hooks::Wal, i32) -> rusqlite::Result<()>>);
        if hung_up.is_ok() && self.thread.join().is_err() {
            tracing::error!("the thread that folds the store's log ended in a panic");
        }
    }
}

/// SQLite says after each commit how long the log is.
fn call_from(writer: &mut Connection, asks: SyncSender<()>) -> Result<(), Fault> {
    let call = move |_: &mut rusqlite::hooks::Wal, pages: i32| {
        if pages >= PAGES_BETWEEN_FOLDS {
            // It is at it already, or it is gone and the end is near.
            let (Ok(()) | Err(TrySendError::Full(()) | TrySendError::Disconnected(()))) = asks.try_send(());
        }
        Ok(())
    };
    writer.wal_hook(Some(call)).map_err(super::faults::owned)
}

fn work_off(path: &Path, asked: &Receiver<()>) {
    let mut conn = None;
    while asked.recv().is_ok() {
        if let Err(fault) = fold(&mut conn, path) {
            tracing::warn!(%fault, "the store's log could not be folded into its file; it grows until that succeeds");
            conn = None;
            std::thread::sleep(PAUSE_AFTER_TROUBLE);
        }
    }
}

fn fold(conn: &mut Option<SqliteConn>, path: &Path) -> Result<(), Fault> {
    let conn = match conn {
        Some(conn) => conn,
        closed => closed.insert(SqliteConn::folding(path)?),
    };
    for _ in 0..ROUNDS {
        if conn.checkpoint("PRAGMA wal_checkpoint(PASSIVE)")? <= PAGES_OF_THE_REST {
            break;
        }
    }
    // The rest, while nobody writes: the log begins anew after that.
    conn.checkpoint("PRAGMA wal_checkpoint(RESTART)").map(drop)
}
