//! Brings the tables of a file up to date, in one transaction.

use grantor_environment::{Clock, SystemClock};
use grantor_storage::Fault;
use rusqlite::{Transaction, TransactionBehavior, params};

use super::connection::SqliteConn;
use super::faults;
use crate::migrations::{Made, Migration, pending};

const KNOWN: &[Migration] = &[
    Migration { number: 1, name: "first", text: include_str!("../../../migrations/sqlite/0001_first.sql") },
    Migration { number: 2, name: "permissions", text: include_str!("../../../migrations/sqlite/0002_permissions.sql") },
    Migration { number: 3, name: "standard", text: include_str!("../../../migrations/sqlite/0003_standard.sql") },
];

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";

/// Makes what is missing.
pub fn up_to_date(conn: &mut SqliteConn) -> Result<(), Fault> {
    // The lock is taken at once: of two programs that start together, the second finds the work done.
    let transaction = conn.raw().transaction_with_behavior(TransactionBehavior::Immediate).map_err(faults::owned)?;
    let made = made(&transaction)?;
    let missing = pending(KNOWN, &made)?;
    if missing.is_empty() {
        return Ok(());
    }
    apply(&transaction, missing).map_err(faults::owned)?;
    transaction.commit().map_err(faults::owned)
}

/// Refuses tables that a program of this version would change: another program works with them.
pub fn must_be_up_to_date(conn: &mut SqliteConn) -> Result<(), Fault> {
    let transaction = conn.raw().transaction().map_err(faults::owned)?;
    let made = made(&transaction)?;
    if pending(KNOWN, &made)?.is_empty() {
        return Ok(());
    }
    let what = "a server of an earlier version uses it: stop that one first, then its tables are brought up to date";
    Err(Fault::Unavailable { what: what.to_owned() })
}

fn made(transaction: &Transaction<'_>) -> Result<Vec<Made>, Fault> {
    match tables(transaction).map_err(faults::owned)? {
        (0, _) => Ok(Vec::new()),
        (_, 0) => Err(of_another_program()),
        _ => read(transaction).map_err(faults::owned),
    }
}

/// How many things the file holds, and how many of them are our ledger. Asked in the transaction: what the connection
/// remembers of the tables may be older.
fn tables(transaction: &Transaction<'_>) -> rusqlite::Result<(i64, i64)> {
    let count = "SELECT COUNT(*), COUNT(CASE WHEN name = 'schema_migrations' THEN 1 END) FROM sqlite_schema";
    transaction.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?)))
}

fn read(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<Made>> {
    transaction
        .prepare("SELECT number, checksum FROM schema_migrations ORDER BY number")?
        .query_map([], |row| Ok(Made { number: row.get(0)?, checksum: row.get(1)? }))?
        .collect()
}

fn of_another_program() -> Fault {
    Fault::Unavailable { what: "it holds the tables of another program: give another path".to_owned() }
}

fn apply(transaction: &Transaction<'_>, missing: &[Migration]) -> rusqlite::Result<()> {
    transaction.execute_batch(LEDGER)?;
    // A note for people; nothing is decided by it.
    let now = SystemClock.now().millis();
    for step in missing {
        transaction.execute_batch(step.text)?;
        transaction.execute(
            "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
            params![step.number, step.name, step.checksum(), now],
        )?;
    }
    Ok(())
}
