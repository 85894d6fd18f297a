//! Loans and when they end (L15), and requests for seats (L14).

use alloc::vec::Vec;

use crate::account::State;
use crate::id::UserId;
use crate::personal::Personal;
use crate::schedule::Due;
use crate::seat_request::{DeclinedRequest, Loan, SeatRequest, SeatRequestAnswer};
use crate::text::{Note, Product};
use crate::time::Timestamp;
use crate::user::License;

/// A license was set. It is for good, unless the next event lends it. A first license and a named seat are what a user
/// asks for.
pub(super) fn license_set(
    account: &mut State,
    user: UserId,
    product: &Product,
    before: Option<License>,
    after: Option<License>,
) {
    let Some(holder) = account.users.get_mut(&user) else {
        return;
    };
    holder.loans.remove(product);
    if after == Some(License::Named) || before.is_none() && after.is_some() {
        holder.seat_requests.remove(product);
    }
    index_asker(account, user);
    schedule(account, user);
}

/// Notes whether the user has an open request.
fn index_asker(account: &mut State, id: UserId) {
    let user = account.users.get(&id);
    if user.is_some_and(|user| user.seat_requests.values().any(SeatRequest::is_open)) {
        account.askers.insert(id);
    } else {
        account.askers.remove(&id);
    }
}

pub(super) fn lent(account: &mut State, user: UserId, product: &Product, loan: Loan) {
    if let Some(holder) = account.users.get_mut(&user)
        && holder.licenses.contains_key(product)
    {
        holder.loans.insert(product.clone(), loan);
    }
    schedule(account, user);
}

pub(super) fn requested(
    account: &mut State,
    user: UserId,
    product: &Product,
    note: &Personal<Note>,
    at: Timestamp,
) {
    if let Some(asker) = account.users.get_mut(&user) {
        let request = SeatRequest {
            note: note.clone(),
            sent_at: at,
            declined: None,
        };
        asker.seat_requests.insert(product.clone(), request);
    }
    index_asker(account, user);
}

pub(super) fn answered(
    account: &mut State,
    user: UserId,
    product: &Product,
    answer: &SeatRequestAnswer,
    at: Timestamp,
) {
    let Some(asker) = account.users.get_mut(&user) else {
        return;
    };
    match answer {
        SeatRequestAnswer::Withdrawn | SeatRequestAnswer::Granted => {
            asker.seat_requests.remove(product);
        }
        SeatRequestAnswer::Declined { by } => {
            if let Some(request) = asker.seat_requests.get_mut(product) {
                request.declined = Some(DeclinedRequest { at, by: by.clone() });
            }
        }
    }
    index_asker(account, user);
}

/// Schedules the end of the user's next loan (L15): of a product for which they are not signed in, or wait to begin more
/// work. The others wait until they are not.
pub(super) fn schedule(account: &mut State, id: UserId) {
    let Some(user) = account.users.get_mut(&id) else {
        return;
    };
    let at = if user.loans.is_empty() {
        None
    } else {
        let signed_in = user.sign_ins.iter().filter_map(|id| account.sign_ins.get(id));
        let busy: Vec<&Product> = signed_in.map(|sign_in| &sign_in.product).collect();
        let tickets = user.tickets.iter().filter_map(|id| account.tickets.get(id));
        let tickets = tickets.filter(|ticket| ticket.wanted.is_new_work());
        let waited_for: Vec<&Product> = tickets.map(|ticket| &ticket.product).collect();
        let is_due = |product: &Product| !busy.contains(&product) || waited_for.contains(&product);
        let loans = user.loans.iter().filter(|(product, _)| is_due(product));
        loans.map(|(_, loan)| loan.until).min()
    };
    account.schedule.set(Due::User(id), &mut user.due, at);
}

/// The user is about to be deleted.
pub(super) fn user_leaves(account: &mut State, id: UserId) {
    account.askers.remove(&id);
    if let Some(user) = account.users.get_mut(&id) {
        account.schedule.set(Due::User(id), &mut user.due, None);
    }
}

/// Schedules all loans, and finds the open requests.
pub(super) fn restore(account: &mut State) {
    account.askers.clear();
    let asking = account
        .users
        .values()
        .filter(|user| !user.seat_requests.is_empty());
    for id in asking.map(|user| user.id).collect::<Vec<_>>() {
        index_asker(account, id);
    }
    let lent = account.users.values().filter(|user| !user.loans.is_empty());
    for id in lent.map(|user| user.id).collect::<Vec<_>>() {
        schedule(account, id);
    }
}
