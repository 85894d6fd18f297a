//! The account of an example.

use super::pages::Example;
use super::steps;
use crate::permission::Actor;
use crate::refusal::Refusal;
use crate::rules::{Preset, Rules};
use crate::tests::fixture::{Shift, bits, user};
use crate::{Command, UserId};

/// The people in the examples. Olga owns the account; the others, if an example names them, are members with a shared
/// seat.
const CAST: [&str; 6] = ["Adam", "Eva", "Ida", "Max", "Nora", "Sven"];

pub(super) struct World {
    pub(super) shift: Shift,
    /// The refusal of the last step, until a check has asked for it.
    pub(super) refusal: Option<Refusal>,
    /// What users were told, in order.
    pub(super) diary: Vec<String>,
}

impl World {
    /// The state after an example's "given". Its first sentence says which pool there is.
    pub(super) fn new(example: &Example) -> Self {
        let given = &example.given;
        let (rules, seats) = pool(&given[0]);
        let sentences = || given.iter().chain(&example.when).chain(&example.then);
        let parts: Vec<String> = CAST
            .iter()
            .filter(|name| sentences().any(|it| it.contains(**name)))
            .map(|name| name.to_lowercase())
            .collect();
        let members: Vec<&str> = parts.iter().map(String::as_str).collect();
        let mut world = Self {
            shift: Shift::with(seats, rules, &members),
            refusal: None,
            diary: Vec::new(),
        };
        world.shift.at("09:00");
        for sentence in &given[1..] {
            steps::take(&mut world, sentence);
        }
        world.diary.clear();
        world
    }

    /// Records the effects of a step. A refusal waits for its check.
    pub(super) fn note(&mut self) {
        if !self.shift.was_granted() {
            self.refusal = Some(self.shift.full_refusal());
        }
        let happened = self.shift.happened();
        self.diary.extend(happened.diary().iter().cloned());
    }

    pub(super) fn give(&mut self, actor: &Actor, command: &Command) {
        self.shift.give(actor, command);
    }

    /// An unchecked refusal is an error in the example.
    pub(super) fn finish(self) {
        assert_eq!(self.refusal, None, "nothing was said of this refusal");
    }
}

/// A person's name in the fixture.
pub(super) fn name(called: &str) -> String {
    called.to_lowercase()
}

pub(super) fn id(called: &str) -> UserId {
    UserId::from_bits(bits(&name(called)))
}

pub(super) fn by(called: &str) -> Actor {
    user(&name(called))
}

fn pool(sentence: &str) -> (Rules, u32) {
    for (pattern, preset) in [
        ("a shift pool of _ seat", Preset::HelpDeskShift),
        ("a session pool of _ seat", Preset::ConcurrentSessions),
        ("a device pool of _ seat", Preset::ConcurrentDevices),
    ] {
        if let Some(found) = super::gaps(pattern, sentence) {
            return (Rules::preset(preset), found[0].parse().unwrap());
        }
    }
    panic!("the first sentence says which pool there is, not {sentence:?}");
}
