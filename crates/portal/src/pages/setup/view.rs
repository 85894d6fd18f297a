//! What the set-up pages show.

use askama::Template;

use crate::answer::Frame;
use crate::form::Form;

#[derive(Template)]
#[template(path = "setup/setup.html")]
pub(super) struct SetupPage {
    pub(super) frame: Frame,
    pub(super) token: String,
    pub(super) form: Form,
}

/// The link has been used, or a newer one was printed.
#[derive(Template)]
#[template(path = "setup/dead.html")]
pub(super) struct DeadPage {
    pub(super) frame: Frame,
}
