//! What an account gives back when seats end and more are given out than are left (L13). Everything here is a function of
//! the account as it is: it can be shown beforehand, and it is what is carried out.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::account::{ProductSeats, State};
use crate::id::{PoolId, UserId};
use crate::pool::{Pool, count};
use crate::terms::TemporarySeats;
use crate::text::Product;
use crate::time::Timestamp;
use crate::user::{License, User};

/// Seats that pools and users give back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GiveBack {
    /// How many seats each of these pools gives.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pools: BTreeMap<PoolId, u32>,
    /// The users who give their named seats.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub users: BTreeSet<UserId>,
}

impl GiveBack {
    /// Whether nothing is given back.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pools.is_empty() && self.users.is_empty()
    }

    /// The seats that the pools give together.
    pub(crate) fn shared_seats(&self) -> u32 {
        self.pools
            .values()
            .fold(0, |sum, seats| sum.saturating_add(*seats))
    }
}

/// How far a product is over the subscription: more of its seats are given out than are bought (L13).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    /// Named seats that are assigned beyond those that are bought.
    pub named_seats: u32,
    /// Shared seats that the pools have beyond those that are bought. None as soon as a step is over: pools give back at
    /// once, and drain (P3).
    pub shared_seats: u32,
    /// Since when.
    pub since: Timestamp,
    /// The users who give their named seats back as soon as they are not at work.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub leaving: BTreeSet<UserId>,
}

/// The next end of seats of a product, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextEnd {
    /// The seats that end, and when.
    pub seats: TemporarySeats,
    /// How many of these named seats are not assigned to anybody, and are given back first.
    pub named_unassigned: u32,
    /// How many of these shared seats no pool has, and are given back first.
    pub shared_unallocated: u32,
    /// What else would be given back if the seats ended now: what was chosen, and the proposal for the rest.
    pub give_back: GiveBack,
    /// What was chosen; empty if nobody chose.
    pub chosen: GiveBack,
}

impl State {
    /// The next end of seats of a product (L12), with what would be given back if it were now (L13); `None` if none of its
    /// seats end.
    #[must_use]
    pub fn next_end(&self, product: &Product) -> Option<NextEnd> {
        let seats = *self.subscription.temporary.get(product)?.first()?;
        let needed = needed(self, product, seats);
        Some(NextEnd {
            seats,
            named_unassigned: seats.named_seats.saturating_sub(needed.named_seats),
            shared_unallocated: seats.shared_seats.saturating_sub(needed.shared_seats),
            give_back: at_end(self, product, seats),
            chosen: self.give_back.get(product).cloned().unwrap_or_default(),
        })
    }

    /// The users with a named seat of a product of whom none is expected yet, in the order in which they would give it back
    /// (L13).
    #[must_use]
    pub fn named_holders_by_use(&self, product: &Product) -> Vec<&User> {
        let over = self.over.get(product);
        let is_leaving = |user: &User| over.is_some_and(|over| over.leaving.contains(&user.id));
        let mut holders: Vec<&User> = self
            .users
            .values()
            .filter(|user| user.licenses.get(product) == Some(&License::Named) && !is_leaving(user))
            .collect();
        holders.sort_by_cached_key(|user| {
            let is_at_work = self.is_at_work(user, product);
            (user.active, is_at_work, user.unused_since(product), user.id)
        });
        holders
    }

    /// Whether a user's license for a product has ended, and is theirs only as long as they stay signed in: a loan that is
    /// over (L15), a license that goes after work (L16), or a named seat that is given back (L13).
    #[must_use]
    pub fn license_has_ended(&self, user: &User, product: &Product, now: Timestamp) -> bool {
        user.loan(product).is_some_and(|loan| loan.until <= now) || self.is_given_back(user, product)
    }

    /// Whether the user has a named seat of the product, and gives it back as soon as they are not at work (L13).
    #[must_use]
    pub fn is_given_back(&self, user: &User, product: &Product) -> bool {
        let over = self.over.get(product);
        user.licenses.get(product) == Some(&License::Named)
            && over.is_some_and(|over| over.leaving.contains(&user.id))
    }

    /// Whether a user works with a product, or waits to. A user at work keeps a named seat that is given back (L13).
    #[must_use]
    pub fn is_at_work(&self, user: &User, product: &Product) -> bool {
        self.sign_ins_of(user, product).next().is_some() || self.ticket_of(user, product).is_some()
    }
}

