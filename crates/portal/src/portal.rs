//! The shared state of all pages.

use std::sync::Arc;

use usher_app::App;

/// The shared state of all pages. State of a single page comes with its routes ([`Pages::keeping`]).
///
/// [`Pages::keeping`]: crate::routes::Pages::keeping
pub(crate) struct Portal {
    pub(crate) app: Arc<App>,
}

impl Portal {
    pub(crate) fn new(app: Arc<App>) -> Arc<Self> {
        Arc::new(Self { app })
    }

    /// Whether browsers reach this server only over https, so that cookies can be `Secure`.
    pub(crate) fn is_https(&self) -> bool {
        let url = self.app.config().public_url.as_deref();
        url.is_some_and(|url| url.starts_with("https://"))
    }
}
