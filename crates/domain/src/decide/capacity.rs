//! Whether a pool has room, and what pays for work when it does not.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::account::Account;
use crate::event::Claim;
use crate::minutes;
use crate::permission::{Actor, SessionPermission};
use crate::pool::{Holder, Pool, count};
use crate::presence::{Funding, Session, Ticket, TicketState};
use crate::refusal::{Action, HolderFigure, PoolFigures, Refusal, SeatRefusal};
use crate::rules::WhenFull;
use crate::text::Product;
use crate::time::Timestamp;
use crate::user::User;

/// The most holders named in a refusal.
pub(crate) const HOLDERS_NAMED_MAX: usize = 50;

/// A request to a pool.
pub(super) struct Ask<'a> {
    pub(super) account: &'a Account,
    pub(super) pool: &'a Pool,
    pub(super) user: &'a User,
    /// Each is to hold a seat; one may hold it already.
    pub(super) holders: &'a [Holder],
    /// New claims that the holders are to have.
    pub(super) claims: usize,
    /// Claims that end in the same step.
    pub(super) leaving: &'a [Claim],
    /// The user's ticket that is fulfilled if there is room: the events must name it.
    pub(super) ticket: Option<&'a Ticket>,
    pub(super) actor: &'a Actor,
    pub(super) now: Timestamp,
}

/// How a request is met.
#[derive(Clone, Copy)]
pub(super) enum Room {
    /// With this funding.
    Funded(Funding),
    /// With a place in the queue.
    Queue,
}

impl From<Funding> for Room {
    fn from(funding: Funding) -> Self {
        Self::Funded(funding)
    }
}

impl Ask<'_> {
    /// Meets the request with a seat, minutes or the queue, in the order of the pool's rules (Q1 to Q3). `queue` is the
    /// answer when it is the queue's turn; without it nobody waits, and the answer is a [`Funding`].
    pub(super) fn room<R: From<Funding> + Copy>(&self, queue: Option<R>) -> Result<R, Refusal> {
        let needed = count(
            self.holders
                .iter()
                .filter(|holder| !self.keeps_seat(holder))
                .count(),
        );
        if needed == 0 {
            return Ok(Funding::Seat.into());
        }
        check_cool_down(self.user, &self.pool.product, self.now)?;
        let freed = self.freed();
        self.check_seat_limit(needed, freed)?;
        if needed
            <= self
                .pool
                .free_seats()
                .saturating_add(freed)
                .saturating_add(self.own_offer())
        {
            return Ok(Funding::Seat.into());
        }
        let way_in = |way: &WhenFull| match way {
            WhenFull::PayPerUse => minutes::first(self.account, self.claims, self.now).map(R::from),
            WhenFull::Queue => queue,
        };
        let room = self.pool.rules.when_full.iter().find_map(way_in);
        room.ok_or_else(|| self.refusal())
    }

    fn keeps_seat(&self, holder: &Holder) -> bool {
        let claims = self.pool.holders.get(holder);
        claims.is_some_and(|claims| claims.iter().any(|claim| !self.leaving.contains(claim)))
    }

    /// Seats of this user that become free because their last claims end in the same step.
    fn freed(&self) -> u32 {
        if self.leaving.is_empty() {
            return 0;
        }
        let own = self
            .pool
            .holders
            .range(Holder::User(self.user.id)..=Holder::User(self.user.id));
        let by_device = self.leaving.iter().filter_map(|claim| match claim {
            Claim::SignIn(id) => self.account.sign_ins.get(id),
            Claim::Session(id) => self.account.sign_ins.get(&self.account.sessions.get(id)?.sign_in),
        });
        let mut holders: Vec<Holder> = by_device
            .map(|sign_in| self.pool.holder(self.user.id, sign_in.device.id.reveal()))
            .collect();
        holders.extend(own.map(|(holder, _)| holder.clone()));
        holders.sort();
        holders.dedup();
        let freed = holders
            .iter()
            .filter(|holder| self.pool.holders.contains_key(holder) && !self.keeps_seat(holder));
        count(freed.count())
    }

    /// The seat held for the ticket that the request fulfils.
    fn own_offer(&self) -> u32 {
        let ticket = self.ticket.filter(|ticket| ticket.pool == self.pool.id);
        u32::from(ticket.is_some_and(|ticket| matches!(ticket.state, TicketState::Offered { .. })))
    }

    /// The user's own limit is checked separately from the pool (S3).
    fn check_seat_limit(&self, needed: u32, freed: u32) -> Result<(), Refusal> {
        let Some(limit) = self.user.profile.seat_limit else {
            return Ok(());
        };
        let held = self.user.seats_held.saturating_sub(freed);
        if held.saturating_add(needed) > limit {
            return Err(Refusal::Seat(SeatRefusal::UserSeatLimit {
                held: self.user.seats_held,
                limit,
            }));
        }
        Ok(())
    }

    fn refusal(&self) -> Refusal {
        let rules = &self.pool.rules;
        let pays = rules.when_full.contains(&WhenFull::PayPerUse);
        let queues = rules.when_full.contains(&WhenFull::Queue);
        let mut actions = Vec::new();
        if queues {
            actions.push(Action::Wait);
        }
        let has_work = self
            .account
            .sessions_of(self.user, &self.pool.product)
            .any(Session::is_live);
        if has_work {
            actions.push(Action::EndOwnSession);
        }
        actions.push(Action::AskAdmin);
        let figures = Box::new(self.account.pool_figures(self.pool, self.actor));
        if pays && !queues && self.account.minutes == 0 {
            return Refusal::Seat(SeatRefusal::MinutesExhausted(figures, actions));
        }
        Refusal::Seat(SeatRefusal::NoSeatAvailable(figures, actions))
    }
}

