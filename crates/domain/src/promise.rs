//! Checks the promise of the product before events are applied (S1): occupied seats never exceed a pool's seats, except
//! while it drains, when they only decrease.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::account::Account;
use crate::event::{Claim, Event, MinutesEvent, PoolEvent, SessionEvent, SignInEvent, TicketEvent};
use crate::id::{PoolId, SignInId, TicketId};
use crate::pool::Holder;
use crate::presence::{Funding, TicketState};

/// The first pool that these events, applied in this order, would oversell; `None` if they keep the promise (S1). The
/// cost depends on the number of events, not on the size of the account.
pub(crate) fn oversold_by(account: &Account, events: &[Event]) -> Option<PoolId> {
    if !events.iter().any(takes_a_seat) {
        return None;
    }
    let mut forecast = Forecast::new(account);
    events.iter().find_map(|event| forecast.see(event))
}

/// Whether more seats may be occupied after the event.
const fn takes_a_seat(event: &Event) -> bool {
    match event {
        Event::SignIn(SignInEvent::SignedIn { funding, .. })
        | Event::Session(SessionEvent::Created { funding, .. } | SessionEvent::Resumed { funding, .. }) => {
            matches!(funding, Funding::Seat)
        }
        Event::Minutes(MinutesEvent::ClaimMoved { .. }) | Event::Ticket(TicketEvent::Offered { .. }) => true,
        Event::Minutes(MinutesEvent::Paid { .. } | MinutesEvent::Low { .. })
        | Event::Ticket(TicketEvent::Opened { .. } | TicketEvent::Ended { .. })
        | Event::SignIn(
            SignInEvent::Ended { .. }
            | SignInEvent::ActivityReported { .. }
            | SignInEvent::LogOffWarned { .. }
            | SignInEvent::ReclaimWarned { .. }
            | SignInEvent::ReclaimCancelled { .. }
            | SignInEvent::SeatLocked { .. },
        )
        | Event::Session(
            SessionEvent::Connected { .. }
            | SessionEvent::CustomerJoined { .. }
            | SessionEvent::Paused { .. }
            | SessionEvent::Ending { .. }
            | SessionEvent::Ended { .. },
        )
        | Event::Account(_)
        | Event::ApiKey(_)
        | Event::User(_)
        | Event::Credential(_)
        | Event::Pool(_)
        | Event::Team(_)
        | Event::Group(_)
        | Event::Lease(_)
        | Event::Refusal(_) => false,
    }
}

/// A seat of a pool, by its future holder.
type Place = (PoolId, Holder);

/// The effect of events on the seats, without applying them. Contains only differences from the account.
struct Forecast<'a> {
    account: &'a Account,
    /// The claims of each holder's seat.
    claims: BTreeMap<Place, Vec<Claim>>,
    pools: BTreeMap<PoolId, Occupancy>,
    /// The seats of new claims.
    places: BTreeMap<Claim, Place>,
    /// The pools of new tickets.
    tickets: BTreeMap<TicketId, PoolId>,
    offered: BTreeSet<TicketId>,
    gone: BTreeSet<TicketId>,
}

#[derive(Clone, Copy)]
struct Occupancy {
    seats: u32,
    occupied: u32,
    /// Before the first event: the limit for a draining pool.
    before: u32,
}

impl<'a> Forecast<'a> {
    const fn new(account: &'a Account) -> Self {
        Self {
            account,
            claims: BTreeMap::new(),
            pools: BTreeMap::new(),
            places: BTreeMap::new(),
            tickets: BTreeMap::new(),
            offered: BTreeSet::new(),
            gone: BTreeSet::new(),
        }
    }

    /// Processes the next event. Returns the pool whose promise it breaks.
    fn see(&mut self, event: &Event) -> Option<PoolId> {
        match event {
            Event::SignIn(SignInEvent::SignedIn {
                id,
                user,
                device,
                pool,
                funding,
                ticket,
                ..
            }) => {
                self.end_ticket(*ticket);
                self.account.users.get(user)?;
                let pool = self.account.pools.get(&(*pool)?)?;
                let place = (pool.id, pool.holder(*user, device.id.reveal()));
                self.places.insert(Claim::SignIn(*id), place);
                self.start(Claim::SignIn(*id), *funding)
            }
            Event::Session(SessionEvent::Created {
                id,
                sign_in,
                funding,
                ticket,
                ..
            }) => {
                self.end_ticket(*ticket);
                let place = self.place(Claim::SignIn(*sign_in))?;
                self.places.insert(Claim::Session(*id), place);
                self.start(Claim::Session(*id), *funding)
            }
            Event::Session(SessionEvent::Resumed { id, funding, ticket }) => {
                self.end_ticket(*ticket);
                self.start(Claim::Session(*id), *funding)
            }
            Event::Minutes(MinutesEvent::ClaimMoved { claim }) => self.start(*claim, Funding::Seat),
            Event::Ticket(TicketEvent::Offered { id, .. }) => self.offer(*id),
            Event::Session(SessionEvent::Paused { id } | SessionEvent::Ended { id, .. }) => {
                self.end(Claim::Session(*id))
            }
            Event::SignIn(SignInEvent::Ended { id, .. }) => self.end_sign_in(*id),
            Event::Ticket(TicketEvent::Opened { id, pool, .. }) => {
                self.tickets.insert(*id, *pool);
                None
            }
            Event::Ticket(TicketEvent::Ended { id, .. }) => self.end_ticket(Some(*id)),
            Event::Pool(PoolEvent::Changed { id, seats, .. }) => {
                self.occupancy(*id)?.seats = *seats;
                None
            }
            // A new pool is empty, and nobody holds a seat of one that is deleted any more.
            Event::Pool(PoolEvent::Created { .. } | PoolEvent::Deleted { .. })
            | Event::SignIn(
                SignInEvent::ActivityReported { .. }
                | SignInEvent::LogOffWarned { .. }
                | SignInEvent::ReclaimWarned { .. }
                | SignInEvent::ReclaimCancelled { .. }
                | SignInEvent::SeatLocked { .. },
            )
            | Event::Session(
                SessionEvent::Connected { .. }
                | SessionEvent::CustomerJoined { .. }
                | SessionEvent::Ending { .. },
            )
            | Event::Minutes(MinutesEvent::Paid { .. } | MinutesEvent::Low { .. })
            | Event::Account(_)
            | Event::ApiKey(_)
            | Event::User(_)
            | Event::Credential(_)
            | Event::Team(_)
            | Event::Group(_)
            | Event::Lease(_)
            | Event::Refusal(_) => None,
        }
    }

