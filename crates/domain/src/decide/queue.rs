//! Tickets (Q2): claiming, leaving the queue, and heartbeats.

use alloc::vec;

use super::presence::by;
use crate::account::Account;
use crate::command::{ClaimOutcome, ClaimTicket, Decision, RenewTicket, TicketCommand};
use crate::decide::Decide;
use crate::event::{EndReason, Event, TicketEvent};
use crate::id::TicketId;
use crate::leases::Leased;
use crate::permission::{Actor, Privilege};
use crate::presence::{Ticket, TicketState};
use crate::refusal::{Attempt, Refusal, StateRefusal};
use crate::settle::Attempted;
use crate::time::{Secs, Timestamp};

pub(super) fn decide(
    account: &Account,
    command: &TicketCommand,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    match command {
        TicketCommand::Claim(command) => command.decide(account, actor, now).map(Decision::without_outcome),
        TicketCommand::Drop { id } => drop_ticket(account, *id, actor),
        TicketCommand::Renew(command) => command.decide(account, actor, now).map(Decision::without_outcome),
    }
}

impl Decide for ClaimTicket {
    type Outcome = ClaimOutcome;

    fn decide(
        &self,
        account: &Account,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Decision<ClaimOutcome>, Refusal> {
        let ticket = own(account, self.id, actor)?;
        if matches!(ticket.state, TicketState::Waiting {}) {
            return Err(Refusal::State(StateRefusal::WrongState {
                what: "ticket",
                state: ticket.state.as_str(),
                expected: "offered",
            }));
        }
        // Having waited gives the right to be signed in, no matter which of the user's tokens is used.
        let owner = match actor {
            Actor::Ticket(_) | Actor::SignIn(_) => Actor::User(ticket.user),
            Actor::Operator
            | Actor::ApiKey { .. }
            | Actor::User(_)
            | Actor::Customer(_)
            | Actor::SingleSignOn
            | Actor::System => actor.clone(),
        };
        super::sessions::claim(account, ticket, &owner, now)
    }

    fn attempted(&self, account: &Account) -> Option<Attempted> {
        let ticket = account.tickets.get(&self.id)?;
        Some(Attempted {
            attempt: Attempt::Ticket,
            user: ticket.user,
            product: ticket.product.clone(),
            device: None,
        })
    }

    fn renews(&self) -> Option<Leased> {
        None
    }
}

impl Decide for RenewTicket {
    type Outcome = Secs;

    fn decide(&self, account: &Account, actor: &Actor, _: Timestamp) -> Result<Decision<Secs>, Refusal> {
        own(account, self.id, actor).map(|ticket| Decision::unchanged(ticket.lease))
    }

    fn attempted(&self, _: &Account) -> Option<Attempted> {
        None
    }

    fn renews(&self) -> Option<Leased> {
        Some(Leased::Ticket(self.id))
    }
}

/// Refuses the id of a ticket that exists.
pub(super) fn check_ticket_id(account: &Account, id: TicketId) -> Result<(), Refusal> {
    if account.tickets.contains_key(&id) {
        return Err(Refusal::State(StateRefusal::AlreadyExists {
            what: "ticket",
            field: "id",
        }));
    }
    Ok(())
}

fn drop_ticket(account: &Account, id: TicketId, actor: &Actor) -> Result<Decision, Refusal> {
    match own(account, id, actor) {
        Ok(_) => {
            let ended = Event::Ticket(TicketEvent::Ended {
                id,
                reason: EndReason::SignedOut,
                by: None,
            });
            Ok(Decision::done(vec![ended]))
        }
        Err(Refusal::Forbidden { .. } | Refusal::NotFound { .. })
            if account.may(actor, Privilege::SeatsManage) =>
        {
            let by = by(account, actor, None);
            Ok(Decision::done(vec![Event::Ticket(TicketEvent::Ended {
                id,
                reason: EndReason::Evicted,
                by: Some(by),
            })]))
        }
        Err(refusal) => Err(refusal),
    }
}

/// The ticket, for those it belongs to: its own token, its user on any device, and programs that work for users.
fn own<'a>(account: &'a Account, id: TicketId, actor: &Actor) -> Result<&'a Ticket, Refusal> {
    let ticket = account
        .tickets
        .get(&id)
        .ok_or(Refusal::State(StateRefusal::TicketEnded { id }))?;
    let is_own = match actor {
        Actor::Ticket(own) => *own == id,
        Actor::Customer(_) | Actor::Operator => false,
        Actor::ApiKey { .. } | Actor::User(_) | Actor::SignIn(_) | Actor::SingleSignOn | Actor::System => {
            account.may_act_for(actor, ticket.user)
        }
    };
    if is_own {
        return Ok(ticket);
    }
    let needed = "the ticket's own token or a key with `sign-ins.write`";
    Err(if account.is_staff(actor) {
        Refusal::Forbidden { needed }
    } else {
        Refusal::NotFound { what: "ticket" }
    })
}
