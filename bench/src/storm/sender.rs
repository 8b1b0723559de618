//! Who sends sign-ins at each tick, whatever became of those before.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::clock::now;
use crate::histogram::Histogram;
use crate::http::{Answer, Connection};
use crate::prepare::Stage;
use crate::scripts::sent_back;

/// Sign-ins that are ready to be sent.
pub struct Storm {
    address: SocketAddr,
    sign_ins: Vec<Vec<u8>>,
    period: Duration,
}

/// Sign-ins on their way.
pub struct Raging(JoinHandle<anyhow::Result<Answered>>);

/// What became of them.
#[derive(Default)]
pub struct Answered {
    /// How long those took that were answered with a code.
    pub signed_in: Histogram,
    /// How long those took that were told to come back later.
    pub refused: Histogram,
    /// How many were answered otherwise,
    pub wrong: u64,
    /// and how the first of them was.
    pub first_wrong: Option<String>,
    /// How long it took until the last one was answered.
    pub elapsed: Duration,
}

impl Storm {
    /// Opens as many sign-in pages as will be needed.
    ///
    /// # Errors
    /// The server does not show them.
    pub fn gather(stage: &Stage<'_>, per_second: f64, duration: Duration) -> anyhow::Result<Self> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousands")]
        let amount = (per_second * duration.as_secs_f64()).ceil() as usize;
        let (address, sign_ins) = (stage.server.address(), stage.open_sign_ins(amount)?);
        Ok(Self { address, sign_ins, period: Duration::from_secs_f64(1.0 / per_second) })
    }

    /// Sends the first now, and then one at each tick.
    pub fn break_loose(self) -> Raging {
        Raging(std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            tokio::task::LocalSet::new().block_on(&runtime, self.rage())
        }))
    }

    async fn rage(self) -> anyhow::Result<Answered> {
        let began = now();
        let (answered, idle) = (Rc::new(RefCell::new(Answered::default())), Rc::new(RefCell::new(Vec::new())));
        let mut tasks = tokio::task::JoinSet::new();
        for (request, number) in self.sign_ins.into_iter().zip(0..) {
            let due = began + self.period * number;
            tokio::time::sleep_until(due.into()).await;
            let (answered, idle) = (Rc::clone(&answered), Rc::clone(&idle));
            tasks.spawn_local(send(self.address, request, due, answered, idle));
        }
        while let Some(task) = tasks.join_next().await {
            task.context("a sign-in of the storm panicked")?;
        }
        let mut answered = answered.take();
        answered.elapsed = now() - began;
        Ok(answered)
    }
}

/// Sends one on a connection that nobody else waits at.
async fn send(
    address: SocketAddr,
    request: Vec<u8>,
    due: Instant,
    answered: Rc<RefCell<Answered>>,
    idle: Rc<RefCell<Vec<Connection>>>,
) {
    let there = idle.borrow_mut().pop();
    let connection = match there {
        Some(connection) => Ok(connection),
        None => Connection::open(address).await,
    };
    match connection {
        Ok(mut connection) => match connection.ask(&request).await {
            Ok(answer) => {
                answered.borrow_mut().count(&answer, now() - due);
                idle.borrow_mut().push(connection);
            }
            Err(error) => answered.borrow_mut().note_wrong(&error),
        },
        Err(error) => answered.borrow_mut().note_wrong(&error),
    }
}

impl Raging {
    /// Waits until every sign-in is answered.
    ///
    /// # Errors
    /// The storm could not be sent.
    pub fn end(self) -> anyhow::Result<Answered> {
        self.0.join().map_err(|_| anyhow::anyhow!("the thread of the storm panicked"))?
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
impl Answered {
    /// How many were let in each second.
    pub fn signed_in_per_second(&self) -> f64 {
        self.signed_in.total() as f64 / self.elapsed.as_secs_f64()
    }

    /// How many of all were told to come back later.
    pub fn share_refused(&self) -> f64 {
        self.refused.total() as f64 / (self.refused.total() + self.signed_in.total()) as f64
    }

    fn count(&mut self, answer: &Answer<'_>, time: Duration) {
        let seconds = answer.header("retry-after").and_then(|value| value.parse::<u32>().ok());
        if answer.status == 503 && seconds.is_some() {
            self.refused.add(time);
        } else {
            match sent_back(answer) {
                Ok(_) => self.signed_in.add(time),
                Err(error) => self.note_wrong(&error),
            }
        }
    }

    fn note_wrong(&mut self, error: &anyhow::Error) {
        self.wrong += 1;
        self.first_wrong.get_or_insert_with(|| format!("{error:#}"));
    }
}
