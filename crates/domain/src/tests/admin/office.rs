//! An office with one product, in which everything has a short name.

use std::collections::BTreeSet;

use crate::command::{Command, Decision, MemberChange, PoolPatch, SeatWay, UserPatch};
use crate::directory::GroupMapping;
use crate::event::{EndReason, Event, Profile, SignInEvent, TicketEvent};
use crate::permission::{Actor, Privilege, Role, Scope};
use crate::refusal::Refusal;
use crate::rules::{Preset, RulesPatch};
use crate::tests::kit::{self, bits};
use crate::tests::witness::{execute, found, take_step};
use crate::time::{Secs, Timestamp};
use crate::user::License;
use crate::{Account, ApiKeyId, Input, SignInId, TopUpId, UserId};

pub(super) use crate::tests::kit::{entry, group, on, pool, product, profile, rules, team, user};

pub(super) const OPERATOR: Actor = Actor::Operator;

pub(super) struct Office {
    pub(super) account: Account,
}

/// Four seats, of which two are in the default pool and one is in the pool `night`, with these users.
pub(super) fn shifts(users: &[&str]) -> Office {
    let mut office = Office::with_seats(0, 4)
        .with_members(users)
        .after(&[resize("default", 2), create_pool("night", 1)]);
    for name in users {
        office.does(&license(name, shared("night")));
    }
    office
}

pub(super) fn by(name: &str) -> Actor {
    Actor::User(user(name))
}

pub(super) fn key(scopes: &[Scope]) -> Actor {
    Actor::ApiKey {
        id: ApiKeyId::from_bits(1),
        scopes: scopes.iter().copied().collect(),
    }
}

/// Creates a member, without a seat unless `assign_seat` says otherwise.
pub(super) fn create(name: &str, assign_seat: Option<bool>) -> Command {
    create_with(profile(name, Role::Member, &[]), assign_seat)
}

pub(super) fn create_with(profile: Profile, assign_seat: Option<bool>) -> Command {
    let id = user(profile.name.reveal().as_str());
    kit::NewUser::with_profile(id, profile)
        .assign_seat(assign_seat)
        .command()
}

pub(super) fn change(name: &str, change: UserPatch) -> Command {
    kit::change_user(user(name), change)
}

pub(super) fn delete(name: &str) -> Command {
    kit::delete_user(user(name))
}

pub(super) fn license(name: &str, license: Option<License>) -> Command {
    kit::set_license(user(name), license)
}

pub(super) fn reassign(from: &str, to: &str) -> Command {
    kit::reassign(product(), user(from), user(to), None)
}

/// The same, with the license that the caller saw.
pub(super) fn reassign_seen(from: &str, to: &str, seen: Option<License>) -> Command {
    kit::reassign(product(), user(from), user(to), seen)
}

#[expect(clippy::unnecessary_wraps, reason = "it stands where a license or none does")]
pub(super) fn shared(name: &str) -> Option<License> {
    Some(License::Shared(pool(name)))
}

pub(super) fn create_pool(name: &str, seats: u32) -> Command {
    kit::create_pool(pool(name), name, seats)
}

pub(super) fn change_pool(name: &str, change: PoolPatch) -> Command {
    kit::change_pool(pool(name), change)
}

pub(super) fn resize(name: &str, seats: u32) -> Command {
    kit::resize(pool(name), seats)
}

/// The same, with the number that the caller saw.
pub(super) fn resize_seen(name: &str, seen: u32, seats: u32) -> Command {
    change_pool(
        name,
        PoolPatch {
            seats: Some(seats),
            seats_seen: Some(seen),
            ..PoolPatch::default()
        },
    )
}

/// Between pools, or from or to the `unallocated` seats.
pub(super) fn move_seats(from: &str, to: &str, seats: u32) -> Command {
    let way = match (from, to) {
        ("unallocated", to) => SeatWay::IntoPool(pool(to)),
        (from, "unallocated") => SeatWay::OutOfPool(pool(from)),
        (from, to) => SeatWay::Between {
            from: pool(from),
            to: pool(to),
        },
    };
    kit::move_seats(way, seats)
}

/// Moves these users, or all if none are named.
pub(super) fn move_users(from: &str, to: &str, names: &[&str]) -> Command {
    kit::move_users(pool(from), pool(to), (!names.is_empty()).then(|| members(names)))
}

pub(super) fn preset(preset: Preset) -> PoolPatch {
    rules(RulesPatch::from(preset))
}

/// Signs a user in on their laptop, or queues them.
pub(super) fn sign_in(name: &str) -> Command {
    sign_in_on(name, "laptop")
}

pub(super) fn sign_in_on(name: &str, device: &str) -> Command {
    kit::sign_in(user(name), on(name, device), kit::device(device, device))
        .wait(true)
        .command()
}

pub(super) fn members(names: &[&str]) -> BTreeSet<UserId> {
    names.iter().map(|name| user(name)).collect()
}

pub(super) fn create_group(name: &str, people: &[&str]) -> Command {
    kit::create_group(group(name), name, members(people))
}

