//! Signing a user in (L4, S2, S4, S6).

use alloc::boxed::Box;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use super::NEEDED_TO_ACT;
use crate::account::Account;
use crate::command::{Decision, OneOrMore, SignInOutcome};
use crate::decide::capacity::{Ask, Room, check_cool_down};
use crate::decide::dates::check_lasts;
use crate::decide::loans::check_not_ended;
use crate::decide::presence::{by, end_sign_in};
use crate::decide::queue::check_ticket_id;
use crate::event::{Claim, EndReason, Event, SignInEvent, TicketEvent};
use crate::id::{SignInId, TicketId, UserId};
use crate::permission::Actor;
use crate::pool::{Holder, Pool, count};
use crate::presence::{Device, Funding, SignIn, Ticket, Wanted};
use crate::refusal::{Refusal, SeatRefusal, StateRefusal};
use crate::rules::{Occupies, Rules};
use crate::text::Product;
use crate::time::Timestamp;
use crate::user::{License, User};

/// The most devices on which a user signs in at once.
const DEVICES_MAX: u32 = 1000;

/// Devices, each with the id of its sign-in.
type Devices = OneOrMore<(SignInId, Device)>;

/// The sign-ins of these devices.
struct SignIns {
    ids: OneOrMore<SignInId>,
    created: bool,
}

/// What is left to do for a user who may sign in.
enum WayIn<'a> {
    /// No seat is needed, and this is decided.
    Open(Decision<SignIns>),
    Seat(Seat<'a>),
}

/// The seat that a sign-in needs.
struct Seat<'a> {
    pool: &'a Pool,
    holders: Vec<Holder>,
    claims: usize,
    /// The sign-ins that have to end, and their claims.
    leaving: Vec<SignInId>,
    claims_leaving: Vec<Claim>,
}

impl Seat<'_> {
    fn ask<'b>(&'b self, attempt: &'b SignInAttempt<'_>) -> Ask<'b> {
        Ask {
            account: attempt.account,
            pool: self.pool,
            user: attempt.user,
            holders: &self.holders,
            claims: self.claims,
            leaving: &self.claims_leaving,
            ticket: attempt.ticket(),
            actor: attempt.actor,
            now: attempt.now,
        }
    }
}

/// A user who may sign in, apart from seats.
pub(super) struct SignInAttempt<'a> {
    account: &'a Account,
    user: &'a User,
    product: &'a Product,
    pool: Option<&'a Pool>,
    actor: &'a Actor,
    now: Timestamp,
}

