//! The program copies a store, and says in one line why when it does not.

use std::path::Path;
use std::process::{Command, Output};

use grantor_server::data_folder::DataFolder;
use grantor_storage::Storage as _;
use grantor_storage_sql::SqliteStorage;

use super::support::Folder;

fn migrate(from: &Path, to: &str) -> Output {
    let from = format!("sqlite:{}", from.display());
    Command::new(env!("CARGO_BIN_EXE_grantor")).args(["migrate", "--from", &from, "--to", to]).output().unwrap()
}

fn to_file(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

fn refusal(said: &Output) -> String {
    assert!(!said.status.success());
    let text = String::from_utf8(said.stderr.clone()).unwrap();
    assert_eq!(text.trim_end().lines().count(), 1, "{text}");
    text
}

/// A data folder with a store in it.
async fn data(folder: &Folder) -> std::path::PathBuf {
    let data = folder.path().join("data");
    drop(DataFolder::open(&data).unwrap());
    SqliteStorage::open(&data.join("grantor.db")).unwrap().keep_once("salt", b"kept").await.unwrap();
    data
}

#[tokio::test]
async fn a_data_folder_is_copied_and_the_master_key_is_named() {
    let folder = Folder::new();
    let (data, copy) = (data(&folder).await, folder.path().join("copy.db"));
    let said = migrate(&data, &to_file(&copy));
    let text = String::from_utf8(said.stderr).unwrap();
    assert!(said.status.success(), "{text}");
    assert!(text.contains("copied   platform_secrets: 1 rows") && text.contains("master.key"), "{text}");
    let digests = String::from_utf8(said.stdout).unwrap();
    assert!(digests.lines().any(|line| line.len() > 64 && line.ends_with(" platform_secrets 1")), "{digests}");
    let there = SqliteStorage::open(&copy).unwrap();
    assert_eq!(there.keep_once("salt", b"another").await.unwrap(), b"kept");
}

#[tokio::test]
async fn a_store_in_use_is_not_copied() {
    let folder = Folder::new();
    let data = data(&folder).await;
    let _held = DataFolder::open(&data).unwrap();
    for from in [data.clone(), data.join("grantor.db")] {
        let text = refusal(&migrate(&from, &to_file(&folder.path().join("copy.db"))));
        assert!(text.contains("--from") && text.contains("in use"), "{text}");
    }
}

#[tokio::test]
async fn a_store_is_not_copied_onto_itself() {
    let folder = Folder::new();
    let data = data(&folder).await;
    let text = refusal(&migrate(&data, &to_file(&data.join("grantor.db"))));
    assert!(text.contains("the same file"), "{text}");
}

#[test]
fn a_source_that_is_not_there_is_not_made() {
    let folder = Folder::new();
    let missing = folder.path().join("missing.db");
    let text = refusal(&migrate(&missing, &to_file(&folder.path().join("copy.db"))));
    assert!(text.contains("there is no store at"), "{text}");
    assert!(!missing.exists());
}

#[tokio::test]
async fn a_target_with_a_typing_error_is_not_repeated() {
    let folder = Folder::new();
    let data = data(&folder).await;
    let text = refusal(&migrate(&data, "postgre://grantor:secret@host/db"));
    assert!(text.contains("--to: expected sqlite:PATH or postgres://…") && !text.contains("secret"), "{text}");
}
