//! The shared state of all pages.

use std::sync::Arc;

use usher_app::App;

use crate::pages::overview::Reports;

/// The shared state of all pages. State of a single page comes with its routes ([`Pages::keeping`]).
///
/// [`Pages::keeping`]: crate::routes::Pages::keeping
pub(crate) struct Portal {
    pub(crate) app: Arc<App>,
    /// What open overviews say of the last 24 hours. It is here because streams have no state of their own.
    pub(crate) reports: Reports,
}

impl Portal {
    pub(crate) fn new(app: Arc<App>) -> Arc<Self> {
        Arc::new(Self {
            app,
            reports: Reports::default(),
        })
    }

    /// Whether browsers reach this server only over https, so that cookies can be `Secure`.
    pub(crate) fn is_https(&self) -> bool {
        let url = self.app.config().public_url.as_deref();
        url.is_some_and(|url| url.starts_with("https://"))
    }
}
