//! What this browser holds while its user is on another page than the console: the seat of a sign-in, or a place in the
//! queue. Every page keeps it with heartbeats, and shows what the user must not miss (A3, Q3, S11).

use serde::Deserialize;
use usher_domain::presence::{SessionState, SignIn, Ticket, TicketState};
use usher_domain::text::{DeviceId, Product};
use usher_domain::user::User;
use usher_domain::{Account, Actor, Refusal, Timestamp};

use super::data::{alive_every, minutes_end};
use super::path;
use crate::failed::Failed;
use crate::live::LivePage;
use crate::nav::NavPage;
use crate::text::{Label, Text, countdown};
use crate::viewer::Viewer;

/// What a browser holds for its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holds {
    /// How often a page sends heartbeats.
    pub(crate) alive_every_secs: u32,
    pub(crate) calls: Vec<Call>,
}

/// Something that the user must not miss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// Tells it from the others, also from the same one at another time.
    pub(crate) key: String,
    /// The words of the tab's title and of the notification.
    pub(crate) tell: Label,
    /// What happens in the seconds that are left.
    pub(crate) then: Text,
    /// Whether *Stay* is an answer.
    pub(crate) stays: bool,
    /// The console of its product.
    pub(crate) console: String,
}

impl Holds {
    /// `device`: this browser, as a device. `None` if it holds nothing.
    pub(crate) fn of(
        account: &Account,
        user: &User,
        device: Option<&DeviceId>,
        now: Timestamp,
    ) -> Option<Self> {
        let sign_ins = user.sign_ins().iter();
        let sign_ins = sign_ins.filter_map(|id| account.sign_ins().get(id));
        let here = sign_ins.filter(|sign_in| Some(sign_in.device.id.reveal()) == device);
        let here: Vec<_> = here.collect();
        let tickets = user.tickets().iter();
        let tickets: Vec<_> = tickets.filter_map(|id| account.tickets().get(id)).collect();
        let leases = here.iter().map(|sign_in| sign_in.lease);
        let leases = leases.chain(tickets.iter().map(|ticket| ticket.lease));
        let alive_every_secs = leases.map(alive_every).min()?;
        let calls = here
            .into_iter()
            .flat_map(|sign_in| warnings(account, sign_in, now));
        let calls = calls.chain(tickets.into_iter().filter_map(|ticket| offer(ticket, now)));
        Some(Self {
            alive_every_secs,
            calls: calls.collect(),
        })
    }

    /// Changes when there is something else to show.
    pub(crate) fn key(&self) -> String {
        let keys = self.calls.iter().map(|call| call.key.as_str());
        keys.collect::<Vec<_>>().join(" ")
    }
}

impl Call {
    fn of(product: &Product, key: &str, (tell, then): (Label, Text), at: Timestamp) -> Self {
        Self {
            key: format!("{key}-{}", at.millis()),
            tell,
            then,
            stays: false,
            console: path(product.as_str()),
        }
    }
}

/// The warnings of a sign-in, and of its sessions that somebody else ended.
fn warnings(account: &Account, sign_in: &SignIn, now: Timestamp) -> Vec<Call> {
    let call = |key: &str, words, at: Timestamp| Call::of(&sign_in.product, key, words, at);
    let left = |at: Timestamp| countdown(at.remaining(now).get(), false);
    let stays = |call| Call { stays: true, ..call };
    let log_off = sign_in.log_off_at.map(|at| {
        let words = (
            text!("console-still-there"),
            text!("console-logged-off-in", secs = left(at)),
        );
        stays(call("log-off", words, at))
    });
    let reclaim = sign_in.reclaim_at.map(|at| {
        let words = (
            text!("console-waited-for"),
            text!("console-seat-goes-in", secs = left(at)),
        );
        stays(call("reclaim", words, at))
    });
    let minutes = minutes_end(sign_in.funding).map(|at| {
        let words = (
            text!("console-minutes-end"),
            text!("console-minutes-sign-out-in", secs = left(at)),
        );
        call("minutes", words, at)
    });
    let sessions = sign_in.sessions().iter();
    let sessions = sessions.filter_map(|id| account.sessions().get(id));
    let of_sessions = sessions.flat_map(|session| {
        let closing = match session.state {
            SessionState::Ending { closes_at, .. } => {
                let words = (
                    text!("console-session-was-ended"),
                    text!("console-closes-in", secs = left(closes_at)),
                );
                Some(call("closing", words, closes_at))
            }
            _ => None,
        };
        let minutes = minutes_end(session.funding).map(|at| {
            let words = (
                text!("console-minutes-end"),
                text!("console-minutes-session-ends-in", secs = left(at)),
            );
            call("session-minutes", words, at)
        });
        closing.into_iter().chain(minutes)
    });
    let own = log_off.into_iter().chain(reclaim).chain(minutes);
    own.chain(of_sessions).collect()
}

/// A seat that is kept for the user (Q3).
fn offer(ticket: &Ticket, now: Timestamp) -> Option<Call> {
    let TicketState::Offered { until } = ticket.state else {
        return None;
    };
    let left = countdown(until.remaining(now).get(), false);
    let words = (
        text!("console-offer-title"),
        text!("console-offer-ends-in", secs = left),
    );
    Some(Call::of(&ticket.product, "offer", words, until))
}

/// The stream of pages that have none of their own: it brings what every stream brings, the notes of the menu and what
/// this browser holds.
pub(super) struct HoldsStream;

/// The stream has no parameters.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct NoQuery {}

/// Nothing of its own.
#[derive(askama::Template)]
#[template(source = "", ext = "html")]
pub(super) struct Nothing;

impl LivePage for HoldsStream {
    type Query = NoQuery;
    type Data = ();
    type Fragment = Nothing;

    const NAV_PAGE: NavPage = NavPage::Overview;
    const IS_LARGE: bool = false;

    fn see(_: &Account, _: &Actor, _: &NoQuery, _: Timestamp) -> Result<(), Refusal> {
        Ok(())
    }

    async fn show(_: &Viewer, _: &NoQuery, (): ()) -> Result<Nothing, Failed> {
        Ok(Nothing)
    }
}
