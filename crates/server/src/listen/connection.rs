//! One connection, from its first byte to its last.

use std::convert::Infallible;
use std::fmt::Display;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::activity::{Activity, OpenBody};
use super::{Answers, Limits, PeerAddr, PeerCertificates};

/// What every connection is answered with.
pub(super) struct Service<S> {
    answers: S,
    tls: Option<TlsAcceptor>,
    http: Builder<TokioExecutor>,
    limits: Limits,
}

impl<S: Answers> Service<S> {
    pub(super) fn new(answers: S, tls: Option<Arc<ServerConfig>>, limits: Limits) -> Self {
        Self { answers, tls: tls.map(TlsAcceptor::from), http: http(&limits), limits }
    }

    /// Answers until the client, a limit or `stopping` ends it. Nothing here is worth more than a debug line: strangers
    /// send what they like.
    pub(super) async fn answer(&self, stream: TcpStream, peer: SocketAddr, stopping: watch::Receiver<()>) {
        // An answer is small and complete: waiting for more to send only delays it.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else { return self.requests(stream, peer, None, stopping).await };
        match timeout(self.limits.handshake, tls.accept(stream)).await {
            Ok(Ok(stream)) => {
                let shown = stream.get_ref().1.peer_certificates().map(PeerCertificates::of);
                self.requests(stream, peer, shown, stopping).await;
            }
            Ok(Err(error)) => tracing::debug!(%peer, %error, "TLS handshake failed"),
            Err(_) => tracing::debug!(%peer, "TLS handshake took too long"),
        }
    }

    async fn requests<T>(
        &self,
        stream: T,
        peer: SocketAddr,
        shown: Option<Arc<PeerCertificates>>,
        mut stopping: watch::Receiver<()>,
    ) where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Activity::new();
        let service = service_fn(|request| self.respond(request, peer, shown.as_ref(), &activity));
        let mut connection = pin!(self.http.serve_connection_with_upgrades(TokioIo::new(stream), service));
        let mut too_quiet = pin!(activity.too_quiet(&self.limits));
        let (mut leaving, mut quiet) = (false, false);
        loop {
            tokio::select! {
                ended = &mut connection => return note(peer, ended),
                // An error means that the sender is gone, which is the end as well.
                _ = stopping.changed(), if !leaving => leaving = true,
                () = &mut too_quiet, if !quiet => quiet = true,
            }
            connection.as_mut().graceful_shutdown();
            if quiet && !activity.is_multiplexed() {
                // Nothing is in flight, and whoever goes on sending a header now and then would never come to an end: one
                // more turn, for a goodbye.
                return timeout(Duration::ZERO, connection).await.map_or((), |ended| note(peer, ended));
            }
        }
    }

    fn respond(
        &self,
        mut request: Request<Incoming>,
        peer: SocketAddr,
        shown: Option<&Arc<PeerCertificates>>,
        activity: &Arc<Activity>,
    ) -> impl Future<Output = Result<Response<OpenBody>, Infallible>> + Send + use<S> {
        request.extensions_mut().insert(PeerAddr(peer));
        if let Some(shown) = shown {
            request.extensions_mut().insert(Arc::clone(shown));
        }
        let open = activity.begin(request.version());
        let answer = self.answers.clone().call(request.map(Body::new));
        async move { Ok(answer.await?.map(|body| OpenBody { body, _open: open })) }
    }
}

fn note(peer: SocketAddr, ended: Result<(), impl Display>) {
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "connection failed");
    }
}

fn http(limits: &Limits) -> Builder<TokioExecutor> {
    let mut http = Builder::new(TokioExecutor::new());
    // How long headers may take is for `Activity` to say.
    http.http1().header_read_timeout(None).max_buf_size(limits.header_bytes);
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.http2_streams)
        .max_pending_accept_reset_streams(limits.http2_pending_resets)
        .max_local_error_reset_streams(limits.http2_own_resets)
        .initial_stream_window_size(limits.http2_stream_window_bytes)
        .initial_connection_window_size(limits.http2_connection_window_bytes)
        .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(limits.http2_ping_every)
        .keep_alive_timeout(limits.http2_ping_answer);
    http
}
