//! One connection, from its first byte to its last.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
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
use tower::Service as _;

use super::activity::{Activity, OpenBody};
use super::{Limits, PeerAddr};

/// What every connection is answered with.
pub(super) struct Service {
    router: Router,
    tls: Option<TlsAcceptor>,
    http: Builder<TokioExecutor>,
    limits: Limits,
}

impl Service {
    pub(super) fn new(router: Router, tls: Option<Arc<ServerConfig>>, limits: Limits) -> Self {
        Self { router, tls: tls.map(TlsAcceptor::from), http: http(&limits), limits }
    }

    /// Answers until the client, a limit or `stopping` ends it. Nothing here is worth more than a debug line: strangers
    /// send what they like.
    pub(super) async fn answer(&self, stream: TcpStream, peer: SocketAddr, stopping: watch::Receiver<()>) {
        // An answer is small and complete: waiting for more to send only delays it.
        let _ = stream.set_nodelay(true);
        let Some(tls) = &self.tls else { return self.requests(stream, peer, stopping).await };
        match timeout(self.limits.handshake, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.requests(stream, peer, stopping).await,
            Ok(Err(error)) => tracing::debug!(%peer, %error, "TLS handshake failed"),
            Err(_) => tracing::debug!(%peer, "TLS handshake took too long"),
        }
    }

    async fn requests<S>(&self, stream: S, peer: SocketAddr, mut stopping: watch::Receiver<()>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let activity = Activity::new();
        let service = service_fn(|request| self.respond(request, peer, &activity));
        let mut connection = pin!(self.http.serve_connection_with_upgrades(TokioIo::new(stream), service));
        let mut too_quiet = pin!(activity.too_quiet(&self.limits));
        let mut leaving = false;
        loop {
            tokio::select! {
                ended = &mut connection => {
                    if let Err(error) = ended {
                        tracing::debug!(%peer, %error, "connection failed");
                    }
                    return;
                }
                // An error means that the sender is gone, which is the end as well.
                _ = stopping.changed(), if !leaving => leaving = true,
                () = &mut too_quiet, if !leaving => leaving = true,
            }
            connection.as_mut().graceful_shutdown();
        }
    }

    fn respond(
        &self,
        mut request: Request<Incoming>,
        peer: SocketAddr,
        activity: &Arc<Activity>,
    ) -> impl Future<Output = Result<Response<OpenBody>, Infallible>> + Send + use<> {
        request.extensions_mut().insert(PeerAddr(peer));
        let open = activity.begin();
        let answer = self.router.clone().call(request);
        async move { Ok(answer.await?.map(|body: Body| OpenBody { body, _open: open })) }
    }
}

fn http(limits: &Limits) -> Builder<TokioExecutor> {
    let mut http = Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).header_read_timeout(limits.headers).max_buf_size(limits.header_bytes);
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
