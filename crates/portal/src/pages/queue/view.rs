//! The data of the queue page.

use askama::Template;
use usher_domain::permission::Privilege;
use usher_domain::presence::{Ticket, TicketState, Wanted};
use usher_domain::{Account, Actor, Refusal, Secs, TicketId, Timestamp};

use crate::answer::Frame;
use crate::linked::Linked;
use crate::live::Live;
use crate::nav::NavPage;
use crate::pages::pools::device_kind;
use crate::paging::Paging;
use crate::shown::{Moment, ProductLabel};

/// Tickets per page.
const TICKETS_MAX: usize = 50;

#[derive(Template)]
#[template(path = "queue/page.html")]
pub(super) struct QueuePage {
    pub(super) frame: Frame,
    pub(super) live: Live,
}

/// The live part.
#[derive(Template)]
#[template(path = "queue/queue.html")]
pub(super) struct Queue {
    pub(super) seen: QueueData,
}

#[derive(Template)]
#[template(path = "queue/drop.html")]
pub(super) struct DropPage {
    pub(super) frame: Frame,
    pub(super) waiting: Waiting,
    pub(super) path: String,
}

/// The data that is copied out of the account.
pub(super) struct QueueData {
    pub(super) offered: usize,
    pub(super) waiting: usize,
    pub(super) rows: Vec<Waiting>,
    pub(super) paging: Paging,
    pub(super) path: String,
}

/// A user in a queue.
pub(crate) struct Waiting {
    pub(crate) id: TicketId,
    pub(crate) who: Linked,
    pub(crate) email: String,
    pub(crate) product: ProductLabel,
    pub(crate) pool: Linked,
    pub(crate) wanted: String,
    pub(crate) since: Moment,
    pub(crate) waited: Elapsed,
    /// Seconds for which the seat is held; `None` without an offer.
    pub(crate) offer_secs: Option<u32>,
    /// The position, from 1.
    pub(crate) position: Option<u32>,
    /// The estimated wait.
    pub(crate) estimate: Option<Elapsed>,
    /// The URL for removing the ticket; empty if the viewer may not.
    pub(crate) drop: String,
}

/// A duration so far, in words. The script uses the same words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elapsed(pub(crate) Secs);

impl Elapsed {
    pub(crate) const fn secs(self) -> u32 {
        self.0.get()
    }

    /// In whole minutes, for many at once.
    pub(crate) fn minutes(self) -> String {
        match self.secs() / 60 {
            0 => "under 1 min".to_owned(),
            minutes @ 1..60 => format!("{minutes} min"),
            minutes => format!("{} h {} min", minutes / 60, minutes % 60),
        }
    }
}

impl std::fmt::Display for Elapsed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let secs = self.0.get();
        match secs {
            0..60 => write!(f, "{secs} s"),
            60..3600 => write!(f, "{} min {} s", secs / 60, secs % 60),
            _ => write!(f, "{} h {} min", secs / 3600, secs % 3600 / 60),
        }
    }
}

impl QueueData {
    pub(super) fn of(account: &Account, actor: &Actor, page: &str, now: Timestamp) -> Self {
        let mut tickets: Vec<_> = account.tickets().values().collect();
        let offered = tickets.iter().filter(|ticket| is_offered(ticket)).count();
        let paging = Paging::of(page, TICKETS_MAX, tickets.len());
        // Queue by queue, each in its order. Offers come first, because they have the lowest positions.
        tickets
            .sort_unstable_by_key(|ticket| (&ticket.product, ticket.pool, !is_offered(ticket), ticket.place));
        let rows = tickets.iter().skip(paging.skip).take(TICKETS_MAX);
        Self {
            offered,
            waiting: tickets.len() - offered,
            rows: rows
                .map(|ticket| Waiting::of(account, actor, ticket, now))
                .collect(),
            paging,
            path: NavPage::Queue.path(account.id()),
        }
    }
}

impl Waiting {
    pub(crate) fn of(account: &Account, actor: &Actor, ticket: &Ticket, now: Timestamp) -> Self {
        let user = account.user(ticket.user);
        let pool = account.pool(ticket.pool);
        let position = pool.and_then(|pool| pool.position(ticket.place));
        let estimate = pool
            .zip(position)
            .and_then(|(pool, position)| pool.wait_estimate(position));
        Self {
            id: ticket.id,
            who: Linked::user_id(account, actor, ticket.user),
            email: user
                .map(|user| user.profile.email.reveal().to_string())
                .unwrap_or_default(),
            product: ProductLabel::of(account, &ticket.product),
            pool: pool.map_or_else(Linked::default, |pool| Linked::pool(account, actor, pool)),
            wanted: wanted(&ticket.wanted),
            since: Moment(account.shown(ticket.since)),
            waited: Elapsed(now.since(ticket.since)),
            offer_secs: match ticket.state {
                TicketState::Offered { until } => Some(until.remaining(now).get()),
                TicketState::Waiting {} => None,
            },
            position,
            estimate: estimate.map(Elapsed),
            drop: if account.is_staff(actor) && need_to_drop(account, actor, ticket).is_ok() {
                format!("{}/{}/drop", NavPage::Queue.path(account.id()), ticket.id)
            } else {
                String::new()
            },
        }
    }
}

/// Refuses viewers who may not remove this ticket: it is not theirs, and they do not manage seats.
pub(crate) fn need_to_drop(account: &Account, actor: &Actor, ticket: &Ticket) -> Result<(), Refusal> {
    if account.may_act_for(actor, ticket.user) {
        return Ok(());
    }
    account.need_to_manage(actor, Privilege::SeatsManage, "ticket")
}

const fn is_offered(ticket: &Ticket) -> bool {
    matches!(ticket.state, TicketState::Offered { .. })
}

fn wanted(wanted: &Wanted) -> String {
    match wanted {
        Wanted::SignIn { device } => format!(
            "To sign in on {} ({})",
            device.name.reveal(),
            device_kind(device.kind)
        ),
        Wanted::Session { .. } => "To start a session".to_owned(),
        Wanted::Resume { .. } => "To go on with a session".to_owned(),
    }
}

#[cfg(test)]
impl Queue {
    /// Example data: a user who waits, and a user with an offer.
    pub(super) fn sample() -> Self {
        let row = |position, offer_secs| Waiting {
            id: TicketId::from_bits(7),
            who: Linked::plain("<b>Amara</b>"),
            email: "amara@example.com".to_owned(),
            product: ProductLabel::plain("Remote support"),
            pool: Linked::plain("Support"),
            wanted: "To sign in on Amara's laptop (Desktop)".to_owned(),
            since: Moment(usher_domain::WallTime::new(Timestamp::default())),
            waited: Elapsed(Secs::new(3900)),
            offer_secs,
            position,
            estimate: None,
            drop: "/a/x/queue/y/drop".to_owned(),
        };
        let seen = QueueData {
            offered: 1,
            waiting: 1,
            rows: vec![row(None, Some(42)), row(Some(1), None)],
            paging: Paging::of("", TICKETS_MAX, 2),
            path: "/a/x/queue".to_owned(),
        };
        Self { seen }
    }
}
