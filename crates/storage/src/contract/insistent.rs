//! A store that is asked again until it answers: what a caller may do about a fault, as the promises of [`Fault`] allow it.
//!
//! - [`Fault::Unavailable`]: nothing was kept, so the operation is done again.
//! - [`Fault::OutcomeUnknown`]: look what became of it. Most operations say so when they are done again; of those that
//!   may win once, the winner is found out by asking whether it is over while nobody else was told to have won.
//!
//! Around each operation that nobody else meets it looks at every row that is kept: after a fault, nothing or everything of
//! the operation must be there. So the promises can be run over a store that fails, and half of an operation is found.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use grantor_environment::Timestamp;
use grantor_protocol::{HandleDigest, TenantId};
use tokio::sync::RwLock;

use crate::{Fault, Storage};

mod platform;
mod tenant;

/// How often an operation is asked again. No fault of a test lasts for so long.
const PATIENCE: u32 = 400;
const PAUSE: Duration = Duration::from_millis(2);

/// Who sees what is kept, past the store and its faults.
#[async_trait]
pub trait Witness: Send + Sync {
    /// Every row that is kept.
    async fn rows(&self) -> Vec<String>;

    /// Every row that would be found if the machine stopped right now and came back, where that can be tried.
    async fn rows_after_a_crash(&self) -> Option<Vec<String>>;

    /// An operation was acknowledged; these rows are kept since. `None` while others are under way.
    fn acknowledged(&self, rows: Option<Vec<String>>);
}

/// A store that is asked again until it answers.
pub struct Insistent {
    store: Arc<dyn Storage>,
    shared: Arc<Shared>,
}

impl Insistent {
    /// Asks `store` again and again, before a witness.
    pub fn over(store: Arc<dyn Storage>, witness: Arc<dyn Witness>) -> Self {
        let shared = Shared {
            witness,
            under_way: AtomicUsize::new(0),
            begun: AtomicUsize::new(0),
            unavailable: AtomicUsize::new(0),
            unknown: AtomicUsize::new(0),
            loose_end: AtomicBool::new(false),
            contests: Mutex::default(),
        };
        Self { store, shared: Arc::new(shared) }
    }

    /// How often the store was unavailable.
    pub fn unavailable(&self) -> usize {
        self.shared.unavailable.load(Ordering::SeqCst)
    }

    /// How often it did not know the outcome.
    pub fn unknown(&self) -> usize {
        self.shared.unknown.load(Ordering::SeqCst)
    }
}

/// What all handles share.
struct Shared {
    witness: Arc<dyn Witness>,
    /// How many operations are under way.
    under_way: AtomicUsize,
    /// How many have ever begun.
    begun: AtomicUsize,
    unavailable: AtomicUsize,
    unknown: AtomicUsize,
    /// Whether the outcome of an operation is not known and nothing was written since.
    loose_end: AtomicBool,
    contests: Mutex<HashMap<(Prize, TenantId, HandleDigest), Arc<Contest>>>,
}

/// What is won once.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Prize {
    /// The end of an interaction.
    Interaction,
    /// A code.
    Code,
    /// The answer to a device code.
    DeviceAnswer,
    /// A device code that was answered with yes.
    DeviceCode,
    /// The end of a wish.
    ConsentRequest,
    /// What may happen once before that moment, and again after it was forgotten then.
    Once(Timestamp),
    /// A notice that was tried so many times.
    Notice(u32),
    /// The end of a pushed request.
    PushedRequest,
}

/// Those who want to win the same.
#[derive(Default)]
struct Contest {
    /// Held for reading by each of them until it is answered.
    under_way: RwLock<()>,
    /// Whether there is something to win and nobody was told to have won.
    undecided: AtomicBool,
}

impl Contest {
    /// There is something to win.
    fn open(&self) {
        self.undecided.store(true, Ordering::SeqCst);
    }

    /// One who wants to win.
    async fn entered<T: PartialEq>(&self, act: impl Future<Output = Result<T, Fault>>, won: T) -> Result<T, Fault> {
        let _under_way = self.under_way.read().await;
        let said = act.await?;
        if said == won {
            assert!(self.undecided.swap(false, Ordering::SeqCst), "what is won once was won twice, or never was");
        }
        Ok(said)
    }

    /// One who was not answered: it has won if it is over and nobody else has.
    async fn claimed<T>(&self, over: impl Future<Output = Result<bool, Fault>>, won: T) -> Result<Option<T>, Fault> {
        let _alone = self.under_way.write().await;
        let mine = self.undecided.load(Ordering::SeqCst) && over.await?;
        Ok(mine.then(|| {
            self.undecided.store(false, Ordering::SeqCst);
            won
        }))
    }
}

impl Shared {
    fn contest(&self, prize: Prize, tenant: TenantId, digest: &HandleDigest) -> Arc<Contest> {
        let mut contests = self.contests.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(contests.entry((prize, tenant, *digest)).or_default())
    }

    /// A contest that is open from the start: nobody opens it.
    fn open_contest(&self, prize: Prize, tenant: TenantId, digest: &HandleDigest) -> Arc<Contest> {
        let mut contests = self.contests.lock().unwrap_or_else(PoisonError::into_inner);
        let opened = || {
            let contest = Contest::default();
            contest.open();
            Arc::new(contest)
        };
        Arc::clone(contests.entry((prize, tenant, *digest)).or_insert_with(opened))
    }

