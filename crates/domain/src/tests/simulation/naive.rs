//! The promise, implemented as simply as possible: from scratch, without bookkeeping. The account's behavior is
//! compared with it.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::{AccountEvent, Event, MinutesEvent, SessionEvent, SignInEvent, TicketEvent};
use crate::id::{PoolId, TicketId, TopUpId, UserId};
use crate::pool::Pool;
use crate::presence::{Funding, SignIn, TicketState};
use crate::rules::{SeatPer, WhenFull};
use crate::text::DeviceId;
use crate::{Account, SignInId, Timestamp};

/// The end of minutes without one.
const FOREVER: Timestamp = Timestamp::from_millis(i64::MAX);

/// A user, or a user on a device.
type Seat = (UserId, Option<DeviceId>);

/// The naive account's memory: the order of the queue, and the balance of minutes.
#[derive(Debug, Clone, Default)]
pub(super) struct Naive {
    lines: BTreeMap<PoolId, Vec<TicketId>>,
    /// The end of each minute that is left, in the order in which they are spent.
    minutes: Vec<Timestamp>,
    top_ups: BTreeSet<TopUpId>,
}

impl Naive {
    /// A top-up that was made.
    pub(super) fn a_top_up(&self) -> Option<TopUpId> {
        self.top_ups.last().copied()
    }
}

/// A request for a seat.
pub(super) struct Wish<'a> {
    pub(super) pool: &'a Pool,
    pub(super) user: UserId,
    pub(super) device: &'a DeviceId,
    /// The user's sign-ins that end in the same step.
    pub(super) leaving: Vec<SignInId>,
    /// Whether a seat is held for this request.
    pub(super) has_offer: bool,
    pub(super) waits: bool,
}

/// The result of a request for a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Seat,
    Minutes,
    Waits,
    Limited,
    Full,
}

fn seat(pool: &Pool, user: UserId, device: &DeviceId) -> Seat {
    (
        user,
        (pool.rules.seat_per == SeatPer::Device).then(|| device.clone()),
    )
}

/// The holders of a pool's seats, without those whose sign-in is leaving.
pub(super) fn seats(account: &Account, pool: &Pool, leaving: &[SignInId]) -> BTreeSet<Seat> {
    let of = |sign_in: &SignIn| seat(pool, sign_in.user, sign_in.device.id.reveal());
    let sign_ins = account
        .sign_ins()
        .values()
        .filter(|sign_in| sign_in.pool == Some(pool.id) && !leaving.contains(&sign_in.id))
        .filter(|sign_in| sign_in.funding == Funding::Seat)
        .map(of);
    let sessions = account
        .sessions()
        .values()
        .filter(|session| session.pool == Some(pool.id) && session.funding == Funding::Seat)
        .filter(|session| !leaving.contains(&session.sign_in))
        .map(|session| of(&account.sign_ins()[&session.sign_in]));
    sign_ins.chain(sessions).collect()
}

/// The tickets with an open offer in the pool.
pub(super) fn offers(account: &Account, pool: PoolId) -> impl Iterator<Item = TicketId> {
    let tickets = account
        .tickets()
        .values()
        .filter(move |ticket| ticket.pool == pool);
    tickets
        .filter(|ticket| matches!(ticket.state, TicketState::Offered { .. }))
        .map(|ticket| ticket.id)
}

