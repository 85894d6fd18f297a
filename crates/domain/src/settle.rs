//! What the rules owe after every change: seats that are free go to who waits.

use crate::account::Account;
use crate::command::{Command, Decision};
use crate::event::{Claim, Event};
use crate::evolve::seats::schedule_pool;
use crate::id::{PoolId, RefusalId, SessionId, SignInId, UserId};
use crate::permission::Actor;
use crate::pool::{Holder, Pool};
use crate::presence::Funding;
use crate::refusal::{Attempt, Refusal};
use crate::text::{Name, Product};
use crate::time::Timestamp;

/// Decides a command, takes its events in, and settles what follows. On a refusal the account is as it was. A
/// [`Command::Tick`] does all that is due by `now`, in order.
pub fn execute(
    account: &mut Account,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let mut decision = step(account, command, actor, now)?;
    if matches!(command, Command::Tick) {
        while account.schedule.first_due(now).is_some() {
            let more = step(account, command, actor, now)?;
            if more.events.is_empty() {
                debug_assert!(false, "what was due came to nothing");
                account.schedule.drop_first();
            }
            decision.events.extend(more.events);
        }
    }
    Ok(decision)
}

fn step(
    account: &mut Account,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let mut decision = crate::decide(account, command, actor, now)?;
    for event in &decision.events {
        crate::evolve(account, event, now);
    }
    decision.events.extend(settle(account, now));
    Ok(decision)
}

/// Takes in, and gives back, the events that the rules owe in the account's present state.
pub fn settle(account: &mut Account, now: Timestamp) -> Vec<Event> {
    let mut events = Vec::new();
    while let Some(pool) = account.unsettled.pop_first() {
        while let Some(event) = owed(account, pool, now) {
            crate::evolve(account, &event, now);
            events.push(event);
        }
        schedule_pool(account, pool);
    }
    if std::mem::take(&mut account.minutes_unsettled) {
        for event in minutes_low(account) {
            crate::evolve(account, &event, now);
            events.push(event);
        }
        account.minutes_unsettled = false;
    }
    events
}

/// The next event that a pool's rules owe.
fn owed(account: &mut Account, pool: PoolId, now: Timestamp) -> Option<Event> {
    if let Some(claim) = claim_beside_seat(account) {
        return Some(Event::ClaimMoved { claim });
    }
    let pool = account.pools.get(&pool)?;
    if pool.occupied() < pool.seats {
        if let Some(first) = pool.queue.first() {
            return Some(Event::OfferMade {
                id: first,
                until: now + pool.rules.offer_hold,
            });
        }
        if let Some(claim) = oldest_on_minutes(account, pool) {
            return Some(Event::ClaimMoved { claim });
        }
    }
    if pool.idle.warned() > pool.queue.len() {
        let spared = pool.idle.last_warned()?;
        let mut sign_ins = account.sign_ins_on(pool, spared);
        let warned = sign_ins.find(|sign_in| sign_in.reclaim_at.is_some());
        return warned.map(|sign_in| Event::ReclaimCancelled { id: sign_in.id });
    }
    None
}

/// A claim on minutes whose holder has just taken a seat after all: it need not pay (S2, Q3).
fn claim_beside_seat(account: &mut Account) -> Option<Claim> {
    while let Some((pool, holder)) = account.seated.first() {
        let claim = account
            .pools
            .get(pool)
            .and_then(|pool| claim_of(account, pool, holder));
        if claim.is_some() {
            return claim;
        }
        account.seated.pop_first();
    }
    None
}

/// A claim on minutes of a pool that a holder has.
fn claim_of(account: &Account, pool: &Pool, holder: &Holder) -> Option<Claim> {
    let user = account.users.get(&holder.user())?;
    let on_holder = account
        .sign_ins_of(user, &pool.product)
        .filter(|sign_in| pool.holder(user.id, &sign_in.device.id) == *holder);
    let mut claims = on_holder.flat_map(|sign_in| {
        let sessions = sign_in.sessions.iter().filter_map(|id| account.sessions.get(id));
        let own = (Claim::SignIn(sign_in.id), sign_in.funding);
        sessions
            .map(|session| (Claim::Session(session.id), session.funding))
            .chain([own])
    });
    claims
        .find(|(_, funding)| matches!(funding, Funding::Minutes { .. }))
        .map(|(claim, _)| claim)
}

