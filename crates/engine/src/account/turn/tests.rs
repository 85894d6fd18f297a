//! Events that the rules would never decide are counted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use usher_domain::account::{Plan, ProductSeats};
use usher_domain::command::{AccountCommand, LicenseCommand, SignInCommand, UserCommand};
use usher_domain::event::{Profile, SignInEvent};
use usher_domain::permission::{PermissionOverrides, Role};
use usher_domain::presence::{Device, DeviceKind, Funding};
use usher_domain::text::Product;
use usher_domain::user::License;
use usher_domain::{Event, Observer, PoolId, Secs, SignInId, UserId, replay};
use usher_journal::MemoryJournal;

use super::*;
use crate::time::Time;
use crate::{Clock, ManualClock, Options};

const ACCOUNT: AccountId = AccountId::from_bits(1);
const POOL: PoolId = PoolId::from_bits(2);

fn node() -> Node {
    let clock = ManualClock::new(Timestamp::from_millis(0));
    Node::new(
        Arc::new(MemoryJournal::new()),
        Time::start(Clock::Manual(clock), None),
        Options::default(),
    )
}

fn product() -> Product {
    "remote-support".parse().unwrap()
}

fn device(user: u128) -> Device {
    Device {
        id: format!("device-{user}").parse().unwrap(),
        name: "Laptop".parse().unwrap(),
        kind: DeviceKind::Desktop,
    }
}

/// A pool of one seat, held by the first of two users.
fn full_pool() -> Vec<Command> {
    let mut commands = vec![
        Command::Account(AccountCommand::Create {
            id: ACCOUNT,
            name: "Help desk".parse().unwrap(),
        }),
        Command::Account(AccountCommand::SetSubscription {
            plan: Plan {
                name: "enterprise".parse().unwrap(),
                shared_seats: true,
            },
            products: BTreeMap::from([(
                product(),
                ProductSeats {
                    named_seats: 0,
                    shared_seats: 1,
                },
            )]),
            default_pools: BTreeMap::from([(product(), POOL)]),
        }),
    ];
    for number in [1, 2] {
        let user = UserId::from_bits(number);
        commands.push(Command::User(UserCommand::Create {
            id: user,
            profile: Profile {
                name: format!("User {number}").parse().unwrap(),
                email: format!("user-{number}@example.com").parse().unwrap(),
                role: Role::Member,
                privileges: BTreeSet::new(),
                billing_contact: false,
                seat_limit: None,
                session_permissions: PermissionOverrides::default(),
            },
            assign_seat: Some(false),
            product: None,
            licenses: BTreeMap::new(),
            password_set: false,
            active: true,
            directory: None,
        }));
        commands.push(Command::License(LicenseCommand::Set {
            user,
            product: product(),
            license: Some(License::Shared(POOL)),
        }));
    }
    commands.push(Command::SignIn(SignInCommand::SignIn {
        user: UserId::from_bits(1),
        product: product(),
        devices: vec![(SignInId::from_bits(1), device(1))],
        takeover: false,
        wait: false,
    }));
    commands
}

/// The second user takes a seat, whether there is one or not.
fn second_seat() -> Event {
    Event::SignIn(SignInEvent::SignedIn {
        id: SignInId::from_bits(2),
        user: UserId::from_bits(2),
        product: product(),
        device: device(2),
        pool: Some(POOL),
        funding: Funding::Seat,
        lease: Secs::new(90),
        ticket: None,
    })
}

fn on_full_pool(test: impl FnOnce(Turn<'_>)) {
    let node = node();
    let mut state = State::new(crate::replay::Replayed::default());
    let mut turn = Turn::begin(&node, ACCOUNT, &mut state, Timestamp::from_millis(0));
    for command in full_pool() {
        turn.carry_out(&command, &Actor::Operator, &TIMER).unwrap();
    }
    assert!(turn.finish().unwrap().is_some());
    test(Turn::begin(&node, ACCOUNT, &mut state, Timestamp::from_millis(0)));
}

#[test]
fn a_command_that_would_have_broken_the_promise_fails_and_is_counted() {
    on_full_pool(|turn| {
        let failure = turn.failure(Declined::Oversold(POOL));

        assert_eq!(failure, Failure::Invariant(Broken::Oversold(POOL)));
        assert_eq!(turn.node.counters.read().invariants_broken, 1);
    });
}

#[test]
fn an_event_that_was_left_out_is_counted() {
    on_full_pool(|mut turn| {
        let (_, mut witness) = turn.watched(&Actor::System, &TIMER);

        witness.left_out(&second_seat(), POOL);

        assert_eq!(turn.kept.entries, []);
        assert_eq!(turn.node.counters.read().invariants_broken, 1);
    });
}

#[test]
fn a_rule_that_is_broken_after_a_commit_is_counted() {
    on_full_pool(|mut turn| {
        let (node, now) = (turn.node, turn.now());
        let (account, mut witness) = turn.watched(&Actor::Operator, &TIMER);
        let events = vec![second_seat()];
        replay(account, &events, now, &mut witness);
        witness.after(events);

        turn.finish().unwrap();

        assert_eq!(node.counters.read().invariants_broken, 1);
    });
}