/// An evicted user cannot come back at once, on any device (S10).
pub(super) fn check_cool_down(user: &User, product: &Product, now: Timestamp) -> Result<(), Refusal> {
    match user.cooling_until.get(product).filter(|until| **until > now) {
        Some(until) => Err(Refusal::Seat(SeatRefusal::CoolingDown {
            remaining: until.remaining(now),
        })),
        None => Ok(()),
    }
}

impl Account {
    /// How full a pool is, and the holders of its seats as far as the actor may see them (Q1).
    #[must_use]
    pub fn pool_figures(&self, pool: &Pool, actor: &Actor) -> PoolFigures {
        let sees_holders =
            self.is_staff(actor) || self.has_session_permission(actor, SessionPermission::ViewAccount);
        let holders = if sees_holders {
            holder_figures(self, pool)
        } else {
            Vec::new()
        };
        let pays = pool.rules.when_full.contains(&WhenFull::PayPerUse);
        PoolFigures {
            pool: pool.id,
            name: pool.name.clone(),
            product: pool.product.clone(),
            seats: pool.seats,
            occupied: pool.occupied(),
            offered: pool.offered(),
            waiting: pool.waiting(),
            minutes_left: pays.then_some(self.minutes),
            holders,
        }
    }
}

/// The first [`HOLDERS_NAMED_MAX`] holders of a seat of the pool.
fn holder_figures(account: &Account, pool: &Pool) -> Vec<HolderFigure> {
    let figure = |(holder, claims): (&Holder, &Vec<Claim>)| {
        let user = account.users.get(&holder.user())?;
        let since = claims.iter().filter_map(|claim| match claim {
            Claim::SignIn(id) => account.sign_ins.get(id).map(|sign_in| sign_in.since),
            Claim::Session(id) => account.sessions.get(id).map(|session| session.claimed_at),
        });
        let device = match holder {
            Holder::User(_) => None,
            Holder::Device(_, id) => account
                .sign_ins_of(user, &pool.product)
                .find(|sign_in| sign_in.device.id == *id)
                .map(|sign_in| sign_in.device.name.clone()),
        };
        Some(HolderFigure {
            user: user.id,
            name: user.profile.name.clone(),
            device,
            in_call: account.in_call(user, &pool.product),
            since: account.shown(since.min()?),
        })
    };
    pool.holders
        .iter()
        .filter_map(figure)
        .take(HOLDERS_NAMED_MAX)
        .collect()
}
