//! Copies a whole store into another one, on the same engine or another.
//!
//! Table by table in an order that respects references, row by row in the order of the key, and page by page, each page one
//! commit. So what a transfer that was interrupted has left at the target is the beginning of each table, and to go on is
//! to begin after the last key that is there: no mark is needed that could say something else than the rows do. Before
//! anything is written, every row at the target is compared with the source; a target that holds anything else is left alone.
//! At the end both sides are read again, and their digests compared.
//!
//! Neither store may be in use meanwhile; who else uses them is the caller's business, and what they do shows in the digests.
//! Values pass as they are: what is sealed stays sealed, under a master key that is not in the store.
//!
//! A new column fails a test until it is listed in [`TABLES`].

mod digest;
mod jobs;
mod store;
mod tables;

use std::fmt;

use grantor_storage::Fault;

use crate::sql::Sql;
use digest::TableDigest;
use jobs::{Cells, ReadPage, WritePage};
use tables::Statements;

pub use store::Store;
pub use tables::{TABLES, Table};

/// How many rows a page has, unless said otherwise.
const ROWS_OF_A_PAGE: u32 = 1000;

/// A transfer that is about to run.
pub struct Transfer<'a> {
    from: &'a Store,
    to: &'a Store,
    page: u32,
    report: &'a (dyn Fn(Progress) + Send + Sync),
}

/// What a transfer is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Comparing what is at the target already with the source.
    Comparing,
    /// Copying what is not there yet.
    Copying,
    /// Computing the digests.
    Verifying,
}

/// How far a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing,
    pub stage: Stage,
    /// with which table,
    pub table: &'static str,
    /// how many of its rows are done in this stage,
    pub rows: u64,
    /// and whether those are all.
    pub done: bool,
}

/// A table of which both sides hold the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The table.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them were copied now; the others were there.
    pub copied: u64,
    /// The SHA-256 digest of its rows, in hexadecimal.
    pub digest: String,
}

/// Why a transfer did not end well. Each text is one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The source could not be read.
    #[error("the source: {0}; what was copied is kept: run the same again to go on")]
    Source(Fault),
    /// The target could not be written or read.
    #[error("the target: {0}; what was copied is kept: run the same again to go on")]
    Target(Fault),
    /// The target holds rows that the source does not have.
    #[error(
        "the target holds something else already: its table {table} has rows that the source does not have, or no \
         longer; nothing was written: give an empty database, or the one that a transfer from this very source, unchanged since, \
         has begun to fill"
    )]
    Foreign {
        /// Where the first of them is.
        table: &'static str,
    },
    /// Both sides were read again and differ.
    #[error(
        "the table {table} is not the same on both sides ({from} rows at the source, {to} at the target): something wrote to \
         one of them meanwhile; stop every server on both, empty the target and run the same again"
    )]
    Different {
        /// The first table that differs.
        table: &'static str,
        /// How many rows it has at the source.
        from: u64,
        /// How many rows it has at the target.
        to: u64,
    },
}

impl<'a> Transfer<'a> {
    /// Copies from one to the other.
    pub fn new(from: &'a Store, to: &'a Store) -> Self {
        Self { from, to, page: ROWS_OF_A_PAGE, report: &|_| () }
    }

    /// Calls `report` after each page.
    #[must_use]
    pub fn reporting(self, report: &'a (dyn Fn(Progress) + Send + Sync)) -> Self {
        Self { report, ..self }
    }

    /// Copies so many rows in one commit.
    #[must_use]
    pub fn in_pages_of(self, rows: u32) -> Self {
        Self { page: rows.max(1), ..self }
    }

    /// Copies what is not at the target yet, and verifies everything that is. To run it again changes nothing.
    ///
    /// # Errors
    /// [`TransferError`], which says what to do.
    pub async fn run(&self) -> Result<Vec<Verified>, TransferError> {
        let mut there = Vec::new();
        for of in tables::all() {
            there.push((of, self.compare(of).await?));
        }
        let mut copied = Vec::new();
        for (of, last) in there {
            copied.push((of, self.copy(of, last).await?));
        }
        let mut verified = Vec::new();
        for (of, copied) in copied {
            verified.push(self.verify(of, copied).await?);
        }
        Ok(verified)
    }

