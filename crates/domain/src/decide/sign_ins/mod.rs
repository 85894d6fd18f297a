//! Signing in and out, and heartbeats.

mod attempt;

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

pub(super) use self::attempt::claim;

use self::attempt::SignInAttempt;
use super::presence::{by, end_sign_in};
use super::{Decide, texts};
use crate::account::Account;
use crate::command::{Acting, Decision, Heartbeat, SignInCommand, SignInOutcome, SignUserIn};
use crate::event::{By, EndReason, Event, SignInEvent, TicketEvent};
use crate::id::SignInId;
use crate::leases::Leased;
use crate::permission::{Actor, Privilege};
use crate::presence::{Funding, SignIn};
use crate::refusal::{Attempt, Refusal, StateRefusal};
use crate::repeat;
use crate::settle::Attempted;
use crate::text::Note;
use crate::time::{Secs, Timestamp};

/// The longest time for which a holder can protect a seat from being reclaimed (Q4): four hours.
pub(super) const LOCK_SECS_MAX: u32 = 4 * 3600;

/// What is needed to act for a user.
pub(super) const NEEDED_TO_ACT: &str = "the user's own token or a key with `sign-ins.write`";

pub(super) fn decide(
    account: &Account,
    command: &SignInCommand,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    match command {
        SignInCommand::SignIn(command) => command.decide(account, actor, now).map(Decision::without_outcome),
        SignInCommand::Heartbeat(command) => {
            command.decide(account, actor, now).map(Decision::without_outcome)
        }
        SignInCommand::SignOut {
            sign_in,
            note,
            acting,
        } => sign_out(account, *sign_in, note.as_ref(), *acting, actor),
        SignInCommand::LockSeat { sign_in, hold } => lock_seat(account, *sign_in, *hold, actor, now),
    }
}

impl Decide for SignUserIn {
    type Outcome = SignInOutcome;

    fn decide(
        &self,
        account: &Account,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Decision<SignInOutcome>, Refusal> {
        texts::check_devices(&self.devices)?;
        repeat::check_key(account, self.devices.first.0.bits())?;
        let attempt = SignInAttempt::check(account, self.user, &self.product, actor, now)?;
        attempt.decide(&self.devices, self.takeover, self.wait)
    }

    fn attempted(&self, _: &Account) -> Option<Attempted> {
        let (_, device) = &self.devices.first;
        Some(Attempted {
            attempt: Attempt::SignIn,
            user: self.user,
            product: self.product.clone(),
            device: Some(device.name.clone()),
        })
    }

    fn renews(&self) -> Option<Leased> {
        None
    }
}

impl Decide for Heartbeat {
    type Outcome = Secs;

    fn decide(&self, account: &Account, actor: &Actor, now: Timestamp) -> Result<Decision<Secs>, Refusal> {
        heartbeat(account, self.sign_in, self.active, actor, now)
    }

    fn attempted(&self, _: &Account) -> Option<Attempted> {
        None
    }

    fn renews(&self) -> Option<Leased> {
        Some(Leased::SignIn(self.sign_in))
    }
}

fn heartbeat(
    account: &Account,
    id: SignInId,
    active: bool,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision<Secs>, Refusal> {
    let sign_in = account
        .sign_ins
        .get(&id)
        .ok_or(Refusal::State(StateRefusal::SignInEnded { id }))?;
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
        vec![Event::SignIn(SignInEvent::ActivityReported { id })]
    } else {
        Vec::new()
    };
    Ok(Decision {
        events,
        outcome: sign_in.lease,
    })
}

/// Users sign themselves out; users who manage seats evict others (S6, S10).
fn sign_out(
    account: &Account,
    id: SignInId,
    note: Option<&Note>,
    acting: Option<Acting>,
    actor: &Actor,
) -> Result<Decision, Refusal> {
    let sign_in = account
        .sign_ins
        .get(&id)
        .ok_or(Refusal::State(StateRefusal::SignInEnded { id }))?;
    let is_own = match actor {
        Actor::SignIn(own) => *own == id,
        Actor::User(_) | Actor::ApiKey { .. } => account.may_act_for(actor, sign_in.user),
        Actor::Operator | Actor::Ticket(_) | Actor::Customer(_) | Actor::SingleSignOn | Actor::System => {
            false
        }
    };
    if is_own && acting != Some(Acting::Admin) {
        let by = note.map(|note| by(account, actor, Some(note)));
        let events = end_sign_in(account, id, EndReason::SignedOut, by.as_ref());
        return Ok(Decision::done(events));
    }
    let may = acting != Some(Acting::User) && account.may(actor, Privilege::SeatsManage);
    if !may {
        let seen = account.is_staff(actor) || is_own;
        let forbidden = Refusal::Forbidden {
            needed: match acting {
                Some(Acting::User) => NEEDED_TO_ACT,
                Some(Acting::Admin) | None => Privilege::SeatsManage.as_str(),
            },
        };
        return Err(if seen {
            forbidden
        } else {
            Refusal::NotFound { what: "sign-in" }
        });
    }
    Ok(Decision::done(evict(account, sign_in, &by(account, actor, note))))
}

/// Evicts a user (S10). During a cool-down the user does not wait in the queue either.
fn evict(account: &Account, sign_in: &SignIn, by: &By) -> Vec<Event> {
    let mut events = end_sign_in(account, sign_in.id, EndReason::Evicted, Some(by));
    let pool = sign_in.pool.and_then(|pool| account.pools.get(&pool));
    let stays_away = pool.is_some_and(|pool| pool.rules.eviction_cool_down > Secs::ZERO);
    let user = account.users.get(&sign_in.user).filter(|_| stays_away);
    let ticket = user.and_then(|user| account.ticket_of(user, &sign_in.product));
    if let Some(ticket) = ticket.filter(|ticket| account.ticket_runs_on(ticket) != Some(sign_in.id)) {
        events.push(Event::Ticket(TicketEvent::Ended {
            id: ticket.id,
            reason: EndReason::Evicted,
            by: Some(by.clone()),
        }));
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
    let sign_in = account
        .sign_ins
        .get(&id)
        .ok_or(Refusal::State(StateRefusal::SignInEnded { id }))?;
    let is_own = match actor {
        Actor::SignIn(own) => *own == id,
        Actor::Operator
        | Actor::ApiKey { .. }
        | Actor::User(_)
        | Actor::Ticket(_)
        | Actor::Customer(_)
        | Actor::SingleSignOn
        | Actor::System => account.may_act_for(actor, sign_in.user),
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
        return Err(Refusal::State(StateRefusal::WrongState {
            what: "sign-in",
            state,
            expected: "holding a shared seat",
        }));
    }
    let until = (hold.get() > 0).then(|| now + hold);
    if until == sign_in.locked_until {
        return Ok(Decision::done(Vec::new()));
    }
    Ok(Decision::done(vec![Event::SignIn(SignInEvent::SeatLocked {
        id,
        until,
    })]))
}
