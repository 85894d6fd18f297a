//! The templates of the customer's page.

use askama::Template;

use super::standing::{Standing, State};
use crate::answer::Frame;
use crate::form::Form;
use crate::portal::Portal;
use crate::text::Label;

/// The message for every invalid code, so that guessing does not reveal which codes were once valid.
pub(super) const NO_SUCH_CODE: Label = text!("join-no-such-code");
/// Why a customer cannot join while the agent is in a call on the same seat.
pub(super) const AGENT_BUSY: Label = text!("join-agent-busy");
/// Why a customer cannot join while the agent has paused the session.
pub(super) const PAUSED: Label = text!("join-is-paused");

/// The page with the field for a code.
#[derive(Template)]
#[template(path = "join/enter.html")]
pub(super) struct EnterPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
}

#[derive(Template)]
#[template(path = "join/page.html")]
pub(super) struct SessionPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) code: String,
    /// The path of the stream; `None` if no more updates will come.
    pub(super) stream: Option<String>,
    /// Whether a browser without script reloads the page by itself. Not while a name may be typed in it.
    pub(super) reloads: bool,
    pub(super) html: String,
}

/// The live part.
#[derive(Template)]
#[template(path = "join/session.html")]
pub(super) struct CustomerPart {
    pub(super) standing: Standing,
    /// What the operator says after a session.
    goodbye: Option<String>,
}

impl CustomerPart {
    pub(super) fn new(portal: &Portal, standing: Standing) -> Self {
        let branding = portal.app.identity().branding();
        let goodbye = branding.look.goodbye.as_ref().map(ToString::to_string);
        Self { standing, goodbye }
    }

    /// Which forms are shown; the style sheet hides the others.
    pub(super) const fn phase(&self) -> &'static str {
        match self.standing.state {
            State::Standby { .. } => "standby",
            _ if self.standing.is_of_another => "other",
            State::Over { .. } => "over",
            _ => "joined",
        }
    }
}
