//! Every field of an account and of its parts, and its origin: stored, or derived from what is stored. A new field does
//! not compile until it is listed here.

mod presence;

use std::collections::BTreeMap;

use serde::Serialize;

use self::presence::{check_pool, check_session, check_sign_in, check_ticket, holders_of};
use crate::account::{Account, Given, State};
use crate::event::Claim;
use crate::permission::Role;
use crate::presence::{Funding, SignIn};
use crate::schedule::{Due, Schedule};
use crate::seat_request::SeatRequest;
use crate::user::{License, User};

/// Derives every field that is not stored, in the simplest way, and compares. The account must have no renewals that
/// only memory knows.
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
    let State {
        id: _,
        name: _,
        created_at: _,
        labels,
        deleted: _,
        subscription: _,
        over,
        give_back,
        management,
        settings: _,
        minutes: _,
        minutes_until,
        top_ups: _,
        minutes_period,
        requests,
        wall: _,
        has_been_used: _,
        users,
        pools: _,
        teams: _,
        groups: _,
        api_keys: _,
        sign_ins: _,
        sessions: _,
        tickets: _,
        emails,
        user_names,
        external_ids,
        subjects,
        given,
        askers,
        owners_active,
        schedule,
        subscription_due: _,
        unsettled,
        minute_claims,
        minutes_unsettled,
        renewed,
        changed_pools,
    } = &**account;
    let mut stored = vec![
        "id",
        "name",
        "created_at",
        "deleted",
        "subscription",
        "settings",
        "minutes",
        "top_ups",
        "has_been_used",
        "users",
        "pools",
        "teams",
        "groups",
        "api_keys",
        "sign_ins",
        "sessions",
        "tickets",
    ];
    // These only if they say something.
    stored.extend((!management.is_default()).then_some("management"));
    stored.extend(minutes_period.map(|_| "minutes_period"));
    stored.extend((!requests.is_empty()).then_some("requests"));
    stored.extend((!over.is_empty()).then_some("over"));
    stored.extend((!give_back.is_empty()).then_some("give_back"));
    stored.extend((!minutes_until.is_empty()).then_some("minutes_until"));
    assert_stored(account, &stored);
    // Labels are stored only if there are any; these histories have none.
    assert!(labels.is_empty() && external_ids.is_empty());

    let entries = || {
        users
            .values()
            .filter_map(|user| Some((user.id, user.directory.as_ref()?)))
    };
    let by_email = users
        .values()
        .map(|user| (user.profile.email.reveal().clone(), user.id));
    assert_eq!(*emails, by_email.collect());
    assert_eq!(
        *user_names,
        entries()
            .map(|(id, entry)| (entry.user_name.reveal().folded(), id))
            .collect()
    );
    let by_subject = entries().filter_map(|(id, entry)| Some((entry.subject.as_ref()?.reveal().clone(), id)));
    assert_eq!(*subjects, by_subject.collect());
    let owners = users
        .values()
        .filter(|user| user.active && user.profile.role == Role::Owner);
    assert_eq!(usize::try_from(*owners_active).unwrap(), owners.count());
    assert_eq!(*given, given_of(account));
    let asks = |user: &&User| user.seat_requests.values().any(SeatRequest::is_open);
    assert_eq!(*askers, users.values().filter(asks).map(|user| user.id).collect());
    let paying = claims_of(account).filter_map(|(claim, funding, _)| match funding {
        Funding::Minutes { next_at, .. } => Some((next_at, claim)),
        _ => None,
    });
    assert_eq!(*minute_claims, paying.collect());

    assert_eq!(*schedule, schedule_of(account));

    // Work lists and pending records are empty between commands; memory-only state was left out.
    assert!(unsettled.is_empty() && !minutes_unsettled && changed_pools.is_empty());
    assert!(renewed.is_empty());
}

/// All deadlines, from their owners.
fn schedule_of(account: &Account) -> Schedule {
    let mut expected = Schedule::default();
    let due = (account.sign_ins.values().map(|s| (Due::SignIn(s.id), s.due)))
        .chain(account.sessions.values().map(|s| (Due::Session(s.id), s.due)))
        .chain(account.tickets.values().map(|t| (Due::Ticket(t.id), t.due)))
        .chain(account.pools.values().map(|p| (Due::Pool(p.id), p.due)))
        .chain(account.users.values().map(|user| (Due::User(user.id), user.due)));
    let due = due.chain([(Due::Subscription, account.subscription_due)]);
    due.for_each(|(due, at)| expected.set(due, &mut None, at));
    expected
}

fn check_user(account: &Account, user: &User) {
    let User {
        id,
        profile: _,
        active: _,
        created_at: _,
        licenses: _,
        directory: _,
        labels,
        from_groups: _,
        changed_at: _,
        unused_since,
        cooling_until: _,
        refused_since: _,
        loans,
        seat_requests,
        due: _,
        sign_ins,
        sessions,
        tickets,
        teams,
        groups,
        seats_held,
    } = user;
    let mut stored = vec![
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
    stored.extend((!unused_since.is_empty()).then_some("unused_since"));
    stored.extend((!loans.is_empty()).then_some("loans"));
    stored.extend((!seat_requests.is_empty()).then_some("seat_requests"));
    assert_stored(user, &stored);
    assert!(labels.is_empty());
    let has_license = |product| user.licenses.contains_key(product);
    assert!(loans.keys().all(has_license), "only a license can be lent");

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

/// Checks that exactly these fields of something are stored.
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
