//! One turn: a batch of jobs on the state in memory, and the resulting commit.

#[cfg(test)]
mod tests;
mod witness;

use usher_domain::command::NewAccount;
use usher_domain::{
    Account, AccountId, Actor, Broken, Declined, Execute, Input, Outage, Timestamp, create, execute, step,
};
use usher_journal::{Append, Commit};

use self::witness::{TurnResults, Witness};
use super::state::State;
use crate::node::Node;
use crate::{Cause, Channel, Entry, Failure, Reason, Request};

static TIMER: Cause = Cause::by(Channel::Timer);

/// A running batch. Its changes are only in memory until its commit is stored.
pub(crate) struct Turn<'a> {
    node: &'a Node,
    id: AccountId,
    state: &'a mut State,
    now: Timestamp,
    /// What the wall clock shows.
    wall: Timestamp,
    results: TurnResults,
}

/// A commit that is ready to be stored.
pub(super) struct Outgoing {
    pub(super) append: Append,
    pub(super) entries: Vec<Entry>,
}

impl<'a> Turn<'a> {
    /// Begins a turn at `now`, the account's own time.
    pub(super) fn begin(node: &'a Node, id: AccountId, state: &'a mut State, now: Timestamp) -> Self {
        let mut turn = Self {
            node,
            id,
            state,
            now,
            wall: node.time.clock().now(),
            results: TurnResults::new(now),
        };
        turn.look_at_wall();
        turn
    }

    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// The account, even if it was closed in this turn.
    pub(super) const fn account(&self) -> Option<&Account> {
        self.state.replayed.account.as_ref()
    }

    pub(super) fn existing(&self) -> Result<&Account, Failure> {
        self.state.existing()
    }

    /// Makes up for time in which Usher could not act, so that nobody loses anything by it.
    pub(super) fn make_up_for(&mut self, outage: Outage) {
        if self.existing().is_err() {
            return;
        }
        let resumed = self.step(Input::Resume(outage), &Actor::System, &Cause::by(Channel::Resume));
        if let Err(failure) = resumed {
            tracing::error!(account = %self.id, error = %failure, "an outage could not be made up for");
        }
    }

    /// Processes a heartbeat that waited while something came due, before that is processed.
    pub(super) fn keep_alive(&mut self, command: &impl Execute, actor: &Actor, cause: &Cause) {
        // Its caller gets the answer when the command is executed in its turn.
        let _ = self.step_with(command, actor, cause);
    }

    /// Processes everything that is due before anybody is served, so that no command ever sees an expired lease.
    pub(super) fn begin_with_what_is_due(&mut self) {
        if !self.account().is_some_and(|account| account.wants_tick(self.now)) {
            return;
        }
        if self.is_due() {
            self.node.counters.ticks.increment();
        }
        // Declined if there is no account.
        let _ = self.step(Input::Tick, &Actor::System, &TIMER);
    }

    pub(in crate::account) fn is_due(&self) -> bool {
        self.state.next_due().is_some_and(|due| due <= self.now)
    }

    pub(super) fn execute<C: Execute>(&mut self, request: &Request<C>) -> Result<C::Outcome, Failure> {
        self.node.counters.commands.increment();
        self.carry_out(&request.command, &request.actor, &request.cause)
    }

    /// Executes a command. After a failure the account is unchanged, except that the refusal of a seat is recorded
    /// (Q1).
    pub(super) fn carry_out<C: Execute>(
        &mut self,
        command: &C,
        actor: &Actor,
        cause: &Cause,
    ) -> Result<C::Outcome, Failure> {
        let done = match (command.new_account(), self.account()) {
            (Some((new, outcome)), None) => self.create(new, actor, cause).map(|()| outcome),
            _ => self.step_with(command, actor, cause),
        };
        if let Err(Failure::Refused(refusal)) = &done {
            self.node.counters.refused(refusal.code());
        }
        done
    }

    /// Records when each lease ends, so that nothing is lost when the account leaves memory.
    pub(super) fn save_renewals(&mut self) {
        // Declined if there is no account.
        let _ = self.step(Input::StoreLeases, &Actor::System, &Cause::by(Channel::Leave));
    }

