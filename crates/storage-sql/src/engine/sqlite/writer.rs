//! The one thread that writes: everything that waits shares one commit.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use grantor_storage::Fault;
use tokio::sync::{mpsc, oneshot};

use super::connection::SqliteConn;
use super::run_through;
use crate::conn::Job;

/// The most jobs that share a commit: more would make the first of them wait for the last.
const LARGEST_GROUP: usize = 64;
/// How many jobs may wait before those who bring more have to wait themselves.
const LONGEST_QUEUE: usize = 1024;

/// The way to the writer thread.
pub struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Work>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread.
    pub fn start(conn: SqliteConn) -> Result<Self, Fault> {
        let (queue, waiting) = mpsc::channel(LONGEST_QUEUE);
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || write_groups(conn, waiting))
            .map_err(|error| Fault::Unavailable { what: format!("no thread to write with: {error}") })?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Has a job written and waits until it is durable.
    pub async fn write<J: Job + 'static>(&self, job: J) -> Result<J::Out, Fault> {
        let (answer, answered) = oneshot::channel();
        let work: Box<dyn Work> = Box::new(Waiting { job, outcome: None, answer });
        let queue = self.queue.as_ref().ok_or_else(closed)?;
        queue.send(work).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // The thread ends when nothing waits and nobody can bring anything more.
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes the store ended in a panic");
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Writer").finish_non_exhaustive()
    }
}

fn closed() -> Fault {
    Fault::Unavailable { what: "it is being closed".to_owned() }
}

/// A job of whatever kind, with whoever waits for it.
trait Work: Send {
    /// Runs the job and says whether what it wrote is to stay.
    fn run(&mut self, conn: &mut SqliteConn) -> bool;

    /// Answers, once it is known what became of the whole group.
    fn answer(self: Box<Self>, group: Result<(), Fault>);
}

struct Waiting<J: Job> {
    job: J,
    outcome: Option<Result<J::Out, Fault>>,
    answer: oneshot::Sender<Result<J::Out, Fault>>,
}

impl<J: Job> Work for Waiting<J> {
    fn run(&mut self, conn: &mut SqliteConn) -> bool {
        // A panic fails this job alone. What it wrote is rolled back, so no half-made state survives it.
        let outcome = catch_unwind(AssertUnwindSafe(|| run_through(self.job.run(conn))))
            .unwrap_or_else(|_| Err(Fault::Statement { what: "a transaction body panicked".to_owned() }));
        self.outcome.insert(outcome).is_ok()
    }

    fn answer(self: Box<Self>, group: Result<(), Fault>) {
        let outcome = match (group, self.outcome) {
            (Ok(()), Some(outcome)) | (Err(_), Some(outcome @ Err(_))) => outcome,
            (Ok(()), None) => Err(closed()),
            (Err(fault), _) => Err(fault),
        };
        // Whoever asked may have gone away.
        let _ = self.answer.send(outcome);
    }
}

fn write_groups(mut conn: SqliteConn, mut waiting: mpsc::Receiver<Box<dyn Work>>) {
    let mut group = Vec::with_capacity(LARGEST_GROUP);
    while waiting.blocking_recv_many(&mut group, LARGEST_GROUP) > 0 {
        let outcome = write_group(&mut conn, &mut group);
        for work in group.drain(..) {
            work.answer(outcome.clone());
        }
    }
    if let Err(fault) = conn.close() {
        tracing::warn!(%fault, "the store could not be closed in order; nothing is lost, the next start tidies up");
    }
}

/// Runs a group in one transaction. An error means that nothing of it was kept, or says that this is not known.
fn write_group(conn: &mut SqliteConn, group: &mut [Box<dyn Work>]) -> Result<(), Fault> {
    let committed = conn.control("BEGIN IMMEDIATE").and_then(|()| {
        run_together(conn, group)?;
        conn.commit()
    });
    if committed.is_err() && conn.in_transaction() {
        // What became of the group was said before; that stays the answer.
        if let Err(fault) = conn.control("ROLLBACK") {
            tracing::warn!(%fault, "a group of transactions could not be rolled back");
        }
    }
    committed.map_err(unavailable)
}

/// Runs the jobs of a group. Hardly one ever fails, so that they get savepoints, which cost as much as a small job itself,
/// only in a group in which one does: it is taken back and run again.
fn run_together(conn: &mut SqliteConn, group: &mut [Box<dyn Work>]) -> Result<(), Fault> {
    if group.iter_mut().all(|work| work.run(conn)) {
        return Ok(());
    }
    if conn.in_transaction() {
        conn.control("ROLLBACK")?;
    }
    conn.control("BEGIN IMMEDIATE")?;
    group.iter_mut().try_for_each(|work| run_apart(conn, work.as_mut()))
}

/// Runs a job so that it can be rolled back alone.
fn run_apart(conn: &mut SqliteConn, work: &mut dyn Work) -> Result<(), Fault> {
    conn.control("SAVEPOINT job")?;
    if !work.run(conn) {
        if !conn.in_transaction() {
            let what = "the whole group of transactions was rolled back".to_owned();
            return Err(Fault::Unavailable { what });
        }
        conn.control("ROLLBACK TO job")?;
    }
    conn.control("RELEASE job")
}

fn unavailable(fault: Fault) -> Fault {
    match fault {
        Fault::Statement { what } => Fault::Unavailable { what },
        other => other,
    }
}

#[cfg(test)]
mod tests;
