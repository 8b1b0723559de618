//! A database is brought up to date, or left alone.

use grantor_storage_sql::PostgresStorage;

use super::{bare, empty, refusal};
use crate::fixtures::newest;
use crate::postgres::cluster;

async fn number(behind: &tokio_postgres::Client, question: &str) -> i64 {
    behind.query_one(question, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_new_store_notes_each_migration_once() {
    let Some((_storage, database)) = empty().await else { return };
    PostgresStorage::open(&database.url()).await.unwrap();
    let ask = "SELECT COUNT(*), MIN(name), MIN(LENGTH(checksum)) FROM schema_migrations";
    let noted = database.behind().await.query_one(ask, &[]).await.unwrap();
    let noted: (i64, String, i32) = (noted.get(0), noted.get(1), noted.get(2));
    assert_eq!(noted, (newest(), "first".to_owned(), 64));
}

async fn open_at_once(database: &cluster::Database) {
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let url = database.url();
            tokio::spawn(async move { PostgresStorage::open(&url).await.map(drop) })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Ok(()));
    }
    assert_eq!(
        number(&database.behind().await, "SELECT COUNT(*) FROM schema_migrations WHERE number > 0").await,
        newest()
    );
}

#[tokio::test]
async fn nodes_that_start_together_all_find_the_tables() {
    let Some(database) = bare().await else { return };
    open_at_once(&database).await;
}

/// As on engines that know PostgreSQL's language and not its locks.
#[tokio::test]
async fn nodes_that_start_together_find_the_tables_without_advisory_locks() {
    for state in ["0A000", "42883"] {
        let Some(database) = bare().await else { return };
        let hide = format!(
            "CREATE SCHEMA before; CREATE FUNCTION before.pg_advisory_xact_lock(BIGINT) RETURNS VOID AS $$
                BEGIN RAISE EXCEPTION 'no such lock here' USING ERRCODE = '{state}'; END $$ LANGUAGE plpgsql;
            ALTER DATABASE {} SET search_path = public, before, pg_catalog",
            database.name
        );
        database.spoil(&hide).await;
        open_at_once(&database).await;
        assert_eq!(number(&database.behind().await, "SELECT MIN(number) FROM schema_migrations").await, 0);
    }
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused_and_left_alone() {
    let Some((_storage, database)) = empty().await else { return };
    let number = newest() + 1;
    let add =
        format!("INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ({number}, 'next', 'x', 0)");
    database.spoil(&add).await;
    let what = refusal(&database.url()).await;
    assert!(what.contains(&format!("newer version of Grantor (migration {number}")), "{what}");
    assert!(what.contains(&database.name), "{what}");
}

#[tokio::test]
async fn a_migration_with_another_text_is_refused() {
    let Some((_storage, database)) = empty().await else { return };
    database.spoil("UPDATE schema_migrations SET checksum = 'x'").await;
    let what = refusal(&database.url()).await;
    assert!(what.contains("migration 1 (first) was made with another text"), "{what}");
}

#[tokio::test]
async fn a_database_of_another_program_is_refused_and_left_alone() {
    let Some(database) = bare().await else { return };
    database.spoil("CREATE TABLE recipes (name TEXT)").await;
    let what = refusal(&database.url()).await;
    assert!(what.contains("tables of another program"), "{what}");
    let count = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'public'";
    assert_eq!(number(&database.behind().await, count).await, 1);
}

#[tokio::test]
async fn a_user_who_may_not_make_tables_is_told() {
    let Some(database) = bare().await else { return };
    let name = format!("reader_of_{}", database.name);
    let allow = format!(
        "CREATE ROLE {name} LOGIN PASSWORD '{}'; REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        cluster::PASSWORD
    );
    database.spoil(&allow).await;
    let what = refusal(&database.url().replace("grantor:", &format!("{name}:"))).await;
    assert!(what.contains("owner of the database"), "{what}");
}