    /// The last key at the target, once every row there is known to be the beginning of the source's.
    async fn compare(&self, of: &'static Statements) -> Result<Option<Cells>, TransferError> {
        let mut walk = Walk::of(of, Stage::Comparing);
        while !walk.progress.done {
            let there = self.page(self.to, &walk).await.map_err(TransferError::Target)?;
            if !there.is_empty() {
                let here = self.page(self.from, &walk).await.map_err(TransferError::Source)?;
                if !here.starts_with(&there) {
                    return Err(TransferError::Foreign { table: of.table.name });
                }
            }
            self.passed(&mut walk, &there);
        }
        Ok(walk.last)
    }

    /// How many rows were copied, all of those after the key `last`.
    async fn copy(&self, of: &'static Statements, last: Option<Cells>) -> Result<u64, TransferError> {
        let mut walk = Walk { last, ..Walk::of(of, Stage::Copying) };
        while !walk.progress.done {
            let rows = self.page(self.from, &walk).await.map_err(TransferError::Source)?;
            if !rows.is_empty() {
                self.to.write(WritePage { of, rows: rows.clone() }).await.map_err(TransferError::Target)?;
            }
            self.passed(&mut walk, &rows);
        }
        Ok(walk.progress.rows)
    }

    async fn verify(&self, of: &'static Statements, copied: u64) -> Result<Verified, TransferError> {
        let table = of.table.name;
        let (digest, rows) = self.digest(self.from, of).await.map_err(TransferError::Source)?;
        let (at_target, to) = self.digest(self.to, of).await.map_err(TransferError::Target)?;
        if digest != at_target {
            return Err(TransferError::Different { table, from: rows, to });
        }
        (self.report)(Progress { stage: Stage::Verifying, table, rows, done: true });
        Ok(Verified { table, rows, copied, digest })
    }

    async fn digest(&self, side: &Store, of: &'static Statements) -> Result<(String, u64), Fault> {
        let mut digest = TableDigest::new();
        let mut walk = Walk::of(of, Stage::Verifying);
        while !walk.progress.done {
            let rows = self.page(side, &walk).await?;
            digest.add(&rows);
            walk.pass(&rows, self.page);
            // Whether the table is verified is known only when the other side is read too.
            (self.report)(Progress { done: false, ..walk.progress });
        }
        Ok(digest.finish())
    }

    async fn page(&self, side: &Store, walk: &Walk) -> Result<Vec<Cells>, Fault> {
        side.read(&ReadPage { of: walk.of, after: walk.last.as_deref(), most: self.page }).await
    }

    fn passed(&self, walk: &mut Walk, rows: &[Cells]) {
        walk.pass(rows, self.page);
        (self.report)(walk.progress);
    }
}

/// Where in a table we are.
struct Walk {
    of: &'static Statements,
    /// The key of the last row that is done.
    last: Option<Cells>,
    progress: Progress,
}

impl Walk {
    fn of(of: &'static Statements, stage: Stage) -> Self {
        Self { of, last: None, progress: Progress { stage, table: of.table.name, rows: 0, done: false } }
    }

    fn pass(&mut self, rows: &[Cells], page: u32) {
        if let Some(row) = rows.last() {
            self.last = Some(row[..self.of.table.key].to_vec());
        }
        self.progress.rows += rows.len() as u64;
        self.progress.done = rows.len() < page as usize;
    }
}

/// The statements of a transfer, for the tests that prepare each.
pub fn statements() -> impl Iterator<Item = &'static Sql> {
    tables::all().iter().flat_map(Statements::each)
}

impl fmt::Debug for Transfer<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Transfer").field("from", self.from).field("to", self.to).finish_non_exhaustive()
    }
}
