//! The accept loop: from a listening socket to requests and their answers, under limits that hold against strangers.
//!
//! Each connection is a task of its own, so that a slow, broken or panicking one concerns nobody else. One permit per
//! connection bounds how many there are; while none is free, new clients wait in the system's queue.

mod activity;
mod connection;
mod limits;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Response};
use grantor_rules::client::ShownCertificate;
use rustls::ServerConfig;
use rustls_pki_types::CertificateDer;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{sleep, timeout};

pub use limits::Limits;

use connection::Service;

/// The address that a request came from, as the socket says: an extension of every request. Behind a proxy it is the
/// proxy's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddr(pub SocketAddr);

/// The certificates that the other side of a connection has shown, its own first: an extension of every request of a connection
/// where some were.
#[derive(Debug)]
pub struct PeerCertificates {
    chain: Vec<CertificateDer<'static>>,
    read: OnceLock<Option<Arc<ShownCertificate>>>,
}

impl PeerCertificates {
    fn of(chain: &[CertificateDer<'static>]) -> Arc<Self> {
        Arc::new(Self { chain: chain.to_vec(), read: OnceLock::new() })
    }

    /// What they say, read with `read` the first time that somebody asks.
    pub fn read_once(
        &self,
        read: impl FnOnce(&[CertificateDer<'static>]) -> Option<Arc<ShownCertificate>>,
    ) -> Option<Arc<ShownCertificate>> {
        self.read.get_or_init(|| read(&self.chain)).clone()
    }
}

/// What requests are answered with: a router, or what knows its routes itself.
pub trait Answers:
    tower::Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
    + Clone
    + Send
    + Sync
    + 'static
{
}

impl<S> Answers for S where
    S: tower::Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// How serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Connections that were cut because they had not finished in time.
    pub cut: usize,
}

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Answers with `answers` on `listener`, over TLS where `tls` is given, until `shutdown` completes. Then it accepts
/// nothing more, lets what is in flight finish for [`Limits::drain`] at most, and returns.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    answers: impl Answers,
    shutdown: impl Future<Output = ()>,
    limits: Limits,
) -> Ended {
    let slots = Arc::new(Semaphore::new(limits.connections));
    let (stop, stopping) = watch::channel(());
    let service = Arc::new(Service::new(answers, tls, limits));
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(ended) = connections.join_next() => note(ended),
            (stream, peer, slot) = next(&listener, &slots) => {
                let (service, stopping) = (Arc::clone(&service), stopping.clone());
                connections.spawn(async move {
                    service.answer(stream, peer, stopping).await;
                    drop(slot);
                });
            }
        }
    }
    drop((listener, stopping));
    stop.send_replace(());
    drain(connections, limits.drain).await
}

/// The next connection, once there is room for it. Dropped half-way it loses nothing.
async fn next(listener: &TcpListener, slots: &Arc<Semaphore>) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let slot = Arc::clone(slots).acquire_owned().await.expect("the semaphore is never closed");
    let mut pause = FIRST_PAUSE;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, slot),
            Err(error) if concerns_one_client(&error) => {}
            // Most often too many open files: those in use go on, and closing ones make room.
            Err(error) => {
                tracing::warn!(%error, pause_ms = pause.as_millis(), "no connection could be accepted; trying again");
                sleep(pause).await;
                pause = LONGEST_PAUSE.min(pause * 2);
            }
        }
    }
}

fn concerns_one_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn drain(mut connections: JoinSet<()>, longest: Duration) -> Ended {
    let all = async { while connections.join_next().await.map(note).is_some() {} };
    let in_time = timeout(longest, all).await.is_ok();
    let cut = if in_time { 0 } else { connections.len() };
    if cut > 0 {
        tracing::warn!(cut, "connections did not finish in time and were cut");
    }
    connections.shutdown().await;
    Ended { cut }
}

/// The panic itself has been reported where it happened.
fn note(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection ended by a panic");
    }
}
