//! What the console shows.

use askama::Template;
use usher_domain::Refusal;
use usher_domain::text::DeviceId;

use super::past::{SessionPast, SignInPast, TicketPast};
use super::refused::Refused;
use super::seen::{Seen, SessionSeen, SignInSeen, TicketSeen};
use super::words;
use crate::answer::Frame;
use crate::form::Form;
use crate::live::Live;

#[derive(Template)]
#[template(path = "console/page.html")]
pub(super) struct ConsolePage {
    pub(super) frame: Frame,
    pub(super) live: Live,
    pub(super) form: Form,
    pub(super) refused: Option<Refused>,
    /// The product's slug; empty where the account has none.
    pub(super) product: String,
    /// Where a browser without script goes every so often.
    pub(super) again: String,
    /// Whether a seat or a place in the queue is kept by the page's being loaded. Where nothing is, a browser without
    /// script is left alone with the form.
    pub(super) keeps_something: bool,
}

/// Starting work where there is no script: a page that does not load itself again while somebody types.
#[derive(Template)]
#[template(path = "console/start.html")]
pub(super) struct StartPage {
    pub(super) frame: Frame,
    pub(super) form: Form,
    pub(super) product: String,
    pub(super) again: String,
    /// How long the seat is kept from now on.
    pub(super) lease_secs: u32,
}

/// The live part.
#[derive(Template)]
#[template(path = "console/console.html")]
pub(super) struct Console {
    pub(super) seen: Seen,
    /// The sign-in on this browser.
    pub(super) here: Option<SignInSeen>,
    /// How the last one ended, where there is none.
    pub(super) past: Option<SignInPast>,
    /// How the last place in the queue was lost, since this browser was last signed in.
    pub(super) waited: Option<TicketPast>,
    pub(super) sessions_past: Vec<SessionPast>,
    pub(super) device: Option<DeviceId>,
    pub(super) public_url: String,
}

impl Console {
    /// Which forms are for now; the style sheet hides the others.
    pub(super) fn phase(&self) -> &'static str {
        if self.seen.product.is_none() {
            "none"
        } else if self.here.is_some() {
            "in"
        } else if self.seen.ticket.is_some() {
            "waiting"
        } else {
            "out"
        }
    }

    /// How often the page has to show that it is alive: not at all where there is nothing to keep.
    pub(super) fn alive_every_secs(&self) -> Option<u32> {
        let here = self.here.as_ref().map(|here| here.alive_every_secs);
        let ticket = self.seen.ticket.as_ref().map(|ticket| ticket.alive_every_secs);
        here.into_iter().chain(ticket).min()
    }

    /// Whether what is waited for will be had on this browser.
    pub(super) fn waits_here(&self, ticket: &TicketSeen) -> bool {
        match &ticket.device {
            Some((device, _)) => self.device.as_ref() == Some(device),
            None => true,
        }
    }

    /// Whether a session runs on this browser, which may work on it.
    pub(super) fn is_here(&self, session: &SessionSeen) -> bool {
        let here = self.here.as_ref();
        here.is_some_and(|here| here.id == session.sign_in)
    }

    pub(super) fn is_current(&self, product: &str) -> bool {
        let current = self.seen.product.as_ref();
        current.is_some_and(|current| current.as_str() == product)
    }

    /// The sentence that who has no license would get.
    pub(super) fn no_license(&self) -> Option<String> {
        let product = self.seen.product.clone();
        let product = product.filter(|_| self.seen.license.is_none())?;
        Some(words::refusal(&Refusal::NoLicense { product }))
    }

    pub(super) fn join_link(&self, code: &str) -> String {
        format!("{}/join/{code}", self.public_url)
    }
}
