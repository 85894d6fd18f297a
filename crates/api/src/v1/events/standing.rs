//! The state of a sign-in at the start of a stream.

use std::collections::BTreeSet;

use usher_domain::presence::{SessionState, TicketState};
use usher_domain::text::Product;
use usher_domain::{Account, SessionId, SignInId, TicketId, Timestamp, UserId};

use super::message::{By, InSecs, Message, Offer};
use super::session::SessionEnding;

/// The state of a sign-in at the start of a stream.
#[derive(Clone)]
pub(crate) struct Standing {
    pub(super) user: UserId,
    pub(super) product: Product,
    pub(super) sessions: BTreeSet<SessionId>,
    pub(super) tickets: BTreeSet<TicketId>,
    /// The messages about it.
    pub(crate) messages: Vec<Message>,
}

impl Standing {
    /// The state of a sign-in; `None` if it has ended.
    pub(crate) fn of(account: &Account, id: SignInId, now: Timestamp) -> Option<Self> {
        let sign_in = account.sign_ins().get(&id)?;
        let left = |at: Timestamp| InSecs {
            in_secs: at.remaining(now).get(),
        };
        let mut messages = Vec::new();
        messages.extend(
            sign_in
                .log_off_at
                .map(|at| Message::new("log_off_warning", &left(at))),
        );
        messages.extend(
            sign_in
                .reclaim_at
                .map(|at| Message::new("reclaim_warning", &left(at))),
        );
        for session in sign_in
            .sessions()
            .iter()
            .filter_map(|id| account.sessions().get(id))
        {
            if let SessionState::Ending { closes_at, by, .. } = &session.state {
                let ending = SessionEnding {
                    session: session.id,
                    in_secs: closes_at.remaining(now).get(),
                    by: By::of(Some(by)),
                };
                messages.push(Message::new("session_ending", &ending));
            }
        }
        let user = account.user(sign_in.user)?;
        let ticket = account.ticket_of(user, &sign_in.product);
        if let Some(ticket) = ticket
            && let TicketState::Offered { until } = ticket.state
        {
            let offer = Offer {
                ticket: ticket.id,
                expires_in_secs: until.remaining(now).get(),
            };
            messages.push(Message::new("offer", &offer));
        }
        Some(Self {
            user: sign_in.user,
            product: sign_in.product.clone(),
            sessions: sign_in.sessions().iter().copied().collect(),
            tickets: ticket.map(|ticket| ticket.id).into_iter().collect(),
            messages,
        })
    }
}
