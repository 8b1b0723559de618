//! The disk does what the plan says, to SQLite and to nobody else.

use std::path::PathBuf;

use rusqlite::{Connection, ErrorCode};

use super::*;

/// A folder for one test, removed with what is in it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("grantor-faulty-disk-{test}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn open(&self) -> Connection {
        let connection = Connection::open(self.0.join("a.db")).unwrap();
        connection.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL").unwrap();
        connection.execute_batch("CREATE TABLE IF NOT EXISTS t (n INTEGER)").unwrap();
        connection
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn add(connection: &Connection, number: i64) -> Result<usize, Option<ErrorCode>> {
    connection.execute("INSERT INTO t VALUES (?1)", [number]).map_err(|error| error.sqlite_error_code())
}

fn numbers(connection: &Connection) -> Vec<i64> {
    let mut statement = connection.prepare("SELECT n FROM t ORDER BY n").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn an_act_fails_as_the_plan_says_and_no_longer_than_that() {
    let (folder, other) = (Folder::new("fails"), Folder::new("other"));
    let disk = Disk::over(&folder.0);
    let (connection, beside) = (folder.open(), other.open());
    disk.trouble(|_, act| if act == Act::Sync { Answer::Refuse(Failure::Io) } else { Answer::Do });
    assert_eq!(add(&connection, 1), Err(Some(ErrorCode::SystemIoFailure)));
    assert_eq!(add(&beside, 1), Ok(1));
    disk.trouble(|_, act| if matches!(act, Act::Write(..)) { Answer::Tear(7, Failure::Full) } else { Answer::Do });
    assert_eq!(add(&connection, 2), Err(Some(ErrorCode::DiskFull)));
    disk.heal();
    assert_eq!(add(&connection, 3), Ok(1));
    assert_eq!(numbers(&connection), [3]);
}

#[test]
fn a_power_cut_leaves_what_was_synced_and_no_half_of_the_rest() {
    let folder = Folder::new("cut");
    let disk = Disk::over(&folder.0);
    let connection = folder.open();
    disk.record("a.db").unwrap();
    add(&connection, 1).unwrap();
    let first = disk.recorded();
    add(&connection, 2).unwrap();
    let recording = disk.take_recording().unwrap();
    let left = |steps, survivors| {
        let image = Folder::new("image");
        recording.after_a_power_cut(steps, survivors, &image.0).unwrap();
        numbers(&image.open())
    };
    assert_eq!(left(0, Survivors::All), [0_i64; 0]);
    assert_eq!(left(first, Survivors::None), [1]);
    assert_eq!(left(recording.len(), Survivors::None), [1, 2]);
    // The second commit is written and not synced.
    assert_eq!(left(recording.len() - 1, Survivors::None), [1]);
    assert_eq!(left(recording.len() - 1, Survivors::All), [1, 2]);
    let half = recording.written_by(recording.len() - 1).unwrap() / 2;
    assert_eq!(left(recording.len() - 1, Survivors::TornLast(half)), [1]);
}
