//! Licenses that end (L15), or go once the work is done (L16): how they are lent, moved and given back.

use alloc::vec::Vec;

use super::licenses::{check_pool, switched};
use super::presence;
use crate::account::Account;
use crate::event::{By, EndReason, Event, TicketEvent, UserEvent};
use crate::id::{PoolId, UserId};
use crate::permission::Actor;
use crate::pool::Pool;
use crate::refusal::{Refusal, SeatRefusal};
use crate::seat_request::{AfterWork, Lent, Loan};
use crate::text::Product;
use crate::time::Timestamp;
use crate::user::{License, User};

/// Refuses new work of a user whose license has ended: it is kept for work that has begun (L13, L15, L16).
pub(super) fn check_not_ended(
    account: &Account,
    user: &User,
    product: &Product,
    now: Timestamp,
) -> Result<(), Refusal> {
    if account.license_has_ended(user, product, now) {
        return Err(Refusal::Seat(SeatRefusal::LicenseEnded {
            product: product.clone(),
        }));
    }
    Ok(())
}

/// The loan of a license to a user until a time (L15): they return to where they are now, or to where they were before
/// an earlier loan.
pub(super) fn lent(holder: &User, product: &Product, until: Timestamp) -> Loan {
    let back_to = match (holder.loan(product), holder.licenses.get(product)) {
        (Some(loan), _) => loan.home(),
        (None, Some(License::Shared(pool))) => Some(*pool),
        (None, Some(License::Named) | None) => None,
    };
    Loan::new(until, back_to)
}

pub(super) fn lends(user: UserId, product: &Product, loan: Loan) -> Event {
    Event::User(UserEvent::LicenseLent {
        user,
        product: product.clone(),
        loan,
    })
}

/// The events after which a user keeps a license only until they are not signed in (L16). `lent` is the loan that goes on
/// in the license that they have then. None if that is so already.
pub(super) fn finishing(
    account: &Account,
    holder: &User,
    product: &Product,
    back_to: Option<PoolId>,
    lent: Option<Lent>,
    now: Timestamp,
) -> Vec<Event> {
    let after_work = Some(AfterWork { lent });
    let is_so = holder
        .loan(product)
        .is_some_and(|loan| loan.back_to == back_to && loan.after_work == after_work);
    if is_so {
        return Vec::new();
    }
    let loan = Loan {
        until: now,
        back_to,
        after_work,
    };
    let mut events = waits_ended(account, holder, product);
    events.push(lends(holder.id, product, loan));
    events
}

/// The events that move a user to another pool once they are not signed in (L16). A loan that runs goes on there (L15);
/// one that is over keeps its own end.
pub(super) fn moved_after_work(
    account: &Account,
    holder: &User,
    product: &Product,
    to: PoolId,
    now: Timestamp,
) -> Vec<Event> {
    let loan = holder.loan(product);
    if loan.is_some_and(|loan| loan.after_work.is_none() && loan.until <= now) {
        return Vec::new();
    }
    finishing(account, holder, product, Some(to), loan.and_then(Loan::lent), now)
}

/// The events that move a user from a pool to another one now. A loan that runs goes on there (L15). One that is over only
/// waited for the end of the work, which ends here: its user has again what they had before.
pub(super) fn moved(
    account: &Account,
    user: &User,
    from: &Pool,
    to: PoolId,
    by: &By,
    now: Timestamp,
) -> Vec<Event> {
    let product = &from.product;
    let Some(lent) = user.loan(product).and_then(Loan::lent) else {
        return switched(account, user.id, product, Some(License::Shared(to)), by);
    };
    if lent.until > now {
        let mut events = switched(account, user.id, product, Some(License::Shared(to)), by);
        events.push(lends(user.id, product, Loan::new(lent.until, lent.back_to)));
        return events;
    }
    let home = lent.back_to.map(|home| if home == from.id { to } else { home });
    let home = existing(account, product, home);
    switched(account, user.id, product, home.map(License::Shared), by)
}

/// The events at the end of a user's loan of a product (L15), or of their work (L16): they have the license that is to
/// follow, or that they had before, if its pool is still there.
pub(super) fn given_back(
    account: &Account,
    user: UserId,
    product: &Product,
    loan: &Loan,
    now: Timestamp,
) -> Vec<Event> {
    let by = presence::by(account, &Actor::System, None);
    let set = |pool: Option<PoolId>| switched(account, user, product, pool.map(License::Shared), &by);
    let next = existing(account, product, loan.back_to);
    let Some(lent) = loan.after_work.and_then(|after_work| after_work.lent) else {
        return set(next);
    };
    if next.is_none() || lent.until <= now {
        return set(existing(account, product, lent.back_to));
    }
    let mut events = set(next);
    events.push(lends(user, product, Loan::new(lent.until, lent.back_to)));
    events
}

/// The license that a user has after their loan of a product, whenever it ends (L15).
pub(crate) fn license_at_home(account: &Account, user: &User, product: &Product) -> Option<License> {
    let home = user.loan(product).and_then(Loan::home);
    existing(account, product, home).map(License::Shared)
}

/// The pool, if there still is one in which the user can have a place.
fn existing(account: &Account, product: &Product, pool: Option<PoolId>) -> Option<PoolId> {
    pool.filter(|pool| check_pool(account, *pool, product).is_ok())
}

/// The events of the loans of a user that are over. They give their licenses back, except while their user is signed in
/// for the product; then what they wait for ends (L15).
pub(super) fn over(account: &Account, user: &User, now: Timestamp) -> Vec<Event> {
    let over = user.loans.iter().filter(|(_, loan)| loan.until <= now);
    over.flat_map(|(product, loan)| {
        if account.is_signed_in_for(user, product) {
            waits_ended(account, user, product)
        } else {
            given_back(account, user.id, product, loan, now)
        }
    })
    .collect()
}

/// The events that end a user's place in the queue for work that has not begun: their license has ended, so they could not
/// take a seat that is offered to them.
fn waits_ended(account: &Account, user: &User, product: &Product) -> Vec<Event> {
    let ticket = account.ticket_of(user, product);
    let ticket = ticket.filter(|ticket| ticket.wanted.is_new_work());
    let ended = ticket.map(|ticket| {
        Event::Ticket(TicketEvent::Ended {
            id: ticket.id,
            reason: EndReason::LicenseChanged,
            by: None,
        })
    });
    ended.into_iter().collect()
}
