//! Every field of an account and of its parts, and where it comes from: stored, or derived from what is stored. A new
//! field does not compile until it is listed here.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::account::{Account, Given};
use crate::event::Claim;
use crate::evolve::seats::{log_off_notice, next_reclaim};
use crate::permission::Role;
use crate::pool::{Holder, Idle, OnMinutes, Pool, Queue, Standing};
use crate::presence::{Funding, Session, SessionState, SignIn, Ticket, TicketState};
use crate::schedule::{Due, Schedule};
use crate::time::Timestamp;
use crate::user::{License, User};

/// Derives every field that is not stored from those that are, as plainly as it can be said, and compares. The account
/// has no renewals that only memory knows of.
pub(super) fn check(account: &Account) {
    check_account(account);
    account.users.values().for_each(|user| check_user(account, user));
    account.pools.values().for_each(|pool| check_pool(account, pool));
    account
        .sign_ins
        .values()
        .for_each(|sign_in| check_sign_in(account, sign_in));
    account.sessions.values().for_each(check_session);
    account.tickets.values().for_each(check_ticket);
}

fn check_account(account: &Account) {
    let Account {
        id: _,
        name: _,
        created_at: _,
        deleted: _,
        subscription: _,
        settings: _,
        minutes: _,
        top_ups: _,
        users,
        pools,
        teams: _,
        groups: _,
        api_keys: _,
        sign_ins,
        sessions,
        tickets,
        emails,
        user_names,
        subjects,
        given,
        owners_active,
        schedule,
        unsettled,
        minute_claims,
        minutes_unsettled,
        renewed_sign_ins,
        renewed_tickets,
        changed_pools,
    } = account;
    let stored = [
        "id",
        "name",
        "created_at",
        "deleted",
        "subscription",
        "settings",
        "minutes",
        "top_ups",
        "users",
        "pools",
        "teams",
        "groups",
        "api_keys",
        "sign_ins",
        "sessions",
        "tickets",
    ];
    assert_stored(account, &stored);

    let entries = || {
        users
            .values()
            .filter_map(|user| Some((user.id, user.directory.as_ref()?)))
    };
    let by_email = users.values().map(|user| (user.profile.email.clone(), user.id));
    assert_eq!(*emails, by_email.collect());
    assert_eq!(
        *user_names,
        entries()
            .map(|(id, entry)| (entry.user_name.folded(), id))
            .collect()
    );
    let by_subject = entries().filter_map(|(id, entry)| Some((entry.subject.clone()?, id)));
    assert_eq!(*subjects, by_subject.collect());
    let owners = users
        .values()
        .filter(|user| user.active && user.profile.role == Role::Owner);
    assert_eq!(usize::try_from(*owners_active).unwrap(), owners.count());
    assert_eq!(*given, given_of(account));
    let paying = claims_of(account).filter_map(|(claim, funding, _)| match funding {
        Funding::Minutes { next_at, .. } => Some((next_at, claim)),
        _ => None,
    });
    assert_eq!(*minute_claims, paying.collect());

    let mut expected = Schedule::default();
    let due = (sign_ins.values().map(|s| (Due::SignIn(s.id), s.due)))
        .chain(sessions.values().map(|s| (Due::Session(s.id), s.due)))
        .chain(tickets.values().map(|t| (Due::Ticket(t.id), t.due)))
        .chain(pools.values().map(|p| (Due::Pool(p.id), p.due)));
    due.for_each(|(due, at)| expected.set(due, &mut None, at));
    assert_eq!(*schedule, expected);

    // What saves work or waits to be recorded is empty between commands; what only memory knows was left out.
    assert!(unsettled.is_empty() && !minutes_unsettled && changed_pools.is_empty());
    assert!(renewed_sign_ins.is_empty() && renewed_tickets.is_empty());
}

fn check_user(account: &Account, user: &User) {
    let User {
        id,
        profile: _,
        active: _,
        created_at: _,
        licenses: _,
        directory: _,
        from_groups: _,
        changed_at: _,
        cooling_until: _,
        refused_since: _,
        sign_ins,
        sessions,
        tickets,
        teams,
        groups,
        seats_held,
    } = user;
    let stored = [
        "id",
        "profile",
        "active",
        "created_at",
        "licenses",
        "directory",
        "from_groups",
        "changed_at",
        "cooling_until",
        "refused_since",
    ];
    assert_stored(user, &stored);

    let own = account.sign_ins.values().filter(|sign_in| sign_in.user == *id);
    assert_eq!(*sign_ins, own.map(|sign_in| sign_in.id).collect::<Vec<_>>());
    let own = account.sessions.values().filter(|session| session.user == *id);
    assert_eq!(*sessions, own.map(|session| session.id).collect::<Vec<_>>());
    let own = account.tickets.values().filter(|ticket| ticket.user == *id);
    assert_eq!(*tickets, own.map(|ticket| ticket.id).collect::<Vec<_>>());
    let own = account.teams.values().filter(|team| team.members.contains(id));
    assert_eq!(*teams, own.map(|team| team.id).collect::<Vec<_>>());
    let own = account.groups.values().filter(|group| group.members.contains(id));
    assert_eq!(*groups, own.map(|group| group.id).collect::<Vec<_>>());
    let pools = account.pools.values();
    let held = pools.map(|pool| {
        holders_of(account, pool)
            .into_keys()
            .filter(|h| h.user() == *id)
            .count()
    });
    assert_eq!(usize::try_from(*seats_held).unwrap(), held.sum::<usize>());
}

