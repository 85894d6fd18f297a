//! Leases (S11): a sign-in or ticket ends without a heartbeat. The rule is in `docs/rules/leases.md`.
//!
//! A heartbeat renews a lease in memory; no event tells of it, because storing each would cost more than everything else.
//! The journal gets renewals in batches, at most a third of a lease after the first of them ([`renewals`]), and before
//! the account leaves memory ([`all_ends`]). Everything else that is decided depends on events alone.

mod outage;

use alloc::vec;
use alloc::vec::Vec;

pub(crate) use self::outage::resume;
use self::outage::resumed;
use crate::account::{Account, State};
use crate::command::{Command, SignInCommand, TicketCommand};
use crate::decide::Decide;
use crate::decide::presence::end_sign_in;
use crate::event::{EndReason, Event, LeaseEvent, TicketEvent};
use crate::evolve::{self, Change, seats};
use crate::id::{PoolId, SignInId, TicketId};
use crate::presence::{SignIn, Ticket};
use crate::time::{Secs, Timestamp};

/// What has a lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leased {
    /// A sign-in.
    SignIn(SignInId),
    /// A ticket.
    Ticket(TicketId),
}

impl Leased {
    /// What a command is a heartbeat of, if it is one.
    pub(crate) fn renewed_by(command: &Command) -> Option<Self> {
        if let Command::SignIn(SignInCommand::Heartbeat(heartbeat)) = command {
            return heartbeat.renews();
        }
        if let Command::Ticket(TicketCommand::Renew(heartbeat)) = command {
            return heartbeat.renews();
        }
        None
    }
}

impl SignIn {
    /// Until when it lives without a further heartbeat (S11).
    #[must_use]
    pub fn lease_until(&self) -> Timestamp {
        self.renewed_until.unwrap_or(self.stored_until)
    }
}

impl Ticket {
    /// Until when it lives without a further heartbeat (S11).
    #[must_use]
    pub fn lease_until(&self) -> Timestamp {
        self.renewed_until.unwrap_or(self.stored_until)
    }
}

/// The events that end a sign-in or ticket whose lease is over; none if it is not.
pub(crate) fn expired(account: &Account, of: Leased, now: Timestamp) -> Vec<Event> {
    let reason = EndReason::LeaseExpired;
    match of {
        Leased::SignIn(id) => match account.sign_ins.get(&id) {
            Some(sign_in) if sign_in.lease_until() <= now => end_sign_in(account, id, reason, None),
            Some(_) | None => Vec::new(),
        },
        Leased::Ticket(id) => match account.tickets.get(&id) {
            Some(ticket) if ticket.lease_until() <= now => {
                vec![Event::Ticket(TicketEvent::Ended { id, reason, by: None })]
            }
            Some(_) | None => Vec::new(),
        },
    }
}

/// A lease that is being changed.
struct LeaseMut<'a> {
    length: &'a mut Secs,
    /// When it ends as far as the journal knows.
    stored_until: &'a mut Timestamp,
    /// When it ends, if memory knows of heartbeats that the journal does not.
    renewed_until: &'a mut Option<Timestamp>,
}

impl LeaseMut<'_> {
    /// Changes when the lease ends, in memory as in the journal.
    fn move_end(&mut self, moved: impl Fn(Timestamp) -> Timestamp) {
        *self.stored_until = moved(*self.stored_until);
        self.renewed_until.take_if(|until| {
            *until = moved(*until);
            *until == *self.stored_until
        });
    }

    /// Changes how long the lease is. The new length counts in full from the next heartbeat on.
    ///
    /// Devices send a heartbeat every third of the lease that they were told last. So if the new lease is shorter,
    /// everybody who is alive is heard within half of the old one, and hears of the new one then.
    fn set_length(&mut self, length: Secs, at: Timestamp) {
        let previous = core::mem::replace(self.length, length);
        if length < previous {
            self.move_end(|until| {
                let heard_by = (until - previous) + Secs::new(previous.get() / 2);
                until.min(heard_by.max(at + length))
            });
        }
    }
}

/// A heartbeat: the lease starts again, in memory, even if more was left of a longer one that the pool had before.
pub(crate) fn renew(account: &mut State, of: Leased, at: Timestamp) {
    let mut flush_at = None;
    change(account, of, |lease| {
        *lease.renewed_until = Some(at + *lease.length);
        // Renewals reach the journal a third of a lease after the first of them at the latest.
        flush_at = Some(at + Secs::new((lease.length.get() / 3).max(1)));
    });
    let Some(flush_at) = flush_at else { return };
    if account
        .schedule
        .renewals_at()
        .is_none_or(|known| flush_at < known)
    {
        account.schedule.set_renewals(Some(flush_at));
    }
}

/// Applies an event of leases.
pub(crate) fn evolve(account: &mut State, event: &LeaseEvent, at: Timestamp) {
    match event {
        LeaseEvent::Renewed { sign_ins, tickets } => renewals_stored(account, sign_ins, tickets),
        LeaseEvent::Restarted { outage } => resumed(account, *outage, at),
    }
}

/// What memory knows of this node's heartbeats counts if it is later.
fn renewals_stored(
    account: &mut State,
    sign_ins: &[(SignInId, Timestamp)],
    tickets: &[(TicketId, Timestamp)],
) {
    let sign_ins = sign_ins.iter().map(|(id, until)| (Leased::SignIn(*id), *until));
    let tickets = tickets.iter().map(|(id, until)| (Leased::Ticket(*id), *until));
    for (of, until) in sign_ins.chain(tickets) {
        change(account, of, |lease| {
            *lease.stored_until = until;
            lease.renewed_until.take_if(|renewed| *renewed <= until);
        });
    }
}

