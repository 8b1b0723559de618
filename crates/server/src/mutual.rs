//! The second listener, where applications show certificates (RFC 8705): what was shown is read once a connection and goes with
//! each of its requests.

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::{Request, Response};
use grantor_environment::{Clock as _, SystemClock};
use grantor_flows::client_certificate;
use tower::Service;

use crate::listen::{Answers, PeerCertificates};
use crate::tls::Trusted;

/// Answers with what knows about certificates.
#[derive(Clone, Debug)]
pub struct Mutual<A> {
    answers: A,
    trusted: Trusted,
}

impl<A: Answers> Mutual<A> {
    /// Answers with `answers`, and says whether one of `trusted` vouches for who asks.
    pub const fn new(answers: A, trusted: Trusted) -> Self {
        Self { answers, trusted }
    }
}

impl<A: Answers> Service<Request<Body>> for Mutual<A> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = A::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.answers.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        if let Some(shown) = request.extensions_mut().remove::<Arc<PeerCertificates>>() {
            // Whether an authority vouches is asked of the true clock, as in any handshake.
            let read = |chain: &[rustls_pki_types::CertificateDer<'static>]| {
                let first = chain.first()?;
                client_certificate::read(first, self.trusted.vouch(chain, SystemClock.now()))
            };
            if let Some(certificate) = shown.read_once(read) {
                request.extensions_mut().insert(certificate);
            }
        }
        self.answers.call(request)
    }
}