    /// Begins an operation that writes.
    async fn begin(&self) -> Turn<'_> {
        let alone = self.under_way.fetch_add(1, Ordering::SeqCst) == 0;
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let mut turn =
            Turn { shared: self, number, alone, before: Vec::new(), is_open: false, left_open: None, attempts: 0 };
        if alone {
            turn.before = self.witness.rows().await;
        }
        turn
    }
}

/// One operation that writes, with all its attempts.
struct Turn<'a> {
    shared: &'a Shared,
    number: usize,
    /// Whether no other was under way when it began.
    alone: bool,
    /// The rows that were kept then.
    before: Vec<String>,
    /// Whether the outcome of an earlier attempt is not known.
    is_open: bool,
    /// The rows that were kept after that, unless others were under way.
    left_open: Option<Vec<String>>,
    attempts: u32,
}

impl Turn<'_> {
    /// Whether no other has begun yet.
    fn is_alone(&self) -> bool {
        self.alone && self.shared.begun.load(Ordering::SeqCst) == self.number
    }

    /// The rows that are kept now, unless others may have had a hand in them.
    async fn rows(&self) -> Option<Vec<String>> {
        if !self.is_alone() {
            return None;
        }
        let rows = self.shared.witness.rows().await;
        self.is_alone().then_some(rows)
    }

    /// Whether something was written since it began, as far as that can be told.
    async fn has_written(&self) -> bool {
        self.rows().await.is_some_and(|rows| rows != self.before)
    }

    /// A fault says that nothing was written: neither now nor after a crash is there more than before.
    async fn denied(&self, fault: &Fault, rows: &[String]) {
        let kept = if self.is_open { self.left_open.as_ref() } else { Some(&self.before) };
        let Some(kept) = kept else { return };
        assert_eq!(rows, kept, "something was written in spite of {fault:?}");
        if self.shared.loose_end.load(Ordering::SeqCst) {
            // That may come back.
            return;
        }
        let after_a_crash = self.shared.witness.rows_after_a_crash().await;
        if let Some(found) = after_a_crash.filter(|_| self.is_alone()) {
            assert_eq!(&found, kept, "a crash brings back what was denied by {fault:?}");
        }
    }

    /// What an attempt met: whether it may have been kept, or a fault that stays.
    async fn met(&mut self, fault: Fault) -> Result<bool, Fault> {
        self.attempts += 1;
        assert!(self.attempts < PATIENCE, "the fault stays: {fault:?}");
        let rows = self.rows().await;
        if matches!(fault, Fault::OutcomeUnknown { .. }) {
            self.shared.unknown.fetch_add(1, Ordering::SeqCst);
            self.shared.loose_end.store(true, Ordering::SeqCst);
            (self.is_open, self.left_open) = (true, rows);
            return Ok(true);
        }
        if let Some(rows) = rows {
            self.denied(&fault, &rows).await;
        }
        match fault {
            Fault::Unavailable { .. } => {
                self.shared.unavailable.fetch_add(1, Ordering::SeqCst);
                tokio::time::sleep(PAUSE).await;
                Ok(false)
            }
            other => Err(other),
        }
    }

    /// It is done.
    async fn acknowledged<T>(self, out: T) -> T {
        let rows = self.rows().await;
        if let (Some(rows), Some(open)) = (&rows, &self.left_open) {
            assert!(*open == self.before || open == rows, "half of it was kept: {open:#?}");
        }
        if rows.as_ref().is_some_and(|rows| *rows != self.before) {
            self.shared.loose_end.store(false, Ordering::SeqCst);
        }
        self.shared.witness.acknowledged(rows);
        out
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.shared.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Has an operation done, again and again. `settled` is asked what became of an attempt that was not answered, and may not
/// know either.
macro_rules! insist {
    ($shared:expr, $act:expr) => {
        insist!($shared, $act, |_turn| std::future::ready(Ok::<_, $crate::Fault>(None)))
    };
    ($shared:expr, $act:expr, |$turn:ident| $settled:expr) => {{
        let mut turn = $shared.begin().await;
        loop {
            match $act.await {
                Ok(out) => break Ok(turn.acknowledged(out).await),
                Err(fault) => {
                    if turn.met(fault).await? {
                        let $turn = &turn;
                        if let Some(out) = $settled.await? {
                            break Ok(turn.acknowledged(out).await);
                        }
                    }
                }
            }
        }
    }};
}

/// Has a look-up done, again and again.
macro_rules! look_up {
    ($shared:expr, $act:expr) => {{
        let mut patience = PATIENCE;
        loop {
            match $act.await {
                Err(Fault::Unavailable { .. }) if patience > 0 => {
                    patience -= 1;
                    $shared.unavailable.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                    tokio::time::sleep(PAUSE).await;
                }
                Err(fault @ (Fault::Unavailable { .. } | Fault::OutcomeUnknown { .. })) => {
                    panic!("a look-up ends with {fault:?}")
                }
                said => break said,
            }
        }
    }};
}

use {insist, look_up};
