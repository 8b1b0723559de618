//! Groups in which something goes wrong.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::*;
use crate::conn::{Conn, Row, V};
use crate::engine::sqlite::migrate;
use crate::sql::platform::{FIND_SECRET, KEEP_SECRET};

/// A store's file in a folder of its own, removed at the end.
struct File(PathBuf);

impl File {
    fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("grantor-writer-{test}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn open(&self) -> SqliteConn {
        let mut conn = SqliteConn::writing(&self.0.join("grantor.db")).unwrap();
        migrate::up_to_date(&mut conn).unwrap();
        conn
    }

    fn kept(&self, name: &str) -> bool {
        let mut conn = SqliteConn::reading(&self.0.join("grantor.db")).unwrap();
        let row: Option<Row> = run_through(conn.one(FIND_SECRET, &[name.into()])).unwrap();
        row.is_some()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

enum End {
    Well,
    Badly,
    InAPanic,
    /// Says that it has begun and waits until it may end.
    AtAGate(Sender<()>, Mutex<Receiver<()>>),
    /// Rolls everything back behind the writer's back, as SQLite does by itself when a disk fails.
    WithTheWholeTransaction,
}

/// Keeps a secret and then ends in one way or another.
struct Keep {
    name: String,
    bytes: Vec<u8>,
    end: End,
}

const ROLL_BACK: &crate::sql::Sql =
    &crate::sql::Sql { name: "ROLL_BACK", table: "none", columns: &[], text: "ROLLBACK" };

impl Job for Keep {
    type Out = ();

    async fn run<C: Conn>(&self, conn: &mut C) -> Result<(), Fault> {
        conn.exec(KEEP_SECRET, &[V::Text(&self.name), V::Blob(&self.bytes)]).await?;
        match &self.end {
            End::Well => Ok(()),
            End::Badly => Err(Fault::Statement { what: "as the test wants it".to_owned() }),
            End::InAPanic => panic!("as the test wants it"),
            End::AtAGate(begun, go) => {
                begun.send(()).unwrap();
                go.lock().unwrap().recv().unwrap();
                Ok(())
            }
            End::WithTheWholeTransaction => {
                conn.exec(ROLL_BACK, &[]).await?;
                Err(Fault::Statement { what: "as the test wants it".to_owned() })
            }
        }
    }
}

fn keep(name: &str, end: End) -> Keep {
    Keep { name: name.to_owned(), bytes: vec![1], end }
}

/// Writes jobs that are all in the queue when the writer looks, so that they share one commit.
async fn as_one_group(writer: &Writer, jobs: Vec<Keep>) -> Vec<Result<(), Fault>> {
    let ((begin, at_gate), (go, wait)) = (channel(), channel());
    let mut gate = Box::pin(writer.write(keep("gate", End::AtAGate(begin, Mutex::new(wait)))));
    hand_over(&mut gate).await;
    at_gate.recv().unwrap();
    let mut answers = Vec::new();
    for job in jobs {
        let mut answer = Box::pin(writer.write(job));
        hand_over(&mut answer).await;
        answers.push(answer);
    }
    go.send(()).unwrap();
    assert_eq!(gate.await, Ok(()));
    let mut said = Vec::new();
    for answer in answers {
        said.push(answer.await);
    }
    said
}

/// A job is in the queue once its answer was asked for the first time.
async fn hand_over(answer: &mut (impl Future<Output = Result<(), Fault>> + Unpin)) {
    std::future::poll_fn(|context| {
        assert!(Pin::new(&mut *answer).poll(context).is_pending());
        std::task::Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn what_fails_or_panics_is_rolled_back_alone() {
    let file = File::new("alone");
    let writer = Writer::start(file.open()).unwrap();
    let jobs = vec![keep("a", End::Well), keep("b", End::Badly), keep("c", End::InAPanic), keep("d", End::Well)];
    let said = as_one_group(&writer, jobs).await;
    assert_eq!(said.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, false, true]);
    assert!(matches!(&said[2], Err(Fault::Statement { what }) if what.contains("panicked")), "{said:?}");
    assert_eq!(["a", "b", "c", "d"].map(|name| file.kept(name)), [true, false, false, true]);
    writer.write(keep("e", End::Well)).await.unwrap();
    assert!(file.kept("e"));
}

#[tokio::test]
async fn a_group_that_is_lost_is_acknowledged_to_nobody() {
    let file = File::new("lost");
    let writer = Writer::start(file.open()).unwrap();
    let jobs = vec![keep("a", End::Well), keep("b", End::WithTheWholeTransaction), keep("c", End::Well)];
    let said = as_one_group(&writer, jobs).await;
    assert!(matches!(said[0], Err(Fault::Unavailable { .. })), "{said:?}");
    assert!(said[1].is_err(), "{said:?}");
    assert!(matches!(said[2], Err(Fault::Unavailable { .. })), "{said:?}");
    assert_eq!(["a", "b", "c"].map(|name| file.kept(name)), [false; 3]);
    writer.write(keep("d", End::Well)).await.unwrap();
    assert!(file.kept("d"));
}

#[tokio::test]
async fn a_full_disk_is_said_and_what_fits_is_written() {
    let file = File::new("full");
    let mut conn = file.open();
    let pages: i64 = conn.raw().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    conn.raw().query_row(&format!("PRAGMA max_page_count = {}", pages + 4), [], |_| Ok(())).unwrap();
    let writer = Writer::start(conn).unwrap();
    let large = Keep { bytes: vec![7; 1 << 20], ..keep("large", End::Well) };
    let fault = writer.write(large).await.unwrap_err();
    assert!(matches!(&fault, Fault::Unavailable { what } if what.contains("disk is full")), "{fault:?}");
    writer.write(keep("small", End::Well)).await.unwrap();
    assert_eq!(["large", "small"].map(|name| file.kept(name)), [false, true]);
}

#[tokio::test]
async fn a_store_that_another_program_holds_is_a_fault_until_it_lets_go() {
    let file = File::new("held");
    let mut conn = file.open();
    conn.raw().busy_timeout(Duration::ZERO).unwrap();
    let writer = Writer::start(conn).unwrap();
    let other = file.open();
    other.control("BEGIN IMMEDIATE").unwrap();
    let fault = writer.write(keep("a", End::Well)).await.unwrap_err();
    assert!(matches!(&fault, Fault::Unavailable { what } if what.contains("another program")), "{fault:?}");
    other.control("ROLLBACK").unwrap();
    writer.write(keep("b", End::Well)).await.unwrap();
    assert_eq!(["a", "b"].map(|name| file.kept(name)), [false, true]);
}
