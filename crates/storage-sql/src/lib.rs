//! The storage traits over a database: facts are kept here and commits made atomic; nothing is decided.
//!
//! Each operation is one transaction body in `jobs`, written once for every engine; its statements are constants in
//! [`sql`], and `rows` makes types of what they return. What differs between engines lies under `engine`: start with
//! [`SqliteStorage::open`] and [`PostgresStorage::open`]. [`transfer`] copies a whole store from one engine to another.
//!
//! To add an operation: add it to the trait with its promise in the contract tests, its statements to [`sql`], its body to
//! `jobs`, and one line to `storage`. A table or column that it needs is listed in [`transfer::TABLES`] too.

pub mod bulk;
mod conn;
mod documents;
mod engine;
mod exchanged;
mod jobs;
mod migrations;
mod rows;
pub mod sql;
mod storage;
pub mod transfer;

pub use engine::postgres::Postgres;
pub use engine::sqlite::Sqlite;
pub use storage::SqlStorage;

/// The store in one PostgreSQL database.
pub type PostgresStorage = SqlStorage<Postgres>;

/// The store in one SQLite file.
pub type SqliteStorage = SqlStorage<Sqlite>;
