//! One side of a transfer: a store on whichever engine.

use std::path::Path;

use grantor_storage::Fault;

use crate::conn::Job;
use crate::engine::Engine;
use crate::{Postgres, Sqlite};

/// A store to copy from or to.
#[derive(Debug)]
pub struct Store(Side);

#[derive(Debug)]
enum Side {
    Sqlite(Box<Sqlite>),
    Postgres(Box<Postgres>),
}

impl Store {
    /// The store in a file, as [`SqliteStorage::open`](crate::SqliteStorage::open) opens it.
    ///
    /// # Errors
    /// As there.
    pub fn sqlite(path: &Path) -> Result<Self, Fault> {
        Ok(Self(Side::Sqlite(Box::new(Sqlite::open(path)?))))
    }

    /// The store in a database, as [`PostgresStorage::open`](crate::PostgresStorage::open) opens it.
    ///
    /// # Errors
    /// As there.
    pub async fn postgres(url: &str) -> Result<Self, Fault> {
        Ok(Self(Side::Postgres(Box::new(Postgres::open(url).await?))))
    }

    pub(super) async fn read<J: Job>(&self, job: &J) -> Result<J::Out, Fault> {
        match &self.0 {
            Side::Sqlite(engine) => engine.read(job).await,
            Side::Postgres(engine) => engine.read(job).await,
        }
    }

    pub(super) async fn write<J: Job + 'static>(&self, job: J) -> Result<J::Out, Fault> {
        match &self.0 {
            Side::Sqlite(engine) => engine.write(job).await,
            Side::Postgres(engine) => engine.write(job).await,
        }
    }
}
