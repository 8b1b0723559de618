//! The generator: connections that stay open, each asking its next question as soon as its last one is answered.
//!
//! What is asked and whether the answer is right is a [`Script`]'s business, one for each connection. A wrong answer ends the
//! run: a fast error must not count.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::Barrier;

use crate::clock::now;
use crate::histogram::Histogram;
use crate::http::{Answer, Connection};

/// Whether there is something to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The request is there.
    Asked,
    /// This connection is done; the others go on.
    Done,
    /// There is nothing left to ask, so what is measured ends here, for all.
    Over,
}

/// What one connection asks.
pub trait Script: Send {
    /// Puts the next request into `out`.
    fn ask(&mut self, out: &mut Vec<u8>) -> Next;

    /// Checks the answer and keeps what the next request needs.
    ///
    /// # Errors
    /// The answer is not what was asked for.
    fn check(&mut self, answer: &Answer<'_>) -> anyhow::Result<()>;

    /// The last access token that was answered, so that its signature can be proven.
    fn evidence(&self) -> Option<&str> {
        None
    }
}

/// The scripts of a run.
pub type Scripts = Vec<Box<dyn Script>>;

/// What came of a run.
pub struct Outcome {
    /// The scripts, which can go on.
    pub scripts: Scripts,
    /// How long the answers took.
    pub times: Histogram,
    /// How long the run took.
    pub elapsed: Duration,
}

impl Outcome {
    /// Answers in a second.
    #[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
    pub fn rate(&self) -> f64 {
        self.times.total() as f64 / self.elapsed.as_secs_f64()
    }
}

struct Part {
    script: Box<dyn Script>,
    times: Histogram,
    began: Instant,
    ended: Instant,
}

/// Runs every script on a connection of its own until the time is over or one of them has nothing left to ask.
///
/// # Errors
/// The first wrong answer.
pub fn run(address: SocketAddr, scripts: Scripts, duration: Duration) -> anyhow::Result<Outcome> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let start = Arc::new(Barrier::new(scripts.len()));
    let stop = Arc::new(AtomicBool::new(false));
    let mut shares: Vec<Scripts> = (0..threads).map(|_| Vec::new()).collect();
    for (number, script) in scripts.into_iter().enumerate() {
        shares[number % threads].push(script);
    }
    let workers: Vec<_> = shares
        .into_iter()
        .map(|share| {
            let (start, stop) = (Arc::clone(&start), Arc::clone(&stop));
            std::thread::spawn(move || work(address, share, duration, &start, &stop))
        })
        .collect();
    let mut parts = Vec::new();
    for worker in workers {
        parts.extend(worker.join().map_err(|_| anyhow::anyhow!("a thread of the generator panicked"))??);
    }
    let began = parts.iter().map(|part| part.began).min().context("a run has connections")?;
    let ended = parts.iter().map(|part| part.ended).max().context("a run has connections")?;
    let mut times = Histogram::default();
    for part in &parts {
        times.join(&part.times);
    }
    Ok(Outcome { scripts: parts.into_iter().map(|part| part.script).collect(), times, elapsed: ended - began })
}

fn work(
    address: SocketAddr,
    share: Scripts,
    duration: Duration,
    start: &Arc<Barrier>,
    stop: &Arc<AtomicBool>,
) -> anyhow::Result<Vec<Part>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let tasks: Vec<_> = share
            .into_iter()
            .map(|script| tokio::spawn(converse(address, script, duration, Arc::clone(start), Arc::clone(stop))))
            .collect();
        let mut parts = Vec::new();
        for task in tasks {
            parts.push(task.await??);
        }
        Ok(parts)
    })
}

async fn converse(
    address: SocketAddr,
    mut script: Box<dyn Script>,
    duration: Duration,
    start: Arc<Barrier>,
    stop: Arc<AtomicBool>,
) -> anyhow::Result<Part> {
    let connection = Connection::open(address).await;
    start.wait().await;
    let mut connection = connection?;
    let (mut times, mut request) = (Histogram::default(), Vec::new());
    let began = now();
    let (deadline, mut asked) = (began + duration, began);
    let ended = loop {
        request.clear();
        if stop.load(Ordering::Relaxed) || asked >= deadline {
            break asked.min(deadline);
        }
        match script.ask(&mut request) {
            Next::Asked => {}
            Next::Done => break asked,
            Next::Over => {
                stop.store(true, Ordering::Relaxed);
                break asked;
            }
        }
        let right = match connection.ask(&request).await {
            Ok(answer) => script.check(&answer),
            Err(error) => Err(error),
        };
        if let Err(error) = right {
            stop.store(true, Ordering::Relaxed);
            return Err(error);
        }
        let answered = now();
        // One that was still out when the time was over does not count.
        if answered <= deadline {
            times.add(answered - asked);
        }
        asked = answered;
    };
    Ok(Part { script, times, began, ended })
}
