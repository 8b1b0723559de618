//! Where tokens are kept between uses.
//!
//! The tokens of an account are kept inside that account's own entry, and an entry is found only by issuer, application
//! and home account together: there is no list of tokens in which another account's could be found by mistake.

mod contents;
mod file;
mod memory;

use async_trait::async_trait;

use crate::account::Account;

pub use contents::Contents;
pub(crate) use contents::{Kept, StoredToken};
pub use file::FileCache;
pub use memory::MemoryCache;

/// A place that keeps [`Contents`].
#[async_trait]
pub trait TokenCache: Send + Sync {
    /// What is kept at the moment, without waiting for anybody who changes it.
    ///
    /// # Errors
    /// [`CacheError`] when it cannot be read, or must not be trusted.
    async fn peek(&self) -> Result<Contents, CacheError>;

    /// Opens it for a change and keeps all others out, those in other processes too, until the result is dropped. So a
    /// refresh token is used by one at a time, and the one that follows sees what came of it.
    ///
    /// # Errors
    /// [`CacheError`] when it cannot be opened, or must not be trusted.
    async fn open(&self) -> Result<Box<dyn OpenCache>, CacheError>;
}

/// A cache that is open for a change.
pub trait OpenCache: Send {
    /// What is kept.
    fn contents(&self) -> &Contents;

    /// Keeps `contents` from now on: all of it, or, after a crash, what was kept before.
    ///
    /// # Errors
    /// [`CacheError`] when it cannot be written.
    fn replace(&mut self, contents: Contents) -> Result<(), CacheError>;
}

/// Every account in a cache, whichever application it belongs to: for a command that lists them.
///
/// # Errors
/// [`CacheError`] when the cache cannot be read.
pub async fn accounts_in(cache: &dyn TokenCache) -> Result<Vec<Account>, CacheError> {
    Ok(cache.peek().await?.accounts().cloned().collect())
}

/// The cache cannot be used. Each text names the file and the way out.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// Reading, locking or writing failed.
    #[error("the token cache {path} cannot be used: {doing} failed: {source}")]
    File {
        /// The file.
        path: String,
        /// What was being done.
        doing: &'static str,
        /// The system's words.
        source: std::io::Error,
    },
    /// Others on this machine may read it.
    #[error("the token cache {path} may be read by others (mode {mode:03o}); run `chmod 600 {path}`, or delete it")]
    OpenToOthers {
        /// The file.
        path: String,
        /// Its permission bits.
        mode: u32,
    },
    /// It is a symbolic link, a folder or a device.
    #[error("the token cache {path} is not an ordinary file (links are not followed); name another file, or delete it")]
    NotAFile {
        /// The path.
        path: String,
    },
    /// Its contents cannot be read.
    #[error("the token cache {path} does not hold what we wrote ({detail}); delete it and sign in again")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        detail: String,
    },
}
