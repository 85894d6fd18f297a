//! Endings shared by several commands.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::account::Account;
use crate::event::{By, EndReason, Event, SessionEvent, SignInEvent, TicketEvent};
use crate::id::{SignInId, UserId};
use crate::permission::Actor;
use crate::text::{Note, Product};

/// The events that end a sign-in and everything that needs it: its sessions and tickets.
pub(crate) fn end_sign_in(account: &Account, id: SignInId, reason: EndReason, by: Option<&By>) -> Vec<Event> {
    let Some(sign_in) = account.sign_ins.get(&id) else {
        return Vec::new();
    };
    // A note that users give when they sign out themselves is only about that: nobody else ended their sessions and
    // their wait.
    let by_another = by.filter(|_| reason != EndReason::SignedOut);
    let mut events = Vec::with_capacity(sign_in.sessions.len() + 1);
    for session in &sign_in.sessions {
        events.push(Event::Session(SessionEvent::Ended {
            id: *session,
            reason: EndReason::SignInEnded,
            by: by_another.cloned(),
        }));
    }
    let waiting = account
        .users
        .get(&sign_in.user)
        .into_iter()
        .filter_map(|user| account.ticket_of(user, &sign_in.product))
        .filter(|ticket| account.ticket_runs_on(ticket) == Some(id));
    for ticket in waiting {
        events.push(Event::Ticket(TicketEvent::Ended {
            id: ticket.id,
            reason: EndReason::SignInEnded,
            by: by_another.cloned(),
        }));
    }
    events.push(Event::SignIn(SignInEvent::Ended {
        id,
        reason,
        by: by.cloned(),
    }));
    events
}

/// The events that end everything a user is doing or waiting for, for one product or (`None`) all (L5).
pub(crate) fn end_presence(
    account: &Account,
    user: UserId,
    product: Option<&Product>,
    reason: EndReason,
    by: Option<&By>,
) -> Vec<Event> {
    let Some(user) = account.users.get(&user) else {
        return Vec::new();
    };
    let concerned = |of: &Product| product.is_none_or(|product| product == of);
    let sign_ins = user.sign_ins.iter().filter_map(|id| account.sign_ins.get(id));
    let mut events: Vec<Event> = sign_ins
        .filter(|sign_in| concerned(&sign_in.product))
        .flat_map(|sign_in| end_sign_in(account, sign_in.id, reason, by))
        .collect();
    let tickets = user.tickets.iter().filter_map(|id| account.tickets.get(id));
    for ticket in tickets.filter(|ticket| concerned(&ticket.product)) {
        let ended = events
            .iter()
            .any(|event| matches!(event, Event::Ticket(TicketEvent::Ended { id, .. }) if *id == ticket.id));
        if !ended {
            events.push(Event::Ticket(TicketEvent::Ended {
                id: ticket.id,
                reason,
                by: by.cloned(),
            }));
        }
    }
    events
}

/// Who did it, as told to the user concerned.
pub(crate) fn by(account: &Account, actor: &Actor, note: Option<&Note>) -> By {
    let name = match actor {
        Actor::ApiKey { id, .. } => account.api_keys.get(id).map(|key| key.name.clone()),
        Actor::Operator
        | Actor::User(_)
        | Actor::SignIn(_)
        | Actor::Ticket(_)
        | Actor::Customer(_)
        | Actor::SingleSignOn
        | Actor::System => account
            .user_of(actor)
            .and_then(|id| account.users.get(&id))
            .map(|user| user.profile.name.reveal().clone()),
    };
    By {
        actor: actor.to_string(),
        name: name.map(Into::into),
        note: note.cloned().map(Into::into),
    }
}
