//! The shared state of all pages.

use std::sync::Arc;

use usher_app::Api;

use crate::pages::audit::Checks;
use crate::pages::sign_in::Choices;

/// The shared state of all pages.
pub(crate) struct Portal {
    pub(crate) api: Arc<Api>,
    pub(crate) choices: Choices,
    pub(crate) checks: Checks,
}

impl Portal {
    pub(crate) fn new(api: Arc<Api>) -> Arc<Self> {
        Arc::new(Self {
            api,
            choices: Choices::default(),
            checks: Checks::default(),
        })
    }

    /// Whether browsers reach this server only over https, so that cookies can be `Secure`.
    pub(crate) fn is_https(&self) -> bool {
        let url = self.api.config().public_url.as_deref();
        url.is_some_and(|url| url.starts_with("https://"))
    }
}
