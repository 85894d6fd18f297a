//! Routes that know their paths and methods, so that a test can visit every one.

use std::sync::Arc;

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{self, MethodRouter};
use axum::{Extension, Router};

use crate::portal::Portal;

/// Pages and their paths.
pub(crate) struct Pages {
    router: Router<Arc<Portal>>,
    answered: Vec<(Method, String)>,
}

impl Pages {
    pub(crate) fn new() -> Self {
        Self {
            router: Router::new(),
            answered: Vec::new(),
        }
    }

    /// Adds the handlers of one path.
    pub(crate) fn route(mut self, path: &str, methods: Methods) -> Self {
        let answered = methods.answered.into_iter();
        self.answered
            .extend(answered.map(|method| (method, path.to_owned())));
        self.router = self.router.route(path, methods.router);
        self
    }

    /// Adds state for these pages only. Handlers get it as `Extension<Arc<T>>`.
    pub(crate) fn keeping<T: Send + Sync + 'static>(mut self, kept: T) -> Self {
        self.router = self.router.layer(Extension(Arc::new(kept)));
        self
    }

    /// Adds other pages.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.answered.extend(other.answered);
        self.router = self.router.merge(other.router);
        self
    }

    /// The methods and paths, in the order in which they were added.
    pub(crate) fn into_answered(self) -> Vec<(Method, String)> {
        self.answered
    }

    /// The router.
    pub(crate) fn into_router(self) -> Router<Arc<Portal>> {
        self.router
    }
}

/// The handlers of one path, by method.
pub(crate) struct Methods {
    router: MethodRouter<Arc<Portal>>,
    answered: Vec<Method>,
}

/// A handler for `GET`.
pub(crate) fn get<H: Handler<T, Arc<Portal>>, T: 'static>(handler: H) -> Methods {
    Methods {
        router: routing::get(handler),
        answered: vec![Method::GET],
    }
}

/// A handler for `POST`.
pub(crate) fn post<H: Handler<T, Arc<Portal>>, T: 'static>(handler: H) -> Methods {
    Methods {
        router: routing::post(handler),
        answered: vec![Method::POST],
    }
}

impl Methods {
    /// Adds a handler for `GET`.
    pub(crate) fn get<H: Handler<T, Arc<Portal>>, T: 'static>(mut self, handler: H) -> Self {
        self.router = self.router.get(handler);
        self.answered.push(Method::GET);
        self
    }

    /// Adds a handler for `POST`.
    pub(crate) fn post<H: Handler<T, Arc<Portal>>, T: 'static>(mut self, handler: H) -> Self {
        self.router = self.router.post(handler);
        self.answered.push(Method::POST);
        self
    }
}
