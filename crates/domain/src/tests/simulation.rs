//! Anything, in any order, by anybody: transitions, a naive account beside the real one, and all invariants checked at
//! every step.

mod commands;
mod ends;
mod fields;
mod naive;
mod purchases;
mod shop;
mod transitions;
mod world;

use proptest::prelude::*;

use self::transitions::{Someone, Transition, rules, transition};
use self::world::World;
use crate::rules::{Preset, Rules, WhenFull};

/// Enough for every commit; set `PROPTEST_CASES` for more.
fn config() -> ProptestConfig {
    let default = ProptestConfig::default();
    let is_asked = default.cases != 256;
    let cases = if is_asked { default.cases } else { 50 };
    ProptestConfig { cases, ..default }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_rules_hold_whatever_happens(
        rules in [rules(), rules(), rules()],
        transitions in prop::collection::vec(transition(), 1..120),
    ) {
        let mut world = World::new(rules);
        for transition in &transitions {
            world.apply(transition);
        }
    }
}

/// Minutes pay for a user of two products who is at their own limit. The seat that they return in one pool lets the
/// work in the other pool move onto a free seat there.
#[test]
fn s3_q3_a_seat_given_back_in_one_pool_frees_a_claim_in_another() {
    let rules = Rules {
        when_full: vec![WhenFull::PayPerUse],
        ..Rules::preset(Preset::HelpDeskShift)
    };
    let sign_in = |user, product| Transition::SignIn {
        user,
        product,
        device: 0,
        takeover: false,
        wait: false,
        actor: Someone::BackEnd,
    };
    let sign_out = |sign_in| Transition::SignOut {
        sign_in,
        actor: Someone::BackEnd,
    };
    let mut world = World::new([rules.clone(), rules.clone(), rules]);

    for transition in [
        sign_in(1, 0),
        sign_in(2, 1),
        sign_in(1, 1),
        Transition::LimitSeats {
            user: 1,
            limit: Some(1),
        },
        // User 2 frees a seat that user 1 may not have yet; then user 1 returns the one that they have.
        sign_out(1),
        sign_out(0),
    ] {
        world.apply(&transition);
    }

    assert_eq!(world.seats_held(1), 1);
}

/// While a pool drains, its last user can still take over on another device. The seat is given back and taken in one
/// step, so replaying that step is no overselling either.
#[test]
fn p3_s1_a_takeover_in_a_draining_pool_is_replayed_as_one_step() {
    let rules = Rules {
        max_devices_per_user: Some(1),
        ..Rules::preset(Preset::HelpDeskShift)
    };
    let sign_in = |device| Transition::SignIn {
        user: 1,
        product: 0,
        device,
        takeover: true,
        wait: false,
        actor: Someone::BackEnd,
    };
    let mut world = World::new([rules.clone(), rules.clone(), rules]);

    for transition in [
        sign_in(0),
        Transition::StepSeats { pool: 0, more: false },
        sign_in(1),
        Transition::Restart { snapshot: 0 },
    ] {
        world.apply(&transition);
    }

    assert_eq!(world.seats_held(1), 1);
}
