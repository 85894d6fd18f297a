//! Whatever happens, in whatever order, by whomever: transitions, a naive account beside the real one, and
//! everything that must hold checked at every step.

mod commands;
mod naive;
mod transitions;
mod world;

use proptest::prelude::*;

use self::transitions::{rules, transition};
use self::world::World;

/// Enough for every commit; `PROPTEST_CASES` asks for more.
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
