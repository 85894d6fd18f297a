//! The templates of the console.

use askama::Template;
use usher_domain::text::DeviceId;
use usher_identity::Preferences;

use super::data::{ConsoleData, LogOff, SessionRow, SignInRow, TicketRow};
use super::past::{SessionPast, SignInPast, TicketPast};
use super::refused::Refused;
use crate::answer::Frame;
use crate::form::Form;
use crate::live::Live;
use crate::shown::Moment;

#[derive(Template)]
#[template(path = "console/page.html")]
pub(super) struct ConsolePage {
    pub(super) frame: Frame,
    pub(super) live: Live,
    pub(super) form: Form,
    pub(super) refused: Option<Refused>,
    /// The product's slug; empty if the account has none.
    pub(super) product: String,
    /// What people call it.
    pub(super) name: String,
    /// The URL that a browser without script reloads periodically.
    pub(super) again: String,
    /// Whether loading the page keeps a seat or a place in the queue. If not, a browser without script does not reload,
    /// so that the form can be filled in.
    pub(super) keeps_something: bool,
    /// Whether to make sounds and show notifications.
    pub(super) preferences: Preferences,
    /// The time of the server, by which the script counts.
    pub(super) now: Moment,
}

/// The form for starting a session without script: a page that does not reload while the user types.
#[derive(Template)]
#[template(path = "console/start.html")]
pub(super) struct StartPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) product: String,
    pub(super) again: String,
    /// How long the seat is held from now on.
    pub(super) lease_secs: u32,
}

/// The live part.
#[derive(Template)]
#[template(path = "console/console.html")]
pub(super) struct Console {
    pub(super) seen: ConsoleData,
    /// The sign-in on this browser.
    pub(super) here: Option<SignInRow>,
    /// How the last one ended, if there is none now.
    pub(super) past: Option<SignInPast>,
    /// How the last place in the queue was lost, since this browser was last signed in.
    pub(super) waited: Option<TicketPast>,
    pub(super) sessions_past: Vec<SessionPast>,
    pub(super) device: Option<DeviceId>,
}

impl Console {
    /// Which forms are shown; the style sheet hides the others.
    pub(super) fn phase(&self) -> &'static str {
        if self.seen.product.is_none() {
            "none"
        } else if self.here.is_some() {
            "in"
        } else if self.seen.ticket.is_some() {
            "waiting"
        } else if self.is_unlicensed() {
            match &self.seen.request {
                Some(request) if request.declined.is_none() => "asked",
                _ => "unlicensed",
            }
        } else {
            "out"
        }
    }

    /// How often the page sends heartbeats; `None` if there is nothing to keep.
    pub(super) fn alive_every_secs(&self) -> Option<u32> {
        let here = self.here.as_ref().map(|here| here.alive_every_secs);
        let ticket = self.seen.ticket.as_ref().map(|ticket| ticket.alive_every_secs);
        here.into_iter().chain(ticket).min()
    }

    /// Whether the seat that the ticket waits for will be taken on this browser.
    pub(super) fn waits_here(&self, ticket: &TicketRow) -> bool {
        match &ticket.device {
            Some((device, _)) => self.device.as_ref() == Some(device),
            None => true,
        }
    }

    /// Whether a session runs on this browser, which may act on it.
    pub(super) fn is_here(&self, session: &SessionRow) -> bool {
        let here = self.here.as_ref();
        here.is_some_and(|here| here.id == session.sign_in)
    }

    pub(super) fn is_current(&self, product: &str) -> bool {
        let current = self.seen.product.as_ref();
        current.is_some_and(|current| current.as_str() == product)
    }

    /// Whether the viewer has no license for the product, so that there is no seat to take.
    pub(super) fn is_unlicensed(&self) -> bool {
        self.seen.product.is_some() && self.seen.license.is_none()
    }
}