/// Makes these people the members of a group.
pub(super) fn in_group(name: &str, people: &[&str]) -> Command {
    kit::change_group_members(group(name), MemberChange::Set(members(people)))
}

pub(super) fn map(name: &str, mapping: GroupMapping) -> Command {
    kit::map_group(group(name), mapping)
}

/// The mapping that gives a license of the office's product.
pub(super) fn gives(license: Option<License>) -> GroupMapping {
    GroupMapping {
        licenses: license.map(|license| (product(), license)).into_iter().collect(),
        ..GroupMapping::default()
    }
}

pub(super) fn add_minutes(top_up: &str, minutes: u32) -> Command {
    kit::add_minutes(TopUpId::from_bits(bits(top_up)), minutes)
}

/// Sets named and shared seats of the office's product. The pool `default` is created for the first shared ones.
pub(super) fn subscribe(plan_name: &str, named_seats: u32, shared_seats: u32) -> Command {
    kit::subscription(named_seats, shared_seats, pool("default"))
        .plan(plan_name)
        .command()
}

impl Office {
    /// An account that has bought nothing yet.
    pub(super) fn new() -> Self {
        let (mut account, _) = found("Office", now());
        crate::tests::make_keys(&mut account, now());
        Self { account }
    }

    /// An account with both kinds of seats of one product, the shared ones all in the pool `default`.
    pub(super) fn with_seats(named_seats: u32, shared_seats: u32) -> Self {
        Self::new().after(&[subscribe("enterprise", named_seats, shared_seats)])
    }

    /// Executes commands as the operator, which must succeed.
    pub(super) fn after(mut self, commands: &[Command]) -> Self {
        for command in commands {
            self.does(command);
        }
        self
    }

    /// Adds members without a license.
    pub(super) fn with_members(self, names: &[&str]) -> Self {
        let commands: Vec<Command> = names.iter().map(|name| create(name, Some(false))).collect();
        self.after(&commands)
    }

    /// Adds a person with a role and privileges, without a license.
    pub(super) fn with(self, name: &str, role: Role, privileges: &[Privilege]) -> Self {
        self.after(&[create_with(profile(name, role, privileges), Some(false))])
    }

    pub(super) fn does(&mut self, command: &Command) -> Decision {
        self.does_as(&OPERATOR, command).unwrap()
    }

    pub(super) fn does_as(&mut self, actor: &Actor, command: &Command) -> Result<Decision, Refusal> {
        execute(&mut self.account, command, actor, now())
    }

    /// Executes a command as the operator some seconds later, which must succeed.
    pub(super) fn at(&mut self, secs: u32, command: &Command) -> Decision {
        execute(&mut self.account, command, &OPERATOR, now() + Secs::new(secs)).unwrap()
    }

    /// Lets Usher process what is due some seconds later.
    pub(super) fn tick_at(&mut self, secs: u32) -> Decision {
        let now = now() + Secs::new(secs);
        take_step(&mut self.account, Input::Tick, &Actor::System, now).unwrap()
    }

    /// The refusal that the operator would get.
    pub(super) fn refusal(&self, command: &Command) -> Refusal {
        self.refusal_to(&OPERATOR, command).unwrap()
    }

    /// The refusal that an actor would get, if any.
    pub(super) fn refusal_to(&self, actor: &Actor, command: &Command) -> Option<Refusal> {
        crate::decide::decide(&self.account, command, actor, now()).err()
    }

    /// The code of the refusal, or `ok`.
    pub(super) fn answer(&self, actor: &Actor, command: &Command) -> &'static str {
        self.refusal_to(actor, command)
            .map_or("ok", |refusal| refusal.code().as_str())
    }

    /// The same, some seconds later.
    pub(super) fn answer_at(&self, secs: u32, actor: &Actor, command: &Command) -> &'static str {
        let now = now() + Secs::new(secs);
        crate::decide::decide(&self.account, command, actor, now)
            .map_or_else(|refusal| refusal.code().as_str(), |_| "ok")
    }

    pub(super) fn license_of(&self, name: &str) -> Option<License> {
        self.account.user(user(name))?.licenses.get(&product()).copied()
    }

    pub(super) fn seats_of(&self, name: &str) -> u32 {
        self.account.pool(pool(name)).unwrap().seats
    }
}

pub(super) fn laptop(name: &str) -> SignInId {
    on(name, "laptop")
}

pub(super) fn now() -> Timestamp {
    Timestamp::from_millis(1_000_000)
}

/// Which sign-ins ended, and why.
pub(super) fn sign_ins_ended(decision: &Decision) -> Vec<(SignInId, EndReason)> {
    let ended = decision.events.iter().filter_map(|event| match event {
        Event::SignIn(SignInEvent::Ended { id, reason, .. }) => Some((*id, *reason)),
        _ => None,
    });
    ended.collect()
}

/// How many tickets ended, and why.
pub(super) fn tickets_ended(decision: &Decision) -> Vec<EndReason> {
    let ended = decision.events.iter().filter_map(|event| match event {
        Event::Ticket(TicketEvent::Ended { reason, .. }) => Some(*reason),
        _ => None,
    });
    ended.collect()
}