fn check_pool(account: &Account, pool: &Pool) {
    let Pool {
        id,
        name: _,
        product,
        seats: _,
        default: _,
        rules: _,
        created_at: _,
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
            let holder = pool.holder(sign_in.user, &sign_in.device.id);
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

fn check_sign_in(account: &Account, sign_in: &SignIn) {
    let SignIn {
        id,
        user: _,
        product: _,
        device: _,
        pool,
        funding,
        since: _,
        lease: _,
        lease_until,
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
        Some(*lease_until),
        log_off_at.or(warning),
        *reclaim_at,
        next_minute(*funding),
    ];
    assert_eq!(*due, first.into_iter().flatten().min());
}

fn check_session(session: &Session) {
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
        since: _,
        claimed_at: _,
        due,
    } = session;
    let stored = [
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
        "since",
        "claimed_at",
    ];
    assert_stored(session, &stored);

    let ends = match state {
        SessionState::Standby { until } => Some(*until),
        SessionState::Ending { closes_at, .. } => Some(*closes_at),
        SessionState::Active {} | SessionState::Paused {} => None,
    };
    assert_eq!(*due, [ends, next_minute(*funding)].into_iter().flatten().min());
}

fn check_ticket(ticket: &Ticket) {
    let Ticket {
        id: _,
        user: _,
        product: _,
        pool: _,
        place: _,
        wanted: _,
        since: _,
        lease: _,
        lease_until,
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

    let passes_on = match state {
        TicketState::Waiting {} => None,
        TicketState::Offered { until } => Some(*until),
    };
    assert_eq!(*due, [Some(*lease_until), passes_on].into_iter().flatten().min());
}

/// What is stored of something are these fields and no others.
fn assert_stored(part: &impl Serialize, fields: &[&str]) {
    let value = serde_json::to_value(part).unwrap();
    let mut stored: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    let mut fields = fields.to_vec();
    stored.sort_unstable();
    fields.sort_unstable();
    assert_eq!(stored, fields);
}

/// Every claim with its funding and the sign-in that it belongs to.
fn claims_of(account: &Account) -> impl Iterator<Item = (Claim, Funding, &SignIn)> {
    let sign_ins = account.sign_ins.values();
    let sessions = account.sessions.values();
    sign_ins
        .map(|sign_in| (Claim::SignIn(sign_in.id), sign_in.funding, sign_in))
        .chain(sessions.map(|session| {
            let sign_in = &account.sign_ins[&session.sign_in];
            (Claim::Session(session.id), session.funding, sign_in)
        }))
}

fn holders_of(account: &Account, pool: &Pool) -> BTreeMap<Holder, Vec<Claim>> {
    let mut holders: BTreeMap<Holder, Vec<Claim>> = BTreeMap::new();
    for (claim, funding, sign_in) in claims_of(account) {
        if funding == Funding::Seat && sign_in.pool == Some(pool.id) {
            let holder = pool.holder(sign_in.user, &sign_in.device.id);
            holders.entry(holder).or_default().push(claim);
        }
    }
    for claims in holders.values_mut() {
        claims.sort();
    }
    holders
}

/// Holders who are idle on every device by which they have their seat (Q4).
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

fn given_of(account: &Account) -> BTreeMap<crate::text::Product, Given> {
    let mut given: BTreeMap<_, Given> = BTreeMap::new();
    for pool in account.pools.values() {
        given.entry(pool.product.clone()).or_default().distributed += pool.seats;
    }
    for (product, license) in account.users.values().flat_map(|user| &user.licenses) {
        if *license == License::Named {
            given.entry(product.clone()).or_default().named += 1;
        }
    }
    given.retain(|_, given| *given != Given::default());
    given
}

const fn next_minute(funding: Funding) -> Option<Timestamp> {
    match funding {
        Funding::Minutes { next_at, .. } => Some(next_at),
        _ => None,
    }
}
