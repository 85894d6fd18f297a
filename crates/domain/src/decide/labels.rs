//! External ids and metadata: decided with the command that makes or changes their thing, so that both happen or
//! neither.

use crate::account::Account;
use crate::command::{Command, Decision};
use crate::event::Event;
use crate::labels::{Labelled, Labels, LabelsPatch};
use crate::permission::{Actor, Privilege};
use crate::presence::Wanted;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// Decides a command, and labels what it makes or changes.
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
    let subject = match command {
        Command::ChangeAccount { .. } => Some(Labelled::Account),
        Command::ChangeUser { id, .. } => {
            // Users change themselves in part; what a vendor keeps with them is not theirs to change.
            account.need(actor, Privilege::UsersManage)?;
            Some(Labelled::User(*id))
        }
        Command::ChangePool { id, .. } => Some(Labelled::Pool(*id)),
        _ => None,
    };
    if let Some(subject) = subject {
        label(account, &mut decision.events, subject, patch)?;
        return Ok(decision);
    }
    let made: Vec<Labelled> = decision.events.iter().filter_map(made_by).collect();
    for subject in made {
        label(account, &mut decision.events, subject, patch)?;
    }
    for event in &mut decision.events {
        if let Event::TicketOpened {
            wanted: Wanted::Session { labels, .. },
            ..
        } = event
        {
            *labels = patch.applied_to(labels);
        }
    }
    Ok(decision)
}

const fn made_by(event: &Event) -> Option<Labelled> {
    match event {
        Event::UserCreated { id, .. } => Some(Labelled::User(*id)),
        Event::PoolCreated { id, .. } => Some(Labelled::Pool(*id)),
        Event::SessionCreated { id, .. } => Some(Labelled::Session(*id)),
        _ => None,
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
    events.push(Event::Labelled { subject, labels });
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
        return Err(Refusal::AlreadyExists {
            what,
            field: "external_id",
        });
    }
    Ok(())
}
