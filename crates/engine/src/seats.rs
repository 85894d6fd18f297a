//! How full the pools are, for monitoring.

use std::collections::{BTreeMap, BTreeSet};

use usher_domain::text::Product;
use usher_domain::{Account, AccountId};

/// The seats of one product's pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeatFigures {
    /// Seats that the pools have.
    pub seats: u64,
    /// Seats that are held, or offered to somebody in the queue.
    pub occupied: u64,
    /// Tickets in the queue, without those that have an offer.
    pub waiting: u64,
    /// Open offers.
    pub offered: u64,
}

/// The seats of some accounts by product.
pub type SeatsByProduct = BTreeMap<Product, SeatFigures>;

/// The seats of the accounts in memory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeatsInMemory {
    /// All accounts together.
    pub all: SeatsByProduct,
    /// Those of the accounts that were asked for by id.
    pub of_account: BTreeMap<AccountId, SeatsByProduct>,
}

impl SeatFigures {
    /// Adds the figures of other pools.
    pub fn add(&mut self, other: Self) {
        self.seats += other.seats;
        self.occupied += other.occupied;
        self.waiting += other.waiting;
        self.offered += other.offered;
    }
}

impl SeatsInMemory {
    /// Adds an account, by itself too if it is one of `named`.
    pub(crate) fn add(&mut self, account: AccountId, seats: &SeatsByProduct, named: &BTreeSet<AccountId>) {
        for (product, figures) in seats {
            self.all.entry(product.clone()).or_default().add(*figures);
        }
        if named.contains(&account) {
            self.of_account.insert(account, seats.clone());
        }
    }
}

/// The seats of one account. A closed one has none.
pub(crate) fn seats_of(account: &Account) -> SeatsByProduct {
    let mut seats = SeatsByProduct::new();
    if account.is_deleted() {
        return seats;
    }
    for pool in account.pools().values() {
        seats.entry(pool.product.clone()).or_default().add(SeatFigures {
            seats: pool.seats.into(),
            occupied: pool.occupied().into(),
            waiting: pool.waiting().into(),
            offered: pool.offered().into(),
        });
    }
    seats
}
