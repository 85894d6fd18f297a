//! The shared state of all pages.

use std::sync::Arc;

use usher_app::Api;

/// The shared state of all pages. State of a single page comes with its routes ([`Pages::keeping`]).
///
/// [`Pages::keeping`]: crate::routes::Pages::keeping
pub(crate) struct Portal {
    pub(crate) api: Arc<Api>,
}

impl Portal {
    pub(crate) fn new(api: Arc<Api>) -> Arc<Self> {
        Arc::new(Self { api })
    }

    /// Whether browsers reach this server only over https, so that cookies can be `Secure`.
    pub(crate) fn is_https(&self) -> bool {
        let url = self.api.config().public_url.as_deref();
        url.is_some_and(|url| url.starts_with("https://"))
    }
}
