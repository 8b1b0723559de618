//! The check as a tower layer.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use crate::challenge::answer;
use crate::requirement::Requirement;
use crate::verify::Verifier;

/// Lets in only requests whose token is good and meets a requirement.
///
/// The handler finds the [`crate::VerifiedToken`] in the request's extensions. Works with every body type that can be
/// made from a text, axum's among them.
#[derive(Clone)]
pub struct RequireLayer {
    verifier: Arc<Verifier>,
    requirement: Arc<Requirement>,
}

impl RequireLayer {
    /// A layer that asks for `requirement`.
    pub fn new(verifier: Arc<Verifier>, requirement: Requirement) -> Self {
        Self { verifier, requirement: Arc::new(requirement) }
    }
}

impl<S> Layer<S> for RequireLayer {
    type Service = Require<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Require { inner, layer: self.clone() }
    }
}

/// A service behind a [`RequireLayer`].
#[derive(Clone)]
pub struct Require<S> {
    inner: S,
    layer: RequireLayer,
}

impl<S, B, R> Service<Request<B>> for Require<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: From<String>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        // The clone was not asked whether it is ready; the one that was goes along, the clone stays.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let layer = self.layer.clone();
        Box::pin(async move {
            // Taken out so that the future does not borrow the body, which need not be shareable between threads.
            let (method, uri) = (request.method().clone(), request.uri().clone());
            let headers = request.headers().clone();
            let verified = layer.verifier.verify_request(&method, &uri, &headers).await;
            match verified.and_then(|token| layer.requirement.check(&token).map(|()| token)) {
                Ok(token) => {
                    request.extensions_mut().insert(token);
                    inner.call(request).await
                }
                Err(rejection) => Ok(answer(&rejection, &layer.verifier.protection(&headers)).into_response()),
            }
        })
    }
}