impl<'a> SignInAttempt<'a> {
    pub(super) fn check(
        account: &'a Account,
        user: UserId,
        product: &'a Product,
        actor: &'a Actor,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        if *actor == Actor::User(user) && account.users.get(&user).is_some_and(|user| !user.active) {
            return Err(Refusal::Seat(SeatRefusal::UserInactive));
        }
        let user = account.visible_user(actor, user)?;
        let is_device = matches!(actor, Actor::SignIn(_) | Actor::Ticket(_));
        if is_device || !account.may_act_for(actor, user.id) {
            return Err(Refusal::Forbidden {
                needed: NEEDED_TO_ACT,
            });
        }
        if !user.active {
            return Err(Refusal::Seat(SeatRefusal::UserInactive));
        }
        let pool = match user.licenses.get(product) {
            None => {
                return Err(Refusal::Seat(SeatRefusal::NoLicense {
                    product: product.clone(),
                }));
            }
            Some(License::Named) => None,
            Some(License::Shared(pool)) => Some(account.pools.get(pool).ok_or_else(|| {
                Refusal::Seat(SeatRefusal::NoLicense {
                    product: product.clone(),
                })
            })?),
        };
        Ok(Self {
            account,
            user,
            product,
            pool,
            actor,
            now,
        })
    }

    /// Signs the user in, or adds them to the queue.
    pub(super) fn decide(
        &self,
        devices: &Devices,
        takeover: bool,
        wait: bool,
    ) -> Result<Decision<SignInOutcome>, Refusal> {
        let signed_in = |decision: Decision<SignIns>| {
            decision.map(|SignIns { ids, created }| SignInOutcome::In { ids, created })
        };
        let seat = match self.way_in(devices, takeover)? {
            WayIn::Open(decision) => return Ok(signed_in(decision)),
            WayIn::Seat(seat) => seat,
        };
        let may_wait = wait && devices.len() == 1;
        match seat.ask(self).room(may_wait.then_some(Room::Queue))? {
            Room::Funded(funding) => Ok(signed_in(self.sign_in(devices, funding, &seat.leaving))),
            Room::Queue => self.queue(seat.pool, &devices.first),
        }
    }

    /// Signs in a user who has waited.
    fn claim(&self, devices: &Devices) -> Result<Decision<SignIns>, Refusal> {
        match self.way_in(devices, false)? {
            WayIn::Open(decision) => Ok(decision),
            WayIn::Seat(seat) => {
                let funding = seat.ask(self).room(None)?;
                Ok(self.sign_in(devices, funding, &seat.leaving))
            }
        }
    }

    /// What is left to do after everything except the seat has been checked.
    fn way_in(&self, devices: &Devices, takeover: bool) -> Result<WayIn<'a>, Refusal> {
        if let Some(ids) = self.existing(devices) {
            let existing = SignIns { ids, created: false };
            return Ok(WayIn::Open(Decision::unchanged(existing)));
        }
        check_lasts(self.account)?;
        check_not_ended(self.account, self.user, self.product, self.now)?;
        self.check_devices(devices)?;
        let Some(pool) = self.pool else {
            return Ok(WayIn::Open(self.sign_in(devices, Funding::Named, &[])));
        };
        check_cool_down(self.user, self.product, self.now)?;
        let leaving = self.leaving(pool, devices, takeover)?;
        if pool.rules.occupies == Occupies::Session {
            return Ok(WayIn::Open(self.sign_in(devices, Funding::Free, &leaving)));
        }
        let mut holders: Vec<Holder> = devices
            .iter()
            .map(|(_, device)| pool.holder(self.user.id, device.id.reveal()))
            .collect();
        holders.sort();
        holders.dedup();
        Ok(WayIn::Seat(Seat {
            pool,
            holders,
            claims: devices.len(),
            claims_leaving: leaving.iter().map(|id| Claim::SignIn(*id)).collect(),
            leaving,
        }))
    }

    /// The existing sign-ins of these devices, if all have one: signing in again is safe (S6).
    fn existing(&self, devices: &Devices) -> Option<OneOrMore<SignInId>> {
        let of = |device: &Device| {
            let mut own = self.account.sign_ins_of(self.user, self.product);
            own.find(|sign_in| sign_in.device.id == device.id)
                .map(|sign_in| sign_in.id)
        };
        let first = of(&devices.first.1)?;
        let others = devices.others.iter().map(|(_, device)| of(device));
        Some(OneOrMore {
            first,
            others: others.collect::<Option<_>>()?,
        })
    }

    /// Checks that each device appears once, with an unused id, and that there are no more than the pool allows a user
    /// at all (S4).
    fn check_devices(&self, devices: &Devices) -> Result<(), Refusal> {
        let mut known: Vec<_> = devices.iter().map(|(_, device)| &device.id).collect();
        known.sort();
        known.dedup();
        let max = self.pool.and_then(|pool| pool.rules.max_devices_per_user);
        let most = max.unwrap_or(DEVICES_MAX).min(DEVICES_MAX);
        if known.len() < devices.len() || count(devices.len()) > most {
            return Err(Refusal::Invalid {
                field: "devices",
                expected: format!("1 to {most} devices, each once"),
            });
        }
        let is_taken = |id: &SignInId| self.account.sign_ins.contains_key(id);
        if devices.iter().any(|(id, _)| is_taken(id)) {
            return Err(Refusal::State(StateRefusal::AlreadyExists {
                what: "sign-in",
                field: "id",
            }));
        }
        Ok(())
    }

    /// The user's other sign-ins that must end to make these devices fit, oldest first (S4).
    fn leaving(&self, pool: &Pool, devices: &Devices, takeover: bool) -> Result<Vec<SignInId>, Refusal> {
        let Some(max) = pool.rules.max_devices_per_user else {
            return Ok(Vec::new());
        };
        let asked: Vec<_> = devices.iter().map(|(_, device)| &device.id).collect();
        let own = self.account.sign_ins_of(self.user, self.product);
        let mut others: Vec<&SignIn> = own
            .filter(|sign_in| !asked.contains(&&sign_in.device.id))
            .collect();
        let too_many = count(others.len() + devices.len()).saturating_sub(max);
        if too_many == 0 {
            return Ok(Vec::new());
        }
        others.sort_by_key(|sign_in| (sign_in.since, sign_in.id));
        match others.last() {
            Some(newest) if !takeover => Err(Refusal::Seat(SeatRefusal::SignedInElsewhere {
                sign_in: newest.id,
                device: Box::new(newest.device.clone()),
                max_devices: max,
            })),
            _ => {
                let ids = others.iter().map(|sign_in| sign_in.id);
                Ok(ids
                    .take(usize::try_from(too_many).unwrap_or(usize::MAX))
                    .collect())
            }
        }
    }

    /// Signs the user in on these devices, and out of those that leave.
    fn sign_in(&self, devices: &Devices, funding: Funding, leaving: &[SignInId]) -> Decision<SignIns> {
        let end = |id: &SignInId| {
            let by = by(self.account, self.actor, None);
            end_sign_in(self.account, *id, EndReason::Takeover, Some(&by))
        };
        let mut events: Vec<Event> = leaving.iter().flat_map(end).collect();
        let lease = self
            .pool
            .map_or_else(|| Rules::default().lease, |pool| pool.rules.lease);
        let mut ticket = self.ticket().map(|ticket| ticket.id);
        let ids = devices.map(|(id, device)| {
            let own = self.account.sign_ins_of(self.user, self.product);
            if let Some(existing) = own.into_iter().find(|sign_in| sign_in.device.id == device.id) {
                return existing.id;
            }
            events.push(Event::SignIn(SignInEvent::SignedIn {
                id: *id,
                user: self.user.id,
                product: self.product.clone(),
                device: device.clone(),
                pool: self.pool.map(|pool| pool.id),
                funding,
                lease,
                ticket: ticket.take(),
            }));
            *id
        });
        Decision {
            events,
            outcome: SignIns { ids, created: true },
        }
    }

    /// The user's own ticket to be signed in, which being signed in fulfils, no matter how.
    fn ticket(&self) -> Option<&Ticket> {
        let ticket = self.account.ticket_of(self.user, self.product);
        ticket.filter(|ticket| matches!(ticket.wanted, Wanted::SignIn { .. }))
    }

    fn queue(
        &self,
        pool: &Pool,
        (id, device): &(SignInId, Device),
    ) -> Result<Decision<SignInOutcome>, Refusal> {
        if let Some(ticket) = self.account.ticket_of(self.user, self.product) {
            return Ok(Decision::unchanged(SignInOutcome::Waits(ticket.id)));
        }
        let id = TicketId::from_bits(id.bits());
        check_ticket_id(self.account, id)?;
        let opened = Event::Ticket(TicketEvent::Opened {
            id,
            user: self.user.id,
            product: self.product.clone(),
            pool: pool.id,
            wanted: Wanted::SignIn {
                device: device.clone(),
            },
            lease: pool.rules.lease,
        });
        Ok(Decision {
            events: vec![opened],
            outcome: SignInOutcome::Waits(id),
        })
    }
}

/// Signs a user in on the device of a ticket that has an offer.
pub(in crate::decide) fn claim(
    account: &Account,
    ticket: &Ticket,
    device: &Device,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision<SignInId>, Refusal> {
    let user = account
        .users
        .get(&ticket.user)
        .ok_or(Refusal::State(StateRefusal::TicketEnded { id: ticket.id }))?;
    let pool = account
        .pools
        .get(&ticket.pool)
        .ok_or(Refusal::State(StateRefusal::TicketEnded { id: ticket.id }))?;
    let attempt = SignInAttempt {
        account,
        user,
        product: &ticket.product,
        pool: Some(pool),
        actor,
        now,
    };
    let id = SignInId::from_bits(ticket.id.bits());
    let decision = attempt.claim(&OneOrMore::one((id, device.clone())))?;
    Ok(decision.map(|sign_ins| sign_ins.ids.first))
}
