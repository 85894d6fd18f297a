//! What must hold of an account after every command. Production checks it and counts what is broken.

mod directory;

use std::fmt;

use crate::account::Account;
use crate::event::Claim;
use crate::id::{GroupId, PoolId, UserId};
use crate::pool::Pool;
use crate::presence::{Funding, Session};
use crate::settle::oldest_on_minutes;

/// A rule that an account breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Broken {
    /// More seats are occupied than the pool has, and not because it was lowered (S1).
    Oversold(PoolId),
    /// A holder has no claim, or one that is over (S1).
    HolderWithoutClaim(PoolId),
    /// A claim on a seat is not in the pool's books (S1).
    ClaimWithoutSeat(Claim),
    /// A seat is free although somebody waits (Q2).
    FreeSeatWhileWaiting(PoolId),
    /// Minutes carry somebody although a seat is free and nobody waits (Q3).
    MinutesWhileSeatFree(PoolId),
    /// More named licenses than named seats, or more seats in pools than shared seats (L1, L2).
    Overassigned,
    /// A user has more than one ticket for a product (Q2).
    TwoTickets,
    /// A user who is in a call, or has a valid link, counts as idle (2.4).
    IdleWhileBusy,
    /// The books of what directories call users are wrong (D1).
    NamesOutOfStep,
    /// A group and its members do not know of each other (D2).
    GroupsOutOfStep(GroupId),
    /// Something counts as a group's gift that no group of the user gives (D3).
    NotGiven(UserId),
    /// Single sign-on is required, and nobody could come in without it (D7).
    NoBreakGlass,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Oversold(pool) => write!(
                f,
                "S1: {pool} has more seats occupied than before and than it has"
            ),
            Self::HolderWithoutClaim(pool) => write!(f, "S1: {pool} has a holder without a claim"),
            Self::ClaimWithoutSeat(claim) => write!(f, "S1: {claim:?} is not in its pool's books"),
            Self::FreeSeatWhileWaiting(pool) => write!(f, "Q2: {pool} has a free seat while somebody waits"),
            Self::MinutesWhileSeatFree(pool) => {
                write!(f, "Q3: {pool} has a free seat while minutes are spent")
            }
            Self::Overassigned => f.write_str("L1, L2: more seats are given out than were bought"),
            Self::TwoTickets => f.write_str("Q2: a user waits twice for one product"),
            Self::NamesOutOfStep => f.write_str("D1: the books of directory names are wrong"),
            Self::GroupsOutOfStep(group) => write!(f, "D2: {group} and its members disagree"),
            Self::NotGiven(user) => write!(f, "D3: {user} has what counts as given by a group and is not"),
            Self::NoBreakGlass => f.write_str("D7: nobody can come in without single sign-on"),
            Self::IdleWhileBusy => f.write_str("2.4: a user who is busy counts as idle"),
        }
    }
}

impl Pool {
    /// Whether the pool broke the promise (S1) in going from `occupied_before` seats to what it has now: more than
    /// its seats are occupied, and more than were before.
    #[must_use]
    pub fn is_oversold_since(&self, occupied_before: u32) -> bool {
        self.occupied() > self.seats.max(occupied_before)
    }
}

impl Account {
    /// Every rule that the account breaks; empty in an account that never saw anything but `execute`. Looks at
    /// everything: for tests, verification and small accounts.
    #[must_use]
    pub fn broken(&self) -> Vec<Broken> {
        let mut broken = Vec::new();
        for pool in self.pools.values() {
            self.check_books(pool, &mut broken);
            let has_room = pool.occupied() < pool.seats;
            if has_room && !pool.queue.is_empty() {
                broken.push(Broken::FreeSeatWhileWaiting(pool.id));
            }
            if has_room && pool.queue.is_empty() && oldest_on_minutes(self, pool).is_some() {
                broken.push(Broken::MinutesWhileSeatFree(pool.id));
            }
        }
        self.check_claims(&mut broken);
        self.check_users(&mut broken);
        self.check_directory(&mut broken);
        let products = self.given.keys().chain(self.subscription.products.keys());
        for product in products {
            let bought = self.bought(product);
            let within = self.named_assigned(product) <= bought.named_seats
                && self.shared_distributed(product) <= bought.shared_seats;
            if !within {
                broken.push(Broken::Overassigned);
            }
        }
        broken.sort();
        broken.dedup();
        broken
    }

    fn check_books(&self, pool: &Pool, broken: &mut Vec<Broken>) {
        for (holder, claims) in &pool.holders {
            let is_live = |claim: &Claim| match claim {
                Claim::SignIn(id) => self.sign_ins.get(id).is_some_and(|sign_in| {
                    sign_in.funding == Funding::Seat
                        && pool.holder(sign_in.user, &sign_in.device.id) == *holder
                }),
                Claim::Session(id) => self
                    .sessions
                    .get(id)
                    .is_some_and(|session| session.funding == Funding::Seat),
            };
            if claims.is_empty() || !claims.iter().all(is_live) {
                broken.push(Broken::HolderWithoutClaim(pool.id));
            }
        }
    }

    fn check_claims(&self, broken: &mut Vec<Broken>) {
        let has_seat = |claim: Claim, pool: Option<PoolId>| {
            let pool = pool.and_then(|pool| self.pools.get(&pool));
            pool.is_some_and(|pool| pool.holders.values().any(|claims| claims.contains(&claim)))
        };
        for sign_in in self
            .sign_ins
            .values()
            .filter(|sign_in| sign_in.funding == Funding::Seat)
        {
            let claim = Claim::SignIn(sign_in.id);
            if !has_seat(claim, sign_in.pool) {
                broken.push(Broken::ClaimWithoutSeat(claim));
            }
        }
        for session in self
            .sessions
            .values()
            .filter(|session| session.funding == Funding::Seat)
        {
            let claim = Claim::Session(session.id);
            if !has_seat(claim, session.pool) {
                broken.push(Broken::ClaimWithoutSeat(claim));
            }
        }
    }

    fn check_users(&self, broken: &mut Vec<Broken>) {
        for user in self.users.values() {
            let mut products: Vec<_> = user
                .tickets
                .iter()
                .filter_map(|id| self.tickets.get(id))
                .map(|ticket| &ticket.product)
                .collect();
            let tickets = products.len();
            products.sort();
            products.dedup();
            if products.len() < tickets {
                broken.push(Broken::TwoTickets);
            }
            for sign_in in user.sign_ins.iter().filter_map(|id| self.sign_ins.get(id)) {
                let busy = self.sessions_of(user, &sign_in.product).any(Session::is_live);
                if busy && sign_in.idle_since.is_some() {
                    broken.push(Broken::IdleWhileBusy);
                }
            }
        }
    }
}
