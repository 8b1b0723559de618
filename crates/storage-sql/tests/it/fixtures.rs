//! Stores as each version left them, opened by this one: `tests/fixtures/NUMBER.ENGINE.sql`, where the number is that of the
//! newest migration that had been made.
//!
//! Whoever adds a migration writes the store that it leaves:
//! `cargo test -p grantor-storage-sql --test it -- --ignored write_the_store_that_the_newest_migration_leaves`, and never
//! touches those of the migrations before it again. They hold what [`FULL`] put into them then; where a later version reads
//! that as something else on purpose, say so in [`read_back`].

use std::path::PathBuf;
use std::sync::Arc;

use grantor_environment::Timestamp;
use grantor_rules::model::ServicePrincipal;
use grantor_storage::Storage;
use grantor_storage::contract::samples::{application, client_id, permission, tenant_id};
use grantor_storage_sql::transfer::TABLES;
use grantor_storage_sql::{PostgresStorage, SqliteStorage};
use grantor_testkit_postgres::Database;

use crate::folder::Folder;
use crate::full::{Full, colors_of};
use crate::postgres::bare;

const FULL: Full = Full { people: 2, families: 3 };
const ENGINES: [&str; 2] = ["sqlite", "postgres"];

fn fixture(number: i64, engine: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/{number:04}.{engine}.sql"))
}

/// The newest migration that this version makes.
pub fn newest() -> i64 {
    let folder = Folder::new();
    drop(folder.open());
    folder.behind().query_row("SELECT MAX(number) FROM schema_migrations", [], |row| row.get(0)).unwrap()
}

async fn filled(storage: impl Storage + 'static) {
    FULL.fill(&(Arc::new(storage) as Arc<dyn Storage>)).await;
}

/// Every row is read as it was put in.
async fn read_back(number: i64, storage: impl Storage + 'static) {
    let folder = Folder::new();
    let fresh: Arc<dyn Storage> = Arc::new(folder.open());
    FULL.fill(&fresh).await;
    let old: Arc<dyn Storage> = Arc::new(storage);
    let (expected, found) = if number == 1 {
        stands_at_home(&*old).await;
        // The second tenant's application had the client id of the first one's.
        let mut expected = FULL.said_since_the_first(&fresh, colors_of).await;
        for said in &mut expected {
            *said = said.replace(&colors_of(2), &colors_of(1));
        }
        (expected, FULL.said_since_the_first(&old, |_| colors_of(1)).await)
    } else if number == 2 {
        // The dialect in which an application met a session was not noted then.
        let mut expected = FULL.said_since_the_second(&fresh).await;
        for said in &mut expected {
            *said = said.replace("dialect: Some(\"entra-v2\")", "dialect: None");
        }
        (expected, FULL.said_since_the_second(&old).await)
    } else {
        (FULL.said(&fresh).await, FULL.said(&old).await)
    };
    for (expected, found) in expected.iter().zip(&found) {
        assert_eq!(expected, found, "as migration {number} left it");
    }
    assert_eq!(expected.len(), found.len());
}

/// The applications that the first version registered stand in their own tenants, and the older tenant has the name.
async fn stands_at_home(old: &dyn Storage) {
    let colors = client_id("colors");
    for number in [1, 2] {
        let home = ServicePrincipal::new(&application(number, "colors", &[]), Timestamp::default());
        let tenant = old.tenant(tenant_id(number));
        assert_eq!(tenant.find_service_principal(&colors).await.unwrap().as_deref(), Some(&home));
    }
    let meant = old.find_registered("colors").await.unwrap().unwrap();
    assert_eq!(meant.publisher, tenant_id(2), "it was made first");
    assert_eq!(old.find_registered("api://colors").await.unwrap(), None, "it is for one tenant");
}

/// Two applications as the first version wrote them, for several tenants and with app roles. The second has an identifier URI
/// that is the client id of the first, and one that reads as no other does.
const OF_THE_FIRST_VERSION: &str = r#"
    INSERT INTO applications (tenant_id, client_id, document) VALUES
    ('01010101-0101-4101-8101-010101010101', 'old', '{"client_id":"old",
        "publisher":"01010101-0101-4101-8101-010101010101","display_name":"Old","sign_in_audience":"any-organization",
        "access_token_version":2,"granted_app_roles":[{"api":"colors","value":"Größe"},{"api":"colors","value":"Reader"},
        {"api":"colors","value":"Reader"}]}'),
    ('01010101-0101-4101-8101-010101010101', 'thief', '{"client_id":"thief",
        "publisher":"01010101-0101-4101-8101-010101010101","display_name":"Thief\u0000","sign_in_audience":"personal-only",
        "identifier_uris":["old","api://thief"],"access_token_version":1}');
    INSERT INTO identifier_uris (tenant_id, uri, client_id) VALUES
    ('01010101-0101-4101-8101-010101010101', 'old', 'thief'),
    ('01010101-0101-4101-8101-010101010101', 'api://thief', 'thief');
"#;

async fn what_the_first_version_wrote_stands(storage: &dyn Storage) {
    let tenant = storage.tenant(tenant_id(1));
    let found = async |client: &str| tenant.find_service_principal(&client_id(client)).await.unwrap().unwrap();
    let roles = [permission("colors", "Größe"), permission("colors", "Reader")].into();
    assert_eq!(found("old").await.granted_app_roles, roles);
    assert!(found("thief").await.granted_app_roles.is_empty());
    for (name, client) in [("old", "old"), ("thief", "thief"), ("api://thief", "thief")] {
        assert_eq!(storage.find_registered(name).await.unwrap().unwrap().client_id, client_id(client), "{name}");
    }
}

