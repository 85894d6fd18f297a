//! One turn: a batch of jobs on the state in memory, and the commit that comes of it.

use std::collections::BTreeSet;

use usher_domain::{
    Account, AccountId, Actor, Broken, Command, Event, Outage, Outcome, PoolId, Refusal, RefusalId,
    Timestamp, Touched, decide, evolve, oversold_by, refused, settle,
};
use usher_journal::{Append, Commit, Text};

use super::state::State;
use crate::node::Node;
use crate::records::Recorder;
use crate::{Cause, Entry, Failure, Reason, Request, Way};

mod due;
#[cfg(test)]
mod tests;

const SYSTEM: Text = Text::Static("system");
const TIMER: Cause = Cause::by(Way::Timer);

/// A batch at work. What it has done is in memory only, until the commit that it comes to is stored.
pub(crate) struct Turn<'a> {
    node: &'a Node,
    id: AccountId,
    state: &'a mut State,
    now: Timestamp,
    /// What the wall clock shows.
    wall: Timestamp,
    entries: Vec<Entry>,
    recorder: Recorder,
    changed_pools: BTreeSet<PoolId>,
    touched: Touched,
}

/// A commit that is ready to be stored.
pub(super) struct Outgoing {
    pub(super) append: Append,
    pub(super) entries: Vec<Entry>,
}

impl<'a> Turn<'a> {
    /// A turn at `now`, the account's own time.
    pub(super) fn begin(node: &'a Node, id: AccountId, state: &'a mut State, now: Timestamp) -> Self {
        let wall = node.time.clock().now();
        if let Some(account) = &mut state.replayed.account {
            account.look_at_wall(now, wall);
        }
        Self {
            node,
            id,
            state,
            now,
            wall,
            entries: Vec::new(),
            recorder: Recorder::default(),
            changed_pools: BTreeSet::new(),
            touched: Touched::default(),
        }
    }

    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// The account, also one that was closed a moment ago.
    pub(super) const fn account(&self) -> Option<&Account> {
        self.state.replayed.account.as_ref()
    }

    pub(super) fn existing(&self) -> Result<&Account, Failure> {
        self.state.existing()
    }

    /// Makes up for time in which Usher could not act, so that nobody loses anything by it (S11).
    pub(super) fn make_up_for(&mut self, outage: Outage) {
        if self.existing().is_err() {
            return;
        }
        let resumed = self.carry_out(
            &Command::Resume { outage },
            &Actor::System,
            &Cause::by(Way::Resume),
        );
        if let Err(failure) = resumed {
            tracing::error!(account = %self.id, error = %failure, "an outage could not be made up for");
        }
    }

    /// A heartbeat that waited while something came due: it counts before that is done (S11).
    pub(super) fn keep_alive(&mut self, command: &Command, actor: &Actor, cause: &Cause) {
        let is_granted = |account| decide(account, command, actor, self.now).is_ok();
        if self.existing().is_ok_and(is_granted) {
            // Whoever gave it is answered when it is carried out in its turn.
            let _ = self.carry_out(command, actor, cause);
        }
    }

    /// Does what is due before anybody is served, so that no command ever meets a lease that is over.
    pub(super) fn begin_with_what_is_due(&mut self) {
        if self.existing().is_err() {
            return;
        }
        // Commits hold what was owed after them. Only where the rules have changed since is there more.
        if self.account().is_some_and(Account::may_owe) {
            let owed = self.take_in(Vec::new(), &SYSTEM, &TIMER);
            self.enter(owed, SYSTEM, &TIMER);
        }
        if self.is_due() {
            self.node.counters.ticks.increment();
            let events = self.do_what_is_due();
            self.enter(events, SYSTEM, &TIMER);
        }
    }

    pub(super) fn execute(&mut self, request: &Request) -> Result<Outcome, Failure> {
        self.node.counters.commands.increment();
        self.carry_out(&request.command, &request.actor, &request.cause)
    }

    /// Decides a command and takes its events in. After a failure the account is as it was, except that a refusal of a
    /// seat is on record (Q1).
    pub(super) fn carry_out(
        &mut self,
        command: &Command,
        actor: &Actor,
        cause: &Cause,
    ) -> Result<Outcome, Failure> {
        if let (Some((id, name, labels)), None) = (command.new_account(), self.account()) {
            if id != self.id {
                return Err(Failure::NoAccount);
            }
            let decision = Account::create(id, name.clone(), &labels, actor)?;
            self.enter_new(decision.events, actor, cause);
            return Ok(decision.outcome);
        }
        let account = self.existing()?;
        match decide(account, command, actor, self.now) {
            Ok(decision) => {
                self.enter_checked(decision.events, actor, cause)?;
                Ok(self.renew(command).unwrap_or(decision.outcome))
            }
            Err(refusal) => {
                self.node.counters.refusals.increment();
                self.take_note(command, actor, cause, &refusal);
                Err(Failure::Refused(refusal))
            }
        }
    }

    /// Heartbeats are taken in memory; the journal learns of them when the account says that it is time (S11).
    fn renew(&mut self, command: &Command) -> Option<Outcome> {
        let account = self.state.replayed.account.as_mut()?;
        let remaining = match command {
            Command::Heartbeat { sign_in, .. } => account.renew_sign_in(*sign_in, self.now)?,
            Command::RenewTicket { id } => account.renew_ticket(*id, self.now)?,
            _ => return None,
        };
        Some(Outcome::Lease { remaining })
    }

