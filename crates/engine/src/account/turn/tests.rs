//! Events that the rules would never decide are counted.

use std::sync::Arc;

use usher_domain::event::SignInEvent;
use usher_domain::presence::{Device, Funding};
use usher_domain::{Command, Event, Observer, Secs, SignInId, replay};
use usher_journal::MemoryJournal;
use usher_testkit::{ACCOUNT, HelpDesk, POOL, agent, product, sign_in};

use super::*;
use crate::time::Time;
use crate::{Clock, ManualClock, Options};

fn node() -> Node {
    let clock = ManualClock::new(Timestamp::from_millis(0));
    Node::new(
        Arc::new(MemoryJournal::new()),
        Time::start(Clock::Manual(clock), None),
        Options::default(),
    )
}

fn laptop() -> Device {
    usher_testkit::device("laptop", "Laptop")
}

/// A pool of one seat, held by the first of two users.
fn full_pool() -> Vec<Command> {
    let mut commands = HelpDesk::new().pool(1).agents(2).commands();
    commands.push(sign_in(agent(0), SignInId::from_bits(1), laptop()).command());
    commands
}

/// The second user takes a seat, whether there is one or not.
fn second_seat() -> Event {
    Event::SignIn(SignInEvent::SignedIn {
        id: SignInId::from_bits(2),
        user: agent(1),
        product: product(),
        device: laptop(),
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

        assert_eq!(turn.results.entries, []);
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
