//! A store is copied whole: to another engine and back, after an interruption too, and nothing is taken for a copy that is none.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use grantor_storage::contract::samples::tenants;
use grantor_storage::{Fault, Storage};
use grantor_storage_sql::PostgresStorage;
use grantor_storage_sql::transfer::{Progress, Stage, Store, TABLES, Transfer, TransferError, Verified, statements};
use tokio::sync::Notify;

use crate::folder::Folder;
use crate::full::Full;
use crate::postgres::bare;

/// More rows than a page holds.
const FULL: Full = Full { people: 29, families: 36 };

/// A store in a folder with something in every table.
async fn full() -> Folder {
    let folder = Folder::new();
    let storage: Arc<dyn Storage> = Arc::new(folder.open());
    FULL.fill(&storage).await;
    folder
}

async fn said(storage: Arc<dyn Storage>) -> Vec<String> {
    FULL.said(&storage).await
}

fn store(folder: &Folder) -> Store {
    Store::sqlite(&folder.file()).unwrap()
}

async fn copy(from: &Store, to: &Store) -> Vec<Verified> {
    Transfer::new(from, to).in_pages_of(7).run().await.unwrap()
}

fn digests(verified: &[Verified]) -> Vec<(&str, u64, &str)> {
    verified.iter().map(|table| (table.table, table.rows, table.digest.as_str())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_goes_to_postgres_and_comes_back_as_it_was() {
    let (folder, back) = (full().await, Folder::new());
    let Some(database) = bare().await else { return };
    let server = Store::postgres(&database.url()).await.unwrap();
    let there = copy(&store(&folder), &server).await;
    let again = copy(&server, &store(&back)).await;
    assert_eq!(digests(&there), digests(&again));
    assert!(there.iter().all(|table| table.rows > 0 && table.copied == table.rows), "{there:?}");
    let before = said(Arc::new(folder.open())).await;
    assert_eq!(said(Arc::new(PostgresStorage::open(&database.url()).await.unwrap())).await, before);
    assert_eq!(said(Arc::new(back.open())).await, before);
}

#[tokio::test]
async fn a_page_longer_than_a_statement_is_copied_whole() {
    let (folder, to) = (full().await, Folder::new());
    let verified = Transfer::new(&store(&folder), &store(&to)).run().await.unwrap();
    assert!(verified.iter().any(|table| table.copied > 60), "{verified:?}");
    assert_eq!(said(Arc::new(to.open())).await, said(Arc::new(folder.open())).await);
}

#[tokio::test]
async fn to_copy_twice_changes_nothing() {
    let (folder, to) = (full().await, Folder::new());
    let first = copy(&store(&folder), &store(&to)).await;
    let second = copy(&store(&folder), &store(&to)).await;
    assert_eq!(digests(&first), digests(&second));
    assert!(second.iter().all(|table| table.copied == 0), "{second:?}");
}

/// Runs a transfer until so many pages are copied, and drops it wherever it is then.
async fn interrupted(from: &Store, to: &Store, pages: u32) {
    let (copied, enough) = (AtomicU32::new(0), Notify::new());
    let report = |progress: Progress| {
        if progress.stage == Stage::Copying && copied.fetch_add(1, Ordering::Relaxed) + 1 == pages {
            enough.notify_one();
        }
    };
    let transfer = Transfer::new(from, to).in_pages_of(7).reporting(&report);
    tokio::select! {
        biased;
        () = enough.notified() => {}
        ended = transfer.run() => panic!("it came to its end: {ended:?}"),
    }
}

/// A transfer that was interrupted more than once copies each row once.
async fn goes_on(from: &Store, to: &Store) {
    interrupted(from, to, 3).await;
    interrupted(from, to, 20).await;
    let verified = copy(from, to).await;
    let sum = |of: fn(&Verified) -> u64| verified.iter().map(of).sum::<u64>();
    assert!(sum(|table| table.copied) > 0 && sum(|table| table.copied) < sum(|table| table.rows), "{verified:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_was_interrupted_goes_on() {
    let (folder, to) = (full().await, Folder::new());
    goes_on(&store(&folder), &store(&to)).await;
    assert_eq!(said(Arc::new(to.open())).await, said(Arc::new(folder.open())).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_to_postgres_that_was_interrupted_goes_on() {
    let folder = full().await;
    let Some(database) = bare().await else { return };
    goes_on(&store(&folder), &Store::postgres(&database.url()).await.unwrap()).await;
    let there = PostgresStorage::open(&database.url()).await.unwrap();
    assert_eq!(said(Arc::new(there)).await, said(Arc::new(folder.open())).await);
}

#[tokio::test]
async fn a_target_that_holds_something_else_is_refused_and_left_alone() {
    let (folder, to) = (full().await, Folder::new());
    // A server that was started on it has made secrets of its own: in the last table but one.
    to.open().keep_once("salt", b"another").await.unwrap();
    let refused = Transfer::new(&store(&folder), &store(&to)).run().await.unwrap_err();
    assert!(matches!(refused, TransferError::Foreign { table: "platform_secrets" }), "{refused}");
    assert_eq!(to.open().list_tenants().await.unwrap(), []);
}

#[tokio::test]
async fn a_target_with_one_row_more_is_refused() {
    let (folder, to) = (full().await, Folder::new());
    copy(&store(&folder), &store(&to)).await;
    to.open().apply_directory(&tenants(&[9])).await.unwrap();
    let refused = Transfer::new(&store(&folder), &store(&to)).run().await.unwrap_err();
    assert!(matches!(refused, TransferError::Foreign { table: "tenants" }), "{refused}");
}

#[tokio::test]
async fn a_row_that_changes_at_the_target_meanwhile_is_found_by_the_digest() {
    let (folder, to) = (full().await, Folder::new());
    let (from, target) = (store(&folder), store(&to));
    let spoil = |progress: Progress| {
        if matches!(progress, Progress { stage: Stage::Copying, table: "signing_keys", done: true, .. }) {
            to.behind().execute_batch("UPDATE codes SET spent_at = NULL WHERE spent_at IS NOT NULL").unwrap();
        }
    };
    let refused = Transfer::new(&from, &target).reporting(&spoil).run().await.unwrap_err();
    let TransferError::Different { table, from, to } = refused else { panic!("{refused}") };
    assert_eq!((table, from), ("codes", to));
}

#[tokio::test]
async fn a_value_that_no_column_holds_is_named() {
    let (folder, to) = (full().await, Folder::new());
    folder.behind().execute_batch("UPDATE codes SET spent_at = 1.5").unwrap();
    let refused = Transfer::new(&store(&folder), &store(&to)).run().await.unwrap_err();
    let TransferError::Source(Fault::ImpossibleRow { table, column, .. }) = refused else { panic!("{refused}") };
    assert_eq!((table, column), ("codes", "spent_at"));
}

#[test]
fn the_columns_are_those_of_the_tables_in_a_file() {
    let folder = Folder::new();
    drop(folder.open());
    let behind = folder.behind();
    let all = "SELECT tables.name, columns.name, columns.pk FROM sqlite_schema AS tables
        JOIN pragma_table_info(tables.name) AS columns
        WHERE tables.type = 'table' AND tables.name NOT IN ('schema_migrations')
        ORDER BY tables.name, columns.cid";
    let mut statement = behind.prepare(all).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)? > 0))).unwrap();
    assert_eq!(rows.map(Result::unwrap).collect::<Vec<_>>(), listed());
}

#[tokio::test]
async fn the_columns_are_those_of_the_tables_in_postgres() {
    let Some(database) = bare().await else { return };
    drop(PostgresStorage::open(&database.url()).await.unwrap());
    let all = "SELECT pg_class.relname::text, attname::text, attnum = ANY (conkey)
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
        JOIN pg_constraint ON conrelid = pg_class.oid AND contype = 'p'
        WHERE relnamespace = current_schema()::regnamespace AND relname <> 'schema_migrations'
        ORDER BY relname::text COLLATE \"C\", attnum";
    let rows = database.behind().await.query(all, &[]).await.unwrap();
    let rows: Vec<_> = rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
    assert_eq!(rows, listed());
}

/// Table, column, and whether it is of the key.
fn listed() -> Vec<(String, String, bool)> {
    let mut tables: Vec<_> = TABLES.iter().collect();
    tables.sort_by_key(|table| table.name);
    let columns = |table: &&grantor_storage_sql::transfer::Table| {
        let (name, key) = (table.name, table.key);
        let each = move |(place, column): (usize, &&str)| (name.to_owned(), (*column).to_owned(), place < key);
        table.columns.iter().enumerate().map(each).collect::<Vec<_>>()
    };
    tables.iter().flat_map(columns).collect()
}

#[tokio::test]
async fn every_statement_returns_the_columns_that_it_declares() {
    let folder = Folder::new();
    drop(folder.open());
    for sql in statements() {
        let behind = folder.behind();
        let statement = behind.prepare(sql.text).unwrap();
        assert_eq!(statement.column_names().collect::<Vec<_>>(), sql.columns, "{} on {}", sql.name, sql.table);
    }
    let Some(database) = bare().await else { return };
    drop(PostgresStorage::open(&database.url()).await.unwrap());
    let behind = database.behind().await;
    for sql in statements() {
        let statement = behind.prepare(sql.text).await.unwrap();
        let columns: Vec<&str> = statement.columns().iter().map(tokio_postgres::Column::name).collect();
        assert_eq!(columns, sql.columns, "{} on {}", sql.name, sql.table);
    }
}
