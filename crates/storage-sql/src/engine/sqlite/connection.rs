//! One connection: how it is opened, and statements over it.

use std::future::{Future, ready};
use std::path::Path;
use std::time::Duration;

use grantor_storage::Fault;
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, MAIN_DB, OpenFlags, ToSql};

use super::faults;
use crate::conn::{Conn, Row, V, Value};
use crate::sql::{ALL, Sql};

/// How long to wait for another process that writes.
const WAIT_FOR_OTHERS: Duration = Duration::from_secs(5);
/// How much of the file a connection keeps in memory at most: SQLite counts negative numbers in KiB. The writer, which
/// comes by many pages again and again, is a third faster with the larger one.
const PAGES_OF_A_READER: i64 = -2 * 1024;
const PAGES_OF_THE_WRITER: i64 = -8 * 1024;
/// After how many pages the log is folded into the file: a page that many commits touch is folded once for all of them.
const PAGES_BETWEEN_FOLDS: i64 = 4000;
/// To which size the log is cut after it was folded into the file.
const LONGEST_IDLE_LOG: i64 = 16 * 1024 * 1024;

/// A connection that runs transaction bodies.
#[derive(Debug)]
pub struct SqliteConn {
    connection: Connection,
}

impl SqliteConn {
    /// Opens the file for writing and makes it if it is not there.
    pub fn writing(path: &Path) -> Result<Self, Fault> {
        make_private(path).map_err(|error| faults::unreachable(path, &error))?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let conn = Self::open(path, flags)?;
        // SQLite opens what it may not write to for reading instead, and would say so at the first write.
        if conn.connection.is_readonly(MAIN_DB).map_err(faults::owned)? {
            return Err(faults::about(path, faults::read_only()));
        }
        conn.prepare_to_write().map_err(|error| faults::about(path, faults::of(&error)))?;
        Ok(conn)
    }

    /// Opens the file for reading beside a writer.
    pub fn reading(path: &Path) -> Result<Self, Fault> {
        Self::open(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
    }

    fn open(path: &Path, flags: OpenFlags) -> Result<Self, Fault> {
        let open = || {
            let connection = Connection::open_with_flags(path, flags)?;
            connection.busy_timeout(WAIT_FOR_OTHERS)?;
            connection.set_prepared_statement_cache_capacity(ALL.iter().map(|file| file.len()).sum::<usize>() + 8);
            // A plan is made once, for any values: else a join is planned anew, for seven times its own cost, whenever it runs.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            connection.pragma_update(None, "cache_size", PAGES_OF_A_READER)?;
            Ok(Self { connection })
        };
        open().map_err(|error: rusqlite::Error| faults::about(path, faults::of(&error)))
    }

    fn prepare_to_write(&self) -> rusqlite::Result<()> {
        self.connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0))?;
        self.connection.pragma_update(None, "synchronous", "full")?;
        self.connection.pragma_update(None, "foreign_keys", true)?;
        self.connection.pragma_update(None, "cache_size", PAGES_OF_THE_WRITER)?;
        self.connection.pragma_update(None, "wal_autocheckpoint", PAGES_BETWEEN_FOLDS)?;
        self.connection.pragma_update(None, "journal_size_limit", LONGEST_IDLE_LOG)
    }

    /// The connection itself, for what is not a transaction body.
    pub fn raw(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Runs a statement that begins or ends something.
    pub fn control(&self, text: &'static str) -> Result<(), Fault> {
        self.run(text).map_err(faults::owned)
    }

    /// Commits. A commit that is refused was not kept; of one that failed in another way nobody knows.
    pub fn commit(&self) -> Result<(), Fault> {
        self.run("COMMIT").map_err(|error| faults::in_commit(&error))
    }

    fn run(&self, text: &'static str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(text)?.raw_execute().map(drop)
    }

    /// Whether a transaction is open. SQLite ends one by itself when the disk is full, for instance.
    pub fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }

    /// Folds the log into the file and closes it.
    pub fn close(self) -> Result<(), Fault> {
        // Another process that reads may keep the log busy: then that one folds it.
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(faults::owned)?;
        self.connection.close().map_err(|(_, error)| faults::owned(error))
    }

    fn bound(&self, sql: &'static Sql, values: &[V<'_>]) -> rusqlite::Result<CachedStatement<'_>> {
        let mut statement = self.connection.prepare_cached(sql.text)?;
        for (place, value) in values.iter().enumerate() {
            match value {
                V::Id(id) => {
                    let mut text = [0; 36];
                    statement.raw_bind_parameter(place + 1, &*id.as_hyphenated().encode_lower(&mut text))?;
                }
                other => statement.raw_bind_parameter(place + 1, other)?,
            }
        }
        Ok(statement)
    }

    fn execute(&self, sql: &'static Sql, values: &[V<'_>]) -> rusqlite::Result<u64> {
        let touched = self.bound(sql, values)?.raw_execute()?;
        Ok(u64::try_from(touched).unwrap_or(u64::MAX))
    }

    fn rows(&self, sql: &'static Sql, values: &[V<'_>]) -> rusqlite::Result<Vec<Row>> {
        let mut statement = self.bound(sql, values)?;
        let mut rows = statement.raw_query();
        let mut read = Vec::new();
        while let Some(row) = rows.next()? {
            read.push(read_row(sql, row)?);
        }
        Ok(read)
    }

    fn first_row(&self, sql: &'static Sql, values: &[V<'_>]) -> rusqlite::Result<Option<Row>> {
        let mut statement = self.bound(sql, values)?;
        let mut rows = statement.raw_query();
        let first = rows.next()?.map(|row| read_row(sql, row)).transpose()?;
        // What a statement writes is written once it has run to its end.
        while rows.next()?.is_some() {}
        Ok(first)
    }
}

impl Conn for SqliteConn {
    fn exec(&mut self, sql: &'static Sql, values: &[V<'_>]) -> impl Future<Output = Result<u64, Fault>> + Send {
        ready(self.execute(sql, values).map_err(|error| faults::in_statement(sql, &error)))
    }

    fn one(&mut self, sql: &'static Sql, values: &[V<'_>]) -> impl Future<Output = Result<Option<Row>, Fault>> + Send {
        ready(self.first_row(sql, values).map_err(|error| faults::in_statement(sql, &error)))
    }

    fn many(&mut self, sql: &'static Sql, values: &[V<'_>]) -> impl Future<Output = Result<Vec<Row>, Fault>> + Send {
        ready(self.rows(sql, values).map_err(|error| faults::in_statement(sql, &error)))
    }
}

impl ToSql for V<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Int(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Id(id) => ToSqlOutput::Owned(id.as_hyphenated().to_string().into()),
        })
    }
}

fn read_row(sql: &'static Sql, row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let mut values = Vec::with_capacity(sql.columns.len());
    for place in 0..sql.columns.len() {
        values.push(read_value(row.get_ref(place)?));
    }
    Ok(Row::new(sql, values))
}

fn read_value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(_) => Value::Alien("a text that is not UTF-8"),
        },
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        ValueRef::Real(_) => Value::Alien("a fraction"),
    }
}

/// Makes the file readable by its owner alone, if it is not there: it holds password hashes. SQLite gives its log the same
/// permissions. A file that is there keeps the permissions that its operator gave it.
fn make_private(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

#[cfg(test)]
mod tests;