    fn start(&mut self, claim: Claim, funding: Funding) -> Option<PoolId> {
        if funding != Funding::Seat {
            return None;
        }
        let place = self.place(claim)?;
        let pool = place.0;
        let claims = self.claims_of(place);
        if claims.contains(&claim) {
            return None;
        }
        claims.push(claim);
        if claims.len() > 1 {
            return None;
        }
        self.occupy(pool)
    }

    fn offer(&mut self, ticket: TicketId) -> Option<PoolId> {
        let kept = self.account.tickets.get(&ticket);
        let pool = self
            .tickets
            .get(&ticket)
            .copied()
            .or(kept.map(|ticket| ticket.pool))?;
        if self.gone.contains(&ticket) || self.is_offered(ticket) {
            return None;
        }
        self.offered.insert(ticket);
        self.occupy(pool)
    }

    /// Occupies another seat.
    fn occupy(&mut self, pool: PoolId) -> Option<PoolId> {
        let occupancy = self.occupancy(pool)?;
        occupancy.occupied = occupancy.occupied.saturating_add(1);
        (occupancy.occupied > occupancy.seats.max(occupancy.before)).then_some(pool)
    }

    fn free(&mut self, pool: PoolId) {
        if let Some(occupancy) = self.occupancy(pool) {
            occupancy.occupied = occupancy.occupied.saturating_sub(1);
        }
    }

    fn end_sign_in(&mut self, id: SignInId) -> Option<PoolId> {
        let sign_in = self.account.sign_ins.get(&id);
        for session in sign_in.iter().flat_map(|sign_in| &sign_in.sessions) {
            self.end(Claim::Session(*session));
        }
        self.end(Claim::SignIn(id))
    }

    fn end(&mut self, claim: Claim) -> Option<PoolId> {
        let place = self.place(claim)?;
        let pool = place.0;
        let claims = self.claims_of(place);
        let held = !claims.is_empty();
        claims.retain(|other| *other != claim);
        if held && claims.is_empty() {
            self.free(pool);
        }
        None
    }

    fn end_ticket(&mut self, ticket: Option<TicketId>) -> Option<PoolId> {
        let ticket = ticket?;
        let was_offered = self.is_offered(ticket);
        if !self.gone.insert(ticket) || !was_offered {
            return None;
        }
        let kept = self.account.tickets.get(&ticket);
        let pool = self
            .tickets
            .get(&ticket)
            .copied()
            .or(kept.map(|ticket| ticket.pool))?;
        self.free(pool);
        None
    }

    fn is_offered(&self, ticket: TicketId) -> bool {
        let kept = self.account.tickets.get(&ticket);
        let was_offered = kept.is_some_and(|ticket| matches!(ticket.state, TicketState::Offered { .. }));
        was_offered || self.offered.contains(&ticket)
    }

    fn place(&self, claim: Claim) -> Option<Place> {
        if let Some(place) = self.places.get(&claim) {
            return Some(place.clone());
        }
        let sign_in = match claim {
            Claim::SignIn(id) => id,
            Claim::Session(id) => self.account.sessions.get(&id)?.sign_in,
        };
        let sign_in = self.account.sign_ins.get(&sign_in)?;
        let pool = self.account.pools.get(&sign_in.pool?)?;
        Some((pool.id, pool.holder(sign_in.user, sign_in.device.id.reveal())))
    }

    fn claims_of(&mut self, place: Place) -> &mut Vec<Claim> {
        let account = self.account;
        self.claims.entry(place).or_insert_with_key(|(pool, holder)| {
            let pool = account.pools.get(pool);
            let claims = pool.and_then(|pool| pool.holders.get(holder));
            claims.cloned().unwrap_or_default()
        })
    }

    fn occupancy(&mut self, pool: PoolId) -> Option<&mut Occupancy> {
        let known = self.account.pools.get(&pool)?;
        Some(self.pools.entry(pool).or_insert_with(|| Occupancy {
            seats: known.seats,
            occupied: known.occupied(),
            before: known.occupied(),
        }))
    }
}

/// The predicted occupancy of each pool that these events change.
#[cfg(test)]
pub(crate) fn occupied_after(account: &Account, events: &[Event]) -> BTreeMap<PoolId, u32> {
    let mut forecast = Forecast::new(account);
    for event in events {
        forecast.see(event);
    }
    let pools = forecast.pools.into_iter();
    pools.map(|(id, occupancy)| (id, occupancy.occupied)).collect()
}
