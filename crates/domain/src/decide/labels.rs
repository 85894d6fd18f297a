//! External ids and metadata: decided together with the command that creates or changes their thing, so that both
//! happen or neither.

use alloc::vec::Vec;

use crate::account::Account;
use crate::command::{AccountCommand, Command, Decision, PoolCommand, UserCommand};
use crate::event::{AccountEvent, Event, PoolEvent, SessionEvent, TicketEvent, UserEvent};
use crate::labels::{Labelled, Labels, LabelsPatch};
use crate::permission::{Actor, Privilege};
use crate::presence::Wanted;
use crate::refusal::{Refusal, StateRefusal};
use crate::time::Timestamp;

/// Decides a command, and labels the thing that it creates or changes.
pub(super) fn decide(
    account: &Account,
    command: &Command,
    patch: &LabelsPatch,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let mut decision = super::decide(account, command, actor, now)?;
    if patch.is_empty() {
        return Ok(decision);
    }
    if let Some(subject) = changed_by(command) {
        if let Labelled::User(_) = subject {
            // Users may change parts of themselves, but not the vendor's labels.
            account.need(actor, Privilege::UsersManage)?;
        }
        label(account, &mut decision.events, subject, patch)?;
        return Ok(decision);
    }
    let made: Vec<Labelled> = decision.events.iter().filter_map(made_by).collect();
    for subject in made {
        label(account, &mut decision.events, subject, patch)?;
    }
    for event in &mut decision.events {
        if let Event::Ticket(TicketEvent::Opened {
            wanted: Wanted::Session { labels, .. },
            ..
        }) = event
        {
            *labels = patch.applied_to(labels);
        }
    }
    Ok(decision)
}

/// What a command changes that was there before, where it can have labels.
fn changed_by(command: &Command) -> Option<Labelled> {
    match command {
        Command::Account(AccountCommand::Change { .. }) => Some(Labelled::Account),
        Command::User(UserCommand::Change { id, .. }) => Some(Labelled::User(*id)),
        Command::Pool(PoolCommand::Change { id, .. }) => Some(Labelled::Pool(*id)),
        Command::Account(_)
        | Command::ApiKey(_)
        | Command::User(_)
        | Command::License(_)
        | Command::Credential(_)
        | Command::Pool(_)
        | Command::Team(_)
        | Command::Group(_)
        | Command::SignIn(_)
        | Command::Session(_)
        | Command::Ticket(_)
        | Command::Labelled { .. } => None,
    }
}

/// What an event makes, where it can have labels.
const fn made_by(event: &Event) -> Option<Labelled> {
    match event {
        Event::User(UserEvent::Created { id, .. }) => Some(Labelled::User(*id)),
        Event::Pool(PoolEvent::Created { id, .. }) => Some(Labelled::Pool(*id)),
        Event::Session(SessionEvent::Created { id, .. }) => Some(Labelled::Session(*id)),
        Event::Account(_)
        | Event::ApiKey(_)
        | Event::User(_)
        | Event::Credential(_)
        | Event::Pool(_)
        | Event::Team(_)
        | Event::Group(_)
        | Event::SignIn(_)
        | Event::Lease(_)
        | Event::Session(_)
        | Event::Ticket(_)
        | Event::Minutes(_)
        | Event::Refusal(_) => None,
    }
}

fn label(
    account: &Account,
    events: &mut Vec<Event>,
    subject: Labelled,
    patch: &LabelsPatch,
) -> Result<(), Refusal> {
    let before = account.labels_of(subject).cloned().unwrap_or_default();
    let labels = patch.applied_to(&before);
    if labels == before {
        return Ok(());
    }
    check_external_id(account, subject, &labels)?;
    events.push(Event::Account(AccountEvent::Labelled { subject, labels }));
    Ok(())
}

/// External ids of users and of pools are unique in the account.
fn check_external_id(account: &Account, subject: Labelled, labels: &Labels) -> Result<(), Refusal> {
    let Some(external_id) = &labels.external_id else {
        return Ok(());
    };
    let (what, is_taken) = match subject {
        Labelled::User(id) => {
            let owner = account.user_by_external_id(external_id);
            ("user", owner.is_some_and(|owner| owner.id != id))
        }
        Labelled::Pool(id) => {
            let mut pools = account.pools.values();
            let is_same = |pool: &crate::pool::Pool| pool.labels.external_id.as_ref() == Some(external_id);
            ("pool", pools.any(|pool| pool.id != id && is_same(pool)))
        }
        Labelled::Account | Labelled::Session(_) => return Ok(()),
    };
    if is_taken {
        return Err(Refusal::State(StateRefusal::AlreadyExists {
            what,
            field: "external_id",
        }));
    }
    Ok(())
}
