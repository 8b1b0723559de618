//! SQLite: one writer thread that commits in groups, and a few connections that read beside it.
//!
//! A commit is durable when it is acknowledged (`synchronous=FULL`); that stays affordable because everything that waits at
//! one time shares one commit. Look-ups are microseconds and run where they are asked.

mod connection;
mod faults;
mod migrate;
mod readers;
mod writer;

use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use grantor_storage::Fault;

use crate::SqliteStorage;
use crate::conn::Job;
use crate::engine::Engine;
use connection::SqliteConn;
use readers::Readers;
use writer::Writer;

/// The engine over one SQLite file.
#[derive(Debug)]
pub struct Sqlite {
    // In this order: the writer closes last, so that it can fold the log into the file.
    readers: Readers,
    writer: Writer,
}

impl SqliteStorage {
    /// Opens the store in the file at `path`, makes it if it is not there, and brings its tables up to date. When the last
    /// handle is dropped, what waits is written and the file closed.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] that says in one line what is wrong with the file and how to mend it.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        Sqlite::open(path).map(Self::over)
    }
}

impl SqliteStorage {
    /// Opens the store in the file at `path` beside a program that serves it: its tables are left as they are.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] that says in one line what is wrong with the file, or that the program which serves it is of an
    /// earlier version.
    pub fn open_beside(path: &Path) -> Result<Self, Fault> {
        let mut conn = SqliteConn::writing(path)?;
        migrate::must_be_up_to_date(&mut conn).map_err(|fault| faults::about(path, fault))?;
        Ok(Self::over(Sqlite { readers: Readers::of(path), writer: Writer::start(conn)? }))
    }
}

impl Sqlite {
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        let mut conn = SqliteConn::writing(path)?;
        migrate::up_to_date(&mut conn).map_err(|fault| faults::about(path, fault))?;
        Ok(Self { readers: Readers::of(path), writer: Writer::start(conn)? })
    }
}

impl Engine for Sqlite {
    fn write<J: Job + 'static>(&self, job: J) -> impl Future<Output = Result<J::Out, Fault>> + Send {
        self.writer.write(job)
    }

    fn read<J: Job>(&self, job: &J) -> impl Future<Output = Result<J::Out, Fault>> + Send {
        std::future::ready(self.readers.read(job))
    }
}

/// Runs a body to its end. On SQLite no statement waits, so neither does a body.
fn run_through<T>(body: impl Future<Output = T>) -> T {
    match pin!(body).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(out) => out,
        Poll::Pending => panic!("a transaction body waits for something else than its statements"),
    }
}