#[tokio::test]
async fn a_file_of_the_first_version_gets_what_stands_for_its_applications() {
    let old = Folder::new();
    old.behind().execute_batch(&std::fs::read_to_string(fixture(1, "sqlite")).unwrap()).unwrap();
    old.behind().execute_batch(OF_THE_FIRST_VERSION).unwrap();
    what_the_first_version_wrote_stands(&old.open()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_the_first_version_gets_what_stands_for_its_applications() {
    let Some(old) = bare().await else { return };
    old.spoil(&std::fs::read_to_string(fixture(1, "postgres")).unwrap()).await;
    old.spoil(OF_THE_FIRST_VERSION).await;
    what_the_first_version_wrote_stands(&PostgresStorage::open(&old.url()).await.unwrap()).await;
}

#[test]
fn each_migration_has_the_store_that_it_left() {
    let missing: Vec<PathBuf> = (1..=newest())
        .flat_map(|number| ENGINES.map(|engine| fixture(number, engine)))
        .filter(|file| !file.exists())
        .collect();
    assert!(missing.is_empty(), "write what is missing (the head of {} says how): {missing:?}", file!());
}

/// What tables, columns and indexes there are.
fn shape_of_file(folder: &Folder) -> Vec<(String, String, Option<String>)> {
    let behind = folder.behind();
    let mut statement = behind.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[tokio::test]
async fn a_file_of_each_earlier_version_is_read_as_it_was_written() {
    let new = Folder::new();
    drop(new.open());
    for number in 1..=newest() {
        let old = Folder::new();
        let text = std::fs::read_to_string(fixture(number, "sqlite")).unwrap();
        old.behind().execute_batch(&text).unwrap();
        for table in TABLES {
            let count = format!("SELECT COUNT(*) FROM {}", table.name);
            let rows: Option<i64> = old.behind().query_row(&count, [], |row| row.get(0)).ok();
            assert_ne!(rows, Some(0), "{} was empty as migration {number} left it", table.name);
        }
        read_back(number, old.open()).await;
        assert_eq!(shape_of_file(&old), shape_of_file(&new), "as migration {number} left it");
    }
}

#[tokio::test]
async fn beside_a_server_a_store_is_left_in_the_version_that_it_has() {
    let old = Folder::new();
    old.behind().execute_batch(&std::fs::read_to_string(fixture(1, "sqlite")).unwrap()).unwrap();
    let before = shape_of_file(&old);
    let said = SqliteStorage::open_beside(&old.file()).unwrap_err().to_string();
    assert!(said.contains("a server of an earlier version uses it"), "{said}");
    assert_eq!(shape_of_file(&old), before);
    let open = old.open();
    filled_beside(&open, &SqliteStorage::open_beside(&old.file()).unwrap()).await;
}

/// What one writes the other reads.
async fn filled_beside(one: &SqliteStorage, other: &SqliteStorage) {
    let kept = one.keep_once("beside", b"first").await.unwrap();
    assert_eq!(other.keep_once("beside", b"second").await.unwrap(), kept);
    assert_eq!(other.find_kept("beside").await.unwrap(), Some(kept));
}

async fn shape_of_database(database: &Database) -> Vec<String> {
    let all = "SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default)
            FROM information_schema.columns WHERE table_schema = current_schema()
        UNION SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() ORDER BY 1";
    database.behind().await.query(all, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_each_earlier_version_is_read_as_it_was_written() {
    let Some(new) = bare().await else { return };
    drop(PostgresStorage::open(&new.url()).await.unwrap());
    for number in 1..=newest() {
        let Some(old) = bare().await else { return };
        old.spoil(&std::fs::read_to_string(fixture(number, "postgres")).unwrap()).await;
        read_back(number, PostgresStorage::open(&old.url()).await.unwrap()).await;
        assert_eq!(shape_of_database(&old).await, shape_of_database(&new).await, "as migration {number} left it");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "writes tests/fixtures: run it by name after a migration was added"]
async fn write_the_store_that_the_newest_migration_leaves() {
    let number = newest();
    let folder = Folder::new();
    filled(folder.open()).await;
    std::fs::create_dir_all(fixture(number, "sqlite").parent().unwrap()).unwrap();
    std::fs::write(fixture(number, "sqlite"), dump_of_file(&folder)).unwrap();
    let Some(database) = bare().await else { panic!("there must be a PostgreSQL server") };
    filled(PostgresStorage::open(&database.url()).await.unwrap()).await;
    std::fs::write(fixture(number, "postgres"), database.dump()).unwrap();
}

fn dump_of_file(folder: &Folder) -> String {
    let behind = folder.behind();
    let texts = |query: &str| -> Vec<String> {
        let mut statement = behind.prepare(query).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let mut dump = String::new();
    for statement in texts("SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid") {
        dump.push_str(&statement);
        dump.push('\n');
    }
    let tables = TABLES.iter().map(|table| (table.name, table.columns));
    for (table, columns) in tables.chain([("schema_migrations", &["number", "name", "checksum", "applied_at"][..])]) {
        let values: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        let (names, values) = (columns.join(", "), values.join(" || ', ' || "));
        let query = format!(
            "SELECT 'INSERT INTO {table} ({names}) VALUES (' || {values} || ');' FROM {table} ORDER BY {names}"
        );
        let rows = texts(&query);
        assert!(!rows.is_empty(), "{table} is empty");
        for row in rows {
            dump.push_str(&row);
            dump.push('\n');
        }
    }
    dump
}
