//! The sentences of the column "then".

use super::gaps;
use super::steps::pool;
use super::world::{World, id, name};
use crate::permission::Actor;
use crate::seat_request::SeatRequest;
use crate::tests::fixture::product;
use crate::user::License;

type Check = (&'static str, fn(&mut World, &[&str]));

/// Checks one sentence.
pub(super) fn check(world: &mut World, sentence: &str) {
    for (pattern, check) in CHECKS.iter().chain(LISTS) {
        // A list is one gap, with its commas.
        let list = pattern
            .strip_suffix(" …")
            .and_then(|start| sentence.strip_prefix(start));
        if let Some(list) = list {
            let names: Vec<&str> = list.split(", ").map(str::trim).collect();
            return check(world, &names);
        }
        if let Some(found) = gaps(pattern, sentence) {
            return check(world, &found);
        }
    }
    panic!("no check reads {sentence:?}");
}

const LISTS: &[Check] = &[
    ("signed in: …", |w, g| assert_eq!(w.shift.signed_in(), names(g))),
    ("queue: …", |w, g| assert_eq!(w.shift.queue(), names(g))),
    ("offered: …", |w, g| assert_eq!(w.shift.offered(), names(g))),
];

const CHECKS: &[Check] = &[
    ("refused: _", |w, g| {
        let refusal = w.refusal.take().expect("a refusal");
        assert_eq!(refusal.code().as_str(), g[0], "{refusal:?}");
    }),
    ("_ seat is taken", |w, g| {
        assert_eq!(w.shift.occupied(), number(g[0]));
    }),
    ("_ seat are taken", |w, g| {
        assert_eq!(w.shift.occupied(), number(g[0]));
    }),
    ("_ minute are left", |w, g| {
        assert_eq!(w.shift.account.minutes(), u64::from(number(g[0])));
    }),
    ("the account has _ named seat", |w, g| {
        assert_eq!(w.shift.account.bought(&product()).named_seats, number(g[0]));
    }),
    ("the account is over by _ named seat", |w, g| {
        let over = w.shift.account.over(&product()).expect("over its subscription");
        assert_eq!(over.named_seats, number(g[0]));
    }),
    ("the account is not over its subscription", |w, _| {
        assert_eq!(w.shift.account.over(&product()), None);
    }),
    ("the subscription is _", |w, g| {
        let phase = w.shift.account.subscription().phase(w.shift.now());
        assert_eq!(phase.as_str(), g[0]);
    }),
    ("_ request is open", |w, g| {
        assert_eq!(open_requests(w), number(g[0]) as usize);
    }),
    ("_ request are open", |w, g| {
        assert_eq!(open_requests(w), number(g[0]) as usize);
    }),
    ("_ has a named seat", |w, g| {
        assert_eq!(license(w, g[0]), Some(License::Named));
    }),
    ("_ has no license", |w, g| assert_eq!(license(w, g[0]), None)),
    ("_ asks", |w, g| {
        assert_eq!(
            w.shift
                .user(&name(g[0]))
                .seat_request(&product())
                .map(SeatRequest::is_open),
            Some(true)
        );
    }),
    ("_ asks no more", |w, g| {
        assert_eq!(w.shift.user(&name(g[0])).seat_request(&product()), None);
    }),
    ("_ is declined by _", |w, g| {
        let request = w
            .shift
            .user(&name(g[0]))
            .seat_request(&product())
            .expect("a request");
        let by = &request.declined.as_ref().expect("an answer").by;
        assert_eq!(by.actor, super::world::by(g[1]).to_string());
    }),
    ("_ is in the pool _", |w, g| {
        assert_eq!(license(w, g[0]), Some(License::Shared(pool(g[1]))));
    }),
    ("_ has the role _", |w, g| {
        let role = w.shift.user(&name(g[0])).profile.role;
        assert_eq!(serde_json::to_value(role).unwrap(), g[1]);
    }),
    ("the pool _ has _ seat", |w, g| {
        let pool = w.shift.account.pool(pool(g[0])).expect("a pool");
        assert_eq!(pool.seats, number(g[1]));
    }),
    ("_ seat is unallocated", |w, g| {
        assert_eq!(w.shift.account.shared_unallocated(&product()), number(g[0]));
    }),
    ("_ seat are unallocated", |w, g| {
        assert_eq!(w.shift.account.shared_unallocated(&product()), number(g[0]));
    }),
    ("the pool drains", |w, _| assert!(w.shift.pool().is_draining())),
    ("_ has _ sign-in", |w, g| {
        assert_eq!(w.shift.user(&name(g[0])).sign_ins().len(), number(g[1]) as usize);
    }),
    ("the session of _ is _", |w, g| {
        assert_eq!(w.shift.session(&name(g[0])).state.as_str(), g[1]);
    }),
    ("_ sees the session of _", |w, g| {
        assert!(sees_session(w, g[0], g[1]));
    }),
    ("_ does not see the session of _", |w, g| {
        assert!(!sees_session(w, g[0], g[1]));
    }),
    ("_ sees _ as _", |w, g| {
        let contact = w.shift.account.contacts(w.shift.user(&name(g[0])));
        let contact = contact
            .into_iter()
            .find(|it| it.id == id(g[1]))
            .expect("a contact");
        assert_eq!(w.shift.account.presence(contact).as_str(), g[2]);
    }),
    ("_ is no contact of _", |w, g| {
        let contacts = w.shift.account.contacts(w.shift.user(&name(g[1])));
        assert!(contacts.iter().all(|it| it.id != id(g[0])));
    }),
    ("_ is out: _", |w, g| {
        told(w, &format!("{} is out: {}", name(g[0]), g[1]));
    }),
    ("at _ _ is out: _", |w, g| {
        told_at(w, g[0], &format!("{} is out: {}", name(g[1]), g[2]));
    }),
    ("at _ _ is warned of log-off", |w, g| {
        told_at(w, g[0], &format!("{} will be logged off at", name(g[1])));
    }),
    ("at _ _ is warned of losing the seat", |w, g| {
        told_at(w, g[0], &format!("{} will lose the seat at", name(g[1])));
    }),
    ("at _ _ is warned that minutes run out", |w, g| {
        told_at(w, g[0], &format!("{} will run out of minutes at", name(g[1])));
    }),
    ("_ keeps the seat", |w, g| {
        told(w, &format!("{} keeps the seat", name(g[0])));
    }),
    ("the session of _ is over: _", |w, g| {
        told(w, &format!("{}'s session ends: {}", name(g[0]), g[1]));
    }),
    ("at _ the session of _ is over: _", |w, g| {
        told_at(w, g[0], &format!("{}'s session ends: {}", name(g[1]), g[2]));
    }),
    ("at _ the offer goes to _", |w, g| {
        told_at(w, g[0], &format!("{} is offered a seat", name(g[1])));
    }),
    ("_ moves onto a seat", |w, g| {
        told(w, &format!("{} moves onto a seat", name(g[0])));
    }),
    ("_ waits no more: _", |w, g| {
        told(w, &format!("{} waits no more: {}", name(g[0]), g[1]));
    }),
];

/// How many requests wait for an answer.
fn open_requests(world: &World) -> usize {
    let requests = world.shift.account.subscription_requests();
    requests.filter(|request| request.answer.is_none()).count()
}

/// The names in a list, as in the fixture; none for "nobody".
fn names(list: &[&str]) -> Vec<String> {
    let named = list.iter().filter(|called| **called != "nobody");
    named.map(|called| name(called)).collect()
}

fn number(called: &str) -> u32 {
    called.parse().unwrap()
}

fn license(world: &World, called: &str) -> Option<License> {
    world.shift.user(&name(called)).licenses.get(&product()).copied()
}

fn sees_session(world: &World, viewer: &str, owner: &str) -> bool {
    let session = world.shift.session(&name(owner));
    world
        .shift
        .account
        .sees_session(&Actor::User(id(viewer)), session)
}

fn told(world: &World, what: &str) {
    assert!(
        world.diary.iter().any(|line| line.contains(what)),
        "{:#?}",
        world.diary
    );
}

fn told_at(world: &World, time: &str, what: &str) {
    let time = if time.len() == 5 {
        format!("{time}:00")
    } else {
        time.to_owned()
    };
    told(world, &format!("{time} {what}"));
}
