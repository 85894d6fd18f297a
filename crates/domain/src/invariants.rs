//! The invariants: what must be true of an account after every command. Production checks them for what each commit
//! touched, and for the whole account when it is loaded and with every fourth snapshot; `usher verify` checks whole
//! accounts. A broken one is logged and counted. The promise (S1) is checked before events are applied, in
//! [`crate::step`].

mod directory;
mod touched;

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;

pub use self::touched::Touched;
use crate::account::{Account, ProductSeats};
use crate::event::Claim;
use crate::give_back;
use crate::id::{GroupId, PoolId, UserId};
use crate::minutes;
use crate::pool::{Holder, Pool, count};
use crate::presence::{Funding, Session};
use crate::user::User;

/// A violated invariant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Broken {
    /// More seats are occupied than the pool has, and not because it was lowered (S1).
    Oversold(PoolId),
    /// A holder has no claim, or one that has ended (S1).
    HolderWithoutClaim(PoolId),
    /// A claim on a seat is missing from the pool's bookkeeping (S1).
    ClaimWithoutSeat(Claim),
    /// A seat is free although a user waits (Q2).
    FreeSeatWhileWaiting(PoolId),
    /// Minutes pay for a claim although a seat is free and nobody waits (Q3).
    MinutesWhileSeatFree(PoolId),
    /// More named licenses than named seats, or more seats in pools than shared seats (L1, L2), and not because seats
    /// ended; or the account counts as over its subscription by another number (L13).
    Overassigned,
    /// A user's number of held seats is miscounted (S3).
    SeatsMiscounted(UserId),
    /// A user has more than one ticket for a product (Q2).
    TwoTickets,
    /// A user who is in a call, or has a valid link, counts as idle (A1).
    IdleWhileBusy,
    /// The index of directory names is wrong (D1).
    NamesOutOfStep,
    /// A group and its members do not match (D2).
    GroupsOutOfStep(GroupId),
    /// Something counts as given by a group although no group of the user gives it (D3).
    NotGiven(UserId),
    /// Single sign-on is required, and nobody could sign in without it (D7).
    NoBreakGlass,
}

impl Broken {
    /// The name of the invariant in the log and in `usher verify`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Oversold(_) => "oversold",
            Self::HolderWithoutClaim(_) => "holder-without-claim",
            Self::ClaimWithoutSeat(_) => "claim-without-seat",
            Self::FreeSeatWhileWaiting(_) => "free-seat-while-waiting",
            Self::MinutesWhileSeatFree(_) => "minutes-while-seat-free",
            Self::Overassigned => "overassigned",
            Self::SeatsMiscounted(_) => "seats-miscounted",
            Self::TwoTickets => "two-tickets",
            Self::IdleWhileBusy => "idle-while-busy",
            Self::NamesOutOfStep => "names-out-of-step",
            Self::GroupsOutOfStep(_) => "groups-out-of-step",
            Self::NotGiven(_) => "not-given",
            Self::NoBreakGlass => "no-break-glass",
        }
    }

    /// Whether it is a missing follow-up event, which [`crate::Input::Tick`] would produce.
    #[must_use]
    pub const fn is_mended_by_settling(&self) -> bool {
        matches!(
            self,
            Self::FreeSeatWhileWaiting(_) | Self::MinutesWhileSeatFree(_)
        )
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} – ", self.name())?;
        match self {
            Self::Oversold(pool) => write!(f, "S1: {pool} was given more seats than it has"),
            Self::HolderWithoutClaim(pool) => write!(f, "S1: {pool} has a holder without a claim"),
            Self::ClaimWithoutSeat(claim) => write!(f, "S1: {claim} is not in its pool's books"),
            Self::FreeSeatWhileWaiting(pool) => write!(f, "Q2: {pool} has a free seat while somebody waits"),
            Self::MinutesWhileSeatFree(pool) => {
                write!(f, "Q3: {pool} has a free seat while minutes are spent")
            }
            Self::Overassigned => f.write_str("L1, L2, L13: more seats are given out than were bought"),
            Self::SeatsMiscounted(user) => {
                write!(f, "S3: {user} holds another number of seats than is counted")
            }
            Self::TwoTickets => f.write_str("Q2: a user waits twice for one product"),
            Self::NamesOutOfStep => f.write_str("D1: the books of directory names are wrong"),
            Self::GroupsOutOfStep(group) => write!(f, "D2: {group} and its members disagree"),
            Self::NotGiven(user) => write!(f, "D3: {user} has what counts as given by a group and is not"),
            Self::NoBreakGlass => f.write_str("D7: nobody can come in without single sign-on"),
            Self::IdleWhileBusy => f.write_str("A1: a user who is busy counts as idle"),
        }
    }
}

impl Account {
    /// All violated invariants; empty for an account that was only changed by `execute`. Checks everything, in time
    /// proportional to the account. Overselling is not among them: it shows only when it happens ([`crate::step`]),
    /// because a pool that was lowered drains (P3).
    #[must_use]
    pub fn broken(&self) -> Vec<Broken> {
        let mut broken = self.broken_in(&Touched::everything(self));
        self.check_all_groups(&mut broken);
        self.check_all_names(&mut broken);
        sorted(broken)
    }

