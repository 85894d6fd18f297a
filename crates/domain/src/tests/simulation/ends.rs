//! What ends, looked at in the simplest way (L11 to L13, L15, L16): which seats are bought at any moment, that no end
//! throws anybody out of work, and that nothing begins with what has ended.

use std::collections::{BTreeMap, BTreeSet};

use super::commands::{USERS, nth, product, user};
use super::transitions::Transition;
use super::world::World;
use crate::command::Command;
use crate::event::{AccountEvent, Event, SessionEvent, SignInEvent, UserEvent};
use crate::permission::Actor;
use crate::presence::{Funding, Wanted};
use crate::seat_request::Loan;
use crate::terms::{TemporarySeats, Terms};
use crate::tests::kit;
use crate::text::Product;
use crate::time::Secs;
use crate::user::License;
use crate::{Account, SessionId, SignInId, Timestamp, TopUpId, UserId};

impl World {
    /// The commands for what ends.
    pub(super) fn with_an_end(&self, transition: &Transition, id: u128) -> Option<(Command, Actor)> {
        let before = self.account.subscription();
        let in_secs = |secs: &u32| self.now + Secs::new(*secs);
        let command = match transition {
            Transition::Lend {
                product: of,
                seats,
                secs,
            } => {
                let more = kit::as_before(before).temporary(before.temporary.clone());
                more.until(product(*of), seats.0, seats.1, in_secs(secs))
                    .command()
            }
            Transition::LendMinutes { minutes, secs } => {
                kit::add_minutes_until(TopUpId::from_bits(id), *minutes, in_secs(secs))
            }
            Transition::Agree { terms, secs } => {
                let terms = terms.map(|terms| Terms {
                    end: Some(in_secs(secs)),
                    ..terms
                });
                let same = kit::as_before(before);
                same.terms(terms.unwrap_or_default()).command()
            }
            Transition::ChooseGiveBack {
                product: of,
                pool,
                seats,
                users,
                actor,
            } => {
                let pool = nth(&self.account.pools, *pool)?;
                let pools = [(pool, *seats)];
                let pools = if *seats == 0 { &[][..] } else { &pools[..] };
                let users = users.iter().map(|number| user(number % USERS));
                let command = kit::choose_give_back(product(*of), pools, users);
                return Some((command, self.actor(*actor, user(0), Actor::User(user(0)))));
            }
            _ => return None,
        };
        Some((command, Actor::Operator))
    }
}

/// Everybody's work: sign-ins and sessions.
type Work = (BTreeSet<SignInId>, BTreeSet<SessionId>);

/// What was bought for good, and what until an end.
#[derive(Debug, Clone, Default)]
pub(super) struct Ends {
    for_good: BTreeMap<Product, (u32, u32)>,
    until: Vec<(Product, TemporarySeats)>,
    /// Products of which seats have ended that somebody has.
    over: BTreeSet<Product>,
}

pub(super) fn at_work(account: &Account) -> Work {
    (
        account.sign_ins.keys().copied().collect(),
        account.sessions.keys().copied().collect(),
    )
}

impl Ends {
    /// Sees an event that is about to be applied, by time alone (`is_due`) or by somebody.
    pub(super) fn before(&mut self, account: &Account, event: &Event, is_due: bool, now: Timestamp) {
        match event {
            Event::SignIn(SignInEvent::SignedIn { user, product, .. }) => {
                Self::check_begins(account, *user, product, now);
            }
            Event::Session(SessionEvent::Created { sign_in, .. }) => {
                let sign_in = &account.sign_ins[sign_in];
                if sign_in.funding == Funding::Free {
                    Self::check_begins(account, sign_in.user, &sign_in.product, now);
                }
            }
            Event::Account(AccountEvent::SubscriptionSet {
                products, temporary, ..
            }) => {
                let of = |(product, ends): (&Product, &Vec<TemporarySeats>)| {
                    ends.iter().map(|end| (product.clone(), *end)).collect::<Vec<_>>()
                };
                self.until = temporary.iter().flat_map(of).collect();
                let for_good = products.iter().map(|(product, seats)| {
                    let ending = self.ending(product);
                    let named = seats.named_seats.checked_sub(ending.0).expect("L12");
                    let shared = seats.shared_seats.checked_sub(ending.1).expect("L12");
                    (product.clone(), (named, shared))
                });
                self.for_good = for_good.collect();
            }
            Event::Account(AccountEvent::SeatsEnded { product, seats, .. }) => {
                assert!(is_due, "L12: seats end by time alone");
                let ended = (product.clone(), *seats);
                let place = self.until.iter().position(|end| *end == ended);
                self.until.remove(place.expect("L12: seats end that were bought"));
                self.over.insert(product.clone());
            }
            Event::User(UserEvent::LicenseSet {
                user,
                product,
                license,
                ..
            }) => {
                let user = &account.users[user];
                if is_due {
                    // A named seat that is given back (L13), or a loan that is over (L15).
                    let loan = user.loan(product);
                    let next = loan.and_then(|loan| loan.back_to);
                    let home = loan.and_then(|loan| loan.after_work?.lent?.back_to);
                    let is_back = [next, home]
                        .map(|pool| pool.map(License::Shared))
                        .contains(license);
                    assert!(is_back || license.is_none(), "L13, L15: {event:?}");
                    assert!(
                        account.sign_ins_of(user, product).next().is_none(),
                        "L13: {event:?}"
                    );
                    assert!(
                        account.sessions_of(user, product).next().is_none(),
                        "L13: {event:?}"
                    );
                }
                let is_worse = *license == Some(License::Named)
                    && user.licenses.get(product) != Some(&License::Named)
                    && account.over(product).is_some();
                assert!(
                    !is_worse,
                    "L13: an account that is over its subscription assigns nothing"
                );
            }
            _ => {}
        }
    }