    fn create(&mut self, new: NewAccount<'_>, actor: &Actor, cause: &Cause) -> Result<(), Failure> {
        if new.0 != self.id {
            return Err(Failure::NoAccount);
        }
        let (_, mut witness) = self.watched(actor, cause);
        let created = create(new, actor, witness.now, &mut witness);
        let account = created.map_err(|declined| self.failure(declined))?;
        self.state.replayed.account = Some(account);
        self.look_at_wall();
        Ok(())
    }

    /// Moves the account on, if it exists and is not closed.
    fn step(&mut self, input: Input<'_>, actor: &Actor, cause: &Cause) -> Result<(), Failure> {
        let (account, mut witness) = self.watched(actor, cause);
        let account = account.as_mut().filter(|account| !account.is_deleted());
        let account = account.ok_or(Failure::NoAccount)?;
        let now = witness.now;
        let done = step(account, input, actor, now, &mut witness);
        done.map_err(|declined| self.failure(declined))
    }

    /// The same with a command, for its outcome.
    fn step_with<C: Execute>(
        &mut self,
        command: &C,
        actor: &Actor,
        cause: &Cause,
    ) -> Result<C::Outcome, Failure> {
        let (account, mut witness) = self.watched(actor, cause);
        let account = account.as_mut().filter(|account| !account.is_deleted());
        let account = account.ok_or(Failure::NoAccount)?;
        let now = witness.now;
        let done = execute(account, command, actor, now, &mut witness);
        done.map_err(|declined| self.failure(declined))
    }

    /// The account, and the observer of its next step.
    fn watched<'b>(
        &'b mut self,
        actor: &'b Actor,
        cause: &'b Cause,
    ) -> (&'b mut Option<Account>, Witness<'b>) {
        let witness = Witness {
            node: self.node,
            id: self.id,
            now: self.now,
            results: &mut self.results,
            pacer: &mut self.state.pacer,
            actor,
            cause,
            actor_text: None,
        };
        (&mut self.state.replayed.account, witness)
    }

    fn failure(&self, declined: Declined) -> Failure {
        match declined {
            Declined::Refused(refusal) => Failure::Refused(refusal),
            Declined::Oversold(pool) => {
                let broken = Broken::Oversold(pool);
                let what = "a command that would have given a seat that is not there was refused";
                self.node.note_broken(self.id, &broken, what);
                Failure::Invariant(broken)
            }
        }
    }

    /// Makes the wall clock known, for times shown until the turn is finished.
    fn look_at_wall(&mut self) {
        if let Some(account) = &mut self.state.replayed.account {
            // This input is never declined.
            let _ = step(
                account,
                Input::WallClock(self.wall),
                &Actor::System,
                self.now,
                &mut (),
            );
        }
    }

    /// The commit of the turn; `None` if nothing changed.
    pub(super) fn finish(mut self) -> Result<Option<Outgoing>, Failure> {
        let is_changed = !self.results.entries.is_empty();
        let input = if is_changed {
            Input::NoteWallClock
        } else {
            Input::ForgetWallClock
        };
        let now = self.now;
        let (account, mut witness) = self.watched(&Actor::System, &TIMER);
        let Some(account) = account else {
            return Ok(None);
        };
        // This input is never declined, not even for an account that the turn has closed.
        let _ = step(account, input, &Actor::System, now, &mut witness);
        if !is_changed {
            return Ok(None);
        }
        let head = &self.state.replayed;
        let Some(account) = &head.account else {
            return Ok(None);
        };
        let TurnResults {
            entries,
            recorder,
            touched,
        } = self.results;
        for broken in account.broken_in(&touched) {
            let what = "a rule is broken after a commit";
            self.node.note_broken(self.id, &broken, what);
        }
        let encoded = Entry::encode(&entries)
            .map_err(|error| Failure::Unavailable(Reason::Journal(error.to_string().into())))?;
        let commit = Commit::seal(head.hash, self.id, head.seq.next(), self.now, encoded);
        Ok(Some(Outgoing {
            append: Append {
                commit,
                next_due: account.next_due(),
                records: recorder.finish(account),
            },
            entries,
        }))
    }
}
