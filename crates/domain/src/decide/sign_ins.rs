//! Signing in and out, and signs of life.

use super::capacity::{Ask, Room, check_cool_down};
use super::presence::{by, end_sign_in};
use super::queue::check_ticket_id;
use crate::account::Account;
use crate::command::{Command, Decision, Outcome};
use crate::event::{By, Claim, EndReason, Event};
use crate::id::{SignInId, TicketId, UserId};
use crate::permission::{Actor, Privilege};
use crate::pool::{Holder, Pool, count};
use crate::presence::{Device, Funding, SignIn, Ticket, Wanted};
use crate::refusal::Refusal;
use crate::rules::{Occupies, Rules};
use crate::text::{Note, Product};
use crate::time::{Secs, Timestamp};
use crate::user::{License, User};

/// The longest time for which a holder can keep a seat from being reclaimed (Q4): four hours.
pub(super) const LOCK_SECS_MAX: u32 = 4 * 3600;

/// Devices on which a user signs in at once, at most.
const DEVICES_MAX: u32 = 1000;

/// What is needed to work for a user.
pub(super) const NEEDED_TO_ACT: &str = "the user's own token or a key with `sign-ins.write`";

pub(super) fn decide(
    account: &Account,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    match command {
        Command::SignIn {
            user,
            product,
            devices,
            takeover,
            wait,
        } => {
            let attempt = SignInAttempt::check(account, *user, product, actor, now)?;
            attempt.decide(devices, *takeover, *wait)
        }
        Command::Heartbeat { sign_in, active } => heartbeat(account, *sign_in, *active, actor, now),
        Command::SignOut { sign_in, note } => sign_out(account, *sign_in, note.as_ref(), actor),
        Command::LockSeat { sign_in, hold } => lock_seat(account, *sign_in, *hold, actor, now),
        _ => Err(Refusal::NotFound { what: "command" }),
    }
}

/// A user who may sign in, as far as seats do not matter.
struct SignInAttempt<'a> {
    account: &'a Account,
    user: &'a User,
    product: &'a Product,
    pool: Option<&'a Pool>,
    actor: &'a Actor,
    now: Timestamp,
}

impl<'a> SignInAttempt<'a> {
    fn check(
        account: &'a Account,
        user: UserId,
        product: &'a Product,
        actor: &'a Actor,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        if *actor == Actor::User(user) && account.users.get(&user).is_some_and(|user| !user.active) {
            return Err(Refusal::UserInactive);
        }
        let user = account.visible_user(actor, user)?;
        let is_device = matches!(actor, Actor::SignIn(_) | Actor::Ticket(_));
        if is_device || !account.may_act_for(actor, user.id) {
            return Err(Refusal::Forbidden {
                needed: NEEDED_TO_ACT,
            });
        }
        if !user.active {
            return Err(Refusal::UserInactive);
        }
        let pool = match user.licenses.get(product) {
            None => {
                return Err(Refusal::NoLicense {
                    product: product.clone(),
                });
            }
            Some(License::Named) => None,
            Some(License::Shared(pool)) => {
                Some(account.pools.get(pool).ok_or_else(|| Refusal::NoLicense {
                    product: product.clone(),
                })?)
            }
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

    fn decide(
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
            return Ok(self.sign_in(devices, Funding::Free, ended()));
        }
        let mut holders: Vec<Holder> = devices
            .iter()
            .map(|(_, device)| pool.holder(self.user.id, &device.id))
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

    /// The sign-ins that these devices have already, where all have one: asking again is safe (S6).
    fn existing(&self, devices: &[(SignInId, Device)]) -> Option<Vec<SignInId>> {
        let of = |device: &Device| {
            let mut own = self.account.sign_ins_of(self.user, self.product);
            own.find(|sign_in| sign_in.device.id == device.id)
                .map(|sign_in| sign_in.id)
        };
        devices.iter().map(|(_, device)| of(device)).collect()
    }

    /// Each device once, with an id that is not in use, and no more than the pool lets a user have at all.
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
            return Err(Refusal::AlreadyExists {
                what: "sign-in",
                field: "id",
            });
        }
        Ok(())
    }

    /// The user's other sign-ins that must end for these devices to fit, oldest first (S4).
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
            Some(newest) if !takeover => Err(Refusal::SignedInElsewhere {
                sign_in: newest.id,
                device: Box::new(newest.device.clone()),
                max_devices: max,
            }),
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
            events.push(Event::SignedIn {
                id: *id,
                user: self.user.id,
                product: self.product.clone(),
                device: device.clone(),
                pool: self.pool.map(|pool| pool.id),
                funding,
                lease,
                ticket: ticket.take(),
            });
        }
        Decision {
            events,
            outcome: Outcome::SignIns { ids, created: true },
        }
    }

    /// The user's own ticket to be signed in, which being signed in fulfils, by whatever means.
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
        let opened = Event::TicketOpened {
            id,
            user: self.user.id,
            product: self.product.clone(),
            pool: pool.id,
            wanted: Wanted::SignIn {
                device: device.clone(),
            },
            lease: pool.rules.lease,
        };
        Ok(Decision {
            events: vec![opened],
            outcome: Outcome::Ticket { id, created: true },
        })
    }
}

