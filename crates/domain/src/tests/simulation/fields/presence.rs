//! The fields of pools, sign-ins, sessions and tickets.

use std::collections::{BTreeMap, BTreeSet};

use super::{assert_stored, claims_of};
use crate::account::Account;
use crate::event::Claim;
use crate::evolve::seats::{log_off_notice, next_reclaim};
use crate::minutes::OnMinutes;
use crate::pool::{Holder, Idle, Pool, Queue, Standing};
use crate::presence::{Funding, Session, SessionState, SignIn, Ticket, TicketState};
use crate::time::Timestamp;
use crate::user::License;

pub(super) fn check_pool(account: &Account, pool: &Pool) {
    let Pool {
        id,
        name: _,
        product,
        seats: _,
        default: _,
        rules: _,
        created_at: _,
        labels,
        average_hold: _,
        next_place: _,
        users,
        holders,
        queue,
        offers,
        on_minutes,
        paying_holders,
        idle,
        due,
    } = pool;
    let stored = [
        "id",
        "name",
        "product",
        "seats",
        "default",
        "rules",
        "created_at",
        "average_hold",
        "next_place",
    ];
    assert_stored(pool, &stored);
    assert!(labels.is_empty());

    let licensed = account
        .users
        .values()
        .filter(|user| user.licenses.get(product) == Some(&License::Shared(*id)));
    assert_eq!(*users, licensed.map(|user| user.id).collect());
    assert_eq!(*holders, holders_of(account, pool));
    let mut line = Queue::default();
    let mut kept = BTreeSet::new();
    for ticket in account.tickets.values().filter(|ticket| ticket.pool == *id) {
        match ticket.state {
            TicketState::Waiting {} => line.insert(ticket.place, ticket.id),
            TicketState::Offered { .. } => assert!(kept.insert(ticket.id)),
        }
    }
    assert_eq!((queue, offers), (&line, &kept));
    let mut paying = OnMinutes::default();
    let mut paying_beside = BTreeSet::new();
    for (claim, funding, sign_in) in claims_of(account).filter(|(_, _, sign_in)| sign_in.pool == Some(*id)) {
        if matches!(funding, Funding::Minutes { .. }) {
            let holder = pool.holder(sign_in.user, sign_in.device.id.reveal());
            let since = match claim {
                Claim::SignIn(_) => sign_in.since,
                Claim::Session(id) => account.sessions[&id].claimed_at,
            };
            paying.insert(&holder, since, claim);
            paying_beside.extend(holders.contains_key(&holder).then_some(holder));
        }
    }
    assert_eq!((on_minutes, paying_holders), (&paying, &paying_beside));
    assert_eq!(*idle, idle_of(account, pool));
    assert_eq!(*due, next_reclaim(pool).map(|(at, _)| at));
}

pub(super) fn check_sign_in(account: &Account, sign_in: &SignIn) {
    let SignIn {
        id,
        user: _,
        product: _,
        device: _,
        pool,
        funding,
        since: _,
        lease: _,
        stored_until,
        renewed_until,
        idle_since,
        log_off_at,
        reclaim_at,
        locked_until: _,
        sessions,
        due,
    } = sign_in;
    let stored = [
        "id",
        "user",
        "product",
        "device",
        "pool",
        "funding",
        "since",
        "lease",
        "lease_until",
        "idle_since",
        "log_off_at",
        "reclaim_at",
        "locked_until",
    ];
    assert_stored(sign_in, &stored);
    assert_eq!(*renewed_until, None);

    let on_it = account.sessions.values().filter(|session| session.sign_in == *id);
    assert_eq!(*sessions, on_it.map(|session| session.id).collect::<Vec<_>>());
    let rules = pool
        .and_then(|pool| account.pools.get(&pool))
        .map(|pool| &pool.rules);
    let warning = rules
        .and_then(crate::rules::Rules::log_off_after)
        .zip(*idle_since)
        .map(|(after, since)| since + after.saturating_sub(log_off_notice(after)));
    let first = [
        Some(*stored_until),
        log_off_at.or(warning),
        *reclaim_at,
        next_minute(*funding),
    ];
    assert_eq!(*due, first.into_iter().flatten().min());
}

