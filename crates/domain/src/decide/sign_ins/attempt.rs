//! Signing a user in (L4, S2, S4, S6).

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use super::NEEDED_TO_ACT;
use crate::account::Account;
use crate::command::{Decision, Outcome};
use crate::decide::capacity::{Ask, Room, check_cool_down};
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

    pub(super) fn decide(
        &self,
        devices: &[(SignInId, Device)],
        takeover: bool,
        wait: bool,
    ) -> Result<Decision, Refusal> {
        if let Some(existing) = self.existing(devices) {
            return Ok(Decision {
                events: Vec::new(),
                outcome: Outcome::SignIns {
                    ids: existing,
                    created: false,
                },
            });
        }
        self.check_devices(devices)?;
        let Some(pool) = self.pool else {
            return Ok(self.sign_in(devices, Funding::Named, Vec::new()));
        };
        check_cool_down(self.user, self.product, self.now)?;
        let leaving = self.leaving(pool, devices, takeover)?;
        let ended = || {
            let by = by(self.account, self.actor, None);
            let end = |id: &SignInId| end_sign_in(self.account, *id, EndReason::Takeover, Some(&by));
            leaving.iter().flat_map(end).collect::<Vec<_>>()
        };
        if pool.rules.occupies == Occupies::Session {
            // Signing in takes no seat here (S2).
            return Ok(self.sign_in(devices, Funding::Free, ended()));
        }
        let mut holders: Vec<Holder> = devices
            .iter()
            .map(|(_, device)| pool.holder(self.user.id, device.id.reveal()))
            .collect();
        holders.sort();
        holders.dedup();
        let ask = Ask {
            account: self.account,
            pool,
            user: self.user,
            holders: &holders,
            claims: devices.len(),
            leaving: &leaving.iter().map(|id| Claim::SignIn(*id)).collect::<Vec<_>>(),
            ticket: self.ticket(),
            wait: wait && devices.len() == 1,
            actor: self.actor,
            now: self.now,
        };
        match ask.room()? {
            Room::Funded(funding) => Ok(self.sign_in(devices, funding, ended())),
            Room::Queue => self.queue(pool, devices),
        }
    }

    /// The existing sign-ins of these devices, if all have one: signing in again is safe (S6).
    fn existing(&self, devices: &[(SignInId, Device)]) -> Option<Vec<SignInId>> {
        let of = |device: &Device| {
            let mut own = self.account.sign_ins_of(self.user, self.product);
            own.find(|sign_in| sign_in.device.id == device.id)
                .map(|sign_in| sign_in.id)
        };
        devices.iter().map(|(_, device)| of(device)).collect()
    }

    /// Checks that each device appears once, with an unused id, and that there are no more than the pool allows a user
    /// at all (S4).
    fn check_devices(&self, devices: &[(SignInId, Device)]) -> Result<(), Refusal> {
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
    fn leaving(
        &self,
        pool: &Pool,
        devices: &[(SignInId, Device)],
        takeover: bool,
    ) -> Result<Vec<SignInId>, Refusal> {
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

    fn sign_in(&self, devices: &[(SignInId, Device)], funding: Funding, mut events: Vec<Event>) -> Decision {
        let lease = self
            .pool
            .map_or_else(|| Rules::default().lease, |pool| pool.rules.lease);
        let mut ticket = self.ticket().map(|ticket| ticket.id);
        let mut ids = Vec::with_capacity(devices.len());
        for (id, device) in devices {
            let own = self.account.sign_ins_of(self.user, self.product);
            if let Some(existing) = own.into_iter().find(|sign_in| sign_in.device.id == device.id) {
                ids.push(existing.id);
                continue;
            }
            ids.push(*id);
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
        }
        Decision {
            events,
            outcome: Outcome::SignIns { ids, created: true },
        }
    }

    /// The user's own ticket to be signed in, which being signed in fulfils, no matter how.
    fn ticket(&self) -> Option<&Ticket> {
        let ticket = self.account.ticket_of(self.user, self.product);
        ticket.filter(|ticket| matches!(ticket.wanted, Wanted::SignIn { .. }))
    }

    fn queue(&self, pool: &Pool, devices: &[(SignInId, Device)]) -> Result<Decision, Refusal> {
        if let Some(ticket) = self.account.ticket_of(self.user, self.product) {
            let outcome = Outcome::Ticket {
                id: ticket.id,
                created: false,
            };
            return Ok(Decision {
                events: Vec::new(),
                outcome,
            });
        }
        let Some((id, device)) = devices.first() else {
            return Err(Refusal::Invalid {
                field: "device",
                expected: "a device".to_owned(),
            });
        };
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
            outcome: Outcome::Ticket { id, created: true },
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
) -> Result<Decision, Refusal> {
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
    attempt.decide(
        &[(SignInId::from_bits(ticket.id.bits()), device.clone())],
        false,
        false,
    )
}
