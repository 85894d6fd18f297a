//! Seat pools: capacity, holders and queue.

mod idle;
mod queue;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

pub(crate) use self::idle::{Idle, Standing};
pub(crate) use self::queue::Queue;
use crate::event::Claim;
use crate::id::{PoolId, TicketId, UserId};
use crate::labels::Labels;
use crate::minutes::OnMinutes;
use crate::rules::{Rules, SeatPer};
use crate::text::{DeviceId, Name, Product};
use crate::time::{Secs, Timestamp};

/// The holder of a seat.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A user, on any device.
    User(UserId),
    /// A user on one device.
    Device(UserId, DeviceId),
}

impl Holder {
    /// The user who holds the seat.
    #[must_use]
    pub const fn user(&self) -> UserId {
        match self {
            Self::User(user) | Self::Device(user, _) => *user,
        }
    }
}

/// A number of shared seats of one product, with rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pool {
    /// The pool's id.
    pub id: PoolId,
    /// The name.
    pub name: Name,
    /// The product whose seats it has.
    pub product: Product,
    /// How many seats it has.
    pub seats: u32,
    /// Whether it is the product's default pool, which cannot be deleted (P2).
    pub default: bool,
    /// Its rules.
    pub rules: Rules,
    /// When it was created.
    pub created_at: Timestamp,
    /// The vendor's labels of the pool.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// A moving average of how long seats are held; `None` before the first seat was returned.
    pub(crate) average_hold: Option<Secs>,
    /// The place of the next ticket.
    pub(crate) next_place: u64,

    #[serde(skip)]
    pub(crate) users: BTreeSet<UserId>,
    #[serde(skip)]
    pub(crate) holders: BTreeMap<Holder, Vec<Claim>>,
    #[serde(skip)]
    pub(crate) queue: Queue,
    #[serde(skip)]
    pub(crate) offers: BTreeSet<TicketId>,
    #[serde(skip)]
    pub(crate) on_minutes: OnMinutes,
    /// Holders who pay minutes in addition to their seat: the next claims to move (S2).
    #[serde(skip)]
    pub(crate) paying_holders: BTreeSet<Holder>,
    /// Idle holders, if the pool reclaims seats (Q4).
    #[serde(skip)]
    pub(crate) idle: Idle,
    #[serde(skip)]
    pub(crate) due: Option<Timestamp>,
}

impl Pool {
    /// Seats that nobody else can take: holders and open offers (S1).
    #[must_use]
    pub fn occupied(&self) -> u32 {
        count(self.holders.len()).saturating_add(count(self.offers.len()))
    }

    /// Seats that are held for an open offer.
    #[must_use]
    pub fn offered(&self) -> u32 {
        count(self.offers.len())
    }

    /// Tickets without an offer.
    #[must_use]
    pub fn waiting(&self) -> u32 {
        count(self.queue.len())
    }

    /// Seats that can be taken now. None while the pool drains (P3), and none while anybody waits (Q2).
    #[must_use]
    pub fn free_seats(&self) -> u32 {
        if !self.queue.is_empty() {
            return 0;
        }
        self.seats.saturating_sub(self.occupied())
    }

    /// Whether more seats are occupied than the pool has, since it was lowered (P3).
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.occupied() > self.seats
    }

    /// The users who compete for its seats.
    #[must_use]
    pub const fn users(&self) -> &BTreeSet<UserId> {
        &self.users
    }

    /// The holders of seats, with their claims.
    #[must_use]
    pub const fn holders(&self) -> &BTreeMap<Holder, Vec<Claim>> {
        &self.holders
    }

    /// The waiting tickets, in order.
    pub fn queue(&self) -> impl Iterator<Item = TicketId> {
        self.queue.iter()
    }

    /// The tickets with an open offer.
    #[must_use]
    pub const fn offers(&self) -> &BTreeSet<TicketId> {
        &self.offers
    }

    /// How many claims minutes pay for.
    #[must_use]
    pub fn on_minutes(&self) -> u32 {
        count(self.on_minutes.len())
    }

    /// Adds a holder to those who pay minutes in addition to their seat, or removes them.
    pub(crate) fn list_paying(&mut self, holder: &Holder) {
        if self.holders.contains_key(holder) && self.on_minutes.of(holder).is_some() {
            self.paying_holders.insert(holder.clone());
        } else {
            self.paying_holders.remove(holder);
        }
    }

    /// The holder for a user on a device, by the rule `seat_per`.
    #[must_use]
    pub fn holder(&self, user: UserId, device: &DeviceId) -> Holder {
        match self.rules.seat_per {
            SeatPer::User => Holder::User(user),
            SeatPer::Device => Holder::Device(user, device.clone()),
        }
    }

    /// The position in the queue, from 1; `None` for a ticket that does not wait.
    #[must_use]
    pub fn position(&self, place: u64) -> Option<u32> {
        let before = self.queue.before(place)?;
        Some(count(before).saturating_add(1))
    }

    /// The estimated wait of the ticket at `position`, from the recent rate of returned seats. `None` before the first
    /// seat was returned.
    #[must_use]
    pub fn wait_estimate(&self, position: u32) -> Option<Secs> {
        let average = u64::from(self.average_hold?.get());
        let secs = (average * u64::from(position)).div_ceil(u64::from(self.seats.max(1)));
        Some(Secs::new(u32::try_from(secs).unwrap_or(u32::MAX)))
    }

    /// Adds a hold time to the moving average, with a weight of one eighth.
    pub(crate) fn note_hold(&mut self, held: Secs) {
        let smoothed = match self.average_hold {
            None => u64::from(held.get()),
            Some(average) => (u64::from(average.get()) * 7 + u64::from(held.get())) / 8,
        };
        self.average_hold = Some(Secs::new(u32::try_from(smoothed).unwrap_or(u32::MAX)));
    }
}

/// A length as a count. No account comes near four billion of anything.
pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
