//! What ends: the subscription (L11), seats and minutes (L12); and how seats are given back that are not bought any more
//! (L13). The rules are in `docs/rules/licenses.md`.

use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

use crate::account::{Account, ProductSeats, State};
use crate::decide::loans::license_at_home;
use crate::event::{AccountEvent, Event, PoolEvent, UserEvent};
use crate::give_back::{self, Over};
use crate::id::UserId;
use crate::pool::count;
use crate::schedule::Due;
use crate::terms::TemporarySeats;
use crate::text::Product;
use crate::time::Timestamp;

/// Something of the subscription that comes due.
#[derive(Clone, Copy)]
enum What<'a> {
    /// Seats of a product end.
    Seats(&'a Product, TemporarySeats),
    /// Minutes end.
    Minutes(u64),
    /// The subscription renews.
    Renewal,
    /// The subscription has ended, and its days of grace are over.
    End,
    /// A user who is not at work gives a named seat back, or somebody else is to.
    GiveBack(&'a Product, &'a Over),
}

/// The next that comes due, and when.
fn next(account: &State) -> Option<(Timestamp, What<'_>)> {
    let seats = account
        .subscription
        .temporary
        .iter()
        .filter_map(|(product, ends)| {
            let first = ends.first()?;
            Some((first.until, What::Seats(product, *first)))
        });
    let minutes = account.minutes_until.first_key_value();
    let minutes = minutes.map(|(until, minutes)| (*until, What::Minutes(*minutes)));
    let over = account
        .over
        .iter()
        .filter(|(product, _)| gives_back(account, product));
    let over = over.map(|(product, over)| (over.since, What::GiveBack(product, over)));
    let all = over.chain(seats).chain(minutes).chain(end_of_terms(account));
    all.min_by_key(|(at, _)| *at)
}

fn end_of_terms(account: &State) -> Option<(Timestamp, What<'_>)> {
    let subscription = &account.subscription;
    let end = subscription.ends_at().filter(|_| !subscription.ended)?;
    Some(match subscription.terms.renewal_months {
        Some(1..) => (end, What::Renewal),
        Some(0) | None => (subscription.terms.stops_at(end), What::End),
    })
}

/// Whether something is to be done now about named seats that are assigned and not bought.
fn gives_back(account: &State, product: &Product) -> bool {
    let Some(over) = account.over.get(product) else {
        return false;
    };
    let mut leaving = give_back::leaving(account, product);
    over.named_seats > 0
        && (leaving.any(|user| !account.is_at_work(user, product))
            || count(give_back::leaving(account, product).count()) < over.named_seats)
}

/// The events of the next that is due.
pub(crate) fn due(account: &Account, now: Timestamp) -> Vec<Event> {
    let Some((at, what)) = next(account).filter(|(at, _)| *at <= now) else {
        return Vec::new();
    };
    match what {
        What::Seats(product, seats) => seats_end(account, product, seats),
        What::Minutes(minutes) => vec![Event::Account(AccountEvent::MinutesEnded { until: at, minutes })],
        What::Renewal => {
            let subscription = &account.subscription;
            // After an outage it may have been renewed several times.
            let mut renewals = subscription.renewals.saturating_add(1);
            while subscription
                .terms
                .end_after(renewals)
                .is_some_and(|end| end <= now)
            {
                renewals = renewals.saturating_add(1);
            }
            vec![Event::Account(AccountEvent::Renewed { renewals })]
        }
        What::End => vec![Event::Account(AccountEvent::Ended { due: at })],
        What::GiveBack(product, over) => vec![one_back(account, product, over)],
    }
}

/// Seats end, and what they leave too much is given back (L13): pools give theirs at once and drain (P3), users give
/// theirs when they are not at work, each in a step of its own.
fn seats_end(account: &Account, product: &Product, seats: TemporarySeats) -> Vec<Event> {
    let back = give_back::at_end(account, product, seats);
    let mut events = vec![Event::Account(AccountEvent::SeatsEnded {
        product: product.clone(),
        seats,
        leaving: back.users,
    })];
    for (id, given) in &back.pools {
        if let Some(pool) = account.pools.get(id) {
            events.push(Event::Pool(PoolEvent::Changed {
                id: *id,
                name: pool.name.clone(),
                seats: pool.seats.saturating_sub(*given),
                rules: pool.rules.clone(),
            }));
        }
    }
    events
}

/// The first user who is not at work gives the named seat back. If fewer users are expected to than there are seats too
/// many, somebody took a seat from one of them in the meantime and gave it to another: more are expected to.
fn one_back(account: &Account, product: &Product, over: &Over) -> Event {
    let mut leaving = give_back::leaving(account, product);
    if let Some(user) = leaving.find(|user| !account.is_at_work(user, product)) {
        return Event::User(UserEvent::LicenseSet {
            user: user.id,
            product: product.clone(),
            license: license_at_home(account, user, product),
            group: None,
        });
    }
    let expected = count(give_back::leaving(account, product).count());
    let more = over.named_seats.saturating_sub(expected);
    Event::Account(AccountEvent::SeatsLeaving {
        product: product.clone(),
        users: give_back::more_users(account, product, more),
    })
}

/// Keeps what follows from the rest of the account: how far it is over its subscription, and when the next thing is due.
pub(crate) fn follow(account: &mut State) {
    if !account.over.is_empty() {
        lower_over(account);
    }
    let due = next(account).map(|(at, _)| at);
    let mut slot = account.subscription_due;
    account.schedule.set(Due::Subscription, &mut slot, due);
    account.subscription_due = slot;
}

/// An account that is over its subscription only ever gets less so, until it is not.
fn lower_over(account: &mut State) {
    let mut over = core::mem::take(&mut account.over);
    over.retain(|product, over| {
        let surplus = give_back::surplus(account, product);
        over.named_seats = over.named_seats.min(surplus.named_seats);
        over.shared_seats = over.shared_seats.min(surplus.shared_seats);
        over.named_seats > 0 || over.shared_seats > 0
    });
    account.over = over;
}

/// Applies the end of seats.
pub(crate) fn seats_ended(
    account: &mut State,
    product: &Product,
    seats: TemporarySeats,
    users: &BTreeSet<UserId>,
    at: Timestamp,
) {
    account.give_back.remove(product);
    if let Some(ends) = account.subscription.temporary.get_mut(product) {
        ends.retain(|end| end.until != seats.until);
        if ends.is_empty() {
            account.subscription.temporary.remove(product);
        }
    }
    if let Some(bought) = account.subscription.products.get_mut(product) {
        bought.named_seats = bought.named_seats.saturating_sub(seats.named_seats);
        bought.shared_seats = bought.shared_seats.saturating_sub(seats.shared_seats);
    }
    let surplus = give_back::surplus(account, product);
    if surplus == ProductSeats::default() {
        return;
    }
    let over = account.over.entry(product.clone()).or_insert_with(|| Over {
        named_seats: 0,
        shared_seats: 0,
        since: at,
        leaving: BTreeSet::new(),
    });
    over.named_seats = surplus.named_seats;
    over.shared_seats = surplus.shared_seats;
    over.leaving.extend(users);
}

/// Applies that more users give their named seats back.
pub(crate) fn seats_leaving(account: &mut State, product: &Product, users: &BTreeSet<UserId>) {
    if let Some(over) = account.over.get_mut(product) {
        over.leaving.extend(users);
    }
}

/// Applies a new subscription: what was chosen for an end that is no longer there is void.
pub(crate) fn subscription_set(account: &mut State) {
    let temporary = &account.subscription.temporary;
    account
        .give_back
        .retain(|product, _| temporary.contains_key(product));
}
