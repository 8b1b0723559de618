//! Whether a connection is of use: how many of its requests are being answered, and since when there is none.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::Version;
use hyper::body::{Bytes, Frame, SizeHint};
use tokio::time::{Instant, sleep_until};

use super::Limits;

/// The requests of one connection.
pub(super) struct Activity(Mutex<State>);

struct State {
    open: usize,
    // Until the first request says so, it is not.
    multiplexed: bool,
    quiet_since: Instant,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State { open: 0, multiplexed: false, quiet_since: Instant::now() })))
    }

    /// A request that is being answered until the result is dropped.
    pub(super) fn begin(self: &Arc<Self>, version: Version) -> Open {
        let mut state = self.state();
        state.open += 1;
        state.multiplexed = version == Version::HTTP_2;
        Open(Arc::clone(self))
    }

    /// Whether the client speaks HTTP/2, as far as its requests have told.
    pub(super) fn is_multiplexed(&self) -> bool {
        self.state().multiplexed
    }

    /// Waits until there has been no request for longer than the limits allow. A request begins with its last header, so
    /// this is also how long HTTP/1 headers may take: one clock for the connection instead of one for each request.
    pub(super) async fn too_quiet(&self, limits: &Limits) {
        while let Some(next_look) = self.next_look(limits) {
            sleep_until(next_look).await;
        }
    }

    fn next_look(&self, limits: &Limits) -> Option<Instant> {
        let (state, now) = (self.state(), Instant::now());
        let longest = if state.multiplexed { limits.idle } else { limits.headers };
        let since = if state.open > 0 { now } else { state.quiet_since };
        Some(since + longest).filter(|end| *end > now)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request that is being answered.
pub(super) struct Open(Arc<Activity>);

impl Drop for Open {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open -= 1;
        state.quiet_since = Instant::now();
    }
}

/// A response's body: its request counts as open until the last byte.
pub(super) struct OpenBody {
    pub(super) body: Body,
    pub(super) _open: Open,
}

impl hyper::body::Body for OpenBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn limits() -> Limits {
        Limits { headers: Duration::from_secs(1), idle: Duration::from_secs(5), ..Limits::default() }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_never_asks_is_too_quiet_after_the_header_time() {
        let start = Instant::now();
        Activity::new().too_quiet(&limits()).await;
        assert_eq!(start.elapsed().as_secs(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn an_open_request_keeps_the_connection_however_long_it_takes() {
        let activity = Activity::new();
        let (start, open) = (Instant::now(), activity.begin(Version::HTTP_2));
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_mins(1)).await;
            drop(open);
        });
        activity.too_quiet(&limits()).await;
        assert!((65..=70).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn between_two_requests_of_http_1_there_is_the_header_time_and_no_more() {
        let activity = Activity::new();
        let start = Instant::now();
        for _ in 0..10 {
            let open = activity.begin(Version::HTTP_11);
            tokio::time::sleep(Duration::from_millis(1500)).await;
            drop(open);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        activity.too_quiet(&limits()).await;
        assert_eq!(start.elapsed().as_millis(), 10 * 1700 + 800);
    }
}
