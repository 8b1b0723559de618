//! A cache for as long as the process lives.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::OwnedMutexGuard;

use super::{CacheError, Contents, OpenCache, TokenCache};

/// Keeps tokens in memory alone.
#[derive(Default)]
pub struct MemoryCache {
    contents: Arc<Mutex<Contents>>,
    changing: Arc<tokio::sync::Mutex<()>>,
}

struct Open {
    before: Contents,
    contents: Arc<Mutex<Contents>>,
    _alone: OwnedMutexGuard<()>,
}

#[async_trait]
impl TokenCache for MemoryCache {
    async fn peek(&self) -> Result<Contents, CacheError> {
        Ok(self.contents.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    async fn open(&self) -> Result<Box<dyn OpenCache>, CacheError> {
        let alone = Arc::clone(&self.changing).lock_owned().await;
        let before = self.peek().await?;
        Ok(Box::new(Open { before, contents: Arc::clone(&self.contents), _alone: alone }))
    }
}

impl OpenCache for Open {
    fn contents(&self) -> &Contents {
        &self.before
    }

    fn replace(&mut self, contents: Contents) -> Result<(), CacheError> {
        self.before = contents.clone();
        *self.contents.lock().unwrap_or_else(PoisonError::into_inner) = contents;
        Ok(())
    }
}
