//! External ids and metadata: decided together with the command that creates or changes their thing, so that both
//! happen or neither.

use crate::account::Account;
use crate::event::{AccountEvent, Event};
use crate::labels::{Labelled, Labels, LabelsPatch};
use crate::refusal::{Refusal, StateRefusal};

/// The event that labels a new thing, after the one that creates it; `None` if it gets no labels.
pub(super) fn of_new(
    account: &Account,
    subject: Labelled,
    labels: &Labels,
) -> Result<Option<Event>, Refusal> {
    if labels.is_empty() {
        return Ok(None);
    }
    label(account, subject, labels.clone()).map(Some)
}

/// The event that changes the labels of a thing; `None` if they stay the same.
pub(super) fn changed(
    account: &Account,
    subject: Labelled,
    patch: &LabelsPatch,
) -> Result<Option<Event>, Refusal> {
    if patch.is_empty() {
        return Ok(None);
    }
    let before = account.labels_of(subject).cloned().unwrap_or_default();
    let labels = patch.applied_to(&before);
    if labels == before {
        return Ok(None);
    }
    label(account, subject, labels).map(Some)
}

fn label(account: &Account, subject: Labelled, labels: Labels) -> Result<Event, Refusal> {
    check_external_id(account, subject, &labels)?;
    Ok(Event::Account(AccountEvent::Labelled { subject, labels }))
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
