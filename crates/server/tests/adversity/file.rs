//! The embedded store, while the program serves.

use std::process::Command;

use crate::scene::Scene;

/// Sets how long a file of a running program may become.
fn limit_files(process: u32, bytes: &str) {
    let limit = format!("--fsize={bytes}:unlimited");
    let done = Command::new("prlimit").args(["--pid", &process.to_string(), &limit]).status().unwrap();
    assert!(done.success(), "prlimit");
}

#[test]
fn a_disk_that_takes_no_more_is_survived() {
    let scene = Scene::on_file();
    let log = scene.place.data().join("grantor.db-wal");
    let full = std::fs::metadata(log).unwrap().len();
    limit_files(scene.program.id(), &full.to_string());
    for _ in 0..3 {
        scene.refuses_to_write();
        // What needs no writing is answered.
        assert_eq!(scene.me().status, 200);
    }
    limit_files(scene.program.id(), "unlimited");
    scene.recovers();
}

#[test]
fn a_store_that_another_program_keeps_locked_is_survived() {
    let scene = Scene::on_file();
    let other = rusqlite::Connection::open(scene.place.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    scene.refuses_to_write();
    assert_eq!(scene.me().status, 200);
    assert!(scene.program.log().contains("another program holds it locked"), "{}", scene.program.log());
    other.execute_batch("ROLLBACK").unwrap();
    scene.recovers();
}
