//! The messages to a waiting device.

use std::time::Duration;

use serde::Serialize;
use usher_app::Admitted;
use usher_domain::command::RenewTicket;
use usher_domain::event::{SessionEvent, SignInEvent, TicketEvent};
use usher_domain::presence::TicketState;
use usher_domain::{Account, Event, Secs, SessionId, SignInId, TicketId, Timestamp};
use usher_journal::Seq;

use super::feed::{MayFollow, QueueView, Subject};
use super::message::{By, Message, Offer, Over};
use super::sign_in::queue_of;
use crate::problem::Problem;

/// The longest time between two heartbeats of a stream.
const ALIVE_SECS_MAX: u32 = 15;

/// A ticket that is followed.
pub(crate) struct TicketSubject {
    id: TicketId,
    /// How long the ticket lives without a heartbeat; `None` if the caller's reads do not count as heartbeats.
    lease: Option<Secs>,
    is_over: bool,
}

#[derive(Serialize)]
struct Claimed {
    ticket: TicketId,
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_in: Option<SignInId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionId>,
}

impl TicketSubject {
    /// A ticket; `lease` if the caller's reads keep it alive.
    pub(crate) const fn new(id: TicketId, lease: Option<Secs>) -> Self {
        Self {
            id,
            lease,
            is_over: false,
        }
    }

    /// The message about the ticket's state at the start of the stream.
    pub(crate) fn standing(account: &Account, id: TicketId, now: Timestamp) -> Vec<Message> {
        let ticket = account.tickets().get(&id);
        match ticket.map(|ticket| ticket.state) {
            Some(TicketState::Offered { until }) => vec![offer(id, until, now)],
            _ => Vec::new(),
        }
    }

    fn claimed(&mut self, sign_in: Option<SignInId>, session: Option<SessionId>) -> Message {
        self.is_over = true;
        Message::new(
            "claimed",
            &Claimed {
                ticket: self.id,
                sign_in,
                session,
            },
        )
    }
}

fn offer(ticket: TicketId, until: Timestamp, now: Timestamp) -> Message {
    let expires_in_secs = until.remaining(now).get();
    Message::new(
        "offer",
        &Offer {
            ticket,
            expires_in_secs,
        },
    )
}

impl Subject for TicketSubject {
    async fn take(&mut self, caller: &Admitted, _: Seq, event: &Event) -> Result<Option<Message>, Problem> {
        let own = Some(self.id);
        Ok(match event {
            Event::Ticket(TicketEvent::Offered { id, until }) if *id == self.id => {
                Some(offer(*id, *until, caller.app.engine().now()))
            }
            Event::Ticket(TicketEvent::Ended { id, reason, by }) if *id == self.id => {
                self.is_over = true;
                let over = Over {
                    reason: reason.as_str(),
                    by: By::of(by.as_ref()),
                };
                Some(Message::new("ended", &over))
            }
            Event::SignIn(SignInEvent::SignedIn { id, ticket, .. }) if *ticket == own => {
                Some(self.claimed(Some(*id), None))
            }
            Event::Session(
                SessionEvent::Created { id, ticket, .. } | SessionEvent::Resumed { id, ticket, .. },
            ) if *ticket == own => Some(self.claimed(None, Some(*id))),
            _ => None,
        })
    }

    fn is_over(&self) -> bool {
        self.is_over
    }

    fn may_follow(&self) -> Box<MayFollow> {
        let id = self.id;
        Box::new(move |account, actor| {
            let ticket = account.tickets().get(&id);
            ticket.is_none_or(|ticket| account.sees_user(actor, ticket.user))
        })
    }

    fn queue(&self) -> Option<Box<QueueView>> {
        (!self.is_over).then(|| queue_of(self.id))
    }

    fn alive_every(&self) -> Duration {
        let every = self
            .lease
            .map_or(ALIVE_SECS_MAX, |lease| (lease.get() / 3).clamp(1, ALIVE_SECS_MAX));
        Duration::from_secs(every.into())
    }

    async fn still_open(&mut self, caller: &Admitted) {
        if self.lease.is_some() {
            let renewed = caller.try_execute(RenewTicket { id: self.id }, |_, lease, _| *lease);
            // An ended ticket is reported by its event. If its pool has a new lease, the ticket has to be kept alive at
            // another interval.
            if let Ok(lease) = renewed.await {
                self.lease = Some(lease);
            }
        }
    }
}
