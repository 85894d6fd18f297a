//! Users ask for a seat, and those who manage seats answer (L14).

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::vec;

use crate::account::Account;
use crate::command::{Decision, SeatRequestCommand};
use crate::decide::sign_ins::NEEDED_TO_ACT;
use crate::decide::{licenses, presence};
use crate::event::{Event, UserEvent};
use crate::id::UserId;
use crate::permission::{Actor, Privilege};
use crate::refusal::{Refusal, StateRefusal};
use crate::seat_request::{SeatRequest, SeatRequestAnswer};
use crate::text::{Note, Product};
use crate::time::Timestamp;
use crate::user::{License, User};

pub(super) fn decide(
    account: &Account,
    command: &SeatRequestCommand,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    match command {
        SeatRequestCommand::Send { user, product, note } => send(account, *user, product, note, actor),
        SeatRequestCommand::Withdraw { user, product } => withdraw(account, *user, product, actor),
        SeatRequestCommand::Grant {
            user,
            product,
            license,
            until,
        } => {
            let wanted = licenses::Wanted {
                license: *license,
                until: *until,
            };
            grant(account, *user, product, wanted, actor, now)
        }
        SeatRequestCommand::Decline { user, product, note } => {
            decline(account, *user, product, note.as_ref(), actor)
        }
    }
}

fn send(
    account: &Account,
    user: UserId,
    product: &Product,
    note: &Note,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    let asker = asker(account, user, actor)?;
    if !asker.active {
        return Err(invalid("user", "an active user"));
    }
    if !account.subscription.products.contains_key(product) {
        return Err(invalid(
            "product",
            "a product that the account has bought seats of",
        ));
    }
    let is_named = asker.licenses.get(product) == Some(&License::Named);
    let has_own = is_named && asker.loan(product).is_none() && !account.is_given_back(asker, product);
    if has_own {
        return Err(invalid("product", "a product that the user has no named seat of"));
    }
    let open = asker.seat_request(product).filter(|request| request.is_open());
    if open.is_some_and(|request| request.note.reveal() == note) {
        return Ok(Decision::unchanged(()));
    }
    Ok(Decision::done(vec![Event::User(UserEvent::SeatRequested {
        user,
        product: product.clone(),
        note: note.clone().into(),
    })]))
}

fn withdraw(account: &Account, user: UserId, product: &Product, actor: &Actor) -> Result<Decision, Refusal> {
    let asker = asker(account, user, actor)?;
    if asker.seat_request(product).is_none() {
        return Ok(Decision::unchanged(()));
    }
    Ok(Decision::done(vec![answered(
        user,
        product,
        SeatRequestAnswer::Withdrawn,
    )]))
}

fn grant(
    account: &Account,
    user: UserId,
    product: &Product,
    wanted: licenses::Wanted,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    open_request(account, user, product, actor)?;
    let mut events = vec![answered(user, product, SeatRequestAnswer::Granted)];
    events.extend(licenses::given(account, user, product, Some(wanted), actor, now)?);
    Ok(Decision::done(events))
}

fn decline(
    account: &Account,
    user: UserId,
    product: &Product,
    note: Option<&Note>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    open_request(account, user, product, actor)?;
    let by = presence::by(account, actor, note);
    let answer = SeatRequestAnswer::Declined { by };
    Ok(Decision::done(vec![answered(user, product, answer)]))
}

fn answered(user: UserId, product: &Product, answer: SeatRequestAnswer) -> Event {
    Event::User(UserEvent::SeatRequestAnswered {
        user,
        product: product.clone(),
        answer,
    })
}

/// The user, for somebody who may act for them.
fn asker<'a>(account: &'a Account, user: UserId, actor: &Actor) -> Result<&'a User, Refusal> {
    if !account.may_act_for(actor, user) {
        return Err(if account.sees_user(actor, user) {
            Refusal::Forbidden {
                needed: NEEDED_TO_ACT,
            }
        } else {
            Refusal::NotFound { what: "user" }
        });
    }
    account.users.get(&user).ok_or(Refusal::NotFound { what: "user" })
}

/// The open request, for somebody who manages seats. Somebody else may have answered it, or its user withdrawn it.
fn open_request<'a>(
    account: &'a Account,
    user: UserId,
    product: &Product,
    actor: &Actor,
) -> Result<&'a SeatRequest, Refusal> {
    account.need_to_manage(actor, Privilege::SeatsManage, "user")?;
    let asker = account
        .users
        .get(&user)
        .ok_or(Refusal::NotFound { what: "user" })?;
    let request = asker.seat_request(product).filter(|request| request.is_open());
    request.ok_or_else(|| {
        let name = asker.profile.name.reveal();
        Refusal::State(StateRefusal::ChangedMeanwhile {
            field: "seat_request",
            now: format!("{name} does not ask for a seat of {product}"),
        })
    })
}

fn invalid(field: &'static str, expected: &str) -> Refusal {
    Refusal::Invalid {
        field,
        expected: expected.to_owned(),
    }
}