    fn take_note(&mut self, command: &Command, actor: &Actor, cause: &Cause, refusal: &Refusal) {
        if !refusal.is_recorded() {
            return;
        }
        let Ok(account) = self.existing() else { return };
        let event = refused(account, command, refusal, refusal_id(self.now));
        // Asked again and again, the answer is the same, and the record need not be.
        let (now, pacer) = (self.now, &mut self.state.pacer);
        let event = event.filter(|event| match event {
            Event::Refused { user, .. } => pacer.admits(*user, now),
            _ => true,
        });
        if let Some(event) = event {
            self.enter_new(vec![event], actor, cause);
        }
    }

    /// Puts on record when each lease ends, so that nothing is lost when the account leaves memory.
    pub(super) fn save_renewals(&mut self) {
        let Ok(account) = self.existing() else { return };
        if !account.has_unsaved_renewals() {
            return;
        }
        let sign_ins = account.sign_ins().values();
        let tickets = account.tickets().values();
        let event = Event::LeasesRenewed {
            sign_ins: sign_ins.map(|s| (s.id, s.lease_until)).collect(),
            tickets: tickets.map(|t| (t.id, t.lease_until)).collect(),
        };
        self.enter_new(vec![event], &Actor::System, &Cause::by(Way::Leave));
    }

    /// Takes the events of a command in and enters them into the commit.
    fn enter_new(&mut self, events: Vec<Event>, actor: &Actor, cause: &Cause) {
        if events.is_empty() {
            return;
        }
        let actor = actor_text(actor);
        let events = self.take_in(events, &actor, cause);
        self.enter(events, actor, cause);
    }

    fn enter(&mut self, events: Vec<Event>, actor: Text, cause: &Cause) {
        if events.is_empty() {
            return;
        }
        self.entries.push(Entry {
            at: self.now,
            actor,
            cause: cause.clone(),
            events,
        });
    }

    /// Takes events in, with what the rules owe after them.
    fn take_in(&mut self, mut events: Vec<Event>, actor: &Text, cause: &Cause) -> Vec<Event> {
        let (recorder, touched) = (&mut self.recorder, &mut self.touched);
        for event in &events {
            recorder.note(self.state.replayed.account.as_ref(), actor, cause, event);
            match &mut self.state.replayed.account {
                Some(account) => {
                    touched.note(account, event);
                    evolve(account, event, self.now);
                }
                none => {
                    let mut first = Account::from_first_event(event, self.now);
                    if let Some(account) = &mut first {
                        account.look_at_wall(self.now, self.wall);
                    }
                    *none = first;
                }
            }
        }
        if let Some(account) = &mut self.state.replayed.account {
            let settled = settle(account, self.now, |account, event| {
                recorder.note(Some(account), actor, cause, event);
                touched.note(account, event);
            });
            self.changed_pools.append(&mut account.take_changed_pools());
            events.extend(settled.events);
            for (_, pool) in settled.left_out {
                self.note_left_out(pool);
            }
        }
        events
    }

    /// Enters what was decided, and refuses what would give a seat that is not there (S1). The rules never decide so:
    /// this is the second look that the promise of the product is worth.
    fn enter_checked(&mut self, events: Vec<Event>, actor: &Actor, cause: &Cause) -> Result<(), Failure> {
        let oversold = self.account().and_then(|account| oversold_by(account, &events));
        if let Some(pool) = oversold {
            let broken = Broken::Oversold(pool);
            let what = "a command that would have given a seat that is not there was refused";
            self.node.note_broken(self.id, &broken, what);
            return Err(Failure::Invariant(broken));
        }
        self.enter_new(events, actor, cause);
        Ok(())
    }

    /// The commit that the turn comes to; none where nothing changed.
    pub(super) fn finish(mut self) -> Result<Option<Outgoing>, Failure> {
        let head = &mut self.state.replayed;
        let Some(account) = &mut head.account else {
            return Ok(None);
        };
        let wall_clock_read = account.look_away_from_wall();
        if self.entries.is_empty() {
            return Ok(None);
        }
        if let Some(event) = wall_clock_read {
            evolve(account, &event, self.now);
            let events = vec![event];
            self.entries.push(Entry {
                at: self.now,
                actor: SYSTEM,
                cause: TIMER,
                events,
            });
        }
        for broken in account.broken_in(&self.touched) {
            let what = "a rule is broken after a commit";
            self.node.note_broken(self.id, &broken, what);
        }
        let entries = Entry::encode(&self.entries)
            .map_err(|error| Failure::Unavailable(Reason::Journal(error.to_string().into())))?;
        let commit = Commit::seal(head.hash, self.id, head.seq.next(), self.now, entries);
        Ok(Some(Outgoing {
            append: Append {
                commit,
                next_due: account.next_due(),
                records: self.recorder.finish(account, &self.changed_pools),
            },
            entries: self.entries,
        }))
    }
}

fn actor_text(actor: &Actor) -> Text {
    match actor {
        Actor::System => SYSTEM,
        Actor::Operator => Text::Static("operator"),
        Actor::Customer(_) => Text::Static("customer"),
        Actor::SingleSignOn => Text::Static("single_sign_on"),
        actor => actor.to_string().into(),
    }
}

/// A new id that sorts by its time.
fn refusal_id(now: Timestamp) -> RefusalId {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    let nanos = u32::try_from(millis % 1000 * 1_000_000).unwrap_or(0);
    let at = uuid::Timestamp::from_unix(uuid::NoContext, millis / 1000, nanos);
    RefusalId::from_bits(uuid::Uuid::new_v7(at).as_u128())
}
