//! Tickets (Q2): claiming, leaving the queue, and heartbeats.

use alloc::vec;
use alloc::vec::Vec;

use super::presence::by;
use crate::account::Account;
use crate::command::{Decision, Outcome, TicketCommand};
use crate::event::{EndReason, Event, TicketEvent};
use crate::id::TicketId;
use crate::permission::{Actor, Privilege};
use crate::presence::{Ticket, TicketState};
use crate::refusal::{Refusal, StateRefusal};
use crate::time::Timestamp;

pub(super) fn decide(
    account: &Account,
    command: &TicketCommand,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    match command {
        TicketCommand::Claim { id } => claim(account, *id, actor, now),
        TicketCommand::Drop { id } => drop_ticket(account, *id, actor),
        TicketCommand::Renew { id } => {
            let ticket = own(account, *id, actor)?;
            Ok(Decision {
                events: Vec::new(),
                outcome: Outcome::Lease {
                    remaining: ticket.lease,
                },
            })
        }
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

fn claim(account: &Account, id: TicketId, actor: &Actor, now: Timestamp) -> Result<Decision, Refusal> {
    let ticket = own(account, id, actor)?;
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