/// How many seats are given out beyond those that are bought.
pub(crate) fn surplus(account: &State, product: &Product) -> ProductSeats {
    let bought = account.bought(product);
    ProductSeats {
        named_seats: account.named_assigned(product).saturating_sub(bought.named_seats),
        shared_seats: account
            .shared_distributed(product)
            .saturating_sub(bought.shared_seats),
    }
}

/// How many seats have to be given back when these end, beyond those that are given back already.
pub(crate) fn needed(account: &State, product: &Product, seats: TemporarySeats) -> ProductSeats {
    let bought = account.bought(product);
    let left_named = bought.named_seats.saturating_sub(seats.named_seats);
    let left_shared = bought.shared_seats.saturating_sub(seats.shared_seats);
    let leaving = count(leaving(account, product).count());
    ProductSeats {
        named_seats: account
            .named_assigned(product)
            .saturating_sub(leaving)
            .saturating_sub(left_named),
        shared_seats: account.shared_distributed(product).saturating_sub(left_shared),
    }
}

/// What is given back when these seats end: what was chosen, as far as it is there and needed, and then the proposal.
pub(crate) fn at_end(account: &State, product: &Product, seats: TemporarySeats) -> GiveBack {
    let needed = needed(account, product, seats);
    let chosen = account.give_back.get(product);
    GiveBack {
        pools: pools(account, product, needed.shared_seats, chosen),
        users: users(account, product, needed.named_seats, chosen),
    }
}

/// The users of whom a named seat of the product is expected, and who have it still.
pub(crate) fn leaving<'a>(account: &'a State, product: &'a Product) -> impl Iterator<Item = &'a User> {
    let over = account.over.get(product);
    let users = over.into_iter().flat_map(|over| &over.leaving);
    users
        .filter_map(|id| account.users.get(id))
        .filter(|user| user.licenses.get(product) == Some(&License::Named))
}

/// More users of whom a named seat is expected, because others have none any more.
pub(crate) fn more_users(account: &State, product: &Product, needed: u32) -> BTreeSet<UserId> {
    users(account, product, needed, None)
}

/// The emptiest pool gives its free seats first, then the next. Only if these are not enough, pools give seats that are
/// taken: those with the shortest queue first, and of these the largest.
fn pools(
    account: &State,
    product: &Product,
    needed: u32,
    chosen: Option<&GiveBack>,
) -> BTreeMap<PoolId, u32> {
    let mut given: BTreeMap<PoolId, u32> = BTreeMap::new();
    let mut left = needed;
    let mut take = |pool: &Pool, most: u32| {
        let before = given.get(&pool.id).copied().unwrap_or_default();
        let seats = most.min(pool.seats.saturating_sub(before)).min(left);
        if seats > 0 {
            left -= seats;
            given.insert(pool.id, before + seats);
        }
    };
    let mut all: Vec<&Pool> = account
        .pools
        .values()
        .filter(|pool| pool.product == *product)
        .collect();
    for (id, seats) in chosen.into_iter().flat_map(|chosen| &chosen.pools) {
        if let Some(pool) = all.iter().find(|pool| pool.id == *id) {
            take(pool, *seats);
        }
    }
    let free = |pool: &Pool| pool.seats.saturating_sub(pool.occupied());
    all.sort_by_key(|pool| (core::cmp::Reverse(free(pool)), pool.id));
    for pool in &all {
        let chosen = chosen.and_then(|chosen| chosen.pools.get(&pool.id));
        take(
            pool,
            free(pool).saturating_sub(chosen.copied().unwrap_or_default()),
        );
    }
    all.sort_by_key(|pool| (pool.waiting(), core::cmp::Reverse(pool.seats), pool.id));
    for pool in &all {
        take(pool, pool.seats);
    }
    given
}

/// Users who may not work give their seats first, then those who have not worked with the product for the longest, and
/// last those who are at work.
fn users(account: &State, product: &Product, needed: u32, chosen: Option<&GiveBack>) -> BTreeSet<UserId> {
    let is_chosen = |user: &User| chosen.is_some_and(|chosen| chosen.users.contains(&user.id));
    let holders = account.named_holders_by_use(product);
    let (chosen, others): (Vec<&User>, Vec<&User>) = holders.into_iter().partition(|user| is_chosen(user));
    let all = chosen.into_iter().chain(others);
    let needed = usize::try_from(needed).unwrap_or(usize::MAX);
    all.take(needed).map(|user| user.id).collect()
}
