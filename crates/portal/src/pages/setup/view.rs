//! The templates of the setup pages.

use askama::Template;
use usher_app::{ZonesOfArea, zones_by_area};

use crate::answer::Frame;
use crate::form::Form;

#[derive(Template)]
#[template(path = "setup/setup.html")]
pub(super) struct SetupPage {
    pub(super) frame: Frame,
    pub(super) token: String,
    pub(super) form: Form,
}

impl SetupPage {
    /// The zones to choose from.
    #[expect(clippy::unused_self, reason = "templates call it as a method")]
    fn areas(&self) -> &'static [ZonesOfArea] {
        zones_by_area()
    }
}

/// The page for a link that was used, or replaced by a newer one.
#[derive(Template)]
#[template(path = "setup/dead.html")]
pub(super) struct DeadPage {
    pub(super) frame: Frame,
}
