//! The generator: connections that stay open, each asking its next question as soon as its last one is answered.
//!
//! What is asked and whether the answer is right is a [`Script`]'s business, one for each connection. A wrong answer ends the
//! run: a fast error must not count.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use tokio::sync::Barrier;

use crate::clock::now;
use crate::histogram::Histogram;
use crate::http::{Answer, Connection};
use crate::report::thousands;

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

/// When questions are asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// Each as soon as the one before it is answered.
    Pressing,
    /// So many in a second over all connections, whatever the answers take; the time of one that had to wait for its turn counts
    /// from when it was due.
    PerSecond(f64),
}

impl fmt::Display for Pace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pressing => formatter.write_str("as many as it answers"),
            Self::PerSecond(rate) => write!(formatter, "{} a second", thousands(*rate)),
        }
    }
}

/// What all connections of a run know.
struct Run {
    addresses: Vec<SocketAddr>,
    connections: usize,
    duration: Duration,
    pace: Pace,
    start: Barrier,
    stop: AtomicBool,
}

/// Runs every script on a connection of its own until the time is over or one of them has nothing left to ask. Several
/// addresses get the connections in turn.
///
/// # Errors
/// The first wrong answer.
pub fn run(addresses: &[SocketAddr], scripts: Scripts, duration: Duration) -> anyhow::Result<Outcome> {
    run_at(addresses, scripts, duration, Pace::Pressing)
}

/// As [`run`], at a pace.
///
/// # Errors
/// The first wrong answer.
pub fn run_at(addresses: &[SocketAddr], scripts: Scripts, duration: Duration, pace: Pace) -> anyhow::Result<Outcome> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let connections = scripts.len();
    let (start, stop) = (Barrier::new(connections), AtomicBool::new(false));
    let run = Arc::new(Run { addresses: addresses.to_vec(), connections, duration, pace, start, stop });
    let mut shares: Vec<Vec<(usize, Box<dyn Script>)>> = (0..threads).map(|_| Vec::new()).collect();
    for (number, script) in scripts.into_iter().enumerate() {
        shares[number % threads].push((number, script));
    }
    let workers: Vec<_> = shares
        .into_iter()
        .map(|share| {
            let run = Arc::clone(&run);
            std::thread::spawn(move || work(&run, share))
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

fn work(run: &Arc<Run>, share: Vec<(usize, Box<dyn Script>)>) -> anyhow::Result<Vec<Part>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let tasks: Vec<_> =
            share.into_iter().map(|(number, script)| tokio::spawn(converse(Arc::clone(run), number, script))).collect();
        let mut parts = Vec::new();
        for task in tasks {
            parts.push(task.await??);
        }
        Ok(parts)
    })
}

async fn converse(run: Arc<Run>, number: usize, mut script: Box<dyn Script>) -> anyhow::Result<Part> {
    let connection = Connection::open(run.addresses[number % run.addresses.len()]).await;
    run.start.wait().await;
    let mut connection = connection?;
    let (mut times, mut request) = (Histogram::default(), Vec::new());
    let began = now();
    let deadline = began + run.duration;
    let mut turn = Turn::first(&run, number, began);
    let mut asked = began;
    let ended = loop {
        request.clear();
        asked = turn.wait(asked).await;
        if run.stop.load(Ordering::Relaxed) || asked >= deadline {
            break asked.min(deadline);
        }
        match script.ask(&mut request) {
            Next::Asked => {}
            Next::Done => break asked,
            Next::Over => {
                run.stop.store(true, Ordering::Relaxed);
                break asked;
            }
        }
        let right = match connection.ask(&request).await {
            Ok(answer) => script.check(&answer),
            Err(error) => Err(error),
        };
        if let Err(error) = right {
            run.stop.store(true, Ordering::Relaxed);
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

/// When a connection's next question is due.
struct Turn(Option<(Instant, Duration)>);

impl Turn {
    #[expect(clippy::cast_precision_loss, reason = "there are few connections")]
    fn first(run: &Run, number: usize, began: Instant) -> Self {
        Self(match run.pace {
            Pace::Pressing => None,
            Pace::PerSecond(rate) => {
                let due = began + Duration::from_secs_f64(number as f64 / rate);
                Some((due, Duration::from_secs_f64(run.connections as f64 / rate)))
            }
        })
    }

    /// Waits, and returns the moment from which the answer's time counts: a timer that fires late is the generator's fault, a
    /// last answer that came late is the server's.
    async fn wait(&mut self, free: Instant) -> Instant {
        let Some((due, period)) = &mut self.0 else { return free };
        let this = *due;
        *due += *period;
        if free >= this {
            return this;
        }
        tokio::time::sleep_until(this.into()).await;
        now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_had_to_wait_for_its_turn_counts_from_when_it_was_due() {
        let (due, period) = (now(), Duration::from_millis(20));
        let mut turn = Turn(Some((due, period)));
        let late = due + Duration::from_millis(90);
        assert_eq!(turn.wait(late).await, due);
        assert_eq!(turn.wait(late).await, due + period);
    }

    #[tokio::test]
    async fn what_is_free_before_its_turn_waits_for_it() {
        let free = now();
        let due = free + Duration::from_millis(20);
        let mut turn = Turn(Some((due, Duration::ZERO)));
        assert!(turn.wait(free).await >= due);
        let free = now();
        assert_eq!(Turn(None).wait(free).await, free);
    }
}
