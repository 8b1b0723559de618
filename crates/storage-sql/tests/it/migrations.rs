//! A store is brought up to date, or left alone.

use std::path::Path;

use grantor_storage::Fault;
use grantor_storage_sql::SqliteStorage;

use crate::fixtures::newest;
use crate::folder::Folder;

fn refusal(path: &Path) -> String {
    match SqliteStorage::open(path).unwrap_err() {
        Fault::Unavailable { what } => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_new_store_notes_each_migration_once() {
    let folder = Folder::new();
    drop(folder.open());
    drop(folder.open());
    let noted: (i64, String, i64) = folder
        .behind()
        .query_row("SELECT COUNT(*), MIN(name), MIN(LENGTH(checksum)) FROM schema_migrations", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(noted, (newest(), "first".to_owned(), 64));
}

#[test]
fn two_programs_that_start_together_both_find_the_tables() {
    let folder = Folder::new();
    std::thread::scope(|scope| {
        let opened: Vec<_> = (0..4).map(|_| scope.spawn(|| SqliteStorage::open(&folder.file()))).collect();
        for one in opened {
            one.join().unwrap().unwrap();
        }
    });
}

#[test]
fn a_store_of_a_newer_version_is_refused_and_left_alone() {
    let folder = Folder::new();
    drop(folder.open());
    let number = newest() + 1;
    let add =
        format!("INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES ({number}, 'next', 'x', 0)");
    folder.behind().execute_batch(&add).unwrap();
    let what = refusal(&folder.file());
    assert!(what.contains(&format!("newer version of Grantor (migration {number}")), "{what}");
    assert!(what.contains(&folder.file().display().to_string()), "{what}");
}

#[test]
fn a_migration_with_another_text_is_refused() {
    let folder = Folder::new();
    drop(folder.open());
    folder.behind().execute_batch("UPDATE schema_migrations SET checksum = 'x'").unwrap();
    let what = refusal(&folder.file());
    assert!(what.contains("migration 1 (first) was made with another text"), "{what}");
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    let folder = Folder::new();
    folder.behind().execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    let what = refusal(&folder.file());
    assert!(what.contains("tables of another program"), "{what}");
    let tables: i64 = folder.behind().query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1);
}