    /// Compares the seats that are bought, and finds accounts that are over their subscription though nothing has ended.
    pub(super) fn compare(&mut self, account: &Account) {
        let known = self.for_good.keys().chain(account.subscription.products.keys());
        for product in known {
            let (named, shared) = self.for_good.get(product).copied().unwrap_or_default();
            let ending = self.ending(product);
            let bought = account.bought(product);
            assert_eq!(bought.named_seats, named + ending.0, "L12: {product}");
            assert_eq!(bought.shared_seats, shared + ending.1, "L12: {product}");

            let pools = account.pools.values().filter(|pool| pool.product == *product);
            let distributed: u32 = pools.map(|pool| pool.seats).sum();
            assert!(distributed <= bought.shared_seats, "L2: {product}");
            let licenses = account
                .users
                .values()
                .filter_map(|user| user.licenses.get(product));
            let assigned = licenses.filter(|license| **license == License::Named).count();
            let is_over = assigned > usize::try_from(bought.named_seats).unwrap();
            assert!(!is_over || self.over.contains(product), "L1: {product}");
            assert_eq!(account.over(product).is_some(), is_over, "L13: {product}");
            if !is_over {
                self.over.remove(product);
            }
        }
    }

    /// Checks that a move of users changes the end of no loan (L15, L16), unless it is over: then they have what they had
    /// before.
    pub(super) fn check_move(before: &Account, after: &Account, now: Timestamp) {
        let end = |loan: &Loan| match loan.after_work {
            None => Some((loan.until, loan.back_to)),
            Some(after_work) => after_work.lent.map(|lent| (lent.until, lent.back_to)),
        };
        for user in before.users.values() {
            for (product, loan) in &user.loans {
                let Some((until, home)) = end(loan) else {
                    continue;
                };
                let user = &after.users[&user.id];
                let is_kept = user.loan(product).and_then(end) == Some((until, home));
                let license = user.licenses.get(product);
                let is_home =
                    license.is_none() || home.is_none_or(|home| license == Some(&License::Shared(home)));
                assert!(is_kept || until <= now && is_home, "L15: {user:?} {product}");
            }
        }
    }

    /// Checks that nothing begins with a license that has ended (L13, L15, L16).
    fn check_begins(account: &Account, user: UserId, product: &Product, now: Timestamp) {
        let loan = account.users[&user].loans.get(product);
        assert!(
            loan.is_none_or(|loan| loan.until > now),
            "L15: {user} signs in for {product}"
        );
        let leaving = account.over.get(product).map(|over| &over.leaving);
        let is_named = account.users[&user].licenses.get(product) == Some(&License::Named);
        assert!(
            !is_named || leaving.is_none_or(|leaving| !leaving.contains(&user)),
            "L13: {user} signs in for {product}"
        );
    }

    /// After everything that was due is done, nothing is left that has ended, and nobody keeps a seat who is to give it
    /// back and does not work.
    pub(super) fn check_passed(account: &Account, now: Timestamp) {
        let ends = account
            .subscription
            .temporary
            .values()
            .flatten()
            .map(|end| end.until);
        let mut ends = ends.chain(account.minutes_until.keys().copied());
        assert!(ends.all(|end| end > now), "L12");
        for ticket in account.tickets.values() {
            let loan = account.users[&ticket.user].loans.get(&ticket.product);
            let has_ended = loan.is_some_and(|loan| loan.until <= now);
            let is_resumed = matches!(ticket.wanted, Wanted::Resume { .. });
            assert!(!has_ended || is_resumed, "L15: {ticket:?}");
        }
        for (product, over) in &account.over {
            let idle = account.users.values().filter(|user| {
                let has_seat = user.licenses.get(product) == Some(&License::Named);
                has_seat && over.leaving.contains(&user.id) && !account.is_at_work(user, product)
            });
            assert_eq!(idle.count(), 0, "L13: {product}");
        }
    }

    /// The seats of a product that end.
    fn ending(&self, product: &Product) -> (u32, u32) {
        let ends = self.until.iter().filter(|(of, _)| of == product);
        ends.fold((0, 0), |(named, shared), (_, seats)| {
            (named + seats.named_seats, shared + seats.shared_seats)
        })
    }
}

/// Checks that an end left everybody's work as it was before.
pub(super) fn check_work(account: &Account, event: &Event, working: &Work) {
    let is_end = matches!(
        event,
        Event::Account(
            AccountEvent::SeatsEnded { .. }
                | AccountEvent::SeatsLeaving { .. }
                | AccountEvent::MinutesEnded { .. }
                | AccountEvent::Renewed { .. }
                | AccountEvent::Ended { .. }
        )
    );
    assert!(!is_end || at_work(account) == *working, "L11, L12: {event:?}");
}
