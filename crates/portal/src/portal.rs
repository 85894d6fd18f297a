//! What every page works with.

use std::sync::Arc;

use usher_app::Api;

use crate::pages::audit::Checks;
use crate::pages::sign_in::Choices;

/// What every page works with.
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

    /// Whether browsers reach this server by https only, so that cookies need never go another way.
    pub(crate) fn is_https(&self) -> bool {
        let url = self.api.config().public_url.as_deref();
        url.is_some_and(|url| url.starts_with("https://"))
    }
}
