//! What the customer sees.

use askama::Template;

use super::standing::{Standing, State};
use crate::answer::Frame;
use crate::form::Form;

/// What is said of every code that leads nowhere: nobody learns by guessing which ones once did.
pub(super) const NO_SUCH_CODE: &str = "This code is not valid: it may be mistyped, used up or expired. Check it, or ask your agent for a new one.";
/// Why a customer cannot come in while the agent's seat has a call.
pub(super) const AGENT_BUSY: &str =
    "Your agent is in another session at the moment. Wait a little, and join again.";

/// Why a customer cannot come in while the agent has put the session aside.
pub(super) const PAUSED: &str = "Your agent has paused the session. This page shows when it goes on.";

/// Where a code is typed.
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
    /// Where the stream is; none where nothing more will come.
    pub(super) stream: Option<String>,
    /// Whether a browser without script loads the page again by itself: not while a name may be typed in it.
    pub(super) reloads: bool,
    pub(super) html: String,
}

/// The live part.
#[derive(Template)]
#[template(path = "join/session.html")]
pub(super) struct CustomerPart {
    pub(super) standing: Standing,
}

impl CustomerPart {
    /// Which forms are for now; the style sheet hides the others.
    pub(super) const fn phase(&self) -> &'static str {
        match self.standing.state {
            State::Standby { .. } => "standby",
            _ if self.standing.is_of_another => "other",
            State::Over { .. } => "over",
            _ => "joined",
        }
    }
}
