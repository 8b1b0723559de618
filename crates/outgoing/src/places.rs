//! How many requests are under way at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::settings::AtOnce;

/// When so many hosts are known, those to which nothing is under way are forgotten.
const MANY_HOSTS: usize = 256;

/// The places that requests take.
pub struct Places {
    altogether: Arc<Semaphore>,
    to_one_host: usize,
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// A place that was taken, until it is dropped.
pub struct Place {
    _at_host: OwnedSemaphorePermit,
    _altogether: OwnedSemaphorePermit,
}

impl Places {
    pub fn new(at_once: AtOnce) -> Self {
        let semaphore = |permits: usize| Arc::new(Semaphore::new(bounded(permits)));
        Self { altogether: semaphore(at_once.altogether), to_one_host: at_once.to_one_host, hosts: Mutex::default() }
    }

    /// Waits for a place. First for one at the host: whoever waits for a slow host must not keep others from theirs.
    pub async fn take(&self, host: &str) -> Place {
        let at_host = taken(self.host(host)).await;
        Place { _at_host: at_host, _altogether: taken(Arc::clone(&self.altogether)).await }
    }

    fn host(&self, host: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MANY_HOSTS && !hosts.contains_key(host) {
            // Whoever holds or waits for a place holds the semaphore too.
            hosts.retain(|_, semaphore| Arc::strong_count(semaphore) > 1);
        }
        let fresh = || Arc::new(Semaphore::new(bounded(self.to_one_host)));
        Arc::clone(hosts.entry(host.to_owned()).or_insert_with(fresh))
    }
}

async fn taken(semaphore: Arc<Semaphore>) -> OwnedSemaphorePermit {
    semaphore.acquire_owned().await.expect("nobody closes the semaphore")
}

fn bounded(permits: usize) -> usize {
    permits.clamp(1, Semaphore::MAX_PERMITS)
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn places(to_one_host: usize, altogether: usize) -> Places {
        Places::new(AtOnce { to_one_host, altogether })
    }

    /// The place, if there is one at once.
    fn at_once(places: &Places, host: &str) -> Option<Place> {
        match pin!(places.take(host)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(place) => Some(place),
            Poll::Pending => None,
        }
    }

    #[test]
    fn a_host_has_so_many_places_and_all_together_have_so_many() {
        let places = places(2, 3);
        let first = at_once(&places, "a").unwrap();
        let _second = at_once(&places, "a").unwrap();
        assert!(at_once(&places, "a").is_none());
        let _third = at_once(&places, "b").unwrap();
        assert!(at_once(&places, "c").is_none());
        drop(first);
        assert!(at_once(&places, "c").is_some());
    }

    #[test]
    fn whoever_waits_for_a_host_keeps_nobody_else_waiting() {
        let places = places(1, 2);
        let _slow = at_once(&places, "slow").unwrap();
        let mut waiting = pin!(places.take("slow"));
        assert!(waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!(at_once(&places, "other").is_some());
    }

    #[test]
    fn hosts_with_nothing_under_way_are_forgotten() {
        let places = places(1, usize::MAX);
        let held = at_once(&places, "held").unwrap();
        for number in 0..3 * MANY_HOSTS {
            drop(at_once(&places, &number.to_string()).unwrap());
        }
        assert!(places.hosts.lock().unwrap().len() <= MANY_HOSTS);
        assert!(at_once(&places, "held").is_none(), "what is under way stays counted");
        drop(held);
    }
}
