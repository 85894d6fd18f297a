//! The sentences of the columns "given" and "when".

use std::collections::BTreeSet;

use super::gaps;
use super::world::{World, by, id, name};
use crate::account::SettingsPatch;
use crate::command::{LeavingUsers, MemberChange, RequestAnswer, SeatWay, UserPatch};
use crate::directory::{GroupMapping, SignInPatch};
use crate::permission::{Actor, Privilege, Role};
use crate::purchase::Purchase;
use crate::rules::Rules;
use crate::terms::Terms;
use crate::tests::fixture::{bits, clock, mins, product, role};
use crate::tests::kit;
use crate::user::License;
use crate::{GroupId, PoolId, TeamId};

type Step = (&'static str, fn(&mut World, &[&str]));

/// Executes one sentence.
pub(super) fn take(world: &mut World, sentence: &str) {
    for (pattern, step) in STEPS.iter().flat_map(|steps| steps.iter()) {
        if let Some(found) = gaps(pattern, sentence) {
            assert_eq!(world.refusal, None, "before {sentence:?}");
            step(world, &found);
            return world.note();
        }
    }
    panic!("no step reads {sentence:?}");
}

const STEPS: [&[Step]; 7] = [TIME, PRESENCE, WORK, QUEUE, REQUESTS, BOOKS, RIGHTS];

const TIME: &[Step] = &[
    ("it is _", |w, g| {
        let happened = w.shift.advance_to(g[0]);
        w.diary.extend(happened.diary().iter().cloned());
    }),
    ("Usher is down until _", |w, g| {
        w.shift.unseen_until(g[0]).usher_is_back();
    }),
    ("_ falls silent", |w, g| {
        w.shift.falls_silent(&name(g[0]));
    }),
    ("_ is active", |w, g| {
        w.shift.heartbeat(&name(g[0]), true);
    }),
    ("_ uses the console", |w, g| {
        w.shift.use_console(&name(g[0]));
    }),
    ("a device of _ is alive", |w, g| {
        w.shift.heartbeat(&name(g[0]), false);
    }),
    ("_ locks the seat for _ minute", |w, g| {
        w.shift.lock(&name(g[0]), mins(g[1].parse().unwrap()));
    }),
];

const PRESENCE: &[Step] = &[
    ("_ signs in", |w, g| {
        w.shift.sign_in(&name(g[0]));
    }),
    ("_ signs in on the _", |w, g| {
        w.shift.sign_in_on(&name(g[0]), g[1]);
    }),
    ("_ takes over on the _", |w, g| {
        w.shift.take_over(&name(g[0]), g[1]);
    }),
    ("_ signs in or waits", |w, g| {
        w.shift.wait(&name(g[0]));
    }),
    ("_ signs out on the _", |w, g| {
        w.shift.sign_out_on(&name(g[0]), g[1]);
    }),
    ("_ signs out", |w, g| {
        w.shift.sign_out(&name(g[0]));
    }),
    ("_ evicts _", |w, g| {
        w.shift.log_out_by(&name(g[1]), &name(g[0]), "Others wait");
    }),
];

const WORK: &[Step] = &[
    ("_ calls", |w, g| {
        w.shift.call(&name(g[0]));
    }),
    ("_ calls on the _", |w, g| {
        w.shift.call_on(&name(g[0]), g[1]);
    }),
    ("_ calls or waits", |w, g| {
        w.shift.wait_to_call(&name(g[0]));
    }),
    ("_ makes a link for _ minute", |w, g| {
        w.shift.create_link(&name(g[0]), mins(g[1].parse().unwrap()));
    }),
    ("the customer of _ joins", |w, g| {
        w.shift.connect(&name(g[0]));
    }),
    ("_ pauses", |w, g| {
        w.shift.pause(&name(g[0]));
    }),
    ("_ pauses the session of _", |w, g| {
        w.shift.pause_by(&name(g[1]), &name(g[0]));
    }),
    ("_ resumes", |w, g| {
        w.shift.resume(&name(g[0]));
    }),
    ("_ resumes or waits", |w, g| {
        w.shift.wait_to_resume(&name(g[0]));
    }),
    ("_ ends the session", |w, g| {
        w.shift.end(&name(g[0]));
    }),
    ("_ ends the session of _", |w, g| {
        w.shift.end_by(&name(g[1]), &name(g[0]));
    }),
];

const QUEUE: &[Step] = &[
    ("_ takes the offer", |w, g| {
        w.shift.claim(&name(g[0]));
    }),
    ("_ leaves the queue", |w, g| {
        w.shift.drop_ticket(&name(g[0]));
    }),
    ("_ minute are bought", |w, g| {
        w.shift.add_minutes(g[0].parse().unwrap());
    }),
];

const REQUESTS: &[Step] = &[
    ("_ asks for a seat", |w, g| {
        w.give(&by(g[0]), &kit::ask_for_seat(id(g[0]), "Please"));
    }),
    ("_ takes the request back", |w, g| {
        w.give(&by(g[0]), &kit::withdraw_seat_request(id(g[0])));
    }),
    ("_ grants _ a named seat", |w, g| {
        w.give(&by(g[0]), &kit::grant_seat(id(g[1]), License::Named, None));
    }),
    ("_ grants _ a named seat until _", |w, g| {
        let until = Some(clock(g[2]));
        w.give(&by(g[0]), &kit::grant_seat(id(g[1]), License::Named, until));
    }),
    ("_ grants _ a place in the pool _", |w, g| {
        let license = License::Shared(pool(g[2]));
        w.give(&by(g[0]), &kit::grant_seat(id(g[1]), license, None));
    }),
    ("_ declines the request of _", |w, g| {
        w.give(&by(g[0]), &kit::decline_seat(id(g[1]), "None is left"));
    }),
    ("_ lends _ a named seat until _", |w, g| {
        w.give(&by(g[0]), &kit::lend(id(g[1]), License::Named, clock(g[2])));
    }),
    ("_ lends _ a place in the pool _ until _", |w, g| {
        let license = License::Shared(pool(g[2]));
        w.give(&by(g[0]), &kit::lend(id(g[1]), license, clock(g[3])));
    }),
];

const BOOKS: &[Step] = &[
    ("rule _ is _", |w, g| change_rule(w, g[0], g[1])),
    ("the pool gets _ seat", |w, g| {
        w.shift.resize(g[0].parse().unwrap());
    }),
    ("a pool _ of _ seat is created", |w, g| {
        let command = kit::create_pool(pool(g[0]), g[0], g[1].parse().unwrap());
        w.give(&Actor::Operator, &command);
    }),
    ("the pool _ is deleted", |w, g| {
        delete(w, g[0], LeavingUsers::Refuse);
    }),
    ("the pool _ is deleted and its users go to the pool _", |w, g| {
        delete(w, g[0], LeavingUsers::MoveTo(pool(g[1])));
    }),
    ("_ seat go from the pool _ to the pool _", |w, g| {
        let way = SeatWay::Between {
            from: pool(g[1]),
            to: pool(g[2]),
        };
        let seats = g[0].parse().unwrap();
        w.give(&Actor::Operator, &kit::move_seats(way, seats));
    }),
    ("the users of the pool _ go to the pool _", |w, g| {
        w.give(&Actor::Operator, &kit::move_users(pool(g[0]), pool(g[1]), None));
    }),
    ("the users of the pool _ go to the pool _ after work", |w, g| {
        w.give(
            &Actor::Operator,
            &kit::move_users_after_work(pool(g[0]), pool(g[1])),
        );
    }),
    ("the named seat of _ goes to _", |w, g| {
        w.give(
            &Actor::Operator,
            &kit::reassign(product(), id(g[0]), id(g[1]), None),
        );
    }),
    ("_ goes to the pool _ after work", |w, g| {
        let to = Some(pool(g[1]));
        after_work(w, g[0], to);
    }),
    ("_ loses the license after work", |w, g| {
        after_work(w, g[0], None);
    }),
    ("_ goes to the pool _", |w, g| {
        let license = Some(License::Shared(pool(g[1])));
        w.shift.license(&name(g[0]), license);
    }),
    ("_ gets a named seat", |w, g| {
        w.shift.license(&name(g[0]), Some(License::Named));
    }),
    ("_ loses the license", |w, g| {
        w.shift.license(&name(g[0]), None);
    }),
    ("_ is created", |w, g| create(w, g[0], None)),
    ("_ is created with a named seat", |w, g| {
        create(w, g[0], Some(true));
    }),
    ("_ is deleted", |w, g| {
        w.give(&Actor::Operator, &kit::delete_user(id(g[0])));
    }),
    ("_ is switched off", |w, g| switch(w, g[0], false)),
    ("_ is switched on", |w, g| switch(w, g[0], true)),
    ("_ may hold _ seat", |w, g| {
        w.shift.limit_seats(&name(g[0]), g[1].parse().unwrap());
    }),
    ("the plan is _ with _ named and _ shared seat", |w, g| {
        let (named, shared) = (g[1].parse().unwrap(), g[2].parse().unwrap());
        let command = kit::subscription(named, shared, kit::POOL).plan(g[0]).command();
        w.give(&Actor::Operator, &command);
    }),
    ("the subscription is managed _", |w, g| {
        let management = serde_json::from_value(g[0].into()).unwrap();
        w.give(&Actor::Operator, &kit::manage(management));
    }),
    ("the bounds are _ to _ named seat and _ minute", |w, g| {
        let [min, max, minutes] = [0, 1, 2].map(|gap| g[gap].parse().unwrap());
        let management = kit::bounds((min, max), (0, 100), minutes);
        w.give(&Actor::Operator, &kit::manage(management));
    }),
    ("_ named seat end at _", |w, g| {
        end(w, g[0].parse().unwrap(), 0, g[1]);
    }),
    ("_ shared seat end at _", |w, g| {
        end(w, 0, g[0].parse().unwrap(), g[1]);
    }),
    ("_ minute are bought until _", |w, g| {
        let id = crate::TopUpId::from_bits(bits(g[1]));
        let command = kit::add_minutes_until(id, g[0].parse().unwrap(), clock(g[1]));
        w.give(&Actor::Operator, &command);
    }),
    ("the subscription ends at _", |w, g| {
        agree(w, g[0], Terms::default());
    }),
    ("the subscription ends at _ with _ day of grace", |w, g| {
        let grace_days = g[1].parse().unwrap();
        agree(
            w,
            g[0],
            Terms {
                grace_days,
                ..Terms::default()
            },
        );
    }),
    ("the subscription renews at _ by _ month", |w, g| {
        let renewal_months = Some(g[1].parse().unwrap());
        agree(
            w,
            g[0],
            Terms {
                renewal_months,
                ..Terms::default()
            },
        );
    }),
    ("_ chooses that the pool _ gives _ seat", |w, g| {
        let pools = [(pool(g[1]), g[2].parse().unwrap())];
        w.give(&by(g[0]), &kit::choose_give_back(product(), &pools, []));
    }),
    ("_ chooses that _ gives the named seat", |w, g| {
        let command = kit::choose_give_back(product(), &[], [id(g[1])]);
        w.give(&by(g[0]), &command);
    }),
    ("a team _ has _ and _", |w, g| {
        let command = kit::create_team(TeamId::from_bits(bits(g[0])), g[0], [id(g[1]), id(g[2])].into());
        w.give(&Actor::Operator, &command);
    }),
    ("a group _ gives a named seat", |w, g| {
        let licenses = [(product(), License::Named)].into();
        group(
            w,
            g[0],
            GroupMapping {
                licenses,
                ..GroupMapping::default()
            },
        );
    }),
    ("a group _ gives the role _", |w, g| {
        let role = Some(role_of(g[1]));
        group(
            w,
            g[0],
            GroupMapping {
                role,
                ..GroupMapping::default()
            },
        );
    }),
    ("a group _ gives a seat in the pool _", |w, g| {
        let licenses = [(product(), License::Shared(pool(g[1])))].into();
        group(
            w,
            g[0],
            GroupMapping {
                licenses,
                ..GroupMapping::default()
            },
        );
    }),
    ("_ comes into the group _", |w, g| members(w, g[1], &[g[0]], &[])),
    ("_ and _ come into the group _", |w, g| {
        members(w, g[2], &[g[0], g[1]], &[]);
    }),
    ("_ leaves the group _", |w, g| members(w, g[1], &[], &[g[0]])),
    ("single sign-on is required", |w, _| {
        require_sso(w, SignInPatch::default());
    }),
    ("single sign-on is required but for _", |w, g| {
        let break_glass = Some(Some(id(g[0])));
        require_sso(
            w,
            SignInPatch {
                break_glass,
                ..SignInPatch::default()
            },
        );
    }),
];

const RIGHTS: &[Step] = &[
    ("_ is a manager", |w, g| {
        w.shift.change(&name(g[0]), role(Role::Manager));
    }),
    ("_ is an admin", |w, g| {
        w.shift.change(&name(g[0]), role(Role::Admin));
    }),
    ("_ is an owner", |w, g| {
        w.shift.change(&name(g[0]), role(Role::Owner));
    }),
    ("_ is a manager with _", |w, g| {
        let change = UserPatch {
            privileges: Some(privilege(g[1])),
            ..role(Role::Manager)
        };
        w.shift.change(&name(g[0]), change);
    }),
    ("_ is allowed _", |w, g| {
        w.shift.allow(&name(g[0]), &[g[1]]);
    }),
    ("_ is denied _", |w, g| {
        w.shift.deny(&name(g[0]), &[g[1]]);
    }),
    ("_ makes _ an admin", |w, g| {
        change_by(w, g[0], g[1], role(Role::Admin));
    }),
    ("_ makes _ an owner", |w, g| {
        change_by(w, g[0], g[1], role(Role::Owner));
    }),
    ("_ makes _ a member", |w, g| {
        change_by(w, g[0], g[1], role(Role::Member));
    }),
    ("_ gives _ the privilege _", |w, g| {
        let change = UserPatch {
            privileges: Some(privilege(g[2])),
            ..UserPatch::default()
        };
        change_by(w, g[0], g[1], change);
    }),
    ("_ renames _", |w, g| {
        let change = UserPatch {
            name: Some("Another name".parse().unwrap()),
            ..UserPatch::default()
        };
        change_by(w, g[0], g[1], change);
    }),
    ("_ gives _ another password", |w, g| {
        let change = UserPatch {
            new_password: true,
            ..UserPatch::default()
        };
        change_by(w, g[0], g[1], change);
    }),
    ("_ gives _ a named seat", |w, g| {
        let command = kit::set_license(id(g[1]), Some(License::Named));
        w.give(&by(g[0]), &command);
    }),
    ("_ is the billing contact", |w, g| {
        let change = UserPatch {
            billing_contact: Some(true),
            ..UserPatch::default()
        };
        w.shift.change(&name(g[0]), change);
    }),
    ("_ buys _ minute", |w, g| {
        let minutes = g[1].parse().unwrap();
        let id = crate::TopUpId::from_bits(w.shift.account.minutes().into());
        let request = kit::request(u128::from(minutes) + 1000);
        w.give(&by(g[0]), &kit::add_or_ask_for_minutes(id, minutes, request));
    }),
    ("_ sets _ named seat", |w, g| {
        let named: u32 = g[1].parse().unwrap();
        let bought = kit::subscription(named, 100, kit::POOL).request(named.into());
        w.give(&by(g[0]), &bought.command());
    }),
    ("the operator approves", |w, _| answer(w, None)),
    ("the operator approves _ minute instead", |w, g| {
        let minutes = g[0].parse().unwrap();
        let id = crate::TopUpId::from_bits(0);
        answer(w, Some(Purchase::Minutes { id, minutes }));
    }),
    ("_ withdraws the request", |w, g| {
        let id = open_request(w);
        w.give(&by(g[0]), &kit::remove_request(id));
    }),
    ("the operator declines", |w, _| {
        let id = open_request(w);
        w.give(&Actor::Operator, &kit::answer(id, RequestAnswer::Decline));
    }),
];

/// The pool of this name; `pool` is the default pool.
pub(super) fn pool(called: &str) -> PoolId {
    PoolId::from_bits(bits(&called.to_lowercase()))
}

/// The id of the request that waits for an answer.
fn open_request(world: &World) -> u128 {
    let mut requests = world.shift.account.subscription_requests();
    let open = requests.find(|request| request.answer.is_none());
    open.expect("an open request").id.bits()
}

fn answer(world: &mut World, instead: Option<Purchase>) {
    let answer = RequestAnswer::Approve {
        instead,
        seen: None,
        default_pools: [].into(),
    };
    let id = open_request(world);
    world.give(&Actor::Operator, &kit::answer(id, answer));
}

/// So many of the seats that are bought end.
fn end(world: &mut World, named_seats: u32, shared_seats: u32, until: &str) {
    let before = world.shift.account.subscription();
    let same = kit::as_before(before).temporary(before.temporary.clone());
    let ending = same.ending(product(), named_seats, shared_seats, clock(until));
    world.give(&Actor::Operator, &ending.command());
}

fn agree(world: &mut World, end: &str, terms: Terms) {
    let same = kit::as_before(world.shift.account.subscription());
    let end = Some(clock(end));
    world.give(&Actor::Operator, &same.terms(Terms { end, ..terms }).command());
}

fn change_rule(world: &mut World, rule: &str, value: &str) {
    let mut rules = serde_json::to_value(&world.shift.pool().rules).unwrap();
    let field = rules.get_mut(rule).unwrap_or_else(|| panic!("no rule {rule}"));
    *field = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    let rules: Rules = serde_json::from_value(rules).unwrap();
    world.shift.change_rules(rules);
}

fn delete(world: &mut World, called: &str, users: LeavingUsers) {
    world.give(&Actor::Operator, &kit::delete_pool(pool(called), users));
}

/// Takes the license of somebody away, or moves them to a pool, once they are not signed in (L16).
fn after_work(world: &mut World, called: &str, pool: Option<PoolId>) {
    world.give(&Actor::Operator, &kit::set_license_after_work(id(called), pool));
}

fn create(world: &mut World, called: &str, assign_seat: Option<bool>) {
    let profile = world.shift.user("olga").profile.clone();
    let profile = crate::event::Profile {
        name: called.parse().unwrap(),
        email: format!("{}.new@example.com", name(called)).parse().unwrap(),
        role: Role::Member,
        ..profile
    };
    let command = kit::NewUser::with_profile(id(called), profile)
        .assign_seat(assign_seat)
        .command();
    world.give(&Actor::Operator, &command);
}

fn switch(world: &mut World, called: &str, active: bool) {
    let change = UserPatch {
        active: Some(active),
        ..UserPatch::default()
    };
    world.shift.change(&name(called), change);
}

fn group(world: &mut World, called: &str, mapping: GroupMapping) {
    let id = GroupId::from_bits(bits(called));
    let created = kit::create_group(id, called, BTreeSet::new());
    world.give(&Actor::Operator, &created);
    world.give(&Actor::Operator, &kit::map_group(id, mapping));
}

fn members(world: &mut World, called: &str, add: &[&str], remove: &[&str]) {
    let ids = |names: &[&str]| names.iter().map(|name| id(name)).collect();
    let command = kit::change_group_members(
        GroupId::from_bits(bits(called)),
        MemberChange::Edit {
            add: ids(add),
            remove: ids(remove),
        },
    );
    world.give(&Actor::Operator, &command);
}

fn require_sso(world: &mut World, sign_in: SignInPatch) {
    let sign_in = SignInPatch {
        sso_required: Some(true),
        ..sign_in
    };
    let change = SettingsPatch {
        sign_in,
        ..SettingsPatch::default()
    };
    world.give(&Actor::Operator, &kit::change_settings(change));
}

fn change_by(world: &mut World, actor: &str, user: &str, change: UserPatch) {
    let command = kit::change_user(id(user), change);
    world.give(&by(actor), &command);
}

fn privilege(called: &str) -> BTreeSet<Privilege> {
    [serde_json::from_value(called.into()).unwrap()].into()
}

fn role_of(called: &str) -> Role {
    serde_json::from_value(called.into()).unwrap()
}
