//! What cannot be started says why, and how to mend it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use grantor_testkit_postgres::{Cluster, Database, Disk, shared};

use crate::program::{Refusal, bound_by_permissions, plainly};
use crate::proxy::Proxy;
use crate::scene::{Place, wait_for};

const A_NEWER_MIGRATION: &str =
    "INSERT INTO schema_migrations (number, name, checksum, applied_at) VALUES (999, 'next', 'x', 0)";

fn refused(place: &Place) -> Refusal {
    place.start(plainly()).unwrap_err()
}

fn database() -> Option<Database> {
    shared().map(|cluster| wait_for(cluster.database()))
}

#[test]
fn a_file_of_a_newer_version() {
    let place = Place::used(None);
    rusqlite::Connection::open(place.file()).unwrap().execute_batch(A_NEWER_MIGRATION).unwrap();
    refused(&place).assert_says(&["grantor.db", "newer version", "start that version, or restore the backup"]);
}

#[test]
fn a_database_of_a_newer_version() {
    let Some(database) = database() else { return };
    let place = Place::used(Some(database.url()));
    wait_for(database.spoil(A_NEWER_MIGRATION));
    refused(&place).assert_says(&[&database.name, "newer version", "start that version, or restore the backup"]);
}

#[test]
fn another_master_key() {
    let databases = [Some(None), database().map(|database| Some(database.url()))];
    for place in databases.into_iter().flatten().map(Place::used) {
        let file = place.data().join("master.key");
        let right = std::fs::read(&file).unwrap();
        std::fs::write(&file, [7; 32]).unwrap();
        refused(&place).assert_says(&["master.key", "put the right one back"]);
        std::fs::remove_file(&file).unwrap();
        refused(&place).assert_says(&["master.key is missing", "copy it from the data folder of another node"]);
        assert!(!file.exists(), "a key that opens nothing was put in its place");
        std::fs::write(&file, right).unwrap();
        std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        place.start(plainly()).unwrap();
    }
}

#[test]
fn a_file_that_must_not_be_written_to() {
    let place = Place::used(None);
    let permit = |path: PathBuf, mode| std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    permit(place.file(), 0o400);
    let refusal = place.start(bound_by_permissions()).unwrap_err();
    refusal.assert_says(&["grantor.db", "let this user write to the file and its folder"]);
    permit(place.file(), 0o600);
    place.start(bound_by_permissions()).unwrap();
}

#[test]
fn a_folder_that_must_not_be_written_to() {
    let place = Place::new(None);
    std::fs::create_dir(place.data()).unwrap();
    let permit = |mode| std::fs::set_permissions(place.data(), Permissions::from_mode(mode)).unwrap();
    permit(0o500);
    let refusal = place.first_start(bound_by_permissions()).unwrap_err();
    refusal.assert_says(&["data", "give this user the right to it, or name another folder"]);
    permit(0o700);
    place.first_start(bound_by_permissions()).unwrap();
}

/// No file may become longer than that.
fn with_short_files() -> Command {
    let mut command = plainly();
    command.args(["prlimit", "--fsize=16384"]);
    command
}

#[test]
fn a_disk_that_is_full() {
    let place = Place::new(None);
    let refusal = place.first_start(with_short_files()).unwrap_err();
    refusal.assert_says(&["grantor.db", "disk"]);
    place.first_start(plainly()).unwrap();
}

#[test]
fn a_file_that_another_program_keeps_locked() {
    let place = Place::used(None);
    let other = rusqlite::Connection::open(place.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    refused(&place).assert_says(&["grantor.db", "another program holds it locked: end that program"]);
    other.execute_batch("ROLLBACK").unwrap();
    place.start(plainly()).unwrap();
}

#[test]
fn a_database_that_is_gone() {
    let Some(cluster) = Cluster::start(Disk::Trusted) else { return };
    let database = wait_for(cluster.database());
    let place = Place::used(Some(database.url()));
    cluster.stop();
    let address = cluster.address().to_string();
    refused(&place).assert_says(&[&address, "no server answers: check that it runs"]);
    cluster.run_again();
    place.start(plainly()).unwrap();
}

#[test]
fn a_database_that_does_not_answer() {
    let Some(database) = database() else { return };
    let proxy = Proxy::to(database.cluster.address());
    let url = database.url().replace(&database.cluster.address().to_string(), &proxy.address.to_string());
    let place = Place::used(Some(url));
    proxy.stall();
    refused(&place).assert_says(&[&proxy.address.to_string(), "no server answers in time"]);
    proxy.go_on();
    place.start(plainly()).unwrap();
}

#[test]
fn a_database_that_is_read_only() {
    let Some(database) = database() else { return };
    let place = Place::used(Some(database.url()));
    let set = |what: &str| wait_for(database.cluster.administer(&format!("ALTER DATABASE {} {what}", database.name)));
    set("SET default_transaction_read_only = on");
    refused(&place).assert_says(&[&database.name, "it is read-only: name the server that takes writes"]);
    set("RESET default_transaction_read_only");
    place.start(plainly()).unwrap();
}