pub(super) fn check_session(session: &Session) {
    let Session {
        id: _,
        sign_in: _,
        user: _,
        product: _,
        pool: _,
        kind: _,
        state,
        funding,
        customer: _,
        code: _,
        joined: _,
        labels,
        since: _,
        claimed_at: _,
        active_since,
        due,
    } = session;
    let mut stored = vec![
        "id",
        "sign_in",
        "user",
        "product",
        "pool",
        "kind",
        "state",
        "funding",
        "customer",
        "code",
        "joined",
        "since",
        "claimed_at",
    ];
    if active_since.is_some() {
        stored.push("active_since");
    }
    assert_stored(session, &stored);
    assert!(labels.is_empty());
    if matches!(state, SessionState::Active {}) {
        assert!(active_since.is_some());
    }
    if matches!(state, SessionState::Standby { .. } | SessionState::Paused {}) {
        assert_eq!(*active_since, None);
    }

    let ends = match state {
        SessionState::Standby { until } => Some(*until),
        SessionState::Ending { closes_at, .. } => Some(*closes_at),
        SessionState::Active {} | SessionState::Paused {} => None,
    };
    assert_eq!(*due, [ends, next_minute(*funding)].into_iter().flatten().min());
}

pub(super) fn check_ticket(ticket: &Ticket) {
    let Ticket {
        id: _,
        user: _,
        product: _,
        pool: _,
        place: _,
        wanted: _,
        since: _,
        lease: _,
        stored_until,
        renewed_until,
        state,
        due,
    } = ticket;
    let stored = [
        "id",
        "user",
        "product",
        "pool",
        "place",
        "wanted",
        "since",
        "lease",
        "lease_until",
        "state",
    ];
    assert_stored(ticket, &stored);
    assert_eq!(*renewed_until, None);

    let passes_on = match state {
        TicketState::Waiting {} => None,
        TicketState::Offered { until } => Some(*until),
    };
    assert_eq!(*due, [Some(*stored_until), passes_on].into_iter().flatten().min());
}

pub(super) fn holders_of(account: &Account, pool: &Pool) -> BTreeMap<Holder, Vec<Claim>> {
    let mut holders: BTreeMap<Holder, Vec<Claim>> = BTreeMap::new();
    for (claim, funding, sign_in) in claims_of(account) {
        if funding == Funding::Seat && sign_in.pool == Some(pool.id) {
            let holder = pool.holder(sign_in.user, sign_in.device.id.reveal());
            holders.entry(holder).or_default().push(claim);
        }
    }
    for claims in holders.values_mut() {
        claims.sort();
    }
    holders
}

/// Holders who are idle on every device through which they have their seat (Q4).
fn idle_of(account: &Account, pool: &Pool) -> Idle {
    let mut idle = Idle::default();
    let Some(after) = pool.rules.reclaim_idle_after else {
        return idle;
    };
    for holder in holders_of(account, pool).keys() {
        let sign_ins: Vec<&SignIn> = account.sign_ins_on(pool, holder).collect();
        let since: Option<Vec<Timestamp>> = sign_ins.iter().map(|sign_in| sign_in.idle_since).collect();
        let Some(since) = since.and_then(|since| since.into_iter().max()) else {
            continue;
        };
        let is_warned = sign_ins.iter().any(|sign_in| sign_in.reclaim_at.is_some());
        let locked_until = sign_ins.iter().filter_map(|sign_in| sign_in.locked_until).max();
        let quiet = locked_until.map_or(since + after, |until| until.max(since + after));
        let standing = if is_warned {
            Standing::Warned(since)
        } else {
            Standing::Quiet(quiet)
        };
        idle.set(holder, Some(standing));
    }
    idle
}

const fn next_minute(funding: Funding) -> Option<Timestamp> {
    match funding {
        Funding::Minutes { next_at, .. } => Some(next_at),
        _ => None,
    }
}