/// Signs a user in on the device of a ticket that has an offer.
pub(super) fn claim(
    account: &Account,
    ticket: &Ticket,
    device: &Device,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let user = account
        .users
        .get(&ticket.user)
        .ok_or(Refusal::TicketEnded { id: ticket.id })?;
    let pool = account
        .pools
        .get(&ticket.pool)
        .ok_or(Refusal::TicketEnded { id: ticket.id })?;
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

fn heartbeat(
    account: &Account,
    id: SignInId,
    active: bool,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let sign_in = account.sign_ins.get(&id).ok_or(Refusal::SignInEnded { id })?;
    let allowed = match actor {
        Actor::SignIn(own) => *own == id,
        Actor::ApiKey { .. } | Actor::Operator | Actor::System => account.may_act_for(actor, sign_in.user),
        Actor::User(_) | Actor::Ticket(_) | Actor::Customer(_) | Actor::SingleSignOn => false,
    };
    if !allowed {
        let needed = "the sign-in's own token or a key with `sign-ins.write`";
        let seen = account.sees_user(actor, sign_in.user);
        return Err(if seen {
            Refusal::Forbidden { needed }
        } else {
            Refusal::NotFound { what: "sign-in" }
        });
    }
    let pool = sign_in.pool.and_then(|pool| account.pools.get(&pool));
    let clock_matters = pool
        .is_some_and(|pool| pool.rules.log_off_after().is_some() || pool.rules.reclaim_idle_after.is_some());
    let was_idle = sign_in.idle_since.is_some_and(|since| since < now);
    let events = if active && clock_matters && was_idle {
        vec![Event::ActivityReported { id }]
    } else {
        Vec::new()
    };
    Ok(Decision {
        events,
        outcome: Outcome::Lease {
            remaining: sign_in.lease,
        },
    })
}

/// Signing out is for the user; logging another out is for those who manage seats (S6, S10).
fn sign_out(
    account: &Account,
    id: SignInId,
    note: Option<&Note>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    let sign_in = account.sign_ins.get(&id).ok_or(Refusal::SignInEnded { id })?;
    let is_own = match actor {
        Actor::SignIn(own) => *own == id,
        // A program that may do both says which by giving a reason.
        Actor::ApiKey { .. } if note.is_some() && account.may(actor, Privilege::SeatsManage) => false,
        Actor::User(_) | Actor::ApiKey { .. } => account.may_act_for(actor, sign_in.user),
        _ => false,
    };
    if is_own {
        return Ok(Decision::done(end_sign_in(
            account,
            id,
            EndReason::SignedOut,
            None,
        )));
    }
    if !account.may(actor, Privilege::SeatsManage) {
        let seen = account.is_staff(actor);
        let forbidden = Refusal::Forbidden {
            needed: Privilege::SeatsManage.as_str(),
        };
        return Err(if seen {
            forbidden
        } else {
            Refusal::NotFound { what: "sign-in" }
        });
    }
    Ok(Decision::done(evict(account, sign_in, &by(account, actor, note))))
}

/// Logs a user out (S10). Who has to stay away for a while does not wait meanwhile.
fn evict(account: &Account, sign_in: &SignIn, by: &By) -> Vec<Event> {
    let mut events = end_sign_in(account, sign_in.id, EndReason::Evicted, Some(by));
    let pool = sign_in.pool.and_then(|pool| account.pools.get(&pool));
    let stays_away = pool.is_some_and(|pool| pool.rules.eviction_cool_down > Secs::ZERO);
    let user = account.users.get(&sign_in.user).filter(|_| stays_away);
    let ticket = user.and_then(|user| account.ticket_of(user, &sign_in.product));
    if let Some(ticket) = ticket.filter(|ticket| account.ticket_runs_on(ticket) != Some(sign_in.id)) {
        events.push(Event::TicketEnded {
            id: ticket.id,
            reason: EndReason::Evicted,
            by: Some(by.clone()),
        });
    }
    events
}

fn lock_seat(
    account: &Account,
    id: SignInId,
    hold: Secs,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let sign_in = account.sign_ins.get(&id).ok_or(Refusal::SignInEnded { id })?;
    let is_own = match actor {
        Actor::SignIn(own) => *own == id,
        _ => account.may_act_for(actor, sign_in.user),
    };
    if !is_own {
        let seen = account.sees_user(actor, sign_in.user);
        let forbidden = Refusal::Forbidden {
            needed: NEEDED_TO_ACT,
        };
        return Err(if seen {
            forbidden
        } else {
            Refusal::NotFound { what: "sign-in" }
        });
    }
    if hold.get() > LOCK_SECS_MAX {
        return Err(Refusal::Invalid {
            field: "hold_secs",
            expected: format!("0 to {LOCK_SECS_MAX}"),
        });
    }
    if sign_in.funding != Funding::Seat {
        let state = "without a shared seat";
        return Err(Refusal::WrongState {
            what: "sign-in",
            state,
            expected: "holding a shared seat",
        });
    }
    let until = (hold.get() > 0).then(|| now + hold);
    if until == sign_in.locked_until {
        return Ok(Decision::done(Vec::new()));
    }
    Ok(Decision::done(vec![Event::SeatLocked { id, until }]))
}
