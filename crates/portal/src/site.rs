//! The door to everything that Usher answers.

use std::convert::Infallible;
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::future::RouteFuture;
use tower::Service;

/// What the addresses start with that only programs ask for. Nearly all requests are theirs, so these are not looked up
/// among the pages first.
const OF_PROGRAMS: [&str; 2] = ["/v1/", "/scim/"];

/// The pages, and the rest behind them: the API and its documents.
#[derive(Clone)]
pub struct Site {
    /// The pages; what is none of them goes on to the rest.
    pub(crate) pages: Router,
    /// The API and its documents.
    pub(crate) rest: Router,
}

impl Service<Request> for Site {
    type Response = Response;
    type Error = Infallible;
    type Future = RouteFuture<Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        // Routers are always ready.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let path = request.uri().path();
        if OF_PROGRAMS.iter().any(|start| path.starts_with(start)) {
            self.rest.call(request)
        } else {
            self.pages.call(request)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OF_PROGRAMS;

    #[test]
    fn no_page_stands_where_only_programs_ask() {
        for (_, address) in crate::addresses() {
            assert!(
                !OF_PROGRAMS.iter().any(|start| address.starts_with(start)),
                "{address}"
            );
        }
    }
}