/// The oldest claim on minutes, of those whose user may hold another seat (Q3, S3). Passes over as many as belong
/// to users at their own limit.
fn oldest_on_minutes(account: &Account, pool: &Pool) -> Option<Claim> {
    let claims = pool.on_minutes.iter().map(|(_, claim)| *claim);
    claims.into_iter().find(|claim| {
        let sign_in = sign_in_of(account, *claim).and_then(|id| account.sign_ins.get(&id));
        let user = sign_in.and_then(|sign_in| account.users.get(&sign_in.user));
        user.is_some_and(|user| {
            user.profile
                .seat_limit
                .is_none_or(|limit| user.seats_held < limit)
        })
    })
}

fn sign_in_of(account: &Account, claim: Claim) -> Option<SignInId> {
    match claim {
        Claim::SignIn(id) => Some(id),
        Claim::Session(id) => account.sessions.get(&id).map(|session| session.sign_in),
    }
}

/// Every claim pays once before any pays twice, in the order in which they are due. So those that stand behind the
/// balance in that order cannot pay their next minute, and are told (Q3).
fn minutes_low(account: &Account) -> Vec<Event> {
    let payable = usize::try_from(account.minutes).unwrap_or(usize::MAX);
    let unpayable = account.minute_claims.len().saturating_sub(payable);
    let is_new = |claim: &Claim| {
        let funding = match claim {
            Claim::SignIn(id) => account.sign_ins.get(id).map(|sign_in| sign_in.funding),
            Claim::Session(id) => account.sessions.get(id).map(|session| session.funding),
        };
        matches!(funding, Some(Funding::Minutes { warned: false, .. }))
    };
    let low = account.minute_claims.iter().rev().take(unpayable);
    let mut events: Vec<Event> = low
        .filter(|(_, claim)| is_new(claim))
        .map(|(ends_at, claim)| Event::MinutesLow {
            claim: *claim,
            ends_at: *ends_at,
        })
        .collect();
    events.reverse();
    events
}

/// The event that records a refusal, where it is one of a seat (Q1). `id` is drawn by the caller.
#[must_use]
pub fn refused(account: &Account, command: &Command, refusal: &Refusal, id: RefusalId) -> Option<Event> {
    if !refusal.is_recorded() {
        return None;
    }
    let attempted = Attempted::of(account, command)?;
    let user = account.users.get(&attempted.user)?;
    let pool = account.pool_of(user, &attempted.product);
    Some(Event::Refused {
        id,
        user: user.id,
        product: attempted.product,
        pool: pool.map(|pool| pool.id),
        code: refusal.code(),
        attempt: attempted.attempt,
        device: attempted.device,
        seats: pool.map(|pool| pool.seats),
        occupied: pool.map(Pool::occupied),
        waiting: pool.map(Pool::waiting),
    })
}

/// What a command tried for whom.
struct Attempted {
    attempt: Attempt,
    user: UserId,
    product: Product,
    device: Option<Name>,
}

impl Attempted {
    fn of(account: &Account, command: &Command) -> Option<Self> {
        match command {
            Command::SignIn {
                user,
                product,
                devices,
                ..
            } => Some(Self {
                attempt: Attempt::SignIn,
                user: *user,
                product: product.clone(),
                device: devices.first().map(|(_, device)| device.name.clone()),
            }),
            Command::CreateSession { sign_in, .. } => Self::on(account, Attempt::Session, *sign_in),
            Command::ResumeSession { id, .. } => Self::on_session(account, Attempt::Resume, *id),
            Command::ConnectSession { id, .. } => Self::on_session(account, Attempt::Connect, *id),
            Command::ClaimTicket { id } => {
                let ticket = account.tickets.get(id)?;
                let (user, product) = (ticket.user, ticket.product.clone());
                Some(Self {
                    attempt: Attempt::Ticket,
                    user,
                    product,
                    device: None,
                })
            }
            _ => None,
        }
    }

    fn on(account: &Account, attempt: Attempt, sign_in: SignInId) -> Option<Self> {
        let sign_in = account.sign_ins.get(&sign_in)?;
        let device = Some(sign_in.device.name.clone());
        Some(Self {
            attempt,
            user: sign_in.user,
            product: sign_in.product.clone(),
            device,
        })
    }

    fn on_session(account: &Account, attempt: Attempt, session: SessionId) -> Option<Self> {
        Self::on(account, attempt, account.sessions.get(&session)?.sign_in)
    }
}
