//! Steps as tests take them: with their events, and without mercy for faults.

use crate::command::{Command, Decision};
use crate::event::Event;
use crate::permission::Actor;
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::{Account, Declined, Input, Observer, Outcome, PoolId, RefusalId, UserId, step};

/// Keeps the events of a step, and lets no fault of the rules pass.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    pub(crate) events: Vec<Event>,
    /// Under which id a refusal goes on record; none: it does not.
    refusal: Option<RefusalId>,
}

impl Witness {
    pub(crate) fn recording(refusal: RefusalId) -> Self {
        Self {
            refusal: Some(refusal),
            ..Self::default()
        }
    }

    /// Takes a step, and gives what it was answered with.
    pub(crate) fn step(
        &mut self,
        account: &mut Account,
        input: Input<'_>,
        actor: &Actor,
        now: Timestamp,
    ) -> Result<Outcome, Refusal> {
        match step(account, input, actor, now, self) {
            Ok(outcome) => Ok(outcome),
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

/// Takes a step. The events that come back are all that it came to.
pub(crate) fn take_step(
    account: &mut Account,
    input: Input<'_>,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let mut witness = Witness::default();
    let outcome = witness.step(account, input, actor, now)?;
    Ok(Decision {
        events: witness.events,
        outcome,
    })
}

/// Carries out a command.
pub(crate) fn execute(
    account: &mut Account,
    command: &Command,
    actor: &Actor,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    take_step(account, Input::Command(command), actor, now)
}
