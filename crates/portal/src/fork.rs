//! A service that chooses one of two routers for each request.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::future::RouteFuture;
use tower::Service;

/// Two routers, and the function that chooses.
#[derive(Clone)]
pub struct Fork {
    /// Whether a request goes to the first one.
    pub(crate) is_for_first: fn(&Request) -> bool,
    pub(crate) first: Router,
    pub(crate) second: Router,
}

impl Service<Request> for Fork {
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // Routers are always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if (self.is_for_first)(&request) {
            self.first.call(request)
        } else {
            self.second.call(request)
        }
    }
}