impl Naive {
    /// Records an event, and reports what is wrong with it.
    pub(super) fn see(&mut self, account: &Account, event: &Event) {
        match event {
            Event::Ticket(TicketEvent::Opened { id, pool, .. }) => {
                self.lines.entry(*pool).or_default().push(*id);
            }
            Event::Ticket(TicketEvent::Offered { id, .. }) => {
                let line = self.lines.get_mut(&account.tickets()[id].pool).unwrap();
                assert_eq!(line.first(), Some(id), "Q2: an offer goes to who came first");
                line.remove(0);
            }
            Event::Ticket(TicketEvent::Ended { id, .. }) => self.forget(*id),
            Event::Account(AccountEvent::MinutesAdded {
                id, minutes, until, ..
            }) => {
                let is_new = self.top_ups.insert(id.unwrap());
                assert!(is_new, "Q3: a top-up adds its minutes once");
                // Those without an end come last.
                let until = until.unwrap_or(FOREVER);
                let each = std::iter::repeat_n(until, usize::try_from(*minutes).unwrap());
                self.minutes.extend(each);
                self.minutes.sort();
            }
            Event::Account(AccountEvent::MinutesEnded { until, minutes }) => {
                let before = self.minutes.len();
                self.minutes.retain(|minute| minute != until);
                assert_eq!(
                    before - self.minutes.len(),
                    usize::try_from(*minutes).unwrap(),
                    "L12"
                );
            }
            Event::Minutes(MinutesEvent::Paid { .. }) => self.pay(),
            Event::SignIn(SignInEvent::SignedIn { funding, ticket, .. })
            | Event::Session(
                SessionEvent::Created { funding, ticket, .. } | SessionEvent::Resumed { funding, ticket, .. },
            ) => {
                if matches!(funding, Funding::Minutes { .. }) {
                    self.pay();
                }
                if let Some(ticket) = ticket {
                    self.forget(*ticket);
                }
            }
            _ => {}
        }
    }

    fn forget(&mut self, ticket: TicketId) {
        for line in self.lines.values_mut() {
            line.retain(|other| *other != ticket);
        }
    }

    fn pay(&mut self) {
        assert!(!self.minutes.is_empty(), "Q3: no minute is left");
        self.minutes.remove(0);
    }

    /// Compares the account's bookkeeping with a fresh count.
    pub(super) fn compare(&self, account: &Account) {
        let left = u64::try_from(self.minutes.len()).unwrap();
        assert_eq!(account.minutes(), left, "Q3, L12: added less spent and ended");
        for pool in account.pools().values() {
            let line = self.lines.get(&pool.id).cloned().unwrap_or_default();
            assert_eq!(
                pool.queue().collect::<Vec<_>>(),
                line,
                "Q2: first come, first served"
            );
            let seats = seats(account, pool, &[]);
            let occupied = seats.len() + offers(account, pool.id).count();
            assert_eq!(usize::try_from(pool.occupied()).unwrap(), occupied, "S1");
        }
        for user in account.users().values() {
            let pools = account.pools().values();
            let all = pools.flat_map(|pool| seats(account, pool, &[]));
            let held = all.filter(|(holder, _)| *holder == user.id).count();
            assert_eq!(usize::try_from(user.seats_held()).unwrap(), held, "S3");
        }
    }

    /// The expected result of a request for a seat.
    pub(super) fn fate(&self, account: &Account, wish: &Wish<'_>) -> Fate {
        let Wish {
            pool, user, device, ..
        } = *wish;
        let others = seats(account, pool, &wish.leaving);
        if others.contains(&seat(pool, user, device)) {
            return Fate::Seat;
        }
        let elsewhere = account.pools().values().filter(|other| other.id != pool.id);
        let held = others.iter().filter(|(holder, _)| *holder == user).count()
            + elsewhere
                .flat_map(|other| seats(account, other, &[]))
                .filter(|(holder, _)| *holder == user)
                .count();
        let limit = account.users()[&user].profile.seat_limit;
        if limit.is_some_and(|limit| held >= usize::try_from(limit).unwrap()) {
            return Fate::Limited;
        }
        let gives_up_a_seat = seats(account, pool, &[]).len() > others.len();
        let nobody_waits = self.lines.get(&pool.id).is_none_or(Vec::is_empty);
        let occupied = others.len() + offers(account, pool.id).count();
        let has_room = nobody_waits && occupied < usize::try_from(pool.seats).unwrap();
        if wish.has_offer || gives_up_a_seat || has_room {
            return Fate::Seat;
        }
        for way in &pool.rules.when_full {
            match way {
                WhenFull::PayPerUse if !self.minutes.is_empty() => return Fate::Minutes,
                WhenFull::Queue if wish.waits => return Fate::Waits,
                _ => {}
            }
        }
        Fate::Full
    }
}
