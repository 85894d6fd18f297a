//! Steps for tests: they return their events, and any fault fails the test.

use crate::command::{Command, Decision};
use crate::event::Event;
use crate::labels::Labels;
use crate::permission::Actor;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::{Account, AccountId, Declined, Input, Observer, PoolId, RefusalId, UserId, create, step};

/// Records the events of a step; any fault of the rules fails the test.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    pub(crate) events: Vec<Event>,
    /// The id under which a refusal is recorded; `None` records nothing.
    refusal: Option<RefusalId>,
}

impl Witness {
    pub(crate) fn recording(refusal: RefusalId) -> Self {
        Self {
            refusal: Some(refusal),
            ..Self::default()
        }
    }

    /// Takes a step, and returns its answer.
    pub(crate) fn step(
        &mut self,
        account: &mut Account,
        input: Input<'_>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        match step(account, input, actor, now, self) {
            Ok(()) => Ok(()),
            Err(Declined::Refused(refusal)) => Err(refusal),
            Err(Declined::Oversold(pool)) => {
                panic!("S1: {input:?} would give a seat of {pool} that is not there")
            }
        }
    }
}

impl Observer for Witness {
    fn after(&mut self, events: Vec<Event>) {
        self.events.extend(events);
    }

    fn record_refusal(&mut self, _user: UserId) -> Option<RefusalId> {
        self.refusal
    }

    fn left_out(&mut self, event: &Event, pool: PoolId) {
        panic!("S1: {event:?} would give a seat of {pool} that is not there");
    }

    fn came_to_nothing(&mut self, due_at: Timestamp) {
        panic!("what was due at {due_at:?} came to nothing");
    }
}

/// Takes a step. The returned events are its complete effect.
pub(crate) fn take_step(
    account: &mut Account,
    input: Input<'_>,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let mut witness = Witness::default();
    witness.step(account, input, actor, now)?;
    Ok(Decision::done(witness.events))
}

/// Executes a command.
pub(crate) fn execute(
    account: &mut Account,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    take_step(account, Input::Command(command), actor, now)
}

/// Creates an account, as the operator. Returns it with its first events.
pub(crate) fn found(name: &str, now: Timestamp) -> (Account, Vec<Event>) {
    let mut witness = Witness::default();
    let new = (
        AccountId::from_bits(1),
        &name.parse().unwrap(),
        &Labels::default(),
    );
    let account = create(new, &Actor::Operator, now, &mut witness).unwrap();
    (account, witness.events)
}