    /// All violated invariants of what events touched, in time independent of the account's size.
    #[must_use]
    pub fn broken_in(&self, touched: &Touched) -> Vec<Broken> {
        let mut broken = Vec::new();
        for (id, occupied_max) in &touched.pools {
            if let Some(pool) = self.pools.get(id) {
                self.check_pool(pool, *occupied_max, &mut broken);
            }
        }
        for (id, holder) in &touched.holders {
            let pool = self.pools.get(id);
            let claims = pool.and_then(|pool| Some((pool, pool.holders.get(holder)?)));
            if let Some((pool, claims)) = claims
                && (claims.is_empty() || !claims.iter().all(|claim| self.is_held(pool, holder, *claim)))
            {
                broken.push(Broken::HolderWithoutClaim(*id));
            }
        }
        for user in touched.users.iter().filter_map(|id| self.users.get(id)) {
            self.check_claims(user, &mut broken);
            self.check_presence(user, &mut broken);
            self.check_directory_of(user, &mut broken);
        }
        if touched.are_seats_given {
            self.check_seats_given(&mut broken);
        }
        self.check_break_glass(&mut broken);
        sorted(broken)
    }

    fn check_pool(&self, pool: &Pool, occupied_max: u32, broken: &mut Vec<Broken>) {
        if pool.occupied() > occupied_max {
            broken.push(Broken::Oversold(pool.id));
        }
        if pool.occupied() >= pool.seats {
            return;
        }
        if !pool.queue.is_empty() {
            broken.push(Broken::FreeSeatWhileWaiting(pool.id));
        } else if minutes::oldest(self, pool).is_some() {
            broken.push(Broken::MinutesWhileSeatFree(pool.id));
        }
    }

    /// Whether a claim gives this holder a seat of the pool.
    fn is_held(&self, pool: &Pool, holder: &Holder, claim: Claim) -> bool {
        self.seat_of(claim) == Some((pool.id, holder.clone()))
    }

    /// The seat of a claim, according to the claim.
    fn seat_of(&self, claim: Claim) -> Option<(PoolId, Holder)> {
        let (sign_in, funding) = match claim {
            Claim::SignIn(id) => {
                let sign_in = self.sign_ins.get(&id)?;
                (sign_in, sign_in.funding)
            }
            Claim::Session(id) => {
                let session = self.sessions.get(&id)?;
                (self.sign_ins.get(&session.sign_in)?, session.funding)
            }
        };
        let pool = self.pools.get(&sign_in.pool?)?;
        (funding == Funding::Seat).then(|| (pool.id, pool.holder(sign_in.user, sign_in.device.id.reveal())))
    }

    /// Checks that every claim of the user on a seat is in its pool's bookkeeping, and that the seats are counted.
    fn check_claims(&self, user: &User, broken: &mut Vec<Broken>) {
        let sign_ins = user.sign_ins.iter().copied().map(Claim::SignIn);
        let sessions = user.sessions.iter().copied().map(Claim::Session);
        let mut seats = BTreeSet::new();
        for claim in sign_ins.chain(sessions) {
            let Some((pool, holder)) = self.seat_of(claim) else {
                continue;
            };
            let claims = self.pools.get(&pool).and_then(|pool| pool.holders.get(&holder));
            if claims.is_none_or(|claims| claims.binary_search(&claim).is_err()) {
                broken.push(Broken::ClaimWithoutSeat(claim));
            }
            seats.insert((pool, holder));
        }
        if count(seats.len()) != user.seats_held {
            broken.push(Broken::SeatsMiscounted(user.id));
        }
    }

    fn check_presence(&self, user: &User, broken: &mut Vec<Broken>) {
        let tickets = || user.tickets.iter().filter_map(|id| self.tickets.get(id));
        let products: BTreeSet<_> = tickets().map(|ticket| &ticket.product).collect();
        if products.len() < tickets().count() {
            broken.push(Broken::TwoTickets);
        }
        let sessions = user.sessions.iter().filter_map(|id| self.sessions.get(id));
        let busy: BTreeSet<_> = sessions
            .filter(|session| Session::is_live(session))
            .map(|session| &session.product)
            .collect();
        let mut sign_ins = user.sign_ins.iter().filter_map(|id| self.sign_ins.get(id));
        if sign_ins.any(|sign_in| sign_in.idle_since.is_some() && busy.contains(&sign_in.product)) {
            broken.push(Broken::IdleWhileBusy);
        }
    }

    fn check_seats_given(&self, broken: &mut Vec<Broken>) {
        let products = self.given.keys().chain(self.subscription.products.keys());
        let is_wrong = |product| {
            let allowed = self.over(product).map(|over| ProductSeats {
                named_seats: over.named_seats,
                shared_seats: over.shared_seats,
            });
            give_back::surplus(self, product) != allowed.unwrap_or_default()
        };
        if products.chain(self.over.keys()).any(is_wrong) {
            broken.push(Broken::Overassigned);
        }
    }
}

fn sorted(mut broken: Vec<Broken>) -> Vec<Broken> {
    broken.sort();
    broken.dedup();
    broken
}
