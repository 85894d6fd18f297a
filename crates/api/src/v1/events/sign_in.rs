//! The messages to the device of a sign-in.

use std::collections::BTreeSet;

use serde::Serialize;
use usher_app::Admitted;
use usher_domain::event::{Claim, MinutesEvent, SessionEvent, SignInEvent, TicketEvent};
use usher_domain::text::Product;
use usher_domain::{Account, Actor, Event, SessionId, SignInId, TicketId, Timestamp, UserId};
use usher_journal::{Seq, SignInRow};

use super::feed::{MayFollow, QueueView, Subject};
use super::message::{By, InSecs, Message, Offer, Over, Queue};
use super::session::{MinutesLow, session_of, tell_of_new_session, tell_of_session};
use super::standing::Standing;
use crate::problem::Problem;

/// A sign-in that is followed.
pub(crate) struct SignInSubject {
    id: SignInId,
    user: UserId,
    product: Product,
    sessions: BTreeSet<SessionId>,
    tickets: BTreeSet<TicketId>,
    /// Up to which commit there may be unknown sessions and tickets of the user.
    unsure_until: Seq,
    /// Those of others, so that none is looked up twice.
    strangers: BTreeSet<u128>,
    is_over: bool,
}

#[derive(Serialize)]
struct TicketOver<'a> {
    ticket: TicketId,
    #[serde(flatten)]
    over: Over<'a>,
}

impl SignInSubject {
    pub(crate) fn of(id: SignInId, standing: Standing, unsure_until: Seq) -> Self {
        Self {
            id,
            user: standing.user,
            product: standing.product,
            sessions: standing.sessions,
            tickets: standing.tickets,
            unsure_until,
            strangers: BTreeSet::new(),
            is_over: false,
        }
    }

    /// An ended sign-in with events that may still have to be reported.
    pub(crate) fn of_ended(row: &SignInRow, unsure_until: Seq) -> Option<Self> {
        Some(Self {
            id: row.id,
            user: row.user,
            product: row.product.as_str().parse().ok()?,
            sessions: BTreeSet::new(),
            tickets: BTreeSet::new(),
            unsure_until,
            strangers: BTreeSet::new(),
            is_over: false,
        })
    }

    async fn has_session(&mut self, caller: &Admitted, seq: Seq, id: SessionId) -> Result<bool, Problem> {
        if self.sessions.contains(&id) {
            return Ok(true);
        }
        if seq > self.unsure_until || self.strangers.contains(&id.bits()) {
            return Ok(false);
        }
        let row = caller.app.records().session(caller.account, id).await?;
        let is_own = row.is_some_and(|row| row.sign_in == self.id);
        if is_own {
            self.sessions.insert(id);
        } else {
            self.strangers.insert(id.bits());
        }
        Ok(is_own)
    }

    async fn has_ticket(&mut self, caller: &Admitted, seq: Seq, id: TicketId) -> Result<bool, Problem> {
        if self.tickets.contains(&id) {
            return Ok(true);
        }
        if seq > self.unsure_until || self.strangers.contains(&id.bits()) {
            return Ok(false);
        }
        let row = caller.app.records().ticket(caller.account, id).await?;
        let is_own = row.is_some_and(|row| row.user == self.user && row.product == self.product.as_str());
        if is_own {
            self.tickets.insert(id);
        } else {
            self.strangers.insert(id.bits());
        }
        Ok(is_own)
    }

    /// Events of the sign-in itself.
    fn take_own(&mut self, event: &Event, now: Timestamp) -> Option<Message> {
        let left = |at: Timestamp| InSecs {
            in_secs: at.remaining(now).get(),
        };
        match event {
            Event::SignIn(SignInEvent::Ended { id, reason, by }) if *id == self.id => {
                self.is_over = true;
                let over = Over {
                    reason: reason.as_str(),
                    by: By::of(by.as_ref()),
                };
                Some(Message::new("signed_out", &over))
            }
            Event::SignIn(SignInEvent::LogOffWarned { id, at }) if *id == self.id => {
                Some(Message::new("log_off_warning", &left(*at)))
            }
            Event::SignIn(SignInEvent::ReclaimWarned { id, at }) if *id == self.id => {
                Some(Message::new("reclaim_warning", &left(*at)))
            }
            Event::SignIn(SignInEvent::ReclaimCancelled { id }) if *id == self.id => {
                Some(Message::new("reclaim_cancelled", &serde_json::Map::new()))
            }
            Event::SignIn(SignInEvent::ActivityReported { id }) if *id == self.id => {
                Some(Message::new("activity", &serde_json::Map::new()))
            }
            Event::Minutes(MinutesEvent::Low {
                claim: Claim::SignIn(id),
                ends_at,
            }) if *id == self.id => {
                let low = MinutesLow {
                    in_secs: ends_at.remaining(now).get(),
                    session: None,
                };
                Some(Message::new("minutes_low", &low))
            }
            Event::Ticket(TicketEvent::Opened {
                id, user, product, ..
            }) if *user == self.user && *product == self.product => {
                self.tickets.insert(*id);
                None
            }
            _ => None,
        }
    }
}

