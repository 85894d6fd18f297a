//! The shared state of the API's routes: the use cases behind them.

use std::convert::Infallible;
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use usher_app::{App, Arrival};

/// The state of the API's routes.
#[derive(Clone)]
pub(crate) struct Server(pub(crate) Arc<App>);

impl Deref for Server {
    type Target = Arc<App>;

    fn deref(&self) -> &Arc<App> {
        &self.0
    }
}

impl FromRef<Server> for Arc<App> {
    fn from_ref(server: &Server) -> Self {
        Self::clone(server)
    }
}

impl FromRequestParts<Server> for Arrival {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Infallible> {
        Ok(Self::of(server, &parts.extensions, &parts.headers))
    }
}