/// Gives the sign-ins and tickets of a pool another lease.
pub(crate) fn length_changed(
    account: &mut State,
    pool: PoolId,
    sign_ins: &[SignInId],
    length: Secs,
    at: Timestamp,
) {
    let tickets: Vec<TicketId> = account.pools.get(&pool).map_or_else(Vec::new, |pool| {
        pool.queue.iter().chain(pool.offers.iter().copied()).collect()
    });
    let sign_ins = sign_ins.iter().copied().map(Leased::SignIn);
    let tickets = tickets.into_iter().map(Leased::Ticket);
    for of in sign_ins.chain(tickets) {
        change(account, of, |lease| lease.set_length(length, at));
    }
}

/// What had a lease is about to go.
pub(crate) fn ended(account: &mut State, of: Leased) {
    account.renewed.remove(&of);
    stop_empty_flush(account);
}

/// Changes a lease, and keeps the schedule right.
fn change(account: &mut State, of: Leased, change: impl FnOnce(&mut LeaseMut<'_>)) {
    let lease = match of {
        Leased::SignIn(id) => account.sign_ins.get_mut(&id).map(|sign_in| LeaseMut {
            length: &mut sign_in.lease,
            stored_until: &mut sign_in.stored_until,
            renewed_until: &mut sign_in.renewed_until,
        }),
        Leased::Ticket(id) => account.tickets.get_mut(&id).map(|ticket| LeaseMut {
            length: &mut ticket.lease,
            stored_until: &mut ticket.stored_until,
            renewed_until: &mut ticket.renewed_until,
        }),
    };
    let Some(mut lease) = lease else { return };
    let was_renewed = lease.renewed_until.is_some();
    change(&mut lease);
    match (was_renewed, lease.renewed_until.is_some()) {
        (false, true) => {
            account.renewed.insert(of);
        }
        (true, false) => {
            account.renewed.remove(&of);
            stop_empty_flush(account);
        }
        (false, false) | (true, true) => {}
    }
    match of {
        Leased::SignIn(id) => seats::schedule_sign_in(account, id),
        Leased::Ticket(id) => seats::schedule_ticket(account, id),
    }
}

/// Puts all leases back to what the journal knows of them.
pub(crate) fn forget_renewals(account: &mut State) {
    for of in account.renewed.clone() {
        change(account, of, |lease| *lease.renewed_until = None);
    }
}

/// Without renewals in memory there is nothing to store.
fn stop_empty_flush(account: &mut State) {
    if account.renewed.is_empty() {
        account.schedule.set_renewals(None);
    }
}

/// Records the ends of the leases that were renewed in memory.
pub(crate) fn renewals(account: &Account) -> Vec<Event> {
    let sign_ins = account.renewed.iter().filter_map(|of| match of {
        Leased::SignIn(id) => account.sign_ins.get(id),
        Leased::Ticket(_) => None,
    });
    let tickets = account.renewed.iter().filter_map(|of| match of {
        Leased::SignIn(_) => None,
        Leased::Ticket(id) => account.tickets.get(id),
    });
    ends(sign_ins, tickets)
}

/// Records the ends of all leases, if memory knows of heartbeats that the journal does not.
pub(crate) fn all_ends(account: &Account) -> Vec<Event> {
    if account.has_unsaved_renewals() {
        ends(account.sign_ins.values(), account.tickets.values())
    } else {
        Vec::new()
    }
}

fn ends<'a>(
    sign_ins: impl Iterator<Item = &'a SignIn>,
    tickets: impl Iterator<Item = &'a Ticket>,
) -> Vec<Event> {
    let sign_ins: Vec<_> = sign_ins.map(|s| (s.id, s.lease_until())).collect();
    let tickets: Vec<_> = tickets.map(|t| (t.id, t.lease_until())).collect();
    if sign_ins.is_empty() && tickets.is_empty() {
        return Vec::new();
    }
    vec![Event::Lease(LeaseEvent::Renewed { sign_ins, tickets })]
}

/// When each lease of an account last began: what only memory knows of heartbeats, on its way from a state that is dropped
/// to the one that is loaded in its place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heartbeats(Vec<(Leased, Timestamp)>);

impl Heartbeats {
    /// Notes when each lease began, including those whose renewal was about to be stored.
    #[must_use]
    pub fn of(account: &Account) -> Self {
        let sign_ins = account.sign_ins.values();
        let tickets = account.tickets.values();
        let sign_ins = sign_ins.map(|s| (Leased::SignIn(s.id), s.lease_until() - s.lease));
        let tickets = tickets.map(|t| (Leased::Ticket(t.id), t.lease_until() - t.lease));
        Self(sign_ins.chain(tickets).collect())
    }

    /// Whether no heartbeat is known.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The leases that began later than the account knows, with when they did.
    pub(crate) fn unknown_to(&self, account: &Account) -> Vec<(Leased, Timestamp)> {
        let is_news = |(of, at): &&(Leased, Timestamp)| {
            let known = match of {
                Leased::SignIn(id) => account.sign_ins.get(id).map(|s| (s.lease_until(), s.lease)),
                Leased::Ticket(id) => account.tickets.get(id).map(|t| (t.lease_until(), t.lease)),
            };
            known.is_some_and(|(until, length)| until < *at + length)
        };
        self.0.iter().filter(is_news).copied().collect()
    }
}

impl Account {
    /// Whether leases were renewed in memory that the journal does not know of (S11).
    #[must_use]
    pub fn has_unsaved_renewals(&self) -> bool {
        !self.renewed.is_empty()
    }

    /// The account as its events alone make it: without the leases that heartbeats have renewed in memory (S11).
    #[must_use]
    pub fn as_stored(&self) -> Self {
        let mut stored = self.clone();
        evolve::evolve(&mut stored, Change::RenewalsLost, Timestamp::default());
        stored
    }
}
