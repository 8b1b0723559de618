//! Brings the tables of a database up to date, in one transaction. Of several programs that start together, one does it.

use std::time::Duration;

use deadpool_postgres::{Client, Transaction};
use grantor_environment::{Clock, SystemClock};
use grantor_storage::Fault;
use tokio_postgres::{Error, IsolationLevel};

use super::{faults, pause};
use crate::migrations::{Made, Migration, pending};

const KNOWN: &[Migration] = &[
    Migration { number: 1, name: "first", text: include_str!("../../../migrations/postgres/0001_first.sql") },
    Migration {
        number: 2,
        name: "permissions",
        text: include_str!("../../../migrations/postgres/0002_permissions.sql"),
    },
    Migration { number: 3, name: "standard", text: include_str!("../../../migrations/postgres/0003_standard.sql") },
];

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";

/// The number that stands for our migrations among the locks of the database.
const LOCK: i64 = 0x6772_616e_746f_7201;

/// How often to begin again when somebody else was faster.
const ATTEMPTS: u32 = 20;

/// How the others are kept out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lock {
    /// By a lock of the database's own.
    Advisory,
    /// By a row of the ledger, where there are no such locks.
    Row,
}

enum Stopped {
    /// This store must be left alone.
    Refused(Fault),
    /// The database said no.
    Failed(Error),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Refused(fault)
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Makes what is missing.
pub async fn up_to_date(client: &mut Client) -> Result<(), Fault> {
    // Nothing is missing at most starts: then nobody waits for a lock.
    match still_missing(client).await {
        Ok([]) => return Ok(()),
        Ok(_) => {}
        Err(stopped) => return Err(stopped.fault()),
    }
    let mut lock = Lock::Advisory;
    for attempt in 1..=ATTEMPTS {
        match make(client, lock).await {
            Ok(()) => return Ok(()),
            Err(Stopped::Failed(error)) if lock == Lock::Advisory && has_no_such_lock(&error) => lock = Lock::Row,
            Err(Stopped::Failed(error)) if attempt < ATTEMPTS && was_overtaken(&error) => {
                tokio::time::sleep(pause(attempt) + Duration::from_millis(20)).await;
            }
            Err(stopped) => return Err(stopped.fault()),
        }
    }
    Err(Fault::Unavailable { what: "other programs keep changing its tables: end them and try again".to_owned() })
}

impl Stopped {
    fn fault(self) -> Fault {
        match self {
            Self::Refused(fault) => fault,
            Self::Failed(error) => faults::of(&error),
        }
    }
}

async fn make(client: &mut Client, lock: Lock) -> Result<(), Stopped> {
    // Each statement sees what was committed before it: what another program did while we waited for the lock.
    let transaction = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted).start().await?;
    transaction
        .batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        .await?;
    keep_others_out(&transaction, lock).await?;
    for step in still_missing(transaction.client()).await? {
        apply(&transaction, step).await?;
    }
    Ok(transaction.commit().await?)
}

async fn keep_others_out(transaction: &Transaction<'_>, lock: Lock) -> Result<(), Stopped> {
    match lock {
        Lock::Advisory => {
            transaction.query("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
            // Looked at before the ledger is made, so that it is not made among the tables of another program.
            still_missing(transaction.client()).await?;
            transaction.batch_execute(LEDGER).await?;
        }
        Lock::Row => {
            still_missing(transaction.client()).await?;
            transaction.batch_execute(LEDGER).await?;
            let take = "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (0, 'lock', '', 0)
                ON CONFLICT (number) DO UPDATE SET applied_at = excluded.applied_at";
            transaction.batch_execute(take).await?;
        }
    }
    Ok(())
}

/// What a store still needs.
async fn still_missing(client: &tokio_postgres::Client) -> Result<&'static [Migration], Stopped> {
    let count = "SELECT COUNT(*), COUNT(CASE WHEN table_name = 'schema_migrations' THEN 1 END)
        FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'";
    let row = client.query_one(count, &[]).await?;
    let made = match (row.try_get::<_, i64>(0)?, row.try_get::<_, i64>(1)?) {
        (0, _) => Vec::new(),
        (_, 0) => return Err(of_another_program().into()),
        _ => read(client).await?,
    };
    Ok(pending(KNOWN, &made)?)
}

async fn read(client: &tokio_postgres::Client) -> Result<Vec<Made>, Error> {
    let read = "SELECT number, checksum FROM schema_migrations WHERE number > 0 ORDER BY number";
    let made = |row: &tokio_postgres::Row| Ok(Made { number: row.try_get(0)?, checksum: row.try_get(1)? });
    client.query(read, &[]).await?.iter().map(made).collect()
}

fn of_another_program() -> Fault {
    Fault::Unavailable { what: "it holds the tables of another program: give another database".to_owned() }
}

async fn apply(transaction: &Transaction<'_>, step: &Migration) -> Result<(), Error> {
    transaction.batch_execute(step.text).await?;
    let note = "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)";
    // The time is a note for people; nothing is decided by it.
    let now = SystemClock.now().millis();
    transaction.execute(note, &[&step.number, &step.name, &step.checksum(), &now]).await?;
    Ok(())
}

/// An undefined function, or one that is there only to say that it is not supported.
fn has_no_such_lock(error: &Error) -> bool {
    matches!(error.code().map(tokio_postgres::error::SqlState::code), Some("42883" | "0A000"))
}

/// A serialization failure, a deadlock, or a table or row that has just come into being.
fn was_overtaken(error: &Error) -> bool {
    matches!(error.code().map(tokio_postgres::error::SqlState::code), Some("40001" | "40P01" | "23505" | "42P07"))
}
