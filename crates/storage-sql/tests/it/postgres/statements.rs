//! Every statement is one that PostgreSQL understands too, and finds its rows by an index.

use grantor_storage_sql::sql::{ALL, Sql};
use tokio_postgres::SimpleQueryMessage;

use super::empty;

fn all() -> impl Iterator<Item = &'static Sql> {
    ALL.iter().copied().flatten().copied()
}

#[tokio::test]
async fn every_statement_returns_the_columns_that_it_declares() {
    let Some((_storage, database)) = empty().await else { return };
    let behind = database.behind().await;
    for sql in all() {
        let statement =
            behind.prepare(sql.text).await.unwrap_or_else(|error| panic!("{} on {}: {error:?}", sql.name, sql.table));
        let columns: Vec<&str> = statement.columns().iter().map(tokio_postgres::Column::name).collect();
        assert_eq!(columns, sql.columns, "{} on {}", sql.name, sql.table);
    }
}

#[tokio::test]
async fn every_table_exists() {
    let Some((_storage, database)) = empty().await else { return };
    let behind = database.behind().await;
    for sql in all() {
        behind.prepare(&format!("SELECT 1 FROM {}", sql.table)).await.unwrap();
    }
}

#[tokio::test]
async fn no_look_up_reads_a_whole_table() {
    let Some((_storage, database)) = empty().await else { return };
    let behind = database.behind().await;
    // As the store asks for it: a table that is still empty would be read as a whole otherwise.
    behind.batch_execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").await.unwrap();
    // These list everything on purpose, or look at the handful of signing keys, or at a table that stays small.
    let may_scan = [
        "LIST_TENANTS",
        "FIND_FIRST_TENANT",
        "LIST_VERSIONS",
        "LIST_SIGNING_KEYS",
        "KEEP_SIGNING_KEY",
        "UPSERT_TENANT",
    ];
    for sql in all().filter(|sql| !may_scan.contains(&sql.name)) {
        let count = behind.prepare(sql.text).await.unwrap().params().len();
        let nothing = if count == 0 { String::new() } else { format!("({})", vec!["NULL"; count].join(", ")) };
        let explain = format!("PREPARE asked AS {}; EXPLAIN EXECUTE asked{nothing}; DEALLOCATE asked", sql.text);
        for line in behind.simple_query(&explain).await.unwrap() {
            let SimpleQueryMessage::Row(row) = line else { continue };
            let step = row.get(0).unwrap();
            assert!(!step.contains("Seq Scan"), "{} on {}: {step}", sql.name, sql.table);
        }
    }
}
