//! Passwords: hashed with Argon2id, on a bounded pool that cannot starve anything else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use grantor_environment::Entropy;
use grantor_protocol::Secret;
use tokio::sync::Semaphore;

use crate::FlowError;

/// Where passwords are hashed: as many at a time as there are permits, and a bounded queue before them.
#[derive(Clone, Debug)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most_waiting: usize,
}

/// One hash takes some 27 ms: whoever would wait longer than about three seconds is told to come back.
const WAITING_PER_PERMIT: usize = 100;

/// Checked when nobody has the name, so that the time does not tell. Never matches: its password is random and forgotten.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$ciFYRDk5OVlnV3JKbnJDdw$Vq4q0bE0xVYQm0p0o7tYV5Ykq8cJQ1w3z0m5u2C8e1M";

impl Passwords {
    /// Hashes at most `at_a_time` passwords at a time: as many as there are cores.
    pub fn new(at_a_time: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(at_a_time)),
            waiting: Arc::new(AtomicUsize::new(0)),
            most_waiting: at_a_time.saturating_mul(WAITING_PER_PERMIT),
        }
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
        let _place = Place::take(&self.waiting, self.most_waiting)?;
        let permit = self
            .permits
            .acquire()
            .await
            .map_err(|_| FlowError::Failed { what: "the password pool is closed".to_owned() })?;
        let done = tokio::task::spawn_blocking(work).await;
        drop(permit);
        done.map_err(|error| FlowError::Failed { what: format!("a password could not be hashed: {error}") })?
    }
}

/// A place in the queue, given back when the work is done or the caller has gone.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, most: usize) -> Result<Self, FlowError> {
        if waiting.fetch_add(1, Ordering::SeqCst) >= most {
            waiting.fetch_sub(1, Ordering::SeqCst);
            return Err(FlowError::Busy { retry_after: 5 });
        }
        Ok(Self(waiting))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
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
    async fn a_full_queue_refuses_at_once() {
        let passwords = Passwords { permits: Arc::new(Semaphore::new(0)), waiting: Arc::default(), most_waiting: 1 };
        let waits = passwords.clone();
        let first = tokio::spawn(async move { waits.verify(&Secret::new("a"), None).await });
        while passwords.waiting.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        let second = passwords.verify(&Secret::new("b"), None).await;
        assert!(matches!(second, Err(FlowError::Busy { retry_after: 5 })));
        passwords.permits.add_permits(1);
        assert!(!first.await.unwrap().unwrap());
        assert_eq!(passwords.waiting.load(Ordering::SeqCst), 0);
    }
}
