//! Passwords: hashed with Argon2id, on threads of their own that stand back for everything else.
//!
//! A hash takes some 27 ms of a core and 19 MiB, on purpose. So there are as many threads as cores and no more; they run at a
//! lower priority, so that token requests beside a storm of sign-ins keep their pace; and the queue before them is bounded:
//! whoever would wait too long is told to come back, at once.

use std::num::NonZero;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use grantor_environment::Entropy;
use grantor_protocol::Secret;
use tokio::sync::oneshot;

use crate::FlowError;

type Job = Box<dyn FnOnce() + Send>;

/// Where passwords are hashed.
#[derive(Clone)]
pub struct Passwords(Arc<Pool>);

struct Pool {
    threads: usize,
    queue_length: usize,
    // Made at the first password: a node that nobody signs in at has no threads for it.
    queue: OnceLock<SyncSender<Job>>,
}

/// Whoever would wait longer than about three seconds is told to come back.
const WAITING_PER_THREAD: usize = 100;
const RETRY_AFTER_SECONDS: u32 = 5;
/// How far the threads stand back, on the scale of nice(2).
const NICENESS: i32 = 10;

/// Checked when nobody has the name, so that the time does not tell. Never matches: its password is random and forgotten.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$ciFYRDk5OVlnV3JKbnJDdw$Vq4q0bE0xVYQm0p0o7tYV5Ykq8cJQ1w3z0m5u2C8e1M";

impl Passwords {
    /// Hashes at most `threads` passwords at a time: as many as there are cores.
    pub fn new(threads: usize) -> Self {
        Self::with_queue(threads, threads.saturating_mul(WAITING_PER_THREAD))
    }

    fn with_queue(threads: usize, queue_length: usize) -> Self {
        Self(Arc::new(Pool { threads, queue_length, queue: OnceLock::new() }))
    }

    /// One thread for each core of this machine.
    pub fn for_this_machine() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, NonZero::get))
    }

    /// Hashes a password with a fresh salt. Returns a PHC string.
    ///
    /// # Errors
    /// [`FlowError::Busy`] when too many wait already.
    pub async fn hash(&self, password: &Secret, entropy: &dyn Entropy) -> Result<Secret, FlowError> {
        let (password, salt) = (password.clone(), entropy.bytes::<16>());
        self.run(move || {
            let hash: PasswordHash = argon2id()?
                .hash_password_with_salt(password.expose().as_bytes(), &salt)
                .map_err(|error| FlowError::Failed { what: format!("a password could not be hashed: {error}") })?;
            Ok(Secret::new(hash.to_string()))
        })
        .await
    }

    /// Whether `password` is the one that was hashed. Without a hash the answer is no, after the same time.
    ///
    /// # Errors
    /// [`FlowError::Busy`] when too many wait already, [`FlowError::Failed`] when the hash is none.
    pub async fn verify(&self, password: &Secret, hash: Option<&Secret>) -> Result<bool, FlowError> {
        let (password, known) = (password.clone(), hash.is_some());
        let hash = hash.map_or_else(|| NOBODY.to_owned(), |hash| hash.expose().to_owned());
        self.run(move || {
            let parsed = PasswordHash::new(&hash).map_err(|error| FlowError::Failed {
                what: format!("a stored password hash cannot be read: {error}"),
            })?;
            let same = argon2id()?.verify_password(password.expose().as_bytes(), &parsed).is_ok();
            Ok(same && known)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, FlowError> + Send + 'static,
    ) -> Result<T, FlowError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move || {
            // Whoever has hung up meanwhile gets no work done.
            if !answer.is_closed() {
                let _ = answer.send(work());
            }
        });
        let gone = || FlowError::Failed { what: "a password could not be hashed: its thread ended".to_owned() };
        match self.0.queue().try_send(job) {
            Ok(()) => answered.await.map_err(|_| gone())?,
            Err(TrySendError::Full(_)) => Err(FlowError::Busy { retry_after: RETRY_AFTER_SECONDS }),
            Err(TrySendError::Disconnected(_)) => Err(gone()),
        }
    }
}

impl Pool {
    fn queue(&self) -> &SyncSender<Job> {
        self.queue.get_or_init(|| {
            let (sender, jobs) = sync_channel(self.queue_length);
            let jobs = Arc::new(Mutex::new(jobs));
            for number in 0..self.threads {
                let jobs = Arc::clone(&jobs);
                let thread = std::thread::Builder::new().name(format!("password-{number}"));
                if let Err(error) = thread.spawn(move || work_off(&jobs)) {
                    tracing::error!(%error, "a thread for passwords could not be started");
                }
            }
            sender
        })
    }
}

/// Works until the last handle of the pool is gone.
fn work_off(jobs: &Mutex<Receiver<Job>>) {
    stand_back();
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // A panic in one job, which drops its answer, must not take the thread with it.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(job));
    }
}

/// Lowers the priority of this thread alone: on Linux the number of a thread names it where a process is asked for.
#[cfg(target_os = "linux")]
fn stand_back() {
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), NICENESS) {
        tracing::debug!(%error, "the priority of a thread for passwords could not be lowered");
    }
}

#[cfg(not(target_os = "linux"))]
fn stand_back() {}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Passwords").field("threads", &self.0.threads).finish_non_exhaustive()
    }
}

/// OWASP's first recommendation: 19 MiB, two passes, one lane.
fn argon2id() -> Result<Argon2<'static>, FlowError> {
    let params =
        Params::new(19 * 1024, 2, 1, Some(32)).map_err(|error| FlowError::Failed { what: error.to_string() })?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;
    use grantor_environment::CountedEntropy;

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let passwords = Passwords::new(1);
        let hash = passwords.hash(&Secret::new("correct"), &CountedEntropy::default()).await.unwrap();
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify(&Secret::new("correct"), Some(&hash)).await.unwrap());
        assert!(!passwords.verify(&Secret::new("wrong"), Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        assert!(!Passwords::new(1).verify(&Secret::new(""), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_is_worked_off() {
        let passwords = Passwords::with_queue(1, 1);
        let (open, gate) = std::sync::mpsc::channel::<()>();
        let (started, running) = oneshot::channel();
        let busy = passwords.clone();
        let first = tokio::spawn(async move {
            busy.run(move || {
                let _ = started.send(());
                let _ = gate.recv();
                Ok(1)
            })
            .await
        });
        running.await.unwrap();
        // Polled in this order: the second takes the only place, the third finds none, and then the first goes on.
        let (second, third, ()) = tokio::join!(passwords.run(|| Ok(2)), passwords.run(|| Ok(3)), async {
            open.send(()).unwrap();
        });
        assert!(matches!(third, Err(FlowError::Busy { retry_after: 5 })));
        assert_eq!((first.await.unwrap().unwrap(), second.unwrap()), (1, 2));
    }

    #[tokio::test]
    async fn a_panic_takes_no_thread_with_it() {
        let passwords = Passwords::new(1);
        let broken: Result<(), FlowError> = passwords.run(|| panic!("on purpose")).await;
        assert!(matches!(broken, Err(FlowError::Failed { .. })));
        assert_eq!(passwords.run(|| Ok(1)).await.unwrap(), 1);
    }
}