/// Whether the caller may know the code of a waiting session.
async fn sees_code(caller: &Admitted, id: SessionId) -> Result<bool, Problem> {
    let sees = move |account: &Account, actor: &Actor, _| {
        let session = account.sessions().get(&id);
        Ok(session.is_some_and(|session| account.sees_code(actor, session)))
    };
    Ok(caller.read(sees).await?)
}

/// The ticket that an event claims.
const fn claimed_by(event: &Event) -> Option<TicketId> {
    match event {
        Event::SignIn(SignInEvent::SignedIn { ticket, .. })
        | Event::Session(SessionEvent::Created { ticket, .. } | SessionEvent::Resumed { ticket, .. }) => {
            *ticket
        }
        _ => None,
    }
}

impl Subject for SignInSubject {
    async fn take(&mut self, caller: &Admitted, seq: Seq, event: &Event) -> Result<Option<Message>, Problem> {
        let now = caller.app.engine().now();
        if let Some(ticket) = claimed_by(event) {
            self.tickets.remove(&ticket);
        }
        if let Some(id) = session_of(event) {
            if !self.has_session(caller, seq, id).await? {
                return Ok(None);
            }
            let message = tell_of_session(id, event, now);
            if matches!(event, Event::Session(SessionEvent::Ended { .. })) {
                self.sessions.remove(&id);
            }
            return Ok(message);
        }
        match event {
            Event::Session(SessionEvent::Created { id, sign_in, .. }) if *sign_in == self.id => {
                self.sessions.insert(*id);
                let (codes, sees) = (caller.app.identity().join_codes(), sees_code(caller, *id).await?);
                let open = |code: &_| sees.then(|| codes.open(caller.account, code)).flatten();
                Ok(tell_of_new_session(event, now, open))
            }
            Event::Ticket(TicketEvent::Offered { id, until })
                if self.has_ticket(caller, seq, *id).await? =>
            {
                let offer = Offer {
                    ticket: *id,
                    expires_in_secs: until.remaining(now).get(),
                };
                Ok(Some(Message::new("offer", &offer)))
            }
            Event::Ticket(TicketEvent::Ended { id, reason, by })
                if self.has_ticket(caller, seq, *id).await? =>
            {
                self.tickets.remove(id);
                let over = TicketOver {
                    ticket: *id,
                    over: Over {
                        reason: reason.as_str(),
                        by: By::of(by.as_ref()),
                    },
                };
                Ok(Some(Message::new("ticket_ended", &over)))
            }
            event => Ok(self.take_own(event, now)),
        }
    }

    fn is_over(&self) -> bool {
        self.is_over
    }

    fn may_follow(&self) -> Box<MayFollow> {
        let id = self.id;
        Box::new(move |account, actor| {
            let sign_in = account.sign_ins().get(&id);
            sign_in.is_none_or(|sign_in| account.sees_user(actor, sign_in.user))
        })
    }

    fn queue(&self) -> Option<Box<QueueView>> {
        let ticket = self.tickets.last().copied()?;
        Some(queue_of(ticket))
    }
}

/// The position of a ticket in its queue.
pub(super) fn queue_of(ticket: TicketId) -> Box<QueueView> {
    Box::new(move |account, _| {
        let ticket = account.tickets().get(&ticket)?;
        let pool = account.pool(ticket.pool)?;
        let position = pool.position(ticket.place)?;
        Some(Queue {
            ticket: ticket.id,
            position,
            wait_estimate_secs: pool.wait_estimate(position).map(usher_domain::Secs::get),
        })
    })
}
