//! The templates of the setup pages.

use askama::Template;

use super::sessions::SESSIONS;
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
    /// Whether this answer about sessions is chosen; from the start the first one is.
    fn is_chosen(&self, word: &str) -> bool {
        match self.form.value("sessions") {
            "" => SESSIONS.first().is_some_and(|first| first.word == word),
            chosen => chosen == word,
        }
    }
}

/// The page for a link that was used, or replaced by a newer one.
#[derive(Template)]
#[template(path = "setup/dead.html")]
pub(super) struct DeadPage {
    pub(super) frame: Frame,
}
